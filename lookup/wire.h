/*
 * wire.h - what a DNS reply says; the only user of ldns
 *
 * Threads: safe.
 */
#ifndef KJ_LOOKUP_WIRE_H
#define KJ_LOOKUP_WIRE_H

#include "query.h"

#define KJ_WIRE_CNAMES_MAX  16  /* hops of a chain */
#define KJ_WIRE_RECORDS_MAX 512 /* records of the type asked */

/*
 * kj_wire_parse - a reply with NOERROR or NXDOMAIN, which fits the query (query.h), to an answer
 *
 * CNAMEs are followed within the answer section. The TTL is the least along the chain; for a negative answer that
 * of RFC 2308 section 5, 0 if the reply has no SOA record. Names of the answer are in lower case without final
 * dot; bytes that are no printable ASCII, and dots and backslashes within a label, are written as \DDD (RFC 1035
 * section 5.1).
 *
 * Gives:  *ret_answer (KJ_DNS_FOUND, _NODATA or _NXDOMAIN) with one reference.
 * Errors: -KJ_EINVAL: malformed, a CNAME loop, records together with NXDOMAIN, only records of other names or types,
 *         or a server that did not look, as with a referral: none of it may be taken for "no such record";
 *         -KJ_ELIMIT: too many records; -KJ_ENOMEM.
 */
int kj_wire_parse(
    const struct kj_query *query, const uint8_t *packet, size_t len, struct kj_dns_answer **ret_answer);

#endif
