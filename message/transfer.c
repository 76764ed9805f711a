/*
 * transfer.c - base64, quoted-printable, uuencode
 */
#include "transfer.h"

#define BLANK   0x40 /* line ends and blanks, which mean nothing */
#define PADDING 0x41
#define NONE    0xff

static uint8_t value_of(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint8_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint8_t)(c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (uint8_t)(c - '0' + 52);
	switch (c) {
	case '+': return 62;
	case '/': return 63;
	case '=': return PADDING;
	case ' ':
	case '\t':
	case '\r':
	case '\n': return BLANK;
	default: return NONE;
	}
}

#define LINE_LOOK 100 /* base64 has lines of 76; what a longer one is, its beginning tells */

/* Whether the next line is base64 too; a footer of words has characters of other kinds. */
static bool more_base64(const char *data, size_t len)
{
	for (size_t i = 0; i < len && i < LINE_LOOK; i++) {
		uint8_t value = value_of((unsigned char)data[i]);

		if (value == NONE || (data[i] == ' ' && i))
			return false;
		if (data[i] == '\n' && i > 2)
			return true;
	}
	return true;
}

/* The length of a line of words that somebody put in between; 0 if what stands there may be base64. */
static size_t line_of_words(const char *data, size_t len)
{
	const char *lf = memchr(data, '\n', len < LINE_LOOK ? len : LINE_LOOK);
	size_t end = lf ? (size_t)(lf - data) : 0, blanks = 0, strange = 0;

	for (size_t i = 0; i < end; i++) {
		uint8_t value = value_of((unsigned char)data[i]);

		blanks += value == BLANK && i && i + 1 < end && value_of((unsigned char)data[i + 1]) != BLANK;
		strange += value == NONE;
	}
	return blanks && strange ? end : 0;
}

bool kj_base64_finish(struct kj_base64 *state, struct kj_buf *out)
{
	uint32_t bits = state->bits << (6 * (4 - state->count));
	char bytes[2] = {(char)(bits >> 16), (char)(bits >> 8)};
	bool whole = state->count != 1;

	if (state->count > 1)
		kj_buf_add(out, bytes, state->count - 1);
	*state = (struct kj_base64){0};
	return whole;
}

/* By way of a small block, since adding to a buffer three bytes at a time is slow. */
bool kj_base64_decode(struct kj_base64 *state, struct kj_buf *out, const char *data, size_t len)
{
	unsigned char block[768];
	size_t fill = 0, start = line_of_words(data, len);
	bool good = !start;

	for (size_t i = start; i < len; i++) {
		uint8_t value = value_of((unsigned char)data[i]);

		if (value < 64) {
			state->bits = state->bits << 6 | value;
			if (++state->count < 4)
				continue;
			block[fill++] = (unsigned char)(state->bits >> 16);
			block[fill++] = (unsigned char)(state->bits >> 8);
			block[fill++] = (unsigned char)state->bits;
			*state = (struct kj_base64){0};
			if (fill == sizeof block) {
				kj_buf_add(out, block, fill);
				fill = 0;
			}
		} else if (value == PADDING && state->count) {
			kj_buf_add(out, block, fill);
			fill = 0;
			good &= kj_base64_finish(state, out);
			i += i + 1 < len && data[i + 1] == '=';
			if (i + 1 < len && value_of((unsigned char)data[i + 1]) == BLANK &&
			    !more_base64(data + i + 1, len - i - 1))
				return false;
		} else if (value == BLANK && data[i] == '\n') {
			size_t words = line_of_words(data + i + 1, len - i - 1);

			good &= !words;
			i += words;
		} else if (value != BLANK && value != PADDING) {
			good = false;
		}
	}
	kj_buf_add(out, block, fill);
	return good;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The length of a soft line break behind "=": blanks up to the line end and the line end, CR alone being one; 0 if
 * there is none. */
static size_t soft_break(const char *data, size_t len)
{
	size_t i = 0;

	while (i < len && (data[i] == ' ' || data[i] == '\t'))
		i++;
	if (i < len && data[i] == '\r')
		return i + 1 + (i + 1 < len && data[i + 1] == '\n');
	if (i < len && data[i] == '\n')
		return i + 1;
	return i == len && i ? i : 0;
}

bool kj_qp_decode(struct kj_buf *out, const char *data, size_t len, bool header)
{
	bool good = true;
	size_t i = 0, run, brk;

	while (i < len) {
		for (run = i; run < len && data[run] != '=' && !(header && data[run] == '_'); run++)
			;
		kj_buf_add(out, data + i, run - i);
		i = run;
		if (i == len)
			break;
		if (data[i] == '_') {
			kj_buf_add_char(out, ' ');
			i++;
		} else if (len - i >= 3 && hex(data[i + 1]) >= 0 && hex(data[i + 2]) >= 0) {
			kj_buf_add_char(out, (char)(hex(data[i + 1]) << 4 | hex(data[i + 2])));
			i += 3;
		} else if ((brk = soft_break(data + i + 1, len - i - 1)) || i + 1 == len) {
			i += 1 + brk;
		} else {
			kj_buf_add_char(out, '=');
			good = false;
			i++;
		}
	}
	return good;
}

/* One line of uuencoded data; the first character says how many bytes it holds. */
static bool uu_line(struct kj_buf *out, const char *line, size_t len)
{
	size_t want = (size_t)(line[0] - ' ') & 63, got = 0;
	char bytes[3];

	for (size_t i = 1; got < want && i < len; i += 4) {
		uint32_t bits = 0;

		for (size_t k = 0; k < 4; k++) {
			char c = i + k < len ? line[i + k] : ' '; /* blanks at the end may have been lost */

			if (c < ' ' || c > '`')
				return false;
			bits = bits << 6 | ((uint32_t)(c - ' ') & 63);
		}
		bytes[0] = (char)(bits >> 16);
		bytes[1] = (char)(bits >> 8);
		bytes[2] = (char)bits;
		kj_buf_add(out, bytes, want - got < 3 ? want - got : 3);
		got += 3;
	}
	return got >= want;
}

bool kj_uu_decode(struct kj_buf *out, const char *data, size_t len)
{
	const char *end = data + len, *lf;
	bool good = true;

	for (const char *p = data; p < end; p = lf ? lf + 1 : end) {
		size_t size;

		lf = memchr(p, '\n', (size_t)(end - p));
		size = (size_t)((lf ? lf : end) - p);
		size -= size && p[size - 1] == '\r';
		if (!size || (size > 6 && memcmp(p, "begin ", 6) == 0))
			continue;
		if (size == 3 && memcmp(p, "end", 3) == 0)
			return good;
		if (p[0] < ' ' || p[0] > '`')
			good = false;
		else
			good &= uu_line(out, p, size);
	}
	return false;
}
