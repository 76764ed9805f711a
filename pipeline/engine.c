/*
 * engine.c - configuration, resolver and store behind all mails
 */
#include "pipeline/engine_private.h"

#include "kanjiki/deferral.h"
#include "kanjiki/first_seen.h"
#include "kanjiki/list_health.h"
#include "kanjiki/record.h"
#include "pipeline/list_watch.h"

#define LOST_AFTER_S 86400
#define QUIET_S      (14 * 86400) /* without any mail, and senders must be learned anew */
#define LINE_MAX     8192

static void shared_put(struct kj_shared_resolver *shared)
{
	if (!shared || atomic_fetch_sub(&shared->refs, 1) != 1)
		return;
	kj_resolver_free(shared->resolver);
	free(shared);
}

void kj_generation_put(struct kj_generation *generation)
{
	if (!generation || atomic_fetch_sub(&generation->refs, 1) != 1)
		return;
	shared_put(generation->shared);
	kj_snapshot_unref(generation->snapshot);
	free(generation);
}

struct kj_generation *kj_generation_get(struct kj_engine *engine)
{
	struct kj_generation *generation;

	pthread_mutex_lock(&engine->lock);
	generation = engine->current;
	atomic_fetch_add(&generation->refs, 1);
	pthread_mutex_unlock(&engine->lock);
	return generation;
}

static bool same_servers(const struct kj_resolver_config *a, const struct kj_resolver_config *b)
{
	if (a->server_count != b->server_count)
		return false;
	for (unsigned i = 0; i < a->server_count; i++)
		if (strcmp(a->servers[i], b->servers[i]) != 0)
			return false;
	return true;
}

static bool same_resolver(const struct kj_snapshot *one, const struct kj_snapshot *two)
{
	struct kj_resolver_config a = kj_snapshot_settings(one)->resolver;
	struct kj_resolver_config b = kj_snapshot_settings(two)->resolver;

	return same_servers(&a, &b) && a.retry_ms == b.retry_ms && a.attempts == b.attempts &&
	       a.in_flight_max == b.in_flight_max && a.queue_max == b.queue_max && a.cache_max == b.cache_max &&
	       a.cache_bytes_max == b.cache_bytes_max && a.ttl_max_s == b.ttl_max_s &&
	       a.negative_ttl_max_s == b.negative_ttl_max_s && a.failure_ttl_s == b.failure_ttl_s;
}

static int shared_new(struct kj_engine *engine, struct kj_snapshot *snapshot, struct kj_shared_resolver **ret_shared,
    struct kj_reason *reason)
{
	struct kj_shared_resolver *shared = calloc(1, sizeof *shared);
	int rc;

	if (!shared)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	rc = kj_resolver_new(
	    &kj_snapshot_settings(snapshot)->resolver, engine->options.clock, &shared->resolver, reason);
	if (rc < 0) {
		free(shared);
		return rc;
	}
	atomic_init(&shared->refs, 1);
	*ret_shared = shared;
	return 0;
}

/* A generation for the snapshot, with the resolver of `before` where its settings are the same. */
static int generation_new(struct kj_engine *engine, struct kj_snapshot *snapshot, struct kj_generation *before,
    struct kj_generation **ret_generation, struct kj_reason *reason)
{
	struct kj_generation *generation = calloc(1, sizeof *generation);
	int rc;

	if (!generation)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	if (before && before->shared && same_resolver(before->snapshot, snapshot)) {
		generation->shared = before->shared;
		atomic_fetch_add(&generation->shared->refs, 1);
	} else if (!engine->options.offline) {
		rc = shared_new(engine, snapshot, &generation->shared, reason);
		if (rc < 0) {
			free(generation);
			return rc;
		}
	}
	atomic_init(&generation->refs, 1);
	generation->snapshot = kj_snapshot_ref(snapshot);
	*ret_generation = generation;
	return 0;
}

static int open_state(struct kj_engine *engine, struct kj_snapshot *snapshot, struct kj_reason *reason)
{
	const char *path = kj_snapshot_settings(snapshot)->state;
	struct kj_reason why = {""};
	int rc;

	if (engine->options.dry_run || !*path)
		return kj_hash_key_random(&engine->key);
	rc = kj_store_open(path, &engine->store, &why);
	if (rc < 0)
		return kj_fail(reason, (enum kj_err)-rc, "state file %s: %s", path, why.text);
	engine->key = *kj_store_hash_key(engine->store);
	rc = kj_store_resume(engine->store, kj_clock_wall_s(engine->options.clock), QUIET_S, &why);
	return rc < 0 ? kj_fail(reason, (enum kj_err)-rc, "state file %s: %s", path, why.text) : 0;
}

int kj_engine_new(struct kj_snapshot *snapshot, const struct kj_engine_options *options,
    struct kj_engine **ret_engine, struct kj_reason *reason)
{
	struct kj_engine *engine = calloc(1, sizeof *engine);
	int rc;

	if (!engine)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	engine->options = *options;
	engine->started_s = kj_clock_wall_s(options->clock);
	pthread_mutex_init(&engine->lock, NULL);
	kj_ceiling_init(&engine->ceiling);
	rc = open_state(engine, snapshot, reason);
	if (rc == 0)
		rc = generation_new(engine, snapshot, NULL, &engine->current, reason);
	if (rc == 0)
		rc = kj_crowd_keep_start(engine, reason);
	if (rc == 0 && options->say && !options->offline)
		rc = kj_list_watch_start(engine, reason);
	if (rc < 0) {
		kj_engine_free(engine);
		return rc;
	}
	*ret_engine = engine;
	return 0;
}

void kj_engine_free(struct kj_engine *engine)
{
	if (!engine)
		return;
	/* Probes that are under way end with the resolver, which is the current generation's: only then may the records go. */
	kj_list_watch_stop(engine);
	kj_generation_put(engine->current);
	kj_list_health_free(engine->health);
	kj_crowd_keep_stop(engine);
	kj_store_close(engine->store);
	kj_ceiling_destroy(&engine->ceiling);
	pthread_mutex_destroy(&engine->lock);
	free(engine);
}

int kj_engine_reload(struct kj_engine *engine, struct kj_snapshot *snapshot, struct kj_reason *reason)
{
	struct kj_generation *before = kj_generation_get(engine), *after = NULL, *old = NULL;
	int rc = generation_new(engine, snapshot, before, &after, reason);

	if (rc == 0) {
		pthread_mutex_lock(&engine->lock);
		old = engine->current;
		engine->current = after;
		pthread_mutex_unlock(&engine->lock);
	}
	if (rc == 0 && engine->health)
		kj_list_health_wake(engine->health);
	kj_generation_put(old);
	kj_generation_put(before);
	return rc;
}

struct kj_snapshot *kj_engine_snapshot(struct kj_engine *engine)
{
	struct kj_generation *generation = kj_generation_get(engine);
	struct kj_snapshot *snapshot = kj_snapshot_ref(generation->snapshot);

	kj_generation_put(generation);
	return snapshot;
}

void kj_engine_count(struct kj_engine *engine, enum kj_action action)
{
	atomic_fetch_add_explicit(&engine->mails[action], 1, memory_order_relaxed);
}

struct sweep {
	enum kj_record_format format;
	int64_t now_s;
	void (*say)(void *context, const char *line);
	void *context;
};

static void say_lost(void *context, const struct kj_deferral_lost *lost)
{
	const struct sweep *sweep = context;
	struct kj_record record;

	kj_record_open(&record, sweep->format, LINE_MAX);
	kj_record_str(&record, "event", "never-came-back");
	kj_record_str(&record, "from", lost->sender);
	kj_record_str(&record, "rcpts", lost->rcpts);
	kj_record_str(&record, "client", lost->client);
	kj_record_centi(&record, "score", lost->score_centi);
	kj_record_str(&record, "terms", lost->terms);
	kj_record_int(&record, "attempts", lost->attempts);
	kj_record_int(&record, "hours_ago", (sweep->now_s - lost->first_s) / 3600);
	sweep->say(sweep->context, kj_record_close(&record));
	kj_record_free(&record);
}

static void say_failure(const struct sweep *sweep, const struct kj_reason *reason)
{
	struct kj_record record;

	kj_record_open(&record, sweep->format, LINE_MAX);
	kj_record_str(&record, "event", "state-file-failed");
	kj_record_str(&record, "reason", reason->text);
	sweep->say(sweep->context, kj_record_close(&record));
	kj_record_free(&record);
}

void kj_engine_sweep(struct kj_engine *engine, void (*say)(void *context, const char *line), void *context)
{
	struct kj_snapshot *snapshot = kj_engine_snapshot(engine);
	const struct kj_settings *settings = kj_snapshot_settings(snapshot);
	struct kj_deferral_rules rules = {
	    settings->defer_min_age_s, settings->defer_attempts, settings->defer_keep_s};
	struct sweep sweep = {settings->log_format, kj_clock_wall_s(engine->options.clock), say, context};
	struct kj_reason reason;

	kj_crowd_keep_sweep(engine);
	if (engine->store) {
		if (kj_deferral_sweep(engine->store, &rules, LOST_AFTER_S, sweep.now_s, say_lost, &sweep, &reason) < 0 ||
		    kj_first_seen_sweep(engine->store, sweep.now_s, &reason) < 0 ||
		    kj_store_resume(engine->store, sweep.now_s, QUIET_S, &reason) < 0)
			say_failure(&sweep, &reason);
	}
	kj_snapshot_unref(snapshot);
}
