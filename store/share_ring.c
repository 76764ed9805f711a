/*
 * share_ring.c - a ring of bytes and a ring of entries beside it
 */
#include "share_ring.h"

#include "kanjiki/err.h"

int kj_ring_init(struct kj_ring *ring)
{
	ring->first = ring->next = 0;
	ring->at = 0;
	ring->bytes = malloc(KJ_RING_BYTES);
	ring->entries = malloc(KJ_RING_ENTRIES * sizeof *ring->entries);
	return ring->bytes && ring->entries ? 0 : -KJ_ENOMEM;
}

void kj_ring_free(struct kj_ring *ring)
{
	free(ring->bytes);
	free(ring->entries);
}

static struct kj_ring_entry *entry(const struct kj_ring *ring, uint64_t number)
{
	return &ring->entries[number % KJ_RING_ENTRIES];
}

/* Let go of the oldest ones as long as they lie anywhere in [from, to). */
static void make_room(struct kj_ring *ring, size_t from, size_t to)
{
	while (ring->first < ring->next) {
		const struct kj_ring_entry *oldest = entry(ring, ring->first);

		if (oldest->at >= to || oldest->at + oldest->len <= from)
			return;
		ring->first++;
	}
}

void kj_ring_put(struct kj_ring *ring, const struct kj_told *told)
{
	if (ring->next - ring->first == KJ_RING_ENTRIES)
		ring->first++;
	if (ring->at + told->len > KJ_RING_BYTES) {
		/* None lies across the end: what is behind goes first, for it is older than what is at the
		 * beginning. */
		make_room(ring, ring->at, KJ_RING_BYTES);
		ring->at = 0;
	}
	make_room(ring, ring->at, ring->at + told->len);
	*entry(ring, ring->next++) =
	    (struct kj_ring_entry){told->domain, told->since_s, told->time_s, (uint32_t)ring->at, (uint32_t)told->len};
	memcpy(ring->bytes + ring->at, told->data, told->len);
	ring->at += told->len;
}

void kj_ring_get(const struct kj_ring *ring, uint64_t number, struct kj_told *ret_told)
{
	const struct kj_ring_entry *from = entry(ring, number);

	ret_told->domain = from->domain;
	ret_told->since_s = from->since_s;
	ret_told->time_s = from->time_s;
	ret_told->len = from->len;
	memcpy(ret_told->data, ring->bytes + from->at, from->len);
}
