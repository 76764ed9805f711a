/*
 * received.h - what a Received line says (RFC 5321 section 4.4), as the MTAs of the world write it
 *
 * Understood: Postfix `from HELO (RDNS [IP]) by HOST (Postfix...) with ESMTP id ... for <...>; DATE`, Sendmail,
 * Exim `from RDNS ([IP] helo=HELO)`, qmail `from unknown (HELO name) (IP)`, Exchange, `(Postfix, from userid N)`.
 * Everything below the lines of one's own servers was written by the client, and may be a lie.
 */
#ifndef KJ_RECEIVED_H
#define KJ_RECEIVED_H

#include <stdint.h>

#include "kanjiki/addr.h"

struct kj_arena;

struct kj_received {
	const char *raw;    /* the value, unfolded */
	const char *helo;   /* as given, lower case; "" if none */
	const char *rdns;   /* name found for the address; "unknown" where the line says so; "" if not said */
	struct kj_addr addr; /* family 0 if not said */
	const char *by;	    /* lower case; "" if none */
	const char *with;   /* "esmtps", lower case; "" if none */
	const char *id;	    /* the queue id there; "" if none */
	const char *for_rcpt; /* address without brackets; "" if none */
	int64_t userid;	    /* of "(Postfix, from userid N)"; -1 if none */
	int64_t date_s;	    /* seconds since 1970; -1 if none or unreadable */
};

/* kj_received_parse - read one value; what is not understood stays empty. -KJ_ENOMEM. */
int kj_received_parse(struct kj_arena *arena, const char *value, struct kj_received *ret_received);

#endif
