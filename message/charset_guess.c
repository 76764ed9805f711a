/*
 * charset_guess.c - what charset bytes are in
 *
 * Valid UTF-8 is UTF-8: other charsets hardly ever look like it by chance. An escape sequence of ISO-2022-JP in
 * seven-bit text decides as well. What is left are charsets of two bytes a character, told apart by where the
 * lead bytes fall: Japanese text is full of kana, which have rows of their own in Shift_JIS and EUC-JP; EUC pairs
 * without kana are Korean if they stay in the Hangul rows, Chinese otherwise. One byte in fifty may be wrong.
 */
#include "charset_guess.h"

#include <stdint.h>

#include "kanjiki/utf8.h"

#define ESC 0x1b

struct pairs {
	size_t all, kana, kanji, hangul, half, bad;
	size_t
	    joined; /* behind another one: the quotes and dashes of windows-1252 look like pairs, but stand alone */
};

bool kj_charset_has_8bit(const char *data, size_t len)
{
	size_t i = 0;
	uint64_t word;

	for (; i + sizeof word <= len; i += sizeof word) {
		memcpy(&word, data + i, sizeof word);
		if (word & 0x8080808080808080ULL)
			return true;
	}
	for (; i < len; i++)
		if ((unsigned char)data[i] >= 0x80)
			return true;
	return false;
}

bool kj_charset_has_jis(const char *data, size_t len)
{
	const char *p = data, *end = data + len;

	while ((p = memchr(p, ESC, (size_t)(end - p)))) {
		if (end - p >= 3 && ((p[1] == '$' && (p[2] == 'B' || p[2] == '@' || p[2] == '(')) ||
		                        (p[1] == '(' && p[2] == 'I')))
			return true;
		p++;
	}
	return false;
}

size_t kj_charset_utf8_errors(const char *data, size_t len)
{
	size_t errors = 0, start;

	for (size_t pos = 0; pos < len;) {
		uint64_t word;

		if (len - pos >= sizeof word) {
			memcpy(&word, data + pos, sizeof word);
			if (!(word & 0x8080808080808080ULL)) {
				pos += sizeof word;
				continue;
			}
		}
		start = pos;
		if (kj_utf8_next(data, len, &pos) == KJ_UTF8_BAD && pos - start == 1)
			errors++;
	}
	return errors;
}

/* JIS X 0208 in rows of 94: kana are rows 4 and 5, the common kanji rows 16 to 47 (Hangul of KS X 1001: 16 to 40). */
static struct pairs count_euc(const unsigned char *p, size_t len)
{
	struct pairs n = {0};
	size_t last_end = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char next = i + 1 < len ? p[i + 1] : 0;

		if (p[i] < 0x80)
			continue;
		n.joined += i && last_end == i;
		if (p[i] == 0x8e && next >= 0xa1 && next <= 0xdf) {
			n.half++;
		} else if (p[i] >= 0xa1 && p[i] <= 0xfe && next >= 0xa1 && next <= 0xfe) {
			n.all++;
			n.kana += p[i] == 0xa4 || p[i] == 0xa5;
			n.kanji += p[i] >= 0xb0 && p[i] <= 0xf4;
			n.hangul += p[i] >= 0xb0 && p[i] <= 0xc8;
		} else {
			n.bad++;
			continue;
		}
		i++;
		last_end = i + 1;
	}
	return n;
}

static struct pairs count_sjis(const unsigned char *p, size_t len)
{
	struct pairs n = {0};
	size_t last_end = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char next = i + 1 < len ? p[i + 1] : 0;
		bool lead = (p[i] >= 0x81 && p[i] <= 0x9f) || (p[i] >= 0xe0 && p[i] <= 0xfc);

		if (p[i] < 0x80)
			continue;
		n.joined += i && last_end == i;
		if (p[i] >= 0xa1 && p[i] <= 0xdf) {
			n.half++;
		} else if (lead && next >= 0x40 && next <= 0xfc && next != 0x7f) {
			n.all++;
			n.kana += (p[i] == 0x82 && next >= 0x9f) || (p[i] == 0x83 && next <= 0x96);
			n.kanji += p[i] >= 0x88 && p[i] <= 0x97;
			i++;
		} else {
			n.bad++;
			continue;
		}
		last_end = i + 1;
	}
	return n;
}

static bool mostly_good(const struct pairs *n)
{
	return n->all && n->bad * 50 <= n->all && n->joined * 3 >= n->all;
}

static const char *guess_east_asian(const char *data, size_t len)
{
	struct pairs euc = count_euc((const unsigned char *)data, len);
	struct pairs sjis = count_sjis((const unsigned char *)data, len);
	bool is_sjis =
	    mostly_good(&sjis) && (sjis.kana + sjis.kanji) * 2 >= sjis.all && sjis.half <= sjis.all * 2;

	if (mostly_good(&euc) && euc.kana * 8 >= euc.all && (!is_sjis || euc.kana >= sjis.kana))
		return "euc-jp";
	if (is_sjis)
		return "shift_jis";
	if (mostly_good(&euc) && euc.all >= 2 && euc.kanji * 2 >= euc.all)
		return euc.hangul * 10 >= euc.kanji * 9 ? "euc-kr" : "gb18030";
	return "windows-1252";
}

const char *kj_charset_guess(const char *data, size_t len)
{
	if (!kj_charset_has_8bit(data, len))
		return kj_charset_has_jis(data, len) ? "iso-2022-jp" : "utf-8";
	if (!kj_charset_utf8_errors(data, len))
		return "utf-8";
	return guess_east_asian(data, len);
}
