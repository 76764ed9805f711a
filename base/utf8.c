/*
 * utf8.c - decoding and encoding single code points
 */
#include "kanjiki/utf8.h"

static int continues(const unsigned char *p, size_t have, size_t need)
{
	if (have < need)
		return 0;
	for (size_t i = 1; i < need; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return 1;
}

uint32_t kj_utf8_next_long(const char *data, size_t len, size_t *pos)
{
	const unsigned char *p = (const unsigned char *)data + *pos;
	size_t have = len - *pos;
	uint32_t code;

	if (p[0] >= 0xc2 && p[0] <= 0xdf && continues(p, have, 2)) {
		*pos += 2;
		return (p[0] & 0x1fU) << 6 | (p[1] & 0x3fU);
	}
	if ((p[0] & 0xf0) == 0xe0 && continues(p, have, 3)) {
		code = (p[0] & 0x0fU) << 12 | (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU);
		if (code >= 0x800 && (code < 0xd800 || code > 0xdfff)) {
			*pos += 3;
			return code;
		}
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4 && continues(p, have, 4)) {
		code = (p[0] & 0x07U) << 18 | (p[1] & 0x3fU) << 12 | (p[2] & 0x3fU) << 6 | (p[3] & 0x3fU);
		if (code >= 0x10000 && code <= 0x10ffff) {
			*pos += 4;
			return code;
		}
	}
	*pos += 1;
	return KJ_UTF8_BAD;
}

size_t kj_utf8_put(uint32_t code, char *out)
{
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		code = KJ_UTF8_BAD;
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

bool kj_utf8_is_order(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

int kj_utf8_valid(const char *data, size_t len)
{
	for (size_t pos = 0; pos < len;) {
		size_t start = pos;
		uint64_t word;

		/* Most text is ASCII: eight bytes at a time. */
		if (len - pos >= sizeof word) {
			memcpy(&word, data + pos, sizeof word);
			if (!(word & 0x8080808080808080U)) {
				pos += sizeof word;
				continue;
			}
		}
		if (kj_utf8_next(data, len, &pos) == KJ_UTF8_BAD && pos - start == 1)
			return 0;
	}
	return 1;
}
