/*
 * view_pass.h - the passes that make the views, one after the other
 *
 *   view_widen        UTF-8 to UTF-16; invisible characters and overlay marks go
 *   view_lookalikes   letters of other scripts that only look Latin
 *   view_fold         NFKC_Casefold
 *   view_narrow       to UTF-8; diacritics of Latin letters, radicals, quotes, dashes
 *   view_join         letters set apart
 *   view_tidy         blanks, case of ASCII, digits in place of letters: the view of words
 *   view_condense     the dense view
 *
 * Text of ASCII alone begins at view_join. Each pass takes a text and gives another one; it may carry along the
 * origin of each unit, and then does nothing else differently, so that a map cannot disagree with the view it explains.
 * Only view_fold walks by segments there, cut where Unicode promises that the result is the same.
 */
#ifndef KJ_VIEW_PASS_H
#define KJ_VIEW_PASS_H

#include <stdbool.h>
#include <unicode/utypes.h>

#include "kanjiki/views.h"

struct origin {
	uint32_t from, to; /* bytes of the text as it came */
};

struct view_units {
	UChar *data;
	struct origin *origin; /* NULL unless mapped */
	size_t len;
};

struct view_bytes {
	char *data;
	struct origin *origin;
	size_t len;
};

/* Rooms for so many units or bytes; -KJ_ENOMEM. What is there already must be freed by the caller. */
int view_units_alloc(struct view_units *units, size_t room, bool mapped);
int view_bytes_alloc(struct view_bytes *bytes, size_t room, bool mapped);
void view_units_free(struct view_units *units);
void view_bytes_free(struct view_bytes *bytes);

/* out has room for as many units as text has bytes. *ret_alike: there is something for view_lookalikes. */
void view_widen(const struct kj_text *text, struct view_units *out, unsigned *ret_invisible, bool *ret_alike);

/* In place. Returns the number of words that had look-alikes. */
unsigned view_lookalikes(struct view_units *units);

/* out is made here; mapped if in is. -KJ_ENOMEM. */
int view_fold(const struct view_units *in, struct view_units *out);

/* out has room for three bytes per unit. Returns whether there is dense script. */
bool view_narrow(const struct view_units *in, struct view_bytes *out);

/* Whether there are four letters or digits in a row that stand alone: view_join is needed. */
bool view_has_spaced(const char *data, size_t len);

/* out has room for as many bytes as in. Adds to spaced_words and spaced_run. */
void view_join(const struct view_bytes *in, struct view_bytes *out, struct kj_views *counts);

/* out has room for one byte more than in. Adds to lookalikes. */
void view_tidy(const struct view_bytes *in, struct view_bytes *out, struct kj_views *counts);

/* The words of a run of non-blanks, in lower case: digits and signs in place of letters. Returns how many had some. */
unsigned view_unmask(char *chunk, size_t len);

/* out has room for one byte more than in. */
void view_condense(const struct view_bytes *in, struct view_bytes *out);

/* Scripts without blanks between words, and Hangul, whose blanks are often left out. */
static inline bool is_dense_script(uint32_t code)
{
	return (code >= 0x1100 && code <= 0x11ff) || (code >= 0x3041 && code <= 0x318f) ||
	       (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3) ||
	       (code >= 0xf900 && code <= 0xfaff) || (code >= 0xff66 && code <= 0xffdc) ||
	       (code >= 0x20000 && code <= 0x3ffff);
}

/* One way to write quotes and dashes: mail programs curl and lengthen them, and what was typed is not known. */
static inline uint32_t plain_sign(uint32_t code)
{
	if (code < 0x80)
		return code == '`' ? '\'' : code;
	if ((code >= 0x2018 && code <= 0x201b) || code == 0x2032 || code == 0xb4 || code == 0x2bc)
		return '\'';
	if ((code >= 0x201c && code <= 0x201f) || code == 0x2033 || code == 0xab || code == 0xbb)
		return '"';
	if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212)
		return '-';
	return code;
}

/* A code point before it is folded; 0 for overlay marks. Spacing sound marks become combining ones. */
static inline uint32_t settle(uint32_t code)
{
	if (code >= 0x334 && code <= 0x338)
		return 0;
	return code == 0x309b || code == 0x309c ? code - 2 : plain_sign(code);
}

/* The code point at units[*pos], *pos behind it; a lone surrogate is itself. */
static inline uint32_t next_unit(const UChar *units, size_t len, size_t *pos)
{
	uint32_t code = units[(*pos)++];

	if ((code & 0xfc00) == 0xd800 && *pos < len && (units[*pos] & 0xfc00) == 0xdc00)
		code = (code << 10) + units[(*pos)++] - ((0xd800U << 10) + 0xdc00 - 0x10000);
	return code;
}

static inline size_t put_unit(UChar *out, uint32_t code)
{
	if (code < 0x10000) {
		out[0] = (UChar)code;
		return 1;
	}
	out[0] = (UChar)(0xd7c0 + (code >> 10));
	out[1] = (UChar)(0xdc00 | (code & 0x3ff));
	return 2;
}

#endif
