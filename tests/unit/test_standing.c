/*
 * test_standing.c - senders who have a name to lose, and what their lawsuits weigh
 */
#include "checks_world.h"
#include "kanjiki/phrase_set.h"

#define DAY 86400

static const struct kj_phrase phrases[] = {
    {"en", 0, KJ_CLAIM_PROSECUTION, "we will sue you", KJ_PHRASE_LITERAL, "en", 1},
    {"en", 0, KJ_CLAIM_DEADLINE, "by tomorrow noon", KJ_PHRASE_LITERAL, "en", 2},
    {"en", 0, KJ_CLAIM_UNPAID, "unpaid fee", KJ_PHRASE_LITERAL, "en", 3},
    {"en", 0, KJ_CLAIM_HOTLINE, "only by telephone", KJ_PHRASE_LITERAL, "en", 4},
    {"en", 0, KJ_CLAIM_RECORDED, "recorded you", KJ_PHRASE_LITERAL, "en", 5},
    {"en", 0, KJ_CLAIM_THREAT, "send it to everyone", KJ_PHRASE_LITERAL, "en", 6},
    {"en", 0, KJ_CLAIM_COMPROMISE, "hacked you", KJ_PHRASE_LITERAL, "en", 7},
    {"en", 0, KJ_CLAIM_NARRATED, "scammers", KJ_PHRASE_LITERAL, "en", 8},
};

#define LAWSUIT   "We will sue you for the unpaid fee. You reach us only by telephone, by tomorrow noon."
#define BLACKMAIL "I hacked you and recorded you, and will send it to everyone."

/* days: since when the sender's domain is known; 0 never seen, -1 nobody knows. */
static const struct {
	const char *label, *text, *from;
	enum kj_answer_status asked;
	enum kj_spf_result spf;
	int days;
	bool newsletter;
	const char *symbol;
} rows[] = {
    {"proven and old", LAWSUIT, "a@sender.example", KJ_ANSWER_FOUND, KJ_SPF_PASS, 30, false, "EXTORTION_KNOWN_SENDER"},
    {"its subdomain in From", LAWSUIT, "a@mail.sender.example", KJ_ANSWER_FOUND, KJ_SPF_PASS, 30, false,
        "EXTORTION_KNOWN_SENDER"},
    {"29 days old", LAWSUIT, "a@sender.example", KJ_ANSWER_FOUND, KJ_SPF_PASS, 29, false, "EXTORTION_CORE_4"},
    {"never seen before", LAWSUIT, "a@sender.example", KJ_ANSWER_FOUND, KJ_SPF_PASS, 0, false, "EXTORTION_CORE_4"},
    {"age not known", LAWSUIT, "a@sender.example", KJ_ANSWER_FOUND, KJ_SPF_PASS, -1, false, "EXTORTION_CORE_4"},
    {"another name in From", LAWSUIT, "a@court.example", KJ_ANSWER_FOUND, KJ_SPF_PASS, 30, false, "EXTORTION_CORE_4"},
    {"SPF softfail", LAWSUIT, "a@sender.example", KJ_ANSWER_FOUND, KJ_SPF_SOFTFAIL, 30, false, "EXTORTION_CORE_4"},
    {"SPF timeout proves nothing", LAWSUIT, "a@sender.example", KJ_ANSWER_TIMEOUT, KJ_SPF_NONE, 30, false,
        "EXTORTION_CORE_4"},
    {"blackmail is never honest", BLACKMAIL, "a@sender.example", KJ_ANSWER_FOUND, KJ_SPF_PASS, 300, false,
        "EXTORTION_CORE_3"},

    {"a newsletter that nothing speaks against", BLACKMAIL " So say scammers.", "a@sender.example", KJ_ANSWER_TIMEOUT,
        KJ_SPF_NONE, -1, true, "EXTORTION_DESCRIBED"},
    {"a newsletter from a sender never seen before", BLACKMAIL " So say scammers.", "a@sender.example",
        KJ_ANSWER_FOUND, KJ_SPF_PASS, 0, true, "EXTORTION_CORE_3"},
    {"a newsletter that SPF refuses", BLACKMAIL " So say scammers.", "a@sender.example", KJ_ANSWER_FOUND, KJ_SPF_FAIL,
        300, true, "EXTORTION_CORE_3"},
};

static struct kj_phrase_set *set;

static void load(void)
{
	set = kj_phrase_set_new();
	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		ck_assert_int_eq(kj_phrase_set_add(set, &phrases[i], NULL, NULL), 0);
	ck_assert_int_eq(kj_phrase_set_compile(set, NULL), 0);
}

static void unload(void)
{
	kj_phrase_set_free(set);
}

static void know_age(int days)
{
	struct kj_answer seen = {.status = days ? KJ_ANSWER_FOUND : KJ_ANSWER_NOT_FOUND, .since_s = NOW - days * DAY};

	if (days < 0)
		seen.status = KJ_ANSWER_FAILED;
	answer((struct kj_question){.kind = KJ_ASK_FIRST_SEEN, .label = "first-seen", .name = "sender.example"}, seen);
}

START_TEST(a_sender_stands_so)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_message message = message_of(NULL, 0);
	struct kj_rules own = {.extortion = set};
	struct kj_text subject = {"", 0};

	message.from_addr = rows[_i].from;
	message.visible = (struct kj_text){rows[_i].text, strlen(rows[_i].text)};
	message.is_list = rows[_i].newsletter;
	message.links = rows[_i].newsletter ? 9 : 0;
	facts.message = &message;
	ck_assert_int_eq(kj_views_make(arena, &message.visible, &facts.visible), 0);
	ck_assert_int_eq(kj_views_make(arena, &subject, &facts.subject), 0);
	answer((struct kj_question){.kind = KJ_ASK_SPF, .label = "spf", .name = facts.sender, .sender = facts.sender},
	    (struct kj_answer){.status = rows[_i].asked, .spf = rows[_i].spf});
	know_age(rows[_i].days);
	kj_check_extortion.judge(&facts, &own, evidence, hits);
	ck_assert_msg(strcmp(all_hits(), rows[_i].symbol) == 0, "%s: %s", rows[_i].label, all_hits());
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("standing");
	TCase *tc = tcase_create("standing");

	tcase_add_unchecked_fixture(tc, load, unload);
	tcase_add_checked_fixture(tc, begin, end);
	add_rows(tc, a_sender_stands_so, rows);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
