/*
 * test_lookup_servers.c - the resolver with several servers, several threads, and little room
 */
#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "lookup_world.h"
#include "suite.h"

static struct kj_resolver *resolver_of(const struct responder *responder)
{
	const char *servers[] = {responder->server, NULL};

	return resolver_with(servers, PATIENT);
}

static const struct script all_lost[] = {{"", ACT_SILENT, 0, 0}, {0}};
static const struct script all_found[] = {{"", ACT_ANSWER, 0, 0}, {0}};
static const struct script all_servfail[] = {{"", ACT_RCODE, 2, 0}, {0}};
static const struct script all_garbage[] = {{"", ACT_GARBAGE, 0, 0}, {0}};
static const struct script all_hang[] = {{"", ACT_HANG, 0, 0}, {0}};

static const struct {
	const char *label;
	const struct script *first; /* NULL: a closed port */
	unsigned first_packets;
} failover_rows[] = {
    {"a silent server", all_lost, 1},
    {"a server with errors", all_servfail, 1},
    {"a server that talks nonsense", all_garbage, 1},
    {"a server that cannot do TCP", all_hang, 1},
    {"no server at all", NULL, 0},
};

START_TEST(the_second_server_answers_instead_of)
{
	const struct script *script = failover_rows[_i].first;
	struct responder *first = script ? responder_start(script) : NULL;
	struct responder *second = responder_start(all_found);
	char closed[32];
	const char *servers[] = {first ? first->server : closed, second->server, NULL};
	struct kj_resolver *resolver;
	struct kj_dns_answer *answer;

	closed_server(closed);
	resolver = resolver_with(servers, script == all_lost ? 300 : PATIENT);
	answer = ask_for(resolver, "name.test", KJ_DNS_A, 10000);
	ck_assert_msg(
	    answer->status == KJ_DNS_FOUND, "%s: status %d", failover_rows[_i].label, answer->status);
	ck_assert_uint_eq(second->udp, 1);
	if (first)
		ck_assert_uint_eq(first->udp, failover_rows[_i].first_packets);
	kj_dns_answer_unref(answer);
	kj_resolver_free(resolver);
	responder_stop(second);
	if (first)
		responder_stop(first);
}
END_TEST

START_TEST(a_silent_server_is_put_last_and_found_again)
{
	static const struct script revives[] = {{"", ACT_LOSE, 3, 0}, {0}};
	static const struct script loses[] = {{"lost.test", ACT_LOSE, 1, 0}, {"", ACT_ANSWER, 0, 0}, {0}};
	struct responder *first = responder_start(revives), *second = responder_start(loses);
	const char *servers[] = {first->server, second->server};
	struct kj_resolver_config config = {.servers = servers, .server_count = 2, .retry_ms = 200};
	struct kj_resolver *resolver;
	struct test_clock clock;

	test_clock_init(&clock);
	ck_assert_int_eq(kj_resolver_new(&config, &clock.clock, &resolver, NULL), 0);
	kj_dns_answer_unref(ask_for(resolver, "1.test", KJ_DNS_A, 5000));
	kj_dns_answer_unref(ask_for(resolver, "2.test", KJ_DNS_A, 5000));
	kj_dns_answer_unref(ask_for(resolver, "3.test", KJ_DNS_A, 5000));
	ck_assert_uint_eq(first->udp, 3);
	kj_dns_answer_unref(ask_for(resolver, "4.test", KJ_DNS_A, 5000));
	kj_dns_answer_unref(ask_for(resolver, "5.test", KJ_DNS_A, 5000));
	ck_assert_uint_eq(first->udp, 3);
	ck_assert_uint_eq(second->udp, 5);
	kj_dns_answer_unref(ask_for(resolver, "lost.test", KJ_DNS_A, 5000));
	ck_assert_uint_eq(first->udp, 3);
	ck_assert_uint_eq(second->udp, 7);
	atomic_store(&clock.ahead_ms, 2000);
	kj_dns_answer_unref(ask_for(resolver, "6.test", KJ_DNS_A, 500000));
	kj_dns_answer_unref(ask_for(resolver, "7.test", KJ_DNS_A, 500000));
	ck_assert_uint_eq(first->udp, 5);
	ck_assert_uint_eq(second->udp, 7);
	kj_resolver_free(resolver);
	responder_stop(first);
	responder_stop(second);
}
END_TEST

START_TEST(nobody_there_is_a_failure_and_soon)
{
	int64_t start = now_ms();
	char closed[32];
	const char *servers[] = {closed, NULL};
	struct kj_resolver *resolver;
	struct kj_dns_answer *answer;

	closed_server(closed);
	resolver = resolver_with(servers, 100);
	answer = ask_for(resolver, "name.test", KJ_DNS_A, 10000);
	ck_assert_int_eq(answer->status, KJ_DNS_SERVFAIL);
	ck_assert_int_lt(now_ms() - start, 5000);
	kj_dns_answer_unref(answer);
	kj_resolver_free(resolver);
}
END_TEST

static const struct script slow[] = {{"", ACT_DELAY, 500, 0}, {0}};

START_TEST(each_asker_has_its_own_deadline)
{
	struct responder *responder = responder_start(slow);
	struct kj_resolver *resolver = resolver_of(responder);
	struct waiter hasty = {0}, patient = {0};

	ck_assert_int_eq(
	    kj_resolver_ask(resolver, "slow.test", KJ_DNS_A, now_ms() + 10000, waiter_done, &patient), 0);
	ck_assert_int_eq(
	    kj_resolver_ask(resolver, "slow.test", KJ_DNS_A, now_ms() + 10, waiter_done, &hasty), 0);
	waiter_wait(&hasty);
	ck_assert_int_eq(hasty.answer->status, KJ_DNS_TIMEOUT);
	waiter_wait(&patient);
	ck_assert_int_eq(patient.answer->status, KJ_DNS_FOUND);
	kj_dns_answer_unref(patient.answer);
	kj_resolver_free(resolver);
	ck_assert_uint_eq(hasty.calls, 1);
	responder_stop(responder);
}
END_TEST

/* One on the wire, one in the queue; both lost. */
START_TEST(the_queue_has_an_end)
{
	struct responder *responder = responder_start(all_lost);
	const char *servers[] = {responder->server};
	struct kj_resolver_config config = {
	    .servers = servers, .server_count = 1, .in_flight_max = 1, .queue_max = 1};
	struct waiter waiters[2] = {0};
	struct kj_resolver_stats stats;
	struct kj_resolver *resolver;
	struct test_clock clock;
	int64_t deadline = 10000;

	test_clock_init(&clock);
	clock.frozen = true;
	ck_assert_int_eq(kj_resolver_new(&config, &clock.clock, &resolver, NULL), 0);
	ck_assert_int_eq(
	    kj_resolver_ask(resolver, "1.test", KJ_DNS_A, deadline, waiter_done, &waiters[0]), 0);
	ck_assert_int_eq(
	    kj_resolver_ask(resolver, "2.test", KJ_DNS_A, deadline, waiter_done, &waiters[1]), 0);
	ck_assert_int_eq(
	    kj_resolver_ask(resolver, "3.test", KJ_DNS_A, deadline, waiter_done, NULL), -KJ_EBUSY);
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.in_flight, 1);
	ck_assert_uint_eq(stats.queued, 1);
	kj_resolver_free(resolver);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(waiters[i].calls, 1);
		ck_assert_int_eq(waiters[i].answer->status, KJ_DNS_TIMEOUT);
	}
	responder_stop(responder);
}
END_TEST

START_TEST(what_nobody_waits_for_leaves_the_queue)
{
	struct responder *responder = responder_start(all_lost);
	const char *servers[] = {responder->server};
	struct kj_resolver_config config = {
	    .servers = servers, .server_count = 1, .in_flight_max = 1, .retry_ms = PATIENT};
	struct waiter first = {0}, second = {0};
	struct kj_resolver_stats stats;
	struct kj_resolver *resolver;

	ck_assert_int_eq(kj_resolver_new(&config, kj_clock_system(), &resolver, NULL), 0);
	ck_assert_int_eq(
	    kj_resolver_ask(resolver, "1.test", KJ_DNS_A, now_ms() + 9000, waiter_done, &first), 0);
	ck_assert_int_eq(
	    kj_resolver_ask(resolver, "2.test", KJ_DNS_A, now_ms() + 20, waiter_done, &second), 0);
	waiter_wait(&second);
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.queued, 0);
	ck_assert_uint_eq(stats.in_flight, 1);
	kj_resolver_free(resolver);
	ck_assert_uint_eq(responder->udp, 1);
	responder_stop(responder);
}
END_TEST

/* Without the rule that slow questions leave the window, the good one would wait for seconds. */
START_TEST(slow_questions_do_not_hold_up_the_others)
{
	static const struct script script[] = {{"good.test", ACT_ANSWER, 0, 0}, {"", ACT_SILENT, 0, 0}, {0}};
	struct responder *responder = responder_start(script);
	const char *servers[] = {responder->server};
	struct kj_resolver_config config = {
	    .servers = servers, .server_count = 1, .in_flight_max = 2, .retry_ms = PATIENT};
	struct waiter waiters[4] = {0};
	struct kj_dns_answer *answer;
	struct kj_resolver *resolver;
	char name[16];

	ck_assert_int_eq(kj_resolver_new(&config, kj_clock_system(), &resolver, NULL), 0);
	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof name, "%d.dead.test", i);
		ck_assert_int_eq(
		    kj_resolver_ask(resolver, name, KJ_DNS_A, now_ms() + 20000, waiter_done, &waiters[i]), 0);
	}
	answer = ask_for(resolver, "good.test", KJ_DNS_A, 3000);
	ck_assert_int_eq(answer->status, KJ_DNS_FOUND);
	kj_dns_answer_unref(answer);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

static const char *const bad_servers[] = {"", "name.test", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536",
    "192.0.2.1:5x", "[::1", "[::1]5", "[192.0.2.1.1]", "::1:zz", "1.2.3"};

START_TEST(a_server_that_is_no_address_is_named)
{
	struct kj_resolver_config config = {.servers = &bad_servers[_i], .server_count = 1};
	struct kj_resolver *resolver = NULL;
	struct kj_reason reason = {""};

	ck_assert_int_eq(kj_resolver_new(&config, kj_clock_system(), &resolver, &reason), -KJ_EINVAL);
	ck_assert_ptr_null(resolver);
	ck_assert_ptr_nonnull(strstr(reason.text, bad_servers[_i]));
}
END_TEST

static const char *const good_servers[] = {"192.0.2.1", "192.0.2.1:5353", "::1", "[::1]", "[::1]:53"};

START_TEST(a_server_is_an_address_with_or_without_port)
{
	struct kj_resolver_config config = {.servers = &good_servers[_i], .server_count = 1};
	struct kj_resolver *resolver = NULL;

	ck_assert_int_eq(kj_resolver_new(&config, kj_clock_system(), &resolver, NULL), 0);
	kj_resolver_free(resolver);
}
END_TEST

START_TEST(the_cache_lets_go_of_the_oldest)
{
	struct responder *responder = responder_start(all_found);
	const char *servers[] = {responder->server};
	struct kj_resolver_config config = {
	    .servers = servers, .server_count = 1, .cache_max = 2, .retry_ms = PATIENT};
	struct kj_resolver_stats stats;
	struct kj_resolver *resolver;

	ck_assert_int_eq(kj_resolver_new(&config, kj_clock_system(), &resolver, NULL), 0);
	kj_dns_answer_unref(ask_for(resolver, "1.test", KJ_DNS_A, 5000));
	kj_dns_answer_unref(ask_for(resolver, "2.test", KJ_DNS_A, 5000));
	kj_dns_answer_unref(ask_for(resolver, "1.test", KJ_DNS_A, 5000));
	kj_dns_answer_unref(ask_for(resolver, "3.test", KJ_DNS_A, 5000));
	ck_assert_uint_eq(responder->udp, 3);
	kj_dns_answer_unref(ask_for(resolver, "1.test", KJ_DNS_A, 5000));
	ck_assert_uint_eq(responder->udp, 3);
	kj_dns_answer_unref(ask_for(resolver, "2.test", KJ_DNS_A, 5000));
	ck_assert_uint_eq(responder->udp, 4);
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.cached, 2);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

struct crowd {
	struct kj_resolver *resolver;
	int first;
	atomic_uint found, calls;
	pthread_t thread;
};

static void crowd_done(void *context, const struct kj_dns_answer *answer)
{
	struct crowd *crowd = context;

	atomic_fetch_add(&crowd->found, answer->status == KJ_DNS_FOUND);
	atomic_fetch_add(&crowd->calls, 1);
}

/* Half of the names are everybody's. */
static void *crowd_run(void *context)
{
	struct crowd *crowd = context;
	char name[40];

	for (int i = 0; i < 125; i++) {
		snprintf(name, sizeof name, "n%d.many.example.jp", i % 2 ? i : crowd->first + i);
		ck_assert_int_eq(
		    kj_resolver_ask(crowd->resolver, name, KJ_DNS_A, now_ms() + 15000, crowd_done, crowd), 0);
	}
	return NULL;
}

START_TEST(many_threads_ask_at_once)
{
	struct crowd crowds[8] = {0};
	struct kj_resolver_stats stats;
	struct kj_resolver *resolver = resolver_with((const char *[]){nsd_server, NULL}, 300);
	int64_t until = now_ms() + 20000;

	for (int i = 0; i < 8; i++) {
		crowds[i].resolver = resolver;
		crowds[i].first = 1000 * (i + 1);
		ck_assert_int_eq(pthread_create(&crowds[i].thread, NULL, crowd_run, &crowds[i]), 0);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(crowds[i].thread, NULL);
		while (crowds[i].calls < 125 && now_ms() < until)
			sched_yield();
		ck_assert_uint_eq(crowds[i].found, 125);
	}
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.asked, 1000);
	ck_assert_uint_eq(stats.sent - stats.retries, 8 * 63 + 62);
	kj_resolver_free(resolver);
}
END_TEST

static _Atomic(int) again_rc;

static void ask_again(void *context, const struct kj_dns_answer *answer)
{
	struct crowd *crowd = context;

	again_rc =
	    kj_resolver_ask(crowd->resolver, "again.test", KJ_DNS_A, now_ms() + 5000, crowd_done, crowd);
	crowd_done(crowd, answer);
}

START_TEST(a_callback_may_ask_again_and_the_end_is_told_to_all)
{
	struct responder *found = responder_start(all_found), *lost = responder_start(all_lost);
	struct crowd crowd = {.resolver = resolver_of(found)};

	ck_assert_int_eq(
	    kj_resolver_ask(crowd.resolver, "1.test", KJ_DNS_A, now_ms() + 9000, ask_again, &crowd), 0);
	while (crowd.calls < 2)
		sched_yield();
	ck_assert_uint_eq(crowd.found, 2);
	kj_resolver_free(crowd.resolver);
	crowd = (struct crowd){.resolver = resolver_of(lost)};
	ck_assert_int_eq(
	    kj_resolver_ask(crowd.resolver, "1.test", KJ_DNS_A, now_ms() + 9000, ask_again, &crowd), 0);
	kj_resolver_free(crowd.resolver);
	ck_assert_uint_eq(crowd.calls, 1);
	ck_assert_int_eq(again_rc, -KJ_ECLOSED);
	kj_resolver_free(NULL);
	responder_stop(found);
	responder_stop(lost);
}
END_TEST

/* SIGTERM's bit in the mask of blocked signals of the thread called "resolver"; -1 if there is none. */
static int term_blocked(void)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	int blocked = -1;

	while (dir && (entry = readdir(dir))) {
		unsigned long long mask = 0;
		bool resolver = false;
		char path[300], line[200];
		FILE *file;

		snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
		file = fopen(path, "re");
		while (file && fgets(line, sizeof line, file)) {
			resolver |= strcmp(line, "Name:\tresolver\n") == 0;
			if (sscanf(line, "SigBlk: %llx", &mask) == 1 && resolver)
				blocked = (int)(mask >> (SIGTERM - 1) & 1);
		}
		if (file)
			fclose(file);
	}
	if (dir)
		closedir(dir);
	return blocked;
}

START_TEST(the_thread_takes_no_signals)
{
	struct kj_resolver *resolver = resolver_with((const char *[]){nsd_server, NULL}, 300);

	ck_assert_int_eq(term_blocked(), 1);
	kj_resolver_free(resolver);
	ck_assert_int_eq(term_blocked(), -1);
}
END_TEST

static Suite *servers_suite(void)
{
	Suite *suite = suite_create("servers");
	TCase *tcase = tcase_create("servers");

	tcase_set_timeout(tcase, 60);
	tcase_add_unchecked_fixture(tcase, nsd_start, nsd_stop);
	add_rows(tcase, the_second_server_answers_instead_of, failover_rows);
	tcase_add_test(tcase, a_silent_server_is_put_last_and_found_again);
	tcase_add_test(tcase, nobody_there_is_a_failure_and_soon);
	tcase_add_test(tcase, each_asker_has_its_own_deadline);
	tcase_add_test(tcase, the_queue_has_an_end);
	tcase_add_test(tcase, what_nobody_waits_for_leaves_the_queue);
	tcase_add_test(tcase, slow_questions_do_not_hold_up_the_others);
	add_rows(tcase, a_server_that_is_no_address_is_named, bad_servers);
	add_rows(tcase, a_server_is_an_address_with_or_without_port, good_servers);
	tcase_add_test(tcase, the_cache_lets_go_of_the_oldest);
	tcase_add_test(tcase, the_thread_takes_no_signals);
	tcase_add_test(tcase, many_threads_ask_at_once);
	tcase_add_test(tcase, a_callback_may_ask_again_and_the_end_is_told_to_all);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return suite_run(servers_suite());
}
