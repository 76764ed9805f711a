/*
 * callbacks.h - libmilter's callbacks, from connect to close
 */
#ifndef KJ_MILTER_CALLBACKS_H
#define KJ_MILTER_CALLBACKS_H

#include <pthread.h>
#include <stdbool.h>

#include "kanjiki/err.h"

struct kj_engine;
struct kj_log;

/* What all connections share. */
struct kj_filter {
	struct kj_engine *engine;
	struct kj_log *log;
	bool over_tcp; /* the milter socket is inet or inet6: see negotiate.c */

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t idle;  /* nobody is at the end of a message */
	unsigned sessions;    /* open */
	unsigned judging;     /* of them at the end of a message */
	bool closing;         /* no new sessions: mail passes unscored */
};

void kj_filter_init(struct kj_filter *filter, struct kj_engine *engine, struct kj_log *log, bool over_tcp);

/* kj_filter_register - hand the callbacks to libmilter; once in a process. -KJ_EIO with the reason. */
int kj_filter_register(struct kj_filter *filter, struct kj_reason *reason);

/*
 * kj_filter_close - let no new session begin, and wait up to timeout_ms for verdicts under way
 *
 * Returns whether no session is left, so that the engine may be freed: libmilter does not close the connections
 * that are open when it is stopped.
 */
bool kj_filter_close(struct kj_filter *filter, unsigned timeout_ms);

#endif
