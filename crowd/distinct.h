/*
 * distinct.h - about how many different things came by (HyperLogLog: Flajolet, Fusy, Gandouet, Meunier 2007)
 *
 * 256 registers of a byte: the standard error is 1.04 / sqrt(256) = 6.5%. Private to crowd/.
 */
#ifndef KJ_DISTINCT_H
#define KJ_DISTINCT_H

#include <stdint.h>

#define DISTINCT_REGISTERS 256

struct distinct {
	uint8_t at[DISTINCT_REGISTERS];
};

/* distinct_add - note one thing by its hash, 64 bits that are all random */
void distinct_add(struct distinct *distinct, uint64_t hash);

/* distinct_join - everything that is in `other` is in `distinct`, too */
void distinct_join(struct distinct *distinct, const struct distinct *other);

unsigned distinct_count(const struct distinct *distinct);

#endif
