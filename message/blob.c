/*
 * blob.c - base64 inside a text
 */
#include "blob.h"

#include <ctype.h>
#include <stdbool.h>

#include "kanjiki/utf8.h"
#include "transfer.h"

#define WORD_MIN  60
#define BLOBS_MAX 16 /* decoded ones */

static bool is_base64(char c)
{
	return isalnum((unsigned char)c) || c == '+' || c == '/' || c == '=';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static size_t word_at(const char *p, const char *end)
{
	size_t len = 0;

	while (p + len < end && is_base64(p[len]))
		len++;
	return len;
}

/* The line behind a word that ends its line; NULL if something else stands there. */
static const char *next_line(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\r'))
		p++;
	return p < end && *p == '\n' && end - p > 1 ? p + 1 : NULL;
}

/* The end of a block that begins at p, and in *ret_short where its last, shorter line begins (or its end). */
static const char *block_end(const char *p, const char *end, const char **ret_short)
{
	size_t width = word_at(p, end), len = width;
	const char *stop = p + width, *line;

	while (len == width && width % 4 == 0 && p[width - 1] != '=' && (line = next_line(stop, end)) &&
	       (len = word_at(line, end)) && len <= width && (line + len == end || is_blank(line[len]))) {
		if (len < width) {
			*ret_short = stop;
			return line + len;
		}
		stop = line + len;
	}
	*ret_short = stop;
	return stop;
}

static bool is_text(const struct kj_buf *text)
{
	for (size_t pos = 0; pos < text->len;) {
		uint32_t code = kj_utf8_next(text->data, text->len, &pos);

		if (code == KJ_UTF8_BAD || code == 0x7f ||
		    (code < ' ' && code != '\n' && code != '\r' && code != '\t') ||
		    (code >= 0x80 && code < 0xa0))
			return false;
	}
	return text->len > 0;
}

static bool decode(struct kj_buf *out, const char *p, const char *end)
{
	struct kj_base64 state = {0};
	bool good;

	kj_buf_clear(out);
	good = kj_base64_decode(&state, out, p, (size_t)(end - p));
	return kj_base64_finish(&state, out) && good && !out->truncated && is_text(out);
}

bool kj_blobs_append(struct kj_buf *text)
{
	const size_t len = text->len;
	struct kj_buf decoded = KJ_BUF_INIT(len);
	unsigned found = 0;
	size_t at = 0;

	while (at < len && found < BLOBS_MAX && !text->truncated) {
		const char *p = text->data + at, *end = text->data + len, *stop, *last;
		size_t word = word_at(p, end);

		if (word < WORD_MIN || (word < len - at && !is_blank(p[word]))) {
			at += word;
			while (at < len && !is_blank(text->data[at]))
				at++;
			while (at < len && is_blank(text->data[at]))
				at++;
			continue;
		}
		stop = block_end(p, end, &last);
		at += (size_t)(stop - p);
		if (!decode(&decoded, p, stop) && (last == stop || !decode(&decoded, p, last)))
			continue;
		found++;
		kj_buf_add_str(text, "\n\n");
		kj_buf_add(text, decoded.data, decoded.len);
	}
	kj_buf_free(&decoded);
	return found == BLOBS_MAX;
}
