/*
 * deferral.h - which mail was put off, and when it must be let through
 *
 * A tempfail buys time; it must never lose a mail. Ten big senders were watched under refusal: with a key that
 * does not contain the address, a minimum age of five minutes let all of them deliver. So a mail is known again by
 * its content (any address) or by its envelope (any content), and once it was let through it is never put off
 * again. Every attempt is on disk before the reply goes out, so that a restart forgets nothing.
 */
#ifndef KJ_DEFERRAL_H
#define KJ_DEFERRAL_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/err.h"

struct kj_store;

struct kj_deferral_rules {
	uint32_t min_age_s; /* a retry at this age is let through */
	uint32_t attempts;  /* so is this attempt, whenever it comes */
	uint32_t keep_s;    /* how long it is remembered */
};

struct kj_deferral_request {
	uint64_t content_key; /* normalised body, subject, From org domain, recipients */
	uint64_t meta_key;    /* MAIL FROM org domain, recipients, /24 or /48 of the client */
	/* For the list of what never came back. */
	const char *sender, *rcpts, *client, *terms;
	int32_t score_centi;
};

struct kj_deferral {
	bool put_off;	  /* true: tempfail it. false: its time has come, deliver it */
	unsigned attempt; /* 1 for the first */
	int64_t first_s;  /* time of the first attempt */
};

/*
 * kj_deferral_attempt - one attempt of a mail that the gate would put off
 *
 * Takes:  now in seconds since 1970. Errors: -KJ_EIO, -KJ_ENOMEM; the mail must then be delivered.
 */
int kj_deferral_attempt(struct kj_store *store, const struct kj_deferral_rules *rules,
    const struct kj_deferral_request *request, int64_t now_s, struct kj_deferral *ret_deferral,
    struct kj_reason *reason);

/* One mail that was put off and did not come back. Borrowed for the call. */
struct kj_deferral_lost {
	int64_t first_s;
	unsigned attempts;
	const char *sender, *rcpts, *client, *terms;
	int32_t score_centi;
};

typedef void kj_deferral_lost_fn(void *context, const struct kj_deferral_lost *lost);

/*
 * kj_deferral_sweep - report, once, each mail that was put off `age_s` ago or longer and never came back, and
 * forget what is older than keep_s
 */
int kj_deferral_sweep(struct kj_store *store, const struct kj_deferral_rules *rules, uint32_t age_s, int64_t now_s,
    kj_deferral_lost_fn *fn, void *context, struct kj_reason *reason);

#endif
