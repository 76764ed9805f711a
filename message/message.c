/*
 * message.c - a whole message: fields, parts, text
 *
 * The text of a part goes transfer encoding -> charset -> HTML or lines -> streams. All buffers on that way are
 * reused from part to part and bounded by the limits; only what is kept is copied into the arena. When the
 * visible stream is full, no further part is decoded.
 */
#include "kanjiki/message.h"

#include <strings.h>

#include "blob.h"
#include "charset.h"
#include "encoded_word.h"
#include "header.h"
#include "html.h"
#include "html_charset.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "mime.h"
#include "plain.h"
#include "transfer.h"
#include "urls.h"

const struct kj_message_limits kj_message_limits_default = {
    .body_bytes = (size_t)1 << 20,
    .text_bytes = (size_t)256 << 10,
    .depth = 32,
    .parts = 256,
    .fields = 1000,
    .received = 50,
};

/* In the order of their bits. */
static const char *const mark_names[] = {"body-cut", "text-cut", "depth", "parts", "fields", "bad-encoding",
    "bad-charset", "no-charset", "bad-mime", "received", "urls", "wallets", "phones", "blobs"};

const char *kj_message_mark_name(unsigned bit)
{
	return bit < sizeof mark_names / sizeof *mark_names ? mark_names[bit] : NULL;
}

struct work {
	struct kj_streams streams;
	struct kj_buf bytes;   /* transfer-decoded */
	struct kj_buf scratch; /* charset-decoded */
};

static bool decode_base64(struct kj_buf *out, const char *data, size_t len)
{
	struct kj_base64 state = {0};
	bool good = kj_base64_decode(&state, out, data, len);

	return kj_base64_finish(&state, out) && good;
}

static bool decode_qp(struct kj_buf *out, const char *data, size_t len)
{
	return kj_qp_decode(out, data, len, false);
}

static const struct {
	const char *name;
	bool (*decode)(struct kj_buf *out, const char *data, size_t len);
} encodings[] = {
    {"base64", decode_base64},
    {"base-64", decode_base64},
    {"b64", decode_base64},
    {"quoted-printable", decode_qp},
    {"quoted-print", decode_qp},
    {"quoted_printable", decode_qp},
    {"qp", decode_qp},
    {"x-uuencode", kj_uu_decode},
    {"uuencode", kj_uu_decode},
    {"x-uue", kj_uu_decode},
};

/* The bytes of a part without their transfer encoding; unknown encodings are read as they are. */
static void decode_transfer(
    struct work *w, const struct kj_mime_text *text, const char **ret_data, size_t *ret_len)
{
	*ret_data = text->data;
	*ret_len = text->len;
	for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
		if (strcmp(text->part->encoding, encodings[i].name) != 0)
			continue;
		kj_buf_clear(&w->bytes);
		if (!encodings[i].decode(&w->bytes, text->data, text->len))
			w->streams.marks |= KJ_MARK_BAD_ENCODING;
		*ret_data = kj_buf_str(&w->bytes);
		*ret_len = w->bytes.len;
	}
}

static int read_text(struct work *w, const struct kj_mime_text *text, const struct kj_said *said)
{
	struct kj_plain_format format = {text->quoted, text->flowed, text->delsp, said};
	struct kj_charset_text decoded;
	char declared[KJ_HTML_CHARSET_MAX];
	const char *data, *charset;
	size_t len;
	int err;

	if (w->streams.visible.truncated)
		return 0;
	decode_transfer(w, text, &data, &len);
	charset = text->part->charset;
	if (!*charset && strcmp(text->part->type, "text/html") == 0)
		charset = kj_html_charset(data, len, declared);
	err = kj_charset_decode(&w->scratch, charset, data, len, &decoded);
	if (err < 0)
		return err;
	w->streams.marks |= decoded.marks;
	kj_streams_begin_part(&w->streams);
	if (strcmp(text->part->type, "text/html") == 0)
		return kj_html_read(&w->streams, decoded.data, decoded.len, text->quoted);
	kj_plain_read(&w->streams, decoded.data, decoded.len, &format);
	return 0;
}

static bool is_plain(const struct kj_mime_text *text)
{
	return strcmp(text->part->type, "text/plain") == 0;
}

/* The HTML that stands for the same as a plain text: of the same multipart/alternative, behind it. */
static const struct kj_mime_text *html_beside(const struct kj_mime *mime, unsigned i)
{
	const struct kj_mime_text *text = &mime->texts[i];

	for (unsigned k = i + 1; text->alternative && is_plain(text) && k < mime->text_count; k++)
		if (mime->texts[k].alternative == text->alternative &&
		    strcmp(mime->texts[k].part->type, "text/html") == 0)
			return &mime->texts[k];
	return NULL;
}

/* HTML first, then what only the plain text says. */
static int read_pair(struct work *w, const struct kj_mime_text *plain, const struct kj_mime_text *html)
{
	size_t visible = w->streams.visible.len, quoted = w->streams.quoted.len;
	struct kj_buf both = KJ_BUF_INIT(SIZE_MAX / 32);
	struct kj_said said = {0};
	int err = read_text(w, html, NULL);

	if (!err) {
		kj_buf_add(
		    &both, kj_buf_str(&w->streams.visible) + visible, w->streams.visible.len - visible);
		kj_buf_add(&both, kj_buf_str(&w->streams.quoted) + quoted, w->streams.quoted.len - quoted);
		err = kj_said_make(&said, kj_buf_str(&both), both.len);
	}
	if (!err)
		err = read_text(w, plain, &said);
	kj_said_free(&said);
	kj_buf_free(&both);
	return err;
}

static int read_texts(struct work *w, const struct kj_mime *mime)
{
	const struct kj_mime_text *html, *done = NULL;
	int err = 0;

	for (unsigned i = 0; i < mime->text_count && !err; i++) {
		if (&mime->texts[i] == done)
			continue;
		html = html_beside(mime, i);
		if (html && html != done) {
			done = html;
			err = read_pair(w, &mime->texts[i], html);
		} else {
			err = read_text(w, &mime->texts[i], NULL);
		}
	}
	return err;
}

static int keep(struct kj_arena *arena, const struct kj_buf *stream, struct kj_text *text, unsigned *marks)
{
	bool cut = false;
	int err = kj_stream_keep(arena, stream, text, &cut);

	*marks |= cut ? KJ_MARK_TEXT_CUT : 0;
	return err;
}

/* What was gathered, and what is found in it. */
static int keep_all(struct kj_arena *arena, struct kj_message *message, const struct kj_streams *streams)
{
	const struct kj_urls *urls = streams->urls;
	int err = keep(arena, &streams->visible, &message->visible, &message->marks);

	if (!err)
		err = keep(arena, &streams->hidden, &message->hidden, &message->marks);
	if (!err)
		err = keep(arena, &streams->quoted, &message->quoted, &message->marks);
	if (!err)
		err = keep(arena, &streams->comments, &message->comments, &message->marks);
	if (!err)
		err = kj_wallets_find(arena, &message->visible, &message->wallets, &message->wallet_count);
	if (!err)
		err = kj_phones_find(arena, &message->visible, &message->phones, &message->phone_count);
	message->marks |= streams->marks | (urls->over ? KJ_MARK_URLS : 0);
	message->marks |= message->wallet_count == KJ_WALLETS_MAX ? KJ_MARK_WALLETS : 0;
	message->marks |= message->phone_count == KJ_PHONES_MAX ? KJ_MARK_PHONES : 0;
	message->links = streams->links;
	message->urls = urls->list;
	message->url_count = urls->count;
	return !err && urls->full ? -KJ_ENOMEM : err;
}

static int read_body(struct kj_arena *arena, struct kj_message *message, const char *body, size_t body_len,
    const struct kj_message_limits *limits)
{
	struct kj_urls urls = {.arena = arena};
	struct work w = {.streams = KJ_STREAMS_INIT(limits->text_bytes),
	    .bytes = KJ_BUF_INIT(body_len + 1),
	    .scratch = KJ_BUF_INIT(3 * body_len + 16)};
	struct kj_mime mime;
	int err = kj_mime_read(arena, message->fields, message->field_count, body, body_len, limits, &mime);

	if (err < 0)
		return err;
	w.streams.urls = &urls;
	message->parts = mime.parts;
	message->part_count = mime.part_count;
	message->marks |= mime.marks;
	err = read_texts(&w, &mime);
	if (!err) {
		message->marks |= kj_blobs_append(&w.streams.visible) ? KJ_MARK_BLOBS : 0;
		kj_streams_search(&w.streams);
		err = keep_all(arena, message, &w.streams);
	}
	kj_streams_free(&w.streams);
	kj_buf_free(&w.bytes);
	kj_buf_free(&w.scratch);
	kj_mime_free(&mime);
	return err;
}

static int read_received(struct kj_arena *arena, struct kj_message *message, unsigned max)
{
	struct kj_received *received;
	unsigned count = 0;

	for (unsigned i = 0; i < message->field_count; i++)
		count += strcasecmp(message->fields[i].name, "Received") == 0;
	if (count > max) {
		message->marks |= KJ_MARK_RECEIVED;
		count = max;
	}
	received = kj_arena_array(arena, (size_t)count + 1, sizeof *received);
	if (!received)
		return -KJ_ENOMEM;
	for (unsigned i = 0, n = 0; i < message->field_count && n < count; i++)
		if (strcasecmp(message->fields[i].name, "Received") == 0 &&
		    kj_received_parse(arena, message->fields[i].value, &received[n++]) < 0)
			return -KJ_ENOMEM;
	message->received = received;
	message->received_count = count;
	return 0;
}

static const char *field_or_empty(struct kj_arena *arena, const struct kj_message *message, const char *name)
{
	const char *value = kj_message_field(message, name);

	return value ? kj_header_unfold(arena, value) : "";
}

static const char *without_brackets(struct kj_arena *arena, const char *id)
{
	const char *open = id ? strchr(id, '<') : NULL;

	return open ? kj_arena_strndup(arena, open + 1, strcspn(open + 1, ">")) : id;
}

static int read_names(struct kj_arena *arena, struct kj_message *message)
{
	const char *subject = field_or_empty(arena, message, "Subject");
	const char *from = field_or_empty(arena, message, "From");
	const char *date = field_or_empty(arena, message, "Date");

	message->message_id = without_brackets(arena, field_or_empty(arena, message, "Message-ID"));
	if (!subject || !from || !date || !message->message_id)
		return -KJ_ENOMEM;
	message->date_s = kj_header_date(date);
	if (kj_encoded_word_decode(arena, subject, &message->marks, &message->subject) < 0)
		return -KJ_ENOMEM;
	return kj_header_mailbox(arena, from, &message->marks, &message->from_name, &message->from_addr);
}

/* The first word of a field is that word. */
static bool field_is(const struct kj_message *message, const char *name, const char *word)
{
	const char *value = kj_message_field(message, name);
	size_t len = strlen(word);

	value += value ? strspn(value, " \t\r\n") : 0;
	return value && strncasecmp(value, word, len) == 0 &&
	       (!value[len] || strchr(" \t\r\n;(", value[len]));
}

static void read_kind(struct kj_message *message)
{
	message->is_list = kj_message_field(message, "List-Id") || kj_message_field(message, "List-Post") ||
	                   field_is(message, "Precedence", "list");
	message->is_auto =
	    (kj_message_field(message, "Auto-Submitted") && !field_is(message, "Auto-Submitted", "no")) ||
	    (message->part_count && strcmp(message->parts[0].type, "multipart/report") == 0);
	message->is_reply =
	    kj_message_field(message, "In-Reply-To") || kj_message_field(message, "References");
}

int kj_message_read(struct kj_arena *arena, const struct kj_field *fields, unsigned field_count,
    const char *body, size_t body_len, bool body_cut, const struct kj_message_limits *limits,
    const struct kj_message **ret_message)
{
	struct kj_message *message = kj_arena_alloc(arena, sizeof *message);
	int err;

	if (!message)
		return -KJ_ENOMEM;
	message->fields = fields;
	message->field_count = field_count < limits->fields ? field_count : limits->fields;
	message->marks |= field_count > limits->fields ? KJ_MARK_FIELDS : 0;
	message->marks |= body_cut || body_len > limits->body_bytes ? KJ_MARK_BODY_CUT : 0;
	body_len = body_len < limits->body_bytes ? body_len : limits->body_bytes;
	err = read_body(arena, message, body, body_len, limits);
	if (!err)
		err = read_names(arena, message);
	if (!err)
		err = read_received(arena, message, limits->received);
	if (err < 0)
		return err;
	read_kind(message);
	*ret_message = message;
	return 0;
}
