/*
 * reply.h - a verdict becomes what the MTA is told
 */
#ifndef KJ_MILTER_REPLY_H
#define KJ_MILTER_REPLY_H

#include <stdbool.h>

#include <libmilter/mfapi.h>

struct kj_verdict;

/*
 * kj_reply_apply - make the verdict's edits and name the status for end of message
 *
 * Takes:  leading_space: header values carry their blank behind the colon (SMFIP_HDR_LEADSPC was granted).
 * Gives:  *ret_failed, how many edits the MTA did not take; the mail is delivered without them.
 * Returns SMFIS_TEMPFAIL with 451 4.7.1 for a tempfail, SMFIS_ACCEPT for everything else.
 */
sfsistat kj_reply_apply(
    SMFICTX *ctx, const struct kj_verdict *verdict, bool leading_space, unsigned *ret_failed);

/* kj_reply_put_off - this recipient in a mail of its own: 452 4.5.3 (RFC 5321 section 4.5.3.1.10) */
sfsistat kj_reply_put_off(SMFICTX *ctx);

#endif
