/*
 * envelope.h - what the MTA would have told about a mail that lies in a file
 *
 * A mail at rest has lost its envelope, but the servers that took it wrote most of it into the header: the
 * Received lines name client and HELO, Return-Path the sender, Delivered-To the recipient. What the command line says
 * comes first.
 */
#ifndef KJ_CTL_ENVELOPE_H
#define KJ_CTL_ENVELOPE_H

#include <stdint.h>

#include "kanjiki/addr.h"

struct kj_arena;
struct kj_field;
struct kj_settings;

#define KJ_ENVELOPE_RCPTS 100

/* As given by options; NULL or family 0 where it is not. */
struct kj_envelope {
	struct kj_addr client; /* family 0: not known */
	const char *client_name;
	const char *helo;
	const char *sender; /* "" is the null sender */
	const char *rcpts[KJ_ENVELOPE_RCPTS];
	unsigned rcpt_count;
	const char *queue_id; /* of the server that took the mail from the client */
	int64_t now_s; /* when the mail came; -1 if not known */
	unsigned
	    own_fields; /* Received fields among the first so many are our servers': no milter sees them */
};

/*
 * kj_envelope_complete - fill in what the options left out
 *
 * Received lines are read from the top. Those that name no address, one that is not global, or one of a trusted
 * network or relay, were written inside; the first of the others is that of the server that took the mail from the
 * client. If the client is given, its own line is looked for instead; where no line names it and HELO is given too, no
 * line is ours.
 *
 * Takes:  an arena that the strings live in; the mail's fields; networks and relays of the settings.
 * Gives:  *envelope. A client that could not be found stays at family 0.
 * Errors: -KJ_ENOMEM.
 */
int kj_envelope_complete(struct kj_arena *arena, const struct kj_field *fields, unsigned field_count,
    const struct kj_settings *settings, struct kj_envelope *envelope);

#endif
