/*
 * timers.h - which of many moments comes next: a binary heap
 *
 * Room is reserved when the thing that will have a timer is made, so that setting one cannot fail later.
 *
 * Threads: one heap is used by one thread at a time.
 */
#ifndef KJ_LOOKUP_TIMERS_H
#define KJ_LOOKUP_TIMERS_H

#include <stddef.h>
#include <stdint.h>

/* Part of the thing that waits. Zeroed: not set. */
struct kj_timer {
	int64_t at_ms;
	size_t place; /* in the heap, from 1; 0: not set */
	int kind;     /* whose it is; for the owner's use */
};

struct kj_timers {
	struct kj_timer **heap; /* from 1 */
	size_t count, size, reserved;
};

/* kj_timers_reserve - room for one more timer; -KJ_ENOMEM. kj_timers_release - one fewer. */
int kj_timers_reserve(struct kj_timers *timers);
void kj_timers_release(struct kj_timers *timers);

/* kj_timers_set - set or move a timer that has room; _clear - no longer wait; does nothing if it is not set */
void kj_timers_set(struct kj_timers *timers, struct kj_timer *timer, int64_t at_ms);
void kj_timers_clear(struct kj_timers *timers, struct kj_timer *timer);

/* kj_timers_next - the timer that comes first; NULL if none is set */
struct kj_timer *kj_timers_next(const struct kj_timers *timers);

/* kj_timers_free - give the memory back; the timers belong to others */
void kj_timers_free(struct kj_timers *timers);

#endif
