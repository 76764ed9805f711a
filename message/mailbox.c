/*
 * mailbox.c - the first mailbox of an address field
 *
 * Read as a person would read it, not as the grammar says: From fields of spam are rarely well-formed. The
 * addr-spec is what stands in the last angle brackets of the first mailbox, else the first word with an '@';
 * the display name is what stands in front of the brackets, without its quotes; an old-style comment behind a
 * bare address serves as name. Blanks inside the brackets do not belong to the address.
 */
#include <ctype.h>
#include <stdbool.h>

#include "encoded_word.h"
#include "header.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"

#define COMMENT_DEPTH 50

struct pieces {
	char *name, *addr, *comment; /* buffers as long as the value */
	size_t name_len, addr_len, comment_len;
};

/* Copy a quoted string without quotes and backslashes; answers how many bytes it took. */
static size_t take_quoted(const char *p, char *out, size_t *len)
{
	size_t i = 1;

	for (; p[i] && p[i] != '"'; i++) {
		if (p[i] == '\\' && p[i + 1])
			i++;
		out[(*len)++] = p[i];
	}
	return p[i] ? i + 1 : i;
}

/* The same for a comment; comments nest. */
static size_t take_comment(const char *p, char *out, size_t *len)
{
	unsigned depth = 0;
	size_t i = 0;

	for (; p[i]; i++) {
		if (p[i] == '\\' && p[i + 1])
			out[(*len)++] = p[++i];
		else if (p[i] == '(' && depth++ == 0)
			continue;
		else if (p[i] == ')' && --depth == 0)
			return i + 1;
		else if (depth <= COMMENT_DEPTH)
			out[(*len)++] = p[i];
	}
	return i;
}

static size_t take_angle(const char *p, struct pieces *pieces)
{
	size_t i = 1;

	pieces->addr_len = 0;
	for (; p[i] && p[i] != '>'; i++)
		if (!isspace((unsigned char)p[i]))
			pieces->addr[pieces->addr_len++] = p[i];
	return p[i] ? i + 1 : i;
}

/* Cut the first mailbox into its pieces; bare words stay in the name for now. */
static bool cut(const char *p, struct pieces *pieces)
{
	bool angle = false, quoted = false;
	size_t word;

	while (*p) {
		if (*p == '=' && !angle && (word = kj_encoded_word_length(p))) {
			/* Whole: in quoted-printable, commas, colons and brackets may stand as they are. */
			memcpy(pieces->name + pieces->name_len, p, word);
			pieces->name_len += word;
			p += word;
		} else if (*p == '"') {
			p += take_quoted(p, pieces->name, &pieces->name_len);
			quoted = true;
		} else if (*p == '(') {
			p += take_comment(p, pieces->comment, &pieces->comment_len);
		} else if (*p == '<') {
			p += take_angle(p, pieces);
			angle = true;
		} else if ((*p == ',' || *p == ';') &&
		           (angle || (!quoted && memchr(pieces->name, '@', pieces->name_len)))) {
			break;
		} else if (*p == ':' && !angle && !memchr(pieces->name, '@', pieces->name_len)) {
			pieces->name_len = 0; /* the name of a group (RFC 5322 section 3.4) */
			p++;
		} else {
			pieces->name[pieces->name_len++] = *p++;
		}
	}
	return angle;
}

static char *trim(char *string, size_t len)
{
	while (len && isspace((unsigned char)string[len - 1]))
		len--;
	string[len] = '\0';
	while (isspace((unsigned char)*string))
		string++;
	return string;
}

/* Lower the case of the domain; a source route in front (RFC 5322 section 4.4) is cut off. */
static const char *tidy_addr(char *addr)
{
	char *at = strrchr(addr, '@'), *colon = *addr == '@' ? strchr(addr, ':') : NULL;

	for (char *p = at; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return colon && colon < at ? colon + 1 : addr;
}

int kj_header_mailbox(
    struct kj_arena *arena, const char *value, unsigned *marks, const char **ret_name, const char **ret_addr)
{
	struct pieces pieces = {0};
	const char *name, *raw;
	bool angle;
	size_t size;
	int err;

	if (kj_encoded_word_raw(arena, value, marks, &value) < 0)
		return -KJ_ENOMEM;
	size = strlen(value) + 1;
	pieces.name = kj_arena_alloc(arena, 3 * size);
	if (!pieces.name)
		return -KJ_ENOMEM;
	pieces.addr = pieces.name + size;
	pieces.comment = pieces.addr + size;
	angle = cut(value, &pieces);
	raw = trim(pieces.name, pieces.name_len);
	if (!angle && strchr(raw, '@')) {
		/* A bare address: the word with the '@'. */
		const char *at = strchr(raw, '@'), *start = at;

		while (start > raw && !isspace((unsigned char)start[-1]))
			start--;
		pieces.addr_len = strcspn(start, " \t");
		memcpy(pieces.addr, start, pieces.addr_len);
		raw = "";
	}
	if (!*raw)
		raw = trim(pieces.comment, pieces.comment_len);
	err = kj_encoded_word_decode(arena, raw, marks, &name);
	if (err < 0)
		return err;
	*ret_name = name;
	*ret_addr = tidy_addr(trim(pieces.addr, pieces.addr_len));
	return 0;
}
