/*
 * domain_set.h - how many different domains there were
 *
 * Threads: one thread at a time.
 */
#ifndef KJ_CTL_DOMAIN_SET_H
#define KJ_CTL_DOMAIN_SET_H

#include <stdbool.h>
#include <stdint.h>

struct kj_domain_set;

/* kj_domain_set_new - NULL when out of memory, or without random numbers. kj_domain_set_free - NULL is allowed. */
struct kj_domain_set *kj_domain_set_new(void);
void kj_domain_set_free(struct kj_domain_set *set);

/* kj_domain_set_add - the org domain of an address; one without a domain counts as none */
void kj_domain_set_add(struct kj_domain_set *set, const char *address);

/* kj_domain_set_count - *ret_full if there may be more, for no more could be told apart */
uint64_t kj_domain_set_count(const struct kj_domain_set *set, bool *ret_full);

#endif
