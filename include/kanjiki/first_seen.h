/*
 * first_seen.h - since when a sender domain is known here
 *
 * Kept in memory and written behind by one thread, so that a mail waits for no disk. Threads: safe.
 */
#ifndef KJ_FIRST_SEEN_H
#define KJ_FIRST_SEEN_H

#include <stdint.h>

struct kj_store;

/* kj_first_seen_get - seconds since 1970, 0 if never seen; -KJ_EIO */
int64_t kj_first_seen_get(struct kj_store *store, const char *domain);

/* kj_first_seen_note - it was seen now (org domain, normalised); kept 180 days after it was last seen */
int kj_first_seen_note(struct kj_store *store, const char *domain, int64_t now_s);

#endif
