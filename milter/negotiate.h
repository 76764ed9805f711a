/*
 * negotiate.h - what we ask of the MTA at the start of a connection
 */
#ifndef KJ_MILTER_NEGOTIATE_H
#define KJ_MILTER_NEGOTIATE_H

#include <stdbool.h>

#include <libmilter/mfapi.h>

/* All we ever do to a mail: add and change header fields */
#define KJ_MILTER_ACTIONS (SMFIF_ADDHDRS | SMFIF_CHGHDRS)

/* kj_steps_wanted - SMFIP_ flags for the steps we need and those we answer; constant for a transport, but for
 * SMFIP_NR_RCPT (split) */
unsigned long kj_steps_wanted(bool over_tcp, bool split);

/*
 * kj_negotiate - choose among what the MTA offers, and ask for the macros we read
 *
 * Gives: *ret_actions, *ret_steps for libmilter.
 */
void kj_negotiate(SMFICTX *ctx, unsigned long offered_actions, unsigned long offered_steps,
    unsigned long wanted_steps, unsigned long *ret_actions, unsigned long *ret_steps);

#endif
