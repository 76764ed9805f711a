/*
 * crowd_journal.h - the memory of the crowd (crowd.h) in the state file
 *
 * What a crash can lose: the sightings of the last 5 seconds, which were not written yet. Now and then the memory is
 * written as a whole, in small transactions, so that no mail waits for it; the journal before it is then dropped.
 * Threads: safe.
 */
#ifndef KJ_CROWD_JOURNAL_H
#define KJ_CROWD_JOURNAL_H

#include <stdint.h>

#include "kanjiki/err.h"
#include "kanjiki/sighting.h"

struct kj_crowd;
struct kj_store;

/* kj_journal_add - one more; written together with others when 256 wait or the first has waited for 5 seconds.
 * -KJ_EIO: what had gathered could not be written, and is dropped. */
int kj_journal_add(
    struct kj_store *store, const struct kj_sighting *sighting, int64_t now_s, struct kj_reason *reason);

/* kj_journal_flush - write what has waited for 5 seconds; call it more often. 1 if something was written, 0 if nothing
 * had waited so long, -KJ_EIO */
int kj_journal_flush(struct kj_store *store, int64_t now_s, struct kj_reason *reason);

/* kj_journal_length - how many sightings it holds, about */
int64_t kj_journal_length(struct kj_store *store);

/* kj_journal_restore - what was written last, into an empty memory. What cannot be read is left out: -KJ_EIO,
 * -KJ_EINVAL (damaged, or of another version), -KJ_ENOMEM with the reason; the memory can be used all the same. */
int kj_journal_restore(struct kj_store *store, struct kj_crowd *crowd, struct kj_reason *reason);

/* kj_journal_snapshot - write the memory as a whole. -KJ_EIO, -KJ_ENOMEM; the last one then stays what it is. */
int kj_journal_snapshot(struct kj_store *store, struct kj_crowd *crowd, struct kj_reason *reason);

/* kj_journal_learn - something from the past, for the daemon to take in; it may be another process. -KJ_EIO */
int kj_journal_learn(struct kj_store *store, const struct kj_sighting *sighting, struct kj_reason *reason);

/* kj_journal_take_learned - take it in, and drop it once it is written; how much there was, or -KJ_EIO. told() gets
 * what was not in the memory yet, with the store's lock held. */
int64_t kj_journal_take_learned(struct kj_store *store, struct kj_crowd *crowd,
    void (*told)(void *context, const struct kj_sighting *sighting), void *context, struct kj_reason *reason);

#endif
