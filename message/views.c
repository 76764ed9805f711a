/*
 * views.c - text made comparable: one pass of ICU's NFKC_Casefold, and what it leaves to do
 *
 * Text goes from UTF-8 to UTF-16 (overlay marks taken out, spacing sound marks made combining, so that they join
 * their kana), through the normaliser, which also drops every default-ignorable code point (zero-width, soft
 * hyphen, variation selectors, tags), and back to UTF-8 with blanks, quotes and dashes unified. Text of ASCII
 * alone is its own normal form but for case, and takes a short way.
 *
 * One pass of the combined normaliser runs at several hundred MB/s; case folding and NFKC one after the other are
 * more than ten times slower, and libunistring about as slow.
 *
 * The view of dense text drops the long-vowel mark altogether: Japanese writes サーバ and サーバー, and
 * disguised words draw it out. That it makes カード and かど the same is harmless for phrases of several words.
 */
#include "kanjiki/views.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "kanjiki/utf8.h"

#define TEXT_MAX (16U << 20) /* ICU counts in int32_t, and a code point can grow to 18 units */

struct scratch {
	UChar *source, *folded;
	char *out;
};

static int is_blank(uint32_t code)
{
	return code == ' ' || (code >= '\t' && code <= '\r') || code == 0x85 || code == 0xa0 ||
	       code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 ||
	       code == 0x202f || code == 0x205f || code == 0x3000;
}

/* One way to write quotes and dashes: mail programs curl and lengthen them, and what was typed is not known. */
static uint32_t plain(uint32_t code)
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

/* Scripts without blanks between words, and Hangul, whose blanks are often left out. */
static int is_dense_script(uint32_t code)
{
	return (code >= 0x1100 && code <= 0x11ff) || (code >= 0x3041 && code <= 0x318f) ||
	       (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3) ||
	       (code >= 0xf900 && code <= 0xfaff) || (code >= 0xff66 && code <= 0xffdc) ||
	       (code >= 0x20000 && code <= 0x3ffff);
}

/* Letters between which an invisible character has no honest business. Arabic to Khmer and Mongolian need
 * joiners, and are left out. */
static int is_plain_letter(uint32_t code)
{
	if (code < 0x80)
		return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
	return (code >= 0xc0 && code < 0x590) || is_dense_script(code);
}

/* Of what the normaliser drops, all that is seen in mail; the property look-up is spared for CJK text. */
static int is_invisible(uint32_t code)
{
	if (code < 0x3000)
		return u_hasBinaryProperty((UChar32)code, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
	return code == 0x3164 || (code >= 0xfe00 && code <= 0xfe0f) || code == 0xfeff || code == 0xffa0;
}

static size_t put_unit(UChar *out, uint32_t code)
{
	if (code < 0x10000) {
		out[0] = (UChar)code;
		return 1;
	}
	out[0] = (UChar)(0xd7c0 + (code >> 10));
	out[1] = (UChar)(0xdc00 | (code & 0x3ff));
	return 2;
}

/* UTF-8 to UTF-16, never more units than bytes; counts the invisible characters inside words. */
static size_t widen(const struct kj_text *text, UChar *out, unsigned *ret_invisible)
{
	unsigned invisible = 0, pending = 0;
	uint32_t last = ' ';
	size_t len = 0;

	for (size_t pos = 0; pos < text->len;) {
		uint32_t code = kj_utf8_next(text->data, text->len, &pos);

		if (code < 0x80) {
			invisible += pending && is_plain_letter(last) && is_plain_letter(code) ? pending : 0;
			pending = 0;
			last = code;
			out[len++] = (UChar)(code == '`' ? '\'' : code);
			continue;
		}
		if (code >= 0x334 && code <= 0x338)
			continue;
		if (code == 0x309b || code == 0x309c)
			code -= 2;
		if (is_invisible(code)) {
			pending++;
			continue;
		}
		invisible += pending && is_plain_letter(last) && is_plain_letter(code) ? pending : 0;
		pending = 0;
		last = code;
		len += put_unit(out + len, plain(code));
	}
	*ret_invisible = invisible;
	return len;
}

/* NFKC_Casefold of the units in scratch->source; the result in scratch->folded. */
static int fold(struct scratch *scratch, size_t len, size_t *ret_len)
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *normaliser = unorm2_getNFKCCasefoldInstance(&error);
	int32_t room = (int32_t)(len + len / 2 + 16), need = 0;

	for (int round = 0; round < 2 && U_SUCCESS(error); round++) {
		free(scratch->folded);
		scratch->folded = malloc((size_t)room * sizeof *scratch->folded);
		if (!scratch->folded)
			return -KJ_ENOMEM;
		need = unorm2_normalize(
		    normaliser, scratch->source, (int32_t)len, scratch->folded, room, &error);
		if (error != U_BUFFER_OVERFLOW_ERROR)
			break;
		error = U_ZERO_ERROR;
		room = need + 1;
	}
	if (U_FAILURE(error))
		return -KJ_ENOMEM;
	*ret_len = (size_t)need;
	return 0;
}

/* A code point into the view of words, unless it adds nothing: a second blank, a control character. */
static size_t put_word(char *out, size_t len, uint32_t code)
{
	if (is_blank(code)) {
		if (!len || out[len - 1] == ' ')
			return len;
		out[len] = ' ';
		return len + 1;
	}
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return len;
	code = plain(code);
	if (code < 0x80) {
		out[len] = (char)code;
		return len + 1;
	}
	return len + kj_utf8_put(code, out + len);
}

/* UTF-16 to the view of words; *ret_dense tells whether there is dense script in it. */
static size_t narrow(const UChar *units, size_t count, char *out, int *ret_dense)
{
	size_t len = 0;
	int dense = 0;

	for (size_t i = 0; i < count;) {
		uint32_t code = units[i++];

		if ((code & 0xfc00) == 0xd800 && i < count)
			code = (code << 10) + units[i++] - ((0xd800U << 10) + 0xdc00 - 0x10000);
		dense |= code >= 0x1100 && is_dense_script(code);
		len = put_word(out, len, code);
	}
	*ret_dense = dense;
	return len;
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

/* Never longer than the view of words it is made of. */
static size_t condense(const char *words, size_t words_len, char *out)
{
	size_t len = 0;

	for (size_t pos = 0; pos < words_len;) {
		uint32_t code = dense_of(kj_utf8_next(words, words_len, &pos));

		if (code)
			len += kj_utf8_put(code, out + len);
	}
	return len;
}

static int keep(struct kj_arena *arena, char *out, size_t len, struct kj_text *ret_text)
{
	char *copy;

	if (len && out[len - 1] == ' ')
		len--;
	copy = kj_arena_alloc(arena, len + 1);
	if (!copy)
		return -KJ_ENOMEM;
	if (len)
		memcpy(copy, out, len);
	*ret_text = (struct kj_text){copy, len};
	return 0;
}

static int make_wide(
    struct kj_arena *arena, const struct kj_text *text, struct scratch *scratch, struct kj_views *views)
{
	struct kj_text *words = &views->text[KJ_VIEW_WORDS];
	size_t units;
	int dense;

	scratch->source = malloc((text->len + 1) * sizeof *scratch->source);
	if (!scratch->source)
		return -KJ_ENOMEM;
	units = widen(text, scratch->source, &views->invisible_in_words);
	if (fold(scratch, units, &units) < 0)
		return -KJ_ENOMEM;
	scratch->out = malloc(units * 3 + 1);
	if (!scratch->out)
		return -KJ_ENOMEM;
	if (keep(arena, scratch->out, narrow(scratch->folded, units, scratch->out, &dense), words) < 0)
		return -KJ_ENOMEM;
	if (!dense)
		return 0;
	return keep(arena, scratch->out, condense(words->data, words->len, scratch->out),
	    &views->text[KJ_VIEW_DENSE]);
}

/* ASCII alone: lower case and blanks. */
static int make_ascii(struct kj_arena *arena, const struct kj_text *text, struct kj_text *ret_words)
{
	char *out = kj_arena_alloc(arena, text->len + 1);
	size_t len = 0;

	if (!out)
		return -KJ_ENOMEM;
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->data[i];

		len = put_word(out, len, c >= 'A' && c <= 'Z' ? c | 0x20U : c);
	}
	if (len && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
	*ret_words = (struct kj_text){out, len};
	return 0;
}

static int is_ascii(const struct kj_text *text)
{
	unsigned char all = 0;

	for (size_t i = 0; i < text->len; i++)
		all |= (unsigned char)text->data[i];
	return all < 0x80;
}

int kj_views_make(struct kj_arena *arena, const struct kj_text *text, struct kj_views *ret_views)
{
	struct kj_views views = {.text = {{"", 0}, {"", 0}}};
	struct scratch scratch = {NULL, NULL, NULL};
	int rc;

	if (text->len > TEXT_MAX)
		return -KJ_ENOMEM;
	if (is_ascii(text))
		rc = make_ascii(arena, text, &views.text[KJ_VIEW_WORDS]);
	else
		rc = make_wide(arena, text, &scratch, &views);
	free(scratch.source);
	free(scratch.folded);
	free(scratch.out);
	if (rc == 0)
		*ret_views = views;
	return rc;
}
