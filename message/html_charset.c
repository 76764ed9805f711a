/*
 * html_charset.c - the charset that an HTML document declares itself
 */
#include "html_charset.h"

#include <ctype.h>
#include <stdbool.h>
#include <strings.h>

#define PRESCAN 1024

/* The value of "charset=" in a tag, in its own attribute or inside of content="..."; false if there is none. */
static bool charset_in(const char *tag, const char *end, char *out)
{
	const char *p = tag;
	size_t len = 0;

	while (end - p >= 8 && strncasecmp(p, "charset", 7) != 0)
		p++;
	if (end - p < 8)
		return false;
	for (p += 7; p < end && (isspace((unsigned char)*p) || *p == '='); p++)
		;
	if (p < end && (*p == '"' || *p == '\''))
		p++;
	for (; p < end && (isalnum((unsigned char)*p) || strchr("-_.:+", *p)) && *p &&
	       len < KJ_HTML_CHARSET_MAX - 1;
	     p++)
		out[len++] = (char)tolower((unsigned char)*p);
	out[len] = '\0';
	return len > 0;
}

const char *kj_html_charset(const char *html, size_t len, char *out)
{
	const char *p = html, *end = html + (len < PRESCAN ? len : PRESCAN), *close;

	while ((p = memchr(p, '<', (size_t)(end - p)))) {
		bool comment = end - p >= 4 && memcmp(p, "<!--", 4) == 0;

		close = comment ? memmem(p, (size_t)(end - p), "-->", 3) : memchr(p, '>', (size_t)(end - p));
		if (!close)
			break;
		if (end - p > 6 && strncasecmp(p, "<meta", 5) == 0 && charset_in(p + 5, close, out)) {
			if (strncmp(out, "utf-16", 6) == 0 || strncmp(out, "utf-32", 6) == 0)
				memcpy(out, "utf-8", 6);
			return out;
		}
		p = close + 1;
	}
	out[0] = '\0';
	return out;
}
