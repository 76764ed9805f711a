/*
 * mail_walk.h - a mail from a file through the engine's session, as an MTA would bring it
 */
#ifndef KJ_CTL_MAIL_WALK_H
#define KJ_CTL_MAIL_WALK_H

#include <stddef.h>

#include "ctl/envelope.h"
#include "kanjiki/session.h"

/*
 * kj_mail_walk - all callbacks of one mail in the MTA's order, up to the end of message, which is the caller's to call
 *
 * Takes: a completed envelope; the mail's fields, of which those of our own servers are left out; its body, whose
 *        lines may end as they like. Returns KJ_WAY_PASS if the mail is not scored.
 */
enum kj_way kj_mail_walk(struct kj_session *session, const struct kj_envelope *envelope, const struct kj_field *fields,
    unsigned field_count, const char *body, size_t body_len);

#endif
