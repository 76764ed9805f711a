/*
 * gather.h - several DNS questions at once, one call when all are answered; and what lookups have in common
 */
#ifndef KJ_LOOKUP_GATHER_H
#define KJ_LOOKUP_GATHER_H

#include "kanjiki/question.h"
#include "kanjiki/resolver.h"

#define KJ_GATHER_MAX 16
#define KJ_LOOKUP_ADDRS_MAX                                                                                  \
	64 /* addresses handed on to a check; a list or host with more has nothing more to say */

struct kj_gather_want {
	const char *name;
	enum kj_dns_type type;
};

/* Called once. The answers, in the order of the questions, are borrowed for the call; NULL for a question that
 * could not be asked. */
typedef void kj_gather_done_fn(void *context, const struct kj_dns_answer *const *answers);

/*
 * kj_gather - ask up to KJ_GATHER_MAX questions in parallel
 *
 * Errors:  -KJ_ENOMEM; done is then not called.
 * Threads: safe; done is called before this returns or on the resolver's thread.
 */
int kj_gather(struct kj_resolver *resolver, const struct kj_gather_want *wants, unsigned count,
    int64_t deadline_ms, kj_gather_done_fn *done, void *context);

/* kj_gather_fresh - the same past our own cache (kj_resolver_ask_fresh) */
int kj_gather_fresh(struct kj_resolver *resolver, const struct kj_gather_want *wants, unsigned count,
    int64_t deadline_ms, kj_gather_done_fn *done, void *context);

/* Whom a lookup tells what it found; the answer is borrowed for the call. */
typedef void kj_lookup_done_fn(void *context, const struct kj_answer *answer);

/* A lookup answers one kind of question: done is called exactly once if it returns 0, and not at all if it returns
 * -KJ_ENOMEM. The question is copied as far as it is needed. */
typedef int kj_lookup_fn(struct kj_resolver *resolver, const struct kj_question *question,
    int64_t deadline_ms, kj_lookup_done_fn *done, void *context);

/*
 * kj_lookup_status - what a DNS answer (or NULL) means to a check
 *
 * A name that fits into no packet cannot exist: that is knowledge, KJ_ANSWER_NOT_FOUND.
 */
enum kj_answer_status kj_lookup_status(const struct kj_dns_answer *answer);

/* kj_lookup_either - found if one of them is; not found if both are not; else why that is not known */
enum kj_answer_status kj_lookup_either(enum kj_answer_status a, enum kj_answer_status b);

/*
 * kj_lookup_sort - the first max records of an answer in an order; returns how many there are in out
 *
 * Whatever order a server hands its records out in, the result is the same.
 */
typedef int kj_lookup_compare_fn(const struct kj_dns_record *a, const struct kj_dns_record *b);
unsigned kj_lookup_sort(const struct kj_dns_answer *answer, kj_lookup_compare_fn *compare,
    const struct kj_dns_record **out, unsigned max);

/* kj_lookup_add_addrs - the addresses of an answer behind those in out (KJ_LOOKUP_ADDRS_MAX), up to its end */
void kj_lookup_add_addrs(const struct kj_dns_answer *answer, struct kj_addr *out, unsigned *count);

#endif
