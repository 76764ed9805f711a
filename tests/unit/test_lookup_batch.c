/*
 * test_lookup_batch.c - the questions of one mail: every kind, waiting, and being late
 */
#include <pthread.h>

#include "kanjiki/lookups.h"
#include "lookup_world.h"
#include "suite.h"

#define NSD_ONLY ((const char *[]){nsd_server, NULL})

static struct kj_addr addr_of(const char *text)
{
	struct kj_addr addr = {0};

	ck_assert_int_eq(*text ? kj_addr_parse(text, &addr) : 0, 0);
	return addr;
}

/* Ask one question of the real server and wait for the answer, which lives as long as *ret_lookups. */
static const struct kj_answer *ask_one(
    struct kj_resolver *resolver, const struct kj_question *question, struct kj_lookups **ret_lookups)
{
	int number;

	*ret_lookups = kj_lookups_new(resolver, kj_clock_system(), 5000);
	number = kj_lookups_ask(*ret_lookups, question);
	ck_assert_int_eq(number, 0);
	ck_assert_int_eq(kj_lookups_answer(*ret_lookups, number)->status, KJ_ANSWER_PENDING);
	kj_lookups_wait(*ret_lookups, now_ms() + 5000);
	return kj_lookups_answer(*ret_lookups, number);
}

static const struct {
	const char *label, *name;
	enum kj_answer_status want;
	unsigned addrs;
} dnsbl_rows[] = {
    {"a listing", "1.2.0.192.list.example", KJ_ANSWER_FOUND, 1},
    {"two codes", "2.2.0.192.list.example", KJ_ANSWER_FOUND, 2},
    {"not listed", "9.2.0.192.list.example", KJ_ANSWER_NOT_FOUND, 0},
    {"a general error code", "3.2.0.192.list.example", KJ_ANSWER_BLOCKED, 1},
    {"an answer outside 127/8", "4.2.0.192.list.example", KJ_ANSWER_BLOCKED, 1},
    {"the list's own error code", "5.2.0.192.list.example", KJ_ANSWER_BLOCKED, 1},
    {"a code and an error code", "6.2.0.192.list.example", KJ_ANSWER_BLOCKED, 2},
    {"a list that the server refuses", "1.2.0.192.gone.example", KJ_ANSWER_SERVFAIL, 0},
    {"a name that fits into no packet", "1.2.0.192..list.example", KJ_ANSWER_NOT_FOUND, 0},
};

START_TEST(a_list_says_listed_or_not_or_refuses)
{
	static const struct kj_code_range blocked[] = {{.first = 0x7f0001ff, .last = 0x7f0001ff}};
	struct kj_question question = {.kind = KJ_ASK_DNSBL, .name = dnsbl_rows[_i].name, .blocked = blocked};
	struct kj_resolver *resolver = resolver_with(NSD_ONLY, 300);
	const struct kj_answer *answer;
	struct kj_lookups *lookups;

	question.blocked_count = 1;
	answer = ask_one(resolver, &question, &lookups);
	ck_assert_msg(answer->status == dnsbl_rows[_i].want, "%s: %s", dnsbl_rows[_i].label,
	    kj_answer_status_name(answer->status));
	ck_assert_uint_eq(answer->addr_count, dnsbl_rows[_i].addrs);
	for (unsigned i = 0; i < answer->addr_count; i++)
		ck_assert_int_eq(answer->addrs[i].family, 4);
	kj_lookups_free(lookups);
	kj_resolver_free(resolver);
}
END_TEST

static const struct {
	const char *label, *addr;
	enum kj_answer_status want;
	enum kj_fcrdns fcrdns;
	unsigned names;
	const char *first;
} fcrdns_rows[] = {
    {"a name that leads back", "192.0.2.10", KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, 1, "mx1.example.jp"},
    {"the confirmed name first", "192.0.2.11", KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, 2, "mx2.example.jp"},
    {"a name that leads elsewhere", "192.0.2.12", KJ_ANSWER_FOUND, KJ_FCRDNS_FAIL, 1, "mx1.example.jp"},
    {"a name that cannot be asked for", "192.0.2.13", KJ_ANSWER_SERVFAIL, KJ_FCRDNS_FAIL, 1, NULL},
    {"the root as a name", "192.0.2.14", KJ_ANSWER_FOUND, KJ_FCRDNS_FAIL, 1, ""},
    {"no name", "192.0.2.99", KJ_ANSWER_NOT_FOUND, KJ_FCRDNS_NONE, 0, NULL},
    {"no server for the reverse zone", "198.51.100.1", KJ_ANSWER_SERVFAIL, KJ_FCRDNS_NONE, 0, NULL},
    {"IPv6", "2001:db8::11", KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, 1, "mx2.example.jp"},
    {"IPv6 without name", "2001:db8::12", KJ_ANSWER_NOT_FOUND, KJ_FCRDNS_NONE, 0, NULL},
    {"no address", "", KJ_ANSWER_NOT_FOUND, KJ_FCRDNS_NONE, 0, NULL},
};

START_TEST(a_name_is_confirmed_or_not)
{
	struct kj_question question = {.kind = KJ_ASK_FCRDNS, .addr = addr_of(fcrdns_rows[_i].addr)};
	struct kj_resolver *resolver = resolver_with(NSD_ONLY, 300);
	struct kj_lookups *lookups;
	const struct kj_answer *answer = ask_one(resolver, &question, &lookups);

	ck_assert_msg(answer->status == fcrdns_rows[_i].want, "%s: %s", fcrdns_rows[_i].label,
	    kj_answer_status_name(answer->status));
	ck_assert_msg(answer->fcrdns == fcrdns_rows[_i].fcrdns, "%s: %s", fcrdns_rows[_i].label,
	    kj_fcrdns_name(answer->fcrdns));
	ck_assert_uint_eq(answer->name_count, fcrdns_rows[_i].names);
	if (fcrdns_rows[_i].first)
		ck_assert_str_eq(answer->names[0], fcrdns_rows[_i].first);
	kj_lookups_free(lookups);
	kj_resolver_free(resolver);
}
END_TEST

static const struct {
	const char *label, *name;
	uint8_t family; /* 0: both */
	enum kj_answer_status want;
	unsigned addrs;
} address_rows[] = {
    {"both families", "mx2.example.jp", 0, KJ_ANSWER_FOUND, 2},
    {"of both, IPv4", "mx2.example.jp", 4, KJ_ANSWER_FOUND, 1},
    {"of both, IPv6", "mx2.example.jp", 6, KJ_ANSWER_FOUND, 1},
    {"IPv4 alone", "a.example.jp", 0, KJ_ANSWER_FOUND, 2},
    {"IPv6 alone", "v6.example.jp", 0, KJ_ANSWER_FOUND, 1},
    {"IPv6 alone, IPv4 wanted", "v6.example.jp", 4, KJ_ANSWER_NOT_FOUND, 0},
    {"neither", "nul.example.jp", 0, KJ_ANSWER_NOT_FOUND, 0},
    {"no such name", "missing.example.jp", 0, KJ_ANSWER_NOT_FOUND, 0},
    {"no server for it", "www.example.com", 0, KJ_ANSWER_SERVFAIL, 0},
};

START_TEST(a_name_has_addresses_or_not)
{
	struct kj_question question = {
	    .kind = KJ_ASK_ADDRESSES, .name = address_rows[_i].name, .addr.family = address_rows[_i].family};
	struct kj_resolver *resolver = resolver_with(NSD_ONLY, 300);
	struct kj_lookups *lookups;
	const struct kj_answer *answer = ask_one(resolver, &question, &lookups);

	ck_assert_msg(answer->status == address_rows[_i].want, "%s: %s", address_rows[_i].label,
	    kj_answer_status_name(answer->status));
	ck_assert_uint_eq(answer->addr_count, address_rows[_i].addrs);
	kj_lookups_free(lookups);
	kj_resolver_free(resolver);
}
END_TEST

static const struct script halves[] = {
    {"a-and-unknown.test", ACT_ANSWER, 0, KJ_DNS_A},
    {"a-and-unknown.test", ACT_RCODE, 2, KJ_DNS_AAAA},
    {"none-and-unknown.test", ACT_NODATA, 0, KJ_DNS_A},
    {"none-and-unknown.test", ACT_RCODE, 2, KJ_DNS_AAAA},
    {"unknown-and-none.test", ACT_SILENT, 0, KJ_DNS_A},
    {"unknown-and-none.test", ACT_NODATA, 0, KJ_DNS_AAAA},
    {0},
};

static const struct {
	const char *name;
	enum kj_answer_status want;
} half_rows[] = {
    {"a-and-unknown.test", KJ_ANSWER_FOUND},
    {"none-and-unknown.test", KJ_ANSWER_SERVFAIL},
    {"unknown-and-none.test", KJ_ANSWER_TIMEOUT},
};

START_TEST(half_an_answer_is_enough_only_if_it_is_yes)
{
	struct kj_question question = {.kind = KJ_ASK_ADDRESSES, .name = half_rows[_i].name};
	struct responder *responder = responder_start(halves);
	struct kj_resolver *resolver = resolver_with((const char *[]){responder->server, NULL}, 50);
	struct kj_lookups *lookups;

	ck_assert_str_eq(kj_answer_status_name(ask_one(resolver, &question, &lookups)->status),
	    kj_answer_status_name(half_rows[_i].want));
	kj_lookups_free(lookups);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

START_TEST(an_spf_check_has_a_result_and_says_why)
{
	struct kj_question question = {.kind = KJ_ASK_SPF, .addr = addr_of("192.0.2.1")};
	struct kj_resolver *resolver = resolver_with(NSD_ONLY, 300);
	const struct kj_answer *answer;
	struct kj_lookups *lookups;

	question.sender = "someone@example.jp";
	question.helo = "mx1.example.jp";
	answer = ask_one(resolver, &question, &lookups);
	ck_assert_int_eq(answer->status, KJ_ANSWER_FOUND);
	ck_assert_int_eq(answer->spf, KJ_SPF_PASS);
	ck_assert_ptr_nonnull(answer->text);
	kj_lookups_free(lookups);
	kj_resolver_free(resolver);
}
END_TEST

START_TEST(all_answers_of_a_mail_come_in_the_order_of_asking)
{
	struct kj_resolver *resolver = resolver_with(NSD_ONLY, 300);
	struct kj_lookups *lookups = kj_lookups_new(resolver, kj_clock_system(), 5000);
	struct kj_question questions[] = {
	    {.kind = KJ_ASK_FCRDNS, .addr = addr_of("192.0.2.10")},
	    {.kind = KJ_ASK_DNSBL, .name = "1.2.0.192.list.example"},
	    {.kind = KJ_ASK_ADDRESSES, .name = "missing.example.jp"},
	    {.kind = KJ_ASK_FIRST_SEEN, .name = "example.jp"},
	    {.kind = (enum kj_question_kind)99},
	};
	static const enum kj_answer_status want[] = {
	    KJ_ANSWER_FOUND, KJ_ANSWER_FOUND, KJ_ANSWER_NOT_FOUND, KJ_ANSWER_FAILED, KJ_ANSWER_FAILED};

	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(kj_lookups_ask(lookups, &questions[i]), i);
	kj_lookups_wait(lookups, now_ms() + 5000);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(kj_lookups_answer(lookups, i)->status, want[i]);
	/* More, after the first wait. */
	for (int i = 5; i < 100; i++)
		ck_assert_int_eq(kj_lookups_ask(lookups, &questions[1]), i);
	ck_assert_int_eq(kj_lookups_answer(lookups, 99)->status, KJ_ANSWER_PENDING);
	kj_lookups_wait(lookups, now_ms() + 5000);
	for (int i = 5; i < 100; i++)
		ck_assert_int_eq(kj_lookups_answer(lookups, i)->status, KJ_ANSWER_FOUND);
	ck_assert_str_eq(kj_lookups_answer(lookups, 0)->names[0], "mx1.example.jp");
	ck_assert_int_eq(kj_lookups_answer(lookups, -1)->status, KJ_ANSWER_FAILED);
	ck_assert_int_eq(kj_lookups_answer(lookups, 100)->status, KJ_ANSWER_FAILED);
	kj_lookups_free(lookups);
	kj_resolver_free(resolver);
}
END_TEST

static const struct script slow[] = {{"slow.test", ACT_DELAY, 500, 0}, {"", ACT_ANSWER, 0, 0}, {0}};

START_TEST(a_late_answer_changes_nothing)
{
	struct responder *responder = responder_start(slow);
	struct kj_resolver *resolver = resolver_with((const char *[]){responder->server, NULL}, PATIENT);
	struct kj_lookups *lookups = kj_lookups_new(resolver, kj_clock_system(), 5000);
	struct kj_question question = {.kind = KJ_ASK_DNSBL, .name = "slow.test"};
	int64_t start = now_ms();

	ck_assert_int_eq(kj_lookups_ask(lookups, &question), 0);
	kj_lookups_wait(lookups, start + 30);
	ck_assert_int_lt(now_ms() - start, 500);
	ck_assert_int_eq(kj_lookups_answer(lookups, 0)->status, KJ_ANSWER_TIMEOUT);
	kj_dns_answer_unref(ask_for(resolver, "slow.test", KJ_DNS_A, 5000));
	ck_assert_int_eq(kj_lookups_answer(lookups, 0)->status, KJ_ANSWER_TIMEOUT);
	kj_lookups_wait(lookups, now_ms() + 5000);
	ck_assert_int_eq(kj_lookups_answer(lookups, 0)->status, KJ_ANSWER_TIMEOUT);
	/* It was not in vain: the next mail has it from the cache (192.0.2.1, which no list answers). */
	ck_assert_int_eq(kj_lookups_ask(lookups, &question), 1);
	kj_lookups_wait(lookups, 0);
	ck_assert_int_eq(kj_lookups_answer(lookups, 1)->status, KJ_ANSWER_BLOCKED);
	kj_lookups_free(lookups);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

START_TEST(a_question_may_stay_open_no_longer_than_said)
{
	static const struct script lost[] = {{"", ACT_SILENT, 0, 0}, {0}};
	struct responder *responder = responder_start(lost);
	struct kj_resolver *resolver = resolver_with((const char *[]){responder->server, NULL}, 50);
	struct kj_lookups *lookups = kj_lookups_new(resolver, kj_clock_system(), 60);
	struct kj_question question = {.kind = KJ_ASK_FCRDNS, .addr = addr_of("192.0.2.10")};
	int64_t start = now_ms();

	ck_assert_int_eq(kj_lookups_ask(lookups, &question), 0);
	kj_lookups_wait(lookups, start + 10000);
	ck_assert_int_ge(now_ms() - start, 60);
	ck_assert_int_lt(now_ms() - start, 5000);
	ck_assert_int_eq(kj_lookups_answer(lookups, 0)->status, KJ_ANSWER_TIMEOUT);
	kj_lookups_free(lookups);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

START_TEST(a_mail_may_be_dropped_with_questions_in_flight)
{
	struct responder *responder = responder_start(slow);
	struct kj_resolver *resolver = resolver_with((const char *[]){responder->server, NULL}, PATIENT);
	struct kj_question questions[] = {
	    {.kind = KJ_ASK_ADDRESSES, .name = "slow.test"},
	    {.kind = KJ_ASK_FCRDNS, .addr = addr_of("192.0.2.10")},
	    {.kind = KJ_ASK_DNSBL, .name = "slow.test"},
	};

	for (int i = 0; i < 50; i++) {
		struct kj_lookups *lookups = kj_lookups_new(resolver, kj_clock_system(), 5000);

		for (int j = 0; j < 3; j++)
			ck_assert_int_eq(kj_lookups_ask(lookups, &questions[j]), j);
		kj_lookups_free(lookups);
	}
	kj_lookups_free(NULL);
	kj_dns_answer_unref(ask_for(resolver, "slow.test", KJ_DNS_A, 5000));
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

static void *session(void *context)
{
	struct kj_question questions[] = {
	    {.kind = KJ_ASK_FCRDNS, .addr = addr_of("192.0.2.11")},
	    {.kind = KJ_ASK_DNSBL, .name = "2.2.0.192.list.example"},
	    {.kind = KJ_ASK_ADDRESSES, .name = NULL},
	};
	char name[40];

	for (int i = 0; i < 50; i++) {
		struct kj_lookups *lookups = kj_lookups_new(context, kj_clock_system(), 10000);

		snprintf(name, sizeof name, "s%d.many.example.jp", i);
		questions[2].name = name;
		for (int j = 0; j < 3; j++)
			kj_lookups_ask(lookups, &questions[j]);
		/* Every fifth does not wait for all of it. */
		kj_lookups_wait(lookups, i % 5 ? now_ms() + 10000 : now_ms());
		for (int j = 0; i % 5 && j < 3; j++)
			ck_assert_int_eq(kj_lookups_answer(lookups, j)->status, KJ_ANSWER_FOUND);
		kj_lookups_free(lookups);
	}
	return NULL;
}

START_TEST(many_mails_ask_at_once)
{
	struct kj_resolver *resolver = resolver_with(NSD_ONLY, 300);
	pthread_t threads[8];

	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, session, resolver), 0);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	kj_resolver_free(resolver);
}
END_TEST

static Suite *batch_suite(void)
{
	Suite *suite = suite_create("lookups");
	TCase *tcase = tcase_create("lookups");

	tcase_set_timeout(tcase, 60);
	tcase_add_unchecked_fixture(tcase, nsd_start, nsd_stop);
	add_rows(tcase, a_list_says_listed_or_not_or_refuses, dnsbl_rows);
	add_rows(tcase, a_name_is_confirmed_or_not, fcrdns_rows);
	add_rows(tcase, a_name_has_addresses_or_not, address_rows);
	add_rows(tcase, half_an_answer_is_enough_only_if_it_is_yes, half_rows);
	tcase_add_test(tcase, an_spf_check_has_a_result_and_says_why);
	tcase_add_test(tcase, all_answers_of_a_mail_come_in_the_order_of_asking);
	tcase_add_test(tcase, a_late_answer_changes_nothing);
	tcase_add_test(tcase, a_question_may_stay_open_no_longer_than_said);
	tcase_add_test(tcase, a_mail_may_be_dropped_with_questions_in_flight);
	tcase_add_test(tcase, many_mails_ask_at_once);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return suite_run(batch_suite());
}
