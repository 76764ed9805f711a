/*
 * spf_record.h - an SPF record as an array of terms (RFC 7208 section 12)
 *
 * The parser takes exactly what the grammar takes, and nothing else. Two readings that the ABNF leaves open
 * are decided as all implementations do: `exp=` and `redirect=` with a bad domain-spec are errors and not unknown
 * modifiers, and a prefix length has no leading zero.
 *
 * Threads: safe.
 */
#ifndef KJ_SPF_RECORD_H
#define KJ_SPF_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/addr.h"
#include "kanjiki/err.h"

struct kj_arena;

#define KJ_SPF_RECORD_MAX 65535 /* bytes of a record: what a DNS message can hold */
#define KJ_SPF_TERMS_MAX  2000  /* mechanisms of a record; the largest in use have about 300 */

enum kj_spf_mechanism {
	KJ_SPF_ALL,
	KJ_SPF_INCLUDE,
	KJ_SPF_A,
	KJ_SPF_MX,
	KJ_SPF_PTR,
	KJ_SPF_IP4,
	KJ_SPF_IP6,
	KJ_SPF_EXISTS,
};

/* A piece of the record, not NUL-terminated; no text (NULL) is not the same as an empty one. */
struct kj_spf_text {
	const char *text;
	uint16_t len;
};

struct kj_spf_term {
	uint8_t mechanism;
	char qualifier;             /* '+', '-', '~' or '?' */
	uint8_t bits4, bits6;       /* prefix lengths of a and mx; of ip4 and ip6 the one that fits */
	uint8_t address[16];        /* ip4 (first four), ip6: as written, IPv4-mapped ones too */
	struct kj_spf_text domain;  /* domain-spec, unexpanded; no text: the current domain */
	struct kj_spf_text written; /* the whole term as published, for people */
};

struct kj_spf_record {
	const struct kj_spf_term *terms; /* the mechanisms in their order */
	unsigned count;
	bool has_all;                             /* then redirect= means nothing (section 5.1) */
	struct kj_spf_text redirect, explanation; /* their domain-specs, behind "redirect=" and "exp=" as written */
	const char *text;                         /* the whole record, NUL-terminated */
};

/* kj_spf_record_is - does the text begin with the version section ("v=spf1", then a blank or the end)? */
bool kj_spf_record_is(const char *text, size_t len);

/*
 * kj_spf_record_parse - read a record
 *
 * Takes:  text of len bytes (copied into the arena), of which kj_spf_record_is() holds.
 * Gives:  *ret_record, in the arena.
 * Errors: -KJ_EINVAL (a syntax error, the reason names the term), -KJ_ELIMIT (too long, too many terms),
 *         -KJ_ENOMEM.
 */
int kj_spf_record_parse(struct kj_arena *arena, const char *text, size_t len,
    const struct kj_spf_record **ret_record, struct kj_reason *reason);

/* kj_spf_modifier - all of a modifier as published, from its domain-spec; name is "redirect=" or "exp=" */
struct kj_spf_text kj_spf_modifier(const char *name, struct kj_spf_text spec);

/* kj_spf_prefix_contains - do the first bits of a and b agree? At most 128. */
bool kj_spf_prefix_contains(const uint8_t *a, const uint8_t *b, unsigned bits);

/* kj_spf_term_has - is the client in the prefix of this ip4 or ip6 term? */
bool kj_spf_term_has(const struct kj_spf_term *term, const struct kj_addr *client);

#endif
