/*
 * charset.c - text in any charset to UTF-8; the only user of ICU's converters
 *
 * Most mail is ASCII or UTF-8 and is not converted at all. The rest goes through ICU: it has every charset of the
 * table with the extensions that mail uses, reports each bad sequence to a callback, and opening a converter
 * costs 0.2 us once its table is loaded, so none is kept. glibc's iconv stops at the first bad byte and does not
 * know Microsoft's ISO-2022-JP. ISO-2022-JP is turned into EUC-JP first (charset_jis.c).
 *
 * The declaration is believed as far as the bytes allow it; what they say against it is in charset_guess.c.
 */
#include "charset.h"

#include <stdbool.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucnv_err.h>

#include "charset_guess.h"
#include "charset_jis.h"
#include "charset_table.h"
#include "kanjiki/err.h"
#include "kanjiki/message.h"

/* ICU calls this for every sequence it cannot decode, and when the converter is reset or closed. */
static void count_bad(const void *context, UConverterToUnicodeArgs *args, const char *bytes, int32_t len,
    UConverterCallbackReason reason, UErrorCode *err)
{
	size_t *bad = *(size_t *const *)context;

	UChar kanji;

	if (reason > UCNV_IRREGULAR)
		return;
	kanji = kj_charset_ibm_kanji(bytes, (size_t)len);
	if (kanji) {
		*err = U_ZERO_ERROR;
		ucnv_cbToUWriteUChars(args, &kanji, 1, 0, err);
		return;
	}
	++*bad;
	*err = U_ZERO_ERROR;
	ucnv_cbToUWriteSub(args, 0, err);
}

/* The loop that feeds ICU through small buffers, so that memory is bounded by out's limit and nothing else. */
static void pump(UConverter *to, UConverter *from, struct kj_buf *out, const char *data, size_t len)
{
	UChar pivot[1024], *pivot_from = pivot, *pivot_to = pivot;
	const char *end = data + len;
	UErrorCode err = U_BUFFER_OVERFLOW_ERROR;
	bool first = true;

	while (err == U_BUFFER_OVERFLOW_ERROR && !out->truncated) {
		char chunk[2048], *target = chunk;

		err = U_ZERO_ERROR;
		ucnv_convertEx(to, from, &target, chunk + sizeof chunk, &data, end, pivot, &pivot_from,
		    &pivot_to, pivot + sizeof pivot / sizeof *pivot, first, true, &err);
		kj_buf_add(out, chunk, (size_t)(target - chunk));
		first = false;
	}
}

/* Append data to out through ICU; answers how many sequences were bad, or -KJ_ENOMEM. */
static long through_icu(struct kj_buf *out, const char *icu, const char *data, size_t len)
{
	UErrorCode err = U_ZERO_ERROR;
	UConverter *from = ucnv_open(icu, &err), *to = ucnv_open("UTF-8", &err);
	size_t bad = 0, *bad_at = &bad;
	const void *context = &bad_at;

	if (U_SUCCESS(err))
		ucnv_setToUCallBack(from, count_bad, context, NULL, NULL, &err);
	if (U_SUCCESS(err))
		pump(to, from, out, data, len);
	ucnv_close(from);
	ucnv_close(to);
	return U_SUCCESS(err) ? (long)bad : -KJ_ENOMEM;
}

static long from_jis(struct kj_buf *out, const char *data, size_t len)
{
	struct kj_buf euc = KJ_BUF_INIT(2 * len + 1);
	size_t bad = kj_charset_jis_to_euc(&euc, data, len);
	long more = euc.truncated ? -KJ_ENOMEM : through_icu(out, "euc-jp-2007", kj_buf_str(&euc), euc.len);

	kj_buf_free(&euc);
	return more < 0 ? more : (long)bad + more;
}

/* The other East Asian sets of ISO-2022-JP-2: GB 2312 and KS C 5601. */
static bool is_jis2(const char *data, size_t len)
{
	return memmem(data, len, "\x1b$A", 3) || memmem(data, len, "\x1b$(C", 4);
}

static long convert(struct kj_buf *out, const struct kj_charset *charset, const char *data, size_t len)
{
	kj_buf_clear(out);
	if (charset->kind == KJ_CHARSET_JIS)
		return is_jis2(data, len) ? through_icu(out, "ISO_2022,locale=ja,version=2", data, len)
		                          : from_jis(out, data, len);
	if (charset->kind == KJ_CHARSET_UTF8 || charset->kind == KJ_CHARSET_ASCII)
		return through_icu(out, "UTF-8", data, len);
	return through_icu(out, charset->icu, data, len);
}

/* Half-width katakana as single bytes between escape sequences, as old mailers wrote them (code page 50222). */
static bool is_jis8(const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)data[i] >= 0x80 &&
		    ((unsigned char)data[i] < 0xa1 || (unsigned char)data[i] > 0xdf))
			return false;
	return kj_charset_has_jis(data, len);
}

/* A byte order mark stands above every declaration. *ret_skip is how long one is that the converter must not see. */
static const struct kj_charset *by_order_mark(const char *data, size_t len, size_t *ret_skip)
{
	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 && kj_charset_mostly_utf8(data, len)) {
		*ret_skip = 3;
		return kj_charset_find("utf-8");
	}
	*ret_skip = 2;
	if (len >= 2 && memcmp(data, "\xff\xfe", 2) == 0)
		return kj_charset_find("utf-16le");
	if (len >= 2 && memcmp(data, "\xfe\xff", 2) == 0)
		return kj_charset_find("utf-16be");
	*ret_skip = 0;
	return NULL;
}

/* Which half of the pairs of UTF-16 holds the blocks that are written in: Latin, Greek, Cyrillic, kana, kanji. */
static const struct kj_charset *byte_order(const struct kj_charset *declared, const char *data, size_t len)
{
	size_t count[2] = {0, 0};

	for (size_t i = 0; i < len && i < 1024; i++) {
		unsigned char c = (unsigned char)data[i];

		count[i & 1] += c == 0 || c == 3 || c == 4 || c == 0x30 || c == 0xff;
	}
	if (count[0] > 2 * count[1])
		return kj_charset_find("utf-16be");
	return count[1] > 2 * count[0] ? kj_charset_find("utf-16le") : declared;
}

/* Text that calls itself UTF-16 because it was that once: HTML keeps its <meta> when it is converted. */
static bool is_no_utf16(const char *data, size_t len)
{
	size_t zeros = 0;

	for (size_t i = 0; i < len; i++)
		zeros += data[i] == '0' || data[i] == '\0';
	return len >= 8 && zeros * 3 < len && !memchr(data, '\0', len) && !kj_charset_utf8_errors(data, len);
}

static const struct kj_charset *weigh_7bit(
    const struct kj_charset *declared, const char *data, size_t len, unsigned *marks)
{
	const struct kj_charset *guess;

	guess = kj_charset_guess_7bit(data, len);
	if (declared && declared->kind == KJ_CHARSET_JIS && (!guess || guess->kind == KJ_CHARSET_JIS))
		return declared;
	if (declared && declared->kind == KJ_CHARSET_OTHER &&
	    (!guess || strcmp(guess->icu, declared->icu) == 0))
		return declared;
	if (!guess)
		return kj_charset_find("utf-8");
	*marks |= declared && declared->kind != KJ_CHARSET_ASCII ? KJ_MARK_BAD_CHARSET : KJ_MARK_NO_CHARSET;
	return guess;
}

/* What bytes above 0x7f say to the declared charset. */
static const struct kj_charset *weigh_8bit(const struct kj_charset *declared, const char *data, size_t len)
{
	if (is_jis8(data, len))
		return kj_charset_find("iso-2022-jp");
	if (!declared || declared->kind == KJ_CHARSET_ASCII)
		return kj_charset_guess(data, len);
	if (declared->kind == KJ_CHARSET_UTF8)
		return kj_charset_utf8_errors(data, len) ? kj_charset_guess(data, len) : declared;
	if (kj_charset_mostly_utf8(data, len))
		return kj_charset_find("utf-8");
	if (declared->kind == KJ_CHARSET_JIS && kj_charset_has_jis(data, len))
		return declared;
	if (declared->kind == KJ_CHARSET_JIS || declared->kind == KJ_CHARSET_OTHER)
		return kj_charset_guess(data, len);
	return kj_charset_better(declared, data, len);
}

/* The charset to use, before anything is converted. */
static const struct kj_charset *weigh(
    const struct kj_charset *declared, const char *data, size_t len, bool eight_bit, unsigned *marks)
{
	const struct kj_charset *use;

	if (declared && declared->kind == KJ_CHARSET_UTF16) {
		if (!is_no_utf16(data, len))
			return byte_order(declared, data, len);
		*marks |= KJ_MARK_BAD_CHARSET;
		declared = NULL;
	}
	if (!eight_bit)
		return weigh_7bit(declared, data, len, marks);
	use = weigh_8bit(declared, data, len);
	if (declared && (use != declared || declared->kind == KJ_CHARSET_JIS))
		*marks |= KJ_MARK_BAD_CHARSET;
	return use;
}

static void blank_nuls(char *data, size_t len)
{
	char *nul = data;

	while (len && (nul = memchr(nul, '\0', len - (size_t)(nul - data))))
		*nul++ = ' ';
}

/* The same bytes where they are UTF-8 already, else converted ones in scratch. */
static int to_utf8(
    struct kj_buf *scratch, const struct kj_charset *use, bool eight_bit, struct kj_charset_text *text)
{
	const char *data = text->data;
	size_t len = text->len;
	long bad = 0;

	if (use->kind == KJ_CHARSET_UTF8 && (!eight_bit || !kj_charset_utf8_errors(data, len))) {
		if (!memchr(data, '\0', len))
			return 0;
		kj_buf_add(scratch, data, len);
	} else {
		bad = convert(scratch, use, data, len);
	}
	if (bad < 0)
		return (int)bad;
	text->marks |= bad ? KJ_MARK_BAD_CHARSET : 0;
	text->marks |= scratch->truncated ? KJ_MARK_TEXT_CUT : 0;
	blank_nuls(scratch->data, scratch->len);
	text->data = kj_buf_str(scratch);
	text->len = scratch->len;
	return 0;
}

int kj_charset_decode(struct kj_buf *scratch, const char *charset, const char *data, size_t len,
    struct kj_charset_text *ret_text)
{
	const struct kj_charset *declared = kj_charset_find(charset), *use;
	bool eight_bit = kj_charset_has_8bit(data, len);
	struct kj_charset_text text = {0};
	size_t skip;
	int err;

	if (eight_bit && (!declared || declared->kind == KJ_CHARSET_ASCII))
		text.marks |= *charset ? KJ_MARK_BAD_CHARSET : KJ_MARK_NO_CHARSET;
	use = by_order_mark(data, len, &skip);
	if (!use)
		use = weigh(declared, data, len, eight_bit, &text.marks);
	else if (declared && declared->kind != use->kind)
		text.marks |= KJ_MARK_BAD_CHARSET;
	text.data = data + skip;
	text.len = len - skip;
	kj_buf_clear(scratch);
	err = to_utf8(scratch, use, eight_bit, &text);
	if (!err)
		*ret_text = text;
	return err;
}
