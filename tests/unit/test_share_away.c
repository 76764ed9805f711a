/*
 * test_share_away.c - hosts whose Redis refuses, hangs, dies, or forgets
 */
#include <signal.h>

#include "share_redis.h"
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
	ck_assert_uint_eq(host_stats(&a).waiting, 65536);
	ck_assert_uint_eq(host_stats(&a).dropped, 70000 - 65536);
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
	ck_assert_uint_eq(host_stats(&a).told, 150);
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
	for (int i = 0; i < 2000 && host_stats(&a).refused < 200000; i++)
		host_asks(&a, "d1.example", 100);
	ck_assert_uint_eq(host_stats(&a).refused, 200000);
	ck_assert_uint_eq(host_stats(&a).told, 10);
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

int main(void)
{
	Suite *suite = suite_create("share-away");
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
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
