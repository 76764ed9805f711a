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
 * g_mime_init() fills tables of the library and must run once before all else; it is not safe against itself, so
 * pthread_once() guards it. It is never shut down.
 */
#include "mime.h"

#include <ctype.h>
#include <gmime/gmime.h>
#include <pthread.h>
#include <strings.h>

#include "encoded_word.h"
#include "header.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"

#define DASH_LINES_PER_PART 16

/* The fields that describe the body (RFC 2045 section 3). */
static const char *const body_fields[] = {
    "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition"};

struct reader {
	struct kj_arena *arena;
	const struct kj_message_limits *limits;
	struct kj_mime mime;
	const char *data; /* what the streams of GMime's parts are offsets into */
	size_t len;
	unsigned alternatives;
	int err;
};

/* What is handed down to the parts of a part. */
struct place {
	unsigned depth, alternative;
	bool quoted;
};

static void init_gmime(void)
{
	g_mime_init();
}

static const char *lower(struct kj_arena *arena, const char *string)
{
	char *copy = kj_arena_strdup(arena, string ? string : "");

	for (char *p = copy; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static const char *encoding_of(struct kj_arena *arena, const char *value)
{
	const char *unfolded = value ? kj_header_unfold(arena, value) : "";
	char *copy = unfolded ? kj_arena_strndup(arena, unfolded, strcspn(unfolded, " \t;(")) : NULL;

	for (char *p = copy; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

/* GMime has decoded RFC 2231 forms; encoded words inside a parameter, which are common, it has not always. */
static const char *filename_of(struct reader *r, GMimeContentDisposition *disposition, GMimeContentType *type)
{
	const char *name =
	    disposition ? g_mime_content_disposition_get_parameter(disposition, "filename") : NULL;
	const char *copy, *decoded;

	if (!name && type)
		name = g_mime_content_type_get_parameter(type, "name");
	if (!name)
		return "";
	copy = kj_arena_strdup(r->arena, name);
	if (!copy || kj_encoded_word_decode(r->arena, copy, &r->mime.marks, &decoded) < 0)
		return NULL;
	return decoded;
}

/* Note a part; NULL at the limits or when out of memory (then r->err is set). */
static struct kj_part *add_part(struct reader *r, GMimeContentType *type,
    GMimeContentDisposition *disposition, const char *encoding, const struct place *place)
{
	const char *charset = type ? g_mime_content_type_get_parameter(type, "charset") : NULL;
	const char *boundary = type ? g_mime_content_type_get_parameter(type, "boundary") : NULL;
	struct kj_part *part;
	char *mime_type;

	if (place->depth > r->limits->depth || r->mime.part_count >= r->limits->parts) {
		r->mime.marks |= place->depth > r->limits->depth ? KJ_MARK_DEPTH : KJ_MARK_PARTS;
		return NULL;
	}
	part = &r->mime.parts[r->mime.part_count++];
	mime_type = type ? g_mime_content_type_get_mime_type(type) : NULL;
	part->type = lower(r->arena, mime_type ? mime_type : "text/plain");
	g_free(mime_type);
	part->charset = lower(r->arena, charset);
	part->boundary = kj_arena_strdup(r->arena, boundary ? boundary : "");
	part->encoding = encoding_of(r->arena, encoding);
	part->filename = filename_of(r, disposition, type);
	part->depth = place->depth;
	part->attachment =
	    disposition && g_mime_content_disposition_get_disposition(disposition) &&
	    strcasecmp(g_mime_content_disposition_get_disposition(disposition), "attachment") == 0;
	if (!part->type || !part->charset || !part->boundary || !part->encoding || !part->filename)
		r->err = -KJ_ENOMEM;
	return r->err ? NULL : part;
}

/* Types whose text is read, and whether it is other people's words (RFC 3462, RFC 3464, RFC 5965). */
static const struct {
	const char *type;
	bool quoted;
} text_types[] = {
    {"text/plain", false},
    {"text/html", false},
    {"text/enriched", false},
    {"text/rfc822-headers", true},
    {"message/delivery-status", true},
    {"message/disposition-notification", true},
    {"message/feedback-report", true},
    {"message/rfc822", true},
    {"message/global", true},
};

static void add_text(struct reader *r, const struct kj_part *part, const char *data, size_t len,
    GMimeContentType *type, const struct place *place)
{
	const char *format = type ? g_mime_content_type_get_parameter(type, "format") : NULL;
	const char *delsp = type ? g_mime_content_type_get_parameter(type, "delsp") : NULL;

	for (size_t i = 0; i < sizeof text_types / sizeof *text_types && !part->attachment && len; i++)
		if (strcmp(part->type, text_types[i].type) == 0)
			r->mime.texts[r->mime.text_count++] = (struct kj_mime_text){part, data, len,
			    place->alternative, place->quoted || text_types[i].quoted,
			    format && strcasecmp(format, "flowed") == 0,
			    delsp && strcasecmp(delsp, "yes") == 0};
}

static void walk(struct reader *r, GMimeObject *object, struct place place);

static void walk_multipart(
    struct reader *r, GMimeMultipart *multipart, const struct kj_part *part, struct place place)
{
	int count = g_mime_multipart_get_count(multipart);
	const char *prologue = g_mime_multipart_get_prologue(multipart);
	char *copy;

	place.depth++;
	if (strcmp(part->type, "multipart/alternative") == 0)
		place.alternative = ++r->alternatives;
	for (int i = 0; i < count && !r->err; i++)
		walk(r, g_mime_multipart_get_part(multipart, i), place);
	if (!multipart->write_end_boundary || !count)
		r->mime.marks |= KJ_MARK_BAD_MIME;
	if (count || !prologue)
		return;
	copy = kj_arena_strdup(r->arena, prologue);
	if (!copy) {
		r->err = -KJ_ENOMEM;
		return;
	}
	part = add_part(r, NULL, NULL, NULL, &place);
	if (part)
		add_text(r, part, copy, strlen(copy), NULL, &place);
}

/* What stands in a message inside is quoted, whichever of its parts it is in. */
static void walk_message(struct reader *r, GMimeMessage *message, struct place place)
{
	GMimeObject *inner = message ? g_mime_message_get_mime_part(message) : NULL;

	place.depth++;
	place.quoted = true;
	place.alternative = 0;
	if (inner)
		walk(r, inner, place);
}

static void walk_leaf(
    struct reader *r, GMimePart *leaf, const struct kj_part *part, const struct place *place)
{
	GMimeDataWrapper *content = g_mime_part_get_content(leaf);
	GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
	gint64 start = stream ? stream->bound_start : 0, end = stream ? stream->bound_end : 0;

	if (end < 0 || end > (gint64)r->len)
		end = (gint64)r->len;
	if (start >= 0 && start < end)
		add_text(r, part, r->data + start, (size_t)(end - start),
		    g_mime_object_get_content_type((GMimeObject *)leaf), place);
}

/* A type without a slash is no type; the text is then plain (RFC 2045 section 5.2), not GMime's octet-stream. */
static bool is_type(const char *value)
{
	size_t len = strcspn(value, ";");

	return memchr(value, '/', len) != NULL;
}

/* Recursion ends at limits->depth, where add_part() refuses. */
static void walk(struct reader *r, GMimeObject *object, struct place place)
{
	const struct kj_part *part =
	    add_part(r, g_mime_object_get_content_type(object), g_mime_object_get_content_disposition(object),
	        g_mime_object_get_header(object, "Content-Transfer-Encoding"), &place);

	if (!part)
		return;
	if (GMIME_IS_MULTIPART(object))
		walk_multipart(r, (GMimeMultipart *)object, part, place);
	else if (GMIME_IS_MESSAGE_PART(object) && !part->attachment)
		walk_message(r, g_mime_message_part_get_message((GMimeMessagePart *)object), place);
	else if (GMIME_IS_PART(object))
		walk_leaf(r, (GMimePart *)object, part, &place);
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

/* Content-* fields and body in one run of memory, for GMime. */
static GByteArray *entity(
    struct reader *r, const struct kj_field *fields, unsigned field_count, const char *body, size_t body_len)
{
	GByteArray *bytes = g_byte_array_sized_new((guint)body_len + 1024);

	for (size_t i = 0; i < sizeof body_fields / sizeof *body_fields; i++) {
		const char *value = kj_header_find(fields, field_count, body_fields[i]);
		const char *line = value ? kj_header_unfold(r->arena, value) : NULL;

		if (value && !line)
			r->err = -KJ_ENOMEM;
		if (!line)
			continue;
		g_byte_array_append(bytes, (const guint8 *)body_fields[i], (guint)strlen(body_fields[i]));
		g_byte_array_append(bytes, (const guint8 *)": ", 2);
		g_byte_array_append(bytes, (const guint8 *)line, (guint)strlen(line));
		g_byte_array_append(bytes, (const guint8 *)"\n", 1);
	}
	g_byte_array_append(bytes, (const guint8 *)"\n", 1);
	g_byte_array_append(bytes, (const guint8 *)body, (guint)body_len);
	return bytes;
}

static void read_tree(
    struct reader *r, const struct kj_field *fields, unsigned field_count, const char *body, size_t body_len)
{
	GByteArray *bytes = entity(
	    r, fields, field_count, body, bounded_length(body, body_len, r->limits->parts, &r->mime.marks));
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *object;

	r->mime.copy = stream; /* owns bytes */
	r->data = (const char *)bytes->data;
	r->len = bytes->len;
	g_mime_parser_set_persist_stream(parser, TRUE);
	object = r->err ? NULL : g_mime_parser_construct_part(parser, NULL);
	if (object) {
		walk(r, object, (struct place){0});
		g_object_unref(object);
	}
	g_object_unref(parser);
}

static void read_single(struct reader *r, const struct kj_field *fields, unsigned field_count,
    GMimeContentType *type, const char *body, size_t body_len)
{
	const char *value = kj_header_find(fields, field_count, "Content-Disposition");
	const char *line = value ? kj_header_unfold(r->arena, value) : NULL;
	GMimeContentDisposition *disposition = line ? g_mime_content_disposition_parse(NULL, line) : NULL;
	const struct kj_part *part = add_part(r, type, disposition,
	    kj_header_find(fields, field_count, "Content-Transfer-Encoding"), &(struct place){0});

	if (part)
		add_text(r, part, body, body_len, type, &(struct place){0});
	if (disposition)
		g_object_unref(disposition);
}

int kj_mime_read(struct kj_arena *arena, const struct kj_field *fields, unsigned field_count,
    const char *body, size_t body_len, const struct kj_message_limits *limits, struct kj_mime *ret_mime)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *value = kj_header_find(fields, field_count, "Content-Type");
	const char *line = value ? kj_header_unfold(arena, value) : "text/plain";
	struct reader r = {.arena = arena, .limits = limits};
	GMimeContentType *type;
	bool tree;

	pthread_once(&once, init_gmime);
	type = line && is_type(line) ? g_mime_content_type_parse(NULL, line) : NULL;
	tree = type && (g_mime_content_type_is_type(type, "multipart", "*") ||
	                   g_mime_content_type_is_type(type, "message", "*"));
	r.mime.parts = kj_arena_array(arena, tree ? limits->parts : 1, sizeof *r.mime.parts);
	r.mime.texts = kj_arena_array(arena, tree ? limits->parts : 1, sizeof *r.mime.texts);
	if (!line || !r.mime.parts || !r.mime.texts)
		r.err = -KJ_ENOMEM;
	else if (tree)
		read_tree(&r, fields, field_count, body, body_len);
	else
		read_single(&r, fields, field_count, type, body, body_len);
	if (type)
		g_object_unref(type);
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
}
