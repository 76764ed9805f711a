/*
 * dnsbl.h - a DNS list as configured (RFC 5782)
 *
 * Plain data; `conf/` fills it from dnsbl blocks, `scoring/` asks and judges by it, `lookup/` watches the list by it.
 */
#ifndef KJ_DNSBL_H
#define KJ_DNSBL_H

#include <stdbool.h>

#include "kanjiki/question.h"

/* What a list is asked about. A list may be asked about several things. */
enum kj_list_asks {
	KJ_LIST_CLIENT = 1 << 0,     /* the client's address */
	KJ_LIST_SENDER = 1 << 1,     /* the envelope sender's domain, and the org domain of From */
	KJ_LIST_HELO = 1 << 2,       /* the name in HELO */
	KJ_LIST_URL = 1 << 3,        /* the hosts that the mail names */
	KJ_LIST_EMAIL_HASH = 1 << 4, /* the addresses of envelope sender, From and Reply-To, hashed */
};

enum kj_list_hash {
	KJ_LIST_SHA1, /* in hexadecimal digits */
	KJ_LIST_SHA256,
	KJ_LIST_SHA1_BASE32, /* RFC 4648 section 6, without "=" */
	KJ_LIST_SHA256_BASE32,
};

struct kj_dnsbl_code {
	struct kj_code_range range;
	const char *symbol; /* weighs what the weights say of it */
};

struct kj_dnsbl {
	const char *zone;       /* normalised: "zen.spamhaus.org"; without the key */
	const char *query_zone; /* what is asked below: zone, or "KEY.zone". Never shown to anybody. */
	const char *label;      /* its name in evidence and log; the zone unless the block says otherwise */
	unsigned asks;          /* enum kj_list_asks */
	bool ipv4, ipv6; /* address families the list knows, of clients and of hosts that are addresses */
	bool by_host;    /* names are asked for as they are; false: their org domain */
	bool allow;      /* it speaks for a mail: its symbols score 0 or less */
	enum kj_list_hash hash;
	uint32_t timeout_ms; /* 0: the mail's own deadline */
	const struct kj_dnsbl_code
	    *codes; /* first match per code wins; a code without a row scores nothing */
	unsigned code_count;
	const struct kj_code_range *blocked; /* codes by which the list refuses us */
	unsigned blocked_count;
	/* Names in front of the zone by which its health is told (RFC 5782 section 5): these are listed, these are not. */
	const char *const *listed, *const *unlisted;
	unsigned listed_count, unlisted_count;
};

#define KJ_LIST_TESTS_MAX 4 /* listed, and as many unlisted */

#endif
