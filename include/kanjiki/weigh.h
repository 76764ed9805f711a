/*
 * weigh.h - hits and a policy make a score
 *
 * Pure and cheap: the same hits and the same policy give the same terms, and a what-if can run it millions of
 * times. The terms sum up to the score exactly, family caps included.
 */
#ifndef KJ_WEIGH_H
#define KJ_WEIGH_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/hits.h"
#include "kanjiki/policy.h"

struct kj_arena;

struct kj_term {
	/* What a cap cut off is a term of its own: "CAP(headers)" with a negative score. So is what others would have taken
	 * away from a firm family: "FIRM(extortion)" with a positive one. */
	const char *symbol;
	const char *family; /* "" for a symbol without a row in the weights, which scores 0 */
	const char *reason;
	int32_t score_centi;
};

struct kj_score {
	int32_t total_centi;
	const struct kj_term *terms; /* in the order of the hits; then caps, then what a firm family holds */
	unsigned term_count;
	unsigned families;  /* how many families raise the score */
	bool gate_family;   /* one of them reaches its gate (policy.h) */
};

/* kj_weigh - into *ret_score, in the arena; -KJ_ENOMEM. Threads: safe, one arena per call. */
int kj_weigh(struct kj_arena *arena, const struct kj_hits *hits, const struct kj_weights *weights,
    const struct kj_policy *policy, struct kj_score *ret_score);

#endif
