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

#include <stdint.h>

#include "kanjiki/addr.h"
#include "kanjiki/question.h"

struct kj_resolver;

struct kj_spf_request {
	struct kj_addr client;
	const char *sender; /* envelope sender; "" or one without '@' checks postmaster@HELO (section 2.4) */
	const char *helo;
	const char *receiver;	 /* our host name, for %{r}; NULL is "unknown" */
	int64_t deadline_ms;	 /* monotonic; afterwards the result is temperror */
};

struct kj_spf_outcome {
	enum kj_spf_result result;
	const char *domain;	 /* the checked domain, normalised; "" if there is none to check */
	const char *reason;	 /* what decided: mechanism and domain, or the error; never NULL */
	const char *explanation; /* text of exp=, for a fail; NULL if there is none */
	unsigned lookups;	 /* DNS terms counted against the limit of 10 */
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
