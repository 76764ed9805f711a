/*
 * dnsbl.h - a DNS list as configured (RFC 5782)
 *
 * Plain data; `conf/` fills it from dnsbl blocks, scoring/check_dnsbl reads it.
 */
#ifndef KJ_DNSBL_H
#define KJ_DNSBL_H

#include <stdbool.h>

#include "kanjiki/question.h"

struct kj_dnsbl_code {
	struct kj_code_range range;
	const char *symbol; /* weighs what the weights say of it */
};

struct kj_dnsbl {
	const char *zone;  /* normalised: "zen.spamhaus.org" */
	const char *label; /* its name in evidence and log; the zone unless the block says otherwise */
	bool ipv4, ipv6;   /* address families the list knows */
	const struct kj_dnsbl_code *codes; /* first match per code wins; a code without a row scores nothing */
	unsigned code_count;
	const struct kj_code_range *blocked; /* codes by which the list refuses us */
	unsigned blocked_count;
};

#endif
