/*
 * clock.c - the system's clock behind the contract
 */
#include "kanjiki/clock.h"

static int64_t wall_s(void *context)
{
	(void)context;
	return (int64_t)time(NULL);
}

static int64_t mono_ms(void *context)
{
	struct timespec now = {0};

	(void)context;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const struct kj_clock *kj_clock_system(void)
{
	static const struct kj_clock system_clock = {wall_s, mono_ms, NULL};

	return &system_clock;
}

int64_t kj_clock_wall_s(const struct kj_clock *clock)
{
	return clock->wall_s(clock->context);
}

int64_t kj_clock_mono_ms(const struct kj_clock *clock)
{
	return clock->mono_ms(clock->context);
}

char *kj_clock_utc(int64_t time_s, char out[KJ_CLOCK_UTC_LEN])
{
	time_t when = (time_t)time_s;
	struct tm tm;

	if (!gmtime_r(&when, &tm) || !strftime(out, KJ_CLOCK_UTC_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm))
		out[0] = '\0';
	return out;
}

char *kj_clock_utc_minute(int64_t time_s, char out[KJ_CLOCK_UTC_LEN])
{
	char *seconds = strrchr(kj_clock_utc(time_s, out), ':');

	if (seconds)
		snprintf(seconds, sizeof "Z", "Z");
	return out;
}
