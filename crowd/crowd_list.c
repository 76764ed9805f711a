/*
 * crowd_list.c - clusters for people
 */
#include "memory.h"

#include "kanjiki/arena.h"
#include "kanjiki/err.h"

#define PIECE	    64 /* clusters that are looked at with the lock held: mails wait for it */

struct place {
	double rank;
	uint64_t key;
	uint32_t index;
};

static int by_rank(const void *a, const void *b)
{
	const struct place *one = a, *two = b;

	return (one->rank < two->rank) - (one->rank > two->rank);
}

struct wish {
	enum kj_signal signal;
	uint32_t now_s;
	bool by_speed;
};

static bool is_wished(struct kj_crowd *crowd, uint32_t index, const struct wish *wish, struct place *ret_place)
{
	const struct cluster *cluster = &crowd->clusters[index];
	struct kj_cluster out;

	if (!cluster->in_use || (wish->signal != KJ_SIGNALS && cluster->signal != wish->signal))
		return false;
	members_count(crowd, cluster, wish->now_s, NULL, &out);
	*ret_place = (struct place){wish->by_speed ? out.per_hour : out.volume, cluster->key, index};
	return out.domains >= DOMAINS_MIN;
}

/* All that are worth showing, each with its rank; how many. */
static unsigned collect(struct kj_crowd *crowd, const struct wish *wish, struct place *places)
{
	unsigned count = 0;

	for (uint32_t at = 0; at < crowd->cluster_max;) {
		pthread_mutex_lock(&crowd->lock);
		for (uint32_t end = at + PIECE; at < end && at < crowd->cluster_max; at++)
			count += is_wished(crowd, at, wish, &places[count]);
		pthread_mutex_unlock(&crowd->lock);
	}
	return count;
}

/* With the lock held. */
static int fill(struct kj_crowd *crowd, uint32_t index, uint32_t now_s, struct kj_arena *arena,
    struct kj_cluster *ret_cluster)
{
	members_count(crowd, &crowd->clusters[index], now_s, NULL, ret_cluster);
	return members_show(crowd, &crowd->clusters[index], now_s, arena, ret_cluster);
}

/* The first of them, but for those whose place another cluster has by now. */
static int fill_all(struct kj_crowd *crowd, const struct place *places, unsigned count, uint32_t now_s,
    struct kj_arena *arena, struct kj_cluster *clusters, unsigned *ret_count)
{
	unsigned filled = 0;
	int rc = 0;

	for (unsigned i = 0; i < count && rc == 0; i++) {
		const struct cluster *cluster = &crowd->clusters[places[i].index];

		pthread_mutex_lock(&crowd->lock);
		if (cluster->in_use && cluster->key == places[i].key)
			rc = fill(crowd, places[i].index, now_s, arena, &clusters[filled++]);
		pthread_mutex_unlock(&crowd->lock);
	}
	*ret_count = filled;
	return rc;
}

int kj_crowd_list(struct kj_crowd *crowd, enum kj_signal signal, int64_t now_s, bool by_speed, unsigned max,
    struct kj_arena *arena, const struct kj_cluster **ret_clusters, unsigned *ret_count)
{
	struct kj_cluster *clusters = kj_arena_array(arena, max ? max : 1, sizeof *clusters);
	struct place *places = calloc(crowd->cluster_max, sizeof *places);
	const struct wish wish = {signal, (uint32_t)now_s, by_speed};
	unsigned count = 0;
	int rc = clusters && places ? 0 : -KJ_ENOMEM;

	if (rc == 0) {
		count = collect(crowd, &wish, places);
		qsort(places, count, sizeof *places, by_rank);
		rc = fill_all(crowd, places, count > max ? max : count, (uint32_t)now_s, arena, clusters, &count);
	}
	free(places);
	if (rc < 0)
		return rc;
	*ret_clusters = clusters;
	*ret_count = count;
	return 0;
}

int kj_crowd_find(struct kj_crowd *crowd, enum kj_signal signal, uint64_t id, int64_t now_s, struct kj_arena *arena,
    const struct kj_cluster **ret_cluster)
{
	struct kj_cluster *cluster = kj_arena_alloc(arena, sizeof *cluster);
	uint32_t index;
	int rc = -KJ_ENOENT;

	if (!cluster)
		return -KJ_ENOMEM;
	pthread_mutex_lock(&crowd->lock);
	index = clusters_find(crowd, signal, id);
	if (index != NONE)
		rc = fill(crowd, index, (uint32_t)now_s, arena, cluster);
	pthread_mutex_unlock(&crowd->lock);
	if (rc == 0)
		*ret_cluster = cluster;
	return rc;
}
