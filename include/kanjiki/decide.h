/*
 * decide.h - what a score leads to
 *
 * There is no reject. A tempfail must pass the gate: it needs evidence from two families, one of them strong
 * enough by itself, and nothing that speaks for letting the mail in at once. Whether a mail that passed the gate is
 * really put off, the deferral memory decides afterwards (deferral.h).
 */
#ifndef KJ_DECIDE_H
#define KJ_DECIDE_H

#include <stdbool.h>

#include "kanjiki/weigh.h"

/* From mild to harsh. */
enum kj_action { KJ_ACTION_PASS, KJ_ACTION_ACCEPT, KJ_ACTION_TAG, KJ_ACTION_TEMPFAIL };
#define KJ_ACTIONS 4

/* kj_action_name - "pass", "accept", "tag", "tempfail" */
const char *kj_action_name(enum kj_action action);

/* What forbids putting a mail off, whatever its score. */
struct kj_restraint {
	bool null_sender;   /* bounces: the sender is one of us, and many servers never retry them */
	bool duty_mailbox;  /* a recipient is postmaster or abuse (RFC 2142) */
	bool pool;	    /* the client is one of a pool that many senders share, which retries from elsewhere */
	bool apart;	    /* other hosts of ours cannot be heard: they may know the sender, or have put this mail off already */
	bool no_memory;	    /* no deferral memory: a retry would not be recognised */
	bool incomplete;    /* something of ours failed */
	bool ceiling;	    /* too many were put off in the last hour */
	bool blind;	    /* the network says nothing at all: nobody's mail shall wait for our name servers */
};

struct kj_decision {
	enum kj_action action;
	const char *restraint; /* why a score at the tempfail threshold is only tagged; NULL if nothing did */
};

/* kj_decide - by one policy. Pure. */
struct kj_decision kj_decide(const struct kj_score *score, const struct kj_policy *policy,
    const struct kj_restraint *restraint);

#endif
