/*
 * talk_event.c - the events of a mail, put into the buffer of a talk
 */
#include "bench/talk_event.h"

#include <arpa/inet.h>

struct macro_row {
	const char *name;
	const char *(*value)(const struct talk *talk);
};

static const char *value_client_addr(const struct talk *talk)
{
	return talk->client.addr;
}

static const char *value_client_name(const struct talk *talk)
{
	return talk->client.name;
}

static const char *value_queue_id(const struct talk *talk)
{
	/* no queue file before the first recipient is accepted */
	return talk->stage == WIRE_MAIL || (talk->stage == WIRE_RCPT && talk->item == 0) ? NULL
	                                                                                 : talk->queue_id;
}

static const char *value_sender(const struct talk *talk)
{
	return talk->sender;
}

static const char *value_rcpt(const struct talk *talk)
{
	return talk->rcpt;
}

static const char *value_port(const struct talk *talk)
{
	(void)talk;
	return "40025";
}

static const char *value_host(const struct talk *talk)
{
	(void)talk;
	return "mx.example.jp";
}

static const char *value_version(const struct talk *talk)
{
	(void)talk;
	return "Postfix 3.7.11";
}

static const char *value_mailer(const struct talk *talk)
{
	(void)talk;
	return "smtp";
}

static const char *value_origin(const struct talk *talk)
{
	(void)talk;
	return "relay.sender.example [198.18.0.0]";
}

/* What Postfix has a value for when a stranger sends mail without TLS. */
static const struct macro_row macro_rows[] = {
    {"i", value_queue_id},
    {"j", value_host},
    {"v", value_version},
    {"_", value_origin},
    {"{daemon_name}", value_host},
    {"{client_addr}", value_client_addr},
    {"{client_name}", value_client_name},
    {"{client_ptr}", value_client_name},
    {"{client_port}", value_port},
    {"{mail_addr}", value_sender},
    {"{mail_host}", value_host},
    {"{mail_mailer}", value_mailer},
    {"{rcpt_addr}", value_rcpt},
    {"{rcpt_host}", value_host},
    {"{rcpt_mailer}", value_mailer},
};

/* "client_addr" and "{client_addr}" are the same macro. */
static bool same_macro(const char *known, const char *name, size_t len)
{
	if (known[0] == '{' && name[0] != '{')
		return strlen(known) == len + 2 && memcmp(known + 1, name, len) == 0;
	if (known[0] != '{' && name[0] == '{')
		return len == strlen(known) + 2 && memcmp(known, name + 1, len - 2) == 0;
	return strlen(known) == len && memcmp(known, name, len) == 0;
}

static const char *macro_value(const void *context, const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof macro_rows / sizeof *macro_rows; i++)
		if (same_macro(macro_rows[i].name, name, len))
			return macro_rows[i].value(context);
	return NULL;
}

/* One event; like milter8_event() of Postfix it sends the macros before it asks whether the event is wanted. */
static void put_event(struct talk *talk, enum wire_stage stage, const void *data, size_t len)
{
	wire_put_macros(&talk->out, &talk->terms, stage, macro_value, talk);
	if (wire_skipped(&talk->terms, stage))
		return;
	wire_put(&talk->out, wire_command(stage), data, len);
	if (wire_mute(&talk->terms, stage))
		return;
	talk->awaits = true;
	talk->awaited = stage;
}

static void put_connect(struct talk *talk)
{
	struct kj_buf data = KJ_BUF_INIT(256);
	uint16_t port = htons(40025);

	kj_buf_add(&data, talk->client.name, strlen(talk->client.name) + 1);
	kj_buf_add_char(&data, '4');
	kj_buf_add(&data, &port, sizeof port);
	kj_buf_add(&data, talk->client.addr, strlen(talk->client.addr) + 1);
	put_event(talk, WIRE_CONNECT, data.data, data.len);
	kj_buf_free(&data);
	talk->stage = WIRE_HELO;
}

static void put_helo(struct talk *talk)
{
	put_event(talk, WIRE_HELO, talk->client.helo, strlen(talk->client.helo) + 1);
	talk->stage = WIRE_MAIL;
}

static void put_mail(struct talk *talk)
{
	char data[160];
	int len;

	snprintf(talk->sender, sizeof talk->sender, "person%u@%s", talk->mail_no % 50, talk->client.domain);
	len = snprintf(data, sizeof data, "<%s>%cSIZE=%zu", talk->sender, '\0', talk->mail->body.len + 2000);
	put_event(talk, WIRE_MAIL, data, (size_t)len + 1);
	talk->stage = WIRE_RCPT;
	talk->item = 0;
	talk->refused = 0;
}

static void put_rcpt(struct talk *talk)
{
	char data[96];
	int len;

	snprintf(talk->rcpt, sizeof talk->rcpt, "user%u@example.jp", (talk->mail_no + talk->item) % 100);
	len = snprintf(data, sizeof data, "<%s>", talk->rcpt);
	put_event(talk, WIRE_RCPT, data, (size_t)len + 1);
	if (++talk->item == talk->mail->rcpt_count)
		talk->stage = WIRE_DATA;
}

static void put_data(struct talk *talk)
{
	put_event(talk, WIRE_DATA, NULL, 0);
	talk->flush = true; /* smtpd hands the connection over to cleanup */
	talk->stage = WIRE_FIELD;
	talk->item = 0;
	talk->at = 0;
}

/* The value with the blank behind the colon if the filter wants to see it (SMFIP_HDR_LEADSPC). */
static void put_field(struct talk *talk)
{
	const char *name = talk->mail->fields.data + talk->at, *value = name + strlen(name) + 1;
	bool blank = wire_leading_blank(&talk->terms);
	struct kj_buf data = KJ_BUF_INIT(8192);

	kj_buf_add(&data, name, strlen(name) + 1);
	if (blank)
		kj_buf_add_char(&data, ' ');
	kj_buf_add(&data, value, strlen(value) + 1);
	put_event(talk, WIRE_FIELD, data.data, data.len);
	kj_buf_free(&data);
	talk->at += strlen(name) + strlen(value) + 2;
	if (++talk->item == talk->mail->field_count)
		talk->stage = WIRE_EOH;
}

static void put_eoh(struct talk *talk)
{
	put_event(talk, WIRE_EOH, NULL, 0);
	talk->stage = WIRE_BODY;
	talk->at = 0;
}

static void put_body(struct talk *talk)
{
	const struct kj_buf *body = &talk->mail->body;
	size_t len = body->len - talk->at < WIRE_BODY_CHUNK ? body->len - talk->at : WIRE_BODY_CHUNK;

	if (len)
		put_event(talk, WIRE_BODY, body->data + talk->at, len);
	talk->at += len;
	if (talk->at == body->len)
		talk->stage = WIRE_EOM;
}

static void put_eom(struct talk *talk)
{
	put_event(talk, WIRE_EOM, NULL, 0);
	talk->eom_us = talk_now_us();
	talk->stage = WIRE_MAIL;
}

void talk_put_next(struct talk *talk)
{
	static void (*const put[WIRE_STAGES])(struct talk *) = {
	    [WIRE_CONNECT] = put_connect,
	    [WIRE_HELO] = put_helo,
	    [WIRE_MAIL] = put_mail,
	    [WIRE_RCPT] = put_rcpt,
	    [WIRE_DATA] = put_data,
	    [WIRE_FIELD] = put_field,
	    [WIRE_EOH] = put_eoh,
	    [WIRE_BODY] = put_body,
	    [WIRE_EOM] = put_eom,
	};

	enum wire_stage stage = talk->stage;

	put[stage](talk);
	talk->pause = talk->run->gap_us && stage != talk->stage && stage <= WIRE_DATA;
}
