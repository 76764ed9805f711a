/*
 * meet.h - a mail and the recent traffic
 *
 * Private to pipeline/.
 */
#ifndef KJ_MEET_H
#define KJ_MEET_H

#include "pipeline/mail.h"

/* sight.c: kj_mail_sight - what is remembered of a mail; id: the same for a retry of it. The message may be missing. */
void kj_mail_sight(const struct kj_mail *mail, uint64_t id, struct kj_sighting *ret_sighting);

/* meet.c: kj_mail_meet - once the answers are there: find what the mail has in common with others; the facts'
 * clusters */
void kj_mail_meet(struct kj_mail *mail);

/* meet.c: kj_mail_join - once the verdict is there: become part of the recent traffic */
void kj_mail_join(struct kj_mail *mail);

/* meet.c: kj_mail_share_first_seen - take in what other hosts know of the sender's domain; the wait ends at
 * deadline_ms of the monotonic clock at the latest, and much earlier if the others are slow */
void kj_mail_share_first_seen(struct kj_mail *mail, int64_t deadline_ms);

#endif
