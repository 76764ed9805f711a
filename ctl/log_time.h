/*
 * log_time.h - the time that a line of a log begins with
 *
 * "Nov 26 04:00:01 " (RFC 3164, local time), or ISO 8601 as rsyslog and `journalctl -o short-iso` write it:
 * "2026-11-26T04:00:01.123456+00:00 ", "2026-11-26T04:00:01+0000 ". Threads: plain data, one thread at a time.
 */
#ifndef KJ_CTL_LOG_TIME_H
#define KJ_CTL_LOG_TIME_H

#include <stddef.h>
#include <stdint.h>

#define KJ_LOG_HOUR_LEN 9 /* "Nov 26 04" */

/* Begin with {.now_s = ...}; the rest is the hour that the last line was of, for most lines are of the same one. */
struct kj_log_time {
	int64_t now_s;
	char hour[KJ_LOG_HOUR_LEN];
	int64_t hour_s;
};

/*
 * kj_log_time_read - the time of a line, in seconds since 1970
 *
 * A date without a year is of the last year in which it is not in the future; a day ahead is taken for a clock that
 * is wrong, or for another time zone. No time is later than now_s.
 *
 * Returns how many bytes it takes with the blank behind it; 0, and *ret_s untouched, if the line begins with none.
 */
size_t kj_log_time_read(struct kj_log_time *time, const char *line, int64_t *ret_s);

#endif
