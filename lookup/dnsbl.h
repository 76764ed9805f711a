/*
 * dnsbl.h - KJ_ASK_DNSBL: is the name listed? (RFC 5782)
 */
#ifndef KJ_LOOKUP_DNSBL_H
#define KJ_LOOKUP_DNSBL_H

#include "gather.h"

/*
 * kj_lookup_dnsbl - ask a list
 *
 * KJ_ANSWER_FOUND with addrs, or KJ_ANSWER_NOT_FOUND. KJ_ANSWER_BLOCKED if any answer lies outside 127.0.0.0/8 (a
 * list gone or a resolver that rewrites), in 127.255.255.0/24 (the lists' error codes), or in question->blocked:
 * an answer that is partly an error is an error. A list that refuses us lists nobody.
 */
kj_lookup_fn kj_lookup_dnsbl;

enum kj_dnsbl_refusal {
	KJ_DNSBL_LISTED,
	KJ_DNSBL_REFUSED, /* a code that says that the list does not answer us */
	KJ_DNSBL_NO_CODE, /* no code at all: outside of 127.0.0.0/8 */
};

/* kj_dnsbl_refuses - what one A record of a list means */
enum kj_dnsbl_refusal kj_dnsbl_refuses(
    const struct kj_addr *addr, const struct kj_code_range *blocked, unsigned blocked_count);

#endif
