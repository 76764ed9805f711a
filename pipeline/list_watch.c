/*
 * list_watch.c - rounds over the lists, and a log line for each list that fails or returns
 *
 * A thread of its own, which sleeps nearly always: no mail waits for a round, and a round waits for nobody.
 */
#include "pipeline/list_watch.h"

#include <errno.h>
#include <signal.h>

#include "kanjiki/clock.h"
#include "kanjiki/list_health.h"
#include "kanjiki/list_probe.h"

#define PATIENCE_MAX_MS 10000
#define PATIENCE_MIN_MS 2000
#define LINE_MAX        2048

/* One probe under way. */
struct probe {
	struct kj_list_health *health;
	char zone[256];
};

static void ended(void *context, const struct kj_list_finding *finding)
{
	struct probe *probe = context;

	kj_list_health_end(probe->health, probe->zone, finding);
	free(probe);
}

static void examine(
    struct kj_engine *engine, const struct kj_generation *generation, const struct kj_dnsbl *list)
{
	static const struct kj_list_finding no_word = {.ill = KJ_LIST_NO_WORD};
	const struct kj_settings *settings = kj_snapshot_settings(generation->snapshot);
	int64_t patience_ms = settings->list_every_ms < PATIENCE_MIN_MS   ? PATIENCE_MIN_MS
	                      : settings->list_every_ms > PATIENCE_MAX_MS ? PATIENCE_MAX_MS
	                                                                  : settings->list_every_ms;
	int64_t deadline_ms = kj_clock_mono_ms(engine->options.clock) + patience_ms;
	struct probe *probe = malloc(sizeof *probe);

	if (probe) {
		probe->health = engine->health;
		snprintf(probe->zone, sizeof probe->zone, "%s", list->zone);
		if (kj_list_probe(generation->shared->resolver, list, settings->list_elsewhere, deadline_ms,
		        ended, probe) == 0)
			return;
		free(probe);
	}
	kj_list_health_end(engine->health, list->zone, &no_word);
}

static void examine_due(struct kj_engine *engine)
{
	struct kj_generation *generation = kj_generation_get(engine);
	const struct kj_rules *rules = kj_snapshot_rules(generation->snapshot);

	/* Where there is no memory for a record, the list is not examined, and believed as before. */
	(void)kj_list_health_adopt(engine->health, rules->dnsbls, rules->dnsbl_count,
	    kj_snapshot_settings(generation->snapshot)->list_every_ms);
	for (unsigned i = 0; i < rules->dnsbl_count; i++)
		if (kj_list_health_begin(engine->health, &rules->dnsbls[i]))
			examine(engine, generation, &rules->dnsbls[i]);
	kj_generation_put(generation);
}

static void tell(struct kj_engine *engine, enum kj_record_format format, const struct kj_list_event *event)
{
	struct kj_record record;
	char when[KJ_CLOCK_UTC_LEN];

	kj_record_open(&record, format, LINE_MAX);
	kj_record_str(&record, "event", event->failing ? "list-failing" : "list-healthy");
	kj_record_str(&record, "list", event->label);
	if (event->failing)
		kj_record_str(&record, "reason", event->reason);
	kj_record_str(&record, event->failing ? "last_known_well" : "failed_since",
	    kj_clock_utc(event->since_s, when));
	kj_record_int(&record, event->failing ? "mails_with_a_listing_since" : "mails_without_it",
	    (int64_t)event->mails);
	if (event->failing && event->never_worked)
		kj_record_str(&record, "hint",
		    "it never worked since the start: is it asked as it wants (test-listed, asks, key)?");
	engine->options.say(engine->options.say_context, event->failing, kj_record_close(&record));
	kj_record_free(&record);
}

static void tell_all(struct kj_engine *engine)
{
	struct kj_snapshot *snapshot = kj_engine_snapshot(engine);
	struct kj_list_event event;

	while (kj_list_health_event(engine->health, &event))
		tell(engine, kj_snapshot_settings(snapshot)->log_format, &event);
	kj_snapshot_unref(snapshot);
}

static void *run(void *context)
{
	struct kj_engine *engine = context;

	do {
		examine_due(engine);
		tell_all(engine);
	} while (kj_list_health_wait(engine->health));
	return NULL;
}

int kj_list_watch_start(struct kj_engine *engine, struct kj_reason *reason)
{
	sigset_t all, old;
	int rc;

	engine->health = kj_list_health_new(engine->options.clock);
	if (!engine->health)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	/* The thread inherits the mask of whoever makes it: no signal is ever its. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&engine->watch, NULL, run, engine);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		return kj_fail(reason, KJ_EIO, "no thread to watch the lists: %s", strerrordesc_np(rc));
	pthread_setname_np(engine->watch, "lists");
	engine->watches = true;
	return 0;
}

void kj_list_watch_stop(struct kj_engine *engine)
{
	if (!engine->watches)
		return;
	kj_list_health_close(engine->health);
	pthread_join(engine->watch, NULL);
	engine->watches = false;
}
