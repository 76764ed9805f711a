/*
 * spf_way.h - an SPF check and how it came to its result, kept for printing
 *
 * A check tells on the resolver's thread, and what it tells is gone afterwards; this is a copy of it all.
 */
#ifndef KJ_CTL_SPF_WAY_H
#define KJ_CTL_SPF_WAY_H

#include "kanjiki/spf.h"

struct kj_arena;
struct kj_clock;
struct kj_resolver;

struct kj_spf_way {
	struct kj_arena *arena;
	struct kj_spf_outcome outcome;
	struct kj_spf_event *events; /* in their order */
	unsigned count, size;
	int64_t took_ms;
	bool incomplete; /* memory ran out while it was noted */
};

/*
 * kj_spf_way_walk - make a check, and wait for it
 *
 * Takes:  request; its deadline and observer are set here.
 * Gives:  *way, whose strings live until kj_spf_way_free().
 * Errors: -KJ_ENOMEM; there is nothing to print or to free then.
 */
int kj_spf_way_walk(struct kj_resolver *resolver, const struct kj_clock *clock,
    const struct kj_spf_request *request, struct kj_spf_way *way);
void kj_spf_way_free(struct kj_spf_way *way);

/* kj_spf_print, _json - to standard output, for people and (one object on a line) for programs. -KJ_ELIMIT if the object
 * became too long. */
void kj_spf_print(const struct kj_spf_request *request, const struct kj_spf_way *way);
int kj_spf_print_json(const struct kj_spf_request *request, const struct kj_spf_way *way);

#endif
