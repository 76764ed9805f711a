/*
 * crowd.h - the memory of the recent traffic: which mails belong together
 *
 * Bounded by the bytes it was made with: everything lies in pools that are reserved at once (and cost memory only as
 * they fill). A key seen once costs 24 bytes; when a second sender domain comes with it, it becomes a cluster, which
 * counts exactly up to 16 members, and estimates beyond (HyperLogLog). What is not seen again falls out first.
 *
 * Threads: all calls are safe; each holds the memory's lock for some microseconds.
 */
#ifndef KJ_CROWD_H
#define KJ_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/cluster.h"
#include "kanjiki/sighting.h"

struct kj_arena;
struct kj_crowd;

#define KJ_CROWD_BYTES_MIN ((size_t)1 << 20)

/* kj_crowd_new - an empty memory of at most so many bytes (KJ_CROWD_BYTES_MIN at least), which tells domains and
 * clients apart by hashes with a key that strangers must not know; -KJ_ENOMEM */
int kj_crowd_new(size_t bytes, const struct kj_hash_key *key, struct kj_crowd **ret_crowd);
void kj_crowd_free(struct kj_crowd *crowd); /* NULL is allowed */

/*
 * kj_crowd_look - the clusters that a mail belongs to, as they would be with it
 *
 * Changes nothing. At most one cluster for each signal but KJ_SIGNAL_WALLET, and none that has only the mail's own
 * domain. Members are given only where they may interest somebody: three domains at least, and less than a fifth of
 * them known.
 * Gives:  *ret_clusters in the arena, by signal, and how many. Errors: -KJ_ENOMEM.
 */
int kj_crowd_look(struct kj_crowd *crowd, const struct kj_sighting *sighting, struct kj_arena *arena,
    const struct kj_cluster **ret_clusters, unsigned *ret_count);

/* kj_crowd_add - take the mail in; false if it was in already (a retry, or told twice), and nothing changed */
bool kj_crowd_add(struct kj_crowd *crowd, const struct kj_sighting *sighting);

/*
 * kj_crowd_list - the live clusters of a signal (KJ_SIGNALS: of all) with at least three domains, biggest first
 *
 * Takes: now_s; max, the most that are given; an arena. by_speed: fastest first. Gives and errors like kj_crowd_look().
 */
int kj_crowd_list(struct kj_crowd *crowd, enum kj_signal signal, int64_t now_s, bool by_speed, unsigned max,
    struct kj_arena *arena, const struct kj_cluster **ret_clusters, unsigned *ret_count);

/* kj_crowd_find - one cluster; -KJ_ENOENT, -KJ_ENOMEM */
int kj_crowd_find(struct kj_crowd *crowd, enum kj_signal signal, uint64_t id, int64_t now_s, struct kj_arena *arena,
    const struct kj_cluster **ret_cluster);

struct kj_crowd_stats {
	uint64_t mails, repeated;  /* taken in; passed over, for they were in already */
	uint64_t bytes_max, bytes; /* reserved; in use */
	uint32_t singles, singles_max; /* keys seen once */
	uint64_t singles_evicted; /* pushed out before they were seen again, and before their window was over */
	struct {
		uint32_t clusters, clusters_max;
		uint64_t evicted; /* pushed out while members were within the window */
	} signals[KJ_SIGNALS];
};
void kj_crowd_stats(struct kj_crowd *crowd, struct kj_crowd_stats *ret_stats);

/*
 * kj_crowd_save - write all of it, piece by piece; kj_crowd_load - read it into an empty memory of any size
 *
 * Takes:  write(), which is called without the lock held, and may fail with a negative code that is handed on; data
 *         that kj_crowd_save() wrote, pieces joined (it is checked: a damaged file is no crash).
 * Errors: -KJ_ENOMEM, -KJ_EINVAL (nothing, or a part, was loaded: the rest could not be read).
 */
int kj_crowd_save(struct kj_crowd *crowd, int (*write)(void *context, const void *data, size_t len), void *context);
int kj_crowd_load(struct kj_crowd *crowd, const void *data, size_t len);

#endif
