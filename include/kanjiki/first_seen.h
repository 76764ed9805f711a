/*
 * first_seen.h - since when a sender domain is known here
 *
 * Sightings are gathered and written together, so that a mail rarely waits for the disk. A crash may lose the last
 * few: the domain is then noted at its next mail. Threads: safe.
 */
#ifndef KJ_FIRST_SEEN_H
#define KJ_FIRST_SEEN_H

#include <stdint.h>

#include "kanjiki/err.h"

struct kj_store;

/* kj_first_seen_get - seconds since 1970, 0 if the domain (org domain, normalised) was never seen; -KJ_EIO */
int64_t kj_first_seen_get(struct kj_store *store, const char *domain);

/* kj_first_seen_note - the domain was seen now; -KJ_EIO if the gathered sightings could not be written (they
 * are then dropped) */
int kj_first_seen_note(struct kj_store *store, const char *domain, int64_t now_s, struct kj_reason *reason);

/* kj_first_seen_note_since - the same; and others have known it since then */
int kj_first_seen_note_since(
    struct kj_store *store, const char *domain, int64_t since_s, int64_t now_s, struct kj_reason *reason);

/* kj_first_seen_sweep - write what is gathered, and forget domains last seen 180 days ago */
int kj_first_seen_sweep(struct kj_store *store, int64_t now_s, struct kj_reason *reason);

#endif
