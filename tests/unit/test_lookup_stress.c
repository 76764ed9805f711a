/*
 * test_lookup_stress.c - the resolver while servers die, packets get lost and thousands ask
 */
#include <pthread.h>
#include <sched.h>

#include "kanjiki/lookups.h"
#include "lookup_storm.h"
#include "lookup_unbound.h"
#include "lookup_world.h"
#include "suite.h"

static void answer(struct storm_query *query)
{
	storm_answer(query);
}

static void say_nothing(struct storm_query *query)
{
	(void)query;
}

static void nap_ms(int ms)
{
	nanosleep(&(struct timespec){ms / 1000, (long)(ms % 1000) * 1000000}, NULL);
}

static void answer_late(struct storm_query *query)
{
	nap_ms(400);
	storm_answer(query);
}

static struct kj_resolver *resolver_of(const struct storm *storm, uint32_t retry_ms)
{
	return resolver_with((const char *[]){storm->server, NULL}, retry_ms);
}

/* Many questions at once, and what became of them. */
struct tally {
	atomic_uint calls, by_status[8];
};

static void count(void *context, const struct kj_dns_answer *answer)
{
	struct tally *tally = context;

	atomic_fetch_add(&tally->by_status[answer->status], 1);
	atomic_fetch_add(&tally->calls, 1);
}

static void ask_many(
    struct kj_resolver *resolver, const char *domain, unsigned n, int64_t within_ms, struct tally *tally)
{
	char name[64];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof name, "%u.%s", i, domain);
		ck_assert_int_eq(
		    kj_resolver_ask(resolver, name, KJ_DNS_A, now_ms() + within_ms, count, tally), 0);
	}
}

static void await(const struct tally *tally, unsigned n, int64_t within_ms)
{
	int64_t until = now_ms() + within_ms;

	while (tally->calls < n && now_ms() < until)
		nap_ms(1);
	ck_assert_uint_eq(tally->calls, n);
}

START_TEST(all_servers_dead_is_a_timeout_at_the_deadline)
{
	struct storm *first = storm_start(say_nothing, 0, 0), *second = storm_start(say_nothing, 0, 0);
	struct kj_resolver *resolver =
	    resolver_with((const char *[]){first->server, second->server, NULL}, 300);
	struct kj_resolver_stats stats;
	struct tally tally = {0};
	int64_t start = now_ms();

	ask_many(resolver, "test", 500, 1000, &tally);
	await(&tally, 500, 5000);
	ck_assert_int_ge(now_ms() - start, 1000);
	ck_assert_int_lt(now_ms() - start, 2500);
	ck_assert_uint_eq(tally.by_status[KJ_DNS_TIMEOUT], 500);
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.timeouts, 500);
	/* Nobody waits any more: what is open ends at its next wait, and no failure is kept. */
	while (stats.in_flight + stats.queued) {
		ck_assert_int_lt(now_ms() - start, 10000);
		nap_ms(5);
		kj_resolver_stats(resolver, &stats);
	}
	ck_assert_uint_eq(stats.cached, 0);
	kj_resolver_free(resolver);
	storm_stop(first);
	storm_stop(second);
}
END_TEST

START_TEST(the_first_dead_and_the_second_slow_costs_one_wait)
{
	struct storm *first = storm_start(say_nothing, 0, 0), *second = storm_start(answer_late, 0, 0);
	struct kj_resolver *resolver =
	    resolver_with((const char *[]){first->server, second->server, NULL}, 300);
	char name[32];
	int64_t start;

	for (int i = 0; i < 5; i++) {
		struct kj_dns_answer *got;

		start = now_ms();
		snprintf(name, sizeof name, "%d.test", i);
		got = ask_for(resolver, name, KJ_DNS_A, 5000);
		ck_assert_msg(got->status == KJ_DNS_FOUND, "%d: status %d", i, got->status);
		kj_dns_answer_unref(got);
		ck_assert_int_lt(now_ms() - start, 1500);
	}
	/* Put last after three silences. */
	ck_assert_uint_le(first->udp, 4);
	kj_resolver_free(resolver);
	storm_stop(first);
	storm_stop(second);
}
END_TEST

/* Down when asked, on its feet half a second later; and once more with nobody there for a moment between packets. */
START_TEST(a_server_that_is_restarted_is_not_gone)
{
	struct storm *storm = storm_start(say_nothing, 0, 0);
	struct kj_resolver *resolver = resolver_of(storm, 300);
	uint16_t port = storm->port;
	struct kj_resolver_stats stats;
	struct tally tally = {0};

	ask_many(resolver, "open.test", 50, 8000, &tally);
	nap_ms(20);
	storm_stop(storm);
	ask_many(resolver, "down.test", 50, 8000, &tally);
	nap_ms(400);
	storm = storm_start(answer, port, 0);
	ask_many(resolver, "up.test", 50, 8000, &tally);
	await(&tally, 150, 10000);
	ck_assert_uint_eq(tally.by_status[KJ_DNS_FOUND], 150);
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.servfails + stats.timeouts, 0);
	kj_resolver_free(resolver);
	storm_stop(storm);
}
END_TEST

/* Of each name, each packet is lost or not by chance, and always the same chance. */
static atomic_int loss_percent;

static void lose(struct storm_query *query)
{
	uint32_t hash = storm_hash(query->name);
	unsigned nth = query->storm->seen[hash & 0xffff]++;

	char packet[300];

	snprintf(packet, sizeof packet, "%u %s", nth, query->name);
	if (storm_hash(packet) % 100 >= (uint32_t)loss_percent)
		storm_answer(query);
}

static const struct {
	int percent;
	int64_t median_ms;
} loss_rows[] = {
    {5, 700},
    {30, 2000},
};

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

START_TEST(lost_packets_cost_a_wait_and_no_answer)
{
	struct storm *storm = storm_start(lose, 0, 0);
	struct kj_resolver *resolver = resolver_of(storm, 0);
	struct kj_resolver_stats stats;
	int took_ms[9];
	char domain[32];

	atomic_store(&loss_percent, loss_rows[_i].percent);
	for (int batch = 0; batch < 9; batch++) {
		struct tally tally = {0};
		int64_t start = now_ms();

		snprintf(domain, sizeof domain, "b%d.test", batch);
		ask_many(resolver, domain, 20, 9000, &tally);
		await(&tally, 20, 10000);
		ck_assert_uint_eq(tally.by_status[KJ_DNS_FOUND], 20);
		took_ms[batch] = (int)(now_ms() - start);
	}
	qsort(took_ms, 9, sizeof *took_ms, by_value);
	ck_assert_msg(
	    took_ms[4] <= loss_rows[_i].median_ms, "%d %%: median %d ms", loss_rows[_i].percent, took_ms[4]);
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_gt(stats.retries, 180U * (unsigned)loss_rows[_i].percent / 200);
	kj_resolver_free(resolver);
	storm_stop(storm);
}
END_TEST

/* A list that is dead, asked by a crowd, holds up nobody who asks for something else. */
static void dead_list(struct storm_query *query)
{
	if (!strstr(query->name, "dead"))
		storm_answer(query);
}

START_TEST(ten_thousand_dead_questions_hold_up_nobody)
{
	struct storm *storm = storm_start(dead_list, 0, 0);
	struct kj_resolver *resolver = resolver_of(storm, 0);
	struct tally dead = {0}, good = {0};
	int64_t start;

	ask_many(resolver, "dead.test", 10000, 8000, &dead);
	start = now_ms();
	ask_many(resolver, "good.test", 1000, 8000, &good);
	await(&good, 1000, 10000);
	ck_assert_uint_eq(good.by_status[KJ_DNS_FOUND], 1000);
	ck_assert_int_lt(now_ms() - start, 5000);
	await(&dead, 10000, 12000);
	ck_assert_uint_eq(dead.by_status[KJ_DNS_TIMEOUT], 10000);
	kj_resolver_free(resolver);
	storm_stop(storm);
}
END_TEST

START_TEST(a_deadline_before_the_first_retry_is_kept)
{
	struct storm *storm = storm_start(say_nothing, 0, 0);
	struct kj_resolver *resolver = resolver_of(storm, 5000);
	struct kj_resolver_stats stats;
	struct tally tally = {0};
	int64_t start = now_ms();

	ask_many(resolver, "test", 100, 50, &tally);
	ask_many(resolver, "past.test", 100, -1000, &tally);
	await(&tally, 200, 2000);
	ck_assert_int_ge(now_ms() - start, 50);
	ck_assert_int_lt(now_ms() - start, 1000);
	ck_assert_uint_eq(tally.by_status[KJ_DNS_TIMEOUT], 200);
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.retries, 0);
	kj_resolver_free(resolver);
	storm_stop(storm);
}
END_TEST

static void by_tcp_or_never(struct storm_query *query)
{
	if (query->tcp)
		query->keep_open = true;
	else if (strstr(query->name, "tcp"))
		storm_truncate(query);
}

/* On the wire, among the slow, in the queue, on connections. */
START_TEST(the_end_is_told_to_all_that_are_open)
{
	struct storm *storm = storm_start(by_tcp_or_never, 0, 0);
	struct kj_resolver *resolver = resolver_of(storm, 0);
	struct kj_resolver_stats stats;
	struct tally tally = {0};

	ask_many(resolver, "tcp.test", 100, 60000, &tally);
	ask_many(resolver, "test", 5000, 60000, &tally);
	nap_ms(150);
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.in_flight + stats.queued, 5100);
	ck_assert_uint_gt(stats.queued, 0);
	ck_assert_uint_gt(stats.in_flight, 256);
	ck_assert_uint_gt(stats.tcp, 0);
	kj_resolver_free(resolver);
	ck_assert_uint_eq(tally.calls, 5100);
	ck_assert_uint_eq(tally.by_status[KJ_DNS_TIMEOUT], 5100);
	storm_stop(storm);
}
END_TEST

/* 60,000 bytes each; a megabyte is allowed. */
static void answer_at_length(struct storm_query *query)
{
	static uint8_t text[60000];
	struct storm_reply reply;

	if (!query->tcp) {
		storm_truncate(query);
		return;
	}
	for (size_t i = 0; i < sizeof text; i += 250)
		text[i] = 249;
	storm_begin(query, &reply);
	storm_add(&reply, query->name, KJ_DNS_TXT, text, sizeof text);
	storm_send(query, &reply);
}

START_TEST(oversized_answers_come_whole_and_do_not_fill_the_memory)
{
	struct storm *storm = storm_start(answer_at_length, 0, 0);
	const char *servers[] = {storm->server};
	struct kj_resolver_config config = {
	    .servers = servers, .server_count = 1, .cache_bytes_max = 1 << 20};
	struct kj_resolver_stats stats;
	struct kj_resolver *resolver;
	char name[32];

	ck_assert_int_eq(kj_resolver_new(&config, kj_clock_system(), &resolver, NULL), 0);
	for (int i = 0; i < 100; i++) {
		struct kj_dns_answer *got;

		snprintf(name, sizeof name, "%d.test", i);
		got = ask_for(resolver, name, KJ_DNS_TXT, 5000);
		ck_assert_int_eq(got->status, KJ_DNS_FOUND);
		ck_assert_uint_eq(got->records[0].text_len, 60000 / 250 * 249);
		kj_dns_answer_unref(got);
	}
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.tcp, 100);
	ck_assert_uint_gt(stats.cached, 10);
	ck_assert_uint_lt(stats.cached, 18);
	kj_resolver_free(resolver);
	storm_stop(storm);
}
END_TEST

/* More truncated answers at once than connections are opened. */
START_TEST(a_crowd_that_has_to_use_tcp_is_served)
{
	struct storm *storm = storm_start(answer_at_length, 0, 0);
	struct kj_resolver *resolver = resolver_of(storm, 0);
	struct kj_resolver_stats stats;
	struct tally tally = {0};
	char name[32];

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "%d.test", i);
		ck_assert_int_eq(
		    kj_resolver_ask(resolver, name, KJ_DNS_TXT, now_ms() + 15000, count, &tally), 0);
	}
	await(&tally, 300, 16000);
	ck_assert_uint_eq(tally.by_status[KJ_DNS_FOUND], 300);
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.tcp, 300);
	kj_resolver_free(resolver);
	storm_stop(storm);
}
END_TEST

/* A mail asks the old resolver, the next the new one; the old goes with questions open that nobody awaits any more. */
START_TEST(mails_of_before_a_reload_keep_their_answers)
{
	struct storm *slow = storm_start(answer_late, 0, 0), *quick = storm_start(answer, 0, 0);
	struct kj_resolver *old = resolver_of(slow, PATIENT), *new = resolver_of(quick, PATIENT);
	struct kj_question question = {.kind = KJ_ASK_ADDRESSES, .name = "name.test", .addr.family = 4};
	struct kj_lookups *before = kj_lookups_new(old, kj_clock_system(), 10000);
	struct kj_lookups *hasty = kj_lookups_new(old, kj_clock_system(), 10000);
	struct kj_lookups *after = kj_lookups_new(new, kj_clock_system(), 10000);

	ck_assert_int_eq(kj_lookups_ask(before, &question), 0);
	ck_assert_int_eq(kj_lookups_ask(after, &question), 0);
	question.name = "late.test";
	ck_assert_int_eq(kj_lookups_ask(hasty, &question), 0);
	kj_lookups_wait(after, now_ms() + 10000);
	ck_assert_int_eq(kj_lookups_answer(after, 0)->status, KJ_ANSWER_FOUND);
	kj_lookups_wait(hasty, now_ms());
	ck_assert_int_eq(kj_lookups_answer(hasty, 0)->status, KJ_ANSWER_TIMEOUT);
	kj_lookups_free(hasty);
	kj_lookups_wait(before, now_ms() + 10000);
	ck_assert_int_eq(kj_lookups_answer(before, 0)->status, KJ_ANSWER_FOUND);
	kj_lookups_free(before);
	kj_resolver_free(old);
	kj_lookups_free(after);
	kj_resolver_free(new);
	storm_stop(slow);
	storm_stop(quick);
}
END_TEST

/* Busy at first: what is asked meanwhile waits. */
static void answer_after_a_pause(struct storm_query *query)
{
	if (query->storm->udp == 1)
		nap_ms(1000);
	storm_answer(query);
}

START_TEST(a_hundred_thousand_questions_may_wait)
{
	struct storm *storm = storm_start(answer_after_a_pause, 0, 0);
	struct kj_resolver *resolver = resolver_of(storm, 0);
	struct kj_resolver_stats stats;
	struct tally tally = {0};

	ask_many(resolver, "test", 100000, 40000, &tally);
	await(&tally, 100000, 45000);
	ck_assert_uint_eq(tally.by_status[KJ_DNS_FOUND], 100000);
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.in_flight + stats.queued, 0);
	kj_resolver_free(resolver);
	storm_stop(storm);
}
END_TEST

#define SESSIONS 5000
#define EACH     8

/* All of them open at once, behind them a real Unbound. */
START_TEST(five_thousand_sessions_lose_no_answer)
{
	struct kj_lookups **sessions = calloc(SESSIONS, sizeof(struct kj_lookups *));
	struct kj_resolver *resolver = resolver_with((const char *[]){unbound_server, NULL}, 0);
	struct kj_question question = {.kind = KJ_ASK_ADDRESSES, .addr.family = 4};
	struct kj_resolver_stats stats;
	char name[64];

	question.name = name;
	for (int i = 0; i < SESSIONS; i++) {
		sessions[i] = kj_lookups_new(resolver, kj_clock_system(), 30000);
		for (int j = 0; j < EACH; j++) {
			snprintf(name, sizeof name, "s%d-q%d.many.example.jp", i, j);
			ck_assert_int_eq(kj_lookups_ask(sessions[i], &question), j);
		}
	}
	for (int i = 0; i < SESSIONS; i++) {
		kj_lookups_wait(sessions[i], now_ms() + 30000);
		for (int j = 0; j < EACH; j++)
			ck_assert_msg(kj_lookups_answer(sessions[i], j)->status == KJ_ANSWER_FOUND,
			    "session %d: %s", i,
			    kj_answer_status_name(kj_lookups_answer(sessions[i], j)->status));
		kj_lookups_free(sessions[i]);
	}
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.asked, SESSIONS * EACH);
	ck_assert_uint_eq(stats.timeouts + stats.servfails + stats.in_flight + stats.queued, 0);
	ck_assert_uint_eq(stats.cached, 32768);
	kj_resolver_free(resolver);
	free(sessions);
}
END_TEST

static Suite *stress_suite(void)
{
	Suite *suite = suite_create("stress");
	TCase *tcase = tcase_create("stress"), *crowd = tcase_create("crowd");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, all_servers_dead_is_a_timeout_at_the_deadline);
	tcase_add_test(tcase, the_first_dead_and_the_second_slow_costs_one_wait);
	tcase_add_test(tcase, a_server_that_is_restarted_is_not_gone);
	add_rows(tcase, lost_packets_cost_a_wait_and_no_answer, loss_rows);
	tcase_add_test(tcase, ten_thousand_dead_questions_hold_up_nobody);
	tcase_add_test(tcase, a_deadline_before_the_first_retry_is_kept);
	tcase_add_test(tcase, the_end_is_told_to_all_that_are_open);
	tcase_add_test(tcase, oversized_answers_come_whole_and_do_not_fill_the_memory);
	tcase_add_test(tcase, a_crowd_that_has_to_use_tcp_is_served);
	tcase_add_test(tcase, a_hundred_thousand_questions_may_wait);
	tcase_add_test(tcase, mails_of_before_a_reload_keep_their_answers);
	suite_add_tcase(suite, tcase);
	tcase_set_timeout(crowd, 90);
	tcase_add_unchecked_fixture(crowd, unbound_start, unbound_stop);
	tcase_add_test(crowd, five_thousand_sessions_lose_no_answer);
	suite_add_tcase(suite, crowd);
	return suite;
}

int main(void)
{
	return suite_run(stress_suite());
}
