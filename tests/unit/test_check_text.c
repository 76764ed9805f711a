/*
 * test_check_text.c - the check of how a text is made
 */
#include "checks_world.h"

static const struct {
	const char *label, *hidden, *visible, *quoted;
	unsigned times;
	bool hit;
} hidden_rows[] = {
    {"none", "", "a", "", 1, false},
    {"200 characters", "x", "a", "", 200, false},
    {"201 characters", "x", "a", "", 201, true},
    {"201 without anything beside", "x", "", "", 201, true},
    {"a third of what is shown", "xxx", "aaaaaaaaa", "", 100, true},
    {"three tenths of what is shown", "xxx", "aaaaaaaaaa", "", 100, false},
    {"quoted text is shown, too", "xxx", "a", "aaaaaaaaaa", 100, false},
    {"characters and not bytes", "日", "", "", 200, false},
    {"a newsletter's invisible padding", "\u034f\u200c\u00a0\u2007\u00ad ", "a", "", 300, false},
};

static struct kj_text repeat(const char *text, unsigned times)
{
	char *all = kj_arena_alloc(arena, strlen(text) * times + 1);

	for (unsigned i = 0; i < times; i++)
		memcpy(all + i * strlen(text), text, strlen(text));
	return (struct kj_text){all, strlen(all)};
}

START_TEST(hidden_text_must_be_much)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_message message = message_of(NULL, 0);

	message.hidden = repeat(hidden_rows[_i].hidden, hidden_rows[_i].times);
	message.visible = repeat(hidden_rows[_i].visible, hidden_rows[_i].times);
	message.quoted = repeat(hidden_rows[_i].quoted, hidden_rows[_i].times);
	facts.message = &message;
	kj_check_text.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(has_hit("HTML_HIDDEN") == hidden_rows[_i].hit, "%s: %s", hidden_rows[_i].label, all_hits());
}
END_TEST

static const struct {
	const char *label, *host, *shown, *field;
	bool is_list, hit;
} link_rows[] = {
    {"shows nothing", "evil.example.net", NULL, NULL, false, false},
    {"shows somebody", "evil.example.net", "www.paypal.com", NULL, false, true},
    {"shows the sender's own", "click.example.net", "www.sender.example", NULL, false, false},
    {"leads to the sender", "www.sender.example", "www.paypal.com", NULL, false, false},
    {"list mail", "click.example.net", "www.paypal.com", NULL, true, false},
    {"mail that can be unsubscribed", "click.example.net", "www.paypal.com", "List-Unsubscribe", false, false},
};

START_TEST(links_that_show_another_host)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_field field = {link_rows[_i].field, " <mailto:x@sender.example>"};
	struct kj_message message = message_of(&field, link_rows[_i].field != NULL);
	struct kj_url url = {.text = "", .host = link_rows[_i].host, .org = link_rows[_i].host,
	    .shown_host = link_rows[_i].shown, .is_link = true};

	message.urls = &url;
	message.url_count = 1;
	message.is_list = link_rows[_i].is_list;
	facts.message = &message;
	kj_check_text.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(has_hit("HTML_LINK_HOST") == link_rows[_i].hit, "%s: %s", link_rows[_i].label, all_hits());
}
END_TEST

START_TEST(invisible_characters_must_be_ten)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_message message = message_of(NULL, 0);

	facts.message = &message;
	facts.visible.invisible_in_words = 9;
	kj_check_text.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "");
	facts.visible.invisible_in_words = 10;
	kj_check_text.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "TEXT_INVISIBLE");
}
END_TEST

START_TEST(words_with_lookalikes_must_be_three)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_message message = message_of(NULL, 0);

	facts.message = &message;
	facts.visible.lookalikes = 2;
	kj_check_text.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "");
	facts.visible.lookalikes = 3;
	kj_check_text.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "TEXT_LOOKALIKES");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("check_text");
	TCase *tc = tcase_create("text");

	tcase_add_checked_fixture(tc, begin, end);
	add_rows(tc, hidden_text_must_be_much, hidden_rows);
	add_rows(tc, links_that_show_another_host, link_rows);
	tcase_add_test(tc, invisible_characters_must_be_ten);
	tcase_add_test(tc, words_with_lookalikes_must_be_three);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
