/*
 * charset_jis.c - ISO-2022-JP to EUC-JP
 *
 * Neither iconv nor ICU takes what is sent under this name: iconv refuses NEC row 13 (circled numbers, which
 * Japanese mail is full of) and half-width katakana, ICU turns backslash and tilde of JIS X 0201 into yen and
 * overline. Only the escape sequences are special, though. Behind them stand the rows of JIS X 0208, which are
 * the same in EUC-JP with the high bit set; ICU's EUC-JP has row 13 and the IBM extensions.
 * A line end goes back to ASCII (RFC 1468), also where the sender forgot to.
 */
#include "charset_jis.h"

#include <stdbool.h>

#define ESC 0x1b
#define SO  0x0e
#define SI  0x0f

enum set { ASCII, KANA, KANJI, SUPPLEMENT };

static const struct {
	const char *escape;
	enum set set;
} escapes[] = {
    {"(B", ASCII},
    {"(J", ASCII},
    {"(H", ASCII},
    {"(I", KANA},
    {"$B", KANJI},
    {"$@", KANJI},
    {"$(B", KANJI},
    {"$(@", KANJI},
    {"$(Q", KANJI},
    {"$(D", SUPPLEMENT},
};

/* The length of the escape sequence at p, and its set; 0 if it is none of ours. */
static size_t read_escape(const unsigned char *p, size_t len, enum set *set)
{
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
		size_t n = strlen(escapes[i].escape);

		if (len > n && memcmp(p + 1, escapes[i].escape, n) == 0) {
			*set = escapes[i].set;
			return n + 1;
		}
	}
	return 0;
}

static bool graphic(unsigned char c)
{
	return c >= 0x21 && c <= 0x7e;
}

/* One character of a set other than ASCII; answers how many bytes it took, 0 if it is none. */
static size_t put_char(struct kj_buf *out, enum set set, const unsigned char *p, size_t len)
{
	char euc[3] = {(char)0x8e, (char)(p[0] | 0x80), 0};

	if (set == KANA) {
		if (p[0] < 0x21 || p[0] > 0x5f)
			return 0;
		kj_buf_add(out, euc, 2);
		return 1;
	}
	if (len < 2 || !graphic(p[0]) || !graphic(p[1]))
		return 0;
	euc[0] = (char)0x8f;
	euc[2] = (char)(p[1] | 0x80);
	if (set == SUPPLEMENT)
		kj_buf_add(out, euc, 3);
	else
		kj_buf_add(out, euc + 1, 2);
	return 2;
}

/* A run of ASCII up to the next byte that may mean something else. */
static size_t ascii_run(const unsigned char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] != ESC && p[n] != SO && p[n] < 0x80)
		n++;
	return n;
}

size_t kj_charset_jis_to_euc(struct kj_buf *out, const char *data, size_t len)
{
	const unsigned char *p = (const unsigned char *)data;
	enum set set = ASCII, shifted_from = ASCII;
	size_t bad = 0, used;

	for (size_t i = 0; i < len && !out->truncated; i += used) {
		used = 1;
		if (p[i] == ESC) {
			used = read_escape(p + i, len - i, &set);
			bad += !used;
			used += !used;
		} else if (p[i] == SO || p[i] == SI) {
			shifted_from = p[i] == SO ? set : shifted_from;
			set = p[i] == SO ? KANA : shifted_from;
		} else if (p[i] == '\n' || p[i] == '\r') {
			set = ASCII;
			kj_buf_add(out, p + i, 1);
		} else if (p[i] >= 0xa1 && p[i] <= 0xdf) {
			put_char(
			    out, KANA, (const unsigned char[]){p[i] & 0x7f}, 1); /* JIS8, code page 50222 */
		} else if (set == ASCII && p[i] < 0x80) {
			used = ascii_run(p + i, len - i);
			kj_buf_add(out, p + i, used);
		} else if (p[i] <= ' ') {
			kj_buf_add(out, p + i, 1);
		} else if (!(used = put_char(out, set, p + i, len - i))) {
			kj_buf_add_char(out, '?');
			bad++;
			used = 1;
		}
	}
	return bad;
}

/* Rows 83 and 84 of Microsoft's JIS X 0212: what IBM has beyond the standard. */
static const UChar ibm_kanji[] =
    u"ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ＇＂㈱№℡炻仼僴凬匇匤﨎咊坙﨏塚增寬峵嵓"
    u"﨑德悅愠敎昻晥晴朗栁﨓﨔橫櫢淸淲瀨凞猪甁皂皞益礰礼神祥福竧靖精綠緖羽荢﨟薰蘒﨡蠇"
    u"諸譿賴赶﨣﨤逸郞都鄕﨧﨨閒隆﨩霻靍靑飯飼館馞髙魲鶴黑";

UChar kj_charset_ibm_kanji(const char *bytes, size_t len)
{
	unsigned char row, cell;
	size_t i;

	if (len != 3 || (unsigned char)bytes[0] != 0x8f)
		return 0;
	row = (unsigned char)bytes[1];
	cell = (unsigned char)bytes[2];
	if (row < 0xf3 || row > 0xf4 || cell < 0xa1 || cell == 0xff)
		return 0;
	i = (size_t)(row - 0xf3) * 94 + cell - 0xa1;
	return i < 82 ? 0 : ibm_kanji[i - 82];
}
