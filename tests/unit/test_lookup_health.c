/*
 * test_lookup_health.c - when a DNS list is believed: rounds, jumps, refusals, and what a round finds out
 */
#include <sched.h>

#include "kanjiki/err.h"
#include "kanjiki/list_health.h"
#include "kanjiki/list_probe.h"
#include "kanjiki/lookups.h"
#include "lookup_world.h"
#include "suite.h"

#define EVERY_MS 600000

static struct test_clock clock_;
static struct kj_list_health *health;
static const struct kj_dnsbl lists[] = {{.zone = "bl.example", .query_zone = "bl.example", .label = "bl"},
    {.zone = "other.example", .query_zone = "other.example", .label = "other"}};

static void begin(void)
{
	test_clock_init(&clock_);
	clock_.frozen = true;
	atomic_store(&clock_.ahead_ms, 1000000);
	health = kj_list_health_new(&clock_.clock);
	ck_assert_int_eq(kj_list_health_adopt(health, lists, 2, EVERY_MS), 0);
}

static void end(void)
{
	kj_list_health_free(health);
}

static void pass_ms(int64_t ms)
{
	atomic_fetch_add(&clock_.ahead_ms, ms);
}

static void round_finds(enum kj_list_ill ill)
{
	struct kj_list_finding finding = {ill, ""};

	if (ill != KJ_LIST_WELL)
		snprintf(finding.reason, sizeof finding.reason, "ill %d", ill);
	kj_list_health_end(health, "bl.example", &finding);
}

static enum kj_list_state state(void)
{
	struct kj_list_report report;

	ck_assert(kj_list_health_report(health, 0, &report));
	return report.state;
}

static bool failing(void)
{
	char reason[KJ_LIST_REASON_MAX];

	return kj_list_health_failing(health, &lists[0], reason);
}

/* The one change that is to be told now; .failing and .mails of it. */
static struct kj_list_event the_event(void)
{
	struct kj_list_event event, other;

	ck_assert(kj_list_health_event(health, &event));
	ck_assert(!kj_list_health_event(health, &other));
	ck_assert_str_eq(event.label, "bl");
	return event;
}

static void no_event(void)
{
	struct kj_list_event event;

	ck_assert(!kj_list_health_event(health, &event));
}

static void mail_hears(unsigned hits, uint32_t ttl_s, uint64_t client)
{
	struct kj_list_tally tally = {.list = &lists[0],
	    .asked = 1,
	    .hits = hits,
	    .ttl_s = ttl_s,
	    .client = client,
	    .took_ms = {7},
	    .took_count = 1};

	kj_list_health_note(health, &tally);
}

START_TEST(a_list_begins_unproven_and_counts)
{
	ck_assert_int_eq(state(), KJ_LIST_UNPROVEN);
	ck_assert(!failing());
	round_finds(KJ_LIST_WELL);
	ck_assert_int_eq(state(), KJ_LIST_HEALTHY);
	no_event();
}
END_TEST

START_TEST(a_first_round_that_fails_says_so_once)
{
	round_finds(KJ_LIST_EMPTY);
	ck_assert(failing());
	ck_assert(the_event().never_worked);
	round_finds(KJ_LIST_WORLD);
	round_finds(KJ_LIST_EMPTY);
	no_event();
}
END_TEST

START_TEST(two_good_rounds_in_a_row_bring_it_back)
{
	round_finds(KJ_LIST_WELL);
	round_finds(KJ_LIST_REFUSES);
	ck_assert(the_event().failing);
	round_finds(KJ_LIST_WELL);
	round_finds(KJ_LIST_REFUSES);
	round_finds(KJ_LIST_WELL);
	ck_assert(failing());
	no_event();
	round_finds(KJ_LIST_WELL);
	ck_assert(!failing());
	ck_assert(!the_event().failing);
}
END_TEST

START_TEST(silence_needs_two_rounds_and_a_silent_resolver_none)
{
	round_finds(KJ_LIST_WELL);
	round_finds(KJ_LIST_SILENT);
	ck_assert(!failing());
	round_finds(KJ_LIST_WELL);
	round_finds(KJ_LIST_SERVFAIL);
	round_finds(KJ_LIST_NO_WORD);
	ck_assert(!failing());
	round_finds(KJ_LIST_SILENT);
	ck_assert(failing());
	ck_assert(the_event().failing);
}
END_TEST

START_TEST(the_mails_of_the_affected_time_are_counted)
{
	struct kj_list_tally dropped = {.list = &lists[0], .dropped = 2};
	struct kj_list_event event;

	mail_hears(1, 10, 1);
	round_finds(KJ_LIST_WELL);
	mail_hears(1, 10, 1);
	mail_hears(0, 0, 2);
	mail_hears(2, 10, 3);
	round_finds(KJ_LIST_EMPTY);
	event = the_event();
	ck_assert_uint_eq(event.mails, 2);
	kj_list_health_note(health, &dropped);
	round_finds(KJ_LIST_WELL);
	round_finds(KJ_LIST_WELL);
	ck_assert_uint_eq(the_event().mails, 1);
}
END_TEST

/* What was said falsely is in caches for as long as its TTL; what a list said before it was emptied was true. */
static const struct {
	enum kj_list_ill ill;
	bool waits;
} ttl_rows[] = {
    {KJ_LIST_WORLD, true}, {KJ_LIST_REWRITTEN, true}, {KJ_LIST_EMPTY, false}, {KJ_LIST_REFUSES, false}};

START_TEST(false_listings_are_waited_out)
{
	round_finds(KJ_LIST_WELL);
	mail_hears(1, 3600, 1);
	round_finds(ttl_rows[_i].ill);
	round_finds(KJ_LIST_WELL);
	round_finds(KJ_LIST_WELL);
	ck_assert_int_eq(failing(), ttl_rows[_i].waits);
	pass_ms(3600 * 1000);
	round_finds(KJ_LIST_WELL);
	ck_assert(!failing());
}
END_TEST

START_TEST(rounds_come_faster_while_something_is_wrong)
{
	ck_assert(kj_list_health_begin(health, &lists[0]));
	ck_assert(!kj_list_health_begin(health, &lists[0]));
	round_finds(KJ_LIST_WELL);
	pass_ms(EVERY_MS * 9 / 10 - 1);
	ck_assert(!kj_list_health_begin(health, &lists[0]));
	pass_ms(EVERY_MS / 5 + 1);
	ck_assert(kj_list_health_begin(health, &lists[0]));
	round_finds(KJ_LIST_SILENT);
	pass_ms(EVERY_MS / 10 * 11 / 10);
	ck_assert(kj_list_health_begin(health, &lists[0]));
}
END_TEST

START_TEST(a_refused_mail_has_the_list_examined_at_once_but_not_each_time)
{
	struct kj_list_tally refused = {.list = &lists[0], .asked = 1, .blocked = 1};

	kj_list_health_begin(health, &lists[0]);
	round_finds(KJ_LIST_WELL);
	pass_ms(1000);
	kj_list_health_note(health, &refused);
	ck_assert(kj_list_health_begin(health, &lists[0]));
	round_finds(KJ_LIST_WELL);
	kj_list_health_note(health, &refused);
	ck_assert(!kj_list_health_begin(health, &lists[0]));
}
END_TEST

START_TEST(a_list_that_suddenly_lists_many_clients_fails)
{
	round_finds(KJ_LIST_WELL);
	for (uint64_t client = 1; client <= 100; client++)
		mail_hears(client % 50 == 0, 1, client);
	for (uint64_t client = 1001; client < 1050; client++)
		mail_hears(1, 1, client);
	mail_hears(1, 1, 1049);
	ck_assert(!failing());
	mail_hears(1, 1, 1050);
	ck_assert(failing());
	ck_assert_str_eq(the_event().reason, "suddenly lists 100% of all clients, 2.0% before");
}
END_TEST

START_TEST(a_list_that_always_lists_many_clients_is_left_alone)
{
	round_finds(KJ_LIST_WELL);
	for (uint64_t client = 1; client <= 1000; client++)
		mail_hears(client % 10 > 3, 1, client);
	ck_assert(!failing());
}
END_TEST

START_TEST(few_clients_prove_nothing)
{
	round_finds(KJ_LIST_WELL);
	for (uint64_t client = 1; client <= 100; client++)
		mail_hears(0, 1, client);
	for (int i = 0; i < 10000; i++)
		mail_hears(1, 1, 2000 + (uint64_t)i % 49);
	ck_assert(!failing());
}
END_TEST

START_TEST(records_outlive_a_reload)
{
	struct kj_list_report report;

	round_finds(KJ_LIST_EMPTY);
	mail_hears(0, 0, 0);
	kj_list_health_adopt(health, &lists[1], 1, EVERY_MS);
	ck_assert(kj_list_health_report(health, 0, &report));
	ck_assert_str_eq(report.zone, "other.example");
	ck_assert(!kj_list_health_report(health, 1, &report));
	kj_list_health_adopt(health, lists, 2, EVERY_MS);
	ck_assert(failing());
	ck_assert(kj_list_health_report(health, 0, &report));
	ck_assert_uint_eq(report.asked, 1);
	ck_assert_uint_eq(report.median_ms, 7);
}
END_TEST

/* --- What a round finds --------------------------------------------------------------------------------------- */

static const char *const listed[] = {"2.0.0.127"}, *const unlisted[] = {"1.0.0.127"};
static const struct kj_code_range blocked[] = {{.first = 0x7f000001, .last = 0x7f000001}};

#define BAD(name_, act_, n_)                                                                                 \
	{                                                                                                    \
		name_, act_, n_, KJ_DNS_A                                                                    \
	}

/* The responder's one address is 192.0.2.1; so of codes it cannot speak, which NSD does below. */
static const struct script well[] = {{"", ACT_RCODE, 3, 0}, {0}};
static const struct script silent[] = {
    BAD("2.0.0.127.bl.example", ACT_SILENT, 0), {"", ACT_RCODE, 3, 0}, {0}};
static const struct script servfail[] = {
    BAD("2.0.0.127.bl.example", ACT_RCODE, 2), {"", ACT_RCODE, 3, 0}, {0}};
static const struct script nobody[] = {{"", ACT_SILENT, 0, 0}, {0}};
static const struct script parked[] = {
    BAD("2.0.0.127.bl.example", ACT_ANSWER, 0), {"", ACT_RCODE, 3, 0}, {0}};
static const struct script invents[] = {{"", ACT_ANSWER, 0, 0}, {0}};

static const struct {
	const char *label;
	const struct script *script;
	enum kj_list_ill want;
} probe_rows[] = {
    {"nothing is there", well, KJ_LIST_EMPTY},
    {"silence", silent, KJ_LIST_SILENT},
    {"servers fail", servfail, KJ_LIST_SERVFAIL},
    {"the resolver is silent", nobody, KJ_LIST_NO_WORD},
    {"parked", parked, KJ_LIST_PARKED},
    {"the resolver invents", invents, KJ_LIST_REWRITTEN},
};

struct found {
	atomic_uint calls;
	struct kj_list_finding finding;
};

static void take(void *context, const struct kj_list_finding *finding)
{
	struct found *found = context;

	found->finding = *finding;
	atomic_fetch_add(&found->calls, 1);
}

static struct kj_list_finding probe(const char *server, const struct kj_dnsbl *list, const char *elsewhere)
{
	struct kj_resolver *resolver = resolver_with((const char *[]){server, NULL}, 200);
	struct found found = {0};

	ck_assert_int_eq(kj_list_probe(resolver, list, elsewhere, now_ms() + 1500, take, &found), 0);
	/* Freeing answers whatever is still open. */
	for (int64_t until = now_ms() + 20000; !atomic_load(&found.calls) && now_ms() < until;)
		sched_yield();
	kj_resolver_free(resolver);
	ck_assert_uint_eq(atomic_load(&found.calls), 1);
	return found.finding;
}

START_TEST(a_round_finds_out_what_is_wrong)
{
	struct kj_dnsbl list = {.zone = "bl.example",
	    .query_zone = "bl.example",
	    .label = "bl",
	    .listed = listed,
	    .listed_count = 1,
	    .unlisted = unlisted,
	    .unlisted_count = 1};
	struct responder *responder = responder_start(probe_rows[_i].script);
	struct kj_list_finding finding = probe(responder->server, &list, "com");

	ck_assert_msg(finding.ill == probe_rows[_i].want, "%s: %s", probe_rows[_i].label, finding.reason);
	responder_stop(responder);
}
END_TEST

/* By tests/unit/zones/: what NSD says of names in the zone of lists. */
static const struct {
	const char *label, *zone;
	enum kj_list_ill want;
	const char *reason;
} zone_rows[] = {
    {"well", "well.list.example", KJ_LIST_WELL, ""},
    {"lists the world", "world.list.example", KJ_LIST_WORLD, "lists 1.0.0.127, which never is"},
    {"wildcard", "wild.list.example", KJ_LIST_WORLD, "lists a name that does not exist"},
    {"refuses by the general code", "refuses.list.example", KJ_LIST_REFUSES,
        "refuses us with 127.255.255.254"},
    {"refuses by its own code", "blocked.list.example", KJ_LIST_REFUSES, "refuses us with 127.0.0.1"},
    {"emptied", "empty.list.example", KJ_LIST_EMPTY, "does not list its test point 2.0.0.127"},
};

START_TEST(a_round_tells_a_good_list_from_others)
{
	struct kj_dnsbl list = {.zone = "list.example",
	    .query_zone = zone_rows[_i].zone,
	    .label = "bl",
	    .listed = listed,
	    .listed_count = 1,
	    .unlisted = unlisted,
	    .unlisted_count = 1,
	    .blocked = blocked,
	    .blocked_count = 1};
	struct kj_list_finding finding = probe(nsd_server, &list, "example.jp");

	ck_assert_msg(
	    finding.ill == zone_rows[_i].want, "%s: %d %s", zone_rows[_i].label, finding.ill, finding.reason);
	ck_assert_str_eq(finding.reason, zone_rows[_i].reason);
}
END_TEST

/* --- Time-outs of single lists --------------------------------------------------------------------------------- */

static const struct script slow[] = {{"slow.test", ACT_DELAY, 600, KJ_DNS_A}, {0}};

static const struct {
	uint32_t timeout_ms;
	enum kj_answer_status want;
} timeout_rows[] = {{100, KJ_ANSWER_TIMEOUT}, {5000, KJ_ANSWER_BLOCKED}, {0, KJ_ANSWER_BLOCKED}};

START_TEST(a_lists_own_timeout_comes_before_the_deadline)
{
	struct responder *responder = responder_start(slow);
	struct kj_resolver *resolver = resolver_with((const char *[]){responder->server, NULL}, PATIENT);
	struct kj_lookups *lookups = kj_lookups_new(resolver, kj_clock_system(), 5000);
	struct kj_question question = {
	    .kind = KJ_ASK_DNSBL, .name = "slow.test", .timeout_ms = timeout_rows[_i].timeout_ms};
	int64_t start_ms = now_ms();
	const struct kj_answer *answer;

	kj_lookups_ask(lookups, &question);
	kj_lookups_wait(lookups, start_ms + 5000);
	answer = kj_lookups_answer(lookups, 0);
	ck_assert_msg(answer->status == timeout_rows[_i].want, "%s", kj_answer_status_name(answer->status));
	if (timeout_rows[_i].want == KJ_ANSWER_TIMEOUT)
		ck_assert_int_lt(now_ms() - start_ms, 550);
	else
		ck_assert(answer->took_ms >= 550 && !answer->cached);
	kj_lookups_free(lookups);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lookup_health");
	TCase *tc = tcase_create("health"), *probes = tcase_create("probes");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_list_begins_unproven_and_counts);
	tcase_add_test(tc, a_first_round_that_fails_says_so_once);
	tcase_add_test(tc, two_good_rounds_in_a_row_bring_it_back);
	tcase_add_test(tc, silence_needs_two_rounds_and_a_silent_resolver_none);
	tcase_add_test(tc, the_mails_of_the_affected_time_are_counted);
	add_rows(tc, false_listings_are_waited_out, ttl_rows);
	tcase_add_test(tc, rounds_come_faster_while_something_is_wrong);
	tcase_add_test(tc, a_refused_mail_has_the_list_examined_at_once_but_not_each_time);
	tcase_add_test(tc, a_list_that_suddenly_lists_many_clients_fails);
	tcase_add_test(tc, a_list_that_always_lists_many_clients_is_left_alone);
	tcase_add_test(tc, few_clients_prove_nothing);
	tcase_add_test(tc, records_outlive_a_reload);
	suite_add_tcase(suite, tc);
	tcase_add_unchecked_fixture(probes, nsd_start, nsd_stop);
	add_rows(probes, a_round_finds_out_what_is_wrong, probe_rows);
	add_rows(probes, a_round_tells_a_good_list_from_others, zone_rows);
	add_rows(probes, a_lists_own_timeout_comes_before_the_deadline, timeout_rows);
	suite_add_tcase(suite, probes);
	return suite_run(suite);
}
