/*
 * log_time.c - the time that a line of a log begins with
 *
 * mktime() looks a time zone up and takes a microsecond, which is more than all else that is done with most lines:
 * hence the hour is kept.
 */
#include "ctl/log_time.h"

#include <ctype.h>
#include <stdbool.h>
#include <time.h>

#define DAY_S	     86400
#define YEARS_BACK   8 /* between two 29th of February, at most */
#define SYSLOG_LEN   16 /* "Nov 26 04:00:01 " */
#define ISO_DATE_LEN 19 /* "2026-11-26T04:00:01" */

/* A number of so many digits that is at most max; -1 if it is none. The line may end anywhere. */
static int number(const char *at, unsigned digits, int max)
{
	int value = 0;

	while (digits--) {
		if (*at < '0' || *at > '9')
			return -1;
		value = 10 * value + (*at++ - '0');
	}
	return value <= max ? value : -1;
}

static int month_of(const char *at)
{
	static const char names[12][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

	for (int i = 0; i < 12; i++)
		if (memcmp(at, names[i], 3) == 0)
			return i;
	return -1;
}

/* The start of an hour in the last year that has its date, and in which it is not in the future; -1 if there is
 * none. */
static int64_t hour_without_year(int64_t now_s, int month, int day, int hour)
{
	time_t latest = (time_t)now_s + DAY_S;
	struct tm now;

	if (!localtime_r(&latest, &now))
		return -1;
	for (int year = now.tm_year; year >= now.tm_year - YEARS_BACK; year--) {
		struct tm tm = {.tm_year = year, .tm_mon = month, .tm_mday = day, .tm_hour = hour, .tm_isdst = -1};
		time_t when = mktime(&tm);

		if (when >= 0 && when <= latest && tm.tm_mon == month)
			return when;
	}
	return -1;
}

static size_t read_syslog(struct kj_log_time *time, const char *line, int64_t *ret_s)
{
	int month, day, hour, minute, second;

	if (strnlen(line, SYSLOG_LEN) < SYSLOG_LEN || line[3] != ' ' || line[6] != ' ' || line[9] != ':' ||
	    line[12] != ':' || line[15] != ' ')
		return 0;
	minute = number(line + 10, 2, 59);
	second = number(line + 13, 2, 60);
	if (minute < 0 || second < 0)
		return 0;
	if (memcmp(time->hour, line, KJ_LOG_HOUR_LEN) != 0) {
		month = month_of(line);
		day = line[4] == ' ' ? number(line + 5, 1, 9) : number(line + 4, 2, 31);
		hour = number(line + 7, 2, 23);
		if (month < 0 || day < 1 || hour < 0)
			return 0;
		time->hour_s = hour_without_year(time->now_s, month, day, hour);
		memcpy(time->hour, line, KJ_LOG_HOUR_LEN);
	}
	if (time->hour_s < 0)
		return 0;
	*ret_s = time->hour_s + 60 * (int64_t)minute + second;
	return SYSLOG_LEN;
}

/* "Z", "+0900", "+09:00", or nothing for local time. Returns its length, or -1. */
static int read_zone(const char *at, int *ret_offset_s, bool *ret_local)
{
	bool colon;
	int hours, minutes;

	*ret_offset_s = 0;
	*ret_local = *at == ' ';
	if (*at == ' ' || *at == 'Z')
		return *at == 'Z';
	hours = *at == '+' || *at == '-' ? number(at + 1, 2, 23) : -1;
	if (hours < 0)
		return -1;
	colon = at[3] == ':';
	minutes = number(at + 3 + colon, 2, 59);
	*ret_offset_s = (*at == '-' ? -1 : 1) * (3600 * hours + 60 * minutes);
	return minutes < 0 ? -1 : 5 + colon;
}

static bool read_date(const char *line, struct tm *tm)
{
	if (strnlen(line, ISO_DATE_LEN) < ISO_DATE_LEN || line[4] != '-' || line[7] != '-' || line[10] != 'T' ||
	    line[13] != ':' || line[16] != ':')
		return false;
	*tm = (struct tm){.tm_year = number(line, 4, 9999) - 1900,
	    .tm_mon = number(line + 5, 2, 12) - 1,
	    .tm_mday = number(line + 8, 2, 31),
	    .tm_hour = number(line + 11, 2, 23),
	    .tm_min = number(line + 14, 2, 59),
	    .tm_sec = number(line + 17, 2, 60),
	    .tm_isdst = -1};
	return tm->tm_year >= 70 && tm->tm_mon >= 0 && tm->tm_mday >= 1 && tm->tm_hour >= 0 && tm->tm_min >= 0 &&
	       tm->tm_sec >= 0;
}

static size_t read_iso(const char *line, int64_t *ret_s)
{
	const char *at = line + ISO_DATE_LEN;
	int zone, offset_s;
	struct tm tm;
	time_t when;
	bool local;

	if (!read_date(line, &tm))
		return 0;
	if (*at == '.' || *at == ',')
		for (at++; isdigit((unsigned char)*at); at++)
			;
	zone = read_zone(at, &offset_s, &local);
	if (zone < 0 || at[zone] != ' ')
		return 0;
	when = local ? mktime(&tm) : timegm(&tm) - offset_s;
	if (when < 0)
		return 0;
	*ret_s = when;
	return (size_t)(at + zone + 1 - line);
}

size_t kj_log_time_read(struct kj_log_time *time, const char *line, int64_t *ret_s)
{
	int64_t when = 0;
	size_t len = line[0] >= '0' && line[0] <= '9' ? read_iso(line, &when) : read_syslog(time, line, &when);

	if (len)
		*ret_s = when < time->now_s ? when : time->now_s;
	return len;
}
