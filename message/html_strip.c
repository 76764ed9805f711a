/*
 * html_strip.c - text without tags, for documents that are too costly to parse
 */
#include "html_strip.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <strings.h>

#include "kanjiki/utf8.h"
#include "urls.h"

/* The code point of a numeric reference at p[0] == '&', and its end; 0 if it is none, or means no character. */
static uint32_t reference(const char *p, const char *end, const char **ret_end)
{
	uint32_t code = 0;
	bool hex;

	if (end - p < 4 || p[1] != '#')
		return 0;
	hex = (p[2] | 0x20) == 'x';
	for (p += hex ? 3 : 2;
	     p < end && code <= 0x10ffff && (hex ? isxdigit((unsigned char)*p) : isdigit((unsigned char)*p));
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

/* Named entities that mail is full of, and those that are put into words to split them. */
static const struct {
	const char *name, *text;
} entities[] = {
    {"amp;", "&"},
    {"lt;", "<"},
    {"gt;", ">"},
    {"quot;", "\""},
    {"apos;", "'"},
    {"nbsp;", "\u00a0"},
    {"shy;", "\u00ad"},
    {"zwnj;", "\u200c"},
    {"zwj;", "\u200d"},
};

static void add_entities(struct kj_buf *out, const char *p, size_t len)
{
	const char *end = p + len, *mark;
	size_t i;

	while ((mark = memchr(p, '&', (size_t)(end - p)))) {
		for (i = 0; i < sizeof entities / sizeof *entities; i++)
			if ((size_t)(end - mark) > strlen(entities[i].name) &&
			    memcmp(mark + 1, entities[i].name, strlen(entities[i].name)) == 0)
				break;
		if (i < sizeof entities / sizeof *entities) {
			kj_references_add(out, p, (size_t)(mark - p));
			kj_buf_add_str(out, entities[i].text);
			p = mark + 1 + strlen(entities[i].name);
			continue;
		}
		/* A numeric one, or a sign: on to the next, with what it stands in. */
		mark = memchr(mark + 1, '&', (size_t)(end - mark - 1));
		kj_references_add(out, p, (size_t)((mark ? mark : end) - p));
		if (!mark)
			return;
		p = mark;
	}
	kj_references_add(out, p, (size_t)(end - p));
}

/* The end of the tag at p[0] == '<', or p + 1 if it is just a sign. */
static const char *tag_end(const char *p, const char *end)
{
	const char *close;

	if (end - p < 2 || !(isalpha((unsigned char)p[1]) || p[1] == '/' || p[1] == '!' || p[1] == '?'))
		return p + 1;
	close = memchr(p, '>', (size_t)(end - p));
	return close ? close + 1 : end;
}

static bool tag_is(const char *tag, const char *end, const char *name)
{
	size_t len = strlen(name);

	return (size_t)(end - tag) > len + 1 && strncasecmp(tag + 1, name, len) == 0 &&
	       !isalnum((unsigned char)tag[len + 1]);
}

/* The target of an <a> or <area> whose tag this is. */
static void add_link(struct kj_streams *streams, const char *tag, const char *end, bool quoted)
{
	struct kj_buf href = KJ_BUF_INIT(KJ_URL_MAX);
	const char *p = tag, *stop;

	while (end - p > 5 && strncasecmp(p, "href=", 5) != 0)
		p++;
	if (end - p <= 5)
		return;
	p += 5;
	stop = *p == '"' || *p == '\'' ? memchr(p + 1, *p, (size_t)(end - p - 1)) : NULL;
	p += stop != NULL;
	if (!stop)
		for (stop = p; stop < end && !isspace((unsigned char)*stop) && *stop != '>'; stop++)
			;
	if (stop == p || *p == '#')
		return;
	streams->links++;
	add_entities(&href, p, (size_t)(stop - p));
	if (streams->urls)
		kj_urls_add_link(
		    streams->urls, kj_buf_str(&href), "", 0, quoted ? KJ_URL_QUOTED : KJ_URL_SEEN);
	kj_buf_free(&href);
}

/* Elements whose content is no text; they end at their own end tag only. */
static const char *behind_content(const char *tag, const char *behind, const char *end)
{
	static const char *const names[] = {"style", "script", "title"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!tag_is(tag, end, names[i]))
			continue;
		while ((behind = memmem(behind, (size_t)(end - behind), "</", 2)))
			if (tag_is(++behind, end, names[i]))
				return tag_end(behind - 1, end);
		return end;
	}
	return behind;
}

/* Pass over the tag or comment at p[0] == '<', or over the sign. */
static const char *strip_tag(
    struct kj_streams *streams, struct kj_buf *out, const char *p, const char *end, bool quoted)
{
	const char *behind;

	if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
		behind = memmem(p + 4, (size_t)(end - p - 4), "-->", 3);
		kj_buf_add(&streams->comments, p + 4, (size_t)((behind ? behind : end) - p - 4));
		kj_buf_add_char(&streams->comments, '\n');
		return behind ? behind + 3 : end;
	}
	behind = tag_end(p, end);
	if (behind == p + 1)
		kj_buf_add_char(out, '<');
	else if (tag_is(p, behind, "a") || tag_is(p, behind, "area"))
		add_link(streams, p, behind, quoted);
	return behind_content(p, behind, end);
}

void kj_html_strip(struct kj_streams *streams, const char *html, size_t len, bool quoted)
{
	struct kj_buf *out = quoted ? &streams->quoted : &streams->visible;
	const char *p = html, *end = html + len, *next;

	while (p < end && !out->truncated) {
		next = memchr(p, '<', (size_t)(end - p));
		if (!next)
			next = end;
		add_entities(out, p, (size_t)(next - p));
		p = next < end ? strip_tag(streams, out, next, end, quoted) : end;
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
