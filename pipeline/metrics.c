/*
 * metrics.c - counters in Prometheus' text format
 *
 * Counters of lists last as long as the process. Those of the resolver begin anew when a reload changes its settings, as
 * the format allows.
 */
#include <inttypes.h>

#include "kanjiki/buf.h"
#include "kanjiki/list_health.h"
#include "pipeline/engine_private.h"

static void head(struct kj_buf *out, const char *name, const char *type, const char *help)
{
	kj_buf_printf(out, "# HELP kanjiki_%s %s\n# TYPE kanjiki_%s %s\n", name, help, name, type);
}

static void print_mails(struct kj_engine *engine, struct kj_buf *out)
{
	head(out, "start_time_seconds", "gauge", "When the daemon was started, in seconds since 1970.");
	kj_buf_printf(out, "kanjiki_start_time_seconds %" PRId64 "\n", engine->started_s);
	head(out, "mails_total", "counter", "Mails by what was done with them; pass is also a connection that is not scored.");
	for (unsigned i = 0; i < KJ_ACTIONS; i++)
		kj_buf_printf(out, "kanjiki_mails_total{action=\"%s\"} %" PRIu64 "\n",
		    kj_action_name((enum kj_action)i),
		    (uint64_t)atomic_load_explicit(&engine->mails[i], memory_order_relaxed));
}

#define COUNTER(member) offsetof(struct kj_list_report, member)

static const struct {
	const char *name, *help;
	size_t offset;
} list_counters[] = {
    {"list_queries_total", "Questions of mails to the list.", COUNTER(asked)},
    {"list_hits_total", "Questions of mails that found a listing.", COUNTER(hits)},
    {"list_blocked_total", "Questions of mails that the list refused to answer.", COUNTER(blocked)},
    {"list_timeouts_total", "Questions of mails without an answer in time.", COUNTER(timeouts)},
    {"list_servfails_total", "Questions of mails that a server could not answer.", COUNTER(servfails)},
    {"list_dropped_total", "Questions of mails that were not asked or not believed, for the list fails.",
        COUNTER(dropped)},
};

static void print_list_states(struct kj_engine *engine, struct kj_buf *out)
{
	struct kj_list_report report;

	head(out, "list_state", "gauge", "1 for the state that the list is in, 0 for the others.");
	for (unsigned i = 0; kj_list_health_report(engine->health, i, &report); i++)
		for (int state = KJ_LIST_UNPROVEN; state <= KJ_LIST_FAILING; state++)
			kj_buf_printf(out, "kanjiki_list_state{list=\"%s\",state=\"%s\"} %d\n", report.label,
			    kj_list_state_name((enum kj_list_state)state), (int)report.state == state);
}

static void print_lists(struct kj_engine *engine, struct kj_buf *out)
{
	struct kj_list_report report;
	uint64_t value;

	for (size_t c = 0; c < sizeof list_counters / sizeof *list_counters; c++) {
		head(out, list_counters[c].name, "counter", list_counters[c].help);
		for (unsigned i = 0; kj_list_health_report(engine->health, i, &report); i++) {
			memcpy(&value, (const char *)&report + list_counters[c].offset, sizeof value);
			kj_buf_printf(out, "kanjiki_%s{list=\"%s\"} %" PRIu64 "\n", list_counters[c].name,
			    report.label, value);
		}
	}
}

static const struct {
	const char *name, *help;
	size_t offset;
	bool is_gauge; /* of 32 bits */
} resolver_values[] = {
    {"resolver_questions_total", "DNS questions asked.", offsetof(struct kj_resolver_stats, asked), false},
    {"resolver_cache_hits_total", "Answered from our cache.", offsetof(struct kj_resolver_stats, cache_hits),
        false},
    {"resolver_joined_total", "Joined the same question under way.",
        offsetof(struct kj_resolver_stats, joined), false},
    {"resolver_sent_total", "Packets sent.", offsetof(struct kj_resolver_stats, sent), false},
    {"resolver_retries_total", "Packets sent again.", offsetof(struct kj_resolver_stats, retries), false},
    {"resolver_tcp_total", "Questions by TCP.", offsetof(struct kj_resolver_stats, tcp), false},
    {"resolver_timeouts_total", "Questions without an answer in time.",
        offsetof(struct kj_resolver_stats, timeouts), false},
    {"resolver_servfails_total", "Questions that servers failed to answer.",
        offsetof(struct kj_resolver_stats, servfails), false},
    {"resolver_rejected_packets_total", "Packets that answered nothing.",
        offsetof(struct kj_resolver_stats, rejected_packets), false},
    {"resolver_in_flight", "Questions under way.", offsetof(struct kj_resolver_stats, in_flight), true},
    {"resolver_queued", "Questions that wait to be sent.", offsetof(struct kj_resolver_stats, queued), true},
    {"resolver_cached", "Answers in our cache.", offsetof(struct kj_resolver_stats, cached), true},
};

static void print_resolver(struct kj_engine *engine, struct kj_buf *out)
{
	struct kj_generation *generation = kj_generation_get(engine);
	struct kj_resolver_stats stats;

	if (generation->shared) {
		kj_resolver_stats(generation->shared->resolver, &stats);
		for (size_t i = 0; i < sizeof resolver_values / sizeof *resolver_values; i++) {
			const char *at = (const char *)&stats + resolver_values[i].offset;
			uint64_t value;
			uint32_t gauge;

			memcpy(&gauge, at, sizeof gauge);
			if (!resolver_values[i].is_gauge)
				memcpy(&value, at, sizeof value);
			head(out, resolver_values[i].name, resolver_values[i].is_gauge ? "gauge" : "counter",
			    resolver_values[i].help);
			kj_buf_printf(out, "kanjiki_%s %" PRIu64 "\n", resolver_values[i].name,
			    resolver_values[i].is_gauge ? (uint64_t)gauge : value);
		}
	}
	kj_generation_put(generation);
}

void kj_engine_metrics(struct kj_engine *engine, struct kj_buf *out)
{
	print_mails(engine, out);
	if (engine->health) {
		print_list_states(engine, out);
		print_lists(engine, out);
	}
	print_resolver(engine, out);
}
