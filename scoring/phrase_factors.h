/*
 * phrase_factors.h - what a text must hold for an expression to match in it
 */
#ifndef KJ_PHRASE_FACTORS_H
#define KJ_PHRASE_FACTORS_H

#include <stddef.h>

struct kj_arena;

struct factor_literal {
	struct factor_literal *next;
	const char *data;
	size_t len;
};

/* One of the literals must be in the text. */
struct factor_clause {
	struct factor_clause *next;
	struct factor_literal *literals;
	size_t shortest; /* length of the shortest of them, in bytes */
};

/*
 * phrase_factors - the clauses of an expression; every text that it matches fulfils all of them
 *
 * Takes:  an arena, and the expression, which PCRE2 has found good.
 * Gives:  a list in the arena; NULL where nothing can be said (or the arena is full): then always try the expression.
 */
struct factor_clause *phrase_factors(struct kj_arena *arena, const char *expression);

#endif
