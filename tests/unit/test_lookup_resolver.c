/*
 * test_lookup_resolver.c - the resolver against a real server (NSD) and against servers that misbehave
 */
#include "lookup_world.h"
#include "suite.h"

static struct kj_resolver *with_nsd(void)
{
	const char *servers[] = {nsd_server, NULL};

	return resolver_with(servers, 300);
}

static struct kj_resolver *with_responder(const struct responder *responder, uint32_t retry_ms)
{
	const char *servers[] = {responder->server, NULL};

	return resolver_with(servers, retry_ms);
}

static const struct {
	const char *label, *name;
	enum kj_dns_type type;
	enum kj_dns_status want;
	unsigned count;
	uint32_t ttl_s;
} zone_rows[] = {
    {"an address", "a.example.jp", KJ_DNS_A, KJ_DNS_FOUND, 2, 60},
    {"upper case and a final dot", "A.Example.JP.", KJ_DNS_A, KJ_DNS_FOUND, 2, 60},
    {"an IPv6 address", "v6.example.jp", KJ_DNS_AAAA, KJ_DNS_FOUND, 1, 600},
    {"an underscore", "_odd_.name.example.jp", KJ_DNS_A, KJ_DNS_FOUND, 1, 600},
    {"a name without the type", "v6.example.jp", KJ_DNS_A, KJ_DNS_NODATA, 0, 120},
    {"no such name", "missing.example.jp", KJ_DNS_A, KJ_DNS_NXDOMAIN, 0, 120},
    {"a chain of CNAMEs, the least TTL", "alias.example.jp", KJ_DNS_A, KJ_DNS_FOUND, 2, 60},
    {"a chain to a name without the type", "alias.example.jp", KJ_DNS_MX, KJ_DNS_NODATA, 0, 100},
    {"a chain to no such name", "nowhere.example.jp", KJ_DNS_A, KJ_DNS_NXDOMAIN, 0, 120},
    {"a CNAME that was asked for", "alias.example.jp", KJ_DNS_CNAME, KJ_DNS_FOUND, 1, 100},
    {"name servers", "example.jp", KJ_DNS_NS, KJ_DNS_FOUND, 1, 600},
    {"mail exchangers", "example.jp", KJ_DNS_MX, KJ_DNS_FOUND, 2, 600},
    {"a start of authority", "example.jp", KJ_DNS_SOA, KJ_DNS_FOUND, 1, 600},
    {"more than a packet", "big.example.jp", KJ_DNS_TXT, KJ_DNS_FOUND, 7, 600},
    {"a zone that the server does not have", "www.example.com", KJ_DNS_A, KJ_DNS_SERVFAIL, 0, 0},
    {"an empty name", "", KJ_DNS_A, KJ_DNS_BADNAME, 0, 0},
    {"an empty label", "a..example.jp", KJ_DNS_A, KJ_DNS_BADNAME, 0, 0},
    {"a long label", "a123456789012345678901234567890123456789012345678901234567890123.example.jp", KJ_DNS_A,
        KJ_DNS_BADNAME, 0, 0},
};

START_TEST(a_real_server_is_understood)
{
	struct kj_resolver *resolver = with_nsd();
	struct kj_dns_answer *answer = ask_for(resolver, zone_rows[_i].name, zone_rows[_i].type, 5000);

	ck_assert_msg(
	    answer->status == zone_rows[_i].want, "%s: status %d", zone_rows[_i].label, answer->status);
	ck_assert_msg(
	    answer->count == zone_rows[_i].count, "%s: %u records", zone_rows[_i].label, answer->count);
	ck_assert_msg(answer->ttl_s == zone_rows[_i].ttl_s, "%s: TTL %u", zone_rows[_i].label, answer->ttl_s);
	ck_assert_int_eq(answer->type, zone_rows[_i].type);
	kj_dns_answer_unref(answer);
	kj_resolver_free(resolver);
}
END_TEST

START_TEST(records_come_out_whole)
{
	struct kj_resolver *resolver = with_nsd();
	struct kj_dns_answer *answer = ask_for(resolver, "example.jp", KJ_DNS_TXT, 5000);
	char text[KJ_ADDR_STRLEN];
	unsigned first;

	ck_assert_str_eq(answer->records[0].text, "v=spf1 ip4:192.0.2.0/24 include:other.example.jp -all");
	kj_dns_answer_unref(answer);
	answer = ask_for(resolver, "nul.example.jp", KJ_DNS_TXT, 5000);
	ck_assert_uint_eq(answer->records[0].text_len, 4);
	ck_assert_mem_eq(answer->records[0].text, "a\0bc", 5);
	kj_dns_answer_unref(answer);
	answer = ask_for(resolver, "example.jp", KJ_DNS_MX, 5000);
	first = answer->records[0].preference == 10 ? 0 : 1;
	ck_assert_str_eq(answer->records[first].name, "mx1.example.jp");
	ck_assert_int_eq(answer->records[1 - first].preference, 20);
	kj_dns_answer_unref(answer);
	answer = ask_for(resolver, "noroot.example.jp", KJ_DNS_MX, 5000);
	ck_assert_str_eq(answer->records[0].name, "");
	kj_dns_answer_unref(answer);
	answer = ask_for(resolver, "example.jp", KJ_DNS_SOA, 5000);
	ck_assert_str_eq(answer->records[0].name, "ns.example.jp");
	ck_assert_str_eq(answer->records[0].rname, "hostmaster.example.jp");
	kj_dns_answer_unref(answer);
	answer = ask_for(resolver, "odd.example.jp", KJ_DNS_PTR, 5000);
	ck_assert_str_eq(answer->records[0].name, "a\\046b\\032\\092c.example.jp");
	kj_dns_answer_unref(answer);
	answer = ask_for(resolver, "v6.example.jp", KJ_DNS_AAAA, 5000);
	ck_assert_str_eq(kj_addr_format(&answer->records[0].addr, text), "2001:db8::1");
	kj_dns_answer_unref(answer);
	kj_resolver_free(resolver);
}
END_TEST

static const struct script misbehaviour[] = {
    {"plain.test", ACT_ANSWER, 0, 0},
    {"lost.test", ACT_LOSE, 2, 0},
    {"late.test", ACT_LATE, 0, 0},
    {"long.test", ACT_ANSWER, 3000, KJ_DNS_TXT},
    {"longest.test", ACT_TRUNCATE, 64000, KJ_DNS_TXT},
    {"wrong-id.test", ACT_WRONG_ID, 0, 0},
    {"wrong-question.test", ACT_WRONG_QUESTION, 0, 0},
    {"wrong-type.test", ACT_WRONG_TYPE, 0, 0},
    {"wrong-source.test", ACT_WRONG_SOURCE, 0, 0},
    {"no-reply.test", ACT_NO_REPLY, 0, 0},
    {"truncated.test", ACT_TRUNCATE, 0, 0},
    {"slow.test", ACT_DELAY, 70, 0},
    {"no-edns.test", ACT_NO_EDNS, 0, 0},
    {"garbage.test", ACT_GARBAGE, 0, 0},
    {"loop.test", ACT_LOOP, 0, 0},
    {"referral.test", ACT_REFERRAL, 0, 0},
    {"no-recursion.test", ACT_NO_RECURSION, 0, 0},
    {"badvers.test", ACT_BADVERS, 0, 0},
    {"nodata.test", ACT_NODATA, 0, 0},
    {"servfail.test", ACT_RCODE, 2, 0},
    {"refused.test", ACT_RCODE, 5, 0},
    {"formerr.test", ACT_RCODE, 1, 0},
    {"silent.test", ACT_SILENT, 0, 0},
    {"hang.test", ACT_HANG, 0, 0},
    {"no-ttl.test", ACT_NO_TTL, 0, 0},
    {0},
};

static const struct {
	const char *name;
	enum kj_dns_status want;
	unsigned udp, tcp, rejected;
	bool lossy; /* it takes more than one attempt; on a busy machine perhaps one too many */
} misbehaviour_rows[] = {
    {"plain.test", KJ_DNS_FOUND, 1, 0, 0, false},
    {"lost.test", KJ_DNS_FOUND, 3, 0, 0, true},
    {"late.test", KJ_DNS_FOUND, 2, 0, 0, true},
    {"wrong-id.test", KJ_DNS_FOUND, 1, 0, 1, false},
    {"wrong-question.test", KJ_DNS_FOUND, 1, 0, 1, false},
    {"wrong-type.test", KJ_DNS_FOUND, 1, 0, 1, false},
    {"wrong-source.test", KJ_DNS_FOUND, 1, 0, 0, false},
    {"no-reply.test", KJ_DNS_FOUND, 1, 0, 1, false},
    {"truncated.test", KJ_DNS_FOUND, 1, 1, 0, false},
    {"no-edns.test", KJ_DNS_FOUND, 2, 0, 0, false},
    {"garbage.test", KJ_DNS_SERVFAIL, 1, 0, 0, false},
    {"loop.test", KJ_DNS_SERVFAIL, 1, 0, 0, false},
    {"referral.test", KJ_DNS_SERVFAIL, 1, 0, 0, false},
    {"no-recursion.test", KJ_DNS_SERVFAIL, 1, 0, 0, false},
    {"badvers.test", KJ_DNS_SERVFAIL, 1, 0, 0, false},
    {"nodata.test", KJ_DNS_NODATA, 1, 0, 0, false},
    {"servfail.test", KJ_DNS_SERVFAIL, 1, 0, 0, false},
    {"refused.test", KJ_DNS_SERVFAIL, 1, 0, 0, false},
    {"formerr.test", KJ_DNS_SERVFAIL, 2, 0, 0, false},
    {"silent.test", KJ_DNS_TIMEOUT, 5, 0, 0, true},
    {"hang.test", KJ_DNS_SERVFAIL, 1, 1, 0, false},
};

START_TEST(misbehaviour_is_neither_clean_nor_listed)
{
	struct responder *responder = responder_start(misbehaviour);
	struct kj_resolver *resolver = with_responder(responder, misbehaviour_rows[_i].lossy ? 50 : PATIENT);
	const char *name = misbehaviour_rows[_i].name;
	struct kj_dns_answer *answer = ask_for(resolver, name, KJ_DNS_A, 15000);
	struct kj_resolver_stats stats;
	char text[KJ_ADDR_STRLEN];

	kj_resolver_stats(resolver, &stats);
	ck_assert_msg(answer->status == misbehaviour_rows[_i].want, "%s: status %d", name, answer->status);
	if (answer->status == KJ_DNS_FOUND)
		ck_assert_str_eq(kj_addr_format(&answer->records[0].addr, text), "192.0.2.1");
	ck_assert_msg(responder->udp == misbehaviour_rows[_i].udp ||
	                  (misbehaviour_rows[_i].lossy && responder->udp > misbehaviour_rows[_i].udp),
	    "%s: %u packets", name, responder->udp);
	ck_assert_msg(
	    responder->tcp == misbehaviour_rows[_i].tcp, "%s: %u connections", name, responder->tcp);
	ck_assert_uint_eq(stats.rejected_packets, misbehaviour_rows[_i].rejected);
	ck_assert_uint_eq(stats.in_flight, 0);
	kj_dns_answer_unref(answer);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

static const struct {
	const char *name;
	size_t text_len;
} long_rows[] = {
    {"long.test", 3000},     /* more over UDP than we said we take */
    {"longest.test", 64000}, /* as much as there can be */
};

START_TEST(what_is_too_long_for_udp_comes_whole_over_tcp)
{
	struct responder *responder = responder_start(misbehaviour);
	struct kj_resolver *resolver = with_responder(responder, PATIENT);
	struct kj_dns_answer *answer = ask_for(resolver, long_rows[_i].name, KJ_DNS_TXT, 10000);

	ck_assert_int_eq(answer->status, KJ_DNS_FOUND);
	ck_assert_uint_eq(answer->records[0].text_len, long_rows[_i].text_len);
	ck_assert_uint_eq(responder->tcp, 1);
	kj_dns_answer_unref(answer);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

START_TEST(an_answer_is_asked_for_once_and_then_kept)
{
	struct responder *responder = responder_start(misbehaviour);
	struct kj_resolver *resolver = with_responder(responder, PATIENT);
	struct waiter waiter = {0};
	struct kj_resolver_stats stats;

	kj_dns_answer_unref(ask_for(resolver, "plain.test", KJ_DNS_A, 5000));
	ck_assert_int_eq(kj_resolver_ask(resolver, "PLAIN.test", KJ_DNS_A, 0, waiter_done, &waiter), 0);
	ck_assert_uint_eq(waiter.calls, 1);
	ck_assert_int_eq(waiter.answer->status, KJ_DNS_FOUND);
	kj_dns_answer_unref(waiter.answer);
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.cache_hits, 1);
	ck_assert_uint_eq(stats.cached, 1);
	ck_assert_uint_eq(responder->udp, 1);
	kj_dns_answer_unref(ask_for(resolver, "no-ttl.test", KJ_DNS_A, 5000));
	kj_dns_answer_unref(ask_for(resolver, "no-ttl.test", KJ_DNS_A, 5000));
	ck_assert_uint_eq(responder->udp, 3);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

START_TEST(an_answer_is_forgotten_when_its_time_is_over)
{
	struct responder *responder = responder_start(misbehaviour);
	const char *servers[] = {responder->server};
	struct kj_resolver_config config = {.servers = servers, .server_count = 1, .retry_ms = PATIENT};
	struct kj_resolver *resolver;
	struct test_clock clock;

	test_clock_init(&clock);
	ck_assert_int_eq(kj_resolver_new(&config, &clock.clock, &resolver, NULL), 0);
	kj_dns_answer_unref(ask_for(resolver, "plain.test", KJ_DNS_A, 5000));
	atomic_store(&clock.ahead_ms, 290000);
	kj_dns_answer_unref(ask_for(resolver, "plain.test", KJ_DNS_A, 500000));
	ck_assert_uint_eq(responder->udp, 1);
	atomic_store(&clock.ahead_ms, 300001);
	kj_dns_answer_unref(ask_for(resolver, "plain.test", KJ_DNS_A, 500000));
	ck_assert_uint_eq(responder->udp, 2);
	kj_dns_answer_unref(ask_for(resolver, "servfail.test", KJ_DNS_A, 500000));
	kj_dns_answer_unref(ask_for(resolver, "servfail.test", KJ_DNS_A, 500000));
	ck_assert_uint_eq(responder->udp, 3);
	atomic_store(&clock.ahead_ms, 306000);
	kj_dns_answer_unref(ask_for(resolver, "servfail.test", KJ_DNS_A, 500000));
	ck_assert_uint_eq(responder->udp, 4);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

START_TEST(the_same_question_in_flight_is_joined)
{
	struct responder *responder = responder_start(misbehaviour);
	const char *servers[] = {responder->server};
	struct kj_resolver_config config = {.servers = servers, .server_count = 1, .retry_ms = PATIENT};
	struct waiter waiters[20] = {0};
	struct kj_resolver_stats stats;
	struct kj_resolver *resolver;

	ck_assert_int_eq(kj_resolver_new(&config, kj_clock_system(), &resolver, NULL), 0);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(kj_resolver_ask(resolver, "slow.test", KJ_DNS_A, now_ms() + 5000,
		                     waiter_done, &waiters[i]),
		    0);
	for (int i = 0; i < 20; i++) {
		waiter_wait(&waiters[i]);
		ck_assert_int_eq(waiters[i].answer->status, KJ_DNS_FOUND);
		kj_dns_answer_unref(waiters[i].answer);
	}
	kj_resolver_stats(resolver, &stats);
	ck_assert_uint_eq(stats.joined, 19);
	ck_assert_uint_eq(responder->udp, 1);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

static Suite *resolver_suite(void)
{
	Suite *suite = suite_create("resolver");
	TCase *tcase = tcase_create("resolver");

	tcase_set_timeout(tcase, 60);
	tcase_add_unchecked_fixture(tcase, nsd_start, nsd_stop);
	add_rows(tcase, a_real_server_is_understood, zone_rows);
	tcase_add_test(tcase, records_come_out_whole);
	add_rows(tcase, misbehaviour_is_neither_clean_nor_listed, misbehaviour_rows);
	add_rows(tcase, what_is_too_long_for_udp_comes_whole_over_tcp, long_rows);
	tcase_add_test(tcase, an_answer_is_asked_for_once_and_then_kept);
	tcase_add_test(tcase, an_answer_is_forgotten_when_its_time_is_over);
	tcase_add_test(tcase, the_same_question_in_flight_is_joined);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return suite_run(resolver_suite());
}
