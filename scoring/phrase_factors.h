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

struct factors {
	struct factor_clause
	    *clauses; /* every text that the expression matches fulfils all of them; NULL if nothing
	                                * can be said: then always try the expression */
	size_t reach; /* no match is longer than so many bytes; 0 if that cannot be said */
};

/*
 * phrase_factors - what can be said of an expression
 *
 * Takes:  an arena, the expression, which PCRE2 has found good, and the most bytes that a class or a dot can match
 *         (1 where it runs on bytes, else 4).
 * Gives:  clauses in the arena; none when it is full.
 */
struct factors phrase_factors(struct kj_arena *arena, const char *expression, size_t unit);

#endif
