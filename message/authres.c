/*
 * authres.c - reading Authentication-Results
 *
 * One pass over the bytes; a position only moves forward, so the time is linear whatever stands there. Blanks and
 * comments may stand between any two tokens (CFWS of RFC 5322 section 3.2.2). Two readers of the same field must not
 * differ about who wrote it, so kj_auth_id() is the parser's own first step.
 */
#include "kanjiki/authres.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "kanjiki/arena.h"
#include "kanjiki/err.h"

#define BLANKS       " \t\r\n"
#define VERSION_MAX  1000U
#define COMMENTS_MAX 4 /* kept of one result */

struct piece {
	const char *text;
	size_t len;
};

struct scan {
	struct kj_arena *arena;
	const char *p, *end;
	struct piece comments[COMMENTS_MAX];
	unsigned comment_count;
	unsigned marks;
	bool full; /* the arena */
};

static bool at(const struct scan *scan, const char *set)
{
	return scan->p < scan->end && *scan->p && strchr(set, *scan->p);
}

/* Over a comment, which may hold others. */
static void skip_comment(struct scan *scan)
{
	const char *start = scan->p + 1;
	unsigned depth = 0;

	while (scan->p < scan->end) {
		char c = *scan->p++;

		if (c == '\\' && scan->p < scan->end)
			scan->p++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			break;
	}
	if (depth)
		scan->marks |= KJ_AUTH_BROKEN;
	if (scan->comment_count < COMMENTS_MAX)
		scan->comments[scan->comment_count++] =
		    (struct piece){start, (size_t)(scan->p - start) - (depth ? 0 : 1)};
}

static void skip_cfws(struct scan *scan)
{
	while (at(scan, BLANKS "("))
		if (*scan->p == '(')
			skip_comment(scan);
		else
			scan->p++;
}

/* Over a quoted string, of which the escapes are left to the one who copies it. */
static void skip_quoted(struct scan *scan)
{
	for (scan->p++; scan->p < scan->end && *scan->p != '"'; scan->p++)
		if (*scan->p == '\\' && scan->p + 1 < scan->end)
			scan->p++;
	if (scan->p < scan->end)
		scan->p++;
	else
		scan->marks |= KJ_AUTH_BROKEN;
}

/* Up to one of the stops; quoted strings are words, too, or parts of them ("a b"@example.com). */
static struct piece next_word(struct scan *scan, const char *stops)
{
	struct piece word = {scan->p, 0};

	while (scan->p < scan->end && !at(scan, stops))
		if (*scan->p == '"')
			skip_quoted(scan);
		else
			scan->p++;
	word.len = (size_t)(scan->p - word.text);
	return word;
}

static unsigned next_number(struct scan *scan)
{
	unsigned number = 0;

	for (; scan->p < scan->end && isdigit((unsigned char)*scan->p); scan->p++)
		number = number < VERSION_MAX ? number * 10 + (unsigned)(*scan->p - '0') : number;
	return number;
}

/* Without quotes, escapes and line ends; gives the length, and no more than size - 1 bytes. */
static size_t unquote(struct piece piece, char *out, size_t size)
{
	bool quoted = false;
	size_t len = 0;

	for (size_t i = 0; i < piece.len && len + 1 < size; i++) {
		char c = piece.text[i];

		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && c == '\\' && i + 1 < piece.len)
			c = piece.text[++i];
		if (c != '\r' && c != '\n')
			out[len++] = c;
	}
	out[len] = '\0';
	return len;
}

static const char *keep(struct scan *scan, struct piece piece, bool lower)
{
	char *copy = kj_arena_alloc(scan->arena, piece.len + 1);

	if (!copy) {
		scan->full = true;
		return "";
	}
	unquote(piece, copy, piece.len + 1);
	for (char *c = copy; lower && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

/* The authserv-id, an empty piece if the value begins with a result. */
static struct piece next_id(struct scan *scan)
{
	struct piece id;
	const char *start;

	skip_cfws(scan);
	start = scan->p;
	id = next_word(scan, BLANKS ";(=");
	skip_cfws(scan);
	if (!at(scan, "="))
		return id;
	scan->p = start;
	return (struct piece){start, 0};
}

static struct scan scan_of(struct kj_arena *arena, const char *value)
{
	size_t len = strnlen(value, KJ_AUTH_VALUE_MAX + 1);
	struct scan scan = {.arena = arena, .p = value, .end = value + len};

	if (len > KJ_AUTH_VALUE_MAX) {
		scan.end = value + KJ_AUTH_VALUE_MAX;
		scan.marks = KJ_AUTH_CUT;
	}
	return scan;
}

void kj_auth_id(const char *value, char *out)
{
	struct scan scan = scan_of(NULL, value);
	struct piece id = next_id(&scan);

	if (unquote(id, out, KJ_AUTH_ID_MAX) == KJ_AUTH_ID_MAX - 1)
		*out = '\0';
}

/* `header.d=example.com`, `reason="..."`; false if it is neither. */
static bool next_property(struct scan *scan, struct kj_auth_property *ret_property)
{
	struct piece type = next_word(scan, BLANKS ".=;("), name = {scan->p, 0}, value;

	skip_cfws(scan);
	if (at(scan, ".")) {
		scan->p++;
		skip_cfws(scan);
		name = next_word(scan, BLANKS "=;(");
		skip_cfws(scan);
	} else {
		name = type;
		type.len = 0;
	}
	if (!name.len || !at(scan, "="))
		return false;
	scan->p++;
	skip_cfws(scan);
	value = next_word(scan, BLANKS ";(");
	*ret_property = (struct kj_auth_property){
	    keep(scan, type, true), keep(scan, name, true), keep(scan, value, false)};
	return true;
}

static void take_properties(struct scan *scan, struct kj_auth_result *result)
{
	struct kj_auth_property properties[KJ_AUTH_PROPERTIES_MAX], next;
	unsigned count = 0;

	for (skip_cfws(scan); scan->p < scan->end && !at(scan, ";"); skip_cfws(scan)) {
		const char *start = scan->p;

		if (!next_property(scan, &next)) {
			scan->marks |= KJ_AUTH_BROKEN;
			scan->p += scan->p == start;
		} else if (!*next.type && strcmp(next.name, "reason") == 0) {
			result->reason = next.value;
		} else if (count == KJ_AUTH_PROPERTIES_MAX) {
			scan->marks |= KJ_AUTH_CUT;
		} else {
			properties[count++] = next;
		}
	}
	result->property_count = count;
	result->properties = count ? kj_arena_dup(scan->arena, properties, count * sizeof *properties) : NULL;
	scan->full |= count && !result->properties;
}

static const char *join_comments(struct scan *scan)
{
	const char *joined = "";

	for (unsigned i = 0; i < scan->comment_count && joined; i++)
		joined = kj_arena_printf(scan->arena, "%s%s%.*s", joined, i ? "; " : "",
		    (int)scan->comments[i].len, scan->comments[i].text);
	scan->full |= !joined;
	return joined ? joined : "";
}

/* `dkim/1=pass ...`; false if it is none. */
static bool next_result(struct scan *scan, struct kj_auth_result *ret_result)
{
	struct kj_auth_result result = {.version = 1, .reason = ""};
	struct piece method = next_word(scan, BLANKS "/=;("), word;

	skip_cfws(scan);
	if (at(scan, "/")) {
		scan->p++;
		skip_cfws(scan);
		result.version = next_number(scan);
		skip_cfws(scan);
	}
	if (!method.len || !at(scan, "="))
		return false;
	scan->p++;
	scan->comment_count = 0;
	skip_cfws(scan);
	word = next_word(scan, BLANKS ";(");
	if (!word.len)
		return false;
	result.method = keep(scan, method, true);
	result.result = keep(scan, word, true);
	take_properties(scan, &result);
	result.comment = join_comments(scan);
	*ret_result = result;
	return true;
}

/* To the semicolon that ends this result, not to one within quotes or a comment. */
static void skip_result(struct scan *scan)
{
	while (scan->p < scan->end && !at(scan, ";"))
		if (*scan->p == '(')
			skip_comment(scan);
		else
			next_word(scan, ";(");
}

static bool is_none(struct scan *scan)
{
	struct scan ahead = *scan;
	struct piece word = next_word(&ahead, BLANKS ";(");

	skip_cfws(&ahead);
	return word.len == 4 && strncasecmp(word.text, "none", 4) == 0 &&
	       (ahead.p == ahead.end || at(&ahead, ";"));
}

/* From the first result on. */
static unsigned take_results(struct scan *scan, struct kj_auth_result *results)
{
	unsigned count = 0;

	for (skip_cfws(scan); scan->p < scan->end; skip_cfws(scan)) {
		if (at(scan, ";") || is_none(scan)) {
			skip_result(scan);
		} else if (count == KJ_AUTH_RESULTS_MAX) {
			scan->marks |= KJ_AUTH_CUT;
			break;
		} else if (next_result(scan, &results[count])) {
			count++;
		} else {
			scan->marks |= KJ_AUTH_BROKEN;
			skip_result(scan);
		}
		scan->p += scan->p < scan->end;
	}
	return count;
}

int kj_auth_parse(struct kj_arena *arena, const char *value, struct kj_auth_field *ret_field)
{
	struct kj_auth_result results[KJ_AUTH_RESULTS_MAX];
	struct kj_auth_field field = {.version = 1};
	struct scan scan = scan_of(arena, value);
	struct piece id = next_id(&scan);

	field.id = keep(&scan, id, false);
	if (id.len && scan.p < scan.end && isdigit((unsigned char)*scan.p))
		field.version = next_number(&scan);
	skip_cfws(&scan);
	/* Without an authserv-id this is the first result already. */
	if (id.len) {
		scan.marks |= scan.p < scan.end && !at(&scan, ";") ? KJ_AUTH_BROKEN : 0;
		skip_result(&scan);
		scan.p += scan.p < scan.end;
	}
	field.result_count = take_results(&scan, results);
	field.results =
	    field.result_count ? kj_arena_dup(arena, results, field.result_count * sizeof *results) : NULL;
	if (scan.full || (field.result_count && !field.results))
		return -KJ_ENOMEM;
	field.marks = scan.marks;
	*ret_field = field;
	return 0;
}

const char *kj_auth_property(const struct kj_auth_result *result, const char *type, const char *name)
{
	for (unsigned i = 0; i < result->property_count; i++)
		if (strcmp(result->properties[i].type, type) == 0 &&
		    strcmp(result->properties[i].name, name) == 0)
			return result->properties[i].value;
	return NULL;
}
