/*
 * test_auth_field.c - our Authentication-Results field: the words of RFC 8601, and senders who try to write it themselves
 */
#include "checks_world.h"
#include "kanjiki/name.h"
#include "pipeline/mail.h"

static void answer_spf(
    const char *name, enum kj_answer_status status, enum kj_spf_result result, const char *why)
{
	answer((struct kj_question){.kind = KJ_ASK_SPF, .name = name},
	    (struct kj_answer){.status = status, .spf = result, .text = why});
}

static const char *field_of(const struct kj_facts *facts)
{
	const char *value = kj_auth_field(arena, "mx.example.jp", facts, evidence);

	ck_assert_ptr_nonnull(value);
	return value;
}

/* want: what stands behind "smtp.mailfrom="; NULL: the property is left out */
static const struct {
	const char *label, *sender, *want;
} senders[] = {
    {"plain", "a.b@sender.example", "a.b@sender.example"},
    {"VERP", "bounce+user=example.jp@sender.example", "bounce+user=example.jp@sender.example"},
    {"domain in capitals", "A@Sender.Example", "A@sender.example"},
    {"international domain", "a@\xe6\x97\xa5\xe6\x9c\xac.example", "a@xn--wgv71a.example"},
    {"dots that no atom has", "a..b.@sender.example", "\"a..b.\"@sender.example"},
    {"quoted, needlessly", "\"a.b\"@sender.example", "a.b@sender.example"},
    {"a blank", "\"a b\"@sender.example", "\"a b\"@sender.example"},
    {"quotes and backslashes", "\"a\\\"b\\\\c\"@sender.example", "\"a\\\"b\\\\c\"@sender.example"},
    {"a quote without its other", "a\"b@sender.example", "\"a\\\"b\"@sender.example"},
    {"a backslash at the end", "\"a\\\"@sender.example", "\"a\\\\\"@sender.example"},
    {"a second result", "\"x; spf=pass smtp.mailfrom=bank.example\"@sender.example",
        "\"x; spf=pass smtp.mailfrom=bank.example\"@sender.example"},
    {"out of the quotes", "\"x\\\"; dkim=pass header.d=bank.example; x=\\\"\"@sender.example",
        "\"x\\\"; dkim=pass header.d=bank.example; x=\\\"\"@sender.example"},
    {"a comment", "a(b@sender.example", "\"a(b\"@sender.example"},
    {"two at signs", "a@b@sender.example", "\"a@b\"@sender.example"},
    {"UTF-8", "\xe5\xb1\xb1\xe7\x94\xb0@sender.example", "sender.example"},
    {"a line break", "a\r\nX-Spam-Flag: NO@sender.example", "sender.example"},
    {"an empty local-part", "@sender.example", "sender.example"},
    {"nothing in quotes", "\"\"@sender.example", "sender.example"},
    {"a local-part of 129",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaa@sender.example",
        "sender.example"},
    {"no domain", "postmaster", "postmaster"},
    {"no domain, and odd", "a b;c", "\"a b;c\""},
    {"an address literal", "a@[192.0.2.1]", "\"a@[192.0.2.1]\""},
    {"a domain that is none", "a@x;spf=pass", "\"a@x;spf=pass\""},
    {"a domain that is none, and not printable", "a@x\1y", NULL},
};

START_TEST(sender_is_named_so_that_he_cannot_add_to_it)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.sender.example");
	char domain[KJ_NAME_STRLEN] = "", want[400];

	facts.sender = senders[_i].sender;
	kj_name_of_address(facts.sender, domain);
	facts.sender_domain = domain;
	answer_spf(facts.sender, KJ_ANSWER_FOUND, KJ_SPF_PASS, "matched a of sender.example");
	snprintf(want, sizeof want, "mx.example.jp;\n\tspf=pass%s%s",
	    senders[_i].want ? " smtp.mailfrom=" : "", senders[_i].want ? senders[_i].want : "");
	ck_assert_msg(strcmp(field_of(&facts), want) == 0, "%s: %s", senders[_i].label, field_of(&facts));
}
END_TEST

static const struct {
	enum kj_answer_status status;
	enum kj_spf_result result;
	const char *why, *want;
} results[] = {
    {KJ_ANSWER_FOUND, KJ_SPF_PASS, "matched a", "pass"},
    {KJ_ANSWER_FOUND, KJ_SPF_NONE, "no SPF record", "none"},
    {KJ_ANSWER_FOUND, KJ_SPF_NEUTRAL, "no term matched", "neutral reason=\"no term matched\""},
    {KJ_ANSWER_FOUND, KJ_SPF_FAIL, "-all of a.example", "fail reason=\"-all of a.example\""},
    {KJ_ANSWER_FOUND, KJ_SPF_SOFTFAIL, "~all of a.example", "softfail reason=\"~all of a.example\""},
    {KJ_ANSWER_FOUND, KJ_SPF_PERMERROR, "no valid domain in \"a:\\x\"",
        "permerror reason=\"no valid domain in \\\"a:\\\\x\\\"\""},
    {KJ_ANSWER_FOUND, KJ_SPF_TEMPERROR, "no answer\r\n for TXT \xff",
        "temperror reason=\"no answer?? for TXT ?\""},
    {KJ_ANSWER_FOUND, KJ_SPF_FAIL, NULL, "fail"},
    {KJ_ANSWER_TIMEOUT, KJ_SPF_PASS, NULL, "temperror reason=\"timeout\""},
    {KJ_ANSWER_FAILED, KJ_SPF_PASS, NULL, "temperror reason=\"failed\""},
};

START_TEST(results_have_the_words_of_the_rfc_and_a_reason)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.sender.example");
	char want[400];

	facts.sender = facts.sender_domain = "";
	answer_spf(facts.helo_name, results[_i].status, results[_i].result, results[_i].why);
	snprintf(want, sizeof want, "mx.example.jp;\n\tspf=%s smtp.helo=mx.sender.example", results[_i].want);
	ck_assert_str_eq(field_of(&facts), want);
}
END_TEST

START_TEST(all_of_it_in_order)
{
	static const char *const names[] = {"mx.sender.example"};
	struct kj_facts facts = facts_of("2001:db8::25", "mx.sender.example");

	answer_spf(facts.sender, KJ_ANSWER_FOUND, KJ_SPF_SOFTFAIL, "~all of sender.example");
	answer_spf(facts.helo_name, KJ_ANSWER_FOUND, KJ_SPF_PASS, NULL);
	answer((struct kj_question){.kind = KJ_ASK_FCRDNS},
	    (struct kj_answer){
	        .status = KJ_ANSWER_FOUND, .fcrdns = KJ_FCRDNS_PASS, .names = names, .name_count = 1});
	ck_assert_str_eq(field_of(&facts), "mx.example.jp;\n\tspf=softfail reason=\"~all of sender.example\" "
	                                   "smtp.mailfrom=a@sender.example;\n"
	                                   "\tspf=pass smtp.helo=mx.sender.example;\n"
	                                   "\tiprev=pass policy.iprev=\"2001:db8::25\" (mx.sender.example)");
}
END_TEST

static const struct {
	enum kj_answer_status status;
	enum kj_fcrdns fcrdns;
	const char *name, *want;
} iprevs[] = {
    {KJ_ANSWER_FOUND, KJ_FCRDNS_FAIL, "x.example", "fail policy.iprev=192.0.2.1 (x.example)"},
    {KJ_ANSWER_NOT_FOUND, KJ_FCRDNS_NONE, NULL, "permerror policy.iprev=192.0.2.1"},
    {KJ_ANSWER_SERVFAIL, KJ_FCRDNS_PASS, NULL, "temperror policy.iprev=192.0.2.1"},
    {KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, "x); spf=pass (y", "pass policy.iprev=192.0.2.1"},
    {KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, "x\\", "pass policy.iprev=192.0.2.1"},
};

START_TEST(iprev_names_the_address_and_what_it_is_called)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.sender.example");
	char want[200];

	answer((struct kj_question){.kind = KJ_ASK_FCRDNS}, (struct kj_answer){.status = iprevs[_i].status,
	                                                        .fcrdns = iprevs[_i].fcrdns,
	                                                        .names = &iprevs[_i].name,
	                                                        .name_count = iprevs[_i].name != NULL});
	snprintf(want, sizeof want, "mx.example.jp;\n\tiprev=%s", iprevs[_i].want);
	ck_assert_str_eq(field_of(&facts), want);
}
END_TEST

START_TEST(what_was_not_asked_is_not_there)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.sender.example");

	ck_assert_str_eq(field_of(&facts), "mx.example.jp; none");
	answer_spf(facts.sender, KJ_ANSWER_DISABLED, KJ_SPF_PASS, NULL);
	ck_assert_str_eq(field_of(&facts), "mx.example.jp; none");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("auth_field");
	TCase *tc = tcase_create("auth_field");

	tcase_add_checked_fixture(tc, begin, end);
	add_rows(tc, sender_is_named_so_that_he_cannot_add_to_it, senders);
	add_rows(tc, results_have_the_words_of_the_rfc_and_a_reason, results);
	tcase_add_test(tc, all_of_it_in_order);
	add_rows(tc, iprev_names_the_address_and_what_it_is_called, iprevs);
	tcase_add_test(tc, what_was_not_asked_is_not_there);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
