/*
 * sender_age.h - since when the envelope sender's domain is known here, and whether this mail is its own
 */
#ifndef KJ_SENDER_AGE_H
#define KJ_SENDER_AGE_H

#include <stdbool.h>
#include <stdint.h>

struct kj_evidence;
struct kj_facts;

#define KJ_FRESH_S (3 * 86400)
#define KJ_KNOWN_S (7 * 86400)

enum kj_sender_age {
	KJ_AGE_UNKNOWN, /* nobody knows, or nobody can know yet (warm-up) */
	KJ_AGE_FRESH,	/* first seen within KJ_FRESH_S; perhaps by this mail */
	KJ_AGE_RECENT,	/* within KJ_KNOWN_S */
	KJ_AGE_KNOWN,	/* earlier */
};

/* kj_sender_age_ask - put the question that kj_sender_age() reads the answer of; during the warm-up nothing is asked */
void kj_sender_age_ask(const struct kj_facts *facts, struct kj_evidence *evidence);

/*
 * kj_sender_age - by first-seen of the org domain of the envelope sender
 *
 * Gives: *ret_since_s (may be NULL), seconds since 1970; 0 if this mail is the first; untouched for KJ_AGE_UNKNOWN.
 * Pure.
 */
enum kj_sender_age kj_sender_age(
    const struct kj_facts *facts, const struct kj_evidence *evidence, int64_t *ret_since_s);

/*
 * kj_sender_proven - SPF lets the client, and not everybody, send for the domain, a good signature of its organisation
 * is there, or the client's confirmed name is of it
 *
 * Else the name may be borrowed, and tells nothing about who sent this. Pure.
 */
bool kj_sender_proven(const struct kj_facts *facts, const struct kj_evidence *evidence);

#endif
