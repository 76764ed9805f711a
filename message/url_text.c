/*
 * url_text.c - bare URLs in a text
 *
 * Three marks are looked for: "://" behind http, https or ftp; "www."; and a host name in front of a slash, where the name
 * ends in a top-level domain that exists (example.com/path, but not and/or, nor file.txt/x). Each is found by a byte that
 * text seldom has, and what a URL takes up is not looked at again.
 */
#include <ctype.h>
#include <strings.h>

#include "kanjiki/name.h"
#include "url_host.h"
#include "urls.h"

/* Letters beyond ASCII belong to a URL: host names have them, and paths as people copy them. These do not. */
static const char *const ends[] = {"\u3000", "\u3001", "\u3002", "\uff0c", "\uff01", "\uff1f", "\u300c",
    "\u300d", "\u300e", "\u300f", "\u3010", "\u3011", "\uff08", "\uff09", "\uff1c", "\uff1e", "\u2018",
    "\u2019", "\u201c", "\u201d", "\u00a0", "\u00ab", "\u00bb", "\u2026", "\u200b"};

static bool is_end(const char *p, const char *end)
{
	if ((unsigned char)*p <= ' ' || strchr("<>\"`{}|^\177", *p))
		return true;
	if ((unsigned char)*p < 0x80)
		return false;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if ((size_t)(end - p) >= strlen(ends[i]) && memcmp(p, ends[i], strlen(ends[i])) == 0)
			return true;
	return false;
}

/* Signs behind a URL are the sentence's, and so is a bracket that was opened before it. */
static const char *trim(const char *start, const char *stop)
{
	const char *open = memchr(start, '(', (size_t)(stop - start));

	while (stop > start) {
		char last = stop[-1];

		if (last == ')' && open && open < stop)
			break;
		if (!strchr(".,;:!?'\")]*_~", last))
			break;
		stop--;
	}
	return stop;
}

static bool is_host_byte(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.' || c == '_';
}

/* "http://example.com" and text of a script without blanks behind it: where the host's ASCII ends in a name that exists,
 * and no other label follows, the host ends there. */
static const char *cut_script(const char *host, const char *stop)
{
	const char *ascii = host, *rest;
	char name[KJ_NAME_STRLEN];

	while (ascii < stop && is_host_byte(*ascii))
		ascii++;
	if (ascii == stop || (unsigned char)*ascii < 0x80 || ascii - host >= KJ_NAME_STRLEN)
		return stop;
	for (rest = ascii; rest < stop && !strchr("/?#:.@", *rest); rest++)
		;
	if (rest < stop && *rest == '.')
		return stop;
	snprintf(name, sizeof name, "%.*s", (int)(ascii - host), host);
	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return kj_name_is_fqdn(name) && kj_name_is_public(name) ? ascii : stop;
}

/* Take the URL from start on, whose host begins at host; returns where it ends. */
static const char *take(
    struct kj_urls *urls, const char *start, const char *host, const char *end, unsigned place)
{
	const char *stop = host, *url;

	while (stop < end && !is_end(stop, end))
		stop++;
	url = trim(start, cut_script(host, stop));
	if (url > host)
		kj_urls_add(urls, start, (size_t)(url - start), place);
	return stop;
}

/* A scheme that ends in front of the colon; NULL if there is none. */
static const char *scheme_before(const char *text, const char *colon)
{
	const char *p = colon;

	while (p > text && colon - p < 6 && isalpha((unsigned char)p[-1]))
		p--;
	/* "xhttp" is http behind a letter of something else. */
	for (; p < colon; p++)
		if (kj_url_scheme(p, (size_t)(colon - p) + 2) == (size_t)(colon - p) + 1)
			return p;
	return NULL;
}

/* A host name that ends in front of the slash; NULL if it is none for sure. Looks back no further than a name is long. */
static const char *host_before(const char *from, const char *slash)
{
	const char *p = slash;
	char name[KJ_NAME_STRLEN];

	while (p > from && slash - p < KJ_NAME_STRLEN - 1 && is_host_byte(p[-1]))
		p--;
	if (slash - p < 4 || (p > from && (strchr("@/:=&%?#~", p[-1]) || slash - p == KJ_NAME_STRLEN - 1)))
		return NULL;
	snprintf(name, sizeof name, "%.*s", (int)(slash - p), p);
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return kj_name_is_fqdn(name) && kj_name_is_public(name) ? p : NULL;
}

static bool is_www(const char *from, const char *p, const char *end)
{
	return end - p > 4 && strncasecmp(p, "www.", 4) == 0 &&
	       (isalnum((unsigned char)p[4]) || (unsigned char)p[4] >= 0x80) &&
	       (p == from || !(is_host_byte(p[-1]) || strchr("/@", p[-1])));
}

void kj_urls_add_text(struct kj_urls *urls, const char *text, size_t len, unsigned place)
{
	const char *from = text, *end = text + len, *p = text, *start;

	while (p < end) {
		p += strcspn(p, ":/wW");
		if (p >= end)
			break;
		if (*p == ':' && end - p > 3 && p[1] == '/' && p[2] == '/' &&
		    (start = scheme_before(from, p)))
			p = from = take(urls, start, p + 3, end, place);
		else if (*p == '/' && (start = host_before(from, p)) && end - p > 1)
			p = from = take(urls, start, start, end, place);
		else if ((*p | 0x20) == 'w' && is_www(from, p, end))
			p = from = take(urls, p, p, end, place);
		else
			p++;
	}
}
