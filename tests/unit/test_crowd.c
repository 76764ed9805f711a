/*
 * test_crowd.c - the memory of the recent traffic: who is counted with whom, and for how long
 */
#include "crowd_world.h"

/* --- Clusters begin and grow */

START_TEST(after_a_week_of_silence_a_cluster_begins_anew)
{
	add_many(KJ_SIGNAL_SUBJECT, KEY, 0, 3, NOW);
	add_many(KJ_SIGNAL_SUBJECT, KEY, 3, 1, NOW + 6 * 86400);
	ck_assert_int_eq(find(KJ_SIGNAL_SUBJECT, KEY, NOW + 6 * 86400).first_s, NOW);
	add_many(KJ_SIGNAL_SUBJECT, KEY, 4, 1, NOW + 14 * 86400);
	ck_assert_int_eq(find(KJ_SIGNAL_SUBJECT, KEY, NOW + 14 * 86400).first_s, NOW + 14 * 86400);
}
END_TEST

START_TEST(a_key_of_two_domains_is_a_cluster_for_the_third)
{
	add(sighting_with(1, NOW, _i, KEY));
	ck_assert_uint_eq(look(sighting_with(2, NOW + 1, _i, KEY)).domains, 0);
	add(sighting_with(2, NOW + 1, _i, KEY));
	ck_assert_uint_eq(look(sighting_with(3, NOW + 2, _i, KEY)).domains, 3);
	ck_assert_uint_eq(look(sighting_with(3, NOW + 2, _i, KEY + 1)).domains, 0);
	ck_assert_uint_eq(look(sighting_with(3, NOW + 2, (_i + 1) % KJ_SIGNALS, KEY)).domains, 0);
}
END_TEST

START_TEST(a_domain_by_itself_is_no_cluster)
{
	for (unsigned i = 0; i < 30; i++) {
		struct kj_sighting sighting = sighting_with(i, NOW + i, KJ_SIGNAL_HELO, KEY);

		kj_sighting_text(sighting.domain, "one.example");
		add(sighting);
	}
	ck_assert_uint_eq(look(sighting_with(99, NOW + 99, KJ_SIGNAL_HELO, KEY)).domains, 0);
}
END_TEST

/* Whoever knows the key finds names with the same hash by the hundred. */
static unsigned domains_of_colliding_names(uint64_t secret)
{
	static const char *const names[] = {"s87566.example", "s138580.example", "other.example"};
	struct kj_hash_key key = *CROWD_KEY;

	key.k0 ^= secret;
	kj_crowd_free(crowd);
	ck_assert_int_eq(kj_crowd_new((size_t)4 << 20, &key, &crowd), 0);
	for (unsigned i = 0; i < 3; i++) {
		struct kj_sighting sighting = sighting_with(i, NOW + i, KJ_SIGNAL_HELO, KEY);

		kj_sighting_text(sighting.domain, names[i]);
		add(sighting);
	}
	return find(KJ_SIGNAL_HELO, KEY, NOW + 3).domains;
}

START_TEST(names_that_collide_are_told_apart_under_another_key)
{
	ck_assert_uint_eq(domains_of_colliding_names(0), 2);
	ck_assert_uint_eq(domains_of_colliding_names(1), 3);
}
END_TEST

START_TEST(looking_changes_nothing)
{
	struct kj_crowd_stats before, after;

	add_many(KJ_SIGNAL_HELO, KEY, 0, 3, NOW);
	kj_crowd_stats(crowd, &before);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_uint_eq(look(sighting_with(9 + i, NOW + 9, KJ_SIGNAL_HELO, KEY)).domains, 4);
	kj_crowd_stats(crowd, &after);
	ck_assert_mem_eq(&before, &after, sizeof before);
}
END_TEST

START_TEST(all_is_exact_up_to_16_members)
{
	unsigned members = (unsigned)_i;
	struct kj_cluster cluster;

	for (unsigned n = 0; n < members; n++) {
		struct kj_sighting sighting = sighting_with(n, NOW + n, KJ_SIGNAL_SUBJECT, KEY);

		/* Clients by twos in a /24; each third domain is new, each fourth well known. */
		sighting.client.bytes[2] = (uint8_t)(n / 2);
		sighting.flags = (n % 3 == 0 ? KJ_SIGHTING_FRESH : 0) | (n % 4 == 3 ? KJ_SIGHTING_KNOWN : 0);
		add(sighting);
	}
	cluster = find(KJ_SIGNAL_SUBJECT, KEY, NOW + members);
	ck_assert(!cluster.estimated);
	ck_assert_uint_eq(cluster.domains, members);
	ck_assert_uint_eq(cluster.clients, members);
	ck_assert_uint_eq(cluster.names, members);
	ck_assert_uint_eq(cluster.nets, (members + 1) / 2);
	ck_assert_uint_eq(cluster.fresh, (members + 2) / 3);
	ck_assert_uint_eq(cluster.known, members / 4);
}
END_TEST

static const unsigned crowds[] = {17, 20, 50, 200, 1000, 5000};

START_TEST(more_members_are_estimated)
{
	unsigned members = crowds[_i];
	struct kj_cluster cluster;

	for (unsigned n = 0; n < members; n++) {
		struct kj_sighting sighting = sighting_with(n, NOW + n, KJ_SIGNAL_SUBJECT, KEY);

		sighting.flags = n % 2 ? KJ_SIGHTING_KNOWN : KJ_SIGHTING_FRESH;
		add(sighting);
	}
	cluster = find(KJ_SIGNAL_SUBJECT, KEY, NOW + members);
	ck_assert(cluster.estimated);
	assert_about("domains", cluster.domains, members);
	assert_about("clients", cluster.clients, members);
	assert_about("nets", cluster.nets, members > 256 ? (members + 255) / 256 * 256 : members);
	assert_about("fresh", cluster.fresh, (members + 1) / 2);
	assert_about("known", cluster.known, members / 2);
}
END_TEST

START_TEST(where_all_are_new_the_estimates_agree)
{
	struct kj_cluster cluster;

	for (unsigned n = 0; n < 500; n++) {
		struct kj_sighting sighting = sighting_with(n, NOW + n, KJ_SIGNAL_PREFIX, KEY);

		sighting.flags = KJ_SIGHTING_FRESH;
		add(sighting);
	}
	cluster = find(KJ_SIGNAL_PREFIX, KEY, NOW + 500);
	ck_assert_uint_eq(cluster.fresh, cluster.domains);
	ck_assert_uint_eq(cluster.known, 0);
}
END_TEST

START_TEST(what_is_set_up_alike_is_new_for_a_week)
{
	for (unsigned n = 0; n < 4; n++) {
		struct kj_sighting sighting = sighting_with(n, NOW + n, KJ_SIGNAL_DNS, KEY);

		kj_sighting_add_key(&sighting, KJ_SIGNAL_HELO, KEY, n);
		sighting.flags = KJ_SIGHTING_RECENT;
		add(sighting);
	}
	ck_assert_uint_eq(find(KJ_SIGNAL_DNS, KEY, NOW + 4).fresh, 4);
	ck_assert_uint_eq(find(KJ_SIGNAL_HELO, KEY, NOW + 4).fresh, 0);
}
END_TEST

START_TEST(the_mail_that_asks_counts_for_itself_too)
{
	struct kj_sighting sighting = sighting_with(3, NOW + 3, KJ_SIGNAL_HELO, KEY);
	struct kj_cluster cluster;

	sighting.flags = KJ_SIGHTING_FRESH;
	add_many(KJ_SIGNAL_HELO, KEY, 0, 2, NOW);
	cluster = look(sighting);
	ck_assert_uint_eq(cluster.domains, 3);
	ck_assert_uint_eq(cluster.fresh, 1);
	add(sighting);
	cluster = look(sighting);
	ck_assert_uint_eq(cluster.domains, 3);
	ck_assert_uint_eq(cluster.fresh, 1);
}
END_TEST

START_TEST(clusters_are_given_by_signal)
{
	struct kj_sighting sighting;
	const struct kj_cluster *clusters;
	unsigned count;

	for (unsigned n = 0; n < 3; n++) {
		sighting = sighting_with(n, NOW, KJ_SIGNAL_WALLET, KEY);
		kj_sighting_add_key(&sighting, KJ_SIGNAL_WALLET, KEY + 1, 0);
		kj_sighting_add_key(&sighting, KJ_SIGNAL_DNS, KEY, 0);
		kj_sighting_add_key(&sighting, KJ_SIGNAL_PREFIX, KEY, 0);
		sighting.sketch = sketch_of(1);
		add(sighting);
	}
	ck_assert_int_eq(kj_crowd_look(crowd, &sighting, arena, &clusters, &count), 0);
	ck_assert_uint_eq(count, 5);
	ck_assert_int_eq(clusters[0].signal, KJ_SIGNAL_PREFIX);
	ck_assert_int_eq(clusters[1].signal, KJ_SIGNAL_BODY);
	ck_assert_int_eq(clusters[2].signal, KJ_SIGNAL_DNS);
	ck_assert_int_eq(clusters[3].signal, KJ_SIGNAL_WALLET);
	ck_assert_int_eq(clusters[4].signal, KJ_SIGNAL_WALLET);
}
END_TEST

START_TEST(a_small_arena_is_no_crash)
{
	struct kj_sighting sighting = sighting_with(9, NOW, KJ_SIGNAL_HELO, KEY);
	const struct kj_cluster *clusters = NULL;
	int rc = -KJ_ENOMEM;
	unsigned count;

	add_many(KJ_SIGNAL_HELO, KEY, 0, 16, NOW);
	for (size_t bytes = 64; rc < 0 && bytes < ARENA_BYTES; bytes *= 2) {
		struct kj_arena *small = kj_arena_new(bytes);

		rc = kj_crowd_look(crowd, &sighting, small, &clusters, &count);
		ck_assert(rc == 0 || rc == -KJ_ENOMEM);
		kj_arena_free(small);
	}
	ck_assert_int_eq(rc, 0);
}
END_TEST

/* --- Time */

START_TEST(a_member_counts_for_the_window_of_the_signal)
{
	int64_t window_s = kj_signals[_i].window_s;

	add_many(_i, KEY, 0, 2, NOW);
	add(sighting_with(2, NOW + 60, _i, KEY));
	ck_assert_uint_eq(find(_i, KEY, NOW + window_s).domains, 3);
	ck_assert_uint_eq(find(_i, KEY, NOW + window_s + 1).domains, 2);
	ck_assert_uint_eq(find(_i, KEY, NOW + window_s + 2).domains, 1);
	ck_assert_uint_eq(look(sighting_with(9, NOW + window_s + 2, _i, KEY)).domains, 2);
	ck_assert_uint_eq(look(sighting_with(9, NOW + window_s + 61, _i, KEY)).domains, 0);
}
END_TEST

START_TEST(a_key_seen_too_long_ago_founds_no_cluster)
{
	int64_t window_s = kj_signals[_i].window_s;

	add(sighting_with(1, NOW, _i, KEY));
	add(sighting_with(2, NOW + window_s + 1, _i, KEY));
	ck_assert_uint_eq(find(_i, KEY, NOW + window_s + 1).domains, 0);
	add(sighting_with(3, NOW + window_s + 2, _i, KEY));
	ck_assert_uint_eq(find(_i, KEY, NOW + window_s + 2).domains, 2);
}
END_TEST

START_TEST(estimates_forget_too)
{
	/* Windows are counted in quarters. */
	int64_t window_s = kj_signals[KJ_SIGNAL_PREFIX].window_s, late_s = NOW + window_s * 5 / 4 + 500;

	add_many(KJ_SIGNAL_PREFIX, KEY, 0, 300, NOW);
	assert_about("at first", find(KJ_SIGNAL_PREFIX, KEY, NOW + 300).domains, 300);
	add_many(KJ_SIGNAL_PREFIX, KEY, 1000, 40, late_s);
	assert_about("a day later", find(KJ_SIGNAL_PREFIX, KEY, late_s + 40).domains, 40);
	ck_assert_uint_eq(find(KJ_SIGNAL_PREFIX, KEY, late_s + 2 * window_s).domains, 0);
}
END_TEST

START_TEST(estimates_follow_a_stream)
{
	int64_t window_s = kj_signals[KJ_SIGNAL_PREFIX].window_s;

	for (unsigned n = 0; n < 1200; n++) {
		int64_t time_s = NOW + n * window_s / 300;

		add(sighting_with(n, time_s, KJ_SIGNAL_PREFIX, KEY));
		if (n >= 300)
			assert_about("of a window", find(KJ_SIGNAL_PREFIX, KEY, time_s).domains, 300);
	}
}
END_TEST

START_TEST(mails_that_are_told_late_count_where_they_belong)
{
	add_many(KJ_SIGNAL_HELO, KEY, 0, 3, NOW);
	add(sighting_with(7, NOW - 3600, KJ_SIGNAL_HELO, KEY));
	ck_assert_uint_eq(find(KJ_SIGNAL_HELO, KEY, NOW + 3).domains, 4);
	ck_assert_int_eq(find(KJ_SIGNAL_HELO, KEY, NOW + 3).first_s, NOW - 3600);
	ck_assert_int_eq(find(KJ_SIGNAL_HELO, KEY, NOW + 3).last_s, NOW + 2);
	ck_assert_uint_eq(find(KJ_SIGNAL_HELO, KEY, NOW + 3 * DAY - 3599).domains, 3);
}
END_TEST

START_TEST(what_is_told_late_does_not_move_a_member_back)
{
	struct kj_sighting again = sighting_with(0, NOW - DAY, KJ_SIGNAL_HELO, KEY);

	add_many(KJ_SIGNAL_HELO, KEY, 0, 3, NOW);
	again.mail = 4242;
	ck_assert(add(again));
	ck_assert_uint_eq(find(KJ_SIGNAL_HELO, KEY, NOW + 3 * DAY).domains, 3);
}
END_TEST

START_TEST(nor_does_it_push_out_a_newer_one)
{
	struct kj_cluster cluster;

	add_many(KJ_SIGNAL_HELO, KEY, 0, 16, NOW);
	add(sighting_with(99, NOW - 60, KJ_SIGNAL_HELO, KEY));
	cluster = find(KJ_SIGNAL_HELO, KEY, NOW + 16);
	assert_about("domains", cluster.domains, 17);
	for (unsigned i = 0; i < cluster.member_count; i++)
		ck_assert_int_ge(cluster.members[i].time_s, NOW);
}
END_TEST

START_TEST(a_retry_counts_once)
{
	struct kj_crowd_stats stats;
	double volume;

	add_many(KJ_SIGNAL_HELO, KEY, 0, 3, NOW);
	volume = find(KJ_SIGNAL_HELO, KEY, NOW + 600).volume;
	for (unsigned i = 1; i < 5; i++) {
		struct kj_sighting again = sighting_with(2, NOW + 300 * i, KJ_SIGNAL_HELO, KEY);

		again.client.bytes[3] = (uint8_t)(200 + i); /* it hops */
		ck_assert(!add(again));
	}
	ck_assert_uint_eq(find(KJ_SIGNAL_HELO, KEY, NOW + 600).clients, 3);
	ck_assert(fabs(find(KJ_SIGNAL_HELO, KEY, NOW + 600).volume - volume) < 0.001);
	kj_crowd_stats(crowd, &stats);
	ck_assert_uint_eq(stats.mails, 3);
	ck_assert_uint_eq(stats.repeated, 4);
}
END_TEST

START_TEST(volume_halves_in_a_half_life)
{
	add_many(KJ_SIGNAL_PREFIX, KEY, 0, 8, NOW);
	ck_assert(fabs(find(KJ_SIGNAL_PREFIX, KEY, NOW + 7).volume - 8) < 0.01);
	ck_assert(fabs(find(KJ_SIGNAL_PREFIX, KEY, NOW + 7 + DAY).volume - 4) < 0.01);
	ck_assert(fabs(find(KJ_SIGNAL_PREFIX, KEY, NOW + 7 + 2 * DAY).volume - 2) < 0.01);
}
END_TEST

START_TEST(many_at_once_are_a_burst_and_a_steady_stream_is_none)
{
	for (unsigned n = 0; n < 200; n++) {
		add(sighting_with(n, NOW + n * 400, KJ_SIGNAL_HELO, KEY));
		ck_assert(!find(KJ_SIGNAL_HELO, KEY, NOW + n * 400).burst);
	}
	add_many(KJ_SIGNAL_HELO, KEY, 1000, 30, NOW + 200 * 400);
	ck_assert(find(KJ_SIGNAL_HELO, KEY, NOW + 200 * 400 + 30).burst);
	ck_assert(!find(KJ_SIGNAL_HELO, KEY, NOW + 200 * 400 + 7200).burst);
}
END_TEST

/* --- Known senders */

static const struct {
	enum kj_signal signal;
	bool founded; /* by those who are known */
} founders[] = {
    {KJ_SIGNAL_PREFIX, true},
    {KJ_SIGNAL_HELO, true},
    {KJ_SIGNAL_DNS, true},
    {KJ_SIGNAL_SUBJECT, false},
    {KJ_SIGNAL_CHAIN, false},
};

static struct kj_sighting known(unsigned n, enum kj_signal signal)
{
	struct kj_sighting sighting = sighting_with(n, NOW + n, signal, KEY);

	sighting.flags = KJ_SIGHTING_KNOWN;
	return sighting;
}

START_TEST(known_senders_found_no_cluster_of_what_they_say)
{
	for (unsigned n = 0; n < 4; n++)
		add(known(n, founders[_i].signal));
	ck_assert_uint_eq(find(founders[_i].signal, KEY, NOW + 5).domains, founders[_i].founded ? 4 : 0);
}
END_TEST

START_TEST(but_they_count_in_those_that_are_there)
{
	add_many(founders[_i].signal, KEY, 10, 2, NOW);
	for (unsigned n = 0; n < 4; n++)
		add(known(n, founders[_i].signal));
	ck_assert_uint_eq(find(founders[_i].signal, KEY, NOW + 5).domains, 6);
	ck_assert_uint_eq(find(founders[_i].signal, KEY, NOW + 5).known, 4);
}
END_TEST

START_TEST(texts_of_known_senders_found_none_but_count)
{
	struct kj_sketch sketch = sketch_of(1);
	struct kj_sighting sighting;

	for (unsigned n = 0; n < 8; n++) {
		sighting = with_sketch(n, &sketch);
		sighting.flags = n < 4 || n > 5 ? KJ_SIGHTING_KNOWN : KJ_SIGHTING_FRESH;
		if (n == 4)
			ck_assert_uint_eq(look(sighting).domains, 0);
		add(sighting);
	}
	ck_assert_uint_eq(look(sighting).domains, 4);
	ck_assert_uint_eq(look(sighting).known, 2);
}
END_TEST

static void add_growth(TCase *tcase)
{
	tcase_add_loop_test(tcase, a_key_of_two_domains_is_a_cluster_for_the_third, 0, KJ_SIGNALS);
	tcase_add_test(tcase, a_domain_by_itself_is_no_cluster);
	tcase_add_test(tcase, after_a_week_of_silence_a_cluster_begins_anew);
	tcase_add_test(tcase, names_that_collide_are_told_apart_under_another_key);
	tcase_add_test(tcase, looking_changes_nothing);
	tcase_add_loop_test(tcase, all_is_exact_up_to_16_members, 2, 17);
	add_rows(tcase, more_members_are_estimated, crowds);
	tcase_add_test(tcase, where_all_are_new_the_estimates_agree);
	tcase_add_test(tcase, what_is_set_up_alike_is_new_for_a_week);
	tcase_add_test(tcase, the_mail_that_asks_counts_for_itself_too);
	tcase_add_test(tcase, clusters_are_given_by_signal);
	tcase_add_test(tcase, a_small_arena_is_no_crash);
}

static void add_time(TCase *tcase)
{
	tcase_add_loop_test(tcase, a_member_counts_for_the_window_of_the_signal, 0, KJ_SIGNALS);
	tcase_add_loop_test(tcase, a_key_seen_too_long_ago_founds_no_cluster, 0, KJ_SIGNALS);
	tcase_add_test(tcase, estimates_forget_too);
	tcase_add_test(tcase, estimates_follow_a_stream);
	tcase_add_test(tcase, mails_that_are_told_late_count_where_they_belong);
	tcase_add_test(tcase, what_is_told_late_does_not_move_a_member_back);
	tcase_add_test(tcase, nor_does_it_push_out_a_newer_one);
	tcase_add_test(tcase, a_retry_counts_once);
	tcase_add_test(tcase, volume_halves_in_a_half_life);
	tcase_add_test(tcase, many_at_once_are_a_burst_and_a_steady_stream_is_none);
}

static void add_known(TCase *tcase)
{
	add_rows(tcase, known_senders_found_no_cluster_of_what_they_say, founders);
	add_rows(tcase, but_they_count_in_those_that_are_there, founders);
	tcase_add_test(tcase, texts_of_known_senders_found_none_but_count);
}

int main(void)
{
	static const struct part parts[] = {{"growth", add_growth}, {"time", add_time}, {"known", add_known}};

	return run_parts("crowd", parts, sizeof parts / sizeof *parts);
}
