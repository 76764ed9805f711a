/*
 * lookups.h - the open questions of one mail
 *
 * Questions (question.h) are asked as soon as they can be stated - at connect, HELO, MAIL - and fly while the
 * client is still talking. Nobody waits but the end of message, once, for all that is missing, up to one
 * deadline. What has no answer by then is KJ_ANSWER_TIMEOUT for good: later answers go into the resolver's
 * cache, never into a verdict that is already being made.
 *
 * Threads: one `struct kj_lookups` is used by one thread at a time (answers arrive on the resolver's thread,
 * inside).
 */
#ifndef KJ_LOOKUPS_H
#define KJ_LOOKUPS_H

#include <stdint.h>

#include "kanjiki/question.h"

struct kj_clock;
struct kj_lookups;
struct kj_resolver;

/*
 * kj_lookups_new - nothing asked yet; NULL when out of memory
 *
 * Takes: resolver and clock, which must outlive the object; the longest that any question of it may stay open,
 * in milliseconds.
 */
struct kj_lookups *kj_lookups_new(struct kj_resolver *resolver, const struct kj_clock *clock, uint32_t longest_ms);

/* kj_lookups_free - forget all questions, also those still in flight. NULL is allowed. Never waits. */
void kj_lookups_free(struct kj_lookups *lookups);

/*
 * kj_lookups_ask - put a question; returns at once
 *
 * Takes:   question (copied). Kinds: all but KJ_ASK_FIRST_SEEN.
 * Returns: its number, 0, 1, 2, ... in the order of asking, even if it cannot be asked: the answer is then
 *          KJ_ANSWER_FAILED. -KJ_ENOMEM only if not even that could be noted.
 */
int kj_lookups_ask(struct kj_lookups *lookups, const struct kj_question *question);

/*
 * kj_lookups_wait - until every question has its answer, or the deadline (monotonic milliseconds) has passed
 *
 * Answers are final afterwards. More may be asked and waited for later.
 */
void kj_lookups_wait(struct kj_lookups *lookups, int64_t deadline_ms);

/* kj_lookups_answer - the answer by number; KJ_ANSWER_PENDING before the wait. Valid until the next wait and
 * until kj_lookups_free(). */
const struct kj_answer *kj_lookups_answer(struct kj_lookups *lookups, int number);

#endif
