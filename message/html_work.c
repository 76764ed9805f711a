/*
 * html_work.c - what it will cost to parse a document
 *
 * A stack of start tags, from which an end tag takes the last one if it is its own. Nothing is closed by more than that, but
 * for elements without content and the end tags that may be left out (HTML, sections 13.1.2 and 13.1.2.4); and in documents with SVG or
 * MathML, where all tags may be other elements, not even those. Where an end tag could be text - in comments, CDATA, scripts -
 * it closes nothing, and start tags count nevertheless.
 */
#include "html_work.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#define NAME_MAX_LEN 32 /* a longer one is none that an end tag closes */

struct name {
	const char *text;
	size_t len;
};

struct element {
	struct name name;
	bool optional; /* its end tag may be left out */
};

struct counter {
	const char *end;
	struct element *open;
	size_t count, room, max;
	bool foreign;      /* SVG or MathML was seen */
	struct name raw;   /* end tags other than this are text; empty: none are */
	const char *until; /* end tags in front of this are text */
};

static bool is(struct name name, const char *word)
{
	return name.len == strlen(word) && strncasecmp(name.text, word, name.len) == 0;
}

static bool is_any(struct name name, const char *const *words)
{
	while (*words && !is(name, *words))
		words++;
	return *words != NULL;
}

static bool same(struct name a, struct name b)
{
	return a.len == b.len && strncasecmp(a.text, b.text, a.len) == 0;
}

static bool is_void(const struct counter *c, struct name name)
{
	/* The first of these end SVG and MathML. */
	static const char *const always[] = {"br", "img", "hr", "meta", "embed", NULL};
	static const char *const html[] = {"area", "base", "col", "input", "link", "param", "source", "wbr", NULL};

	return is_any(name, always) || (!c->foreign && is_any(name, html));
}

static bool is_optional(const struct counter *c, struct name name)
{
	static const char *const names[] = {"p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "dd", "dt", "option", NULL};

	return !c->foreign && is_any(name, names);
}

/* Whether its end tag closes elements whose own ones were left out. */
static bool is_container(struct name name)
{
	static const char *const names[] = {"div", "table", "tbody", "thead", "tfoot", "tr", "td", "th", "ul", "ol", "dl",
	    "li", "center", "blockquote", "section", "article", "header", "footer", NULL};

	return is_any(name, names);
}

static bool is_raw(struct name name)
{
	static const char *const names[] = {
	    "style", "script", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext", NULL};

	return is_any(name, names);
}

static struct name name_at(const char *p, const char *end)
{
	struct name name = {p, 0};

	while (p < end && name.len <= NAME_MAX_LEN && !isspace((unsigned char)*p) && *p != '/' && *p != '>') {
		p++;
		name.len++;
	}
	return name;
}

/* Behind the value at p. */
static const char *behind_value(const char *p, const char *end)
{
	const char *close;

	while (p < end && isspace((unsigned char)*p))
		p++;
	if (p < end && (*p == '"' || *p == '\'')) {
		close = memchr(p + 1, *p, (size_t)(end - p - 1));
		return close ? close + 1 : end;
	}
	while (p < end && !isspace((unsigned char)*p) && *p != '>')
		p++;
	return p;
}

/* Behind the tag whose attributes begin at p. Only a value may have a '>' in quotes. */
static const char *behind_tag(const char *p, const char *end)
{
	bool named = false;

	while (p < end && *p != '>') {
		if (*p == '=' && named) {
			p = behind_value(p + 1, end);
			named = false;
			continue;
		}
		named = *p != '/' && (named || !isspace((unsigned char)*p));
		p++;
	}
	return p < end ? p + 1 : end;
}

static bool push(struct counter *c, struct name name, bool optional)
{
	size_t room = c->room ? 2 * c->room : 64;
	struct element *open;

	if (c->count == c->max)
		return false;
	if (c->count == c->room) {
		open = realloc(c->open, room * sizeof *open);
		if (!open)
			return false;
		c->open = open;
		c->room = room;
	}
	c->open[c->count++] = (struct element){name, optional};
	return true;
}

static bool start_tag(struct counter *c, struct name name)
{
	bool optional;

	c->foreign |= is(name, "svg") || is(name, "math");
	optional = is_optional(c, name);
	if (is_void(c, name) || (optional && c->count && same(c->open[c->count - 1].name, name)))
		return true;
	if (!c->raw.len && is_raw(name))
		c->raw = name;
	return push(c, name, optional);
}

static void end_tag(struct counter *c, struct name name)
{
	size_t count = c->count;
	bool container = is_container(name) && !c->foreign;

	if (name.len > NAME_MAX_LEN || name.text < c->until || (c->raw.len && !same(c->raw, name)))
		return;
	c->raw.len = 0;
	while (count && container && c->open[count - 1].optional && !same(c->open[count - 1].name, name))
		count--;
	if (count && same(c->open[count - 1].name, name))
		c->count = count - 1;
}

/* Up to where end tags are text, if this begins a comment or a CDATA section. */
static const char *text_until(const char *p, const char *end)
{
	const char *stop = NULL;

	if (end - p >= 4 && memcmp(p, "<!--", 4) == 0)
		stop = memmem(p + 4, (size_t)(end - p - 4), "-->", 3);
	else if (end - p >= 9 && memcmp(p, "<![CDATA[", 9) == 0)
		stop = memmem(p + 9, (size_t)(end - p - 9), "]]>", 3);
	else
		return p;
	return stop ? stop : end;
}

/* The tag, comment or sign at p[0] == '<'; behind it, or NULL when there are too many. */
static const char *take(struct counter *c, const char *p)
{
	bool close = c->end - p > 2 && p[1] == '/';
	const char *at = p + 1 + close;
	struct name name;

	if (at < c->end && isalpha((unsigned char)*at)) {
		name = name_at(at, c->end);
		if (close)
			end_tag(c, name);
		else if (!start_tag(c, name))
			return NULL;
		/* What looks like a tag in a text of another kind may have tags in it. */
		return c->raw.len || p < c->until ? at : behind_tag(at + name.len, c->end);
	}
	if (p >= c->until && at < c->end && (*at == '!' || *at == '?' || close)) {
		c->until = text_until(p, c->end);
		if (c->until == p) {
			at = memchr(p, '>', (size_t)(c->end - p));
			return at ? at + 1 : c->end;
		}
	}
	return p + 1;
}

bool kj_html_is_costly(const char *html, size_t len, size_t max_open, size_t max_work)
{
	struct counter c = {.end = html + len, .until = html, .max = max_open};
	const char *p = html, *next;
	size_t work = 0;

	while (p && p < c.end && work <= max_work) {
		next = *p == '<' ? take(&c, p) : memchr(p, '<', (size_t)(c.end - p));
		if (!next && *p != '<')
			next = c.end;
		work += next ? c.count * (size_t)(next - p) : 0;
		p = next;
	}
	free(c.open);
	return !p || work > max_work;
}
