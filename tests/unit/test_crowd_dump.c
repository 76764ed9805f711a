/*
 * test_crowd_dump.c - the memory written and read again, whole and damaged, also while mails come in; and used by
 * many threads
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/crowd.h"
#include "kanjiki/err.h"
#include "sightings.h"
#include "suite.h"

#define SMALL	    ((size_t)1 << 20)
#define LARGE	    ((size_t)4 << 20)
#define HUGE	    ((size_t)64 << 20)
#define DUMP_MAX    ((size_t)64 << 20)
#define ARENA_BYTES ((size_t)32 << 20)
#define LARGE_KEY   9999

static struct kj_crowd *crowd_of(size_t bytes)
{
	struct kj_crowd *crowd = NULL;

	ck_assert_int_eq(kj_crowd_new(bytes, CROWD_KEY, &crowd), 0);
	return crowd;
}

/* Mail n: of a third of a cluster in each signal, and of a large one. */
static struct kj_sighting mail_of(unsigned n)
{
	struct kj_sighting sighting = sighting_with(n, NOW + n, KJ_SIGNAL_HELO, n / 3);

	kj_sighting_add_key(&sighting, KJ_SIGNAL_PREFIX, n / 3, 0);
	kj_sighting_add_key(&sighting, KJ_SIGNAL_DNS, n / 3, 0);
	kj_sighting_add_key(&sighting, KJ_SIGNAL_SUBJECT, LARGE_KEY, 0);
	sighting.flags = KJ_SIGHTING_FRESH;
	sighting.sketch = sketch_of(n / 3);
	return sighting;
}

static void add_mails(struct kj_crowd *crowd, unsigned first, unsigned count)
{
	for (unsigned n = first; n < first + count; n++) {
		struct kj_sighting sighting = mail_of(n);

		kj_crowd_add(crowd, &sighting);
	}
}

static int to_buf(void *context, const void *data, size_t len)
{
	struct kj_buf *buf = context;

	kj_buf_add(buf, data, len);
	return buf->truncated ? -KJ_ENOMEM : 0;
}

static struct kj_buf saved(struct kj_crowd *crowd)
{
	struct kj_buf buf = KJ_BUF_INIT(DUMP_MAX);

	ck_assert_int_eq(kj_crowd_save(crowd, to_buf, &buf), 0);
	return buf;
}

static struct kj_crowd *loaded(const struct kj_buf *dump, size_t bytes)
{
	struct kj_crowd *crowd = crowd_of(bytes);

	ck_assert_int_eq(kj_crowd_load(crowd, dump->data, dump->len), 0);
	return crowd;
}

static unsigned look(struct kj_crowd *crowd, unsigned n, struct kj_arena *arena, const struct kj_cluster **ret_clusters)
{
	struct kj_sighting sighting = mail_of(n);
	unsigned count;

	sighting.mail = 424242;
	ck_assert_int_eq(kj_crowd_look(crowd, &sighting, arena, ret_clusters, &count), 0);
	return count;
}

/* Both answer a mail alike, in numbers and members. */
static void assert_alike(struct kj_crowd *one, struct kj_crowd *two, unsigned n)
{
	struct kj_arena *arena = kj_arena_new(ARENA_BYTES);
	const struct kj_cluster *a, *b;
	unsigned count = look(one, n, arena, &a);

	ck_assert_uint_eq(count, 5);
	ck_assert_uint_eq(look(two, n, arena, &b), count);
	for (unsigned i = 0; i < count; i++) {
		ck_assert_int_eq(a[i].signal, b[i].signal);
		ck_assert(a[i].id == b[i].id);
		ck_assert_uint_eq(a[i].domains, b[i].domains);
		ck_assert_uint_eq(a[i].fresh, b[i].fresh);
		ck_assert_uint_eq(a[i].clients, b[i].clients);
		ck_assert_int_eq(a[i].estimated, b[i].estimated);
		ck_assert_uint_eq(a[i].member_count, b[i].member_count);
		for (unsigned m = 0; m < a[i].member_count; m++) {
			ck_assert_int_eq(a[i].members[m].time_s, b[i].members[m].time_s);
			ck_assert_str_eq(a[i].members[m].domain, b[i].members[m].domain);
			ck_assert_str_ne(a[i].members[m].domain, "");
		}
	}
	kj_arena_free(arena);
}

START_TEST(what_was_saved_is_loaded)
{
	struct kj_crowd *before = crowd_of(LARGE), *after;
	struct kj_buf dump;

	add_mails(before, 0, 300);
	dump = saved(before);
	after = loaded(&dump, LARGE);
	for (unsigned n = 0; n < 300; n += 3)
		assert_alike(before, after, n);
	add_mails(before, 300, 300);
	add_mails(after, 300, 300);
	for (unsigned n = 300; n < 600; n += 3)
		assert_alike(before, after, n);
	kj_buf_free(&dump);
	kj_crowd_free(before);
	kj_crowd_free(after);
}
END_TEST

/* As where the secret of the site was changed: who is in a cluster is not somebody else when he comes again. */
START_TEST(members_are_known_again_in_a_memory_that_began_with_another_key)
{
	struct kj_crowd *before = crowd_of(LARGE), *after;
	struct kj_arena *arena = kj_arena_new(ARENA_BYTES);
	const struct kj_cluster *cluster;
	struct kj_buf dump;

	add_mails(before, 0, 3);
	dump = saved(before);
	ck_assert_int_eq(kj_crowd_new(LARGE, &(struct kj_hash_key){1, 2}, &after), 0);
	ck_assert_int_eq(kj_crowd_load(after, dump.data, dump.len), 0);
	for (unsigned n = 0; n < 3; n++) {
		struct kj_sighting again = mail_of(n);

		again.mail += 1000;
		ck_assert(kj_crowd_add(after, &again));
	}
	ck_assert_int_eq(kj_crowd_find(after, KJ_SIGNAL_HELO, 0, NOW + 3, arena, &cluster), 0);
	ck_assert_uint_eq(cluster->domains, 3);
	kj_arena_free(arena);
	kj_buf_free(&dump);
	kj_crowd_free(before);
	kj_crowd_free(after);
}
END_TEST

START_TEST(a_retry_is_known_after_a_restart)
{
	struct kj_crowd *before = crowd_of(LARGE), *after;
	struct kj_sighting sighting = mail_of(7);
	struct kj_buf dump;

	add_mails(before, 0, 30);
	dump = saved(before);
	after = loaded(&dump, LARGE);
	ck_assert(!kj_crowd_add(after, &sighting));
	kj_buf_free(&dump);
	kj_crowd_free(before);
	kj_crowd_free(after);
}
END_TEST

START_TEST(nothing_is_saved_of_nothing)
{
	struct kj_crowd *before = crowd_of(LARGE), *after;
	struct kj_buf dump = saved(before);
	struct kj_crowd_stats stats;

	ck_assert_uint_lt(dump.len, 100);
	after = loaded(&dump, LARGE);
	kj_crowd_stats(after, &stats);
	ck_assert_uint_eq(stats.singles, 0);
	kj_buf_free(&dump);
	kj_crowd_free(before);
	kj_crowd_free(after);
}
END_TEST

static const struct {
	const char *label;
	size_t from, to;
} moves[] = {{"smaller", LARGE, SMALL}, {"larger", SMALL, LARGE}, {"the same, full", SMALL, SMALL}};

START_TEST(a_memory_of_another_size_keeps_the_newest)
{
	struct kj_crowd *before = crowd_of(moves[_i].from), *after;
	struct kj_crowd_stats stats;
	struct kj_buf dump;

	add_mails(before, 0, 6000);
	/* The oldest of all clusters is seen again: it is one of the newest now. */
	for (unsigned n = 0; n < 3; n++) {
		struct kj_sighting sighting = sighting_with(n, NOW + 6000, KJ_SIGNAL_DNS, 0);

		sighting.mail = 100000 + n;
		kj_crowd_add(before, &sighting);
	}
	dump = saved(before);
	after = loaded(&dump, moves[_i].to);
	for (unsigned n = 5979; n < 6000; n += 3)
		assert_alike(before, after, n);
	kj_crowd_stats(after, &stats);
	ck_assert_uint_eq(stats.singles_evicted, 0);
	ck_assert_uint_eq(stats.signals[KJ_SIGNAL_DNS].evicted, 0);
	kj_buf_free(&dump);
	kj_crowd_free(before);
	kj_crowd_free(after);
}
END_TEST

START_TEST(a_cluster_seen_again_is_among_the_newest)
{
	struct kj_crowd *before = crowd_of(LARGE), *after;
	struct kj_arena *arena = kj_arena_new(ARENA_BYTES);
	const struct kj_cluster *cluster;
	struct kj_crowd_stats small;
	struct kj_sighting again;
	struct kj_buf dump;

	after = crowd_of(SMALL);
	kj_crowd_stats(after, &small);
	add_mails(before, 0, 6 * small.signals[KJ_SIGNAL_DNS].clusters_max);
	again = sighting_with(50000, NOW + 50000, KJ_SIGNAL_DNS, 0);
	kj_crowd_add(before, &again);
	dump = saved(before);
	ck_assert_int_eq(kj_crowd_load(after, dump.data, dump.len), 0);
	ck_assert_int_eq(kj_crowd_find(after, KJ_SIGNAL_DNS, 0, NOW + 50000, arena, &cluster), 0);
	ck_assert_uint_eq(cluster->domains, 4);
	ck_assert_int_eq(kj_crowd_find(after, KJ_SIGNAL_DNS, 1, NOW + 50000, arena, &cluster), -KJ_ENOENT);
	kj_buf_free(&dump);
	kj_arena_free(arena);
	kj_crowd_free(before);
	kj_crowd_free(after);
}
END_TEST

/* --- Mails that come in meanwhile */

struct busy {
	struct kj_buf buf;
	struct kj_crowd *crowd;
	unsigned next;
};

static int add_and_keep(void *context, const void *data, size_t len)
{
	struct busy *busy = context;

	add_mails(busy->crowd, busy->next++, 1);
	kj_buf_add(&busy->buf, data, len);
	return 0;
}

/* The journal has them all, from the beginning of the snapshot on, and tells them again. */
START_TEST(no_mail_is_lost_that_comes_while_it_is_saved)
{
	struct kj_crowd *before = crowd_of(HUGE), *after;
	struct busy busy = {KJ_BUF_INIT(DUMP_MAX), before, 901};

	add_mails(before, 0, 901);
	ck_assert_int_eq(kj_crowd_save(before, add_and_keep, &busy), 0);
	ck_assert_uint_gt(busy.next, 1000);
	after = loaded(&busy.buf, HUGE);
	add_mails(after, 901, busy.next - 901);
	for (unsigned n = 0; n + 3 < busy.next; n += 3)
		assert_alike(before, after, n);
	kj_buf_free(&busy.buf);
	kj_crowd_free(before);
	kj_crowd_free(after);
}
END_TEST

static int fail_at(void *context, const void *data, size_t len)
{
	unsigned *left = context;

	(void)data;
	(void)len;
	return (*left)-- ? 0 : -KJ_EIO;
}

START_TEST(what_cannot_be_written_is_said)
{
	struct kj_crowd *crowd = crowd_of(LARGE);
	unsigned pieces;

	add_mails(crowd, 0, 30);
	for (pieces = 0;; pieces++) {
		unsigned left = pieces;
		int rc = kj_crowd_save(crowd, fail_at, &left);

		if (rc == 0)
			break;
		ck_assert_int_eq(rc, -KJ_EIO);
	}
	ck_assert_uint_gt(pieces, 5);
	kj_crowd_free(crowd);
}
END_TEST

/* --- Damage */

static void use(struct kj_crowd *crowd)
{
	struct kj_arena *arena = kj_arena_new(ARENA_BYTES);
	const struct kj_cluster *clusters;
	unsigned count;

	for (unsigned n = 0; n < 40; n++)
		look(crowd, n, arena, &clusters);
	add_mails(crowd, 5000, 20);
	ck_assert_int_eq(kj_crowd_list(crowd, KJ_SIGNALS, NOW + 6000, false, 10, arena, &clusters, &count), 0);
	kj_arena_free(arena);
}

START_TEST(a_file_that_ends_early_is_said_to_be_damaged_and_does_no_harm)
{
	struct kj_crowd *crowd = crowd_of(SMALL);
	struct kj_buf dump;

	add_mails(crowd, 0, 40);
	dump = saved(crowd);
	kj_crowd_free(crowd);
	for (size_t len = 0; len < dump.len; len += len < 200 ? 1 : 97) {
		crowd = crowd_of(SMALL);
		ck_assert_int_eq(kj_crowd_load(crowd, dump.data, len), -KJ_EINVAL);
		use(crowd);
		kj_crowd_free(crowd);
	}
	kj_buf_free(&dump);
}
END_TEST

START_TEST(flipped_bits_do_no_harm)
{
	struct kj_crowd *crowd = crowd_of(SMALL);
	unsigned read = 0;
	struct kj_buf dump;

	add_mails(crowd, 0, 40);
	dump = saved(crowd);
	kj_crowd_free(crowd);
	for (size_t at = 0; at < dump.len; at += at < 200 ? 1 : 61) {
		dump.data[at] ^= 0xff;
		crowd = crowd_of(SMALL);
		read += kj_crowd_load(crowd, dump.data, dump.len) == 0;
		use(crowd);
		kj_crowd_free(crowd);
		dump.data[at] ^= 0xff;
	}
	ck_assert_uint_gt(read, 0);
	kj_buf_free(&dump);
}
END_TEST

/* --- Threads */

#define MAILS 1500

struct shared {
	struct kj_crowd *crowd;
	atomic_uint next, added;
};

static void *add_some(void *context)
{
	struct shared *shared = context;
	unsigned n;

	while ((n = atomic_fetch_add(&shared->next, 1)) < 2 * MAILS) {
		struct kj_sighting sighting = mail_of(n % MAILS);

		atomic_fetch_add(&shared->added, kj_crowd_add(shared->crowd, &sighting));
	}
	return NULL;
}

static void *look_at_all(void *context)
{
	struct shared *shared = context;
	struct kj_crowd_stats stats;

	while (atomic_load(&shared->next) < 2 * MAILS) {
		struct kj_arena *arena = kj_arena_new(ARENA_BYTES);
		const struct kj_cluster *clusters;
		struct kj_sighting sighting = mail_of(atomic_load(&shared->next) % MAILS);
		unsigned count;

		kj_crowd_look(shared->crowd, &sighting, arena, &clusters, &count);
		kj_crowd_list(shared->crowd, KJ_SIGNALS, NOW, true, 5, arena, &clusters, &count);
		kj_crowd_find(shared->crowd, KJ_SIGNAL_SUBJECT, LARGE_KEY, NOW, arena, &clusters);
		kj_crowd_stats(shared->crowd, &stats);
		kj_arena_free(arena);
	}
	return NULL;
}

static void *save_all(void *context)
{
	struct shared *shared = context;

	while (atomic_load(&shared->next) < 2 * MAILS) {
		struct kj_buf dump = KJ_BUF_INIT(DUMP_MAX);
		struct kj_crowd *copy = crowd_of(SMALL);

		if (kj_crowd_save(shared->crowd, to_buf, &dump) < 0 || kj_crowd_load(copy, dump.data, dump.len) < 0)
			atomic_store(&shared->added, MAILS + 1);
		kj_crowd_free(copy);
		kj_buf_free(&dump);
	}
	return NULL;
}

START_TEST(many_threads_may_use_it_at_once)
{
	static void *(*const works[])(void *) = {add_some, add_some, look_at_all, look_at_all, save_all};
	struct shared shared = {.crowd = crowd_of(HUGE)};
	struct kj_arena *arena = kj_arena_new(ARENA_BYTES);
	const struct kj_cluster *cluster;
	pthread_t threads[5];

	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, works[i], &shared), 0);
	for (int i = 0; i < 5; i++)
		pthread_join(threads[i], NULL);
	/* Every mail was told twice, and counts once. */
	ck_assert_uint_eq(atomic_load(&shared.added), MAILS);
	ck_assert_int_eq(kj_crowd_find(shared.crowd, KJ_SIGNAL_HELO, 7, NOW + MAILS, arena, &cluster), 0);
	ck_assert_uint_eq(cluster->domains, 3);
	kj_arena_free(arena);
	kj_crowd_free(shared.crowd);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("crowd_dump");
	TCase *tcase = tcase_create("whole");

	tcase_add_test(tcase, what_was_saved_is_loaded);
	tcase_add_test(tcase, members_are_known_again_in_a_memory_that_began_with_another_key);
	tcase_add_test(tcase, a_retry_is_known_after_a_restart);
	tcase_add_test(tcase, nothing_is_saved_of_nothing);
	add_rows(tcase, a_memory_of_another_size_keeps_the_newest, moves);
	tcase_add_test(tcase, a_cluster_seen_again_is_among_the_newest);
	tcase_add_test(tcase, no_mail_is_lost_that_comes_while_it_is_saved);
	tcase_add_test(tcase, what_cannot_be_written_is_said);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("damage");
	tcase_add_test(tcase, a_file_that_ends_early_is_said_to_be_damaged_and_does_no_harm);
	tcase_add_test(tcase, flipped_bits_do_no_harm);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("threads");
	tcase_add_test(tcase, many_threads_may_use_it_at_once);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
