/*
 * singles.c - keys seen once: a ring that is overwritten from its oldest place on, with a hash over it
 */
#include "memory.h"

static uint32_t *head_of(const struct kj_crowd *crowd, uint64_t key)
{
	return &crowd->single_heads[(uint32_t)(key >> 20) & crowd->single_heads_mask];
}

uint32_t singles_find(const struct kj_crowd *crowd, uint64_t key)
{
	for (uint32_t at = *head_of(crowd, key); at != NONE; at = crowd->singles[at].next)
		if (crowd->singles[at].key == key)
			return at;
	return NONE;
}

void singles_remove(struct kj_crowd *crowd, uint32_t place)
{
	uint32_t *link = head_of(crowd, crowd->singles[place].key);

	while (*link != place)
		link = &crowd->singles[*link].next;
	*link = crowd->singles[place].next;
	crowd->singles[place].key = 0;
	crowd->single_count--;
}

/*
 * Singles have no time. Of each part of the ring it is known when it was begun, which tells whether what is
 * overwritten in the next round would still have counted: for a day at least.
 */
static bool is_early(struct kj_crowd *crowd, uint32_t place)
{
	uint32_t part_len = crowd->single_max / SINGLE_PARTS + 1;
	uint32_t newest = (crowd->record_next - 1) % crowd->record_max, now_s = crowd->records[newest].time_s;

	if (place % part_len == 0) {
		crowd->single_part_s = crowd->single_parts_s[place / part_len];
		crowd->single_parts_s[place / part_len] = now_s;
	}
	return now_s - crowd->single_part_s < kj_signals[KJ_SIGNAL_PREFIX].window_s;
}

void singles_put(struct kj_crowd *crowd, uint64_t key, uint32_t ref, uint32_t name)
{
	uint32_t place = crowd->single_at, *head;
	bool early = is_early(crowd, place);

	if (crowd->singles[place].key) {
		singles_remove(crowd, place);
		crowd->stats.singles_evicted += early;
	}
	crowd->single_at = place + 1 == crowd->single_max ? 0 : place + 1;
	head = head_of(crowd, key);
	crowd->singles[place] = (struct single){key, ref, name, *head};
	*head = place;
	crowd->single_count++;
}

/* Only what is in the older half is moved, so that what is seen all the time does not push out the rest. */
void singles_refresh(struct kj_crowd *crowd, uint32_t place)
{
	uint32_t ahead = (place + crowd->single_max - crowd->single_at) % crowd->single_max;
	struct single single = crowd->singles[place];

	if (ahead >= crowd->single_max / 2)
		return;
	singles_remove(crowd, place);
	singles_put(crowd, single.key, single.ref, single.name);
}
