/*
 * mail_body.c - the structures of the generated mails
 *
 * One row a structure. Plain text in the four charsets of Japanese and Western mail, the multiparts that mail
 * programs and newsletter services write, attachments that are only weight.
 */
#include "bench/mail_parts.h"

#define BODY_MAX (24u << 20)

enum transfer { SEVEN, EIGHT, QUOTED, BASE64 };

static const char *const transfer_names[] = {"7bit", "8bit", "quoted-printable", "base64"};

struct structure {
	const char *kind;
	enum language language;
	const char *charset;
	enum transfer transfer;
	unsigned share; /* of all mails, relative */
	void (*make)(struct draft *draft, const struct structure *structure);
};

static void add_encoded(struct kj_buf *out, enum transfer transfer, const struct kj_buf *data)
{
	if (transfer == QUOTED)
		encode_quoted(data->data, data->len, out);
	else if (transfer == BASE64)
		encode_base64(data->data, data->len, out);
	else
		kj_buf_add(out, data->data, data->len);
}

/* One leaf's content: text in its charset and transfer encoding, of about size_bytes on the wire. */
static void add_text(
    struct draft *draft, const char *charset, enum transfer transfer, bool html, size_t size_bytes)
{
	struct kj_buf text = KJ_BUF_INIT(BODY_MAX), coded = KJ_BUF_INIT(BODY_MAX);
	bool wide = draft->language == JAPANESE;

	if (transfer == BASE64)
		size_bytes = size_bytes * 3 / 4;
	if (transfer == QUOTED && wide)
		size_bytes = size_bytes * 2 / 5;
	(html ? text_html : text_fill)(&draft->rng, draft->language, draft->tone, size_bytes, &text);
	encode_charset(charset, &text, &coded);
	add_encoded(&draft->mail->body, transfer, &coded);
	kj_buf_free(&text);
	kj_buf_free(&coded);
}

static void part(struct draft *draft, const char *boundary, const char *type, enum transfer transfer)
{
	kj_buf_printf(&draft->mail->body, "--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: %s\r\n",
	    boundary, type, transfer_names[transfer]);
}

static void part_text(struct draft *draft, const char *boundary, const struct structure *structure, bool html,
    size_t size_bytes)
{
	char type[80];

	snprintf(type, sizeof type, "text/%s; charset=%s", html ? "html" : "plain", structure->charset);
	part(draft, boundary, type, structure->transfer);
	kj_buf_add_str(&draft->mail->body, "\r\n");
	add_text(draft, structure->charset, structure->transfer, html, size_bytes);
	kj_buf_add_str(&draft->mail->body, "\r\n");
}

static void part_file(
    struct draft *draft, const char *boundary, const char *type, const char *more, size_t size_bytes)
{
	struct kj_buf data = KJ_BUF_INIT(BODY_MAX);
	uint64_t word;

	while (data.len < size_bytes * 3 / 4) {
		word = rng_next(&draft->rng);
		kj_buf_add(&data, &word, sizeof word);
	}
	part(draft, boundary, type, BASE64);
	kj_buf_printf(&draft->mail->body, "%s\r\n\r\n", more);
	encode_base64(data.data, data.len, &draft->mail->body);
	kj_buf_free(&data);
}

static void whole(struct draft *draft, const char *boundary)
{
	kj_buf_printf(&draft->mail->body, "--%s--\r\n", boundary);
}

static void begin(struct draft *draft, const char *multipart, char boundary[40])
{
	snprintf(boundary, 40, "=_%016llx", (unsigned long long)rng_next(&draft->rng));
	snprintf(draft->type, sizeof draft->type, "multipart/%s;\n\tboundary=\"%s\"", multipart, boundary);
}

static void inner(struct draft *draft, const char *outer, const char *multipart, char boundary[40])
{
	snprintf(boundary, 40, "=_%016llx", (unsigned long long)rng_next(&draft->rng));
	kj_buf_printf(&draft->mail->body, "--%s\r\nContent-Type: multipart/%s; boundary=\"%s\"\r\n\r\n",
	    outer, multipart, boundary);
}

static void make_plain(struct draft *draft, const struct structure *structure)
{
	snprintf(draft->type, sizeof draft->type, "text/plain; charset=%s", structure->charset);
	draft->transfer = transfer_names[structure->transfer];
	add_text(draft, structure->charset, structure->transfer, false, draft->size_bytes);
}

static void make_html(struct draft *draft, const struct structure *structure)
{
	snprintf(draft->type, sizeof draft->type, "text/html; charset=%s", structure->charset);
	draft->transfer = transfer_names[structure->transfer];
	add_text(draft, structure->charset, structure->transfer, true, draft->size_bytes);
}

static void both(
    struct draft *draft, const struct structure *structure, const char *boundary, size_t size_bytes)
{
	part_text(draft, boundary, structure, false, size_bytes / 4);
	part_text(draft, boundary, structure, true, size_bytes * 3 / 4);
	whole(draft, boundary);
}

static void make_alternative(struct draft *draft, const struct structure *structure)
{
	char boundary[40];

	begin(draft, "alternative", boundary);
	both(draft, structure, boundary, draft->size_bytes);
}

static void make_related(struct draft *draft, const struct structure *structure)
{
	char boundary[40];

	begin(draft, "related", boundary);
	part_text(draft, boundary, structure, true, draft->size_bytes / 2);
	part_file(draft, boundary, "image/png; name=\"logo.png\"",
	    "Content-ID: <logo@example.net>\r\nContent-Disposition: inline", draft->size_bytes / 2);
	whole(draft, boundary);
}

static void make_mixed(struct draft *draft, const struct structure *structure)
{
	char boundary[40];

	begin(draft, "mixed", boundary);
	part_text(draft, boundary, structure, false, draft->size_bytes / 4);
	part_file(draft, boundary, "application/pdf; name=\"invoice.pdf\"",
	    "Content-Disposition: attachment; filename=\"invoice.pdf\"", draft->size_bytes * 3 / 4);
	whole(draft, boundary);
}

static void make_nested(struct draft *draft, const struct structure *structure)
{
	char outer[40], middle[40], boundary[40];

	begin(draft, "mixed", outer);
	inner(draft, outer, "related", middle);
	inner(draft, middle, "alternative", boundary);
	both(draft, structure, boundary, draft->size_bytes / 2);
	part_file(draft, middle, "image/jpeg", "Content-ID: <head@example.net>", draft->size_bytes / 4);
	whole(draft, middle);
	part_file(draft, outer, "application/zip; name=\"papers.zip\"",
	    "Content-Disposition: attachment; filename=\"papers.zip\"", draft->size_bytes / 4);
	whole(draft, outer);
}

static const struct structure structures[] = {
    {"plain utf-8", JAPANESE, "utf-8", EIGHT, 12, make_plain},
    {"plain english", ENGLISH, "us-ascii", SEVEN, 14, make_plain},
    {"plain iso-2022-jp", JAPANESE, "iso-2022-jp", SEVEN, 12, make_plain},
    {"plain shift_jis", JAPANESE, "shift_jis", BASE64, 5, make_plain},
    {"plain euc-jp", JAPANESE, "euc-jp", EIGHT, 3, make_plain},
    {"plain quoted-printable", ENGLISH, "utf-8", QUOTED, 8, make_plain},
    {"html", JAPANESE, "utf-8", QUOTED, 8, make_html},
    {"alternative", JAPANESE, "utf-8", BASE64, 12, make_alternative},
    {"alternative", ENGLISH, "utf-8", QUOTED, 12, make_alternative},
    {"related", ENGLISH, "utf-8", QUOTED, 4, make_related},
    {"mixed", JAPANESE, "iso-2022-jp", SEVEN, 6, make_mixed},
    {"nested", JAPANESE, "utf-8", BASE64, 4, make_nested},
};

static const struct structure *draw(struct rng *rng)
{
	unsigned sum = 0, at;
	size_t i;

	for (i = 0; i < sizeof structures / sizeof *structures; i++)
		sum += structures[i].share;
	at = rng_below(rng, sum);
	for (i = 0; at >= structures[i].share; i++)
		at -= structures[i].share;
	return &structures[i];
}

void body_make(struct draft *draft)
{
	const struct structure *structure = draw(&draft->rng);

	draft->language = structure->language;
	draft->charset = structure->charset;
	draft->mail->kind = structure->kind;
	draft->mail->body = KJ_BUF_INIT(BODY_MAX);
	structure->make(draft, structure);
}
