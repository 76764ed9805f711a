/*
 * engine.h - what all mails share: configuration, resolver, store
 *
 * kanjikid has one for its life; `kanjikictl score` makes one for its files. A reload swaps configuration and,
 * where its settings changed, the resolver; mails under way keep what they began with.
 */
#ifndef KJ_ENGINE_H
#define KJ_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/err.h"

struct kj_buf;
struct kj_clock;
struct kj_engine;
struct kj_snapshot;

struct kj_engine_options {
	const struct kj_clock *clock; /* must outlive the engine */
	bool offline;		      /* ask the network nothing; every such question is "disabled" */
	bool learn;		      /* for the past only: what sessions see goes to the state file, for the daemon */
	bool dry_run;		      /* judge each mail as if it came for the first time, and keep nothing */
	/* What happens beside the mails: a DNS list fails or returns, the state file takes nothing; a line each, by the
	 * snapshot's log format, from any thread. NULL: nobody listens, and the lists are not watched. */
	void (*say)(void *context, bool is_warning, const char *line);
	void *say_context;
};

/*
 * kj_engine_new - start resolver and store for a snapshot (of which it takes a reference)
 *
 * Errors: -KJ_EINVAL, -KJ_EIO, -KJ_ENOMEM with the reason.
 */
int kj_engine_new(struct kj_snapshot *snapshot, const struct kj_engine_options *options,
    struct kj_engine **ret_engine, struct kj_reason *reason);

/* kj_engine_free - all sessions must be gone; NULL is allowed */
void kj_engine_free(struct kj_engine *engine);

/* kj_engine_reload - mails from now on use this snapshot. On an error everything stays as it was. Settings that
 * only a start can change (socket, user, state) are left alone. Threads: safe. */
int kj_engine_reload(struct kj_engine *engine, struct kj_snapshot *snapshot, struct kj_reason *reason);

/* kj_engine_snapshot - the current snapshot, with a reference for the caller. Threads: safe. */
struct kj_snapshot *kj_engine_snapshot(struct kj_engine *engine);

/*
 * kj_engine_sweep - the daily round: mails that were put off and never came back
 *
 * Calls say() with one logfmt or JSON line each (by the snapshot's log format). Call it about once an hour.
 */
void kj_engine_sweep(struct kj_engine *engine, void (*say)(void *context, const char *line), void *context);

/* kj_engine_flush - write what has waited long enough; call it every second. all: everything, for an end without
 * kj_engine_free(), or to hear of a failure before it. Threads: safe. */
void kj_engine_flush(struct kj_engine *engine, bool all);

/* kj_engine_watched - options.learn: all mail of this site from from_s to to_s was taken in. If that reaches up to
 * the last day, the warm-up counts from from_s on; true then. */
bool kj_engine_watched(struct kj_engine *engine, int64_t from_s, int64_t to_s);

/* kj_engine_lists - the DNS lists and how they are, as a table for people. Threads: safe. */
void kj_engine_lists(struct kj_engine *engine, struct kj_buf *out);

/*
 * kj_engine_clusters - the clusters of the recent traffic (crowd.h), as a table for people
 *
 * Takes: words, with blanks between them: a signal's name (else: of all), "fast" for the fastest first instead of the
 *        biggest, the most that are listed (20). Returns false with one line in *out that says why there is none.
 *        Threads: safe.
 */
bool kj_engine_clusters(struct kj_engine *engine, const char *arguments, struct kj_buf *out);

/* kj_engine_cluster - all that is known of the cluster with this ID. Returns and threads like kj_engine_clusters(). */
bool kj_engine_cluster(struct kj_engine *engine, const char *arguments, struct kj_buf *out);

/* kj_engine_learned - take in what an engine with the option `learn` left in the state file. Returns like
 * kj_engine_clusters(). */
bool kj_engine_learned(struct kj_engine *engine, const char *arguments, struct kj_buf *out);

/* kj_engine_metrics - counters of mails, lists, resolver, recent traffic and share in Prometheus' text format.
 * Threads: safe. Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4) */
void kj_engine_metrics(struct kj_engine *engine, struct kj_buf *out);

#endif
