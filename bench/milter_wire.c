/*
 * milter_wire.c - the MTA's side of the milter protocol, version 6
 */
#include "bench/milter_wire.h"

#include <arpa/inet.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

struct stage_row {
	char command;
	uint32_t skip, mute;
	const char *macros; /* Postfix's default (postconf milter_connect_macros and so on) */
};

static const struct stage_row stage_rows[WIRE_STAGES] = {
    [WIRE_CONNECT] = {SMFIC_CONNECT, SMFIP_NOCONNECT, SMFIP_NR_CONN, "j {daemon_name} {daemon_addr} v _"},
    [WIRE_HELO] = {SMFIC_HELO, SMFIP_NOHELO, SMFIP_NR_HELO,
        "{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}"},
    [WIRE_MAIL] = {SMFIC_MAIL, SMFIP_NOMAIL, SMFIP_NR_MAIL,
        "i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} {mail_mailer}"},
    [WIRE_RCPT] = {SMFIC_RCPT, SMFIP_NORCPT, SMFIP_NR_RCPT, "i {rcpt_addr} {rcpt_host} {rcpt_mailer}"},
    [WIRE_DATA] = {SMFIC_DATA, SMFIP_NODATA, SMFIP_NR_DATA, "i"},
    [WIRE_EOM] = {SMFIC_BODYEOB, 0, 0, "i"},
    [WIRE_EOH] = {SMFIC_EOH, SMFIP_NOEOH, SMFIP_NR_EOH, "i"},
    [WIRE_FIELD] = {SMFIC_HEADER, SMFIP_NOHDRS, SMFIP_NR_HDR, NULL},
    [WIRE_BODY] = {SMFIC_BODY, SMFIP_NOBODY, SMFIP_NR_BODY, NULL},
};

char wire_command(enum wire_stage stage)
{
	return stage_rows[stage].command;
}

bool wire_skipped(const struct wire_terms *terms, enum wire_stage stage)
{
	return (terms->steps & stage_rows[stage].skip) != 0;
}

bool wire_mute(const struct wire_terms *terms, enum wire_stage stage)
{
	return (terms->steps & stage_rows[stage].mute) != 0;
}

bool wire_leading_blank(const struct wire_terms *terms)
{
	return (terms->steps & SMFIP_HDR_LEADSPC) != 0;
}

size_t wire_put_begin(struct kj_buf *out, char command)
{
	size_t begin = out->len;

	kj_buf_add(out, "\0\0\0", 4);
	kj_buf_add_char(out, command);
	return begin;
}

void wire_put_end(struct kj_buf *out, size_t begin)
{
	uint32_t length;

	if (out->truncated)
		return;
	length = htonl((uint32_t)(out->len - begin - 4));
	memcpy(out->data + begin, &length, 4);
}

void wire_put(struct kj_buf *out, char command, const void *data, size_t len)
{
	size_t begin = wire_put_begin(out, command);

	kj_buf_add(out, data, len);
	wire_put_end(out, begin);
}

void wire_put_offer(struct kj_buf *out)
{
	uint32_t offer[3] = {htonl(WIRE_VERSION), htonl(WIRE_ACTIONS), htonl(WIRE_STEPS)};

	wire_put(out, SMFIC_OPTNEG, offer, sizeof offer);
}

/* Postfix sends the macro packet only if there is something in it. */
void wire_put_macros(struct kj_buf *out, const struct wire_terms *terms, enum wire_stage stage,
    const char *(*value)(const void *context, const char *name, size_t len), const void *context)
{
	size_t before = out->len, begin = wire_put_begin(out, SMFIC_MACRO), empty;
	enum wire_stage list = stage == WIRE_FIELD ? WIRE_EOH : stage == WIRE_BODY ? WIRE_EOM : stage;
	const char *name = terms->macros[list], *text;
	size_t len;

	kj_buf_add_char(out, wire_command(stage));
	empty = out->len;
	for (; *(name += strspn(name, " ,")); name += len) {
		len = strcspn(name, " ,");
		text = value(context, name, len);
		if (!text)
			continue;
		kj_buf_add(out, name, len);
		kj_buf_add_char(out, '\0');
		kj_buf_add(out, text, strlen(text) + 1);
	}
	if (out->len == empty)
		out->len = before;
	else
		wire_put_end(out, begin);
}

long wire_take(const char *in, size_t len, struct wire_reply *reply)
{
	uint32_t length;

	if (len < 5)
		return 0;
	memcpy(&length, in, 4);
	length = ntohl(length);
	if (length == 0 || length > WIRE_REPLY_MAX)
		return -1;
	if (len < 4 + (size_t)length)
		return 0;
	*reply = (struct wire_reply){.command = in[4], .data = in + 5, .len = length - 1};
	return 4 + (long)length;
}

/* The lists behind the three words: stage number, names, NUL. */
static bool agree_macros(const char *data, size_t len, struct wire_terms *terms)
{
	uint32_t stage;
	size_t names;

	while (len > 4) {
		memcpy(&stage, data, 4);
		stage = ntohl(stage);
		data += 4;
		len -= 4;
		names = strnlen(data, len);
		if (names == len || stage >= WIRE_MACRO_STAGES || names >= sizeof terms->macros[0])
			return false;
		memcpy(terms->macros[stage], data, names + 1);
		data += names + 1;
		len -= names + 1;
	}
	return len == 0;
}

bool wire_agree(const struct wire_reply *reply, struct wire_terms *terms)
{
	uint32_t words[3];

	if (reply->command != SMFIC_OPTNEG || reply->len < sizeof words)
		return false;
	memcpy(words, reply->data, sizeof words);
	*terms = (struct wire_terms){ntohl(words[0]), ntohl(words[1]), ntohl(words[2]), {""}};
	for (int stage = 0; stage < WIRE_MACRO_STAGES; stage++)
		snprintf(terms->macros[stage], sizeof terms->macros[0], "%s", stage_rows[stage].macros);
	if (terms->version > WIRE_VERSION || (terms->actions & ~WIRE_ACTIONS))
		return false;
	return agree_macros(reply->data + sizeof words, reply->len - sizeof words, terms);
}
