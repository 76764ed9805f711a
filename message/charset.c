/*
 * charset.c - text in any charset to UTF-8; the only user of ICU's converters
 *
 * Most mail is ASCII or UTF-8 and is not converted at all. The rest goes through ICU: it has every charset of the
 * table with the extensions that mail uses, reports each bad sequence to a callback, and opening a converter
 * costs 0.2 us once its table is loaded, so none is kept. glibc's iconv stops at the first bad byte and does not
 * know Microsoft's ISO-2022-JP. ISO-2022-JP is turned into EUC-JP first (charset_jis.c).
 *
 * Labels are read as browsers read them (WHATWG Encoding Standard): ISO-8859-1 is windows-1252, GB2312 and GBK
 * are GB18030, Shift_JIS is code page 932, EUC-KR is code page 949.
 */
#include "charset.h"

#include <ctype.h>
#include <stdbool.h>
#include <strings.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucnv_err.h>

#include "charset_guess.h"
#include "charset_jis.h"
#include "kanjiki/err.h"
#include "kanjiki/message.h"

enum kind {
	ASCII, /* declares nothing about bytes above 0x7f */
	UTF8,
	JIS,
	ONE_BYTE, /* any byte is a character, so bytes never contradict it - unless they are UTF-8 */
	PAIRS,    /* some byte sequences are invalid; ASCII below 0x80 */
	OTHER,    /* ASCII bytes do not mean themselves */
};

static const struct charset {
	const char *name; /* lower case, '-' for '_' */
	enum kind kind;
	const char *icu;
} charsets[] = {
    {"utf-8", UTF8, ""},
    {"us-ascii", ASCII, ""},
    {"iso-2022-jp", JIS, ""},
    {"iso-8859-1", ONE_BYTE, "ibm-5348_P100-1997"},
    {"windows-1252", ONE_BYTE, "ibm-5348_P100-1997"},
    {"shift-jis", PAIRS, "ibm-943_P15A-2003"},
    {"euc-jp", PAIRS, "euc-jp-2007"},
    {"gb2312", PAIRS, "gb18030"},
    {"gbk", PAIRS, "gb18030"},
    {"gb18030", PAIRS, "gb18030"},
    {"big5", PAIRS, "windows-950-2000"},
    {"euc-kr", PAIRS, "windows-949-2000"},
    {"ks-c-5601-1987", PAIRS, "windows-949-2000"},
    {"koi8-r", ONE_BYTE, "KOI8-R"},
    {"windows-1251", ONE_BYTE, "ibm-5347_P100-1998"},
    {"iso-8859-15", ONE_BYTE, "ISO-8859-15"},
    {"utf8", UTF8, ""},
    {"unicode-1-1-utf-8", UTF8, ""},
    {"ascii", ASCII, ""},
    {"ansi-x3.4-1968", ASCII, ""},
    {"unknown-8bit", ASCII, ""},
    {"x-unknown", ASCII, ""},
    {"binary", ASCII, ""},
    {"iso-2022-jp-1", JIS, ""},
    {"iso-2022-jp-2", JIS, ""},
    {"iso-2022-jp-ms", JIS, ""},
    {"csiso2022jp", JIS, ""},
    {"jis", JIS, ""},
    {"cp50220", JIS, ""},
    {"cp50221", JIS, ""},
    {"cp50222", JIS, ""},
    {"latin1", ONE_BYTE, "ibm-5348_P100-1997"},
    {"cp1252", ONE_BYTE, "ibm-5348_P100-1997"},
    {"sjis", PAIRS, "ibm-943_P15A-2003"},
    {"x-sjis", PAIRS, "ibm-943_P15A-2003"},
    {"ms932", PAIRS, "ibm-943_P15A-2003"},
    {"ms-kanji", PAIRS, "ibm-943_P15A-2003"},
    {"cp932", PAIRS, "ibm-943_P15A-2003"},
    {"cp943", PAIRS, "ibm-943_P15A-2003"},
    {"cp943c", PAIRS, "ibm-943_P15A-2003"},
    {"windows-31j", PAIRS, "ibm-943_P15A-2003"},
    {"csshiftjis", PAIRS, "ibm-943_P15A-2003"},
    {"x-euc-jp", PAIRS, "euc-jp-2007"},
    {"eucjp", PAIRS, "euc-jp-2007"},
    {"eucjp-ms", PAIRS, "euc-jp-2007"},
    {"cp51932", PAIRS, "euc-jp-2007"},
    {"cp936", PAIRS, "gb18030"},
    {"x-gbk", PAIRS, "gb18030"},
    {"euc-cn", PAIRS, "gb18030"},
    {"gb-2312", PAIRS, "gb18030"},
    {"gb2312-80", PAIRS, "gb18030"},
    {"big5-hkscs", PAIRS, "ibm-1375_P100-2008"},
    {"cp950", PAIRS, "windows-950-2000"},
    {"x-big5", PAIRS, "windows-950-2000"},
    {"cp949", PAIRS, "windows-949-2000"},
    {"uhc", PAIRS, "windows-949-2000"},
    {"windows-949", PAIRS, "windows-949-2000"},
    {"ks-c-5601", PAIRS, "windows-949-2000"},
    {"ksc5601", PAIRS, "windows-949-2000"},
    {"koi8-u", ONE_BYTE, "KOI8-U"},
    {"koi8-ru", ONE_BYTE, "KOI8-U"},
    {"iso-8859-2", ONE_BYTE, "ISO-8859-2"},
    {"iso-8859-3", ONE_BYTE, "ISO-8859-3"},
    {"iso-8859-4", ONE_BYTE, "ISO-8859-4"},
    {"iso-8859-5", ONE_BYTE, "ISO-8859-5"},
    {"iso-8859-6", ONE_BYTE, "ISO-8859-6"},
    {"iso-8859-7", ONE_BYTE, "ISO-8859-7"},
    {"iso-8859-8", ONE_BYTE, "ISO-8859-8"},
    {"iso-8859-8-i", ONE_BYTE, "ISO-8859-8"},
    {"iso-8859-9", ONE_BYTE, "ibm-5350_P100-1998"},
    {"iso-8859-10", ONE_BYTE, "iso-8859_10-1998"},
    {"iso-8859-11", ONE_BYTE, "windows-874-2000"},
    {"iso-8859-13", ONE_BYTE, "ISO-8859-13"},
    {"iso-8859-14", ONE_BYTE, "iso-8859_14-1998"},
    {"tis-620", ONE_BYTE, "windows-874-2000"},
    {"windows-874", ONE_BYTE, "windows-874-2000"},
    {"windows-1250", ONE_BYTE, "ibm-5346_P100-1998"},
    {"cp1250", ONE_BYTE, "ibm-5346_P100-1998"},
    {"cp1251", ONE_BYTE, "ibm-5347_P100-1998"},
    {"windows-1253", ONE_BYTE, "ibm-5349_P100-1998"},
    {"windows-1254", ONE_BYTE, "ibm-5350_P100-1998"},
    {"windows-1255", ONE_BYTE, "ibm-9447_P100-2002"},
    {"windows-1256", ONE_BYTE, "ibm-9448_X100-2005"},
    {"windows-1257", ONE_BYTE, "ibm-9449_P100-2002"},
    {"windows-1258", ONE_BYTE, "ibm-5354_P100-1998"},
    {"ibm437", ONE_BYTE, "ibm-437_P100-1995"},
    {"ibm850", ONE_BYTE, "ibm-850_P100-1995"},
    {"cp850", ONE_BYTE, "ibm-850_P100-1995"},
    {"cp866", ONE_BYTE, "ibm-866_P100-1995"},
    {"ibm866", ONE_BYTE, "ibm-866_P100-1995"},
    {"macintosh", ONE_BYTE, "macos-0_2-10.2"},
    {"hz-gb-2312", OTHER, "HZ"},
    {"iso-2022-kr", OTHER, "ISO-2022-KR"},
    {"utf-7", OTHER, "UTF-7"},
    {"unicode-1-1-utf-7", OTHER, "UTF-7"},
    {"utf-16", OTHER, "UTF-16"},
    {"utf-16le", OTHER, "UTF-16LE"},
    {"utf-16be", OTHER, "UTF-16BE"},
};

static bool same_name(const char *a, const char *name)
{
	for (; *a && *name; a++, name++)
		if ((*a == '_' ? '-' : tolower((unsigned char)*a)) != *name)
			return false;
	return !*a && !*name;
}

static const struct charset *find(const char *name)
{
	for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++)
		if (same_name(name, charsets[i].name))
			return &charsets[i];
	return NULL;
}

/* ICU calls this for every sequence it cannot decode, and when the converter is reset or closed. */
static void count_bad(const void *context, UConverterToUnicodeArgs *args, const char *bytes, int32_t len,
    UConverterCallbackReason reason, UErrorCode *err)
{
	size_t *bad = *(size_t *const *)context;

	(void)bytes;
	(void)len;
	if (reason > UCNV_IRREGULAR)
		return;
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

static long from_utf8(struct kj_buf *out, const char *data, size_t len)
{
	return through_icu(out, "UTF-8", data, len);
}

static long convert(struct kj_buf *out, const struct charset *charset, const char *data, size_t len)
{
	kj_buf_clear(out);
	if (charset->kind == JIS)
		return from_jis(out, data, len);
	if (charset->kind == UTF8 || charset->kind == ASCII)
		return from_utf8(out, data, len);
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

/* What the bytes say against the declared charset, before anything is converted: the charset to use. */
static const struct charset *weigh(
    const struct charset *declared, const char *data, size_t len, bool eight_bit, unsigned *marks)
{
	const struct charset *guess;

	if (declared && declared->kind == OTHER)
		return declared;
	if (!eight_bit && (!declared || declared->kind != JIS)) {
		if (!kj_charset_has_jis(data, len))
			return find("utf-8");
		*marks |= declared && declared->kind != ASCII ? KJ_MARK_BAD_CHARSET : KJ_MARK_NO_CHARSET;
		return find("iso-2022-jp");
	}
	if (!declared || declared->kind == ASCII)
		return find(kj_charset_guess(data, len));
	if (declared->kind == ONE_BYTE && !kj_charset_utf8_errors(data, len)) {
		*marks |= KJ_MARK_BAD_CHARSET;
		return find("utf-8");
	}
	if (declared->kind == JIS && eight_bit) {
		*marks |= KJ_MARK_BAD_CHARSET;
		guess = find(kj_charset_guess(data, len));
		return guess->kind == ONE_BYTE || is_jis8(data, len) ? declared : guess;
	}
	return declared;
}

static size_t count_8bit(const char *data, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += (unsigned char)data[i] >= 0x80;
	return n;
}

/* Convert; if much of it is invalid and the guess is another charset, convert from that one. */
static int convert_or_guess(
    struct kj_buf *out, const struct charset *charset, const char *data, size_t len, unsigned *marks)
{
	const struct charset *guess;
	long bad = convert(out, charset, data, len);

	if (bad > 0) {
		*marks |= KJ_MARK_BAD_CHARSET;
		guess =
		    (size_t)bad * 50 > count_8bit(data, len) ? find(kj_charset_guess(data, len)) : charset;
		/* windows-1252 fits everything: it says something only where nothing at all was right. */
		if (guess != charset && (guess->kind != ONE_BYTE || (size_t)bad * 2 > count_8bit(data, len)))
			bad = convert(out, guess, data, len);
	}
	return bad < 0 ? (int)bad : 0;
}

static void blank_nuls(char *data, size_t len)
{
	char *nul = data;

	while (len && (nul = memchr(nul, '\0', len - (size_t)(nul - data))))
		*nul++ = ' ';
}

int kj_charset_decode(struct kj_buf *scratch, const char *charset, const char *data, size_t len,
    struct kj_charset_text *ret_text)
{
	const struct charset *declared = find(charset), *use;
	struct kj_charset_text text = {data, len, 0};
	bool eight_bit = kj_charset_has_8bit(data, len);
	int err = 0;

	if (eight_bit && (!declared || declared->kind == ASCII))
		text.marks |= *charset ? KJ_MARK_BAD_CHARSET : KJ_MARK_NO_CHARSET;
	use = weigh(declared, data, len, eight_bit, &text.marks);
	kj_buf_clear(scratch);
	if (use->kind == UTF8 && (!eight_bit || !kj_charset_utf8_errors(data, len))) {
		if (!memchr(data, '\0', len)) {
			*ret_text = text;
			return 0;
		}
		kj_buf_add(scratch, data, len);
	} else {
		err = convert_or_guess(scratch, use, data, len, &text.marks);
	}
	if (err < 0)
		return err;
	if (scratch->truncated)
		text.marks |= KJ_MARK_TEXT_CUT;
	blank_nuls(scratch->data, scratch->len);
	text.data = kj_buf_str(scratch);
	text.len = scratch->len;
	*ret_text = text;
	return 0;
}
