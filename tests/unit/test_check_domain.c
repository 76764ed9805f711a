/*
 * test_check_domain.c - the checks of what the sender's domain publishes: its SPF record and where it takes mail
 */
#include "checks_world.h"

#define DAY 86400

static const char *const nobody[] = {""}, *const host[] = {"mx.sender.example"};

static const struct {
	const char *label;
	enum kj_answer_status status;
	const char *const *names;
	unsigned name_count;
	const char *want;
} mx_rows[] = {
    {"a host", KJ_ANSWER_FOUND, host, 1, ""},
    {"a null MX", KJ_ANSWER_FOUND, nobody, 1, "NULL_MX"},
    {"neither MX nor address", KJ_ANSWER_NOT_FOUND, NULL, 0, "NULL_MX"},
    {"time-out says nothing", KJ_ANSWER_TIMEOUT, NULL, 0, ""},
    {"server failure says nothing", KJ_ANSWER_SERVFAIL, NULL, 0, ""},
    {"disabled says nothing", KJ_ANSWER_DISABLED, NULL, 0, ""},
    {"our own failure says nothing", KJ_ANSWER_FAILED, nobody, 1, ""},
};

START_TEST(a_domain_takes_mail_or_not)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");

	kj_check_sender_domain.ask(&facts, &rules, evidence);
	ck_assert_uint_eq(kj_evidence_count(evidence), 1);
	kj_evidence_item(evidence, 0)->answer = (struct kj_answer){
	    .status = mx_rows[_i].status, .names = mx_rows[_i].names, .name_count = mx_rows[_i].name_count};
	kj_check_sender_domain.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(strcmp(all_hits(), mx_rows[_i].want) == 0, "%s: %s", mx_rows[_i].label, all_hits());
}
END_TEST

static const char *const unasked[] = {"", "localhost", "192.0.2.1", "no_name.example"};

START_TEST(what_is_no_public_name_is_not_asked_for)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");

	facts.sender_domain = unasked[_i];
	kj_check_sender_domain.ask(&facts, &rules, evidence);
	ck_assert_uint_eq(kj_evidence_count(evidence), 0);
	kj_check_sender_domain.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "");
}
END_TEST

/* Ask, and answer SPF with this; first-seen with age_s, -1 for never. */
static struct kj_facts breadth_world(
    struct kj_spf_breadth breadth, enum kj_answer_status status, int64_t age_s)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");

	kj_check_spf_breadth.ask(&facts, &rules, evidence);
	ck_assert_uint_eq(kj_evidence_count(evidence), 1);
	kj_evidence_item(evidence, 0)->answer = (struct kj_answer){
	    .status = age_s < 0 ? KJ_ANSWER_NOT_FOUND : KJ_ANSWER_FOUND, .since_s = NOW - age_s};
	answer((struct kj_question){.kind = KJ_ASK_SPF, .name = facts.sender},
	    (struct kj_answer){.status = status, .spf = KJ_SPF_PASS, .breadth = breadth});
	return facts;
}

static const struct {
	const char *label;
	struct kj_spf_breadth breadth;
	enum kj_answer_status status;
	const char *want;
} everybody_rows[] = {
    {"nobody in particular", {0}, KJ_ANSWER_FOUND, ""},
    {"+all", {.plus_all = true}, KJ_ANSWER_FOUND, "SPF_PLUSALL"},
    {"half of IPv4", {.ip4_percent = 50}, KJ_ANSWER_FOUND, "SPF_PLUSALL"},
    {"less than half of IPv4", {.ip4_percent = 49, .ip6_percent = 49}, KJ_ANSWER_FOUND, ""},
    {"all of IPv6", {.ip6_percent = 100}, KJ_ANSWER_FOUND, "SPF_PLUSALL"},
    {"time-out says nothing", {.plus_all = true, .ip4_percent = 100}, KJ_ANSWER_TIMEOUT, ""},
};

START_TEST(a_record_that_lets_everybody_pass_says_nothing_good)
{
	struct kj_facts facts =
	    breadth_world(everybody_rows[_i].breadth, everybody_rows[_i].status, 100 * DAY);

	kj_check_spf_breadth.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(
	    strcmp(all_hits(), everybody_rows[_i].want) == 0, "%s: %s", everybody_rows[_i].label, all_hits());
}
END_TEST

/* terms, /24s, isolated */
static const struct {
	const char *label;
	struct kj_spf_breadth breadth;
	int64_t age_s;
	const char *want;
} enum_rows[] = {
    {"single addresses of a domain never seen", {.ip4_terms = 8, .ip4_nets = 8, .ip4_isolated = 8}, -1,
        "SPF_ENUM"},
    {"... seen within a week", {.ip4_terms = 8, .ip4_nets = 8, .ip4_isolated = 8}, 7 * DAY, "SPF_ENUM"},
    {"... known for longer", {.ip4_terms = 8, .ip4_nets = 8, .ip4_isolated = 8}, 7 * DAY + 1, ""},
    {"in seven networks", {.ip4_terms = 20, .ip4_nets = 7, .ip4_isolated = 20}, -1, ""},
    {"seven of ten isolated", {.ip4_terms = 10, .ip4_nets = 10, .ip4_isolated = 7}, -1, "SPF_ENUM"},
    {"less than seven of ten", {.ip4_terms = 100, .ip4_nets = 100, .ip4_isolated = 69}, -1, ""},
    {"no ip4 terms", {0}, -1, ""},
};

START_TEST(single_addresses_in_many_networks_count_of_a_new_domain)
{
	struct kj_facts facts = breadth_world(enum_rows[_i].breadth, KJ_ANSWER_FOUND, enum_rows[_i].age_s);

	kj_check_spf_breadth.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(strcmp(all_hits(), enum_rows[_i].want) == 0, "%s: %s", enum_rows[_i].label, all_hits());
}
END_TEST

START_TEST(nothing_is_new_where_everything_is)
{
	static const struct kj_spf_breadth spread = {.ip4_terms = 8, .ip4_nets = 8, .ip4_isolated = 8};
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");

	facts.warming_up = true;
	kj_check_spf_breadth.ask(&facts, &rules, evidence);
	ck_assert_uint_eq(kj_evidence_count(evidence), 0);
	answer((struct kj_question){.kind = KJ_ASK_SPF, .name = facts.sender},
	    (struct kj_answer){.status = KJ_ANSWER_FOUND, .breadth = spread});
	kj_check_spf_breadth.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("check_domain");
	TCase *tc = tcase_create("check_domain");

	tcase_add_checked_fixture(tc, begin, end);
	add_rows(tc, a_domain_takes_mail_or_not, mx_rows);
	add_rows(tc, what_is_no_public_name_is_not_asked_for, unasked);
	add_rows(tc, a_record_that_lets_everybody_pass_says_nothing_good, everybody_rows);
	add_rows(tc, single_addresses_in_many_networks_count_of_a_new_domain, enum_rows);
	tcase_add_test(tc, nothing_is_new_where_everything_is);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
