/*
 * hits.h - what the checks found in one mail
 *
 * Threads: one list is used by one thread at a time.
 */
#ifndef KJ_HITS_H
#define KJ_HITS_H

#include <stdbool.h>

struct kj_arena;
struct kj_hits;

struct kj_hit {
	const char *symbol;
	const char *reason; /* for people: the matched text or the answer that decided */
};

/* kj_hits_new - empty, in the arena; NULL when it is full */
struct kj_hits *kj_hits_new(struct kj_arena *arena);

/*
 * kj_hits_add - a symbol hit, once each: a second hit of the same symbol is passed over
 *
 * Takes: symbol, which must outlive the hits; a printf format for the reason. A full arena is remembered
 * (kj_hits_incomplete).
 */
void kj_hits_add(struct kj_hits *hits, const char *symbol, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

unsigned kj_hits_count(const struct kj_hits *hits);
const struct kj_hit *kj_hits_get(const struct kj_hits *hits, unsigned index);
bool kj_hits_incomplete(const struct kj_hits *hits);

/* kj_hits_arena - for a check's own scratch memory */
struct kj_arena *kj_hits_arena(struct kj_hits *hits);

#endif
