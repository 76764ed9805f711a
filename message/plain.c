/*
 * plain.c - plain text by lines
 *
 * A text/plain beside a text/html mostly says the same, in other line breaks. A line is left out if three
 * quarters of its runs of eight bytes are in the HTML's text: that holds over other wrapping, bullets and
 * spacing, needs no words and so works for Japanese, and one line that only the plain text has is kept.
 */
#include "plain.h"

#include "html_strip.h"
#include "kanjiki/err.h"

#define RUN 8 /* bytes: a uint64_t */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

static uint64_t mix(uint64_t run)
{
	run *= 0x9e3779b97f4a7c15ULL;
	return run ^ run >> 29;
}

int kj_said_make(struct kj_said *said, const char *text, size_t len)
{
	size_t bits = 1024;
	uint64_t run = 0;

	while (bits < len * 16)
		bits *= 2;
	said->bits = calloc(bits / 64, sizeof *said->bits);
	said->mask = bits - 1;
	if (!said->bits)
		return -KJ_ENOMEM;
	for (size_t i = 0; i < len; i++) {
		if (is_blank(text[i]))
			continue;
		run = run << 8 | (unsigned char)text[i];
		said->bits[(mix(run) & said->mask) / 64] |= 1ULL << (mix(run) & 63);
	}
	return 0;
}

void kj_said_free(struct kj_said *said)
{
	free(said->bits);
	said->bits = NULL;
}

int kj_said_has(const struct kj_said *said, const char *line, size_t len)
{
	size_t runs = 0, found = 0, filled = 0;
	uint64_t run = 0, hash;

	for (size_t i = 0; i < len; i++) {
		if (is_blank(line[i]))
			continue;
		if (line[i] == 'h' && len - i > 8 && memcmp(line + i, "http", 4) == 0 &&
		    (memcmp(line + i + 4, "://", 3) == 0 || memcmp(line + i + 4, "s://", 4) == 0)) {
			while (i + 1 < len && !is_blank(line[i + 1]))
				i++;
			filled = 0;
			continue;
		}
		run = run << 8 | (unsigned char)line[i];
		if (++filled < RUN)
			continue;
		hash = mix(run);
		runs++;
		found += said->bits[(hash & said->mask) / 64] >> (hash & 63) & 1;
	}
	if (!runs)
		return -1;
	return found * 4 >= runs * 3;
}

/* One line of the text, and what joins it to the next. */
struct line {
	const char *text;
	size_t len;
	bool quoted, soft;
};

static struct line cut_line(const char *text, size_t len, const struct kj_plain_format *format)
{
	const char *lf = memchr(text, '\n', len);
	struct line line = {text, lf ? (size_t)(lf - text) : len, false, false};

	if (line.len && line.text[line.len - 1] == '\r')
		line.len--;
	if (line.len >= 6 && memcmp(line.text, ">From ", 6) == 0) {
		line.text++; /* so mbox writes "From " at the beginning of a line */
		line.len--;
	}
	for (; line.len && *line.text == '>'; line.text++, line.len--)
		line.quoted = true;
	if ((format->flowed || line.quoted) && line.len && *line.text == ' ') {
		line.text++;
		line.len--;
	}
	line.soft = format->flowed && line.len && line.text[line.len - 1] == ' ' &&
	            !(line.len == 3 && memcmp(line.text, "-- ", 3) == 0);
	if (line.soft && format->delsp)
		line.len--;
	return line;
}

void kj_plain_read(
    struct kj_streams *streams, const char *text, size_t len, const struct kj_plain_format *format)
{
	const char *end = text + len, *lf;
	int said = 0, was_said = 0;

	for (const char *p = text; p < end; p = lf ? lf + 1 : end) {
		struct line line = cut_line(p, (size_t)(end - p), format);
		struct kj_buf *out = format->quoted || line.quoted ? &streams->quoted : &streams->visible;

		lf = memchr(p, '\n', (size_t)(end - p));
		said = format->said ? kj_said_has(format->said, line.text, line.len) : 0;
		was_said = said < 0 ? was_said : said;
		if (was_said)
			continue;
		kj_references_add(out, line.text, line.len);
		if (!line.soft)
			kj_buf_add_char(out, '\n');
		if (!line.quoted)
			streams->links += kj_count_urls(line.text, line.len);
	}
	kj_streams_search(streams);
}
