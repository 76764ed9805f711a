/*
 * mime_mend.c - what a parser of MIME stumbles over and a reader does not see
 */
#include "mime_mend.h"

#include <strings.h>

#include "kanjiki/arena.h"

/* Where the line behind that of p begins; NULL if there is none. */
static const char *next_line(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf ? lf + 1 : NULL;
}

/* Of the lines from p on, which begins one, the first that begins with "--"; NULL if there is none. p may be NULL. */
static const char *dash_line(const char *p, const char *end)
{
	while (p && end - p > 2 && !(p[0] == '-' && p[1] == '-'))
		p = next_line(p, end);
	return p && end - p > 2 ? p : NULL;
}

bool kj_mime_has_boundary(const char *body, size_t len, const char *boundary)
{
	size_t size = strlen(boundary);
	const char *end = body + len;

	for (const char *p = dash_line(body, end); p && size; p = dash_line(next_line(p, end), end))
		if ((size_t)(end - p) >= size + 2 && memcmp(p + 2, boundary, size) == 0)
			return true;
	return false;
}

const char *kj_mime_guess_boundary(struct kj_arena *arena, const char *body, size_t len)
{
	const char *end = body + len, *lf;
	size_t size;

	for (const char *p = dash_line(body, end); p; p = dash_line(next_line(p, end), end)) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!lf || end - lf < 9 || strncasecmp(lf + 1, "Content-", 8) != 0)
			continue;
		for (size = (size_t)(lf - p); size > 2 && strchr(" \t\r", p[size - 1]); size--)
			;
		if (size > 2 && size < 200 && !memchr(p, '"', size) && !memchr(p, '\\', size))
			return kj_arena_strndup(arena, p + 2, size - 2);
	}
	return NULL;
}

/* Where the fields of a part may stand. */
enum state {
	TEXT,
	BEHIND_BOUNDARY, /* the first line behind the declared boundary */
	BEHIND_DASHES,   /* behind another line that may be one */
	FIELDS,
	OPEN_FIELD, /* the last one ended with a semicolon */
};

static bool is_field(const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && line[n] > ' ' && line[n] < 0x7f && line[n] != ':')
		n++;
	return n && n < len && line[n] == ':' && !(n + 1 < len && line[n + 1] == '/');
}

static enum state behind_dashes(const char *line, size_t len, const char *boundary)
{
	size_t size = strlen(boundary);

	while (len && strchr(" \t\r", line[len - 1]))
		len--;
	return size && len == size + 2 && memcmp(line + 2, boundary, size) == 0 ? BEHIND_BOUNDARY
	                                                                        : BEHIND_DASHES;
}

static enum state behind_field(const char *line, size_t len)
{
	while (len && strchr(" \t\r", line[len - 1]))
		len--;
	return len && line[len - 1] == ';' ? OPEN_FIELD : FIELDS;
}

/* What must stand in front of a line, and the state behind it. */
static const char *mend(const char *line, size_t len, const char *boundary, enum state *state)
{
	enum state before = *state;

	*state = TEXT;
	if (len > 2 && line[0] == '-' && line[1] == '-') {
		*state = behind_dashes(line, len, boundary);
		return "";
	}
	if (before == TEXT || !len || line[0] == '\r')
		return "";
	if (before == BEHIND_DASHES && (len < 8 || strncasecmp(line, "Content-", 8) != 0))
		return "";
	if (is_field(line, len) || (before >= FIELDS && (line[0] == ' ' || line[0] == '\t'))) {
		*state = behind_field(line, len);
		return "";
	}
	if (before != OPEN_FIELD)
		return "\n";
	*state = behind_field(line, len);
	return " ";
}

void kj_mime_mend(
    struct kj_mime_sink *sink, const char *body, size_t len, const char *boundary, unsigned *marks)
{
	const char *kept = body, *end = body + len, *lf;
	enum state state = TEXT;

	for (const char *p = body; p < end; p = lf ? lf + 1 : end) {
		const char *missing;

		lf = memchr(p, '\n', (size_t)(end - p));
		missing = mend(p, (size_t)((lf ? lf : end) - p), boundary, &state);
		if (!*missing)
			continue;
		*marks |= KJ_MARK_BAD_MIME;
		sink->add(sink->to, kept, (size_t)(p - kept));
		sink->add(sink->to, missing, 1);
		kept = p;
	}
	sink->add(sink->to, kept, (size_t)(end - kept));
}
