/*
 * header.c - header fields
 */
#include "header.h"

#include <gmime/gmime.h>
#include <stdbool.h>
#include <strings.h>

#include "kanjiki/arena.h"
#include "kanjiki/err.h"

const char *kj_header_find(const struct kj_field *fields, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (strcasecmp(fields[i].name, name) == 0)
			return fields[i].value;
	return NULL;
}

const char *kj_message_field(const struct kj_message *message, const char *name)
{
	return kj_header_find(message->fields, message->field_count, name);
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

const char *kj_header_unfold(struct kj_arena *arena, const char *value)
{
	size_t len, used = 0;
	char *out;

	value += strspn(value, " \t\r\n");
	len = strlen(value);
	if (!strpbrk(value, "\r\n") && (!len || !blank(value[len - 1])))
		return value;
	while (len && blank(value[len - 1]))
		len--;
	out = kj_arena_alloc(arena, len + 1);
	for (size_t i = 0; out && i < len; i++) {
		if (value[i] != '\r' && value[i] != '\n') {
			out[used++] = value[i];
			continue;
		}
		while (i + 1 < len && blank(value[i + 1]))
			i++;
		out[used++] = ' ';
	}
	return out;
}

int64_t kj_header_date(const char *value)
{
	GDateTime *date = *value ? g_mime_utils_header_decode_date(value) : NULL;
	int64_t date_s = date ? g_date_time_to_unix(date) : -1;

	if (date)
		g_date_time_unref(date);
	return date_s;
}

/* One line of the header: where it ends (behind the line end), and where its text ends. */
static size_t line_end(const char *data, size_t len, size_t pos, size_t *ret_text_end)
{
	const char *lf = memchr(data + pos, '\n', len - pos);
	size_t end = lf ? (size_t)(lf - data) : len;

	*ret_text_end = end > pos && data[end - 1] == '\r' && lf ? end - 1 : end;
	return lf ? end + 1 : len;
}

/* The length of a field name at pos, 0 if the line is no field (RFC 5322 section 2.2). */
static size_t name_length(const char *data, size_t len, size_t pos, size_t *ret_colon)
{
	size_t n = 0, blanks = 0;

	while (pos + n < len && data[pos + n] > ' ' && data[pos + n] < 0x7f && data[pos + n] != ':')
		n++;
	while (pos + n + blanks < len && (data[pos + n + blanks] == ' ' || data[pos + n + blanks] == '\t'))
		blanks++;
	*ret_colon = pos + n + blanks;
	return n && *ret_colon < len && data[*ret_colon] == ':' ? n : 0;
}

static char *copy_without_nul(struct kj_arena *arena, const char *data, size_t len)
{
	char *copy = kj_arena_alloc(arena, len + 1);

	for (size_t i = 0; copy && i < len; i++)
		copy[i] = (char)(data[i] ? data[i] : ' ');
	return copy;
}

/* The fields of a header, counted if fields is NULL; answers how many, and where the body begins. */
static long scan_fields(struct kj_arena *arena, const char *data, size_t len, size_t pos,
    struct kj_field *fields, size_t *ret_body)
{
	size_t end, text_end, colon, name_len;
	long count = 0;

	for (*ret_body = len; pos < len; pos = end) {
		end = line_end(data, len, pos, &text_end);
		*ret_body = end;
		if (text_end == pos)
			break;
		name_len = name_length(data, len, pos, &colon);
		if (!name_len || colon >= text_end) {
			*ret_body = pos; /* no empty line between header and body */
			break;
		}
		while (end < len && (data[end] == ' ' || data[end] == '\t'))
			end = line_end(data, len, end, &text_end);
		*ret_body = end;
		if (fields) {
			fields[count].name = copy_without_nul(arena, data + pos, name_len);
			fields[count].value = copy_without_nul(arena, data + colon + 1, text_end - colon - 1);
			if (!fields[count].name || !fields[count].value)
				return -KJ_ENOMEM;
		}
		count++;
	}
	return count;
}

int kj_message_split(struct kj_arena *arena, const char *data, size_t len, struct kj_field **ret_fields,
    unsigned *ret_field_count, size_t *ret_body_offset)
{
	size_t start = 0, body, ignored;
	struct kj_field *fields;
	long count;

	if (len >= 5 && memcmp(data, "From ", 5) == 0)
		start = line_end(data, len, 0, &ignored);
	count = scan_fields(arena, data, len, start, NULL, &body);
	fields = kj_arena_array(arena, (size_t)count + 1, sizeof *fields);
	if (!fields || scan_fields(arena, data, len, start, fields, &body) < 0)
		return -KJ_ENOMEM;
	*ret_fields = fields;
	*ret_field_count = (unsigned)count;
	*ret_body_offset = body;
	return 0;
}
