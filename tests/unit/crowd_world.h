/*
 * crowd_world.h - a memory of the crowd for each test, and short words for what is asked of it
 */
#ifndef KJ_TEST_CROWD_WORLD_H
#define KJ_TEST_CROWD_WORLD_H

#include <math.h>

#include "kanjiki/arena.h"
#include "kanjiki/crowd.h"
#include "kanjiki/err.h"
#include "sightings.h"
#include "suite.h"

#define KEY	    77
#define ARENA_BYTES ((size_t)8 << 20)

static struct kj_crowd *crowd;
static struct kj_arena *arena;

static inline void set_up(void)
{
	ck_assert_int_eq(kj_crowd_new((size_t)4 << 20, CROWD_KEY, &crowd), 0);
	arena = kj_arena_new(ARENA_BYTES);
}

static inline void tear_down(void)
{
	kj_crowd_free(crowd);
	kj_arena_free(arena);
}

static inline bool add(struct kj_sighting sighting)
{
	return kj_crowd_add(crowd, &sighting);
}

/* Mails first to first + count - 1 with one key, a second apart. */
static inline void add_many(enum kj_signal signal, uint64_t key, unsigned first, unsigned count, int64_t time_s)
{
	for (unsigned i = 0; i < count; i++)
		add(sighting_with(first + i, time_s + i, signal, key));
}

/* The one cluster that a mail would be in; all zeros if it would be in none. */
static inline struct kj_cluster look(struct kj_sighting sighting)
{
	const struct kj_cluster *clusters;
	unsigned count;

	kj_arena_free(arena);
	arena = kj_arena_new(ARENA_BYTES);
	ck_assert_int_eq(kj_crowd_look(crowd, &sighting, arena, &clusters, &count), 0);
	ck_assert_uint_le(count, 1);
	return count ? clusters[0] : (struct kj_cluster){.domains = 0};
}

static inline struct kj_cluster find(enum kj_signal signal, uint64_t key, int64_t now_s)
{
	const struct kj_cluster *cluster;
	int rc = kj_crowd_find(crowd, signal, key, now_s, arena, &cluster);

	return rc == 0 ? *cluster : (struct kj_cluster){.domains = 0};
}

static inline struct kj_sighting with_sketch(unsigned n, const struct kj_sketch *sketch)
{
	struct kj_sighting sighting = sighting_of(n, NOW + n);

	sighting.sketch = *sketch;
	return sighting;
}

/* 6.5% is one standard error; what is drawn here is always the same. */
static inline void assert_about(const char *what, unsigned estimate, unsigned exact)
{
	ck_assert_msg(fabs((double)estimate - exact) <= 0.2 * exact, "%s: %u instead of %u", what, estimate, exact);
}

struct part {
	const char *name;
	void (*fill)(TCase *tcase);
};

/* All parts as one suite, with a new memory for each test; the exit status. */
static inline int run_parts(const char *name, const struct part *parts, unsigned count)
{
	Suite *suite = suite_create(name);

	for (unsigned i = 0; i < count; i++) {
		TCase *tcase = tcase_create(parts[i].name);

		tcase_add_checked_fixture(tcase, set_up, tear_down);
		parts[i].fill(tcase);
		suite_add_tcase(suite, tcase);
	}
	return suite_run(suite);
}

#endif
