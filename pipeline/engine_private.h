/*
 * engine_private.h - what the rooms of pipeline/ share of the engine
 */
#ifndef KJ_ENGINE_PRIVATE_H
#define KJ_ENGINE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "kanjiki/clock.h"
#include "kanjiki/decide.h"
#include "kanjiki/engine.h"
#include "kanjiki/hash.h"
#include "kanjiki/resolver.h"
#include "kanjiki/snapshot.h"
#include "kanjiki/store.h"
#include "pipeline/ceiling.h"

/* A resolver, shared by all generations whose settings for it are the same. */
struct kj_shared_resolver {
	atomic_uint refs;
	struct kj_resolver *resolver;
};

/* One configuration at work. A mail keeps the generation that it began with. */
struct kj_generation {
	atomic_uint refs;
	struct kj_snapshot *snapshot;
	struct kj_shared_resolver *shared; /* NULL offline */
};

struct kj_crowd;
struct kj_list_health;
struct kj_share;

struct kj_engine {
	struct kj_engine_options options;
	struct kj_list_health *health; /* NULL if nobody watches the lists */
	pthread_t watch;
	bool watches;
	int64_t started_s;
	atomic_uint_fast64_t mails[KJ_ACTIONS]; /* by action */
	struct kj_store *store; /* NULL without state */
	struct kj_crowd *crowd; /* the recent traffic; NULL if it is switched off */
	struct kj_share *share; /* other hosts; NULL without Redis */
	struct kj_hash_key key; /* the site's: shared with the other hosts, or of the store, or random */
	atomic_bool crowd_failed; /* the state file did not take it, and that was said */
	int64_t learns_from_s;	/* options.learn: when the first mail that was taken in came; 0 before that */
	struct kj_ceiling ceiling;
	pthread_mutex_t lock; /* guards `current` */
	struct kj_generation *current;
};

/* kj_engine_count - a mail has its verdict */
void kj_engine_count(struct kj_engine *engine, enum kj_action action);

/* crowd_keep.c: kj_crowd_keep_start - the memory as it was left, and the other hosts; _stop - write it, and let go of
 * both */
int kj_crowd_keep_start(struct kj_engine *engine, struct kj_reason *reason);
void kj_crowd_keep_stop(struct kj_engine *engine);

/* crowd_keep.c: _sweep - every hour; what went wrong is told by kj_engine_say() */
void kj_crowd_keep_sweep(struct kj_engine *engine);

/* crowd_keep.c: _result - what became of writing to the state file; a failure is said when it begins, not each time */
void kj_crowd_keep_result(struct kj_engine *engine, int rc, const struct kj_reason *reason);

/* kj_engine_say - one line beside the mails, if anybody listens: event=EVENT reason="..." */
void kj_engine_say(struct kj_engine *engine, bool is_warning, const char *event, const char *reason);

/* kj_generation_get - the current one, with a reference; kj_generation_put gives it back (NULL is allowed) */
struct kj_generation *kj_generation_get(struct kj_engine *engine);
void kj_generation_put(struct kj_generation *generation);

#endif
