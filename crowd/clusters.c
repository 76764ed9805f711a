/*
 * clusters.c - the pool of clusters: a hash over all, and a list by last sight for each signal
 */
#include "memory.h"

static uint32_t *head_of(const struct kj_crowd *crowd, unsigned signal, uint64_t key)
{
	return &crowd->cluster_heads[(uint32_t)(single_key(signal, key) >> 20) & crowd->cluster_heads_mask];
}

uint32_t clusters_find(const struct kj_crowd *crowd, enum kj_signal signal, uint64_t key)
{
	uint32_t at = *head_of(crowd, signal, key);

	while (at != NONE && (crowd->clusters[at].key != key || crowd->clusters[at].signal != signal))
		at = crowd->clusters[at].next;
	return at;
}

static void list_remove(struct kj_crowd *crowd, uint32_t index)
{
	struct cluster *cluster = &crowd->clusters[index];

	if (cluster->older != NONE)
		crowd->clusters[cluster->older].newer = cluster->newer;
	else
		crowd->lists[cluster->signal].oldest = cluster->newer;
	if (cluster->newer != NONE)
		crowd->clusters[cluster->newer].older = cluster->older;
	else
		crowd->lists[cluster->signal].newest = cluster->older;
}

static void list_append(struct kj_crowd *crowd, uint32_t index)
{
	struct cluster *cluster = &crowd->clusters[index];

	cluster->newer = NONE;
	cluster->older = crowd->lists[cluster->signal].newest;
	if (cluster->older != NONE)
		crowd->clusters[cluster->older].newer = index;
	else
		crowd->lists[cluster->signal].oldest = index;
	crowd->lists[cluster->signal].newest = index;
}

void clusters_touch(struct kj_crowd *crowd, uint32_t index)
{
	if (crowd->clusters[index].newer == NONE)
		return;
	list_remove(crowd, index);
	list_append(crowd, index);
}

void clusters_drop(struct kj_crowd *crowd, uint32_t index)
{
	struct cluster *cluster = &crowd->clusters[index];
	uint32_t *link = head_of(crowd, cluster->signal, cluster->key);

	while (*link != index)
		link = &crowd->clusters[*link].next;
	*link = cluster->next;
	list_remove(crowd, index);
	crowd->lists[cluster->signal].count--;
	if (cluster->counts != NONE)
		crowd->counts_owner[cluster->counts] = NONE;
	*cluster = (struct cluster){.next = crowd->cluster_free};
	crowd->cluster_free = index;
}

/* Of each signal there is a share, and one cluster at least, so that a free one is there once the oldest is gone. */
uint32_t clusters_new(struct kj_crowd *crowd, enum kj_signal signal, uint64_t key, uint32_t now_s)
{
	uint32_t index, *head = head_of(crowd, signal, key), oldest = crowd->lists[signal].oldest;

	if (crowd->lists[signal].count == crowd->lists[signal].max) {
		if (now_s - crowd->clusters[oldest].last_s < kj_signals[signal].window_s)
			crowd->stats.signals[signal].evicted++;
		clusters_drop(crowd, oldest);
	}
	index = crowd->cluster_free;
	if (index != NONE)
		crowd->cluster_free = crowd->clusters[index].next;
	else
		index = crowd->cluster_used++;
	crowd->clusters[index] = (struct cluster){
	    .key = key,
	    .next = *head,
	    .first_s = now_s,
	    .last_s = now_s,
	    .counts = NONE,
	    .signal = (uint8_t)signal,
	    .in_use = 1,
	};
	*head = index;
	crowd->lists[signal].count++;
	list_append(crowd, index);
	return index;
}

void clusters_restore(
    struct kj_crowd *crowd, uint32_t index, const struct cluster *content, const struct counts *counts)
{
	struct cluster *cluster = &crowd->clusters[index], links = *cluster;

	*cluster = *content;
	cluster->next = links.next;
	cluster->older = links.older;
	cluster->newer = links.newer;
	cluster->counts = NONE;
	cluster->in_use = 1;
	if (!counts)
		return;
	members_take_counts(crowd, index);
	crowd->counts[cluster->counts] = *counts;
}
