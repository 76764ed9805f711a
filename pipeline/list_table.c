/*
 * list_table.c - the DNS lists and how they are, for people
 */
#include <time.h>

#include "kanjiki/buf.h"
#include "kanjiki/list_health.h"
#include "pipeline/engine_private.h"

#define KIND_MAX 64

static const char *kind_of(const struct kj_list_report *report, char *out)
{
	static const char *const names[] = {"client", "sender", "helo", "url", "email-hash"};
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (report->asks & 1U << i)
			len += (size_t)snprintf(out + len, KIND_MAX - len, "%s%s", len ? "," : "", names[i]);
	if (report->allow)
		snprintf(out + len, KIND_MAX - len, ",allow");
	return out;
}

static const char *time_of(int64_t s, char *out, size_t size)
{
	time_t when = (time_t)s;
	struct tm tm;

	if (!localtime_r(&when, &tm) || !strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm))
		out[0] = '\0';
	return out;
}

/* "12/80ms" of the answers that came over the network; "-" if there were none. */
static const char *times_of(const struct kj_list_report *report, char *out, size_t size)
{
	if (report->asked && report->p95_ms)
		snprintf(out, size, "%u/%ums", report->median_ms, report->p95_ms);
	else
		snprintf(out, size, "%s", report->asked ? "<1ms" : "-");
	return out;
}

void kj_engine_lists(struct kj_engine *engine, struct kj_buf *out)
{
	static const char head[] = "%-26s %-16s %-8s  %-19s %9s %8s %7s %8s %11s  %s\n";
	static const char row[] = "%-26s %-16s %-8s  %-19s %9llu %8llu %7llu %8llu %11s  %s\n";
	struct kj_list_report report;
	char kind[KIND_MAX], since[32], times[32];

	kj_buf_printf(out, head, "list", "asks", "state", "since", "queries", "hits", "blocked", "timeouts",
	    "median/95%", "reason");
	for (unsigned i = 0; engine->health && kj_list_health_report(engine->health, i, &report); i++)
		kj_buf_printf(out, row, report.label, kind_of(&report, kind),
		    kj_list_state_name(report.state), time_of(report.since_s, since, sizeof since),
		    (unsigned long long)report.asked, (unsigned long long)report.hits,
		    (unsigned long long)report.blocked, (unsigned long long)report.timeouts,
		    times_of(&report, times, sizeof times), *report.reason ? report.reason : "-");
}
