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
