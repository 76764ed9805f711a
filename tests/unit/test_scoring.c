/*
 * test_scoring.c - evidence, hits, weights, caps, policies and the gate
 */
#include "kanjiki/arena.h"
#include "kanjiki/decide.h"
#include "kanjiki/err.h"
#include "kanjiki/evidence.h"
#include "kanjiki/hits.h"
#include "kanjiki/policy.h"
#include "kanjiki/weigh.h"
#include "suite.h"

static struct kj_arena *arena;
static struct kj_evidence *evidence;
static struct kj_hits *hits;

static void begin(void)
{
	arena = kj_arena_new(1 << 20);
	evidence = kj_evidence_new(arena);
	hits = kj_hits_new(arena);
}

static void end(void)
{
	kj_arena_free(arena);
}

/* Put a question and its answer as if somebody had asked. */
static void answer(struct kj_question question, struct kj_answer with)
{
	ck_assert_int_eq(kj_evidence_ask(evidence, &question), 0);
	kj_evidence_item(evidence, kj_evidence_count(evidence) - 1)->answer = with;
}

static const struct kj_family families[] = {
    {"connection", 350, 0, 0}, {"dnsbl", 600, 1, 0}, {"extortion", 1000, 600, 400}, {"allow", 300, 0, 0}};
static const struct kj_symbol symbols[] = {
    {"CORE", 2, 650, ""},
    {"GOOD", 3, -200, ""},
    {"HELO", 0, 250, ""},
    {"HINT", 2, 100, ""},
    {"LISTED", 1, 300, ""},
    {"PTR", 0, 200, ""},
    {"TRUSTED", 3, -250, ""},
};
static const struct kj_weights weights = {families, 4, symbols, 7};
static const int32_t defaults[] = {650, -200, 250, 100, 300, 200, -250}, gentle[] = {650, -200, 250, 100, 0, -100, -250};
static const struct kj_policy policy_rows[] = {
    {"", 500, 800, true, NULL, defaults},
    {"example.jp", 400, 800, false, NULL, gentle},
    {"sub.example.jp", 300, 800, true, NULL, defaults},
};
static const struct kj_policies policies = {{families, 4, symbols, 7}, policy_rows, 3, false};

static struct kj_score weigh(const char *const *which, const struct kj_policy *policy)
{
	struct kj_hits *list = kj_hits_new(arena);
	struct kj_score score;
	int32_t sum = 0;

	for (; *which; which++)
		kj_hits_add(list, *which, "because");
	ck_assert_int_eq(kj_weigh(arena, list, &weights, policy, &score), 0);
	for (unsigned i = 0; i < score.term_count; i++)
		sum += score.terms[i].score_centi;
	ck_assert_int_eq(sum, score.total_centi);
	return score;
}

START_TEST(terms_sum_up_exactly_with_a_cap)
{
	static const char *const which[] = {"HELO", "PTR", "LISTED", "HELO", "NOBODY_KNOWS", NULL};
	struct kj_score score = weigh(which, &policy_rows[0]);

	ck_assert_int_eq(score.total_centi, 350 + 300);
	ck_assert_uint_eq(score.term_count, 5);
	ck_assert_str_eq(score.terms[4].symbol, "CAP(connection)");
	ck_assert_int_eq(score.terms[4].score_centi, -100);
	ck_assert_uint_eq(score.families, 2);
	ck_assert(score.gate_family);
}
END_TEST

START_TEST(a_domain_weighs_for_itself)
{
	static const char *const which[] = {"HELO", "PTR", "LISTED", NULL};
	struct kj_score score = weigh(which, &policy_rows[1]);

	ck_assert_int_eq(score.total_centi, 150);
	ck_assert_uint_eq(score.families, 1);
	ck_assert(!score.gate_family);
}
END_TEST

START_TEST(what_speaks_for_a_mail_has_a_floor_and_never_outweighs_an_extortion)
{
	static const char *const good[] = {"GOOD", "TRUSTED", "LISTED", NULL};
	static const char *const core[] = {"CORE", "HELO", "GOOD", "TRUSTED", NULL};
	static const char *const hint[] = {"HINT", "GOOD", NULL};
	struct kj_score score = weigh(good, &policy_rows[0]);

	ck_assert_int_eq(score.total_centi, 300 - 300);
	score = weigh(core, &policy_rows[0]);
	ck_assert_int_eq(score.total_centi, 650);
	ck_assert_str_eq(score.terms[score.term_count - 1].symbol, "FIRM(extortion)");
	ck_assert_int_eq(score.terms[score.term_count - 1].score_centi, 50);
	ck_assert_int_eq(weigh(hint, &policy_rows[0]).total_centi, -100);
}
END_TEST

START_TEST(one_list_that_fails_often_is_one_thing_to_say)
{
	answer((struct kj_question){.kind = KJ_ASK_DNSBL, .label = "l", .name = "a.l"},
	    (struct kj_answer){.status = KJ_ANSWER_TIMEOUT});
	answer((struct kj_question){.kind = KJ_ASK_DNSBL, .label = "l", .name = "b.l"},
	    (struct kj_answer){.status = KJ_ANSWER_TIMEOUT});
	answer((struct kj_question){.kind = KJ_ASK_DNSBL, .label = "l", .name = "c.l"},
	    (struct kj_answer){.status = KJ_ANSWER_BLOCKED});
	ck_assert(!kj_evidence_is_repeated(evidence, 0));
	ck_assert(kj_evidence_is_repeated(evidence, 1));
	ck_assert(!kj_evidence_is_repeated(evidence, 2));
}
END_TEST

START_TEST(policies_are_found_by_the_nearest_domain)
{
	ck_assert_ptr_eq(kj_policy_find(&policies, "example.jp"), &policy_rows[1]);
	ck_assert_ptr_eq(kj_policy_find(&policies, "a.b.example.jp"), &policy_rows[1]);
	ck_assert_ptr_eq(kj_policy_find(&policies, "x.sub.example.jp"), &policy_rows[2]);
	ck_assert_ptr_eq(kj_policy_find(&policies, "example.com"), &policy_rows[0]);
	ck_assert_ptr_eq(kj_policy_find(&policies, "notexample.jp"), &policy_rows[0]);
	ck_assert_ptr_eq(kj_policy_find(&policies, ""), &policy_rows[0]);
}
END_TEST

static const struct {
	const char *label;
	struct kj_score score;
	struct kj_restraint restraint;
	bool tempfail;
	enum kj_action want;
} decide_rows[] = {
    {"below tag", {.total_centi = 499}, {0}, true, KJ_ACTION_ACCEPT},
    {"at tag", {.total_centi = 500}, {0}, true, KJ_ACTION_TAG},
    {"gate holds", {.total_centi = 800, .families = 2, .gate_family = true}, {0}, true, KJ_ACTION_TEMPFAIL},
    {"below tempfail", {.total_centi = 799, .families = 2, .gate_family = true}, {0}, true, KJ_ACTION_TAG},
    {"policy: never", {.total_centi = 900, .families = 2, .gate_family = true}, {0}, false, KJ_ACTION_TAG},
    {"one family", {.total_centi = 900, .families = 1, .gate_family = true}, {0}, true, KJ_ACTION_TAG},
    {"no strong one", {.total_centi = 900, .families = 3}, {0}, true, KJ_ACTION_TAG},
    {"bounce", {.total_centi = 900, .families = 2, .gate_family = true}, {.null_sender = true}, true, KJ_ACTION_TAG},
    {"postmaster", {.total_centi = 900, .families = 2, .gate_family = true}, {.duty_mailbox = true}, true, KJ_ACTION_TAG},
    {"other hosts away", {.total_centi = 900, .families = 2, .gate_family = true}, {.apart = true}, true, KJ_ACTION_TAG},
    {"a pool", {.total_centi = 900, .families = 2, .gate_family = true}, {.pool = true}, true, KJ_ACTION_TAG},
    {"no memory", {.total_centi = 900, .families = 2, .gate_family = true}, {.no_memory = true}, true, KJ_ACTION_TAG},
    {"incomplete", {.total_centi = 900, .families = 2, .gate_family = true}, {.incomplete = true}, true, KJ_ACTION_TAG},
    {"blind", {.total_centi = 900, .families = 2, .gate_family = true}, {.blind = true}, true, KJ_ACTION_TAG},
    {"ceiling", {.total_centi = 900, .families = 2, .gate_family = true}, {.ceiling = true}, true, KJ_ACTION_TAG},
};

START_TEST(tempfail_needs_the_gate)
{
	struct kj_policy policy = {"", 500, 800, decide_rows[_i].tempfail, NULL, defaults};
	struct kj_decision decision = kj_decide(&decide_rows[_i].score, &policy, &decide_rows[_i].restraint);

	ck_assert_msg(decision.action == decide_rows[_i].want, "%s", decide_rows[_i].label);
}
END_TEST

START_TEST(evidence_counts_knowledge)
{
	struct kj_question question = {.kind = KJ_ASK_DNSBL, .label = "bl", .name = "x"};

	ck_assert_int_eq(kj_evidence_ask(evidence, &question), 0);
	ck_assert_int_eq(kj_evidence_ask(evidence, &question), 0);
	ck_assert_uint_eq(kj_evidence_count(evidence), 1);
	ck_assert_uint_eq(kj_evidence_have(evidence), 0);
	kj_evidence_item(evidence, 0)->answer.status = KJ_ANSWER_NOT_FOUND;
	ck_assert_uint_eq(kj_evidence_have(evidence), 1);
	answer((struct kj_question){.kind = KJ_ASK_SPF, .name = "y"},
	    (struct kj_answer){.status = KJ_ANSWER_FOUND, .spf = KJ_SPF_TEMPERROR});
	ck_assert_uint_eq(kj_evidence_have(evidence), 1);
	ck_assert_str_eq(kj_item_missing(kj_evidence_item(evidence, 1)), "temperror");
}
END_TEST

START_TEST(no_answer_at_all_is_blind)
{
	ck_assert(!kj_evidence_is_blind(evidence));
	answer((struct kj_question){.kind = KJ_ASK_FIRST_SEEN, .name = "a"}, (struct kj_answer){.status = KJ_ANSWER_FOUND});
	answer((struct kj_question){.kind = KJ_ASK_DNSBL, .name = "b"}, (struct kj_answer){.status = KJ_ANSWER_DISABLED});
	ck_assert(!kj_evidence_is_blind(evidence));
	answer((struct kj_question){.kind = KJ_ASK_SPF, .name = "c"}, (struct kj_answer){.status = KJ_ANSWER_TIMEOUT});
	answer((struct kj_question){.kind = KJ_ASK_DNSBL, .name = "d"}, (struct kj_answer){.status = KJ_ANSWER_SERVFAIL});
	ck_assert(kj_evidence_is_blind(evidence));
	answer((struct kj_question){.kind = KJ_ASK_DNSBL, .name = "e"}, (struct kj_answer){.status = KJ_ANSWER_NOT_FOUND});
	ck_assert(!kj_evidence_is_blind(evidence));
}
END_TEST

START_TEST(a_long_reason_is_cut_between_characters)
{
	char text[400];

	for (size_t i = 0; i + 3 < sizeof text; i += 3)
		memcpy(text + i, "あ", 4);
	kj_hits_add(hits, "X", "%s", text);
	ck_assert_uint_eq(strlen(kj_hits_get(hits, 0)->reason) % 3, 0);
	ck_assert_uint_gt(strlen(kj_hits_get(hits, 0)->reason), 200);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scoring");
	TCase *tc = tcase_create("scoring");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, terms_sum_up_exactly_with_a_cap);
	tcase_add_test(tc, a_domain_weighs_for_itself);
	tcase_add_test(tc, what_speaks_for_a_mail_has_a_floor_and_never_outweighs_an_extortion);
	tcase_add_test(tc, one_list_that_fails_often_is_one_thing_to_say);
	tcase_add_test(tc, policies_are_found_by_the_nearest_domain);
	add_rows(tc, tempfail_needs_the_gate, decide_rows);
	tcase_add_test(tc, evidence_counts_knowledge);
	tcase_add_test(tc, no_answer_at_all_is_blind);
	tcase_add_test(tc, a_long_reason_is_cut_between_characters);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
