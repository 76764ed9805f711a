/*
 * phrase_engine.h - what a phrase set is made of, for the files that fill, compile and run it
 *
 * phrase_set.c collects phrases, phrase_form.c turns each into the forms that are looked for, phrase_compile.c makes
 * one database of all forms, phrase_scan.c runs it.
 */
#ifndef KJ_PHRASE_ENGINE_H
#define KJ_PHRASE_ENGINE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <hs/hs.h>
#include <pcre2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "kanjiki/phrase_set.h"

/* Numbers of patterns from here on are clauses, or stems; below they are forms. */
#define CLAUSE_ID 0x80000000U
#define STEM_ID   0x40000000U

/* One walk of Hyperscan over one view. */
enum pass {
	PASS_WORDS,
	PASS_DENSE,
	PASS_RUNS, /* the dense view again, for literals of Latin script without their blanks; only if the text has runs
	            * of single letters in which the words cannot be told apart */
	PASS_COUNT,
};

/* What is looked for. A phrase has one form, or several. */
struct form {
	const struct kj_phrase *phrase;
	enum pass pass;
	char *text; /* literal: the bytes to look for. Expression: between its word boundaries, as PCRE2 gets it */
	size_t len;

	/* Of expressions: */
	uint32_t options;                    /* for PCRE2 */
	char *inner;                         /* without the word boundaries */
	_Atomic(pcre2_code *) code;          /* compiled when it is first needed */
	unsigned first_clause, clause_count; /* what must be met before it is run; none: always run */
	unsigned pivot;                      /* the clause whose places it is run around ... */
	size_t reach;                        /* ... so many bytes to either side; 0: on the whole text */

	/* Of groups: each is a clause, and `reach` is the most bytes from the first word to the end of the last. */
	struct word *words;
	unsigned word_count;
};

/* A word of a group. */
struct word {
	unsigned group;
	char *text;
	size_t len;
	bool open; /* may go on: it ended in a star */
};

enum clause_kind {
	CLAUSE_ONCE,  /* it is enough to be met */
	CLAUSE_PIVOT, /* its places are noted */
	CLAUSE_GROUP, /* its last place is noted */
};

struct clause {
	unsigned form;
	enum clause_kind kind;
};

/* A word of a group as a pattern. */
struct stem {
	unsigned clause;
	unsigned len;
	bool open;
};

/* Places of one clause in one text; more than these, and the whole text is searched. */
#define PLACES_MAX 24
/* Places of all clauses together, likewise. */
#define PLACES_ALL_MAX 8192

struct place {
	uint32_t end;  /* of the literal */
	uint32_t next; /* index, one more than the array's; 0: the last */
};

/* A scan, and what it needs for itself; kept for the next one. */
struct kj_phrase_scan {
	struct kj_phrase_scan *next; /* in the pool */
	const struct kj_phrase_set *set;
	const struct kj_views *views;
	kj_phrase_match_fn *fn;
	void *context;
	bool stopped;
	enum pass pass;          /* of the walk under way */
	bool valid[KJ_VIEW_COUNT]; /* the view is good UTF-8 */

	hs_scratch_t *scratch;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	pcre2_jit_stack *stack;
	unsigned char *met;     /* per clause: how often in this text, PLACES_MAX + 1 at most */
	/* Per clause. Of a pivot: its first and its last place, as `next`; of a group: where its last word begins and ends. */
	uint32_t *first, *last;
	struct place *places;
	unsigned place_count;
	unsigned *tries; /* forms whose pivot was met */
	unsigned try_count;
};

struct kj_phrase_set {
	struct kj_phrase **phrases;
	size_t count, room;
	const char *languages[KJ_PHRASE_LANGUAGES_MAX]; /* of the first phrase of each */
	unsigned language_count;
	struct form *forms;
	unsigned form_count, form_room;
	struct clause *clauses;
	unsigned clause_count, clause_room;
	struct stem *stems;
	unsigned stem_count, stem_room;
	unsigned *always; /* expressions without clauses */
	unsigned always_count;
	hs_database_t *database[PASS_COUNT]; /* NULL where there is nothing to look for */
	hs_scratch_t *scratch;               /* the prototype of the scans' */
	bool compiled;
	pthread_mutex_t lock; /* of idle, and of compiling an expression */
	struct kj_phrase_scan *idle;
};

/*
 * phrase_forms - the forms of a phrase, appended to the set's
 *
 * Errors: -KJ_EINVAL with the reason and *ret_offset, -KJ_ENOMEM. Forms appended before a failure stay.
 */
int phrase_forms(struct kj_phrase_set *set, const struct kj_phrase *phrase, size_t *ret_offset,
    struct kj_reason *reason);

/* phrase_compile_code - the expression, ready to run; NULL after a reason. Threads: safe. */
pcre2_code *phrase_compile_code(const struct form *form, struct kj_reason *reason);

/* phrase_is_word - whether words of this code point's script are told apart by blanks, and it is part of one */
static inline bool phrase_is_word(uint32_t code)
{
	if (code < 0x80)
		return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9');
	return code >= 0xc0 && code < 0x2000 && code != 0xd7 && code != 0xf7 &&
	       !(code >= 0x1100 && code < 0x1200);
}

/* The same for PCRE2, and among bytes, where closing quotes and dashes are the views' ASCII ones already. */
#define PHRASE_LETTER      "[a-z0-9\\x{c0}-\\x{d6}\\x{d8}-\\x{f6}\\x{f8}-\\x{10ff}\\x{1200}-\\x{1fff}]"
#define PHRASE_LETTER_BYTE "[a-z0-9\\x80-\\xff]"

/* Before and behind an expression: not both sides of this place are letters of one word. */
#define PHRASE_EDGE(letter) "(?:(?<!" letter ")|(?!" letter "))"

/* phrase_scan_free - give back what a scan holds; NULL is allowed */
void phrase_scan_free(struct kj_phrase_scan *scan);

#endif
