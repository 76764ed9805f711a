/*
 * weigh.c - terms, family caps, sum
 */
#include "kanjiki/weigh.h"

#include "kanjiki/arena.h"
#include "kanjiki/err.h"

/* Add a term for what the cap of a family cuts off, so that the terms still sum up to the score. */
static int apply_cap(struct kj_arena *arena, const struct kj_family *family, int32_t *sum, struct kj_term *terms,
    unsigned *count)
{
	int32_t capped = *sum;

	if (capped > family->cap_centi)
		capped = family->cap_centi;
	if (capped < -family->cap_centi)
		capped = -family->cap_centi;
	if (capped == *sum)
		return 0;
	terms[*count] = (struct kj_term){
	    kj_arena_printf(arena, "CAP(%s)", family->name),
	    family->name,
	    "the family's cap",
	    capped - *sum,
	};
	if (!terms[(*count)++].symbol)
		return -KJ_ENOMEM;
	*sum = capped;
	return 0;
}

/*
 * What speaks for a mail outweighs what speaks against it, but not a family that is firm: the score is then at least that
 * family's sum. A term says so, and keeps the sum exact.
 */
static int hold_firm(struct kj_arena *arena, const struct kj_family *firm, int32_t floor, struct kj_score *score,
    struct kj_term *terms)
{
	if (!firm || score->total_centi >= floor)
		return 0;
	terms[score->term_count] = (struct kj_term){
	    kj_arena_printf(arena, "FIRM(%s)", firm->name),
	    firm->name,
	    "nothing outweighs this family",
	    floor - score->total_centi,
	};
	if (!terms[score->term_count++].symbol)
		return -KJ_ENOMEM;
	score->total_centi = floor;
	return 0;
}

int kj_weigh(struct kj_arena *arena, const struct kj_hits *hits, const struct kj_weights *weights,
    const struct kj_policy *policy, struct kj_score *ret_score)
{
	unsigned hit_count = kj_hits_count(hits);
	struct kj_term *terms = kj_arena_array(arena, hit_count + weights->family_count + 1, sizeof *terms);
	int32_t *sums = kj_arena_array(arena, weights->family_count, sizeof *sums);
	struct kj_score score = {.terms = terms};
	const struct kj_family *firm = NULL;
	int32_t floor = 0;

	if (!terms || !sums)
		return -KJ_ENOMEM;
	for (unsigned i = 0; i < hit_count; i++) {
		const struct kj_hit *hit = kj_hits_get(hits, i);
		struct kj_term term = {hit->symbol, "", hit->reason, 0};
		int index = kj_symbol_find(weights, hit->symbol);

		if (index >= 0) {
			unsigned family = weights->symbols[index].family;

			term.family = weights->families[family].name;
			term.score_centi = policy->score_centi[index];
			sums[family] += term.score_centi;
		}
		terms[score.term_count++] = term;
	}
	for (unsigned f = 0; f < weights->family_count; f++) {
		const struct kj_family *family = &weights->families[f];

		if (apply_cap(arena, family, &sums[f], terms, &score.term_count) < 0)
			return -KJ_ENOMEM;
		score.total_centi += sums[f];
		score.families += sums[f] > 0;
		score.gate_family |= family->gate_centi > 0 && sums[f] >= family->gate_centi;
		if (family->firm_centi > 0 && sums[f] >= family->firm_centi && sums[f] > floor) {
			firm = family;
			floor = sums[f];
		}
	}
	if (hold_firm(arena, firm, floor, &score, terms) < 0)
		return -KJ_ENOMEM;
	*ret_score = score;
	return 0;
}
