/*
 * views.h - text made comparable
 *
 * Extortion mail disguises its words. A view is the same text after the normalisation of one kind, for
 * matching; phrases are put through the same views when they are loaded.
 */
#ifndef KJ_VIEWS_H
#define KJ_VIEWS_H

#include <stddef.h>

#include "kanjiki/message.h"

struct kj_arena;

enum kj_view_kind {
	KJ_VIEW_WORDS, /* NFKC_Casefold, invisible characters gone, runs of blanks are one blank */
	KJ_VIEW_DENSE, /* the same without blanks and punctuation, katakana as hiragana; for scripts that write no
	                * blanks between words. Empty if the text has none of those */
	KJ_VIEW_COUNT,
};

struct kj_views {
	struct kj_text text[KJ_VIEW_COUNT];
	unsigned invisible_in_words; /* zero-width and the like between two letters */
};

/* kj_views_make - all views of a text, in the arena; -KJ_ENOMEM. Threads: safe, one arena per call. */
int kj_views_make(struct kj_arena *arena, const struct kj_text *text, struct kj_views *ret_views);

#endif
