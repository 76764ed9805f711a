/*
 * view_widen.c - UTF-8 to UTF-16, without what is not seen
 *
 * Default-ignorable code points go here, though the normaliser would drop them, too: between two letters they are
 * counted, and look-alikes are to be judged by whole words. Overlay marks (U+0334-0338) go, and spacing sound marks
 * become combining ones, so that they join their kana.
 *
 * Marks beyond thirty on one letter go: the normaliser sorts them, in quadratic time if somebody wants it so
 * (UAX #15, Stream-Safe Text Format, has the same bound).
 */
#include <unicode/uchar.h>

#include "kanjiki/utf8.h"
#include "message/unicode/tables.h"
#include "message/view_pass.h"

#define MARKS_MAX 30

/* Letters between which an invisible character has no honest business. Arabic to Khmer and Mongolian need
 * joiners, and are left out. */
static bool is_plain_letter(uint32_t code)
{
	if (code < 0x80)
		return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
	return (code >= 0xc0 && code < 0x590) || is_dense_script(code);
}

/* Default_Ignorable_Code_Point of Unicode 15, but for unassigned ones. */
static bool is_invisible(uint32_t code)
{
	if (code < 0x2000)
		return code == 0xad || code == 0x34f || code == 0x61c || code == 0x115f || code == 0x1160 ||
		       code == 0x17b4 || code == 0x17b5 || (code >= 0x180b && code <= 0x180f);
	if (code < 0x3000)
		return (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
		       (code >= 0x2060 && code <= 0x206f);
	return code == 0x3164 || (code >= 0xfe00 && code <= 0xfe0f) || code == 0xfeff || code == 0xffa0 ||
	       (code >= 0x1bca0 && code <= 0x1bca3) || (code >= 0x1d173 && code <= 0x1d17a) ||
	       (code >= 0xe0000 && code <= 0xe0fff);
}

/* A code point that the normaliser sorts among its like. Most text is spared the look-up. */
static bool is_mark(uint32_t code)
{
	if (code < 0x300 || (code >= 0x370 && code < 0x483) || (code >= 0x3400 && code < 0xa66f) ||
	    (code >= 0xac00 && code < 0xfb1e))
		return false;
	return code == 0xff9e || code == 0xff9f || u_getCombiningClass((UChar32)code) != 0;
}

#define SOFT_HYPHEN 0xad

struct widening {
	unsigned invisible, pending, marks;
	uint32_t last;
	bool alike;
};

/* A code point beyond ASCII; 0 if nothing of it stays. */
static uint32_t wide(struct widening *state, uint32_t code)
{
	if (is_invisible(code)) {
		state->pending += code != SOFT_HYPHEN; /* honest newsletters have them in every long word */
		return 0;
	}
	code = settle(code);
	if (!code)
		return 0;
	state->marks = is_mark(code) ? state->marks + 1 : 0;
	if (state->marks > MARKS_MAX)
		return 0;
	state->alike |= entry_alike(letter_entry(code)) != ALIKE_NONE;
	return code;
}

void view_widen(const struct kj_text *text, struct view_units *out, unsigned *ret_invisible, bool *ret_alike)
{
	struct widening state = {.last = ' '};
	size_t len = 0;

	for (size_t pos = 0; pos < text->len;) {
		size_t start = pos, units;
		uint32_t code = kj_utf8_next(text->data, text->len, &pos);

		if (code >= 0x80) {
			code = wide(&state, code);
			if (!code)
				continue;
		} else {
			state.marks = 0;
		}
		if (state.pending && is_plain_letter(state.last) && is_plain_letter(code))
			state.invisible += state.pending;
		state.pending = 0;
		state.last = code;
		units = put_unit(out->data + len, code);
		for (size_t i = 0; out->origin && i < units; i++)
			out->origin[len + i] = (struct origin){(uint32_t)start, (uint32_t)pos};
		len += units;
	}
	out->len = len;
	*ret_invisible = state.invisible;
	*ret_alike = state.alike;
}
