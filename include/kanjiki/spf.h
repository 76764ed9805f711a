/*
 * spf.h - SPF: may this address send for this domain? (RFC 7208)
 *
 * libspf2 evaluates, but never on a stranger's record as it came: every record is parsed strictly by our own
 * grammar first, macros and `exp=` are expanded by us, all limits of RFC 7208 section 4.6.4 are counted by us over
 * the whole check, and only canonical, bounded terms reach the library. No record may crash or mislead it.
 *
 * The check is asynchronous: it runs until an answer is missing, asks for it, and runs again from the start
 * when the answer is there (about 10 us a run; every answer is kept for the length of the check).
 */
#ifndef KJ_SPF_H
#define KJ_SPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/addr.h"
#include "kanjiki/question.h"
#include "kanjiki/resolver.h"

/*
 * One question to the DNS on the way to a result, for people. The strings are borrowed for the call; strangers wrote
 * them.
 */
struct kj_spf_event {
	const char *name; /* what was asked for; "" is a name that no packet can hold */
	enum kj_dns_type type;
	const struct kj_dns_answer *answer;
	const char *term; /* who asked, as published: "include:_spf.example.jp"; NULL: the check itself */
	size_t term_len;
	const char *domain; /* whose record the term stands in */
	unsigned depth;	    /* how many terms lead here: 0 for the first record, 1 for what its terms ask, ... */
	unsigned counted;   /* the which of the ten DNS terms it is (RFC 7208 section 4.6.4); 0: it counts as none */
	bool is_void;	    /* counts as a lookup that led to nothing */
	bool is_record;	    /* asks for an SPF record */
};

typedef void kj_spf_observe_fn(void *context, const struct kj_spf_event *event);

struct kj_spf_request {
	struct kj_addr client;
	const char *sender; /* envelope sender; "" or one without '@' checks postmaster@HELO (section 2.4) */
	const char *helo;
	const char *receiver;	 /* our host name, for %{r}; NULL is "unknown" */
	int64_t deadline_ms;	 /* monotonic; afterwards the result is temperror */
	/* NULL, or who is told of each question that the result rests on, in order, right before done is called and
	 * with the same context. */
	kj_spf_observe_fn *observe;
};

struct kj_spf_outcome {
	enum kj_spf_result result;
	const char *domain;	 /* the checked domain, normalised; "" if there is none to check */
	const char *reason;	 /* what decided: mechanism and domain, or the error; never NULL */
	const char *explanation; /* text of exp=, for a fail; NULL if there is none */
	unsigned lookups;	 /* DNS terms counted against the limit of 10 */
	const char *record;	 /* the checked domain's record as published; NULL if none could be read */
	struct kj_spf_breadth breadth;
};

/* Called exactly once; the outcome is borrowed for the call. */
typedef void kj_spf_done_fn(void *context, const struct kj_spf_outcome *outcome);

/*
 * kj_spf_check - begin check_host() (RFC 7208 section 4)
 *
 * Takes:   request (copied), whom to tell: before it returns (all in the cache) or later on the resolver's
 *          thread.
 * Errors:  -KJ_ENOMEM; done is then not called. Everything else is a result.
 * Threads: safe.
 */
int kj_spf_check(struct kj_resolver *resolver, const struct kj_spf_request *request, kj_spf_done_fn *done,
    void *context);

#endif
