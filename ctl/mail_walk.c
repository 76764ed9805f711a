/*
 * mail_walk.c - a mail from a file through the engine's session
 */
#include "ctl/mail_walk.h"

#include <strings.h>

#include "kanjiki/message.h"

#define BODY_CHUNK_BYTES 65535 /* as an MTA cuts it */

/* Lines end in CRLF on their way through an MTA, whatever the file has. */
static void feed_body(struct kj_session *session, const char *data, size_t len)
{
	char *chunk = malloc(BODY_CHUNK_BYTES);
	size_t used = 0;

	if (!chunk) {
		kj_session_body(session, data, len);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (used + 2 > BODY_CHUNK_BYTES) {
			kj_session_body(session, chunk, used);
			used = 0;
		}
		if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
			chunk[used++] = '\r';
		chunk[used++] = data[i];
	}
	if (used)
		kj_session_body(session, chunk, used);
	free(chunk);
}

enum kj_way kj_mail_walk(struct kj_session *session, const struct kj_envelope *envelope, const struct kj_field *fields,
    unsigned field_count, const char *body, size_t body_len)
{
	enum kj_way way;

	kj_session_now(session, envelope->now_s);
	/* A client that nobody knows is an address of no family. NULL would be local mail, which passes. */
	kj_session_connect(session, &envelope->client, envelope->client_name ? envelope->client_name : "unknown");
	if (envelope->helo)
		kj_session_helo(session, envelope->helo);
	way = kj_session_mail(session, envelope->sender ? envelope->sender : "", NULL);
	for (unsigned i = 0; i < envelope->rcpt_count; i++)
		kj_session_rcpt(session, envelope->rcpts[i]);
	for (unsigned i = 0; i < field_count; i++)
		if (i >= envelope->own_fields || strcasecmp(fields[i].name, "Received") != 0)
			kj_session_field(session, fields[i].name, fields[i].value);
	feed_body(session, body, body_len);
	return way;
}
