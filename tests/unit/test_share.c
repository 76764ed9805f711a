/*
 * test_share.c - hosts that remember together, with a real Redis between them
 */
#include <pthread.h>
#include <signal.h>

#include "kanjiki/clock.h"
#include "share_redis.h"
#include "store/share_ring.h"
#include "store/share_seal.h"
#include "suite.h"

#define NOW 1800000000

static struct redis redis;
static struct host a, b, c;

static void up(void)
{
	redis_new(&redis);
	redis_start(&redis, NULL);
}

static void down(void)
{
	redis_free(&redis);
}

static struct kj_share_stats stats_of(const struct host *host)
{
	struct kj_share_stats stats;

	kj_share_stats(host->share, &stats);
	return stats;
}

static int64_t now_ms(void)
{
	return kj_clock_mono_ms(kj_clock_system());
}

/* --- The seal ---------------------------------------------------------------------------------------------- */

START_TEST(a_seal_opens_only_when_every_byte_is_as_it_was)
{
	static const uint8_t host[KJ_SEAL_HOST] = "a host ", data[] = "who writes to whom";
	uint8_t sealed[sizeof data + KJ_SEAL_EXTRA], again[sizeof sealed], opened[sizeof data];
	struct kj_seal seal;

	kj_seal_init(&seal, "secret", "kanjiki:");
	ck_assert_int_eq(kj_seal_close(&seal, host, data, sizeof data, sealed), 0);
	ck_assert_int_eq(kj_seal_close(&seal, host, data, sizeof data, again), 0);
	ck_assert_mem_ne(sealed + 9, again + 9, 12);
	ck_assert_int_eq(kj_seal_open(&seal, sealed, sizeof sealed, opened), 0);
	ck_assert_mem_eq(opened, data, sizeof data);
	ck_assert_mem_eq(kj_seal_host(sealed, sizeof sealed), host, sizeof host);
	for (size_t i = 0; i < sizeof sealed; i++) {
		sealed[i] ^= 1;
		ck_assert_int_eq(kj_seal_open(&seal, sealed, sizeof sealed, opened), -KJ_EINVAL);
		sealed[i] ^= 1;
	}
	for (size_t len = 0; len < sizeof sealed; len++)
		ck_assert_int_eq(kj_seal_open(&seal, sealed, len, opened), -KJ_EINVAL);
}
END_TEST

START_TEST(secret_and_prefix_both_make_the_key)
{
	struct kj_seal seal, other;

	kj_seal_init(&seal, "secret", "kanjiki:");
	kj_seal_init(&other, "secret", "other:");
	ck_assert_mem_ne(seal.key, other.key, sizeof seal.key);
	/* Hashes are the same, whatever the prefix. */
	ck_assert_mem_eq(&seal.hash_key, &other.hash_key, sizeof seal.hash_key);
	kj_seal_init(&other, "secret2", "kanjiki:");
	ck_assert_mem_ne(seal.key, other.key, sizeof seal.key);
	ck_assert_mem_ne(&seal.hash_key, &other.hash_key, sizeof seal.hash_key);
}
END_TEST

/* --- The ring ---------------------------------------------------------------------------------------------- */

/* Lengths by chance, and bytes that tell the number. */
static void fill_told(struct kj_told *told, uint64_t number, size_t shortest)
{
	told->domain = number;
	told->time_s = (int64_t)number * 2;
	told->since_s = (int64_t)number;
	told->len = shortest + (number * 2654435761U >> 16) % (KJ_SIGHTING_BYTES - shortest);
	memset(told->data, (int)(number % 251), told->len);
}

static const struct {
	size_t shortest;
	uint64_t least; /* must be kept */
} rings[] = {{1, 25000}, {900, 13000}, {1023, 13000}};

START_TEST(the_ring_keeps_the_newest_whole_and_in_order)
{
	struct kj_ring ring;
	struct kj_told told, wanted;

	ck_assert_int_eq(kj_ring_init(&ring), 0);
	for (uint64_t number = 0; number < 300000; number++) {
		fill_told(&told, number, rings[_i].shortest);
		kj_ring_put(&ring, &told);
	}
	ck_assert_uint_eq(ring.next, 300000);
	ck_assert_uint_ge(ring.next - ring.first, rings[_i].least);
	for (uint64_t number = ring.first; number < ring.next; number++) {
		fill_told(&wanted, number, rings[_i].shortest);
		kj_ring_get(&ring, number, &told);
		ck_assert_uint_eq(told.domain, wanted.domain);
		ck_assert_int_eq(told.time_s, wanted.time_s);
		ck_assert_int_eq(told.since_s, wanted.since_s);
		ck_assert_uint_eq(told.len, wanted.len);
		ck_assert_mem_eq(told.data, wanted.data, wanted.len);
	}
	kj_ring_free(&ring);
}
END_TEST

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
	ck_assert_uint_eq(stats_of(&a).refused, 0);
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
	ck_assert_uint_eq(stats_of(&b).refused, 3);
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
	ck_assert_uint_eq(stats_of(&a).refused, 3);
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
	ck_assert_uint_eq(stats_of(&b).refused + b.heard, 0);
	host_end(&a);
	host_end(&b);
}
END_TEST

START_TEST(a_wrong_password_is_said_once_with_redis_own_words)
{
	struct kj_share_config config = share_defaults;

	redis_say(&redis, NULL, "CONFIG SET requirepass right");
	config.server = redis.server;
	config.password = "wrong";
	host_start(&a, &config);
	host_await_connected(&a, false);
	ck_assert_ptr_nonnull(strstr(a.why, "WRONGPASS"));
	ck_assert_uint_eq(a.states, 1);
	host_end(&a);
	config.password = "";
	host_start(&a, &config);
	host_await_connected(&a, false);
	ck_assert_ptr_nonnull(strstr(a.why, "NOAUTH"));
	ck_assert_uint_eq(kj_share_ask(a.share, "d1.example"), 0);
	host_end(&a);
	config.password = "right";
	host_start(&a, &config);
	host_await_connected(&a, true);
	host_end(&a);
}
END_TEST

START_TEST(a_user_with_the_nine_commands_is_enough)
{
	struct kj_share_config config = share_defaults;

	redis_say(&redis, NULL,
	    "ACL SETUSER kanjiki on >secret ~kanjiki:* -@all +xadd +xread +xrange +xlen +zadd +zmscore +zrangebyscore +zrem +auth");
	redis_say(&redis, NULL, "CONFIG SET requirepass other");
	config.server = redis.server;
	config.user = "kanjiki";
	config.password = "secret";
	host_start(&a, &config);
	host_await_connected(&a, true);
	host_puts(&a, 1, 10, NOW);
	host_await_told(&a, 10);
	ck_assert_int_eq(host_asks(&a, "d3.example", 5000), NOW);
	redis_say(&redis, "AUTH other", "ACL SETUSER kanjiki -xread");
	host_await_connected(&a, false);
	ck_assert_ptr_nonnull(strstr(a.why, "NOPERM"));
	host_end(&a);
}
END_TEST

/* --- Redis comes and goes ---------------------------------------------------------------------------------- */

START_TEST(without_redis_nobody_waits_and_it_is_said_once)
{
	struct kj_share_config config = share_defaults;
	int64_t since_s = 7, began;

	config.server = "unix:/nonexistent/socket";
	host_start(&a, &config);
	host_await_connected(&a, false);
	ck_assert_ptr_nonnull(strstr(a.why, "No such file"));
	began = now_ms();
	ck_assert_uint_eq(kj_share_ask(a.share, "d1.example"), 0);
	ck_assert(!kj_share_wait(a.share, 0, began + 10000, &since_s));
	ck_assert(!kj_share_wait(a.share, 1, began + 100, &since_s));
	ck_assert_int_lt(now_ms() - began, 5000);
	ck_assert_int_eq(since_s, 7);
	ck_assert_uint_eq(a.states, 1);
	host_end(&a);
}
END_TEST

START_TEST(too_many_that_wait_push_out_the_oldest)
{
	struct kj_share_config config = share_defaults;

	config.server = redis.server;
	redis_kill(&redis);
	host_start(&a, &config);
	host_puts(&a, 1, 70000, NOW);
	ck_assert_uint_eq(stats_of(&a).waiting, 65536);
	ck_assert_uint_eq(stats_of(&a).dropped, 70000 - 65536);
	redis_start(&redis, NULL);
	host_await_told(&a, 65536);
	ck_assert_int_eq(redis_say(&redis, NULL, "XLEN kanjiki:sightings"), 65536);
	ck_assert_int_eq(host_asks(&a, "d4464.example", 5000), 0);
	ck_assert_int_eq(host_asks(&a, "d4465.example", 5000), NOW);
	ck_assert_int_eq(host_asks(&a, "d70000.example", 5000), NOW);
	host_end(&a);
}
END_TEST

/* Redis is killed, sightings come meanwhile, and it starts again with these options. */
static void kill_and_restart(const char *const options[])
{
	redis_kill(&redis);
	host_await_connected(&a, false);
	ck_assert_uint_eq(kj_share_ask(a.share, "d1.example"), 0);
	host_puts(&a, 101, 50, NOW);
	redis_start(&redis, options);
	host_await_connected(&a, true);
	host_await_connected(&b, true);
}

START_TEST(what_was_put_while_redis_was_gone_is_told_when_it_is_back)
{
	static const char *const options[] = {"--appendonly", "yes", "--appendfsync", "always", NULL};

	redis_kill(&redis);
	redis_start(&redis, options);
	host_at(&a, &redis);
	host_at(&b, &redis);
	host_puts(&a, 1, 100, NOW);
	host_await_heard(&b, 100);
	kill_and_restart(options);
	host_await_heard(&b, 150);
	ck_assert(host_heard_mail(&b, 150));
	/* It lost nothing: nothing is told twice. */
	ck_assert_int_eq(host_asks(&b, "d150.example", 5000), NOW);
	ck_assert_uint_eq(b.heard, 150);
	ck_assert_uint_eq(stats_of(&a).told, 150);
	ck_assert_uint_eq(b.states, 3);
	host_end(&a);
	host_end(&b);
}
END_TEST

START_TEST(a_redis_that_lost_everything_is_told_again)
{
	host_at(&a, &redis);
	host_at(&b, &redis);
	host_puts(&a, 1, 100, NOW);
	host_puts(&b, 1001, 1, NOW);
	host_await_heard(&b, 100);
	host_await_heard(&a, 1);
	kill_and_restart(NULL);
	host_await_told(&a, 250);
	host_await_told(&b, 2);
	/* A new host hears what was told before Redis died. */
	host_at(&c, &redis);
	ck_assert_int_eq(host_asks(&c, "d1.example", 5000), NOW);
	ck_assert(host_heard_mail(&c, 1) && host_heard_mail(&c, 150) && host_heard_mail(&c, 1001));
	host_end(&a);
	host_end(&b);
	host_end(&c);
}
END_TEST

START_TEST(a_loss_is_noticed_although_others_were_faster)
{
	host_at(&a, &redis);
	host_at(&b, &redis);
	host_puts(&a, 1, 100, NOW);
	host_await_heard(&b, 100);
	redis_kill(&redis);
	host_await_connected(&a, false);
	redis_start(&redis, NULL);
	redis_say(&redis, NULL, "XADD kanjiki:sightings * s of-another-host");
	host_await_told(&a, 200);
	ck_assert_int_ge(redis_say(&redis, NULL, "XLEN kanjiki:sightings"), 101);
	host_end(&a);
	host_end(&b);
}
END_TEST

START_TEST(a_loss_is_noticed_although_the_connection_holds)
{
	host_at(&a, &redis);
	host_puts(&a, 1, 100, NOW);
	host_await_told(&a, 100);
	ck_assert_int_eq(host_asks(&a, "d1.example", 5000), NOW);
	redis_say(&redis, NULL, "FLUSHALL");
	host_await_told(&a, 200);
	ck_assert_int_eq(redis_say(&redis, NULL, "XLEN kanjiki:sightings"), 100);
	ck_assert_uint_eq(a.states, 1);
	host_end(&a);
}
END_TEST

START_TEST(who_was_away_for_longer_than_the_stream_reaches_goes_on_with_what_is_there)
{
	host_at(&a, &redis);
	host_puts(&a, 1, 10, NOW);
	host_await_told(&a, 10);
	ck_assert_int_eq(host_asks(&a, "d1.example", 5000), NOW);
	/* While it cannot read, others tell 200,000. */
	redis_say(&redis, NULL, "ACL SETUSER default -xread");
	host_await_connected(&a, false);
	redis_run(&redis, "redis.call('XTRIM', 'kanjiki:sightings', 'MAXLEN', 0) for i = 1, 200000 do"
	                  " redis.call('XADD', 'kanjiki:sightings', '*', 's', 'x') end");
	redis_say(&redis, NULL, "ACL SETUSER default +xread");
	host_await_connected(&a, true);
	for (int i = 0; i < 2000 && stats_of(&a).refused < 200000; i++)
		host_asks(&a, "d1.example", 100);
	ck_assert_uint_eq(stats_of(&a).refused, 200000);
	ck_assert_uint_eq(stats_of(&a).told, 10);
	host_end(&a);
}
END_TEST

START_TEST(a_frozen_redis_holds_nobody)
{
	int64_t began, since_s = -1;
	uint64_t question;

	host_at(&a, &redis);
	ck_assert_int_eq(host_asks(&a, "d1.example", 5000), 0);
	kill(redis.pid, SIGSTOP);
	question = kj_share_ask(a.share, "d1.example");
	ck_assert_uint_ne(question, 0);
	began = now_ms();
	ck_assert(!kj_share_wait(a.share, question, began + 100, &since_s));
	ck_assert_int_ge(now_ms() - began, 100);
	ck_assert_int_lt(now_ms() - began, 900);
	began = now_ns();
	host_puts(&a, 1, 1000, NOW);
	ck_assert_int_lt(now_ns() - began, 500000000);
	/* After a second it counts as gone, and stays gone: that it takes connections says nothing. */
	host_await_connected(&a, false);
	ck_assert_ptr_nonnull(strstr(a.why, "no answer"));
	ck_assert_uint_eq(kj_share_ask(a.share, "d1.example"), 0);
	kill(redis.pid, SIGCONT);
	host_await_connected(&a, true);
	host_await_told(&a, 1000);
	ck_assert_int_eq(host_asks(&a, "d1000.example", 5000), NOW);
	ck_assert_uint_eq(a.states, 3);
	host_end(&a);
}
END_TEST

START_TEST(a_frozen_redis_does_not_hold_the_end)
{
	int64_t began;

	host_at(&a, &redis);
	kill(redis.pid, SIGSTOP);
	host_puts(&a, 1, 1000, NOW);
	began = now_ms();
	host_end(&a);
	ck_assert_int_lt(now_ms() - began, 2500);
	kill(redis.pid, SIGCONT);
}
END_TEST

START_TEST(open_questions_have_a_limit)
{
	int64_t since_s = -1;
	uint64_t first, last = 1;

	host_at(&a, &redis);
	kill(redis.pid, SIGSTOP);
	first = kj_share_ask(a.share, "d1.example");
	for (unsigned i = 0; i < 10000; i++)
		last = kj_share_ask(a.share, "d1.example");
	ck_assert_uint_eq(last, 0);
	kill(redis.pid, SIGCONT);
	ck_assert(kj_share_wait(a.share, first, now_ms() + 5000, &since_s));
	ck_assert_int_eq(since_s, 0);
	ck_assert_int_eq(host_asks(&a, "d1.example", 5000), 0);
	host_end(&a);
}
END_TEST

static const struct {
	const char *label, *break_it, *mend_it, *why;
} refusals[] = {
    {"out of memory", "CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", "OOM"},
    {"a replica", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE", "READONLY"},
    {"a key of another type", "SET kanjiki:last x", "DEL kanjiki:last", "WRONGTYPE"},
};

START_TEST(a_redis_that_refuses_is_said_once_and_told_later)
{
	host_at(&a, &redis);
	redis_say(&redis, NULL, refusals[_i].break_it);
	host_puts(&a, 1, 10, NOW);
	host_await_connected(&a, false);
	ck_assert_msg(strstr(a.why, refusals[_i].why), "%s: %s", refusals[_i].label, a.why);
	host_puts(&a, 11, 10, NOW);
	redis_say(&redis, NULL, refusals[_i].mend_it);
	host_await_connected(&a, true);
	host_await_told(&a, 20);
	ck_assert_uint_eq(a.states, 3);
	host_end(&a);
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
		stats_of(host);
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

static TCase *together(void)
{
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
	return tc;
}

static TCase *apart(void)
{
	TCase *tc = tcase_create("apart");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, up, down);
	tcase_add_test(tc, a_wrong_password_is_said_once_with_redis_own_words);
	tcase_add_test(tc, a_user_with_the_nine_commands_is_enough);
	tcase_add_test(tc, without_redis_nobody_waits_and_it_is_said_once);
	tcase_add_test(tc, too_many_that_wait_push_out_the_oldest);
	tcase_add_test(tc, what_was_put_while_redis_was_gone_is_told_when_it_is_back);
	tcase_add_test(tc, a_redis_that_lost_everything_is_told_again);
	tcase_add_test(tc, a_loss_is_noticed_although_others_were_faster);
	tcase_add_test(tc, a_loss_is_noticed_although_the_connection_holds);
	tcase_add_test(tc, who_was_away_for_longer_than_the_stream_reaches_goes_on_with_what_is_there);
	tcase_add_test(tc, a_frozen_redis_holds_nobody);
	tcase_add_test(tc, a_frozen_redis_does_not_hold_the_end);
	tcase_add_test(tc, open_questions_have_a_limit);
	add_rows(tc, a_redis_that_refuses_is_said_once_and_told_later, refusals);
	return tc;
}

static TCase *parts(void)
{
	TCase *tc = tcase_create("parts");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_seal_opens_only_when_every_byte_is_as_it_was);
	tcase_add_test(tc, secret_and_prefix_both_make_the_key);
	add_rows(tc, the_ring_keeps_the_newest_whole_and_in_order, rings);
	return tc;
}

int main(void)
{
	Suite *suite = suite_create("share");

	suite_add_tcase(suite, parts());
	suite_add_tcase(suite, together());
	suite_add_tcase(suite, apart());
	return suite_run(suite);
}
