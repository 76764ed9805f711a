/*
 * phrase_engine.h - what phrase_set.c fills and phrase_scan.c runs
 */
#ifndef KJ_PHRASE_ENGINE_H
#define KJ_PHRASE_ENGINE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <hs/hs.h>
#include <pcre2.h>
#include <pthread.h>
#include <stdint.h>

#include "kanjiki/phrase_set.h"

/* Numbers of patterns from here on are clauses, below they are entries. */
#define FACTOR_ID 0x80000000U

struct entry {
	struct kj_phrase phrase;
	enum kj_view_kind view; /* where it is looked for */
	char *form;             /* literal: the bytes to look for. Expression: what was given to PCRE2 */
	size_t form_len;
	pcre2_code *code;                    /* NULL for a literal */
	bool on_bytes;                       /* compiled for bytes rather than characters */
	unsigned first_clause, clause_count; /* what must be met before it is run; none: always run */
	unsigned pivot;                      /* the clause whose places it is run around ... */
	size_t reach;                        /* ... so many bytes to either side; 0: on the whole text */
};

/* Places of one clause in one text; more than these, and the whole text is searched. */
#define PLACES_MAX 24

/* What one scan needs for itself; kept for the next one. */
struct worker {
	struct worker *next;
	hs_scratch_t *scratch;
	pcre2_match_data *match;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	unsigned char *met;             /* per clause: how often in this text, PLACES_MAX + 1 at most */
	uint32_t (*places)[PLACES_MAX]; /* where its literals ended */
};

struct kj_phrase_set {
	struct entry *entries;
	size_t count, room;
	unsigned clause_count;
	hs_database_t
	    *database[KJ_VIEW_COUNT]; /* literals, and those of clauses; NULL where there are none */
	hs_scratch_t *scratch;        /* the prototype of the workers' */
	bool compiled;
	pthread_mutex_t lock; /* of idle */
	struct worker *idle;
};

/* phrase_is_word - whether words of this code point's script are told apart by blanks, and it is part of one */
static inline bool phrase_is_word(uint32_t code)
{
	if (code < 0x80)
		return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9');
	return code >= 0xc0 && code < 0x2000 && code != 0xd7 && code != 0xf7 &&
	       !(code >= 0x1100 && code < 0x1200);
}

/* The same for PCRE2, around every expression. */
#define PHRASE_NO_WORD "[a-z0-9\\x{c0}-\\x{d6}\\x{d8}-\\x{f6}\\x{f8}-\\x{10ff}\\x{1200}-\\x{1fff}]"

/* And among bytes; closing quotes and dashes are the views' ASCII ones already. */
#define PHRASE_NO_WORD_BYTE "[a-z0-9\\x80-\\xff]"

/* phrase_worker_free - give back what a worker holds; NULL is allowed */
void phrase_worker_free(struct worker *worker);

#endif
