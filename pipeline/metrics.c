/*
 * metrics.c - counters in Prometheus' text format
 *
 * Counters of lists last as long as the process. Those of the resolver begin anew when a reload changes its settings,
 * as the format allows.
 */
#include <inttypes.h>

#include "kanjiki/buf.h"
#include "kanjiki/crowd.h"
#include "kanjiki/list_health.h"
#include "kanjiki/share.h"
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

struct value {
	const char *name, *help;
	size_t offset;
	bool is_gauge; /* of 32 bits; a counter has 64 */
};

#define RESOLVER(member) offsetof(struct kj_resolver_stats, member)

static const struct value resolver_values[] = {
    {"resolver_questions_total", "DNS questions asked.", RESOLVER(asked), false},
    {"resolver_joined_total", "Joined the same question under way.", RESOLVER(joined), false},
    {"resolver_sent_total", "Packets sent.", RESOLVER(sent), false},
    {"resolver_retries_total", "Packets sent again.", RESOLVER(retries), false},
    {"resolver_tcp_total", "Questions by TCP.", RESOLVER(tcp), false},
    {"resolver_timeouts_total", "Questions without an answer in time.", RESOLVER(timeouts), false},
    {"resolver_servfails_total", "Questions that servers failed to answer.", RESOLVER(servfails), false},
    {"resolver_rejected_packets_total", "Packets that answered nothing.", RESOLVER(rejected_packets), false},
    {"resolver_in_flight", "Questions under way.", RESOLVER(in_flight), true},
    {"resolver_queued", "Questions that wait to be sent.", RESOLVER(queued), true},
    {"resolver_cached", "Answers in our cache.", RESOLVER(cached), true},
};

#define CROWD(member) offsetof(struct kj_crowd_stats, member)

static const struct value crowd_values[] = {
    {"crowd_mails_total", "Mails taken into the recent traffic.", CROWD(mails), false},
    {"crowd_repeated_total", "Mails that were in it already: retries, and what was told twice.",
        CROWD(repeated), false},
    {"crowd_singles", "Keys seen with one sender domain.", CROWD(singles), true},
    {"crowd_singles_evicted_total", "Of these, pushed out by newer ones.", CROWD(singles_evicted), false},
};

#define SHARE(member) offsetof(struct kj_share_stats, member)

static const struct value share_values[] = {
    {"redis_told_total", "Sightings told to the other hosts.", SHARE(told), false},
    {"redis_heard_total", "Sightings heard from the other hosts.", SHARE(heard), false},
    {"redis_refused_total", "Entries in Redis that were damaged, or sealed with another secret.",
        SHARE(refused), false},
    {"redis_dropped_total", "Sightings never told, for too many waited.", SHARE(dropped), false},
    {"redis_waiting", "Sightings that wait to be told.", SHARE(waiting), true},
    {"redis_round_trips_total", "Round trips to Redis.", SHARE(round_trips), false},
};

static void print_values(const struct value *values, size_t count, const void *stats, struct kj_buf *out)
{
	for (size_t i = 0; i < count; i++) {
		const char *at = (const char *)stats + values[i].offset;
		uint64_t value = 0;
		uint32_t gauge;

		if (values[i].is_gauge) {
			memcpy(&gauge, at, sizeof gauge);
			value = gauge;
		} else {
			memcpy(&value, at, sizeof value);
		}
		head(out, values[i].name, values[i].is_gauge ? "gauge" : "counter", values[i].help);
		kj_buf_printf(out, "kanjiki_%s %" PRIu64 "\n", values[i].name, value);
	}
}
#define PRINT_VALUES(values, stats, out) print_values(values, sizeof values / sizeof *values, stats, out)

static void print_resolver(struct kj_engine *engine, struct kj_buf *out)
{
	struct kj_generation *generation = kj_generation_get(engine);
	struct kj_resolver_stats stats;

	if (generation->shared) {
		kj_resolver_stats(generation->shared->resolver, &stats);
		PRINT_VALUES(resolver_values, &stats, out);
	}
	kj_generation_put(generation);
}

static void print_crowd(struct kj_engine *engine, struct kj_buf *out)
{
	struct kj_crowd_stats stats;

	kj_crowd_stats(engine->crowd, &stats);
	PRINT_VALUES(crowd_values, &stats, out);
	head(out, "crowd_memory_bytes", "gauge", "Memory of the recent traffic: in use, and reserved.");
	kj_buf_printf(out, "kanjiki_crowd_memory_bytes{what=\"used\"} %" PRIu64 "\n", stats.bytes);
	kj_buf_printf(out, "kanjiki_crowd_memory_bytes{what=\"max\"} %" PRIu64 "\n", stats.bytes_max);
	head(out, "crowd_clusters", "gauge", "Clusters of each signal, and how many there may be.");
	for (int i = 0; i < KJ_SIGNALS; i++) {
		kj_buf_printf(out, "kanjiki_crowd_clusters{signal=\"%s\",what=\"used\"} %u\n", kj_signals[i].name,
		    (unsigned)stats.signals[i].clusters);
		kj_buf_printf(out, "kanjiki_crowd_clusters{signal=\"%s\",what=\"max\"} %u\n", kj_signals[i].name,
		    (unsigned)stats.signals[i].clusters_max);
	}
	head(out, "crowd_evicted_total", "counter", "Clusters pushed out by newer ones before their time was over.");
	for (int i = 0; i < KJ_SIGNALS; i++)
		kj_buf_printf(out, "kanjiki_crowd_evicted_total{signal=\"%s\"} %" PRIu64 "\n", kj_signals[i].name,
		    stats.signals[i].evicted);
}

static void print_share(struct kj_engine *engine, struct kj_buf *out)
{
	struct kj_share_stats stats;

	kj_share_stats(engine->share, &stats);
	head(out, "redis_connected", "gauge", "1 while the other hosts can be told and heard.");
	kj_buf_printf(out, "kanjiki_redis_connected %d\n", (int)stats.connected);
	PRINT_VALUES(share_values, &stats, out);
}

void kj_engine_metrics(struct kj_engine *engine, struct kj_buf *out)
{
	print_mails(engine, out);
	if (engine->health) {
		print_list_states(engine, out);
		print_lists(engine, out);
	}
	print_resolver(engine, out);
	if (engine->crowd)
		print_crowd(engine, out);
	if (engine->share)
		print_share(engine, out);
}
