/*
 * claims.h - what a mail claims, and where: the phrases found in it, sorted by kind, language and place
 *
 * Private to scoring/. The visible text is cut into cells of CLAIM_CELL characters; per language and cell there is a set
 * of claims. However often a text repeats a phrase, it fills nothing up and pushes nothing out. Of each claim in each
 * cell the first match is kept, to be quoted.
 */
#ifndef KJ_CLAIMS_H
#define KJ_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/checks.h"

#define CLAIM_CELL          200 /* characters */
#define CLAIM_WINDOW        6   /* cells: 1,200 characters */
#define CLAIM_LANGUAGES_MAX (KJ_PHRASE_LANGUAGES_MAX + 1) /* and that of wallets */
#define CLAIM_NARRATIONS    4  /* different phrases of N that are counted */

#define CLAIM(name) (1U << KJ_CLAIM_##name)

/* A match, kept for the explanation. */
struct claim_note {
	const struct claim_note *next;
	struct kj_phrase_match match;
	bool in_subject;
	unsigned cell; /* of the visible text */
};

struct claim_language {
	const char *name;
	unsigned subject; /* sets of claims */
	uint16_t *cells; /* NULL: nothing was found in this language */
	const struct claim_note *notes; /* newest first */
};

/* A text's characters, counted up to every CLAIM_RULER bytes of it. */
#define CLAIM_RULER 256
struct claim_ruler {
	const struct kj_text *text; /* NULL: not measured */
	uint32_t *marks;
	size_t chars;
};

struct claims {
	struct claim_language languages[CLAIM_LANGUAGES_MAX]; /* by number */
	size_t cell_count;
	unsigned narration_count; /* CLAIM_NARRATIONS at most */
	bool has_wallet;          /* an address to pay to stands in the text */
	bool full;                /* out of memory: say nothing */
	struct kj_reason limit;   /* an expression met its match limit: which; "" if none did */

	/* Of the work in hand: */
	struct kj_arena *arena;
	const struct kj_views *views;
	bool in_subject;
	struct claim_ruler views_of_visible[KJ_VIEW_COUNT], visible;
	unsigned note_count;
	const struct kj_phrase *narrations[CLAIM_NARRATIONS];
	size_t narration_at[CLAIM_NARRATIONS];
};

/*
 * claims_collect - all claims of the visible text and the subject
 *
 * Gives:  *ret_claims; what it points to lies in the arena, which it keeps using.
 * Returns whether there is anything to look at.
 */
bool claims_collect(struct kj_arena *arena, const struct kj_facts *facts, const struct kj_phrase_set *phrases,
    struct claims *ret_claims);

/* claims_cell - the cell of a place in the visible text itself, in bytes; it has been measured if it has wallets or
 * telephone numbers */
unsigned claims_cell(const struct claims *claims, size_t at);

/* claims_in_window - what is claimed from this cell on, in one language; wallets known by their checksum count in each, and
 * the subject lies in every window */
unsigned claims_in_window(const struct claims *claims, const struct claim_language *language, size_t first);

/* claims_is_within - a match stands in the window, or in the subject, which lies in every window */
bool claims_is_within(const struct claim_note *note, size_t first_cell);

/* claims_note - the earliest match of a claim in a window, to be quoted; NULL if there is none */
const struct claim_note *claims_note(
    const struct claim_language *language, enum kj_category category, size_t first_cell);

#endif
