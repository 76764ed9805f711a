/*
 * test_check_crowd.c - what clusters make of a mail: campaigns, and crowds of honest senders
 */
#include "checks_world.h"
#include "kanjiki/sender_age.h"

#define DAY 86400
#define AGO (NOW - 2 * 3600) /* when the first of a usual cluster came */

static const struct kj_member subject_member[] = {{.helo = "", .domain = "a.example", .subject = "order #"}};

/* domains, clients, nets, names, fresh, known; what is left out is as it usually is */
#define CLUSTER(what, d, c, n, m, f, k, ...)                                                                          \
	{                                                                                                             \
		.signal = KJ_SIGNAL_##what, .domains = (d), .clients = (c), .nets = (n), .names = (m), .fresh = (f),      \
		.known = (k), __VA_ARGS__                                                                                 \
	}
#define ONE(what, d, c, n, m, f, k, ...) {CLUSTER(what, d, c, n, m, f, k, __VA_ARGS__)}

static struct kj_cluster usual(struct kj_cluster cluster)
{
	cluster.volume = cluster.volume > 0 ? cluster.volume : cluster.domains;
	cluster.first_s = cluster.first_s ? cluster.first_s : AGO;
	cluster.last_s = NOW;
	cluster.members = cluster.members ? cluster.members : subject_member;
	cluster.member_count = 1;
	return cluster;
}

static const struct {
	const char *label;
	struct kj_cluster clusters[3];
	const char *want;
} rows[] = {
    {"three names, clients and new domains of one kind of HELO", ONE(HELO, 3, 3, 3, 3, 3, 0), "HELO_TEMPLATE"},
    {"two HELO names are no kind", ONE(HELO, 3, 3, 3, 2, 3, 0), ""},
    {"two clients neither", ONE(HELO, 3, 2, 2, 3, 3, 0), ""},
    {"nor three domains of which one is not new", ONE(HELO, 3, 3, 3, 3, 2, 0), ""},
    {"five new domains weigh more", ONE(HELO, 5, 5, 5, 5, 5, 0), "HELO_TEMPLATE_5"},
    {"a known one among nineteen makes an honest crowd", ONE(HELO, 19, 19, 9, 9, 18, 1), ""},
    {"among twenty it may have been put there", ONE(HELO, 20, 20, 9, 9, 19, 1), "HELO_TEMPLATE_5"},
    {"that it has been so for a week is no excuse", ONE(HELO, 20, 20, 9, 9, 19, 1, .first_s = NOW - 8 * DAY), "HELO_TEMPLATE_5"},

    {"alike texts from two networks", ONE(BODY, 3, 3, 2, 1, 3, 0), "BODY_CLUSTER"},
    {"from one network, all of them new", ONE(BODY, 3, 3, 1, 1, 3, 0), "BODY_CLUSTER"},
    {"eight new domains with one text", ONE(BODY, 8, 8, 8, 1, 8, 0), "BODY_CLUSTER_8"},
    {"one client says what it likes", ONE(BODY, 8, 1, 1, 1, 8, 0), ""},
    {"what has been written for weeks is rather a program's", ONE(BODY, 8, 8, 8, 1, 8, 0, .first_s = NOW - 15 * DAY), ""},

    {"alike subjects of new domains", ONE(SUBJECT, 3, 3, 3, 1, 3, 0), "SUBJ_TEMPLATE"},
    {"of others they are what everybody writes", ONE(SUBJECT, 3, 3, 3, 1, 2, 0), ""},
    {"of five new domains", ONE(SUBJECT, 5, 5, 5, 1, 5, 0), "SUBJ_TEMPLATE_5"},
    {"of eight", ONE(SUBJECT, 8, 8, 8, 1, 8, 0), "SUBJ_TEMPLATE_8"},

    {"four new domains in a network", ONE(PREFIX, 4, 3, 1, 1, 4, 0), "PREFIX_FRESH_4"},
    {"three are too few", ONE(PREFIX, 3, 3, 1, 1, 3, 0), ""},
    {"two clients are one customer's", ONE(PREFIX, 4, 2, 1, 1, 4, 0), ""},
    {"a mail service has others, too", ONE(PREFIX, 40, 9, 1, 1, 35, 5), ""},
    {"and many mails of each", ONE(PREFIX, 4, 3, 1, 1, 4, 0, .volume = 100), ""},
    {"sixteen say no more alone than four", ONE(PREFIX, 16, 9, 1, 1, 16, 0), "PREFIX_FRESH_4"},
    {"but with something that agrees they do",
        {CLUSTER(PREFIX, 16, 9, 1, 1, 16, 0), CLUSTER(HELO, 16, 3, 3, 3, 16, 0)},
        "PREFIX_FRESH_16 HELO_TEMPLATE_5 CROWD_FRESH"},
    {"host names in order do not agree, for they are the network's own",
        {CLUSTER(PREFIX, 16, 9, 1, 1, 16, 0), CLUSTER(PTR, 16, 9, 1, 9, 16, 0, .in_order = true)},
        "PREFIX_FRESH_4 PTR_SEQ"},
    {"names in no order are no sequence", ONE(PTR, 16, 9, 1, 9, 16, 0), ""},
    {"neighbouring networks", ONE(WIDE, 8, 4, 2, 1, 8, 0), "PREFIX_FRESH_WIDE"},
    {"which say nothing beside the network itself",
        {CLUSTER(PREFIX, 4, 3, 1, 1, 4, 0), CLUSTER(WIDE, 8, 4, 2, 1, 8, 0)}, "PREFIX_FRESH_4"},

    {"domains that are set up alike are a registrar's, by themselves", ONE(DNS, 16, 16, 9, 1, 16, 0), ""},
    {"and more than that where they write alike",
        {CLUSTER(DNS, 16, 16, 9, 1, 16, 0), CLUSTER(BODY, 3, 3, 2, 1, 3, 0)}, "BODY_CLUSTER DNS_CLUSTER_16"},
    {"a few like subjects are not enough for that",
        {CLUSTER(DNS, 16, 16, 9, 1, 16, 0), CLUSTER(SUBJECT, 4, 4, 4, 1, 4, 0)}, "SUBJ_TEMPLATE"},
    {"a wallet of three senders, new or not", ONE(WALLET, 3, 3, 3, 1, 0, 0), "WALLET_REUSED"},
    {"Received lines of one kind", ONE(CHAIN, 3, 3, 3, 1, 3, 0), "RCV_TEMPLATE"},
    {"agree with nothing", {CLUSTER(PREFIX, 16, 9, 1, 1, 16, 0), CLUSTER(CHAIN, 9, 9, 9, 1, 9, 0)}, "PREFIX_FRESH_4 RCV_TEMPLATE"},

    {"two traits that only new domains share",
        {CLUSTER(SUBJECT, 4, 4, 4, 1, 4, 0), CLUSTER(BODY, 4, 4, 4, 1, 4, 0)}, "SUBJ_TEMPLATE BODY_CLUSTER CROWD_FRESH"},
    {"of three domains it may be chance",
        {CLUSTER(SUBJECT, 3, 3, 3, 1, 3, 0), CLUSTER(BODY, 3, 3, 3, 1, 3, 0)}, "SUBJ_TEMPLATE BODY_CLUSTER"},
    {"a subject of new domains, under which known ones write the same text",
        {CLUSTER(SUBJECT, 8, 8, 8, 1, 8, 0), CLUSTER(BODY, 16, 16, 9, 1, 12, 3)}, ""},
    {"a burst", ONE(HELO, 3, 3, 3, 3, 3, 0, .burst = true), "HELO_TEMPLATE BURST"},
    {"a burst of an honest crowd", ONE(HELO, 9, 9, 9, 9, 0, 9, .burst = true), ""},
    {"a burst from a network that nothing else is known of", ONE(PREFIX, 4, 3, 1, 1, 4, 0, .burst = true), "PREFIX_FRESH_4"},
};

/* The sender's domain, and since when it is known; -1: this is its first mail. */
static void known_for(int64_t age_s)
{
	answer((struct kj_question){.kind = KJ_ASK_FIRST_SEEN, .name = "sender.example"},
	    (struct kj_answer){.status = age_s < 0 ? KJ_ANSWER_NOT_FOUND : KJ_ANSWER_FOUND, .since_s = NOW - age_s});
}

static void spf_of(const struct kj_facts *facts, enum kj_spf_result result)
{
	answer((struct kj_question){.kind = KJ_ASK_SPF, .name = facts->sender, .sender = facts->sender},
	    (struct kj_answer){.status = KJ_ANSWER_FOUND, .spf = result});
}

/* The hits, without that of the domain's own age. */
static const char *crowd_hits(void)
{
	const char *all = "";

	for (unsigned i = 0; i < kj_hits_count(hits); i++)
		if (strncmp(kj_hits_get(hits, i)->symbol, "DOMAIN_", 7) != 0)
			all = kj_arena_printf(arena, "%s%s%s", all, *all ? " " : "", kj_hits_get(hits, i)->symbol);
	return all;
}

static void judge_row(struct kj_facts *facts, unsigned row)
{
	static struct kj_cluster clusters[3];

	for (unsigned i = 0; i < 3 && rows[row].clusters[i].domains; i++)
		clusters[facts->cluster_count++] = usual(rows[row].clusters[i]);
	facts->clusters = clusters;
	kj_check_crowd.judge(facts, &rules, evidence, hits);
}

/* Who asks for name servers nobody will compare only costs. */
START_TEST(name_servers_are_asked_for_only_if_the_traffic_is_remembered)
{
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");
	const struct kj_rules forgetful = {.crowd = false};

	kj_check_crowd.ask(&facts, &forgetful, evidence);
	ck_assert_ptr_nonnull(kj_evidence_find(evidence, KJ_ASK_FIRST_SEEN, "sender.example"));
	ck_assert_ptr_null(kj_evidence_find(evidence, KJ_ASK_NS, "sender.example"));
	kj_check_crowd.ask(&facts, &rules, evidence);
	ck_assert_ptr_nonnull(kj_evidence_find(evidence, KJ_ASK_NS, "sender.example"));
	ck_assert_ptr_nonnull(kj_evidence_find(evidence, KJ_ASK_SOA, "sender.example"));
}
END_TEST

START_TEST(a_cluster_is_a_campaign_or_a_crowd)
{
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");

	known_for(-1);
	judge_row(&facts, (unsigned)_i);
	ck_assert_msg(strcmp(crowd_hits(), rows[_i].want) == 0, "%s: %s", rows[_i].label, crowd_hits());
}
END_TEST

/* The wallet alone tells of those who are not new, too. */
START_TEST(a_sender_who_is_not_new_is_not_judged_by_his_company)
{
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");
	bool is_wallet = rows[_i].clusters[0].signal == KJ_SIGNAL_WALLET;

	known_for(5 * DAY);
	spf_of(&facts, KJ_SPF_PASS);
	judge_row(&facts, (unsigned)_i);
	ck_assert_str_eq(crowd_hits(), is_wallet ? rows[_i].want : "");
}
END_TEST

START_TEST(a_known_name_that_may_be_borrowed_is_judged_by_its_company)
{
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");

	known_for(8 * DAY);
	spf_of(&facts, KJ_SPF_FAIL);
	judge_row(&facts, (unsigned)_i);
	ck_assert_msg(strcmp(crowd_hits(), rows[_i].want) == 0, "%s: %s", rows[_i].label, crowd_hits());
}
END_TEST

START_TEST(a_known_sender_who_is_proven_is_not_judged_at_all)
{
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");

	known_for(8 * DAY);
	spf_of(&facts, KJ_SPF_PASS);
	judge_row(&facts, (unsigned)_i);
	ck_assert_str_eq(crowd_hits(), "");
}
END_TEST

static const struct {
	const char *label;
	enum kj_spf_result spf;
	struct kj_spf_breadth breadth;
	bool want;
} proofs[] = {
    {"a record of his own", KJ_SPF_PASS, {.ip4_percent = 1}, true},
    {"one that lets others pass", KJ_SPF_FAIL, {.ip4_percent = 1}, false},
    {"+all", KJ_SPF_PASS, {.plus_all = true}, false},
    {"half of the world", KJ_SPF_PASS, {.ip4_percent = 50}, false},
    {"half of the other world", KJ_SPF_PASS, {.ip6_percent = 50}, true},
};

START_TEST(what_lets_everybody_pass_proves_nobody)
{
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");

	answer((struct kj_question){.kind = KJ_ASK_SPF, .name = facts.sender, .sender = facts.sender},
	    (struct kj_answer){.status = KJ_ANSWER_FOUND, .spf = proofs[_i].spf, .breadth = proofs[_i].breadth});
	ck_assert_msg(kj_sender_proven(&facts, evidence) == proofs[_i].want, "%s", proofs[_i].label);
}
END_TEST

static const char *const confirmed[] = {"m1.example.net"};

static void confirm_host(const struct kj_facts *facts)
{
	answer((struct kj_question){.kind = KJ_ASK_FCRDNS, .addr = facts->client},
	    (struct kj_answer){
	        .status = KJ_ANSWER_FOUND, .fcrdns = KJ_FCRDNS_PASS, .names = confirmed, .name_count = 1});
}

/* A template that four of so many domains of a network use, whose hosts have names or not. */
static const struct {
	const char *label;
	unsigned domains;
	bool named;
	const char *want;
} services[] = {
    {"four customers of a mail service with one template", 8, true, "PREFIX_FRESH_4"},
    {"of a smaller one they are too many", 7, true, "PREFIX_FRESH_4 BODY_CLUSTER CROWD_FRESH"},
    {"who has no host names is no mail service", 8, false, "PREFIX_FRESH_8 BODY_CLUSTER CROWD_FRESH"},
};

START_TEST(customers_of_a_service_write_all_kinds_of_things)
{
	unsigned domains = services[_i].domains;
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");
	struct kj_cluster clusters[] = {
	    usual((struct kj_cluster)CLUSTER(PREFIX, domains, domains, 1, 1, domains, 0)),
	    usual((struct kj_cluster)CLUSTER(BODY, 4, 4, 2, 1, 4, 0)),
	};

	known_for(-1);
	if (services[_i].named)
		confirm_host(&facts);
	facts.clusters = clusters;
	facts.cluster_count = 2;
	kj_check_crowd.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(strcmp(crowd_hits(), services[_i].want) == 0, "%s: %s", services[_i].label, crowd_hits());
}
END_TEST

START_TEST(subjects_with_the_recipient_in_them_weigh_more)
{
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");
	struct kj_cluster cluster = usual((struct kj_cluster)CLUSTER(SUBJECT, 5, 5, 5, 1, 5, 0));

	known_for(-1);
	facts.subject_template = "{R}: your order #";
	facts.clusters = &cluster;
	facts.cluster_count = 1;
	kj_check_crowd.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(crowd_hits(), "SUBJ_TEMPLATE_RCPT_5");
}
END_TEST

START_TEST(on_a_host_that_is_known_one_trait_says_little)
{
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");
	struct kj_cluster body[] = {usual((struct kj_cluster)CLUSTER(BODY, 8, 8, 8, 1, 8, 0)),
	    usual((struct kj_cluster)CLUSTER(SUBJECT, 8, 8, 8, 1, 8, 0))};

	known_for(-1);
	facts.host_known = true;
	facts.clusters = body;
	facts.cluster_count = 1;
	kj_check_crowd.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(crowd_hits(), "BODY_CLUSTER");
	hits = kj_hits_new(arena);
	facts.cluster_count = 2;
	kj_check_crowd.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(crowd_hits(), "SUBJ_TEMPLATE_8 BODY_CLUSTER_8 CROWD_FRESH");
}
END_TEST

START_TEST(numbered_helo_names_that_are_confirmed_are_what_honest_hosts_have)
{
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");
	struct kj_cluster cluster = usual((struct kj_cluster)CLUSTER(HELO, 3, 3, 3, 3, 3, 0));

	confirm_host(&facts);
	known_for(-1);
	facts.clusters = &cluster;
	facts.cluster_count = 1;
	kj_check_crowd.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(crowd_hits(), "HELO_TEMPLATE_NAMED");
	hits = kj_hits_new(arena);
	facts.host_known = true;
	kj_check_crowd.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(crowd_hits(), "");
}
END_TEST

START_TEST(the_reason_shows_the_other_members)
{
	const struct kj_member member[] = {
	    {.time_s = NOW, .client = addr("203.0.113.7"), .helo = "x1.localhost", .domain = "new.example", .subject = "hi {R}"}};
	struct kj_cluster cluster =
	    usual((struct kj_cluster)CLUSTER(HELO, 3, 3, 3, 3, 3, 0, .members = member, .id = 0xabc));
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");

	known_for(-1);
	facts.clusters = &cluster;
	facts.cluster_count = 1;
	kj_check_crowd.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(kj_hits_get(hits, 0)->reason,
	    "3 sender domains (3 new), 3 clients in 3 networks within 72 h: HELO names of one kind (helo-0000000000000abc); "
	    "2027-01-15T08:00Z 203.0.113.7 x1.localhost new.example \"hi {R}\"");
}
END_TEST

static const struct {
	const char *label;
	struct kj_answer seen;
	bool warming_up;
	const char *want;
} ages[] = {
    {"never seen", {.status = KJ_ANSWER_NOT_FOUND}, false, "DOMAIN_FRESH"},
    {"23 hours", {.status = KJ_ANSWER_FOUND, .since_s = NOW - 23 * 3600}, false, "DOMAIN_FRESH"},
    {"25 hours", {.status = KJ_ANSWER_FOUND, .since_s = NOW - 25 * 3600}, false, "DOMAIN_RECENT"},
    {"more than three days", {.status = KJ_ANSWER_FOUND, .since_s = NOW - 3 * DAY - 1}, false, ""},
    {"nobody knows", {.status = KJ_ANSWER_FAILED}, false, ""},
    {"nobody can know yet", {.status = KJ_ANSWER_NOT_FOUND}, true, ""},
};

START_TEST(a_new_domain_is_new_for_three_days)
{
	struct kj_facts facts = facts_of("192.0.2.1", "m1.example.net");

	answer((struct kj_question){.kind = KJ_ASK_FIRST_SEEN, .name = "sender.example"}, ages[_i].seen);
	facts.warming_up = ages[_i].warming_up;
	kj_check_crowd.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(strcmp(all_hits(), ages[_i].want) == 0, "%s: %s", ages[_i].label, all_hits());
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("check-crowd");
	TCase *tcase = tcase_create("crowd");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, name_servers_are_asked_for_only_if_the_traffic_is_remembered);
	add_rows(tcase, a_cluster_is_a_campaign_or_a_crowd, rows);
	add_rows(tcase, a_sender_who_is_not_new_is_not_judged_by_his_company, rows);
	add_rows(tcase, a_known_name_that_may_be_borrowed_is_judged_by_its_company, rows);
	add_rows(tcase, a_known_sender_who_is_proven_is_not_judged_at_all, rows);
	add_rows(tcase, what_lets_everybody_pass_proves_nobody, proofs);
	add_rows(tcase, customers_of_a_service_write_all_kinds_of_things, services);
	tcase_add_test(tcase, subjects_with_the_recipient_in_them_weigh_more);
	tcase_add_test(tcase, on_a_host_that_is_known_one_trait_says_little);
	tcase_add_test(tcase, numbered_helo_names_that_are_confirmed_are_what_honest_hosts_have);
	tcase_add_test(tcase, the_reason_shows_the_other_members);
	add_rows(tcase, a_new_domain_is_new_for_three_days, ages);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
