/*
 * test_scoring_checks.c - the checks of connection, Received chain and header
 */
#include "checks_world.h"
#include "kanjiki/err.h"
#include "kanjiki/name.h"

static const struct {
	const char *label, *client, *ptr;
	enum kj_answer_status status;
	enum kj_fcrdns fcrdns;
	const char *want;
} rdns_rows[] = {
    {"no PTR", "192.0.2.1", NULL, KJ_ANSWER_NOT_FOUND, KJ_FCRDNS_NONE, "RDNS_NONE"},
    {"timeout is not none", "192.0.2.1", NULL, KJ_ANSWER_TIMEOUT, KJ_FCRDNS_NONE, ""},
    {"servfail is not none", "192.0.2.1", NULL, KJ_ANSWER_SERVFAIL, KJ_FCRDNS_NONE, ""},
    {"disabled is not none", "192.0.2.1", NULL, KJ_ANSWER_DISABLED, KJ_FCRDNS_NONE, ""},
    {"mail host", "192.0.2.1", "mail.example.jp", KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, ""},
    {"address in name", "192.0.2.17", "host-192-0-2-17.example.jp", KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, "RDNS_GENERIC"},
    {"address reversed", "192.0.2.17", "17.2.0.192.example.jp", KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, "RDNS_GENERIC"},
    {"address in hex", "192.0.2.17", "c0000211.example.jp", KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, "RDNS_GENERIC"},
    {"dhcp", "192.0.2.17", "p1-dhcp.example.jp", KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, "RDNS_GENERIC"},
    {"dsl inside a word", "192.0.2.17", "handsled.example.jp", KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, ""},
    {"other numbers", "192.0.2.17", "mx3-17.example.jp", KJ_ANSWER_FOUND, KJ_FCRDNS_PASS, ""},
};

START_TEST(rdns_judges_only_what_it_knows)
{
	struct kj_facts facts = facts_of(rdns_rows[_i].client, "mail.example.jp");

	answer((struct kj_question){.kind = KJ_ASK_FCRDNS, .addr = facts.client},
	    (struct kj_answer){.status = rdns_rows[_i].status,
	        .fcrdns = rdns_rows[_i].fcrdns,
	        .names = &rdns_rows[_i].ptr,
	        .name_count = rdns_rows[_i].ptr != NULL});
	kj_check_rdns.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(strcmp(all_hits(), rdns_rows[_i].want) == 0, "%s: %s", rdns_rows[_i].label, all_hits());
}
END_TEST

static const struct {
	const char *label, *helo, *helo_addr, *ptr;
	enum kj_answer_status helo_status;
	const char *want;
} helo_rows[] = {
    {"the report's", "ary058.localhost", NULL, NULL, KJ_ANSWER_NOT_FOUND, "HELO_SPECIAL"},
    {"localhost itself", "localhost", NULL, NULL, KJ_ANSWER_NOT_FOUND, "HELO_SPECIAL"},
    {"bare", "mailserver", NULL, NULL, KJ_ANSWER_NOT_FOUND, "HELO_NOT_FQDN"},
    {"own name", "mx.example.jp", "192.0.2.1", "mx.example.jp", KJ_ANSWER_FOUND, ""},
    {"same organisation", "mx.example.jp", "192.0.2.9", "out.example.jp", KJ_ANSWER_FOUND, ""},
    {"somebody else", "mx.example.jp", "192.0.2.9", "host.example.net", KJ_ANSWER_FOUND, "HELO_MISMATCH"},
    {"unknown is no mismatch", "mx.example.jp", NULL, "host.example.net", KJ_ANSWER_TIMEOUT, ""},
    {"nowhere is no mismatch", "mx.example.jp", NULL, "host.example.net", KJ_ANSWER_NOT_FOUND, ""},
    {"literal", "[192.0.2.1]", NULL, NULL, KJ_ANSWER_NOT_FOUND, ""},
    {"empty", "", NULL, NULL, KJ_ANSWER_NOT_FOUND, ""},
};

START_TEST(helo_judges_only_what_it_knows)
{
	struct kj_facts facts = facts_of("192.0.2.1", helo_rows[_i].helo);
	struct kj_addr where = addr(helo_rows[_i].helo_addr ? helo_rows[_i].helo_addr : "192.0.2.99");

	answer((struct kj_question){.kind = KJ_ASK_ADDRESSES, .name = helo_rows[_i].helo},
	    (struct kj_answer){
	        .status = helo_rows[_i].helo_status, .addrs = &where, .addr_count = helo_rows[_i].helo_addr != NULL});
	answer((struct kj_question){.kind = KJ_ASK_FCRDNS, .addr = facts.client},
	    (struct kj_answer){.status = helo_rows[_i].ptr ? KJ_ANSWER_FOUND : KJ_ANSWER_NOT_FOUND,
	        .names = &helo_rows[_i].ptr,
	        .name_count = helo_rows[_i].ptr != NULL});
	kj_check_helo.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(strcmp(all_hits(), helo_rows[_i].want) == 0, "%s: %s", helo_rows[_i].label, all_hits());
}
END_TEST

static const struct {
	const char *label;
	enum kj_answer_status status;
	enum kj_spf_result result;
	const char *want;
} spf_rows[] = {
    {"pass", KJ_ANSWER_FOUND, KJ_SPF_PASS, "SPF_PASS"},
    {"fail", KJ_ANSWER_FOUND, KJ_SPF_FAIL, "SPF_FAIL"},
    {"softfail", KJ_ANSWER_FOUND, KJ_SPF_SOFTFAIL, "SPF_SOFTFAIL"},
    {"permerror", KJ_ANSWER_FOUND, KJ_SPF_PERMERROR, "SPF_PERMERROR"},
    {"temperror says nothing", KJ_ANSWER_FOUND, KJ_SPF_TEMPERROR, ""},
    {"timeout says nothing", KJ_ANSWER_TIMEOUT, KJ_SPF_FAIL, ""},
};

START_TEST(spf_results_have_their_symbols)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");

	kj_check_spf.ask(&facts, &rules, evidence);
	ck_assert_uint_eq(kj_evidence_count(evidence), 2);
	kj_evidence_item(evidence, 0)->answer =
	    (struct kj_answer){.status = spf_rows[_i].status, .spf = spf_rows[_i].result};
	kj_check_spf.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(strcmp(all_hits(), spf_rows[_i].want) == 0, "%s: %s", spf_rows[_i].label, all_hits());
}
END_TEST

START_TEST(spf_of_the_helo_fails_on_its_own)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");

	facts.sender = facts.sender_domain = "";
	kj_check_spf.ask(&facts, &rules, evidence);
	ck_assert_uint_eq(kj_evidence_count(evidence), 1);
	kj_evidence_item(evidence, 0)->answer = (struct kj_answer){.status = KJ_ANSWER_FOUND, .spf = KJ_SPF_FAIL};
	kj_check_spf.judge(&facts, &rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "SPF_HELO_FAIL");
}
END_TEST

static const struct kj_dnsbl_code codes[] = {
    {{.first = 0x7f000003, .last = 0x7f000003}, "RBL_CSS"},
    {{.first = 0x7f00000a, .last = 0x7f00000b}, "RBL_PBL"},
};
static const struct kj_dnsbl_code bits[] = {{{.mask = 0x06}, "RBL_BITS"}};
#define LIST(zone_, label_) .zone = zone_, .query_zone = zone_, .label = label_
static const struct kj_dnsbl lists[] = {
    {LIST("bl.example", "bl"), .asks = KJ_LIST_CLIENT, .ipv4 = true, .ipv6 = true, .codes = codes, .code_count = 2},
    {LIST("v4.example", "v4"), .asks = KJ_LIST_CLIENT, .ipv4 = true, .codes = bits, .code_count = 1},
};
static const struct kj_rules list_rules = {.dnsbls = lists, .dnsbl_count = 2};

static const struct {
	const char *label, *code;
	enum kj_answer_status status;
	const char *want;
} list_rows[] = {
    {"single code", "127.0.0.3", KJ_ANSWER_FOUND, "RBL_CSS"},
    {"range", "127.0.0.11", KJ_ANSWER_FOUND, "RBL_PBL"},
    {"code without a row", "127.0.0.9", KJ_ANSWER_FOUND, ""},
    {"not listed", "127.0.0.3", KJ_ANSWER_NOT_FOUND, ""},
    {"blocked is no listing", "127.0.0.3", KJ_ANSWER_BLOCKED, ""},
    {"timeout is no listing", "127.0.0.3", KJ_ANSWER_TIMEOUT, ""},
};

START_TEST(dnsbl_codes_have_their_symbols)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_addr code = addr(list_rows[_i].code);

	kj_check_dnsbl.ask(&facts, &list_rules, evidence);
	ck_assert_uint_eq(kj_evidence_count(evidence), 2);
	ck_assert_str_eq(kj_evidence_item(evidence, 0)->question.name, "1.2.0.192.bl.example");
	kj_evidence_item(evidence, 0)->answer =
	    (struct kj_answer){.status = list_rows[_i].status, .addrs = &code, .addr_count = 1};
	kj_check_dnsbl.judge(&facts, &list_rules, evidence, hits);
	ck_assert_msg(strcmp(all_hits(), list_rows[_i].want) == 0, "%s: %s", list_rows[_i].label, all_hits());
}
END_TEST

START_TEST(dnsbl_masks_and_several_codes)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_addr both[] = {addr("127.0.0.3"), addr("127.0.0.10")}, bit = addr("127.0.0.4");

	kj_check_dnsbl.ask(&facts, &list_rules, evidence);
	kj_evidence_item(evidence, 0)->answer =
	    (struct kj_answer){.status = KJ_ANSWER_FOUND, .addrs = both, .addr_count = 2};
	kj_evidence_item(evidence, 1)->answer =
	    (struct kj_answer){.status = KJ_ANSWER_FOUND, .addrs = &bit, .addr_count = 1};
	kj_check_dnsbl.judge(&facts, &list_rules, evidence, hits);
	ck_assert_str_eq(all_hits(), "RBL_CSS RBL_PBL RBL_BITS");
}
END_TEST

START_TEST(dnsbl_asks_a_list_only_for_addresses_it_knows)
{
	struct kj_facts facts = facts_of("2001:db8::1", "mx.example.jp");

	kj_check_dnsbl.ask(&facts, &list_rules, evidence);
	ck_assert_uint_eq(kj_evidence_count(evidence), 1);
	ck_assert_str_eq(kj_evidence_item(evidence, 0)->question.label, "bl");
}
END_TEST

/* The operator's first sample: HELO, written by its own user, from a nameless private address. */
static struct kj_received seed_line(const char *helo, const char *rdns, const char *ip, const char *by, int64_t userid)
{
	struct kj_received line = {.raw = "", .helo = helo, .rdns = rdns, .by = by, .with = "", .for_rcpt = "",
	    .userid = userid, .date_s = -1};

	if (*ip)
		line.addr = addr(ip);
	return line;
}

static const struct {
	const char *label, *helo, *by, *rdns, *ip;
	int64_t userid;
	const char *want;
} seed_rows[] = {
    {"all three", "ary058.localhost", "ary058.localhost", "unknown", "10.190.116.153", 1002, "RCV_SEED"},
    {"other host's user", "ary058.localhost", "ary059.localhost", "unknown", "10.1.1.1", 1002, "RCV_SEED_PARTIAL"},
    {"system user", "ary058.localhost", "ary058.localhost", "unknown", "10.1.1.1", 33, "RCV_SEED_PARTIAL"},
    {"resolved name", "ary058.localhost", "ary058.localhost", "web.lan", "10.1.1.1", 1002, "RCV_SEED_PARTIAL"},
    {"loopback", "ary058.localhost", "ary058.localhost", "unknown", "127.0.0.1", 1002, "RCV_SEED_PARTIAL"},
    {"public address", "ary058.localhost", "ary058.localhost", "unknown", "192.0.2.7", 1002, "RCV_SEED_PARTIAL"},
    {"real HELO", "mx.example.jp", "ary058.localhost", "unknown", "10.1.1.1", 1002, "RCV_SEED_PARTIAL"},
    {"one alone", "mx.example.jp", "mx.example.jp", "unknown", "10.1.1.1", 1002, ""},
};

START_TEST(received_seed_needs_two_traits)
{
	struct kj_facts facts = facts_of("103.232.15.114", seed_rows[_i].helo);
	struct kj_received chain[] = {
	    seed_line("", "", "", seed_rows[_i].by, seed_rows[_i].userid),
	    seed_line("localhost", seed_rows[_i].rdns, seed_rows[_i].ip, "localhost", -1),
	};

	facts.chain = chain;
	facts.chain_count = 2;
	kj_check_received.judge(&facts, &rules, evidence, hits);
	ck_assert_msg(strcmp(all_hits(), seed_rows[_i].want) == 0, "%s: %s", seed_rows[_i].label, all_hits());
}
END_TEST

static const char *judge_headers(struct kj_facts *facts, const struct kj_message *message)
{
	facts->message = message;
	kj_check_headers.judge(facts, &rules, evidence, hits);
	return all_hits();
}

static const struct {
	const char *to;
	bool hit;
} to_rows[] = {
    {" < user@example.jp>", true},
    {" \"User\" <user@example.jp>", false},
    {" User <user@example.jp>, <\tother@example.jp>", true},
    {" < not an address >", false},
    {" <", false},
};

START_TEST(to_with_a_blank_in_the_angle)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_field to = {"To", to_rows[_i].to};
	struct kj_message message = message_of(&to, 1);

	judge_headers(&facts, &message);
	ck_assert_msg(has_hit("TO_BLANK_IN_ANGLE") == to_rows[_i].hit, "%s", to_rows[_i].to);
}
END_TEST

static const struct {
	const char *label, *subject;
	enum kj_answer_status first_seen;
	const char *want;
} subject_rows[] = {
    {"no address", "Hello", KJ_ANSWER_NOT_FOUND, ""},
    {"local part only", "user, hello", KJ_ANSWER_NOT_FOUND, ""},
    {"address", "Invoice for User@Example.jp", KJ_ANSWER_NOT_FOUND, "SUBJ_RCPT_FULL"},
    {"honorific, fresh", "user@example.jp様 ♪", KJ_ANSWER_NOT_FOUND, "SUBJ_RCPT_FULL SUBJ_RCPT_HONORIFIC"},
    {"honorific behind a blank", "user@example.jp さん", KJ_ANSWER_NOT_FOUND, "SUBJ_RCPT_FULL SUBJ_RCPT_HONORIFIC"},
    {"honorific, long known", "user@example.jp様 ♪", KJ_ANSWER_FOUND, "SUBJ_RCPT_FULL"},
    {"honorific, not known", "user@example.jp様 ♪", KJ_ANSWER_FAILED, "SUBJ_RCPT_FULL"},
};

START_TEST(subject_with_the_recipient)
{
	static const char *const rcpts[] = {"user@example.jp"};
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_message message = message_of(NULL, 0);

	facts.rcpts = rcpts;
	facts.rcpt_count = 1;
	message.subject = subject_rows[_i].subject;
	kj_check_headers.ask(&facts, &rules, evidence);
	kj_evidence_item(evidence, 0)->answer =
	    (struct kj_answer){.status = subject_rows[_i].first_seen, .since_s = NOW - 30 * 86400};
	judge_headers(&facts, &message);
	ck_assert_msg(strcmp(all_hits(), subject_rows[_i].want) == 0, "%s: %s", subject_rows[_i].label, all_hits());
}
END_TEST

START_TEST(nothing_is_fresh_while_warming_up)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");

	facts.warming_up = true;
	kj_check_headers.ask(&facts, &rules, evidence);
	ck_assert_uint_eq(kj_evidence_count(evidence), 0);
}
END_TEST

static const struct {
	const char *label, *sender;
	enum kj_answer_status status;
	enum kj_spf_result spf;
	bool hit;
} from_rows[] = {
    {"spf none", "x@other.example", KJ_ANSWER_FOUND, KJ_SPF_NONE, true},
    {"spf pass of another domain", "x@other.example", KJ_ANSWER_FOUND, KJ_SPF_PASS, true},
    {"aligned pass", "bounce@mail.example.jp", KJ_ANSWER_FOUND, KJ_SPF_PASS, false},
    {"aligned fail", "user@example.jp", KJ_ANSWER_FOUND, KJ_SPF_FAIL, true},
    {"unknown is not guilty", "user@example.jp", KJ_ANSWER_TIMEOUT, KJ_SPF_NONE, false},
    {"temperror is not guilty", "user@example.jp", KJ_ANSWER_FOUND, KJ_SPF_TEMPERROR, false},
};

START_TEST(from_is_the_recipient)
{
	static const char *const rcpts[] = {"User@example.jp"};
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_message message = message_of(NULL, 0);
	char domain[KJ_NAME_STRLEN];

	facts.rcpts = rcpts;
	facts.rcpt_count = 1;
	facts.sender = from_rows[_i].sender;
	ck_assert_int_eq(kj_name_of_address(facts.sender, domain), 0);
	facts.sender_domain = domain;
	message.from_addr = "user@example.jp";
	answer((struct kj_question){.kind = KJ_ASK_SPF, .name = facts.sender},
	    (struct kj_answer){.status = from_rows[_i].status, .spf = from_rows[_i].spf});
	judge_headers(&facts, &message);
	ck_assert_msg(has_hit("FROM_EQ_RCPT_UNAUTH") == from_rows[_i].hit, "%s", from_rows[_i].label);
}
END_TEST

static const struct {
	const char *label, *message_id, *dkim;
	bool hit;
} id_rows[] = {
    {"from's organisation", "1@mail.sender.example", NULL, false},
    {"HELO's organisation", "1@web.example.jp", NULL, false},
    {"signer's organisation", "1@esp.test", " v=1; a=rsa-sha256; d=mail.esp.test; s=x", false},
    {"nobody's", "1@esp.test", NULL, true},
    {"bare", "1@web01", NULL, true},
    {"localhost", "1@ary058.localhost", NULL, true},
    {"none", "", NULL, false},
    {"without host", "1", NULL, false},
};

START_TEST(message_id_host)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_field dkim = {"DKIM-Signature", id_rows[_i].dkim};
	struct kj_message message = message_of(&dkim, id_rows[_i].dkim != NULL);

	message.message_id = id_rows[_i].message_id;
	judge_headers(&facts, &message);
	ck_assert_msg(has_hit("MSGID") == id_rows[_i].hit, "%s", id_rows[_i].label);
}
END_TEST

static const struct {
	int64_t date_s;
	bool came_earlier;
	const char *want;
} date_rows[] = {
    {NOW, false, ""},
    {NOW + 12 * 3600, false, ""},
    {NOW + 12 * 3600 + 1, false, "DATE_FUTURE"},
    {NOW + 12 * 3600 + 1, true, "DATE_FUTURE"},
    {NOW - 96 * 3600, false, ""},
    {NOW - 96 * 3600 - 1, false, "DATE_PAST"},
    {NOW - 96 * 3600 - 1, true, ""},
    {-1, false, ""},
};

START_TEST(date_is_held_against_now)
{
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_message message = message_of(NULL, 0);

	facts.came_earlier = date_rows[_i].came_earlier;
	message.date_s = date_rows[_i].date_s;
	ck_assert_str_eq(judge_headers(&facts, &message), date_rows[_i].want);
}
END_TEST

START_TEST(boundary_of_a_php_mailer_counts_only_from_a_fresh_sender)
{
	struct kj_part part = {"multipart/related", "", "=_0123456789abcdef0123456789abcdef", "", "", 0, false};
	struct kj_facts facts = facts_of("192.0.2.1", "mx.example.jp");
	struct kj_message message = message_of(NULL, 0);

	message.parts = &part;
	message.part_count = 1;
	ck_assert_str_eq(judge_headers(&facts, &message), "");
	kj_check_headers.ask(&facts, &rules, evidence);
	kj_evidence_item(evidence, 0)->answer.status = KJ_ANSWER_NOT_FOUND;
	ck_assert_str_eq(judge_headers(&facts, &message), "BOUNDARY_PHPMD5");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("checks");
	TCase *tc = tcase_create("checks");

	tcase_add_checked_fixture(tc, begin, end);
	add_rows(tc, rdns_judges_only_what_it_knows, rdns_rows);
	add_rows(tc, helo_judges_only_what_it_knows, helo_rows);
	add_rows(tc, spf_results_have_their_symbols, spf_rows);
	tcase_add_test(tc, spf_of_the_helo_fails_on_its_own);
	add_rows(tc, dnsbl_codes_have_their_symbols, list_rows);
	tcase_add_test(tc, dnsbl_masks_and_several_codes);
	tcase_add_test(tc, dnsbl_asks_a_list_only_for_addresses_it_knows);
	add_rows(tc, received_seed_needs_two_traits, seed_rows);
	add_rows(tc, to_with_a_blank_in_the_angle, to_rows);
	add_rows(tc, subject_with_the_recipient, subject_rows);
	tcase_add_test(tc, nothing_is_fresh_while_warming_up);
	add_rows(tc, from_is_the_recipient, from_rows);
	add_rows(tc, message_id_host, id_rows);
	add_rows(tc, date_is_held_against_now, date_rows);
	tcase_add_test(tc, boundary_of_a_php_mailer_counts_only_from_a_fresh_sender);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
