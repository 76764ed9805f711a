/*
 * html_strip.c - text without tags, for documents that are too costly to parse
 */
#include "html_strip.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <strings.h>

#include "kanjiki/utf8.h"

/* The code point of a numeric reference at p[0] == '&', and its end; 0 if it is none, or means no character. */
static uint32_t reference(const char *p, const char *end, const char **ret_end)
{
	uint32_t code = 0;
	bool hex;

	if (end - p < 4 || p[1] != '#')
		return 0;
	hex = (p[2] | 0x20) == 'x';
	for (p += hex ? 3 : 2; p < end && code <= 0x10ffff && (hex ? isxdigit((unsigned char)*p) : isdigit((unsigned char)*p));
	     p++)
		code = code * (hex ? 16 : 10) +
		       (uint32_t)(isdigit((unsigned char)*p) ? *p - '0' : (*p | 0x20) - 'a' + 10);
	*ret_end = p + 1;
	if (p == end || *p != ';' || code < ' ' || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	return code;
}

void kj_references_add(struct kj_buf *out, const char *text, size_t len)
{
	const char *p = text, *end = text + len, *mark, *behind;
	char bytes[4];
	uint32_t code;

	while (p < end) {
		mark = memmem(p, (size_t)(end - p), "&#", 2);
		kj_buf_add(out, p, (size_t)((mark ? mark : end) - p));
		if (!mark)
			return;
		code = reference(mark, end, &behind);
		if (code)
			kj_buf_add(out, bytes, kj_utf8_put(code, bytes));
		else
			kj_buf_add(out, mark, 2);
		p = code ? behind : mark + 2;
	}
}

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
		kj_references_add(out, p, (size_t)(next - p));
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
