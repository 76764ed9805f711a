/*
 * distinct.c - HyperLogLog, with linear counting for what is few
 */
#include "distinct.h"

#include <math.h>

#define ALPHA	     (0.7213 / (1 + 1.079 / DISTINCT_REGISTERS))
#define INDEX_BITS   8
#define LINEAR_BELOW (2.5 * DISTINCT_REGISTERS)

void distinct_add(struct distinct *distinct, uint64_t hash)
{
	unsigned index = hash & (DISTINCT_REGISTERS - 1);
	/* The bit that is added ends the count of zeros where the rest is all zero. */
	uint8_t rank = (uint8_t)(__builtin_ctzll(hash >> INDEX_BITS | 1ULL << (64 - INDEX_BITS)) + 1);

	if (rank > distinct->at[index])
		distinct->at[index] = rank;
}

void distinct_join(struct distinct *distinct, const struct distinct *other)
{
	uint8_t *restrict to = distinct->at;
	const uint8_t *restrict from = other->at;

	/* In this form compilers take many registers at once. */
	for (unsigned i = 0; i < DISTINCT_REGISTERS; i++)
		to[i] = from[i] > to[i] ? from[i] : to[i];
}

unsigned distinct_count(const struct distinct *distinct)
{
	unsigned histogram[66] = {0};
	double sum = 0, worth = 1, estimate;

	for (unsigned i = 0; i < DISTINCT_REGISTERS; i++)
		histogram[distinct->at[i] < 65 ? distinct->at[i] : 65]++;
	for (int rank = 0; rank < 66; rank++, worth /= 2)
		sum += histogram[rank] * worth;
	estimate = ALPHA * DISTINCT_REGISTERS * DISTINCT_REGISTERS / sum;
	if (estimate < LINEAR_BELOW && histogram[0])
		estimate = DISTINCT_REGISTERS * log((double)DISTINCT_REGISTERS / histogram[0]);
	return (unsigned)(estimate + 0.5);
}
