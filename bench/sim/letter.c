/*
 * letter.c - one mail with its envelope
 */
#include "bench/sim/letter.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "bench/mail_text.h"

#define FIELDS_MAX 16384
#define BODY_MAX   65536

void letter_free(struct letter *letter)
{
	kj_buf_free(&letter->fields);
	kj_buf_free(&letter->body);
}

void letter_clear(struct letter *letter)
{
	letter_free(letter);
	*letter = (struct letter){.fields = KJ_BUF_INIT(FIELDS_MAX), .body = KJ_BUF_INIT(BODY_MAX)};
}

void letter_copy(const struct letter *from, struct letter *to)
{
	letter_clear(to);
	to->host = from->host;
	to->domain = from->domain;
	snprintf(to->helo, sizeof to->helo, "%s", from->helo);
	snprintf(to->sender, sizeof to->sender, "%s", from->sender);
	snprintf(to->rcpt, sizeof to->rcpt, "%s", from->rcpt);
	kj_buf_add(&to->fields, from->fields.data, from->fields.len);
	kj_buf_add(&to->body, from->body.data, from->body.len);
}

void letter_field(struct letter *letter, const char *name, const char *format, ...)
{
	char value[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof value, format, args);
	va_end(args);
	kj_buf_add(&letter->fields, name, strlen(name) + 1);
	kj_buf_add(&letter->fields, value, strlen(value) + 1);
}

const char *letter_date(int64_t date_s, char out[40])
{
	time_t when = (time_t)date_s;
	struct tm day;

	if (!gmtime_r(&when, &day) || !strftime(out, 40, "%a, %d %b %Y %H:%M:%S +0000", &day))
		out[0] = '\0';
	return out;
}

static bool is_ascii(const char *text)
{
	while (*text && !(*text & 0x80))
		text++;
	return !*text;
}

/* Words of at most 75 octets (RFC 2047 section 2), cut between characters. */
static void add_words(const char *text, struct kj_buf *out)
{
	char piece[48];

	if (is_ascii(text)) {
		kj_buf_add_str(out, text);
		return;
	}
	while (*text) {
		size_t len = strlen(text) < 40 ? strlen(text) : 40;

		while (len < strlen(text) && (text[len] & 0xc0) == 0x80)
			len--;
		snprintf(piece, sizeof piece, "%.*s", (int)len, text);
		encode_word("utf-8", piece, out);
		text += len;
		if (*text)
			kj_buf_add_str(out, "\n ");
	}
}

void letter_head(struct letter *letter, const struct letter_head *head)
{
	struct kj_buf name = KJ_BUF_INIT(512), subject = KJ_BUF_INIT(1024);
	char date[40];

	add_words(head->from_name, &name);
	add_words(head->subject, &subject);
	letter_field(letter, "Date", "%s", letter_date(head->date_s, date));
	letter_field(letter, "From", "%s%s<%s>", kj_buf_str(&name), name.len ? " " : "", head->from);
	letter_field(letter, "To", "%s", head->to);
	letter_field(letter, "Subject", "%s", kj_buf_str(&subject));
	letter_field(letter, "Message-ID", "<%016llx.%llx@%s>", (unsigned long long)head->id,
	    (unsigned long long)head->date_s, head->message_host);
	letter_field(letter, "MIME-Version", "1.0");
	kj_buf_free(&name);
	kj_buf_free(&subject);
}

static void add_lines(const char *text, const char *line_end, struct kj_buf *out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		kj_buf_add(out, text, len);
		text += len;
		if (*text) {
			kj_buf_add_str(out, line_end);
			text++;
		}
	}
}

static void add_html(const char *text, struct kj_buf *out)
{
	kj_buf_add_str(out, "<!DOCTYPE html>\r\n<html><head><meta charset=\"utf-8\"></head><body style=\"font:14px "
	                    "sans-serif\">\r\n<table width=\"600\"><tr><td>\r\n");
	add_lines(text, "<br>\r\n", out);
	kj_buf_add_str(out, "</td></tr></table>\r\n</body></html>\r\n");
}

static void add_part(const char *boundary, bool html, const char *text, struct kj_buf *out)
{
	kj_buf_printf(out, "--%s\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
	    boundary, html ? "html" : "plain");
	if (html)
		add_html(text, out);
	else
		add_lines(text, "\r\n", out);
	kj_buf_add_str(out, "\r\n");
}

static void add_file(const char *boundary, struct rng *rng, struct kj_buf *out)
{
	uint64_t data[128];

	for (size_t i = 0; i < sizeof data / sizeof *data; i++)
		data[i] = rng_next(rng);
	kj_buf_printf(out,
	    "--%s\r\nContent-Type: application/pdf; name=\"document.pdf\"\r\nContent-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=\"document.pdf\"\r\n\r\n",
	    boundary);
	encode_base64(data, sizeof data, out);
}

void letter_text(struct letter *letter, enum letter_form form, const char *text, struct rng *rng)
{
	char boundary[40];

	if (form == LETTER_PLAIN || form == LETTER_HTML) {
		letter_field(letter, "Content-Type", "text/%s; charset=utf-8", form == LETTER_HTML ? "html" : "plain");
		letter_field(letter, "Content-Transfer-Encoding", "8bit");
		if (form == LETTER_HTML)
			add_html(text, &letter->body);
		else
			add_lines(text, "\r\n", &letter->body);
		return;
	}
	snprintf(boundary, sizeof boundary, "b%016llx", (unsigned long long)rng_next(rng));
	letter_field(letter, "Content-Type", "multipart/%s;\n\tboundary=\"%s\"",
	    form == LETTER_BOTH ? "alternative" : "mixed", boundary);
	add_part(boundary, false, text, &letter->body);
	if (form == LETTER_BOTH)
		add_part(boundary, true, text, &letter->body);
	else
		add_file(boundary, rng, &letter->body);
	kj_buf_printf(&letter->body, "--%s--\r\n", boundary);
}
