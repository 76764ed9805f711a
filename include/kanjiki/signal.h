/*
 * signal.h - what mails of one campaign have in common: the table of signals
 *
 * A signal is a kind of key. Mails with the same key are a cluster; the memory (crowd.h) counts who is in it, and
 * scoring/campaign.c judges by the numbers of the table. What the hits weigh stands in lists/weights.conf, like
 * everywhere. Threads: plain data.
 */
#ifndef KJ_SIGNAL_H
#define KJ_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

enum kj_signal {
	KJ_SIGNAL_PREFIX,  /* the client's /24, or /56 */
	KJ_SIGNAL_WIDE,    /* its /22, or /48 */
	KJ_SIGNAL_HELO,    /* HELO with its numbers folded: ary#.localhost */
	KJ_SIGNAL_PTR,     /* the same of the PTR name, within the /24 */
	KJ_SIGNAL_CHAIN,   /* the Received lines of the client, with names and numbers folded */
	KJ_SIGNAL_SUBJECT, /* the subject, with recipient, names and numbers folded */
	KJ_SIGNAL_BODY,    /* much the same text */
	KJ_SIGNAL_DNS,     /* name servers, SOA, MX and SPF of the sender's domain */
	KJ_SIGNAL_WALLET,  /* an address to pay to */
	KJ_SIGNALS,
};

#define KJ_TIERS 3

/* What a cluster must have for the hit; the highest tier it reaches counts. */
struct kj_tier {
	unsigned domains; /* distinct org domains of envelope senders; 0: no such tier */
	bool fresh;	  /* only new ones count, and nearly all must be new */
	const char *symbol;
	const char *variant; /* HELO: confirmed by the PTR name; SUBJECT: with the recipient's address. NULL: the same */
};

struct kj_signal_row {
	const char *name;     /* "helo": in logs, cluster ids and `kanjikictl clusters --by` */
	const char *about;    /* what all its mails have in common, for people */
	uint32_t window_s;    /* a member counts for so long */
	uint32_t half_life_s; /* of the volume, by which clusters are ranked */
	unsigned clients, nets, names; /* distinct ones needed: addresses (/64s), /24s (/56s), raw HELO or PTR names */
	struct kj_tier tiers[KJ_TIERS]; /* from low to high */
	unsigned alone;                 /* tiers that it may reach without another signal that agrees */
	unsigned share;                 /* of the memory for clusters, in percent */
};

/* kj_signals - one row each */
extern const struct kj_signal_row kj_signals[KJ_SIGNALS];

/* kj_signal_find - by name; -KJ_ENOENT */
int kj_signal_find(const char *name);

#endif
