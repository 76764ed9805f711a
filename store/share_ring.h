/*
 * share_ring.h - the newest sightings of this host, in the order in which they came
 *
 * They have numbers that only grow. What was told stays until newer ones need its room, for a Redis that lost its
 * data is told again. At most 65,536 of them, and 16 MiB. Threads: the caller locks.
 */
#ifndef KJ_SHARE_RING_H
#define KJ_SHARE_RING_H

#include <stddef.h>
#include <stdint.h>

#include "kanjiki/sighting.h"

#define KJ_RING_ENTRIES 65536U
#define KJ_RING_BYTES	((size_t)13 << 20) /* and the entries' 3 MiB */

/* A sighting as it is told. */
struct kj_told {
	uint64_t domain; /* hash; 0: there is none */
	int64_t since_s; /* when it was first seen */
	int64_t time_s;
	size_t len;
	uint8_t data[KJ_SIGHTING_BYTES]; /* encoded */
};

struct kj_ring_entry {
	uint64_t domain;
	int64_t since_s, time_s;
	uint32_t at, len;
};

struct kj_ring {
	uint64_t first, next; /* numbers: the oldest, and that of the next to come */
	size_t at;
	uint8_t *bytes;
	struct kj_ring_entry *entries;
};

/* kj_ring_init - reserves; memory is used as it fills. -KJ_ENOMEM. kj_ring_free - also of one that is all zeros */
int kj_ring_init(struct kj_ring *ring);
void kj_ring_free(struct kj_ring *ring);

void kj_ring_put(struct kj_ring *ring, const struct kj_told *told);

/* kj_ring_get - the one with this number, which must be there */
void kj_ring_get(const struct kj_ring *ring, uint64_t number, struct kj_told *ret_told);

#endif
