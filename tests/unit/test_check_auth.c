/*
 * test_check_auth.c - what the results of filters before us mean for a mail
 */
#include "checks_world.h"
#include "kanjiki/proof.h"

#define DAY 86400

/* age: days since the first mail of From's domain; -1 nobody knows. All with SPF none of the envelope sender. */
static const struct {
	const char *label, *fields[3];
	const char *from;
	int age;
	bool list;
	const char *hits;
} rows[] = {
    {"no field", {NULL}, "a@news.example", 60, false, ""},
    {"aligned", {"mx; dkim=pass header.d=news.example"}, "a@news.example", -1, false, "DKIM_ALIGNED"},
    {"aligned, relaxed", {"mx; dkim=pass header.d=news.example"}, "a@mail.news.example", -1, false,
        "DKIM_ALIGNED"},
    {"aligned by header.i", {"mx; dkim=pass header.i=@m.news.example"}, "a@news.example", -1, false,
        "DKIM_ALIGNED"},
    {"one of two signatures is good",
        {"mx; dkim=fail header.d=news.example; dkim=pass header.d=news.example"}, "a@news.example", -1, false,
        "DKIM_ALIGNED"},
    {"another domain's", {"mx; dkim=pass header.d=esp.example"}, "a@news.example", 60, false, "DKIM_PASS"},
    {"a public suffix is no organisation", {"mx; dkim=pass header.d=co.jp"}, "a@news.co.jp", 60, false,
        "DKIM_PASS"},
    {"broken", {"mx; dkim=fail reason=\"x\" header.d=news.example"}, "a@news.example", 60, false,
        "DKIM_FAIL"},
    {"no answer of DNS says nothing", {"mx; dkim=temperror header.d=news.example"}, "a@news.example", 60,
        false, ""},
    {"two fields that disagree",
        {"mx; dkim=fail header.d=news.example", "mx; dkim=pass header.d=news.example; x=y"}, "a@news.example",
        60, false, "DKIM_PASS"},
    {"a field about other things does not disturb", {"mx; dmarc=pass", "mx; dkim=pass header.d=news.example"},
        "a@news.example", -1, false, "DKIM_ALIGNED"},

    {"OpenDMARC: reject", {"mx; dmarc=fail (p=reject dis=none) header.from=news.example"}, "a@news.example",
        -1, false, "DMARC_FAIL"},
    {"rspamd: quarantine", {"mx; dmarc=fail header.from=news.example (policy=quarantine)"}, "a@news.example",
        -1, false, "DMARC_FAIL"},
    {"Microsoft: oreject", {"dmarc=fail action=oreject header.from=news.example"}, "a@news.example", -1,
        false, "DMARC_FAIL"},
    {"sp= is not p=", {"mx; dmarc=fail (sp=reject p=none dis=none)"}, "a@news.example", -1, false,
        "DMARC_FAIL_MILD"},
    {"no policy said", {"mx; dmarc=fail"}, "a@news.example", -1, false, "DMARC_FAIL_MILD"},
    {"a list breaks it", {"mx; dmarc=fail (p=reject dis=none)"}, "a@news.example", -1, true,
        "DMARC_FAIL_MILD"},
    {"ARC explains it", {"mx; dmarc=fail (p=reject dis=none); arc=pass"}, "a@news.example", -1, false,
        "DMARC_FAIL_MILD ARC_PASS"},
    {"ARC in a field of its own may be a stranger's", {"mx; dmarc=fail (p=reject dis=none)", "mx; arc=pass"},
        "a@news.example", -1, false, "DMARC_FAIL ARC_PASS"},
    {"the newest one counts", {"mx; dmarc=pass (p=reject)", "mx; dmarc=fail (p=reject)"}, "a@news.example",
        -1, false, ""},

    {"aligned and old", {"mx; dkim=pass header.d=news.example"}, "a@news.example", 30, false,
        "DKIM_ALIGNED AUTH_MATURE"},
    {"aligned and 29 days old", {"mx; dkim=pass header.d=news.example"}, "a@news.example", 29, false,
        "DKIM_ALIGNED"},
    {"aligned and new", {"mx; dkim=pass header.d=news.example"}, "a@news.example", 0, false, "DKIM_ALIGNED"},
};

static void set_up(struct kj_facts *facts, struct kj_message *message, int row)
{
	struct kj_auth_field *fields = kj_arena_array(arena, 3, sizeof *fields);

	message->from_addr = rows[row].from;
	message->is_list = rows[row].list;
	facts->message = message;
	facts->auth = fields;
	for (; facts->auth_count < 3 && rows[row].fields[facts->auth_count]; facts->auth_count++)
		ck_assert_int_eq(
		    kj_auth_parse(arena, rows[row].fields[facts->auth_count], &fields[facts->auth_count]), 0);
	answer(
	    (struct kj_question){
	        .kind = KJ_ASK_SPF, .label = "spf", .name = facts->sender, .sender = facts->sender},
	    (struct kj_answer){.status = KJ_ANSWER_FOUND, .spf = KJ_SPF_NONE});
}

/* The check asks by itself, and only if there is something to know. */
static void know_age(int days)
{
	for (unsigned i = 0; i < kj_evidence_count(evidence); i++) {
		struct kj_item *item = kj_evidence_item(evidence, i);

		if (item->question.kind != KJ_ASK_FIRST_SEEN)
			continue;
		item->answer.status = days < 0 ? KJ_ANSWER_FAILED
		                      : days   ? KJ_ANSWER_FOUND
		                               : KJ_ANSWER_NOT_FOUND;
		item->answer.since_s = NOW - days * DAY;
	}
}

START_TEST(results_mean_so)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.esp.example");
	struct kj_message message = message_of(NULL, 0);

	set_up(&facts, &message, _i);
	kj_check_auth.ask(&facts, &rules, evidence);
	know_age(rows[_i].age);
	kj_check_auth.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(strcmp(all_hits(), rows[_i].hits) == 0, "%s: %s", rows[_i].label, all_hits());
}
END_TEST

START_TEST(arc_in_a_sealed_field_explains_a_failure)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.esp.example");
	struct kj_message message = message_of(NULL, 0);
	struct kj_auth_field fields[2];

	facts.message = &message;
	facts.auth = fields;
	facts.auth_count = 2;
	ck_assert_int_eq(kj_auth_parse(arena, "mx; dmarc=fail (p=reject dis=none)", &fields[0]), 0);
	ck_assert_int_eq(kj_auth_parse(arena, "mx/4XYZ; arc=pass", &fields[1]), 0);
	fields[1].sealed = true;
	kj_check_auth.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "DMARC_FAIL_MILD ARC_PASS");
}
END_TEST

static void judge_proven(const char *symbol_before)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.esp.example");
	struct kj_message message = message_of(NULL, 0);

	set_up(&facts, &message, 1);
	kj_check_auth.ask(&facts, &rules, evidence);
	know_age(300);
	if (symbol_before)
		kj_hits_add(hits, symbol_before, "said before");
	kj_check_auth.judge(&facts, &rules, evidence, hits);
}

START_TEST(age_never_makes_an_extortion_smaller)
{
	judge_proven("EXTORTION_CORE_3");
	ck_assert(has_hit("DKIM_ALIGNED") && !has_hit("AUTH_MATURE"));
}
END_TEST

START_TEST(age_counts_beside_anything_else)
{
	judge_proven("PHRASE_LIMIT");
	ck_assert(has_hit("AUTH_MATURE"));
}
END_TEST

START_TEST(an_aligned_spf_pass_proves_as_well)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.sender.example");
	struct kj_message message = message_of(NULL, 0);

	facts.message = &message;
	answer(
	    (struct kj_question){
	        .kind = KJ_ASK_SPF, .label = "spf", .name = facts.sender, .sender = facts.sender},
	    (struct kj_answer){.status = KJ_ANSWER_FOUND, .spf = KJ_SPF_PASS});
	answer(
	    (struct kj_question){.kind = KJ_ASK_FIRST_SEEN, .label = "first-seen", .name = "sender.example"},
	    (struct kj_answer){.status = KJ_ANSWER_FOUND, .since_s = NOW - 31 * DAY});
	kj_check_auth.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "AUTH_MATURE");
}
END_TEST

START_TEST(nothing_is_asked_while_warming_up)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.esp.example");
	struct kj_message message = message_of(NULL, 0);

	set_up(&facts, &message, 1);
	facts.warming_up = true;
	kj_check_auth.ask(&facts, &rules, evidence);
	ck_assert_uint_eq(kj_evidence_count(evidence), 1);
}
END_TEST

START_TEST(an_own_address_with_an_own_signature_is_no_forgery)
{
	static const char *const rcpts[] = {"a@news.example"};
	struct kj_facts facts = facts_of("192.0.2.1", "mx.esp.example");
	struct kj_message message = message_of(NULL, 0);

	set_up(&facts, &message, 1);
	facts.rcpts = rcpts;
	facts.rcpt_count = 1;
	kj_check_headers.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "");
	facts.auth_count = 0;
	kj_check_headers.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "FROM_EQ_RCPT_UNAUTH");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("check_auth");
	TCase *tc = tcase_create("check_auth");

	tcase_add_checked_fixture(tc, begin, end);
	add_rows(tc, results_mean_so, rows);
	tcase_add_test(tc, arc_in_a_sealed_field_explains_a_failure);
	tcase_add_test(tc, age_never_makes_an_extortion_smaller);
	tcase_add_test(tc, age_counts_beside_anything_else);
	tcase_add_test(tc, an_aligned_spf_pass_proves_as_well);
	tcase_add_test(tc, nothing_is_asked_while_warming_up);
	tcase_add_test(tc, an_own_address_with_an_own_signature_is_no_forgery);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
