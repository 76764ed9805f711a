/*
 * view_tidy.c - blanks and case: the end of the view of words, and all of it for most ASCII text; the dense view
 *
 * The loop has no branch that a word could make go the other way: what is dropped is written and written over. That
 * makes ASCII more than twice as fast.
 *
 * The dense view drops the long-vowel mark altogether: Japanese writes サーバ and サーバー, and disguised words draw it
 * out. That it makes カード and かど the same is harmless for phrases of several words.
 */
#include <unicode/uchar.h>

#include "kanjiki/utf8.h"
#include "message/view_pass.h"

#define BLANK  1U
#define DROP   2U
#define ALIKE  4U /* may stand for a letter */
#define LETTER 8U /* ALIKE << 1 */

static const unsigned char kinds[256] = {
    [0 ... 8] = DROP,
    ['\t' ... '\r'] = BLANK,
    [14 ... 31] = DROP,
    [' '] = BLANK,
    ['!'] = ALIKE,
    ['$'] = ALIKE,
    ['0'] = ALIKE,
    ['3' ... '5'] = ALIKE,
    ['7'] = ALIKE,
    ['@'] = ALIKE,
    ['A' ... 'Z'] = LETTER,
    ['a' ... 'z'] = LETTER,
    [0x7f] = DROP,
};

/* What a byte differs by from what it becomes. */
static const unsigned char changes[256] = {
    ['\t'] = '\t' ^ ' ',
    ['\n'] = '\n' ^ ' ',
    ['\v'] = '\v' ^ ' ',
    ['\f'] = '\f' ^ ' ',
    ['\r'] = '\r' ^ ' ',
    ['A' ... 'Z'] = 0x20,
    ['`'] = '`' ^ '\'',
};

/* The last run of non-blanks has a digit or sign before a letter. */
static void unmask_last(const struct view_bytes *out, size_t len, struct kj_views *counts)
{
	size_t start = len;

	while (start && out->data[start - 1] != ' ')
		start--;
	counts->lookalikes += view_unmask(out->data + start, len - start);
}

static inline __attribute__((always_inline)) size_t tidy(
    const struct view_bytes *in, struct view_bytes *out, struct kj_views *counts, bool mapped)
{
	unsigned blank = BLANK, suspect = 0, last = 0;
	size_t len = 0;

	for (size_t i = 0; i < in->len; i++) {
		unsigned char c = (unsigned char)in->data[i];
		unsigned kind = kinds[c];

		suspect |= last << 1 & kind & LETTER;
		if (__builtin_expect(suspect & kind << 3, 0)) {
			unmask_last(out, len, counts);
			suspect = 0;
		}
		out->data[len] = (char)(c ^ changes[c]);
		if (mapped)
			out->origin[len] = in->origin[i];
		len += ~(kind >> 1 | (kind & blank)) & 1;
		blank = (kind | (blank & kind >> 1)) & BLANK;
		last = kind;
	}
	if (suspect)
		unmask_last(out, len, counts);
	return len;
}

void view_tidy(const struct view_bytes *in, struct view_bytes *out, struct kj_views *counts)
{
	size_t len = out->origin ? tidy(in, out, counts, true) : tidy(in, out, counts, false);

	if (len && out->data[len - 1] == ' ')
		len--;
	out->data[len] = '\0';
	out->len = len;
}

/* A code point of the view of words in the dense view; 0 for what is left out. */
static uint32_t dense_of(uint32_t code)
{
	if (code < 0x80)
		return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') ? code : 0;
	if (code >= 0x3041 && code <= 0x3096)
		return code;
	if ((code >= 0x30a1 && code <= 0x30f6) || code == 0x30fd || code == 0x30fe)
		return code - 0x60;
	if (code == 0x30fc)
		return 0;
	if ((code >= 0x4e00 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3))
		return code;
	return u_isalnum((UChar32)code) || (U_GET_GC_MASK((UChar32)code) & U_GC_M_MASK) ? code : 0;
}

void view_condense(const struct view_bytes *in, struct view_bytes *out)
{
	size_t len = 0;

	for (size_t pos = 0; pos < in->len;) {
		size_t at = pos, count;
		uint32_t code = dense_of(kj_utf8_next(in->data, in->len, &pos));

		if (!code)
			continue;
		count = kj_utf8_put(code, out->data + len);
		for (size_t i = 0; out->origin && i < count; i++)
			out->origin[len + i] = in->origin[at];
		len += count;
	}
	out->data[len] = '\0';
	out->len = len;
}
