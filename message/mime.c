/*
 * mime.c - the structure of a message; GMime's parser works here
 *
 * GMime reads the Content-* fields and the body from one run of memory, so a body that is a multipart or a message
 * is copied behind those fields; parts then lie in that copy, and nothing is copied again. A message of one part -
 * half of all mail - does without the parser.
 *
 * GMime parses to 1,024 levels by recursion, which takes less than 512 KiB of stack. Its time grows with the
 * number of lines that may be boundaries, so a body is cut before more of them than any allowed number of parts
 * needs. A multipart in which no part is found is read as the plain text that it shows to a reader.
 *
 * What is repaired, with a mark: a boundary that is not declared, or that never comes, where the body has a line that
 * looks like one; empty lines that are missing behind the fields of a part; lines that end in CR alone; several
 * Content-Type fields.
 *
 * g_mime_init() fills tables of the library and must run once before all else; it is not safe against itself, so
 * pthread_once() guards it. It is never shut down.
 */
#include "mime.h"

#include <gmime/gmime.h>
#include <pthread.h>
#include <strings.h>

#include "header.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "mime_mend.h"
#include "mime_walk.h"
#include "param.h"

#define DASH_LINES_PER_PART 16

/* The fields that describe the body (RFC 2045 section 3). */
enum { MIME_VERSION, TYPE, ENCODING, DISPOSITION, BODY_FIELDS };
static const char *const body_fields[BODY_FIELDS] = {
    "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition"};

static void init_gmime(void)
{
	g_mime_init();
}

/* Where the body has more lines that may be boundaries than the allowed parts need. */
static size_t bounded_length(const char *body, size_t len, unsigned parts, unsigned *marks)
{
	size_t lines = 0, max = ((size_t)parts + 1) * DASH_LINES_PER_PART;

	for (const char *p = body, *end = body + len; p && end - p >= 2; p = p ? p + 1 : NULL) {
		if (p[0] == '-' && p[1] == '-' && ++lines > max) {
			*marks |= KJ_MARK_PARTS;
			return (size_t)(p - body);
		}
		p = memchr(p, '\n', (size_t)(end - p));
	}
	return len;
}

/* GMime finds the boundary that is really there. */
static const char *repair_boundary(struct kj_mime_reader *r, const char *line, const char *body, size_t len)
{
	const char *boundary = "", *found;

	if (kj_param_text(r->arena, line, "boundary", &r->mime.marks, &boundary) < 0)
		r->err = -KJ_ENOMEM;
	if (r->err || kj_mime_has_boundary(body, len, boundary))
		return line;
	found = kj_mime_guess_boundary(r->arena, body, len);
	if (!found)
		return line;
	r->mime.marks |= KJ_MARK_BAD_MIME;
	line = kj_arena_printf(r->arena, "%s; boundary=\"%s\"", kj_param_head(r->arena, line), found);
	if (!line)
		r->err = -KJ_ENOMEM;
	return line ? line : "";
}

static void append(void *to, const char *text, size_t len)
{
	g_byte_array_append(to, (const guint8 *)text, (guint)len);
}

/* Content-* fields and body in one run of memory, for GMime. */
static GByteArray *entity(
    struct kj_mime_reader *r, const char *const *lines, const char *body, size_t body_len)
{
	GByteArray *bytes = g_byte_array_sized_new((guint)body_len + 1024);
	struct kj_mime_sink sink = {append, bytes};
	const char *boundary = "";

	for (size_t i = 0; i < BODY_FIELDS; i++) {
		if (!*lines[i])
			continue;
		append(bytes, body_fields[i], strlen(body_fields[i]));
		append(bytes, ": ", 2);
		append(bytes, lines[i], strlen(lines[i]));
		append(bytes, "\n", 1);
	}
	append(bytes, "\n", 1);
	if (kj_param_text(r->arena, lines[TYPE], "boundary", &r->mime.marks, &boundary) < 0)
		r->err = -KJ_ENOMEM;
	kj_mime_mend(&sink, body, body_len, boundary, &r->mime.marks);
	return bytes;
}

static void read_tree(struct kj_mime_reader *r, const char **lines, const char *body, size_t body_len)
{
	GByteArray *bytes;
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeObject *object;

	body_len = bounded_length(body, body_len, r->limits->parts, &r->mime.marks);
	if (strncasecmp(lines[TYPE], "multipart", 9) == 0)
		lines[TYPE] = repair_boundary(r, lines[TYPE], body, body_len);
	if (r->err)
		return;
	bytes = entity(r, lines, body, body_len);
	stream = g_mime_stream_mem_new_with_byte_array(bytes);
	parser = g_mime_parser_new_with_stream(stream);
	r->mime.copy = stream; /* owns bytes */
	r->data = (const char *)bytes->data;
	r->len = bytes->len;
	g_mime_parser_set_persist_stream(parser, TRUE);
	object = r->err ? NULL : g_mime_parser_construct_part(parser, NULL);
	if (object) {
		kj_mime_walk(r, object, (struct kj_mime_place){0});
		g_object_unref(object);
	}
	g_object_unref(parser);
}

static void read_single(struct kj_mime_reader *r, const char *const *lines, const char *body, size_t body_len)
{
	struct kj_mime_head head = {lines[TYPE], lines[DISPOSITION], lines[ENCODING]};
	const struct kj_part *part = kj_mime_add_part(r, &head, &(struct kj_mime_place){0});

	if (part)
		kj_mime_add_text(r, part, lines[TYPE], body, body_len, &(struct kj_mime_place){0});
}

static bool is_tree(const char *type)
{
	return strncasecmp(type, "multipart/", 10) == 0 || strncasecmp(type, "message/", 8) == 0;
}

/*
 * The field, unfolded, "" if there is none
 *
 * Of several that differ the first counts, since most mail programs show the mail so; but a multipart goes before,
 * or its encoded parts would not be read at all.
 */
static const char *field_line(
    struct kj_mime_reader *r, const struct kj_field *fields, unsigned field_count, const char *name)
{
	const char *chosen = "";

	for (unsigned i = 0; i < field_count && !r->err; i++) {
		const char *line =
		    strcasecmp(fields[i].name, name) == 0 ? kj_header_unfold(r->arena, fields[i].value) : "";

		if (!line) {
			r->err = -KJ_ENOMEM;
		} else if (!*chosen) {
			chosen = line;
		} else if (*line && strcmp(line, chosen) != 0) {
			r->mime.marks |= KJ_MARK_BAD_MIME;
			chosen = is_tree(line) && !is_tree(chosen) ? line : chosen;
		}
	}
	return chosen;
}

/* A body whose lines end in CR alone, as old programs sent it, with line feeds; NULL when out of memory. */
static const char *with_line_feeds(struct kj_mime_reader *r, const char *body, size_t len)
{
	char *copy = malloc(len);

	for (size_t i = 0; copy && i < len; i++)
		copy[i] = (char)(body[i] == '\r' ? '\n' : body[i]);
	if (!copy)
		r->err = -KJ_ENOMEM;
	r->mime.lines = copy;
	r->mime.marks |= KJ_MARK_BAD_MIME;
	return copy;
}

int kj_mime_read(struct kj_arena *arena, const struct kj_field *fields, unsigned field_count,
    const char *body, size_t body_len, const struct kj_message_limits *limits, struct kj_mime *ret_mime)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct kj_mime_reader r = {.arena = arena, .limits = limits};
	const char *lines[BODY_FIELDS];
	bool tree;

	pthread_once(&once, init_gmime);
	for (size_t i = 0; i < BODY_FIELDS; i++)
		lines[i] = field_line(&r, fields, field_count, body_fields[i]);
	tree = is_tree(lines[TYPE]);
	r.mime.parts = kj_arena_array(arena, tree ? limits->parts : 1, sizeof *r.mime.parts);
	r.mime.texts = kj_arena_array(arena, tree ? limits->parts : 1, sizeof *r.mime.texts);
	if (!r.mime.parts || !r.mime.texts)
		r.err = -KJ_ENOMEM;
	if (!r.err && memchr(body, '\r', body_len) && !memchr(body, '\n', body_len))
		body = with_line_feeds(&r, body, body_len);
	if (!r.err && tree)
		read_tree(&r, lines, body, body_len);
	else if (!r.err)
		read_single(&r, lines, body, body_len);
	if (r.err) {
		kj_mime_free(&r.mime);
		return r.err;
	}
	*ret_mime = r.mime;
	return 0;
}

void kj_mime_free(struct kj_mime *mime)
{
	if (mime->copy)
		g_object_unref(mime->copy);
	mime->copy = NULL;
	free(mime->lines);
	mime->lines = NULL;
}
