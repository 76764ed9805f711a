/*
 * cache.c - a hash table whose entries are also a list by age of use
 */
#include "cache.h"

#include "answer.h"

struct entry {
	struct entry *chain;         /* the next of the same bucket */
	struct entry *newer, *older; /* by last use */
	uint64_t hash;
	int64_t expires_ms;
	struct kj_dns_answer *answer;
	size_t size_bytes;
	uint16_t type;
	uint8_t len;
	uint8_t name[];
};

struct kj_cache {
	struct entry **buckets;
	uint64_t mask;
	struct entry *newest, *oldest;
	uint32_t count, count_max;
	size_t bytes, bytes_max;
};

struct kj_cache *kj_cache_new(uint32_t count_max, size_t bytes_max)
{
	struct kj_cache *cache = calloc(1, sizeof *cache);
	uint64_t size = 16;

	if (!cache)
		return NULL;
	while (size < count_max)
		size *= 2;
	cache->buckets = calloc(size, sizeof(struct entry *));
	if (!cache->buckets) {
		free(cache);
		return NULL;
	}
	cache->mask = size - 1;
	cache->count_max = count_max;
	cache->bytes_max = bytes_max;
	return cache;
}

static void unlink_use(struct kj_cache *cache, struct entry *entry)
{
	*(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
	*(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct kj_cache *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
	cache->newest = entry;
}

static struct entry **find(struct kj_cache *cache, const struct kj_query *query, uint64_t hash)
{
	struct entry **at = &cache->buckets[hash & cache->mask];

	for (; *at; at = &(*at)->chain)
		if ((*at)->hash == hash && (*at)->type == query->type && (*at)->len == query->len &&
		    memcmp((*at)->name, query->name, query->len) == 0)
			break;
	return at;
}

static void drop(struct kj_cache *cache, struct entry **at)
{
	struct entry *entry = *at;

	*at = entry->chain;
	unlink_use(cache, entry);
	cache->count--;
	cache->bytes -= entry->size_bytes;
	kj_dns_answer_unref(entry->answer);
	free(entry);
}

static void drop_oldest(struct kj_cache *cache)
{
	struct entry **at = &cache->buckets[cache->oldest->hash & cache->mask];

	while (*at != cache->oldest)
		at = &(*at)->chain;
	drop(cache, at);
}

void kj_cache_free(struct kj_cache *cache)
{
	if (!cache)
		return;
	while (cache->oldest)
		drop_oldest(cache);
	free(cache->buckets);
	free(cache);
}

const struct kj_dns_answer *kj_cache_get(
    struct kj_cache *cache, const struct kj_query *query, uint64_t hash, int64_t now_ms)
{
	struct entry **at = find(cache, query, hash), *entry = *at;

	if (!entry)
		return NULL;
	if (entry->expires_ms <= now_ms) {
		drop(cache, at);
		return NULL;
	}
	unlink_use(cache, entry);
	link_newest(cache, entry);
	return entry->answer;
}

void kj_cache_put(struct kj_cache *cache, const struct kj_query *query, uint64_t hash,
    const struct kj_dns_answer *answer, int64_t expires_ms)
{
	struct entry *entry, **at = find(cache, query, hash);
	size_t size = sizeof *entry + query->len + kj_dns_answer_size(answer);

	if (*at)
		drop(cache, at);
	if (size > cache->bytes_max || !cache->count_max)
		return;
	while (cache->count >= cache->count_max || cache->bytes > cache->bytes_max - size)
		drop_oldest(cache);
	entry = malloc(sizeof *entry + query->len);
	if (!entry)
		return;
	*entry = (struct entry){.hash = hash, .expires_ms = expires_ms, .size_bytes = size};
	entry->answer = kj_dns_answer_ref(answer);
	entry->type = query->type;
	entry->len = query->len;
	memcpy(entry->name, query->name, query->len);
	at = &cache->buckets[hash & cache->mask];
	entry->chain = *at;
	*at = entry;
	link_newest(cache, entry);
	cache->count++;
	cache->bytes += size;
}

uint32_t kj_cache_count(const struct kj_cache *cache)
{
	return cache->count;
}
