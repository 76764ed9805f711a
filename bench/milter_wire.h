/*
 * milter_wire.h - the MTA's side of the milter protocol, version 6
 *
 * A packet is a length (four bytes, network order, of what follows), a command byte, data. Packets to the filter
 * are appended to a buffer; the caller decides when the buffer is written. Source: libmilter/mfdef.h of Sendmail
 * 8.17 and the behaviour of Postfix 3.7 (src/milter/milter8.c).
 *
 * Threads: nothing is shared.
 */
#ifndef BENCH_MILTER_WIRE_H
#define BENCH_MILTER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/buf.h"

/* What Postfix 3.7 offers: everything but the large packet sizes, which only Sendmail knows. */
#define WIRE_VERSION 6
#define WIRE_ACTIONS 0x1ffu
#define WIRE_STEPS   0x1fffffu

#define WIRE_BODY_CHUNK 65535 /* MILTER_CHUNK_SIZE */
#define WIRE_REPLY_MAX  (1u << 20)

/* Stages of a session, numbered as in the macro lists of the negotiation. */
enum wire_stage {
	WIRE_CONNECT,
	WIRE_HELO,
	WIRE_MAIL,
	WIRE_RCPT,
	WIRE_DATA,
	WIRE_EOM,
	WIRE_EOH,
	WIRE_MACRO_STAGES, /* the ones above can have macros */
	WIRE_FIELD = WIRE_MACRO_STAGES,
	WIRE_BODY,
	WIRE_STAGES,
};

/* What a filter asked for in the negotiation. */
struct wire_terms {
	uint32_t version, actions, steps;
	char macros[WIRE_MACRO_STAGES]
	           [512]; /* blank-separated names; Postfix's own list unless asked for others */
};

struct wire_reply {
	char command; /* 'c', 'a', 't', ... */
	const char *data;
	size_t len;
};

/* wire_put_begin, _end - a packet with data added in between by kj_buf_add() */
size_t wire_put_begin(struct kj_buf *out, char command);
void wire_put_end(struct kj_buf *out, size_t begin);

/* wire_put - a whole packet */
void wire_put(struct kj_buf *out, char command, const void *data, size_t len);
void wire_put_offer(struct kj_buf *out);

/* wire_put_macros - the macros of a stage that have a value; value() gives NULL for the others. Postfix sends those
 * of the end of the header with each field, and those of the end of the message with each piece of the body. */
void wire_put_macros(struct kj_buf *out, const struct wire_terms *terms, enum wire_stage stage,
    const char *(*value)(const void *context, const char *name, size_t len), const void *context);

/* wire_take - the reply at the head of `in`; the count of bytes it used, 0 if it is not whole yet, -1 if it is too
 * long. The reply points into `in`. */
long wire_take(const char *in, size_t len, struct wire_reply *reply);

/* wire_agree - the filter's answer to the offer; false if it is malformed or asks for what was not offered */
bool wire_agree(const struct wire_reply *reply, struct wire_terms *terms);

/* wire_command - the command byte of a stage; wire_skipped - the filter does not want it; wire_mute - the filter
 * will not reply to it */
char wire_command(enum wire_stage stage);
bool wire_skipped(const struct wire_terms *terms, enum wire_stage stage);
bool wire_mute(const struct wire_terms *terms, enum wire_stage stage);

/* wire_leading_blank - the filter wants field values with the blank behind the colon */
bool wire_leading_blank(const struct wire_terms *terms);

#endif
