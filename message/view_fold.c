/*
 * view_fold.c - NFKC_Casefold, and what it leaves to do
 *
 * One pass of the combined normaliser runs at several hundred MB/s; case folding and NFKC one after the other are
 * more than ten times slower, and libunistring about as slow.
 *
 * Behind it Latin letters lose their diacritics: the composed ones by a table, the others with the marks behind them.
 * One folded view serves those who type "prihlaseni" and those who decorate (yòur wébcàm); two views would cost twice.
 * Marks of other letters stay: й is no и, and か no が.
 */
#include "kanjiki/err.h"
#include "kanjiki/utf8.h"

#include <unicode/unorm2.h>

#include "message/unicode/tables.h"
#include "message/view_pass.h"

static bool is_blank(uint32_t code)
{
	return code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f ||
	       code == 0x205f || code == 0x3000;
}

static bool is_diacritic(uint32_t code)
{
	return (code >= 0x300 && code < 0x370) || (code >= 0x1ab0 && code < 0x1b00) ||
	       (code >= 0x1dc0 && code < 0x1e00) || (code >= 0x20d0 && code < 0x2100) ||
	       (code >= 0xfe20 && code < 0xfe30);
}

static int fold_whole(const UNormalizer2 *normaliser, const struct view_units *in, struct view_units *out)
{
	size_t room = in->len + in->len / 2 + 16;

	for (int round = 0; round < 2; round++) {
		UErrorCode error = U_ZERO_ERROR;
		int32_t need;

		view_units_free(out);
		if (view_units_alloc(out, room, false) < 0)
			return -KJ_ENOMEM;
		need = unorm2_normalize(
		    normaliser, in->data, (int32_t)in->len, out->data, (int32_t)room, &error);
		out->len = U_SUCCESS(error) ? (size_t)need : 0;
		if (error != U_BUFFER_OVERFLOW_ERROR)
			return U_SUCCESS(error) ? 0 : -KJ_ENOMEM;
		room = (size_t)need + 1;
	}
	return -KJ_ENOMEM;
}

/* Where the segment that begins at pos ends. */
static size_t segment_end(const UNormalizer2 *normaliser, const struct view_units *in, size_t pos)
{
	next_unit(in->data, in->len, &pos);
	while (pos < in->len) {
		size_t at = pos;

		if (unorm2_hasBoundaryBefore(normaliser, (UChar32)next_unit(in->data, in->len, &pos)))
			return at;
	}
	return in->len;
}

/* The same by segments; each unit of a result comes from the whole of its segment. The result is as long as that of
 * fold_whole, which was run for it. */
static int fold_segments(const UNormalizer2 *normaliser, const struct view_units *in, struct view_units *out)
{
	size_t room = out->len, len = 0;

	for (size_t pos = 0; pos < in->len;) {
		size_t end = segment_end(normaliser, in, pos);
		struct origin origin = {in->origin[pos].from, in->origin[end - 1].to};
		UErrorCode error = U_ZERO_ERROR;
		int32_t count = unorm2_normalize(normaliser, in->data + pos, (int32_t)(end - pos),
		    out->data + len, (int32_t)(room - len), &error);

		if (U_FAILURE(error))
			return -KJ_ENOMEM;
		for (int32_t i = 0; i < count; i++)
			out->origin[len++] = origin;
		pos = end;
	}
	out->len = len;
	return 0;
}

int view_fold(const struct view_units *in, struct view_units *out)
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *normaliser = unorm2_getNFKCCasefoldInstance(&error);

	if (U_FAILURE(error) || fold_whole(normaliser, in, out) < 0)
		return -KJ_ENOMEM;
	if (!in->origin)
		return 0;
	out->origin = calloc(out->len + 1, sizeof *out->origin);
	return out->origin ? fold_segments(normaliser, in, out) : -KJ_ENOMEM;
}

/* One folded code point in UTF-8; *latin tells of the letter before it, and then of this one. */
static inline size_t put_plain(uint32_t code, bool *latin, bool *dense, char *out)
{
	uint32_t entry;

	if (code < 0x80) {
		*latin = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
		out[0] = (char)(code == '`' ? '\'' : code);
		return 1;
	}
	if (*latin && is_diacritic(code))
		return 0;
	*latin = false;
	/* Nothing that follows concerns kana and ideographs. */
	if (code > 0x3000 && code < 0xa000) {
		*dense |= is_dense_script(code);
		return kj_utf8_put(code, out);
	}
	if (code < 0xa0 || code == 0x2028 || code == 0x2029) {
		out[0] = '\n';
		return code == 0x85 || code >= 0xa0;
	}
	if (is_blank(code)) {
		out[0] = ' ';
		return 1;
	}
	if (code >= 0x2e80 && code < 0x2fe0 && kj_radicals[code - 0x2e80])
		code = kj_radicals[code - 0x2e80];
	*dense |= is_dense_script(code);
	entry = letter_entry(code);
	if (!entry || entry_alike(entry))
		return kj_utf8_put(plain_sign(code), out);
	*latin = true;
	out[0] = entry_letter(entry);
	out[1] = entry_second(entry);
	return out[1] ? 2 : 1;
}

bool view_narrow(const struct view_units *in, struct view_bytes *out)
{
	bool latin = false, dense = false;
	size_t len = 0;

	for (size_t pos = 0; pos < in->len;) {
		size_t at = pos;
		size_t count = put_plain(next_unit(in->data, in->len, &pos), &latin, &dense, out->data + len);

		for (size_t i = 0; out->origin && i < count; i++)
			out->origin[len + i] = in->origin[at];
		len += count;
	}
	out->len = len;
	return dense;
}

size_t kj_view_plain(uint32_t code, char out[KJ_VIEW_PLAIN_MAX])
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *normaliser = unorm2_getNFKCCasefoldInstance(&error);
	uint32_t entry = letter_entry(code);
	UChar source[2], folded[KJ_VIEW_PLAIN_MAX / 3];
	bool latin = false, dense = false;
	size_t len = 0;
	int32_t count;

	if (code > 0x10ffff || (code & ~0x7ffU) == 0xd800)
		code = KJ_UTF8_BAD;
	if (entry_alike(entry) == ALIKE_LATIN)
		code = (uint32_t)entry_letter(entry);
	code = settle(code);
	if (!code || U_FAILURE(error))
		return 0;
	count = unorm2_normalize(
	    normaliser, source, (int32_t)put_unit(source, code), folded, KJ_VIEW_PLAIN_MAX / 3, &error);
	for (size_t pos = 0; U_SUCCESS(error) && pos < (size_t)count;)
		len += put_plain(next_unit(folded, (size_t)count, &pos), &latin, &dense, out + len);
	if (len != 1 || ((unsigned char)out[0] >= ' ' && out[0] != 0x7f))
		return len;
	/* A control character goes, unless it is a blank. */
	len = out[0] >= '\t' && out[0] <= '\r';
	out[0] = ' ';
	return len;
}
