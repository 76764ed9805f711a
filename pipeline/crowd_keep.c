/*
 * crowd_keep.c - the memory of the crowd from start to stop
 *
 * It comes from the state file, and goes back there. Without one, or while it cannot be written, the memory still
 * works; what went wrong is said once, until it is well again.
 */
#include "kanjiki/buf.h"
#include "kanjiki/crowd.h"
#include "kanjiki/crowd_journal.h"
#include "kanjiki/first_seen.h"
#include "kanjiki/record.h"
#include "kanjiki/share.h"
#include "pipeline/engine_private.h"

#define JOURNAL_LONG 100000 /* sightings, which a start takes a second or two to read again */
#define DAY_S	     86400
#define LINE_MAX     2048

void kj_engine_say(struct kj_engine *engine, bool is_warning, const char *event, const char *reason)
{
	struct kj_snapshot *snapshot;
	struct kj_record record;

	if (!engine->options.say)
		return;
	snapshot = kj_engine_snapshot(engine);
	kj_record_open(&record, kj_snapshot_settings(snapshot)->log_format, LINE_MAX);
	kj_record_str(&record, "event", event);
	kj_record_str(&record, "reason", reason);
	engine->options.say(engine->options.say_context, is_warning, kj_record_close(&record));
	kj_record_free(&record);
	kj_snapshot_unref(snapshot);
}

void kj_crowd_keep_result(struct kj_engine *engine, int rc, const struct kj_reason *reason)
{
	bool failed = rc < 0, before = atomic_exchange(&engine->crowd_failed, failed);

	if (failed && !before)
		kj_engine_say(engine, true, "crowd-not-kept", reason->text);
}

/* Another host saw a mail: it is part of the traffic, and its sender is known since then. */
static void hear(void *context, const struct kj_sighting *sighting)
{
	struct kj_engine *engine = context;
	int64_t now_s = kj_clock_wall_s(engine->options.clock);
	struct kj_sighting heard = *sighting;
	struct kj_reason reason = {""};
	int rc;

	/* A clock that runs ahead must not make the present old. */
	if (heard.time_s > now_s)
		heard.time_s = now_s;
	if (!kj_crowd_add(engine->crowd, &heard) || !engine->store)
		return;
	rc = kj_journal_add(engine->store, &heard, now_s, &reason);
	if (rc == 0 && *heard.domain)
		rc = kj_first_seen_note_since(engine->store, heard.domain,
		    heard.since_s > 0 ? heard.since_s : heard.time_s, heard.time_s, &reason);
	if (rc < 0)
		kj_crowd_keep_result(engine, rc, &reason);
}

static void hear_state(void *context, bool connected, const char *why)
{
	kj_engine_say(context, !connected, connected ? "redis-connected" : "redis-away", why);
}

static int start_share(struct kj_engine *engine, const struct kj_settings *settings, struct kj_reason *reason)
{
	struct kj_share_events events = {hear, hear_state, engine};

	if (!*settings->share.server)
		return 0;
	return kj_share_new(&settings->share, &events, engine->options.clock, &engine->share, reason);
}

/* What was learnt here is news to the other hosts, too. */
static void tell(void *context, const struct kj_sighting *sighting)
{
	struct kj_engine *engine = context;

	if (engine->share)
		kj_share_put(engine->share, sighting);
}

static int64_t take_learned(struct kj_engine *engine, struct kj_reason *reason)
{
	int64_t count = kj_journal_take_learned(engine->store, engine->crowd, tell, engine, reason);

	kj_crowd_keep_result(engine, count < 0 ? (int)count : 0, reason);
	return count;
}

int kj_crowd_keep_start(struct kj_engine *engine, struct kj_reason *reason)
{
	struct kj_snapshot *snapshot = kj_engine_snapshot(engine);
	const struct kj_settings *settings = kj_snapshot_settings(snapshot);
	struct kj_reason why = {""};
	int rc = 0;

	/* Keys are the same on all hosts. */
	if (*settings->share.server)
		kj_share_hash_key(&settings->share, &engine->key);
	if (settings->crowd_bytes && !engine->options.dry_run && !engine->options.learn) {
		rc = kj_crowd_new(settings->crowd_bytes, &engine->key, &engine->crowd);
		if (rc < 0)
			kj_fail(reason, (enum kj_err)-rc, "no memory for the recent traffic (crowd { memory })");
		if (rc == 0 && engine->store)
			kj_crowd_keep_result(engine, kj_journal_restore(engine->store, engine->crowd, &why), &why);
		if (rc == 0)
			rc = start_share(engine, settings, reason);
		if (rc == 0 && engine->store)
			take_learned(engine, &why);
	}
	kj_snapshot_unref(snapshot);
	return rc;
}

void kj_crowd_keep_stop(struct kj_engine *engine)
{
	struct kj_reason reason = {""};

	kj_share_free(engine->share);
	if (engine->crowd && engine->store && kj_journal_length(engine->store))
		kj_crowd_keep_result(engine, kj_journal_snapshot(engine->store, engine->crowd, &reason), &reason);
	kj_crowd_free(engine->crowd);
}

void kj_crowd_keep_sweep(struct kj_engine *engine)
{
	struct kj_reason reason = {""};

	if (engine->crowd && engine->store && kj_journal_length(engine->store) > JOURNAL_LONG)
		kj_crowd_keep_result(engine, kj_journal_snapshot(engine->store, engine->crowd, &reason), &reason);
}

void kj_engine_flush(struct kj_engine *engine, bool all)
{
	int64_t now_s = kj_clock_wall_s(engine->options.clock);
	struct kj_reason reason = {""};
	int rc = 0;

	if (!engine->store)
		return;
	if (all)
		rc = kj_first_seen_sweep(engine->store, now_s, &reason);
	if (rc == 0)
		rc = kj_journal_flush(engine->store, all ? INT64_MAX : now_s, &reason);
	/* That nothing was to be written is no news. */
	if (rc != 0)
		kj_crowd_keep_result(engine, rc, &reason);
}

bool kj_engine_learned(struct kj_engine *engine, const char *arguments, struct kj_buf *out)
{
	struct kj_reason reason = {""};
	int64_t count;

	(void)arguments;
	if (!engine->crowd || !engine->store) {
		kj_buf_add_str(out, "nothing is kept: the configuration says so (state, crowd { memory })");
		return false;
	}
	count = take_learned(engine, &reason);
	kj_store_look_again(engine->store);
	if (count < 0)
		kj_buf_printf(out, "the state file failed: %s", reason.text);
	else
		kj_buf_printf(out, "%lld mails taken in\n", (long long)count);
	return count >= 0;
}

bool kj_engine_watched(struct kj_engine *engine, int64_t from_s, int64_t to_s)
{
	struct kj_reason reason;

	return engine->store && from_s < to_s && kj_clock_wall_s(engine->options.clock) - to_s < DAY_S &&
	       kj_store_watched(engine->store, from_s, &reason) == 0;
}
