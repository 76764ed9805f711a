/*
 * cache.h - answers by name and type until their time is over
 *
 * Bounded by number and by memory: the answer that was not asked for the longest goes first. The hash is keyed, so
 * that nobody can choose names that collide.
 *
 * Threads: one cache is used by one thread at a time (the resolver's lock sees to it).
 */
#ifndef KJ_LOOKUP_CACHE_H
#define KJ_LOOKUP_CACHE_H

#include "query.h"

struct kj_cache;

/* kj_cache_new - an empty cache; NULL when out of memory */
struct kj_cache *kj_cache_new(uint32_t count_max, size_t bytes_max);
void kj_cache_free(struct kj_cache *cache);

/* kj_cache_get - the answer, borrowed until the next call; NULL if there is none or its time is over. Takes the
 * hash of the query (kj_hash()), and the time in milliseconds. */
const struct kj_dns_answer *kj_cache_get(
    struct kj_cache *cache, const struct kj_query *query, uint64_t hash, int64_t now_ms);

/* kj_cache_put - keep a reference to the answer, in place of an older one, until expires_ms. Out of memory, it is
 * not kept: a cache may forget. */
void kj_cache_put(struct kj_cache *cache, const struct kj_query *query, uint64_t hash,
    const struct kj_dns_answer *answer, int64_t expires_ms);

uint32_t kj_cache_count(const struct kj_cache *cache);

#endif
