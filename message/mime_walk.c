/*
 * mime_walk.c - GMime's tree of parts to ours
 *
 * Only the structure is GMime's: what a field says is read from its raw bytes (param.c).
 */
#include "mime_walk.h"

#include <ctype.h>
#include <gmime/gmime.h>
#include <strings.h>

#include "header.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "param.h"

static const char *encoding_of(struct kj_arena *arena, const char *value)
{
	char *copy;

	value += strspn(value, " \t\"");
	copy = kj_arena_strndup(arena, value, strcspn(value, " \t;(\""));
	for (char *p = copy; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

/* A type without a slash is no type; the text is then plain (RFC 2045 section 5.2), not GMime's octet-stream. */
static const char *type_of(struct kj_arena *arena, const char *value)
{
	const char *type = kj_param_head(arena, value);

	return !type || strchr(type, '/') ? type : "text/plain";
}

static int read_filename(struct kj_mime_reader *r, const struct kj_mime_head *head, const char **ret_name)
{
	const char *name = "";
	int err = kj_param_text(r->arena, head->disposition, "filename", &r->mime.marks, &name);

	if (!err && !*name)
		err = kj_param_text(r->arena, head->type, "name", &r->mime.marks, &name);
	*ret_name = name;
	return err;
}

struct kj_part *kj_mime_add_part(
    struct kj_mime_reader *r, const struct kj_mime_head *head, const struct kj_mime_place *place)
{
	const char *disposition = kj_param_head(r->arena, head->disposition);
	struct kj_part *part;

	if (place->depth > r->limits->depth || r->mime.part_count >= r->limits->parts) {
		r->mime.marks |= place->depth > r->limits->depth ? KJ_MARK_DEPTH : KJ_MARK_PARTS;
		return NULL;
	}
	part = &r->mime.parts[r->mime.part_count++];
	part->type = type_of(r->arena, head->type);
	part->charset = kj_param_token(r->arena, head->type, "charset");
	r->err = kj_param_text(r->arena, head->type, "boundary", &r->mime.marks, &part->boundary);
	part->encoding = encoding_of(r->arena, head->encoding);
	part->depth = place->depth;
	part->attachment = disposition && strcmp(disposition, "attachment") == 0;
	if (read_filename(r, head, &part->filename) < 0 || !part->type || !part->charset || !part->encoding ||
	    !disposition)
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

/* Text of other types is shown as it is (RFC 2046 section 4.1.4), but for what is no text to a reader. */
static bool is_text(const char *type, bool *ret_quoted)
{
	*ret_quoted = false;
	for (size_t i = 0; i < sizeof text_types / sizeof *text_types; i++) {
		if (strcmp(type, text_types[i].type) == 0) {
			*ret_quoted = text_types[i].quoted;
			return true;
		}
	}
	return strncmp(type, "text/", 5) == 0 && strcmp(type, "text/css") != 0 &&
	       strcmp(type, "text/javascript") != 0 && strcmp(type, "text/rtf") != 0;
}

void kj_mime_add_text(struct kj_mime_reader *r, const struct kj_part *part, const char *type_field,
    const char *data, size_t len, const struct kj_mime_place *place)
{
	const char *format = kj_param_token(r->arena, type_field, "format");
	const char *delsp = kj_param_token(r->arena, type_field, "delsp");
	bool quoted;

	if (!format || !delsp)
		r->err = -KJ_ENOMEM;
	if (!r->err && len && !part->attachment && is_text(part->type, &quoted))
		r->mime.texts[r->mime.text_count++] =
		    (struct kj_mime_text){part, data, len, place->alternative, place->quoted || quoted,
		        strcmp(format, "flowed") == 0, strcmp(delsp, "yes") == 0};
}

/* A multipart without parts shows its reader what stands in front of the first boundary, and behind the last. */
static void read_bare(struct kj_mime_reader *r, const char *text, const struct kj_mime_place *place)
{
	const struct kj_part *part;
	char *copy;

	if (!text || !*text || r->err)
		return;
	copy = kj_arena_strdup(r->arena, text);
	part = copy ? kj_mime_add_part(r, &(struct kj_mime_head){"text/plain", "", ""}, place) : NULL;
	if (!copy)
		r->err = -KJ_ENOMEM;
	if (part)
		kj_mime_add_text(r, part, "", copy, strlen(copy), place);
}

static void walk_multipart(struct kj_mime_reader *r, GMimeMultipart *multipart, const struct kj_part *part,
    struct kj_mime_place place)
{
	int count = g_mime_multipart_get_count(multipart);

	place.depth++;
	if (strcmp(part->type, "multipart/alternative") == 0)
		place.alternative = ++r->alternatives;
	for (int i = 0; i < count && !r->err; i++)
		kj_mime_walk(r, g_mime_multipart_get_part(multipart, i), place);
	if (!multipart->write_end_boundary || !count)
		r->mime.marks |= KJ_MARK_BAD_MIME;
	if (count)
		return;
	read_bare(r, g_mime_multipart_get_prologue(multipart), &place);
	read_bare(r, g_mime_multipart_get_epilogue(multipart), &place);
}

/* What stands in a message inside is quoted, whichever of its parts it is in. */
static void walk_message(struct kj_mime_reader *r, GMimeMessage *message, struct kj_mime_place place)
{
	GMimeObject *inner = message ? g_mime_message_get_mime_part(message) : NULL;

	place.depth++;
	place.quoted = true;
	place.alternative = 0;
	if (inner)
		kj_mime_walk(r, inner, place);
}

static void walk_leaf(struct kj_mime_reader *r, GMimePart *leaf, const struct kj_part *part,
    const char *type_field, const struct kj_mime_place *place)
{
	GMimeDataWrapper *content = g_mime_part_get_content(leaf);
	GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
	gint64 start = stream ? stream->bound_start : 0, end = stream ? stream->bound_end : 0;

	if (end < 0 || end > (gint64)r->len)
		end = (gint64)r->len;
	if (start >= 0 && start < end)
		kj_mime_add_text(r, part, type_field, r->data + start, (size_t)(end - start), place);
}

/* The first field of that name; a second one that says something else is a mark. */
static const char *field_of(struct kj_mime_reader *r, GMimeObject *object, const char *name)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	const char *first = NULL, *value;

	for (int i = 0, count = g_mime_header_list_get_count(list); i < count; i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);

		if (strcasecmp(g_mime_header_get_name(header), name) != 0)
			continue;
		value = g_mime_header_get_raw_value(header);
		if (first && value && strcmp(first, value) != 0)
			r->mime.marks |= KJ_MARK_BAD_MIME;
		first = first ? first : value;
	}
	value = first ? kj_header_unfold(r->arena, first) : "";
	if (!value)
		r->err = -KJ_ENOMEM;
	return value ? value : "";
}

/* Without a field the type is what GMime says: in a multipart/digest it is message/rfc822. */
static const char *implied_type(struct kj_mime_reader *r, GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	char *name = type ? g_mime_content_type_get_mime_type(type) : NULL;
	const char *copy = kj_arena_strdup(r->arena, name ? name : "text/plain");

	g_free(name);
	if (!copy)
		r->err = -KJ_ENOMEM;
	return copy ? copy : "";
}

/* Recursion ends at limits->depth, where kj_mime_add_part() refuses. */
void kj_mime_walk(struct kj_mime_reader *r, GMimeObject *object, struct kj_mime_place place)
{
	struct kj_mime_head head = {field_of(r, object, "Content-Type"),
	    field_of(r, object, "Content-Disposition"), field_of(r, object, "Content-Transfer-Encoding")};
	const struct kj_part *part;

	if (!*head.type)
		head.type = implied_type(r, object);
	part = r->err ? NULL : kj_mime_add_part(r, &head, &place);
	if (!part)
		return;
	if (GMIME_IS_MULTIPART(object))
		walk_multipart(r, (GMimeMultipart *)object, part, place);
	else if (GMIME_IS_MESSAGE_PART(object) && !part->attachment)
		walk_message(r, g_mime_message_part_get_message((GMimeMessagePart *)object), place);
	else if (GMIME_IS_PART(object))
		walk_leaf(r, (GMimePart *)object, part, head.type, &place);
}
