/*
 * html_strip.c - text without tags, for documents that are too costly to parse
 */
#include "html_strip.h"

#include <ctype.h>
#include <stdbool.h>
#include <strings.h>

/* The end of the tag or comment at p[0] == '<', or p + 1 if it is just a sign. */
static const char *tag_end(const char *p, const char *end)
{
	const char *close;

	if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
		close = memmem(p + 4, (size_t)(end - p - 4), "-->", 3);
		return close ? close + 3 : end;
	}
	if (end - p < 2 || !(isalpha((unsigned char)p[1]) || p[1] == '/' || p[1] == '!' || p[1] == '?'))
		return p + 1;
	close = memchr(p, '>', (size_t)(end - p));
	return close ? close + 1 : end;
}

void kj_html_strip(struct kj_buf *out, const char *html, size_t len)
{
	const char *p = html, *end = html + len, *next;

	while (p < end && !out->truncated) {
		next = memchr(p, '<', (size_t)(end - p));
		if (!next)
			next = end;
		kj_buf_add(out, p, (size_t)(next - p));
		p = next < end ? tag_end(next, end) : end;
		if (p == next + 1)
			kj_buf_add_char(out, '<');
	}
}

unsigned kj_count_urls(const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	unsigned count = 0;

	/* Both forms begin behind something that is no letter, and have a sign that text seldom has. */
	while ((p = memchr(p, ':', (size_t)(end - p)))) {
		if (end - p > 3 && p[1] == '/' && p[2] == '/' && p - text >= 4 &&
		    (strncasecmp(p - 4, "http", 4) == 0 ||
		        (p - text >= 5 && strncasecmp(p - 5, "https", 5) == 0)))
			count++;
		p++;
	}
	for (p = text; (p = memmem(p, (size_t)(end - p), "www.", 4)); p += 4)
		if ((p == text || (!isalnum((unsigned char)p[-1]) && p[-1] != '/')) && end - p > 4 &&
		    isalnum((unsigned char)p[4]))
			count++;
	return count;
}
