/*
 * test_share.c - hosts that remember together, with a real Redis between them
 */
#include <pthread.h>

#include "kanjiki/clock.h"
#include "share_redis.h"
#include "suite.h"

#define NOW 1800000000

static struct redis redis;
static struct host a, b;

static void up(void)
{
	redis_new(&redis);
	redis_start(&redis, NULL);
}

static void down(void)
{
	redis_free(&redis);
}

/* --- Together ---------------------------------------------------------------------------------------------- */

START_TEST(two_hosts_hear_each_other_and_not_themselves)
{
	host_at(&a, &redis);
	host_at(&b, &redis);
	host_puts(&a, 1, 1, NOW);
	host_puts(&b, 2, 1, NOW);
	host_await_heard(&a, 1);
	host_await_heard(&b, 1);
	ck_assert_str_eq(a.domain, "d2.example");
	ck_assert_str_eq(b.domain, "d1.example");
	ck_assert_uint_ne(a.from, b.from);
	/* Whoever asks has heard everything before. */
	ck_assert_int_eq(host_asks(&a, "d1.example", 5000), NOW);
	ck_assert_uint_eq(a.heard, 1);
	ck_assert_uint_eq(host_stats(&a).refused, 0);
	host_end(&a);
	host_end(&b);
}
END_TEST

START_TEST(a_sighting_arrives_as_it_was_put)
{
	struct kj_sighting sighting = {.mail = 5, .time_s = NOW, .domain = "\xe6\x97\xa5.example", .host = 77};

	host_at(&a, &redis);
	host_at(&b, &redis);
	kj_sighting_add_key(&sighting, KJ_SIGNAL_HELO, 42, 7);
	kj_share_put(a.share, &sighting);
	host_await_heard(&b, 1);
	ck_assert_uint_eq(b.mails[0], 5);
	ck_assert_str_eq(b.domain, sighting.domain);
	ck_assert_uint_ne(b.from, 77);
	host_end(&a);
	host_end(&b);
}
END_TEST

START_TEST(a_host_that_comes_later_hears_all)
{
	host_at(&a, &redis);
	host_puts(&a, 1, 2500, NOW);
	host_await_told(&a, 2500);
	host_at(&b, &redis);
	host_await_heard(&b, 2500);
	for (uint64_t mail = 1; mail <= 2500; mail += 100)
		ck_assert(host_heard_mail(&b, mail));
	ck_assert_uint_eq(a.heard, 0);
	host_end(&a);
	host_end(&b);
}
END_TEST

START_TEST(an_answer_comes_after_all_that_was_told_before_the_question)
{
	host_at(&a, &redis);
	host_at(&b, &redis);
	for (unsigned round = 1; round <= 20; round++) {
		host_puts(&a, round * 10000, 1500, NOW);
		host_await_told(&a, round * 1500);
		ck_assert_int_eq(host_asks(&b, "d10000.example", 5000), NOW);
		ck_assert_uint_eq(b.heard, round * 1500);
	}
	host_end(&a);
	host_end(&b);
}
END_TEST

START_TEST(first_seen_is_the_least_that_any_host_says)
{
	struct kj_sighting sighting = {.mail = 3, .time_s = NOW + 50, .since_s = NOW - 1000, .domain = "d1.example"};

	host_at(&a, &redis);
	host_at(&b, &redis);
	ck_assert_int_eq(host_asks(&a, "d1.example", 5000), 0);
	host_puts(&a, 1, 1, NOW);
	host_await_told(&a, 1);
	ck_assert_int_eq(host_asks(&b, "d1.example", 5000), NOW);
	host_puts(&b, 1, 1, NOW + 10);
	host_await_told(&b, 1);
	ck_assert_int_eq(host_asks(&a, "d1.example", 5000), NOW);
	kj_share_put(b.share, &sighting);
	host_await_told(&b, 2);
	ck_assert_int_eq(host_asks(&a, "d1.example", 5000), NOW - 1000);
	ck_assert_int_eq(redis_say(&redis, NULL, "ZCARD kanjiki:first"), 1);
	host_end(&a);
	host_end(&b);
}
END_TEST

START_TEST(mail_of_the_null_sender_is_told_but_is_no_domain)
{
	struct kj_sighting sighting = {.mail = 1, .time_s = NOW};

	host_at(&a, &redis);
	host_at(&b, &redis);
	kj_share_put(a.share, &sighting);
	host_await_heard(&b, 1);
	ck_assert_int_eq(redis_say(&redis, NULL, "EXISTS kanjiki:first kanjiki:last"), 0);
	host_end(&a);
	host_end(&b);
}
END_TEST

START_TEST(what_is_still_to_be_told_is_told_before_the_end)
{
	host_at(&b, &redis);
	host_at(&a, &redis);
	host_puts(&a, 1, 3000, NOW);
	host_end(&a);
	host_await_heard(&b, 3000);
	host_end(&b);
}
END_TEST

/* --- Secrets ----------------------------------------------------------------------------------------------- */

START_TEST(sightings_of_another_secret_are_refused_and_counted)
{
	struct kj_share_config config = share_defaults;

	config.server = redis.server;
	config.secret = "another secret";
	host_at(&a, &redis);
	host_start(&b, &config);
	host_await_connected(&b, true);
	host_puts(&a, 1, 3, NOW);
	host_await_told(&a, 3);
	ck_assert_int_eq(host_asks(&b, "d1.example", 5000), 0); /* nor does it find the domain */
	ck_assert_uint_eq(b.heard, 0);
	ck_assert_uint_eq(host_stats(&b).refused, 3);
	host_end(&a);
	host_end(&b);
}
END_TEST

START_TEST(entries_that_somebody_else_wrote_are_refused_and_counted)
{
	host_at(&a, &redis);
	redis_say(&redis, NULL, "XADD kanjiki:sightings * s hello");
	redis_say(&redis, NULL, "XADD kanjiki:sightings * x hello y z");
	redis_say(&redis, NULL, "XADD kanjiki:sightings * s \x01""4444444444444444444444444444444444444444444444444444");
	ck_assert_int_eq(host_asks(&a, "d1.example", 5000), 0);
	ck_assert_uint_eq(host_stats(&a).refused, 3);
	ck_assert_uint_eq(a.heard, 0);
	host_end(&a);
}
END_TEST

START_TEST(nothing_that_redis_holds_names_a_domain)
{
	host_at(&a, &redis);
	host_puts(&a, 1, 1, NOW);
	host_await_told(&a, 1);
	ck_assert_int_eq(redis_run(&redis, "local all = redis.call('DUMP', 'kanjiki:sightings') .. redis.call('DUMP', 'kanjiki:first')"
	                                   " return string.find(all, 'example', 1, true) or 0"),
	    0);
	host_end(&a);
}
END_TEST

START_TEST(two_sites_live_in_one_redis_by_their_prefixes)
{
	struct kj_share_config config = share_defaults;

	config.server = redis.server;
	config.prefix = "other:";
	host_at(&a, &redis);
	host_start(&b, &config);
	host_await_connected(&b, true);
	host_puts(&a, 1, 3, NOW);
	host_await_told(&a, 3);
	ck_assert_int_eq(host_asks(&b, "d1.example", 5000), 0);
	ck_assert_uint_eq(host_stats(&b).refused + b.heard, 0);
	host_end(&a);
	host_end(&b);
}
END_TEST

/* --- Time -------------------------------------------------------------------------------------------------- */

static int64_t later_wall_s(void *context)
{
	(void)context;
	return NOW + (int64_t)180 * 86400;
}

static int64_t real_mono_ms(void *context)
{
	(void)context;
	return now_ms();
}

static void ignore_sighting(void *context, const struct kj_sighting *sighting)
{
	(void)context, (void)sighting;
}

static void ignore_state(void *context, bool connected, const char *why)
{
	(void)context, (void)connected, (void)why;
}

START_TEST(domains_are_forgotten_after_180_days)
{
	struct kj_clock later = {later_wall_s, real_mono_ms, NULL};
	struct kj_share_events events = {ignore_sighting, ignore_state, NULL};
	struct kj_share_config config = share_defaults;
	struct kj_share *share = NULL;
	int64_t until = now_ms() + 10000;

	config.server = redis.server;
	host_at(&a, &redis);
	host_puts(&a, 1, 2500, NOW);
	host_puts(&a, 10000, 1, NOW + 1);
	host_await_told(&a, 2501);
	ck_assert_int_eq(kj_share_new(&config, &events, &later, &share, NULL), 0);
	while (redis_say(&redis, NULL, "ZCARD kanjiki:first") > 1)
		ck_assert_int_lt(now_ms(), until);
	ck_assert_int_eq(redis_say(&redis, NULL, "ZCARD kanjiki:last"), 1);
	ck_assert_int_eq(host_asks(&a, "d10000.example", 5000), NOW + 1);
	kj_share_free(share);
	host_end(&a);
}
END_TEST

/* --- Many threads ------------------------------------------------------------------------------------------ */

static void *busy(void *context)
{
	struct host *host = context;

	for (unsigned i = 0; i < 300; i++) {
		host_puts(host, (uint64_t)i * 3 + 1, 3, NOW);
		host_asks(host, "d1.example", 1000);
		host_stats(host);
	}
	return NULL;
}

START_TEST(many_threads_put_and_ask_at_once)
{
	pthread_t threads[8];

	host_at(&a, &redis);
	host_at(&b, &redis);
	for (unsigned i = 0; i < 8; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, busy, i % 2 ? &a : &b), 0);
	for (unsigned i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	host_await_heard(&a, 3600);
	host_await_heard(&b, 3600);
	host_end(&a);
	host_end(&b);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("share");
	TCase *tc = tcase_create("together");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, up, down);
	tcase_add_test(tc, two_hosts_hear_each_other_and_not_themselves);
	tcase_add_test(tc, a_sighting_arrives_as_it_was_put);
	tcase_add_test(tc, a_host_that_comes_later_hears_all);
	tcase_add_test(tc, an_answer_comes_after_all_that_was_told_before_the_question);
	tcase_add_test(tc, first_seen_is_the_least_that_any_host_says);
	tcase_add_test(tc, mail_of_the_null_sender_is_told_but_is_no_domain);
	tcase_add_test(tc, what_is_still_to_be_told_is_told_before_the_end);
	tcase_add_test(tc, sightings_of_another_secret_are_refused_and_counted);
	tcase_add_test(tc, entries_that_somebody_else_wrote_are_refused_and_counted);
	tcase_add_test(tc, nothing_that_redis_holds_names_a_domain);
	tcase_add_test(tc, two_sites_live_in_one_redis_by_their_prefixes);
	tcase_add_test(tc, domains_are_forgotten_after_180_days);
	tcase_add_test(tc, many_threads_put_and_ask_at_once);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
