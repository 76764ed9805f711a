/*
 * domain_set.c - how many different domains there were
 *
 * A table of hashes that doubles up to a limit: 32 MiB for three million domains.
 */
#include "ctl/domain_set.h"

#include "kanjiki/hash.h"
#include "kanjiki/name.h"

#define SIZE_FIRST 1024
#define SIZE_LAST  ((uint64_t)1 << 22)

struct kj_domain_set {
	struct kj_hash_key key;
	uint64_t *hashes; /* 0: free */
	uint64_t size, count;
	bool full;
};

struct kj_domain_set *kj_domain_set_new(void)
{
	struct kj_domain_set *set = calloc(1, sizeof *set);

	if (!set)
		return NULL;
	set->hashes = calloc(SIZE_FIRST, sizeof *set->hashes);
	set->size = SIZE_FIRST;
	if (set->hashes && kj_hash_key_random(&set->key) == 0)
		return set;
	kj_domain_set_free(set);
	return NULL;
}

void kj_domain_set_free(struct kj_domain_set *set)
{
	if (!set)
		return;
	free(set->hashes);
	free(set);
}

static void put(struct kj_domain_set *set, uint64_t hash)
{
	uint64_t at = hash % set->size;

	while (set->hashes[at] && set->hashes[at] != hash)
		at = (at + 1) % set->size;
	set->count += !set->hashes[at];
	set->hashes[at] = hash;
}

/* Room for one more, so that a quarter at least stays free. */
static bool grow(struct kj_domain_set *set)
{
	uint64_t *old = set->hashes, old_size = set->size;

	if (4 * (set->count + 1) <= 3 * set->size)
		return true;
	if (set->size >= SIZE_LAST)
		return false;
	set->hashes = calloc(2 * old_size, sizeof *set->hashes);
	if (!set->hashes) {
		set->hashes = old;
		return false;
	}
	set->size = 2 * old_size;
	set->count = 0;
	for (uint64_t i = 0; i < old_size; i++)
		if (old[i])
			put(set, old[i]);
	free(old);
	return true;
}

void kj_domain_set_add(struct kj_domain_set *set, const char *address)
{
	char name[KJ_NAME_STRLEN];
	const char *org;
	uint64_t hash;

	if (kj_name_of_address(address, name) < 0)
		return;
	org = kj_name_org(name);
	hash = kj_hash(&set->key, org, strlen(org));
	if (grow(set))
		put(set, hash ? hash : 1);
	else
		set->full = true;
}

uint64_t kj_domain_set_count(const struct kj_domain_set *set, bool *ret_full)
{
	*ret_full = set->full;
	return set->count;
}
