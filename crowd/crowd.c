/*
 * crowd.c - the memory's pools, and the clusters that a mail belongs to
 */
#include "memory.h"

#include <sys/mman.h>

#include "kanjiki/arena.h"
#include "kanjiki/err.h"

/* Of the bytes, in percent; the rest is for clusters. */
#define SINGLES_SHARE 34
#define RECORDS_SHARE 26
#define KEPT_SHARE    6
#define COUNTS_SHARE  10

#define KNOWN_SHARE 5 /* a cluster of which a fifth is known is far from any campaign: its members are not copied */

/* --- The pools */

static uint32_t power_of_two(uint32_t least)
{
	uint32_t power = 64;

	while (power < least)
		power *= 2;
	return power;
}

/* Hand out the next `bytes` of the area, or only count them while there is none. */
static void *cut(struct kj_crowd *crowd, size_t *at, size_t bytes)
{
	void *out = crowd->area ? (char *)crowd->area + *at : NULL;

	*at += (bytes + 63) / 64 * 64;
	return out;
}

static size_t lay_out(struct kj_crowd *crowd)
{
	size_t at = 0;

	crowd->records = cut(crowd, &at, crowd->record_max * sizeof *crowd->records);
	crowd->kept = cut(crowd, &at, crowd->kept_max * sizeof *crowd->kept);
	crowd->singles = cut(crowd, &at, crowd->single_max * sizeof *crowd->singles);
	crowd->single_heads = cut(crowd, &at, (crowd->single_heads_mask + 1) * sizeof *crowd->single_heads);
	crowd->clusters = cut(crowd, &at, crowd->cluster_max * sizeof *crowd->clusters);
	crowd->cluster_heads = cut(crowd, &at, (crowd->cluster_heads_mask + 1) * sizeof *crowd->cluster_heads);
	crowd->counts = cut(crowd, &at, crowd->counts_max * sizeof *crowd->counts);
	crowd->counts_owner = cut(crowd, &at, crowd->counts_max * sizeof *crowd->counts_owner);
	return at;
}

static void measure(struct kj_crowd *crowd, size_t bytes)
{
	uint32_t rest;

	crowd->record_max = (uint32_t)(bytes * RECORDS_SHARE / 100 / sizeof(struct record));
	crowd->kept_max = (uint32_t)(bytes * KEPT_SHARE / 100 / sizeof(struct record));
	/* Heads are a power of two, between two and four thirds of the singles: what is looked for is rarely behind
	 * others. */
	crowd->single_max = (uint32_t)(bytes * SINGLES_SHARE / 100 / (sizeof(struct single) + sizeof(uint32_t)));
	crowd->single_heads_mask = power_of_two(crowd->single_max / 3 * 2) - 1;
	crowd->counts_max = (uint32_t)(bytes * COUNTS_SHARE / 100 / sizeof(struct counts)) + 1;
	crowd->cluster_heads_mask = power_of_two((uint32_t)(bytes / 2048)) - 1;
	crowd->cluster_max = 0;
	rest = (uint32_t)((bytes - lay_out(crowd)) / sizeof(struct cluster));
	for (int i = 0; i < KJ_SIGNALS; i++) {
		crowd->lists[i].max = (uint32_t)((uint64_t)rest * kj_signals[i].share / 100);
		crowd->lists[i].oldest = crowd->lists[i].newest = NONE;
		crowd->stats.signals[i].clusters_max = crowd->lists[i].max;
		crowd->cluster_max += crowd->lists[i].max;
	}
	crowd->area_bytes = lay_out(crowd);
}

int kj_crowd_new(size_t bytes, const struct kj_hash_key *key, struct kj_crowd **ret_crowd)
{
	struct kj_crowd *crowd = calloc(1, sizeof *crowd);

	if (!crowd)
		return -KJ_ENOMEM;
	crowd->key = *key;
	measure(crowd, bytes < KJ_CROWD_BYTES_MIN ? KJ_CROWD_BYTES_MIN : bytes);
	crowd->area = mmap(NULL, crowd->area_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (crowd->area == MAP_FAILED) {
		free(crowd);
		return -KJ_ENOMEM;
	}
	lay_out(crowd);
	pthread_mutex_init(&crowd->lock, NULL);
	crowd->record_next = crowd->kept_next = 1;
	memset(crowd->single_heads, 0xff, (crowd->single_heads_mask + 1) * sizeof *crowd->single_heads);
	memset(crowd->cluster_heads, 0xff, (crowd->cluster_heads_mask + 1) * sizeof *crowd->cluster_heads);
	memset(crowd->counts_owner, 0xff, crowd->counts_max * sizeof *crowd->counts_owner);
	crowd->cluster_free = NONE;
	*ret_crowd = crowd;
	return 0;
}

void kj_crowd_free(struct kj_crowd *crowd)
{
	if (!crowd)
		return;
	munmap(crowd->area, crowd->area_bytes);
	pthread_mutex_destroy(&crowd->lock);
	free(crowd);
}

void kj_crowd_stats(struct kj_crowd *crowd, struct kj_crowd_stats *ret_stats)
{
	uint32_t clusters = 0, counts = 0;

	pthread_mutex_lock(&crowd->lock);
	*ret_stats = crowd->stats;
	for (int i = 0; i < KJ_SIGNALS; i++) {
		ret_stats->signals[i].clusters = crowd->lists[i].count;
		clusters += crowd->lists[i].count;
	}
	for (uint32_t i = 0; i < crowd->counts_max; i++)
		counts += crowd->counts_owner[i] != NONE;
	ret_stats->singles = crowd->single_count;
	ret_stats->singles_max = crowd->single_max;
	ret_stats->bytes_max = crowd->area_bytes;
#define FILLED(next, max) ((uint64_t)((next)-1 < (max) ? (next)-1 : (max)) * sizeof(struct record))
	ret_stats->bytes = FILLED(crowd->record_next, crowd->record_max) + FILLED(crowd->kept_next, crowd->kept_max) +
	                   (uint64_t)crowd->single_count * sizeof(struct single) +
	                   (uint64_t)clusters * sizeof(struct cluster) + (uint64_t)counts * sizeof(struct counts) +
	                   ((uint64_t)crowd->single_heads_mask + crowd->cluster_heads_mask + 2) * sizeof(uint32_t);
#undef FILLED
	pthread_mutex_unlock(&crowd->lock);
}

/* --- Looking */

/* Only what may lead to a hit is shown with its members. */
static int look_into(struct kj_crowd *crowd, uint32_t index, const struct member *with, struct kj_arena *arena,
    struct kj_cluster *ret_cluster)
{
	const struct cluster *cluster = &crowd->clusters[index];

	members_count(crowd, cluster, with->time_s, with, ret_cluster);
	if (ret_cluster->domains < DOMAINS_MIN || ret_cluster->known * KNOWN_SHARE > ret_cluster->domains)
		return 0;
	return members_show(crowd, cluster, with->time_s, arena, ret_cluster);
}

static int look(struct kj_crowd *crowd, const struct kj_sighting *sighting, struct kj_arena *arena,
    struct kj_cluster *clusters, unsigned *count)
{
	struct member with = members_of_sighting(crowd, sighting, 0, 0);
	int rc = 0;

	for (unsigned i = 0; i <= sighting->key_count && rc == 0; i++) {
		const struct kj_sighting_key *key = &sighting->keys[i];
		uint32_t index;

		if (i == sighting->key_count) {
			index = alike_find(crowd, sighting).cluster;
			with.name = 0;
		} else {
			index = clusters_find(crowd, key->signal, key->key);
			with.name = key->name;
		}
		if (index == NONE)
			continue;
		rc = look_into(crowd, index, &with, arena, &clusters[*count]);
		*count += clusters[*count].domains > 1;
	}
	return rc;
}

static int by_signal(const void *a, const void *b)
{
	const struct kj_cluster *one = a, *two = b;

	return (int)one->signal - (int)two->signal;
}

int kj_crowd_look(struct kj_crowd *crowd, const struct kj_sighting *sighting, struct kj_arena *arena,
    const struct kj_cluster **ret_clusters, unsigned *ret_count)
{
	struct kj_cluster *clusters = kj_arena_array(arena, sighting->key_count + 1, sizeof *clusters);
	unsigned count = 0;
	int rc;

	if (!clusters)
		return -KJ_ENOMEM;
	pthread_mutex_lock(&crowd->lock);
	rc = look(crowd, sighting, arena, clusters, &count);
	pthread_mutex_unlock(&crowd->lock);
	if (rc < 0)
		return rc;
	qsort(clusters, count, sizeof *clusters, by_signal);
	*ret_clusters = clusters;
	*ret_count = count;
	return 0;
}
