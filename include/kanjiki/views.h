/*
 * views.h - text made comparable
 *
 * Extortion mail disguises its words. A view is the same text after the normalisation of one kind, for
 * matching; phrases are put through the same views when they are loaded. What was taken off is counted, for it is
 * evidence itself.
 *
 * Time is linear in the text. Memory beside the arena: for ASCII alone the text once or twice; for other text some 8
 * bytes for each of its own, and 60 at worst (U+FDFA, which stands for a whole sentence, a thousand times over). All of
 * it is freed on return. A text of more than 16 MiB has no views (-KJ_ENOMEM).
 */
#ifndef KJ_VIEWS_H
#define KJ_VIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/message.h"

struct kj_arena;

enum kj_view_kind {
	/*
	 * NFKC_Casefold without invisible characters and overlay marks; runs of blanks are one blank. Latin letters
	 * have lost their diacritics (é, ł, æ are e, l, ae), radicals are ideographs. Letters that only look Latin are
	 * Latin (webсam), digits and signs inside words are letters (w3bc4m), letters set apart are words
	 * (w e b c a m): where that is meant, not in Russian, in addresses or in names like mp3.
	 */
	KJ_VIEW_WORDS,
	/*
	 * The same without blanks and punctuation, katakana as hiragana; for scripts that write no blanks between
	 * words. Empty if the text has none of those, unless spaced_run is KJ_SPACED_RUN_LONG at least: of letters
	 * set apart by single blanks throughout nobody can tell the words, so phrases are to be looked for
	 * without blanks, here.
	 */
	KJ_VIEW_DENSE,
	KJ_VIEW_COUNT,
};

#define KJ_SPACED_RUN_LONG 16

struct kj_views {
	struct kj_text text[KJ_VIEW_COUNT];
	unsigned invisible_in_words; /* zero-width and the like between two letters; soft hyphens are not counted */
	unsigned lookalikes;         /* words with letters, digits or signs in place of Latin letters */
	unsigned spaced_words;       /* words written as letters set apart */
	unsigned spaced_run;         /* letters of the longest of them */
};

/* kj_views_make - all views of a text, in the arena; -KJ_ENOMEM. Threads: safe, one arena per call. */
int kj_views_make(struct kj_arena *arena, const struct kj_text *text, struct kj_views *ret_views);

#define KJ_VIEW_PLAIN_MAX 64

/*
 * kj_view_plain - what one code point becomes in the view of words, wherever it stands
 *
 * For regular expressions, which cannot be put through the views whole: é is e, ß ss, Ж ж. Written to out (not
 * NUL-terminated); returns how many bytes, 0 for what the view leaves out. Capital letters of ASCII become small ones,
 * too, so keep it away from escapes. Combining marks stay: an expression should hold composed letters.
 */
size_t kj_view_plain(uint32_t code, char out[KJ_VIEW_PLAIN_MAX]);

/*
 * Where a place in a view comes from. A map makes the views anew and keeps the origin of each byte: some four times the
 * time, and about 60 bytes for each of the text (six times that at worst). For the few mails that are explained.
 */
struct kj_view_map;

/* kj_view_map_new - the map of a text, owned by the caller; -KJ_ENOMEM. Threads: safe. */
int kj_view_map_new(const struct kj_text *text, struct kj_view_map **ret_map);
void kj_view_map_free(struct kj_view_map *map);

/* kj_view_map_views - its views, the same that kj_views_make gives, owned by the map */
const struct kj_views *kj_view_map_views(const struct kj_view_map *map);

/*
 * kj_view_map_span - the bytes of the text that became the bytes start to end of a view
 *
 * Whole characters, with what was left out between them; where several characters became one together, all of them.
 * A later start never gives an earlier place. Returns false, and leaves *ret_start and *ret_end, if the span is empty
 * or not inside the view.
 */
bool kj_view_map_span(const struct kj_view_map *map, enum kj_view_kind kind, size_t start, size_t end,
    size_t *ret_start, size_t *ret_end);

#endif
