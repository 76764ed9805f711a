/*
 * rng.h - the dice of the load generator
 *
 * SplitMix64 (Steele, Lea, Flood 2014): one word of state, so that mail number n is made from (seed, n) alone and
 * is the same whichever thread makes it. Not for secrets.
 */
#ifndef BENCH_RNG_H
#define BENCH_RNG_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = (rng->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* rng_for - the dice of item n of stream `salt` of a run */
static inline struct rng rng_for(uint64_t seed, uint64_t salt, uint64_t n)
{
	struct rng rng = {seed ^ (salt * 0xd1342543de82ef95u)};

	rng.state = rng_next(&rng) + n * 0xaf251af3b0f025b5u;
	return rng;
}

static inline unsigned rng_below(struct rng *rng, unsigned limit)
{
	return limit ? (unsigned)(rng_next(rng) % limit) : 0;
}

static inline unsigned rng_between(struct rng *rng, unsigned low, unsigned high)
{
	return low + rng_below(rng, high - low + 1);
}

/* rng_size - log-uniform: as many mails between 2 and 4 KB as between 20 and 40 KB */
static inline size_t rng_size(struct rng *rng, size_t low, size_t high)
{
	double share = (double)(rng_next(rng) >> 11) / 9007199254740992.0;

	return (size_t)((double)low * pow((double)high / (double)low, share));
}

#define RNG_PICK(rng, table) ((table)[rng_below((rng), sizeof(table) / sizeof *(table))])

#endif
