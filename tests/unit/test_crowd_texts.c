/*
 * test_crowd_texts.c - the memory of the recent traffic: texts that are alike, what people are shown, and what falls
 * out
 */
#include "crowd_world.h"

/* --- Texts */

/* So many bytes of a sketch are other ones, from a place on. */
static struct kj_sketch changed(struct kj_sketch sketch, unsigned at, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		sketch.at[(at + i) % KJ_SKETCH_LEN] ^= 0x5a;
	return sketch;
}

static unsigned domains_of_text(unsigned n, const struct kj_sketch *sketch)
{
	return look(with_sketch(n, sketch)).domains;
}

static const struct {
	const char *label;
	unsigned changes; /* bytes of 32 */
	bool together;
} texts[] = {
    {"the same text", 0, true},
    {"a few words changed", 4, true},
    {"much the same", 8, true},
    {"alike", 15, true},
    {"half of it", 16, false},
    {"another text", 32, false},
};

START_TEST(alike_texts_are_one_cluster_and_others_are_not)
{
	struct kj_sketch first = sketch_of(1), second = changed(first, 0, texts[_i].changes);

	add(with_sketch(1, &first));
	add(with_sketch(2, &second));
	ck_assert_msg(domains_of_text(3, &first) == (texts[_i].together ? 3 : 0), "%s", texts[_i].label);
}
END_TEST

START_TEST(a_text_that_changes_step_by_step_stays_in_its_cluster)
{
	struct kj_sketch sketch = sketch_of(1);

	for (unsigned n = 0; n < 40; n++) {
		add(with_sketch(n, &sketch));
		sketch = changed(sketch, n * 4, 4);
	}
	ck_assert_uint_ge(domains_of_text(99, &sketch), 17);
	/* Nothing of the first text is left in it by now; that one is known all the same. */
	sketch = sketch_of(1);
	ck_assert_uint_ge(domains_of_text(99, &sketch), 17);
}
END_TEST

START_TEST(too_little_text_is_in_no_cluster)
{
	struct kj_sketch sketch = sketch_of(1);

	sketch.runs = 0;
	for (unsigned n = 0; n < 5; n++)
		add(with_sketch(n, &sketch));
	ck_assert_uint_eq(domains_of_text(9, &sketch), 0);
}
END_TEST

START_TEST(many_texts_are_kept_apart)
{
	for (unsigned n = 0; n < 600; n++) {
		struct kj_sketch sketch = sketch_of(n % 200);

		add(with_sketch(n, &sketch));
	}
	for (unsigned text = 0; text < 200; text++) {
		struct kj_sketch sketch = sketch_of(text);

		ck_assert_uint_eq(domains_of_text(1000, &sketch), 4);
	}
}
END_TEST

/* --- Order */

static const struct {
	const char *label;
	int number[6]; /* of the PTR names of addresses 10, 20 ... 60 */
	bool in_order;
} ptrs[] = {
    {"they grow with the addresses", {1, 2, 3, 4, 5, 6}, true},
    {"in large steps", {1000, 2000, 3000, 4000, 5000, 6000}, true},
    {"they shrink", {6, 5, 4, 3, 2, 1}, true},
    {"nearly all in order", {1, 2, 3, 5, 4, 6}, false},
    {"at random", {4, 1, 6, 2, 3, 5}, false},
    {"all the same", {3, 3, 3, 3, 3, 3}, false},
};

START_TEST(numbers_of_names_may_follow_the_addresses)
{
	for (unsigned n = 0; n < 6; n++) {
		struct kj_sighting sighting = sighting_of(n, NOW + n);

		kj_sighting_add_key(
		    &sighting, KJ_SIGNAL_PTR, KEY, (uint32_t)ptrs[_i].number[n] << 8 | (n + 1) * 10);
		add(sighting);
	}
	ck_assert_msg(find(KJ_SIGNAL_PTR, KEY, NOW + 9).in_order == ptrs[_i].in_order, "%s", ptrs[_i].label);
}
END_TEST

/* --- For people */

START_TEST(members_are_shown_newest_first)
{
	struct kj_cluster cluster;

	for (unsigned n = 0; n < 5; n++) {
		struct kj_sighting sighting = sighting_with(n, NOW + (n * 3) % 5, KJ_SIGNAL_HELO, KEY);

		sighting.flags = n == 3 ? KJ_SIGHTING_FRESH : 0;
		add(sighting);
	}
	cluster = find(KJ_SIGNAL_HELO, KEY, NOW + 5);
	ck_assert_uint_eq(cluster.member_count, 5);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(cluster.members[i].time_s, NOW + 4 - i);
	ck_assert_str_eq(cluster.members[0].helo, "ary3.localhost");
	ck_assert_str_eq(cluster.members[0].domain, "d3.example");
	ck_assert_str_eq(cluster.members[0].subject, "{R}様 #");
	ck_assert(cluster.members[0].fresh && !cluster.members[1].fresh);
	ck_assert_uint_eq(cluster.members[0].client.family, 4);
}
END_TEST

START_TEST(the_newest_16_of_many_are_shown)
{
	struct kj_cluster cluster;

	add_many(KJ_SIGNAL_HELO, KEY, 0, 100, NOW);
	cluster = find(KJ_SIGNAL_HELO, KEY, NOW + 100);
	ck_assert_uint_eq(cluster.member_count, 16);
	for (unsigned i = 0; i < 16; i++)
		ck_assert_int_eq(cluster.members[i].time_s, NOW + 99 - i);
}
END_TEST

START_TEST(long_texts_are_shown_cut_at_a_character)
{
	struct kj_cluster cluster;
	char text[200] = {0};

	for (unsigned i = 0; i < 33; i++)
		memcpy(text + 3 * i, "様", 3);
	for (unsigned n = 0; n < 3; n++) {
		struct kj_sighting sighting = sighting_with(n, NOW, KJ_SIGNAL_HELO, KEY);

		memset(sighting.domain, 'a' + (int)n, sizeof sighting.domain - 1);
		kj_sighting_text(sighting.helo, text);
		kj_sighting_text(sighting.subject, text);
		add(sighting);
	}
	cluster = find(KJ_SIGNAL_HELO, KEY, NOW);
	ck_assert_uint_eq(cluster.domains, 3);
	ck_assert_uint_eq(strlen(cluster.members[0].domain), 40);
	ck_assert_uint_gt(strlen(cluster.members[0].helo), 0);
	ck_assert_uint_eq(strlen(cluster.members[0].helo) % 3, 0);
	ck_assert_uint_eq(strlen(cluster.members[0].subject) % 3, 0);
}
END_TEST

/* Clusters 0 to 3 of HELO names with 2, 3, 4, 5 domains, and one of a subject with 10 that is older. */
static void add_five_clusters(void)
{
	add_many(KJ_SIGNAL_SUBJECT, KEY, 0, 10, NOW - 7200);
	for (unsigned c = 0; c < 4; c++)
		add_many(KJ_SIGNAL_HELO, c, 100 * (c + 1), c + 2, NOW);
}

static unsigned list(enum kj_signal signal, bool by_speed, unsigned max, const struct kj_cluster **ret_clusters)
{
	unsigned count;

	ck_assert_int_eq(kj_crowd_list(crowd, signal, NOW + 10, by_speed, max, arena, ret_clusters, &count), 0);
	return count;
}

START_TEST(clusters_of_three_domains_are_listed_biggest_first)
{
	const struct kj_cluster *clusters;

	add_five_clusters();
	ck_assert_uint_eq(list(KJ_SIGNALS, false, 100, &clusters), 4);
	ck_assert_int_eq(clusters[0].signal, KJ_SIGNAL_SUBJECT);
	ck_assert_uint_eq(clusters[0].domains, 10);
	for (unsigned i = 1; i < 4; i++) {
		ck_assert_int_eq(clusters[i].signal, KJ_SIGNAL_HELO);
		ck_assert_uint_eq(clusters[i].domains, 6 - i);
		ck_assert_uint_eq(clusters[i].member_count, 6 - i);
	}
}
END_TEST

START_TEST(a_list_can_be_by_speed_of_one_signal_and_short)
{
	const struct kj_cluster *clusters;

	add_five_clusters();
	ck_assert_uint_eq(list(KJ_SIGNALS, true, 100, &clusters), 4);
	ck_assert_int_eq(clusters[0].signal, KJ_SIGNAL_HELO);
	ck_assert_int_eq(clusters[3].signal, KJ_SIGNAL_SUBJECT);
	ck_assert_uint_eq(list(KJ_SIGNAL_SUBJECT, false, 100, &clusters), 1);
	ck_assert_uint_eq(list(KJ_SIGNAL_DNS, false, 100, &clusters), 0);
	ck_assert_uint_eq(list(KJ_SIGNALS, false, 2, &clusters), 2);
	ck_assert_int_eq(clusters[0].signal, KJ_SIGNAL_SUBJECT);
	ck_assert_uint_eq(list(KJ_SIGNALS, false, 0, &clusters), 0);
}
END_TEST

START_TEST(a_cluster_is_found_by_signal_and_number_only)
{
	const struct kj_cluster *cluster = NULL;

	add_five_clusters();
	ck_assert_int_eq(kj_crowd_find(crowd, KJ_SIGNAL_HELO, 2, NOW, arena, &cluster), 0);
	ck_assert_uint_eq(cluster->domains, 4);
	cluster = NULL;
	ck_assert_int_eq(kj_crowd_find(crowd, KJ_SIGNAL_HELO, 9, NOW, arena, &cluster), -KJ_ENOENT);
	ck_assert_int_eq(kj_crowd_find(crowd, KJ_SIGNAL_PTR, 2, NOW, arena, &cluster), -KJ_ENOENT);
	ck_assert_ptr_null(cluster);
}
END_TEST

/* --- Limits */

START_TEST(memory_has_a_bound)
{
	static const size_t sizes[] = {0, (size_t)1 << 20, (size_t)3 << 20};
	struct kj_crowd_stats stats;

	kj_crowd_free(crowd);
	ck_assert_int_eq(kj_crowd_new(sizes[_i], CROWD_KEY, &crowd), 0);
	for (unsigned n = 0; n < 60000; n++) {
		struct kj_sighting sighting = sighting_of(n, NOW + n);

		for (unsigned signal = 0; signal < KJ_SIGNALS; signal++)
			if (signal != KJ_SIGNAL_BODY)
				kj_sighting_add_key(&sighting, signal, n / 3, n);
		sighting.sketch = sketch_of(n / 3);
		add(sighting);
	}
	kj_crowd_stats(crowd, &stats);
	ck_assert_uint_le(stats.bytes_max, _i ? sizes[_i] : KJ_CROWD_BYTES_MIN);
	ck_assert_uint_le(stats.bytes, stats.bytes_max);
	ck_assert_uint_gt(stats.bytes, stats.bytes_max / 2);
	ck_assert_uint_le(stats.singles, stats.singles_max);
	ck_assert_uint_gt(stats.singles_evicted, 0);
	for (unsigned i = 0; i < KJ_SIGNALS; i++) {
		ck_assert_uint_gt(stats.signals[i].clusters_max, 10);
		ck_assert_uint_eq(stats.signals[i].clusters, stats.signals[i].clusters_max);
		ck_assert_uint_gt(stats.signals[i].evicted, 0);
	}
}
END_TEST

START_TEST(a_flood_of_one_signal_leaves_the_others)
{
	struct kj_crowd_stats stats;

	add_many(KJ_SIGNAL_HELO, KEY, 0, 3, NOW);
	for (unsigned n = 0; n < 40000; n++)
		add(sighting_with(100 + n, NOW + n / 10, KJ_SIGNAL_PREFIX, n / 2));
	kj_crowd_stats(crowd, &stats);
	ck_assert_uint_gt(stats.signals[KJ_SIGNAL_PREFIX].evicted, 0);
	ck_assert_uint_eq(stats.signals[KJ_SIGNAL_HELO].evicted, 0);
	ck_assert_uint_eq(look(sighting_with(9, NOW + 4000, KJ_SIGNAL_HELO, KEY)).domains, 4);
	/* The newest of the flood are there, the oldest are not. */
	ck_assert_uint_eq(find(KJ_SIGNAL_PREFIX, 19999, NOW + 4000).domains, 2);
	ck_assert_uint_eq(find(KJ_SIGNAL_PREFIX, 0, NOW + 4000).domains, 0);
}
END_TEST

START_TEST(what_is_seen_again_and_again_stays)
{
	struct kj_cluster cluster;

	add_many(KJ_SIGNAL_PREFIX, 1000000, 0, 2, NOW);
	add(sighting_with(5, NOW, KJ_SIGNAL_SUBJECT, KEY));
	for (unsigned n = 0; n < 100000; n++) {
		add(sighting_with(100 + n, NOW + n / 10, KJ_SIGNAL_PREFIX, n / 2));
		if (n % 200 == 0) {
			struct kj_sighting again = sighting_with(5, NOW + n / 10, KJ_SIGNAL_SUBJECT, KEY);

			again.mail = 1000000 + n;
			kj_sighting_add_key(&again, KJ_SIGNAL_PREFIX, 1000000, 0);
			add(again);
		}
	}
	cluster = find(KJ_SIGNAL_PREFIX, 1000000, NOW + 10000);
	ck_assert_uint_eq(cluster.domains, 3);
	add(sighting_with(6, NOW + 10000, KJ_SIGNAL_SUBJECT, KEY));
	ck_assert_uint_eq(find(KJ_SIGNAL_SUBJECT, KEY, NOW + 10000).domains, 2);
}
END_TEST

START_TEST(what_is_pushed_out_after_its_time_is_no_loss)
{
	struct kj_crowd_stats stats;

	for (unsigned n = 0; n < 200000; n++)
		add(sighting_with(n, NOW + (int64_t)n * 600, KJ_SIGNAL_PREFIX, n / 2));
	kj_crowd_stats(crowd, &stats);
	ck_assert_uint_gt(stats.singles, stats.singles_max / 2);
	ck_assert_uint_eq(stats.singles_evicted, 0);
	ck_assert_uint_eq(stats.signals[KJ_SIGNAL_PREFIX].clusters, stats.signals[KJ_SIGNAL_PREFIX].clusters_max);
	ck_assert_uint_eq(stats.signals[KJ_SIGNAL_PREFIX].evicted, 0);
}
END_TEST

START_TEST(more_large_clusters_than_can_be_estimated_fall_back_on_their_newest)
{
	unsigned estimated = 0;

	for (unsigned n = 0; n < 20; n++)
		for (unsigned c = 0; c < 200; c++)
			add(sighting_with(c * 20 + n, NOW + n, KJ_SIGNAL_PREFIX, c));
	for (unsigned c = 0; c < 200; c++) {
		struct kj_cluster cluster = find(KJ_SIGNAL_PREFIX, c, NOW + 20);

		ck_assert_uint_ge(cluster.domains, 16);
		ck_assert_uint_le(cluster.domains, 23);
		estimated += cluster.estimated;
	}
	ck_assert_uint_gt(estimated, 0);
	ck_assert_uint_lt(estimated, 200);
}
END_TEST

static void add_texts(TCase *tcase)
{
	add_rows(tcase, alike_texts_are_one_cluster_and_others_are_not, texts);
	tcase_add_test(tcase, a_text_that_changes_step_by_step_stays_in_its_cluster);
	tcase_add_test(tcase, too_little_text_is_in_no_cluster);
	tcase_add_test(tcase, many_texts_are_kept_apart);
}

static void add_people(TCase *tcase)
{
	add_rows(tcase, numbers_of_names_may_follow_the_addresses, ptrs);
	tcase_add_test(tcase, members_are_shown_newest_first);
	tcase_add_test(tcase, the_newest_16_of_many_are_shown);
	tcase_add_test(tcase, long_texts_are_shown_cut_at_a_character);
	tcase_add_test(tcase, clusters_of_three_domains_are_listed_biggest_first);
	tcase_add_test(tcase, a_list_can_be_by_speed_of_one_signal_and_short);
	tcase_add_test(tcase, a_cluster_is_found_by_signal_and_number_only);
}

static void add_limits(TCase *tcase)
{
	tcase_add_loop_test(tcase, memory_has_a_bound, 0, 3);
	tcase_add_test(tcase, a_flood_of_one_signal_leaves_the_others);
	tcase_add_test(tcase, what_is_seen_again_and_again_stays);
	tcase_add_test(tcase, what_is_pushed_out_after_its_time_is_no_loss);
	tcase_add_test(tcase, more_large_clusters_than_can_be_estimated_fall_back_on_their_newest);
}

int main(void)
{
	static const struct part parts[] = {{"texts", add_texts}, {"people", add_people}, {"limits", add_limits}};

	return run_parts("crowd_texts", parts, sizeof parts / sizeof *parts);
}
