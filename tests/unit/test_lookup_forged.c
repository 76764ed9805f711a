/*
 * test_lookup_forged.c - answers that are forged, nonsense, or come in pieces: the true one or "unknown", never theirs
 */
#include "lookup_storm.h"
#include "lookup_world.h"
#include "suite.h"

#define FORGED "203.0.113.66"

/* What a handler does with the one question; unless it says otherwise it ends with the true answer. */

static void other_case(struct storm_query *query)
{
	struct storm_reply reply;

	for (size_t i = 12; i < 12 + strlen(query->name); i++)
		if (query->data[i] >= 'a' && query->data[i] <= 'z' && i % 2)
			query->data[i] ^= 0x20;
	storm_begin(query, &reply);
	storm_add_a(&reply, query->name, "192.0.2.1");
	storm_send(query, &reply);
}

static void about_another_name(struct storm_query *query)
{
	struct storm_reply reply;

	storm_begin(query, &reply);
	storm_add_a(&reply, "other.test", FORGED);
	storm_send(query, &reply);
}

static void of_another_type(struct storm_query *query)
{
	struct storm_reply reply;

	storm_begin(query, &reply);
	storm_add(&reply, query->name, KJ_DNS_TXT, "\3abc", 4);
	storm_send(query, &reply);
}

static void true_among_others(struct storm_query *query)
{
	struct storm_reply reply;

	storm_begin(query, &reply);
	storm_add_a(&reply, "other.test", FORGED);
	storm_add(&reply, query->name, KJ_DNS_TXT, "\3abc", 4);
	storm_add_a(&reply, query->name, "192.0.2.1");
	storm_send(query, &reply);
}

static void chain_of(struct storm_query *query, int hops)
{
	struct storm_reply reply;
	char owner[300], target[300];

	storm_begin(query, &reply);
	snprintf(owner, sizeof owner, "%s", query->name);
	for (int i = 0; i < hops; i++) {
		snprintf(target, sizeof target, "hop%d.test", i);
		storm_add_cname(&reply, owner, target);
		memcpy(owner, target, sizeof owner);
	}
	storm_add_a(&reply, owner, "192.0.2.1");
	storm_send(query, &reply);
}

static void chain_of_16(struct storm_query *query)
{
	chain_of(query, 16);
}

static void chain_of_20(struct storm_query *query)
{
	chain_of(query, 20);
}

static void loop_of_two(struct storm_query *query)
{
	struct storm_reply reply;

	storm_begin(query, &reply);
	storm_add_cname(&reply, query->name, "there.test");
	storm_add_cname(&reply, "there.test", query->name);
	storm_send(query, &reply);
}

static void crumbs(struct storm_query *query)
{
	struct storm_reply reply;

	storm_begin(query, &reply);
	for (size_t len = 0; len < 12; len++)
		storm_send_bytes(query, reply.data, len);
	storm_answer(query);
}

static void noise(struct storm_query *query)
{
	uint32_t random = 1;
	uint8_t bytes[512];

	for (int i = 0; i < 100; i++) {
		for (size_t j = 0; j < sizeof bytes; j++)
			bytes[j] = (uint8_t)((random = random * 1103515245 + 12345) >> 16);
		/* The first two bytes are not its id. */
		bytes[0] = query->data[0] ^ 1;
		storm_send_bytes(query, bytes, random % sizeof bytes);
	}
	storm_answer(query);
}

static void noise_under_the_right_head(struct storm_query *query)
{
	struct storm_reply reply;

	storm_begin(query, &reply);
	reply.data[7] = 200;
	memset(reply.data + reply.len, 0xc0, 400);
	reply.len += 400;
	storm_send(query, &reply);
}

static void three_times(struct storm_query *query)
{
	storm_answer(query);
	storm_answer(query);
	storm_answer(query);
}

static void refused_by_tcp(struct storm_query *query)
{
	storm_truncate(query);
}

static void tcp_says_nothing(struct storm_query *query)
{
	if (query->tcp)
		query->keep_open = true;
	else
		storm_truncate(query);
}

static void tcp_stops_half_way(struct storm_query *query)
{
	struct storm_reply reply;

	if (!query->tcp) {
		storm_truncate(query);
		return;
	}
	storm_begin(query, &reply);
	storm_send_bytes(query, "\4\0", 2);
	storm_send_bytes(query, reply.data, reply.len);
}

static void tcp_has_no_length(struct storm_query *query)
{
	if (query->tcp)
		storm_send_bytes(query, "\0\0", 2);
	else
		storm_truncate(query);
}

static void tcp_is_truncated_too(struct storm_query *query)
{
	storm_truncate(query);
}

static void tcp_answers_another(struct storm_query *query)
{
	if (query->tcp)
		query->data[13] ^= 1;
	if (query->tcp)
		storm_answer(query);
	else
		storm_truncate(query);
}

static const struct {
	const char *label;
	storm_fn *fn;
	int flags;
	enum kj_dns_status want;
	unsigned udp, tcp, rejected;
} forged_rows[] = {
    {"the question in other letters", other_case, 0, KJ_DNS_FOUND, 1, 0, 0},
    {"an answer about another name", about_another_name, 0, KJ_DNS_SERVFAIL, 1, 0, 0},
    {"an answer of another type", of_another_type, 0, KJ_DNS_SERVFAIL, 1, 0, 0},
    {"the answer among others", true_among_others, 0, KJ_DNS_FOUND, 1, 0, 0},
    {"16 CNAMEs", chain_of_16, 0, KJ_DNS_FOUND, 1, 0, 0},
    {"20 CNAMEs", chain_of_20, 0, KJ_DNS_SERVFAIL, 1, 0, 0},
    {"two CNAMEs in a circle", loop_of_two, 0, KJ_DNS_SERVFAIL, 1, 0, 0},
    {"packets of 0 to 11 bytes", crumbs, 0, KJ_DNS_FOUND, 1, 0, 12},
    {"noise", noise, 0, KJ_DNS_FOUND, 1, 0, 100},
    {"noise under the right head", noise_under_the_right_head, 0, KJ_DNS_SERVFAIL, 1, 0, 0},
    {"truncated, TCP refused", refused_by_tcp, STORM_NO_TCP, KJ_DNS_SERVFAIL, 1, 0, 0},
    {"truncated, TCP silent", tcp_says_nothing, 0, KJ_DNS_SERVFAIL, 1, 1, 0},
    {"truncated, TCP closed half way", tcp_stops_half_way, 0, KJ_DNS_SERVFAIL, 1, 1, 0},
    {"truncated, TCP without length", tcp_has_no_length, 0, KJ_DNS_SERVFAIL, 1, 1, 0},
    {"truncated by TCP as well", tcp_is_truncated_too, 0, KJ_DNS_SERVFAIL, 1, 1, 0},
    {"truncated, TCP answers something else", tcp_answers_another, 0, KJ_DNS_SERVFAIL, 1, 1, 0},
};

static struct kj_resolver *resolver_of(const struct storm *storm, uint32_t retry_ms)
{
	return resolver_with((const char *[]){storm->server, NULL}, retry_ms);
}

static void check_true(const struct kj_dns_answer *answer, const char *label)
{
	char text[KJ_ADDR_STRLEN];

	ck_assert_msg(answer->status == KJ_DNS_FOUND, "%s: status %d", label, answer->status);
	ck_assert_uint_eq(answer->count, 1);
	ck_assert_str_eq(kj_addr_format(&answer->records[0].addr, text), "192.0.2.1");
}

START_TEST(what_is_not_the_answer_is_not_believed)
{
	struct storm *storm = storm_start(forged_rows[_i].fn, 0, forged_rows[_i].flags);
	struct kj_resolver *resolver = resolver_of(storm, PATIENT);
	int64_t start = now_ms();
	struct kj_dns_answer *answer = ask_for(resolver, "name.test", KJ_DNS_A, 15000);
	const char *label = forged_rows[_i].label;
	struct kj_resolver_stats stats;

	ck_assert_msg(answer->status == forged_rows[_i].want, "%s: status %d", label, answer->status);
	ck_assert_msg(now_ms() - start < 4900, "%s: %d ms", label, (int)(now_ms() - start));
	if (answer->status == KJ_DNS_FOUND)
		check_true(answer, label);
	ck_assert_msg(storm->udp == forged_rows[_i].udp, "%s: %u packets", label, storm->udp);
	ck_assert_msg(storm->tcp == forged_rows[_i].tcp, "%s: %u connections", label, storm->tcp);
	kj_resolver_stats(resolver, &stats);
	ck_assert_msg(stats.rejected_packets == forged_rows[_i].rejected, "%s: %u rejected", label,
	    (unsigned)stats.rejected_packets);
	ck_assert_uint_eq(stats.in_flight, 0);
	ck_assert_uint_eq(stats.guessed, 0);
	kj_dns_answer_unref(answer);
	kj_resolver_free(resolver);
	storm_stop(storm);
}
END_TEST

/* Copies that come after the flight has landed. */
START_TEST(copies_of_an_answer_are_counted_and_nothing_else)
{
	struct storm *storm = storm_start(three_times, 0, 0);
	struct kj_resolver *resolver = resolver_of(storm, PATIENT);
	struct kj_resolver_stats stats;
	struct kj_dns_answer *answer;
	int64_t until = now_ms() + 5000;
	char name[32];

	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "%d.test", i);
		answer = ask_for(resolver, name, KJ_DNS_A, 5000);
		check_true(answer, name);
		kj_dns_answer_unref(answer);
	}
	do
		kj_resolver_stats(resolver, &stats);
	while (stats.rejected_packets < 400 && now_ms() < until);
	ck_assert_uint_eq(stats.rejected_packets, 400);
	ck_assert_uint_eq(stats.guessed, 0);
	ck_assert_uint_eq(storm->udp, 200);
	kj_resolver_free(resolver);
	storm_stop(storm);
}
END_TEST

/* Ten questions are answered in the reverse order, each with an address of its own. */
static void backwards(struct storm_query *query)
{
	struct storm *storm = query->storm;
	struct storm_reply reply;
	char addr[32];

	if (!storm->held)
		storm->held = calloc(10, sizeof *storm->held);
	storm->held[storm->held_count++] = *query;
	while (storm->held_count == 10 || (storm->held_count && storm->udp >= 10)) {
		struct storm_query *held = &storm->held[--storm->held_count];

		snprintf(addr, sizeof addr, "192.0.2.%d", (int)strtol(held->name, NULL, 10));
		storm_begin(held, &reply);
		storm_add_a(&reply, held->name, addr);
		storm_send(held, &reply);
	}
}

START_TEST(answers_in_another_order_reach_who_asked)
{
	struct storm *storm = storm_start(backwards, 0, 0);
	struct kj_resolver *resolver = resolver_of(storm, PATIENT);
	struct waiter waiters[10] = {0};
	char name[32], want[32], text[KJ_ADDR_STRLEN];

	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof name, "%d.test", i);
		ck_assert_int_eq(
		    kj_resolver_ask(resolver, name, KJ_DNS_A, now_ms() + 10000, waiter_done, &waiters[i]), 0);
	}
	for (int i = 0; i < 10; i++) {
		waiter_wait(&waiters[i]);
		ck_assert_int_eq(waiters[i].answer->status, KJ_DNS_FOUND);
		snprintf(want, sizeof want, "192.0.2.%d", i);
		ck_assert_str_eq(kj_addr_format(&waiters[i].answer->records[0].addr, text), want);
		kj_dns_answer_unref(waiters[i].answer);
	}
	kj_resolver_free(resolver);
	storm_stop(storm);
}
END_TEST

/* Forged answers under every id there is but its own, and some twice: 100,000; then perhaps under its own as well. */
static void flood(struct storm_query *query, bool hits)
{
	struct storm_reply reply;
	unsigned id = (unsigned)(query->data[0] << 8 | query->data[1]);

	storm_begin(query, &reply);
	storm_add_a(&reply, query->name, FORGED);
	for (unsigned i = 1; i <= 100000; i++) {
		unsigned forged = (id + i) & 0xffff;

		if (forged == id && !hits)
			continue;
		reply.data[0] = (uint8_t)(forged >> 8);
		reply.data[1] = (uint8_t)forged;
		storm_send(query, &reply);
	}
}

static void forger_who_knows_the_port(struct storm_query *query)
{
	if (!query->tcp)
		flood(query, true);
	storm_answer(query);
}

static void forger_and_no_tcp(struct storm_query *query)
{
	if (query->storm->udp == 1)
		flood(query, false);
	storm_answer(query);
}

/* While real answers come. */
static void forger_of_one(struct storm_query *query)
{
	if (!query->tcp && strcmp(query->name, "name.test") == 0)
		flood(query, true);
	storm_answer(query);
}

static const struct {
	const char *label;
	storm_fn *fn;
	int flags;
} flood_rows[] = {
    {"all ids, all the time", forger_who_knows_the_port, 0},
    {"all other ids, no TCP", forger_and_no_tcp, STORM_NO_TCP},
    {"one question among many", forger_of_one, 0},
};

START_TEST(a_flood_of_guesses_does_not_hit)
{
	struct storm *storm = storm_start(flood_rows[_i].fn, 0, flood_rows[_i].flags);
	struct kj_resolver *resolver = resolver_of(storm, 300);
	struct waiter waiters[20] = {0};
	struct kj_resolver_stats stats;
	char name[32] = "name.test";
	int others = flood_rows[_i].fn == forger_of_one ? 20 : 1;

	for (int i = 0; i < others; i++) {
		ck_assert_int_eq(
		    kj_resolver_ask(resolver, name, KJ_DNS_A, now_ms() + 15000, waiter_done, &waiters[i]), 0);
		snprintf(name, sizeof name, "%d.test", i);
	}
	for (int i = 0; i < others; i++) {
		waiter_wait(&waiters[i]);
		check_true(waiters[i].answer, flood_rows[_i].label);
		kj_dns_answer_unref(waiters[i].answer);
	}
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_ge(stats.guessed, 1);
	ck_assert_uint_ge(stats.rejected_packets, 16);
	if (!(flood_rows[_i].flags & STORM_NO_TCP))
		ck_assert_uint_ge(storm->tcp, 1);
	kj_resolver_free(resolver);
	storm_stop(storm);
}
END_TEST

static Suite *forged_suite(void)
{
	Suite *suite = suite_create("forged");
	TCase *tcase = tcase_create("forged");

	tcase_set_timeout(tcase, 60);
	add_rows(tcase, what_is_not_the_answer_is_not_believed, forged_rows);
	tcase_add_test(tcase, copies_of_an_answer_are_counted_and_nothing_else);
	tcase_add_test(tcase, answers_in_another_order_reach_who_asked);
	add_rows(tcase, a_flood_of_guesses_does_not_hit, flood_rows);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return suite_run(forged_suite());
}
