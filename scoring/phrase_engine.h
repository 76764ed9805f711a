/*
 * phrase_engine.h - what a phrase set is made of, for the files that fill, compile and run it
 *
 * phrase_set.c collects phrases, phrase_form.c turns each into the forms that are looked for, phrase_compile.c makes
 * the databases of all forms, phrase_scan.c walks over a text with it, phrase_run.c runs the expressions.
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

/* How a view is walked over. */
enum pass {
	PASS_WORDS,
	PASS_DENSE,
	PASS_RUNS, /* the dense view again, for literals of Latin script without their blanks; only if the text has runs
	            * of single letters in which the words cannot be told apart */
	PASS_COUNT,
};

/* What one walk finds. */
enum role {
	ROLE_COMMON,  /* common words of all languages */
	ROLE_OPENING, /* the opening claims of one language */
	ROLE_REST,    /* its other claims */
};

struct database {
	enum pass pass;
	enum role role;
	unsigned language;
	hs_database_t *patterns;
	unsigned first_always, always_count; /* in always: expressions that no literal rules out */
};

/* A word that is common in a language; as the view of its pass has it. */
struct common {
	unsigned language;
	enum pass pass;
	char *text, *spaced; /* spaced: as it is looked for, between blanks */
	size_t len;          /* of text */
};

/* A text has a language with so many different ones of its common words. It may have any if it is no longer than so many
 * bytes, or if its words cannot be told apart (PASS_RUNS). */
#define COMMON_MIN 3
#define TEXT_SHORT 2000

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
	size_t reach;                        /* no match is longer, in bytes; 0: that is not known */

	/* Of groups; `reach` is the most bytes from the first word to the end of the last. */
	struct word *words;
	unsigned word_count;
	unsigned first_group, group_count;
};

/* A word of a group. */
struct word {
	unsigned group; /* of the form, from 0 */
	char *text;
	size_t len;
	bool open; /* may go on: it ended in a star */
};

/* What is needed of a text for an expression to match: one of these literals. */
struct clause {
	unsigned first, count; /* in clause_literals */
};

/* A literal is a pattern of Hyperscan once, whatever it is needed for: "video" is in many expressions and groups. */
struct literal {
	unsigned len;
	unsigned first_use, use_count;     /* in uses: phrases and groups, looked at wherever it stands */
	unsigned first_pivot, pivot_count; /* in pivots: forms that are tried when it was met */
	unsigned slot;                     /* its places are noted there; NO_SLOT: no expression needs it */
};
#define NO_SLOT UINT32_MAX

struct use {
	unsigned form;  /* of a common word: the language */
	unsigned group; /* of the set; NO_GROUP: the literal is the form itself; COMMON_WORD: no form at all */
	bool open;
};
#define NO_GROUP    UINT32_MAX
#define COMMON_WORD (UINT32_MAX - 1)

/* Places of one literal in one text; more than these, and the whole text is searched. */
#define PLACES_MAX 24
/* Places of all literals together, and of the literals of one clause, likewise. */
#define PLACES_ALL_MAX    8192
#define PLACES_CLAUSE_MAX 96

struct place {
	uint32_t end;  /* of the literal */
	uint32_t next; /* index, one more than the array's; 0: the last */
};

struct span {
	uint32_t start, end;
};

/* A scan, and what it needs for itself; kept for the next one. */
struct kj_phrase_scan {
	struct kj_phrase_scan *next; /* in the pool */
	const struct kj_phrase_set *set;
	const struct kj_views *views;
	kj_phrase_match_fn *fn;
	void *context;
	bool stopped;
	enum pass pass;            /* of the walk under way */
	bool valid[KJ_VIEW_COUNT]; /* the view is good UTF-8 */

	hs_scratch_t *scratch;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	pcre2_jit_stack *stack;
	unsigned char *met;     /* per literal: how often in this text, PLACES_MAX + 1 at most */
	uint32_t *first, *last; /* per slot: its places, as `next` */
	struct place *places;
	unsigned place_count;
	unsigned char *seen; /* per group: it was met ... */
	struct span *spans;  /* ... here, last */
	unsigned *tries;     /* expressions with a literal of their pivot in this text, each once */
	unsigned try_count;
	unsigned char *tried; /* per form: it is among them */
	unsigned common[KJ_PHRASE_LANGUAGES_MAX]; /* how many different common words of a language were met */
	uint64_t languages;                       /* that the text may be written in */
};

struct kj_phrase_set {
	struct kj_phrase **phrases;
	size_t count, room;
	char *languages[KJ_PHRASE_LANGUAGES_MAX];
	unsigned language_count;
	struct common *commons;
	unsigned common_count, common_room;
	uint64_t have_common; /* languages that have common words */
	struct form *forms;
	unsigned form_count, form_room;
	struct clause *clauses;
	struct literal *literals;
	struct use *uses;
	unsigned *clause_literals, *pivots;
	unsigned clause_count, literal_count, slot_count, group_count;
	unsigned *always; /* expressions without clauses */
	unsigned always_count;
	struct database *databases; /* only those with something to look for */
	unsigned database_count;
	hs_scratch_t *scratch; /* the prototype of the scans' */
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

/* phrase_common_clear - give back what it holds */
void phrase_common_clear(struct common *common);

/* phrase_common - a common word of a language as its view has it, appended to the set's; -KJ_EINVAL with the reason,
 * -KJ_ENOMEM */
int phrase_common(
    struct kj_phrase_set *set, unsigned language, const char *word, size_t len, struct kj_reason *reason);

/*
 * phrase_run - run those expressions of a database that may match, after the walk
 *
 * Takes:  how many tries there were before the walk. Errors: as kj_phrase_scan_rest().
 */
int phrase_run(struct kj_phrase_scan *scan, const struct database *database, unsigned tries_before, struct kj_reason *reason);

/* phrase_compile_code - the expression, ready to run; NULL after a reason. Threads: safe. */
pcre2_code *phrase_compile_code(const struct form *form, struct kj_reason *reason);

/* phrase_view_of, phrase_text_of - what a pass walks over */
static inline enum kj_view_kind phrase_view_of(enum pass pass)
{
	return pass == PASS_WORDS ? KJ_VIEW_WORDS : KJ_VIEW_DENSE;
}

static inline const struct kj_text *phrase_text_of(const struct kj_phrase_scan *scan, enum pass pass)
{
	return &scan->views->text[phrase_view_of(pass)];
}

/* phrase_report - hand a match on; non-zero if no more are wanted */
int phrase_report(struct kj_phrase_scan *scan, const struct form *form, size_t start, size_t end);

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
