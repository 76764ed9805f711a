/*
 * list_probe.h - one round of examining a DNS list
 *
 * Asked past our own cache: the test points of the list (RFC 5782 section 5), a random name below its zone, which nobody can
 * have listed, and a random name elsewhere, for which only a resolver that invents answers has one.
 */
#ifndef KJ_LIST_PROBE_H
#define KJ_LIST_PROBE_H

#include "kanjiki/list_health.h"

struct kj_resolver;

/* The finding is borrowed for the call. Called once, on the resolver's thread or before kj_list_probe() returns. */
typedef void kj_list_probe_fn(void *context, const struct kj_list_finding *finding);

/*
 * kj_list_probe - examine a list
 *
 * Takes:   the list (copied as far as it is needed); below which domain the name elsewhere is to be ("com"); the deadline
 *          in milliseconds of the monotonic clock.
 * Errors:  -KJ_ENOMEM, -KJ_EIO (no random numbers); done is then not called.
 * Threads: safe.
 * Source:  RFC 5782 section 5.
 */
int kj_list_probe(struct kj_resolver *resolver, const struct kj_dnsbl *list, const char *elsewhere,
    int64_t deadline_ms, kj_list_probe_fn *done, void *context);

#endif
