/*
 * mail_fields.c - the header fields of the generated mails
 *
 * Every mail has the dozen that all mail has; the rest depends on where it comes from (a person, a list, a
 * newsletter service) and on how many servers it crossed.
 */
#include <stdarg.h>

#include "bench/mail_parts.h"

#define FIELDS_MAX (64u << 10)

static void add(struct draft *draft, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct draft *draft, const char *name, const char *format, ...)
{
	struct kj_buf *out = &draft->mail->fields;
	char value[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof value, format, args);
	va_end(args);
	kj_buf_add(out, name, strlen(name) + 1);
	kj_buf_add(out, value, strlen(value) + 1);
	draft->mail->field_count++;
}

/* Mail is from this morning (UTC), so that a mail of a seed stays the same all day and is never from the future. */
static void set_day(struct draft *draft)
{
	time_t now = time(NULL);
	struct tm day;

	if (gmtime_r(&now, &day))
		strftime(draft->day, sizeof draft->day, "%a, %d %b %Y", &day);
}

/* The hops inside the sender's network; our own server's Received field is not shown to filters by Postfix. */
static void add_received(struct draft *draft)
{
	const struct client *client = draft->client;
	unsigned hops = rng_between(&draft->rng, 1, 4);

	for (unsigned hop = hops; hop > 0; hop--)
		add(draft, "Received",
		    "from %s%u.%s (%s%u.%s [198.51.100.%u])\n\tby %s (Postfix) with ESMTPS id %08X\n"
		    "\tfor <user%u@example.jp>; %s 00:%02u:%02u +0000 (UTC)",
		    "in", hop, client->domain, "in", hop, client->domain, rng_between(&draft->rng, 1, 254),
		    client->helo, (unsigned)rng_next(&draft->rng), rng_below(&draft->rng, 100), draft->day,
		    hops - hop + 10, rng_below(&draft->rng, 60));
}

static void add_dkim(struct draft *draft)
{
	struct kj_buf signature = KJ_BUF_INIT(1024);
	uint64_t raw[32];

	for (size_t i = 0; i < sizeof raw / sizeof *raw; i++)
		raw[i] = rng_next(&draft->rng);
	encode_base64(raw, sizeof raw, &signature);
	/* CRLF to LF and a tab, as a folded value is handed over */
	for (size_t i = 0; i + 1 < signature.len; i++)
		if (signature.data[i] == '\r')
			memcpy(signature.data + i, i + 2 < signature.len ? "\n\t" : "\0", 2);
	add(draft, "DKIM-Signature",
	    "v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=k1;\n\t"
	    "h=from:to:subject:date:message-id:mime-version:content-type;\n"
	    "\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\n\tb=%s",
	    draft->client->domain, kj_buf_str(&signature));
	kj_buf_free(&signature);
}

static void add_people(struct draft *draft)
{
	struct kj_buf name = KJ_BUF_INIT(256), subject = KJ_BUF_INIT(512);
	const char *charset = draft->language == JAPANESE ? draft->charset : NULL;
	const char *title = text_subject(&draft->rng, draft->language, draft->tone);

	if (charset) {
		encode_word(charset, "山田 花子", &name);
		encode_word(charset, title, &subject);
	} else {
		kj_buf_add_str(&name, "Hanako Yamada");
		kj_buf_add_str(&subject, title);
	}
	add(draft, "From", "%s <person%u@%s>", kj_buf_str(&name), rng_below(&draft->rng, 50),
	    draft->client->domain);
	add(draft, "To", "user%u@example.jp", rng_below(&draft->rng, 100));
	add(draft, "Subject", "%s", kj_buf_str(&subject));
	kj_buf_free(&name);
	kj_buf_free(&subject);
}

static void add_core(struct draft *draft)
{
	add(draft, "Message-ID", "<%016llx@%s>", (unsigned long long)rng_next(&draft->rng),
	    draft->client->domain);
	add(draft, "Date", "%s 00:%02u:%02u +0000", draft->day, rng_below(&draft->rng, 10),
	    rng_below(&draft->rng, 60));
	add(draft, "MIME-Version", "1.0");
	add(draft, "Content-Type", "%s", draft->type);
	if (draft->transfer)
		add(draft, "Content-Transfer-Encoding", "%s", draft->transfer);
	add(draft, "Reply-To", "person@%s", draft->client->domain);
}

static void add_list(struct draft *draft)
{
	const char *domain = draft->client->domain;

	add(draft, "List-Id", "Snow and mail <snow.%s>", domain);
	add(draft, "List-Unsubscribe", "<https://www.%s/leave/%u>,\n\t<mailto:leave@%s>", domain,
	    rng_below(&draft->rng, 100000), domain);
	add(draft, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
	add(draft, "List-Post", "<mailto:snow@%s>", domain);
	add(draft, "List-Help", "<mailto:snow-request@%s?subject=help>", domain);
	add(draft, "Precedence", "list");
	add(draft, "Sender", "snow-bounces@%s", domain);
	add(draft, "Errors-To", "snow-bounces@%s", domain);
}

static const struct {
	const char *name, *value;
} extras[] = {
    {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.6.0"},
    {"X-Mailer", "Post Box 4.2"},
    {"X-Priority", "3"},
    {"Importance", "normal"},
    {"Accept-Language", "ja-JP, en-US"},
    {"Content-Language", "ja"},
    {"Thread-Index", "AdqAbcDefGhiJklMnoPqrStuVwxYz0=="},
    {"X-Originating-IP", "[203.0.113.77]"},
    {"X-Spam-Status", "No, score=-1.2 required=6.0 tests=NONE"},
    {"X-Virus-Scanned", "by gate.example.net"},
    {"References", "<0f00d@example.net>\n\t<0beef@example.net>"},
    {"In-Reply-To", "<0beef@example.net>"},
    {"Auto-Submitted", "no"},
    {"Feedback-ID", "7:42:news:sender"},
};

void fields_make(struct draft *draft)
{
	unsigned want = rng_between(&draft->rng, 12, 30);
	unsigned at = rng_below(&draft->rng, sizeof extras / sizeof *extras);

	draft->mail->fields = KJ_BUF_INIT(FIELDS_MAX);
	set_day(draft);
	add_received(draft);
	if (draft->tone != THREAT)
		add_dkim(draft);
	add_people(draft);
	add_core(draft);
	if (draft->tone == NEWSLETTER)
		add_list(draft);
	for (size_t i = 0; i < sizeof extras / sizeof *extras && draft->mail->field_count < want; i++) {
		at = (at + 1) % (sizeof extras / sizeof *extras);
		add(draft, extras[at].name, "%s", extras[at].value);
	}
}
