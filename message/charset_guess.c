/*
 * charset_guess.c - what charset bytes are in
 *
 * Valid UTF-8 is UTF-8: other charsets hardly ever look like it by chance, and one sequence in five may be broken.
 * Escape sequences decide in seven-bit text. What is left is read in every charset that mail without a declaration
 * is written in, and the reading that costs least is taken (charset_cost.c). A declared charset gives way only
 * where another one is clearly cheaper: people write strange words and names.
 */
#include "charset_guess.h"

#include <limits.h>
#include <stdint.h>

#include "charset_cost.h"
#include "kanjiki/utf8.h"

#define ESC 0x1b

/* Of charsets that are as good, the first one. */
static const char *const candidates[] = {"windows-1252", "shift-jis", "euc-jp", "gb18030", "big5", "euc-kr",
    "windows-1251", "koi8-r", "koi8-u", "cp866", "iso-8859-5", "windows-1250", "iso-8859-2", "windows-1254",
    "windows-1253", "iso-8859-7", "windows-1255", "windows-1256", "windows-874", "windows-1257"};

/* By how much another charset must be cheaper than the declared one, in tenths of a bit: in all, and for each byte
 * above 0x7f. */
#define CLEARLY      150U
#define CLEARLY_EACH 6U

/* Where the first byte beyond ASCII stands from pos on; len if there is none. */
static size_t skip_ascii(const char *data, size_t len, size_t pos)
{
	uint64_t word;

	for (; pos + sizeof word <= len; pos += sizeof word) {
		memcpy(&word, data + pos, sizeof word);
		if (word & 0x8080808080808080ULL)
			break;
	}
	while (pos < len && (unsigned char)data[pos] < 0x80)
		pos++;
	return pos;
}

bool kj_charset_has_8bit(const char *data, size_t len)
{
	return skip_ascii(data, len, 0) < len;
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

	for (size_t pos = 0; (pos = skip_ascii(data, len, pos)) < len;) {
		start = pos;
		if (kj_utf8_next(data, len, &pos) == KJ_UTF8_BAD && pos - start == 1)
			errors++;
	}
	return errors;
}

bool kj_charset_mostly_utf8(const char *data, size_t len)
{
	size_t good = 0, bad = 0, start;

	for (size_t pos = 0; (pos = skip_ascii(data, len, pos)) < len;) {
		start = pos;
		if (kj_utf8_next(data, len, &pos) == KJ_UTF8_BAD && pos - start == 1)
			bad += len - start > 3; /* cut off at the end */
		else
			good += pos - start > 1;
	}
	return bad ? good > 3 && bad * 5 <= good : good > 0;
}

/* HZ (RFC 1843): "~{" opens pairs of seven-bit bytes, "~}" closes them before the line ends. */
static bool is_hz(const char *data, size_t len)
{
	const char *p = data, *end = data + len;
	bool found = false;

	while ((p = memchr(p, '~', (size_t)(end - p))) && end - p >= 2) {
		if (p[1] != '{') {
			p += 2;
			continue;
		}
		for (p += 2; end - p >= 2 && p[0] >= 0x21 && p[0] <= 0x77 && p[1] >= 0x21 && p[1] <= 0x7e;
		     p += 2)
			;
		if (end - p < 2 || p[0] != '~' || p[1] != '}')
			return false;
		p += 2;
		found = true;
	}
	return found;
}

static bool is_korean_escape(const char *data, size_t len)
{
	const char *esc = memchr(data, ESC, len);

	return esc && len - (size_t)(esc - data) >= 4 && memcmp(esc + 1, "$)C", 3) == 0;
}

const struct kj_charset *kj_charset_guess_7bit(const char *data, size_t len)
{
	if (kj_charset_has_jis(data, len))
		return kj_charset_find("iso-2022-jp");
	if (is_korean_escape(data, len))
		return kj_charset_find("iso-2022-kr");
	return is_hz(data, len) ? kj_charset_find("hz-gb-2312") : NULL;
}

/* The cheapest candidate that costs less than limit; NULL if there is none. */
static const struct kj_charset *cheapest(const char *sample, size_t len, unsigned limit)
{
	const struct kj_charset *best = NULL, *charset;

	for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
		unsigned cost;

		charset = kj_charset_find(candidates[i]);
		cost = kj_charset_cost(charset->icu, sample, len, limit);
		if (cost >= limit)
			continue;
		limit = cost;
		best = charset;
	}
	return best;
}

const struct kj_charset *kj_charset_guess(const char *data, size_t len)
{
	char sample[KJ_CHARSET_SAMPLE];
	const struct kj_charset *best;

	if (kj_charset_mostly_utf8(data, len))
		return kj_charset_find("utf-8");
	best = cheapest(sample, kj_charset_sample(data, len, sample), UINT_MAX);
	return best ? best : kj_charset_find("windows-1252");
}

const struct kj_charset *kj_charset_better(const struct kj_charset *declared, const char *data, size_t len)
{
	char sample[KJ_CHARSET_SAMPLE];
	size_t size = kj_charset_sample(data, len, sample), high = 0;
	unsigned cost = kj_charset_cost(declared->icu, sample, size, UINT_MAX), margin;
	const struct kj_charset *best = NULL;

	for (size_t i = 0; i < size; i++)
		high += (unsigned char)sample[i] >= 0x80;
	margin = CLEARLY + CLEARLY_EACH * (unsigned)high;
	if (cost != UINT_MAX && cost > margin)
		best = cheapest(sample, size, cost - margin);
	return best ? best : declared;
}
