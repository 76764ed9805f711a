/*
 * clock.h - what time it is
 *
 * Nothing in Kanjiki reads the system's clock by itself: it is handed one of these, so that a test can let time
 * pass. Threads: safe where the functions behind it are.
 */
#ifndef KJ_CLOCK_H
#define KJ_CLOCK_H

#include <stdint.h>

struct kj_clock {
	int64_t (*wall_s)(void *context);  /* seconds since 1970, for dates and for what is stored */
	int64_t (*mono_ms)(void *context); /* milliseconds that never go back, for deadlines */
	void *context;
};

/* kj_clock_system - the machine's own clock; lives for ever */
const struct kj_clock *kj_clock_system(void);

int64_t kj_clock_wall_s(const struct kj_clock *clock);
int64_t kj_clock_mono_ms(const struct kj_clock *clock);

#define KJ_CLOCK_UTC_LEN 32

/*
 * kj_clock_utc - seconds since 1970 as "2026-11-26T05:38:20Z" into out; kj_clock_utc_minute - as "2026-11-26T05:38Z"
 *
 * Return out; "" for a time that no calendar has.
 */
char *kj_clock_utc(int64_t time_s, char out[KJ_CLOCK_UTC_LEN]);
char *kj_clock_utc_minute(int64_t time_s, char out[KJ_CLOCK_UTC_LEN]);

#endif
