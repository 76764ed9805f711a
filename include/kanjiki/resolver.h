/*
 * resolver.h - the one asynchronous DNS resolver
 *
 * A question's way: kj_resolver_ask() looks into the cache; an answer there is handed over at once. Else, if
 * the same question is already in flight, the asker joins it; if not, it goes out over one of several
 * connected UDP sockets under a random id, is asked again with back-off and then of the next server, over TCP if
 * the answer was truncated, and the answer - or the lack of one - is cached and handed to everyone who waits.
 * One thread does all of this. It is a stub resolver: it wants a recursive server behind it.
 *
 * Names are in text form as in name.h (normalised; underscores and other odd bytes allowed).
 */
#ifndef KJ_RESOLVER_H
#define KJ_RESOLVER_H

#include <stddef.h>
#include <stdint.h>

#include "kanjiki/addr.h"
#include "kanjiki/err.h"

struct kj_clock;
struct kj_resolver;

/* The record types of RFC 1035, 3596 that mail needs. */
enum kj_dns_type {
	KJ_DNS_A = 1,
	KJ_DNS_NS = 2,
	KJ_DNS_CNAME = 5,
	KJ_DNS_SOA = 6,
	KJ_DNS_PTR = 12,
	KJ_DNS_MX = 15,
	KJ_DNS_TXT = 16,
	KJ_DNS_AAAA = 28,
};

/* kj_dns_type_name - "MX", as in a zone file; static. Threads: any. */
const char *kj_dns_type_name(enum kj_dns_type type);

enum kj_dns_status {
	KJ_DNS_FOUND,	 /* at least one record of the type */
	KJ_DNS_NODATA,	 /* the name exists, the type does not */
	KJ_DNS_NXDOMAIN, /* there is no such name */
	KJ_DNS_TIMEOUT,	 /* no server answered in time */
	KJ_DNS_SERVFAIL, /* servers answered, but with an error or nonsense */
	KJ_DNS_BADNAME,	 /* cannot be put into a packet; never sent */
};

struct kj_dns_record {
	struct kj_addr addr;  /* A, AAAA */
	const char *name;     /* NS, CNAME, PTR, MX, SOA's MNAME: lower case, no final dot; "" is the root */
	const char *text;     /* TXT: its strings joined (RFC 7208 section 3.3), NUL-terminated; may hold NULs */
	size_t text_len;
	uint16_t preference;  /* MX */
	const char *rname;    /* SOA */
};

/* Immutable; shared between the cache and every asker by reference count. */
struct kj_dns_answer {
	enum kj_dns_status status;
	enum kj_dns_type type;
	uint32_t ttl_s;
	unsigned count;
	const struct kj_dns_record *records; /* of `type` only, CNAMEs already followed */
};

struct kj_dns_answer *kj_dns_answer_ref(const struct kj_dns_answer *answer);
void kj_dns_answer_unref(const struct kj_dns_answer *answer); /* NULL is allowed */

struct kj_resolver_config {
	const char *const *servers; /* "192.0.2.53", "192.0.2.53:5353", "[2001:db8::53]:53"; first is preferred */
	unsigned server_count;	    /* at most 8. 0: the nameservers of /etc/resolv.conf, else 127.0.0.1 */
	uint32_t retry_ms;	    /* first wait before asking again; doubles each time. Default 300 */
	uint32_t attempts;	    /* UDP attempts in all, over all servers. Default 5 */
	uint32_t in_flight_max;	    /* questions put on the wire within 50 ms; the rest queue. Default 256 */
	uint32_t queue_max;	    /* that may wait for their turn or a slow answer. Default 262144 */
	uint32_t cache_max;	    /* answers kept. Default 32768 */
	uint32_t cache_bytes_max;   /* memory for them. Default 16 MiB */
	uint32_t ttl_max_s;	    /* positive answers are kept no longer. Default 86400 */
	uint32_t negative_ttl_max_s; /* negative ones (RFC 2308). Default 3600 */
	uint32_t failure_ttl_s;	    /* timeouts and SERVFAIL (RFC 9520: at least 1). Default 5 */
};

/* A value of 0 in the configuration stands for the default. */

struct kj_resolver_stats {
	uint64_t asked, cache_hits, joined, sent, retries, tcp, timeouts, servfails, rejected_packets;
	uint64_t guessed; /* questions whose id somebody tried to guess: RFC 5452 section 9.3 */
	uint32_t in_flight, queued, cached;
};

/*
 * kj_resolver_new - start a resolver with its thread
 *
 * The thread blocks all signals. Takes: config (copied), clock (must outlive it).
 * Errors: -KJ_EINVAL with the reason (a server that is no address), -KJ_ENOMEM, -KJ_EIO.
 */
int kj_resolver_new(const struct kj_resolver_config *config, const struct kj_clock *clock,
    struct kj_resolver **ret_resolver, struct kj_reason *reason);

/* kj_resolver_free - answer all that is open with KJ_DNS_TIMEOUT, stop the thread, free. NULL is allowed. Not
 * to be called from a callback. */
void kj_resolver_free(struct kj_resolver *resolver);

/*
 * The answer is borrowed for the call: take a reference to keep it. Called exactly once for each successful
 * kj_resolver_ask(), either before that returns (answer in the cache, or a bad name) or later on the resolver's
 * thread. It must not block; it may ask again.
 */
typedef void kj_dns_done_fn(void *context, const struct kj_dns_answer *answer);

/*
 * kj_resolver_ask - put one question to the resolver
 *
 * Returns at once.
 * Takes:   name (copied), a type, the deadline in milliseconds of the monotonic clock, who to tell.
 * Errors:  -KJ_ENOMEM, -KJ_EBUSY (queue full), -KJ_ECLOSED, -KJ_EINVAL (no type of the above); done is then not
 *          called.
 *          A timeout is no error: its status is KJ_DNS_TIMEOUT.
 * Threads: safe, also from callbacks.
 */
int kj_resolver_ask(struct kj_resolver *resolver, const char *name, enum kj_dns_type type, int64_t deadline_ms,
    kj_dns_done_fn *done, void *context);

/* kj_resolver_ask_fresh - the same past our own cache, which takes the answer all the same: for finding out how a server
 * is now. What its own cache says is up to it. */
int kj_resolver_ask_fresh(struct kj_resolver *resolver, const char *name, enum kj_dns_type type, int64_t deadline_ms,
    kj_dns_done_fn *done, void *context);

/* kj_resolver_stats - a snapshot of the counters. Threads: safe. */
void kj_resolver_stats(struct kj_resolver *resolver, struct kj_resolver_stats *ret_stats);

#endif
