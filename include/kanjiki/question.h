/*
 * question.h - what a check may ask of the world, and what came back
 *
 * The words that `scoring/` and `lookup/` share, so that neither needs the other: a check states a question,
 * `pipeline/` carries it to the resolver (or the store), and the check later reads the answer.
 *
 * Not knowing is a result. Only KJ_ANSWER_FOUND and KJ_ANSWER_NOT_FOUND are knowledge; every other status says
 * why there is none, and must neither raise nor lower a score.
 */
#ifndef KJ_QUESTION_H
#define KJ_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/addr.h"

enum kj_question_kind {
	KJ_ASK_DNSBL,	   /* is `name` listed?            gives addrs (the A records of the listing) */
	KJ_ASK_FCRDNS,	   /* what is `addr` called?       gives fcrdns, names (confirmed ones first) */
	KJ_ASK_ADDRESSES,  /* where is `name`?             gives addrs (A and AAAA, or those of addr's family) */
	KJ_ASK_SPF,	   /* may `addr` use this sender?  gives spf, text, spf_record, breadth */
	KJ_ASK_MX,	   /* where does mail for `name` go?  gives names (best first; "" alone is a null MX) */
	KJ_ASK_MX_HOSTS,   /* and where are those hosts?   gives names, addrs (IPv4, sorted), partial */
	KJ_ASK_NS,	   /* who serves the zone `name`?  gives names (sorted) */
	KJ_ASK_SOA,	   /* who runs the zone `name`?    gives names (RNAME, MNAME) */
	KJ_ASK_FIRST_SEEN, /* since when is `name` known?  gives since_s; answered by the store */
};

enum kj_answer_status {
	KJ_ANSWER_PENDING, /* asked, not answered yet */
	KJ_ANSWER_FOUND,
	KJ_ANSWER_NOT_FOUND,
	KJ_ANSWER_TIMEOUT,  /* nobody answered before the deadline */
	KJ_ANSWER_SERVFAIL, /* a server answered that it cannot (SERVFAIL, REFUSED, nonsense) */
	KJ_ANSWER_BLOCKED,  /* a list refuses to answer us (its error codes) */
	KJ_ANSWER_DISABLED, /* not asked: switched off, or offline */
	KJ_ANSWER_FAILED,   /* our own failure: memory, a cap, the store */
};

/* RFC 8601 section 2.7.3 (iprev): pass, fail, permerror (no PTR). temperror is an answer status here. */
enum kj_fcrdns {
	KJ_FCRDNS_PASS, /* a PTR name leads back to the address */
	KJ_FCRDNS_FAIL, /* PTR names, none leads back */
	KJ_FCRDNS_NONE, /* no PTR */
};

/* RFC 7208 section 2.6. temperror and permerror are results of SPF, so they are here and not statuses. */
enum kj_spf_result {
	KJ_SPF_NONE,
	KJ_SPF_NEUTRAL,
	KJ_SPF_PASS,
	KJ_SPF_FAIL,
	KJ_SPF_SOFTFAIL,
	KJ_SPF_TEMPERROR,
	KJ_SPF_PERMERROR,
};

/*
 * What an SPF record lets pass, as far as the check read it: the terms of the domain's own record, and those of the
 * includes and redirects that were evaluated. All 0 if there is no usable record.
 */
struct kj_spf_breadth {
	bool plus_all;       /* an `all` lets everybody pass */
	uint8_t ip4_percent; /* of all IPv4 addresses, those of ip4 terms, and of a and mx terms with /0 and /1 */
	uint8_t ip6_percent; /* of all IPv6 addresses, likewise */
	/* The ip4 terms of the domain's own record that let pass: how many; in how many /24s they begin; how many are
	 * /29 or smaller and touch no other one. */
	uint32_t ip4_terms, ip4_nets, ip4_isolated;
};

/* Codes first..last (host order) of a DNSBL; with a mask, any address in 127/8 having one of its bits. */
struct kj_code_range {
	uint32_t first, last;
	uint32_t mask;	 /* 0: use the range */
	uint32_t ignore; /* bits of a code that are not looked at before it is held against the range */
};

struct kj_dnsbl;

struct kj_question {
	enum kj_question_kind kind;
	const char *label; /* its name in the evidence: "spf", "rdns", "zen.example" */
	/* DNSBL: whole query name; ADDRESSES, MX, MX_HOSTS, NS, SOA, FIRST_SEEN: the name; normalised (name.h). FCRDNS: what the MTA calls
	 * the client, or NULL: asked for beside the PTR, so that its addresses are there when the PTR is. */
	const char *name;
	struct kj_addr addr; /* FCRDNS, SPF: the client; ADDRESSES: one of the family that is wanted, or none */
	/* SPF: the identity under test. A null sender is "" and makes it the HELO identity (RFC 7208 2.4). */
	const char *sender, *helo;
	/* DNSBL: codes by which the list says that it refuses us, besides the general ones (answers outside
	 * 127.0.0.0/8, and 127.255.255.0/24) */
	const struct kj_code_range *blocked;
	unsigned blocked_count;
	/* DNSBL: what is really asked for, where the zone holds a key; name is then without it. Never shown to anybody. */
	const char *secret_name;
	/* DNSBL: whose question it is, for the list's own record; borrowed, may be NULL */
	const struct kj_dnsbl *list;
	uint32_t timeout_ms; /* an answer that takes longer is none; 0: the mail's own deadline */
};

struct kj_answer {
	enum kj_answer_status status;
	const struct kj_addr *addrs;
	unsigned addr_count;
	const char *const *names;
	unsigned name_count;
	bool partial; /* MX_HOSTS: the addresses of some hosts could not be looked up */
	enum kj_fcrdns fcrdns;
	enum kj_spf_result spf;
	/* SPF: what decided ("-all of example.jp", "too many lookups"). DISABLED: why. NULL if nothing to say. */
	const char *text;
	const char *spf_record; /* SPF: the domain's own record as published; NULL if there is none that can be read */
	struct kj_spf_breadth breadth; /* SPF */
	int64_t since_s;  /* FIRST_SEEN: seconds since 1970 */
	uint32_t ttl_s;	  /* DNSBL, found: how long the resolvers keep the listing */
	uint32_t took_ms; /* from asking to the answer */
	bool cached;	  /* answered while it was being asked, without the network */
};

/* kj_answer_is_known - FOUND or NOT_FOUND */
bool kj_answer_is_known(const struct kj_answer *answer);

/* Names for logs, headers and JSON: "timeout", "pass", ... Never NULL. Threads: safe. */
const char *kj_answer_status_name(enum kj_answer_status status);
const char *kj_fcrdns_name(enum kj_fcrdns result);  /* the iprev words of RFC 8601 */
const char *kj_spf_result_name(enum kj_spf_result); /* the words of RFC 7208 and RFC 8601 */

/* kj_code_in_range - whether the A record `code` (host order) is meant by range */
bool kj_code_in_range(const struct kj_code_range *range, uint32_t code);

#endif
