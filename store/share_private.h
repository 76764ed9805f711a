/*
 * share_private.h - what share.c, whom the callers meet, and share_thread.c, who talks to Redis, have in common
 */
#ifndef KJ_SHARE_PRIVATE_H
#define KJ_SHARE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "kanjiki/share.h"
#include "share_link.h"
#include "share_ring.h"
#include "share_seal.h"
#include "share_talk.h"

/* Open questions, and answers that nobody has collected: the oldest answer gives way. */
#define KJ_SHARE_QUESTIONS 8192U

struct kj_share_question {
	uint64_t id; /* it lies at id % KJ_SHARE_QUESTIONS; 0: none */
	uint64_t domain;
	int64_t since_s;
	bool known;
};

struct kj_share {
	const struct kj_clock *clock;
	struct kj_share_events events;
	struct kj_target target;
	struct kj_seal seal;
	pthread_t thread;
	bool started;

	pthread_mutex_t lock;  /* guards all down to stats */
	pthread_cond_t work;   /* for the thread: there is something to do */
	pthread_cond_t answers;
	atomic_bool closing;   /* also read without the lock, while connecting */
	int64_t closing_ms;    /* what is still to be told has time until then */
	bool connected;
	struct kj_ring ring;
	uint64_t told; /* number of the first sighting that is not told yet */
	struct kj_share_question *questions;
	uint64_t answered, scored, asked, next_question; /* each up to, but not including; in this order */
	struct kj_share_stats stats;

	/* The thread's own. */
	struct kj_link *link;
	struct kj_talk *talk;
	struct kj_cycle *cycle;
	uint64_t cycle_told; /* the number behind the last sighting of the cycle */
	int64_t poll_ms;     /* when to hear the others next */
	int64_t back_off_ms;
	bool said, said_connected;
	int64_t said_ms;
	struct kj_reason said_why;
};

/* kj_share_sleep - wait for the condition, with the lock held, or until a time of the share's clock, or a second */
void kj_share_sleep(struct kj_share *share, pthread_cond_t *condition, int64_t until_ms);

/* kj_share_run - the thread; context is the share */
void *kj_share_run(void *context);

#endif
