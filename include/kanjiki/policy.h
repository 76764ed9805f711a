/*
 * policy.h - what a symbol weighs and what a score leads to, per recipient domain
 *
 * Plain data; `conf/` fills it from lists/weights.conf and kanjiki.conf, `scoring/` reads it.
 */
#ifndef KJ_POLICY_H
#define KJ_POLICY_H

#include <stdbool.h>
#include <stdint.h>

struct kj_family {
	const char *name;
	int32_t cap_centi;  /* the sum of the family's terms is cut to -cap..cap */
	int32_t gate_centi; /* a family sum from here on may open the gate to a tempfail; 0: never */
	int32_t firm_centi; /* from this sum on, what speaks for the mail takes nothing away from it; 0: never */
};

struct kj_symbol {
	const char *name;   /* "HELO_SPECIAL" */
	unsigned family;    /* index of the family */
	int32_t score_centi;
	const char *about;  /* one line for people */
};

struct kj_weights {
	const struct kj_family *families;
	unsigned family_count;
	const struct kj_symbol *symbols; /* sorted by name (strcmp) */
	unsigned symbol_count;
};

struct kj_policy {
	const char *domain; /* normalised; "" for the default policy */
	int32_t tag_centi;
	int32_t tempfail_centi;
	bool tempfail;		    /* may mail be delayed at all? */
	const char *subject_prefix; /* put before the subject of tagged mail; NULL for none */
	const int32_t *score_centi; /* one per symbol of the weights, the domain's own changes applied */
};

struct kj_policies {
	struct kj_weights weights;
	const struct kj_policy *policies; /* [0] is the default; the others sorted by domain (strcmp) */
	unsigned policy_count;
	bool split; /* recipients of another policy are put off at RCPT with 452 4.5.3 */
};

/* kj_symbol_find - index of the symbol, or -KJ_ENOENT */
int kj_symbol_find(const struct kj_weights *weights, const char *name);

/* kj_policy_find - the policy of a recipient's domain (normalised): its own block, else that of the nearest domain
 * above it, else the default. Never NULL. */
const struct kj_policy *kj_policy_find(const struct kj_policies *policies, const char *domain);

#endif
