/*
 * charset_jis.c - ISO-2022-JP to EUC-JP
 *
 * Neither iconv nor ICU takes what is sent under this name: iconv refuses NEC row 13 (circled numbers, which
 * Japanese mail is full of) and half-width katakana, ICU turns backslash and tilde of JIS X 0201 into yen and
 * overline. Only the escape sequences are special, though. Behind them stand the rows of JIS X 0208, which are
 * the same in EUC-JP with the high bit set; ICU's EUC-JP has row 13 and the IBM extensions.
 * A line end goes back to ASCII (RFC 1468), also where the sender forgot to; unless the next line is kanji up to the
 * escape sequence that was forgotten here, as programs write it that break lines without knowing the charset.
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

struct jis {
	enum set set, shifted_from;
	size_t next_escape; /* the first ESC at or behind the place that was asked for last */
};

/*
 * Whether the kanji go on in the next line, which begins at `start`, without a new escape sequence
 *
 * They do if it is whole pairs, and either what comes next is the sequence back to ASCII, or a quarter of them
 * are kana or punctuation.
 */
static bool goes_on(struct jis *jis, const unsigned char *p, size_t len, size_t start)
{
	size_t end = start, kana = 0;
	enum set set = KANJI;

	if (jis->next_escape < start) {
		const unsigned char *esc = memchr(p + start, ESC, len - start);

		jis->next_escape = esc ? (size_t)(esc - p) : len;
	}
	for (; end + 1 < jis->next_escape && graphic(p[end]) && graphic(p[end + 1]); end += 2)
		kana += p[end] == 0x21 || p[end] == 0x24 || p[end] == 0x25;
	if (end == start || (end + 1 < jis->next_escape && p[end] != '\r' && p[end] != '\n'))
		return false;
	if (jis->next_escape < len)
		read_escape(p + jis->next_escape, len - jis->next_escape, &set);
	return set == ASCII || kana * 8 >= end - start;
}

/* What is no text: escapes, shifts, line ends. Answers how many bytes it took, 0 for text. */
static size_t take_control(
    struct jis *jis, struct kj_buf *out, const unsigned char *p, size_t len, size_t i, size_t *bad)
{
	size_t used;

	switch (p[i]) {
	case ESC:
		used = read_escape(p + i, len - i, &jis->set);
		*bad += !used;
		return used ? used : 1;
	case SO:
		jis->shifted_from = jis->set;
		jis->set = KANA;
		return 1;
	case SI: jis->set = jis->shifted_from; return 1;
	case '\r':
	case '\n':
		kj_buf_add(out, p + i, 1);
		if (!(p[i] == '\r' && i + 1 < len && p[i + 1] == '\n') &&
		    !(jis->set == KANJI && i + 1 < len && goes_on(jis, p, len, i + 1)))
			jis->set = ASCII;
		return 1;
	default: return 0;
	}
}

size_t kj_charset_jis_to_euc(struct kj_buf *out, const char *data, size_t len)
{
	const unsigned char *p = (const unsigned char *)data;
	struct jis jis = {ASCII, ASCII, 0};
	size_t bad = 0, used;

	for (size_t i = 0; i < len && !out->truncated; i += used) {
		if ((used = take_control(&jis, out, p, len, i, &bad)))
			continue;
		used = 1;
		if (p[i] >= 0xa1 && p[i] <= 0xdf) {
			put_char(
			    out, KANA, (const unsigned char[]){p[i] & 0x7f}, 1); /* JIS8, code page 50222 */
		} else if (jis.set == ASCII && p[i] < 0x80) {
			used = ascii_run(p + i, len - i);
			kj_buf_add(out, p + i, used);
		} else if (p[i] <= ' ') {
			kj_buf_add(out, p + i, 1);
		} else if (!(used = put_char(out, jis.set, p + i, len - i))) {
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
