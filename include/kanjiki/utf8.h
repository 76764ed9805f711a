/*
 * utf8.h - walking over UTF-8 from strangers
 *
 * Threads: safe.
 */
#ifndef KJ_UTF8_H
#define KJ_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KJ_UTF8_BAD 0xfffdU /* stands for a byte that begins no valid sequence (RFC 3629) */

/*
 * kj_utf8_next - the code point at data[*pos], and *pos behind it
 *
 * Overlong forms, surrogates and values above U+10FFFF are invalid: one byte is passed over and KJ_UTF8_BAD
 * given. Call only while *pos < len.
 */
static inline uint32_t kj_utf8_next(const char *data, size_t len, size_t *pos);

/* kj_utf8_put - code point to bytes in out (4 at least); returns how many. Invalid code points give U+FFFD. */
size_t kj_utf8_put(uint32_t code, char *out);

/* kj_utf8_is_order - whether a terminal or a reader of lines obeys it instead of showing it: C0, C1, ends of lines
 * and paragraphs, and the marks that turn writing around */
bool kj_utf8_is_order(uint32_t code);

/* kj_utf8_valid - whether all of it is valid UTF-8 */
int kj_utf8_valid(const char *data, size_t len);

/* The same where the byte is not ASCII. */
uint32_t kj_utf8_next_long(const char *data, size_t len, size_t *pos);

/* Most bytes of most text are ASCII; for those there is no call. */
static inline uint32_t kj_utf8_next(const char *data, size_t len, size_t *pos)
{
	unsigned char c = (unsigned char)data[*pos];

	if (c >= 0x80)
		return kj_utf8_next_long(data, len, pos);
	++*pos;
	return c;
}

#endif
