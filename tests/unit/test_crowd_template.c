/*
 * test_crowd_template.c - what is left of names, subjects, chains and SPF records
 */
#include "kanjiki/arena.h"
#include "kanjiki/message.h"
#include "kanjiki/template.h"
#include "kanjiki/views.h"
#include "suite.h"

static struct kj_arena *arena;

static void begin(void)
{
	arena = kj_arena_new((size_t)16 << 20);
}

static void end(void)
{
	kj_arena_free(arena);
}

static struct kj_addr addr_of(const char *text)
{
	struct kj_addr addr = {0};

	ck_assert(!*text || kj_addr_parse(text, &addr) == 0);
	return addr;
}

/* number < 0: the name is no template as a PTR name. */
static const struct {
	const char *label, *name, *client, *want;
	int64_t number;
} names[] = {
    {"a counter", "ary053.localhost", "192.0.2.1", "ary#.localhost", 53},
    {"the next one", "ary1058.localhost", "192.0.2.1", "ary#.localhost", 1058},
    {"hexadecimal letters in front of it", "mail-eopbgr70123.outbound.example.com", "192.0.2.10",
        "mail-eopbgr#.outbound.example.com", 70123},
    {"a counter of eight digits", "r12345678.example", "192.0.2.1", "r#.example", 12345678},
    {"one as big as can be", "r16777215.example", "192.0.2.1", "r#.example", 16777215},
    {"a bigger one", "r16777216.example", "192.0.2.1", "r#.example", -1},
    {"one as long as a name", "r99999999999999999999999999999999.example", "192.0.2.1", "r#.example", -1},
    {"two counters", "a12-34.smtp-out.example.com", "192.0.2.1", "a#-#.smtp-out.example.com", 12},
    {"the address with hyphens", "ip-192-0-2-10.example", "192.0.2.10", "ip-IP.example", -1},
    {"right behind letters", "ip192-0-2-10.example", "192.0.2.10", "ipIP.example", -1},
    {"right behind hexadecimal letters", "abc192-0-2-10.example", "192.0.2.10", "abcIP.example", -1},
    {"the other way round", "10.2.0.192.example", "192.0.2.10", "IP.example", -1},
    {"with zeros", "host-192-000-002-010.example", "192.0.2.10", "host-IP.example", -1},
    {"with zeros alone", "p192000002010.example", "192.0.2.10", "pIP.example", -1},
    {"in hexadecimal digits", "c000020a.example", "192.0.2.10", "IP.example", -1},
    {"in those, the other way round", "x0a0200c0.example", "192.0.2.10", "xIP.example", -1},
    {"with a counter beside it", "192-0-2-10.pool7.example", "192.0.2.10", "IP.pool#.example", 7},
    {"somebody else's address", "ip-192-0-2-11.example", "192.0.2.10", "ip-#-#-#-#.example", 192},
    {"a longer number", "ip-192-0-2-100.example", "192.0.2.10", "ip-#-#-#-#.example", 192},
    {"a longer number in front", "ip-2192-0-2-10.example", "192.0.2.10", "ip-#-#-#-#.example", 2192},
    {"no address known", "ip-192-0-2-10.example", "", "ip-#-#-#-#.example", 192},
    {"IPv6, compressed", "2001-db8--a1.dyn7.example", "2001:db8::a1", "IP.dyn#.example", 7},
    {"IPv6, all groups", "x-2001-db8-0-0-0-0-0-a1.dyn.example", "2001:db8::a1", "x-IP.dyn.example", -1},
    {"IPv6, all digits", "2001-0db8-0000-0000-0000-0000-0000-00a1.example", "2001:db8::a1", "IP.example", -1},
    {"IPv6, digits in a row", "20010db80000000000000000000000a1.example", "2001:db8::a1", "IP.example", -1},
    {"IPv6, nibbles", "1.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.v.example",
        "2001:db8::a1", "IP.v.example", -1},
    {"IPv6, nibbles as they are", "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.a.1.v.example",
        "2001:db8::a1", "IP.v.example", -1},
    {"IPv6, of a longer one", "2001-db8--a12.dyn.example", "2001:db8::a1", "#-db#--a#.dyn.example", 2001},
    {"an identifier", "a1b2c3d4e5f6.example", "192.0.2.10", "h.example", -1},
    {"an identifier and a counter", "a1b2c3d4e5f6.rack12.example", "192.0.2.10", "h.rack#.example", 12},
    {"a short one", "a1b2c3d.example", "192.0.2.10", "a#b#c#d.example", 1},
    {"words of hexadecimal letters", "deadbeef.facade.example", "192.0.2.10", "", -1},
    {"the same with a counter", "deadbeef.facade7.example", "192.0.2.10", "deadbeef.facade#.example", 7},
    {"a name without numbers", "mail.example.com", "192.0.2.10", "", -1},
    {"a number for a name", "163.com", "192.0.2.10", "", -1},
    {"a host of it", "mx.163.com", "192.0.2.10", "mx.#.com", 163},
    {"the address alone", "192-0-2-10", "192.0.2.10", "", -1},
    {"numbers alone", "12-34", "192.0.2.10", "", -1},
    {"an address literal", "[192.0.2.10]", "192.0.2.10", "", -1},
    {"an address", "192.0.2.10", "192.0.2.10", "", -1},
    {"an address literal of IPv6", "[IPv6:2001:db8::a1]", "2001:db8::a1", "", -1},
    {"nothing", "", "192.0.2.10", "", -1},
};

START_TEST(a_name_has_this_template)
{
	struct kj_addr client = addr_of(names[_i].client);
	const char *want = names[_i].number < 0 ? "" : names[_i].want;
	char out[KJ_TEMPLATE_MAX];
	uint32_t number = 77;
	size_t len = kj_template_helo(names[_i].name, &client, out);

	ck_assert_msg(strcmp(out, names[_i].want) == 0, "%s: '%s'", names[_i].label, out);
	ck_assert_uint_eq(len, strlen(out));
	len = kj_template_ptr(names[_i].name, &client, out, &number);
	ck_assert_msg(strcmp(out, want) == 0, "%s as PTR: '%s'", names[_i].label, out);
	ck_assert_uint_eq(len, strlen(out));
	ck_assert_msg(
	    number == (names[_i].number < 0 ? 0 : names[_i].number), "%s: %u", names[_i].label, number);
}
END_TEST

START_TEST(a_name_of_any_length_is_cut)
{
	struct kj_addr nobody = {0};
	char name[2000], out[KJ_TEMPLATE_MAX];

	memset(name, 'x', sizeof name);
	name[0] = '1';
	name[sizeof name - 1] = '\0';
	ck_assert_uint_eq(kj_template_helo(name, &nobody, out), KJ_TEMPLATE_MAX - 1);
	ck_assert_uint_eq(strlen(out), KJ_TEMPLATE_MAX - 1);
}
END_TEST

static const char *const rcpts[] = {"Hanako@Example.jp", "taro.yamada_2@example.com", "me@example.com"};

static const struct {
	const char *label, *subject, *from_name, *want;
} subjects[] = {
    {"the report's first", "hanako@example.jp様、今夜少しだけお話しできますか♪", "森 彩花",
        "{R}様、今夜少しだけお話しできますか♪"},
    {"in wide letters", "ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ様、お返事ください", "", "{R}様、お返事ください"},
    {"another recipient", "Taro.Yamada_2@example.com, your parcel", "", "{R}, your parcel"},
    {"a local part", "Hanako, your parcel!", "", "{L}, your parcel!"},
    {"a local part among ideographs", "お知らせhanakoさんへ", "", "お知らせ{L}さんへ"},
    {"a local part with signs", "For taro.yamada_2: your parcel", "", "for {L}: your parcel"},
    {"part of a word", "Hanakos parcel, minihanako", "", "hanakos parcel, minihanako"},
    {"too short a local part", "Buy me flowers", "", "buy me flowers"},
    {"its address is none the less", "me@example.com buy flowers", "", "{R} buy flowers"},
    {"somebody at the recipient's domain", "jiro@example.jp your parcel", "", "jiro@example.jp your parcel"},
    {"a longer address", "hanako@example.jpx your parcel", "", "{L}@example.jpx your parcel"},
    {"the sender's name", "Ann Other wrote to you", "Ann OTHER", "{N} wrote to you"},
    {"the sender's name without blanks", "森彩花からお返事です", "森 彩花", "{N}からお返事です"},
    {"too short a name", "森の中でお会いしました", "森", "森の中でお会いしました"},
    {"a name with accents", "Zoë Müller vous attend", "Zoë Müller", "{N} vous attend"},
    {"numbers", "Invoice 4711 of 1,200.50 at 10:30 for iphone15", "", "invoice # of # at #:# for iphone#"},
    {"a URL", "Look at http://a.example/x?y=1, or HTTPS://b.example.", "", "look at {U}, or {U}."},
    {"a URL in Japanese", "続きはhttp://a.example/xで見られます", "", "続きは{U}で見られます"},
    {"www", "www.a.example is open now", "", "{U} is open now"},
    {"www inside of a name", "Go to a.www.example now", "", "go to a.www.example now"},
    {"the sender's domain", "Go to shop.sender.example/q now friend", "", "go to {U} now friend"},
    {"an address there", "Write to help@sender.example now", "", "write to {U} now"},
    {"a domain that only ends like it", "Go to mysender.example now", "", "go to mysender.example now"},
    {"a domain that only begins like it", "Go to sender.example4 now", "", "go to sender.example# now"},
    {"too little is left", "hello 4711 http://a.example/", "", ""},
    {"just enough is left", "hello! you", "", "hello! you"},
    {"signs are nothing", "♪♪♪ ***** (!!!!)", "", ""},
    {"two ideographs", "{R}様へ", "", ""},
    {"three ideographs", "重要な", "", "重要な"},
    {"Russian", "Привет", "", "привет"},
    {"nothing", "", "", ""},
};

static size_t subject_template(const char *subject, const char *from_name, char *out)
{
	struct kj_persons persons = {rcpts, 3, from_name, "sender.example"};
	struct kj_text text = {subject, strlen(subject)};
	struct kj_views views;

	ck_assert_int_eq(kj_views_make(arena, &text, &views), 0);
	return kj_template_subject(&views.text[KJ_VIEW_WORDS], &persons, out);
}

START_TEST(a_subject_has_this_template)
{
	char out[KJ_TEMPLATE_MAX];
	size_t len = subject_template(subjects[_i].subject, subjects[_i].from_name, out);

	ck_assert_msg(strcmp(out, subjects[_i].want) == 0, "%s: '%s'", subjects[_i].label, out);
	ck_assert_uint_eq(len, strlen(out));
}
END_TEST

START_TEST(a_long_subject_is_cut_between_characters)
{
	char subject[3000], out[KJ_TEMPLATE_MAX];

	for (size_t i = 0; i < sizeof subject - 1; i++)
		subject[i] = "\xe3\x81\x82"[i % 3];
	subject[sizeof subject - 3] = '\0';
	ck_assert_uint_eq(subject_template(subject, "", out), (KJ_TEMPLATE_MAX - 1) / 3 * 3);
}
END_TEST

START_TEST(of_many_recipients_the_first_eight_count)
{
	const char *many[40];
	struct kj_persons persons = {many, 40, "", ""};
	struct kj_text text = {"first, your parcel for last", 27};
	char out[KJ_TEMPLATE_MAX];

	for (int i = 0; i < 40; i++)
		many[i] = i == 7 ? "first@example.com" : i == 8 ? "last@example.com" : "x@example.com";
	kj_template_subject(&text, &persons, out);
	ck_assert_str_eq(out, "{L}, your parcel for last");
}
END_TEST

START_TEST(persons_of_any_length_do_no_harm)
{
	static char rcpt[5000];
	const char *many[] = {rcpt, rcpt, rcpt, "not an address", "@", "hanako@example.jp"};
	struct kj_persons persons = {many, 6, rcpt, rcpt};
	struct kj_text text = {"hanako, your parcel", 19};
	char out[KJ_TEMPLATE_MAX];

	memset(rcpt, 'x', sizeof rcpt - 1);
	rcpt[4000] = '@';
	kj_template_subject(&text, &persons, out);
	ck_assert_str_eq(out, "{L}, your parcel");
}
END_TEST

static const struct {
	const char *label, *lines[3], *want;
} chains[] = {
    {"the report's",
        {"by ary058.localhost (Postfix, from userid 1002) id 5E1C9A20B7; Thu, 1 Jan 2026 00:00:00 +0000",
            "from localhost (unknown [10.190.116.153]) by localhost (Postfix) with SMTP id 3A0D71C44F"},
        "*.localhost/-/user;localhost/smtp/-<localhost,unknown,private;"},
    {"Postfix to Postfix behind a filter",
        {"from a.example.com (a.example.com [192.0.2.1]) by b.example.net (Postfix) with ESMTPS id 12",
            "from localhost (localhost [127.0.0.1]) by a.example.com (Postfix) with ESMTP id 3"},
        "name/esmtps/-<name,name,public;name/esmtp/-<localhost,localhost,loopback;"},
    {"a web server's", {"by www.example.com (Postfix, from userid 33) id 1"}, "name/-/service;"},
    {"root's", {"by www.example.com (Postfix, from userid 0) id 1"}, "name/-/root;"},
    {"literals and bare names", {"from [IPv6:2001:db8::1] by mailhost with LMTP"},
        "bare/lmtp/-<IP,-,public;"},
    {"IPv6 loopback", {"from x ([IPv6:::1]) by y.lan with ESMTP"}, "*.lan/esmtp/-<bare,-,loopback;"},
    {"a number in the protocol", {"from pop.example.com by localhost with POP3"},
        "localhost/pop/-<name,-,-;"},
    {"what says nothing", {"(qmail 12 invoked by uid 89)"}, "-/-/-;"},
    {"no lines", {NULL}, ""},
};

static unsigned parse_chain(const char *const lines[3], struct kj_received *chain)
{
	unsigned count = 0;

	for (; count < 3 && lines[count]; count++)
		ck_assert_int_eq(kj_received_parse(arena, lines[count], &chain[count]), 0);
	return count;
}

START_TEST(a_chain_has_this_template)
{
	struct kj_received chain[3];
	char out[KJ_TEMPLATE_MAX];
	size_t len = kj_template_chain(chain, parse_chain(chains[_i].lines, chain), out);

	ck_assert_msg(strcmp(out, chains[_i].want) == 0, "%s: '%s'", chains[_i].label, out);
	ck_assert_uint_eq(len, strlen(out));
}
END_TEST

START_TEST(a_long_chain_is_cut_between_lines)
{
	struct kj_received chain[50];
	char out[KJ_TEMPLATE_MAX];

	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(kj_received_parse(arena,
		                     "from a.b.example.com (c.example.com [10.0.0.1]) by "
		                     "x.unheardofzonethatislong with ESMTP",
		                     &chain[i]),
		    0);
	ck_assert_uint_gt(kj_template_chain(chain, 50, out), KJ_TEMPLATE_MAX / 2);
	ck_assert_int_eq(out[strlen(out) - 1], ';');
}
END_TEST

static const struct kj_message *read_mail(const char *name)
{
	char path[500], *data = kj_arena_alloc(arena, 1 << 16);
	const struct kj_message *message;
	struct kj_field *fields;
	size_t len, body;
	unsigned count;
	FILE *file;

	snprintf(path, sizeof path, "%s/tests/mail/%s", getenv("KJ_SRCDIR"), name);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	len = fread(data, 1, 1 << 16, file);
	fclose(file);
	ck_assert_int_eq(kj_message_split(arena, data, len, &fields, &count, &body), 0);
	ck_assert_int_eq(kj_message_read(arena, fields, count, data + body, len - body, false,
	                     &kj_message_limits_default, &message),
	    0);
	return message;
}

START_TEST(both_mails_of_the_report_came_the_same_way)
{
	const struct kj_message *one = read_mail("snowshoe-1.eml"), *two = read_mail("snowshoe-2.eml");
	char a[KJ_TEMPLATE_MAX], b[KJ_TEMPLATE_MAX];

	ck_assert_uint_gt(kj_template_chain(one->received, one->received_count, a), 0);
	kj_template_chain(two->received, two->received_count, b);
	ck_assert_str_eq(a, b);
}
END_TEST

#define TEN_NETS                                                                                             \
	"ip4:192.0.2.1 ip4:10.1.0.0/24 ip4:10.2.0.0/24 ip4:10.3.0.0/24 ip4:10.4.0.0/24 ip4:10.5.0.0/24 "     \
	"ip4:10.6.0.0/24 ip4:10.7.0.0/24 ip4:10.8.0.0/24 ip4:10.9.0.0/24 ip4:10.10.0.0/24 ip4:10.11.0.0/24 "

static const struct {
	const char *label, *record, *want;
} records[] = {
    {"the domain, and nets", "v=spf1 ip4:203.0.113.7 ip4:203.0.113.9 include:_spf.news.example.com ~all",
        "v=spf1 ip4:203.0.113.0/24 include:_spf.{D} ~all"},
    {"nets in another order", "v=spf1 ip4:203.0.113.9 ip6:2001:db8:1:2::3 ip4:192.0.2.1 -all",
        "v=spf1 ip4:192.0.2.0/24 ip4:203.0.113.0/24 ip6:2001:db8:1::/48 -all"},
    {"nets behind others", "v=spf1 include:a.example -all ip6:2001:db8:1::/64 ip4:192.0.2.8/29",
        "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8:1::/48 include:a.example -all"},
    {"large nets", "v=spf1 ip4:10.0.0.0/8 ip6:2001:db8::/32", "v=spf1 ip4:10.0.0.0/8 ip6:2001:db8::/32"},
    {"host bits", "v=spf1 ip4:10.9.9.9/8", "v=spf1 ip4:10.0.0.0/8"},
    {"signs", "v=spf1 +ip4:10.0.0.0/8 -ip4:192.0.2.1 ?include:a.example +include:b.example",
        "v=spf1 ip4:10.0.0.0/8 -ip4:192.0.2.0/24 ?include:a.example include:b.example"},
    {"capitals and blanks", "V=SPF1   Include:A.Example \t ~ALL ", "v=spf1 include:a.example ~all"},
    {"twice", "v=spf1 include:a.example include:a.example -all -all", "v=spf1 include:a.example -all"},
    {"the org domain", "v=spf1 include:_spf.example.com redirect=example.com",
        "v=spf1 include:_spf.{D} redirect={D}"},
    {"domains like it", "v=spf1 include:my-news.example.com include:news.example.com.evil.example",
        "v=spf1 include:my-news.{D} include:news.example.com.evil.example"},
    {"a macro", "v=spf1 exists:%{i}._spf.news.example.com", "v=spf1 exists:%{i}._spf.{D}"},
    {"not an address", "v=spf1 ip4:999.1.1.1 -all", "v=spf1 ip4:999.1.1.1 -all"},
    {"only the usual", "v=spf1 a mx ptr/24 a:news.example.com mx:example.com/28 ?all", ""},
    {"somebody else's mx", "v=spf1 mx:other.example ?all", "v=spf1 mx:other.example ?all"},
    {"like the usual", "v=spf1 mxyz -all", "v=spf1 mxyz -all"},
    {"only that nothing is allowed", "v=spf1 -all", ""},
    {"no terms", "v=spf1", ""},
    {"another version", "v=spf10 include:a.example", ""},
    {"no SPF", "google-site-verification=x", ""},
    {"nothing", "", ""},
    {"nets beyond what fits", "v=spf1 " TEN_NETS "include:a.example -all",
        "v=spf1 ip4:10.1.0.0/24 ip4:10.2.0.0/24 ip4:10.3.0.0/24 ip4:10.4.0.0/24 ip4:10.5.0.0/24 "
        "ip4:10.6.0.0/24 ip4:10.7.0.0/24 ip4:10.8.0.0/24 ip4:10.9.0.0/24 ip4:10.10.0.0/24 ip4:10.11.0.0/24 "
        "ip4:192.0.2.0/24 include:a.example -all"},
};

START_TEST(a_record_has_this_template)
{
	char out[KJ_TEMPLATE_MAX];
	size_t len = kj_template_spf(records[_i].record, "news.example.com", out);

	ck_assert_msg(strcmp(out, records[_i].want) == 0, "%s: '%s'", records[_i].label, out);
	ck_assert_uint_eq(len, strlen(out));
}
END_TEST

/* 110 nets, forwards and backwards. */
static size_t many_nets(bool back, char out[KJ_TEMPLATE_MAX])
{
	char record[6000] = "v=spf1";
	size_t len = strlen(record);

	for (int i = 0; i < 110; i++)
		len +=
		    (size_t)snprintf(record + len, sizeof record - len, " ip4:10.%d.0.0", back ? 109 - i : i);
	return kj_template_spf(record, "", out);
}

START_TEST(the_order_of_many_nets_does_not_matter)
{
	char forth[KJ_TEMPLATE_MAX], back[KJ_TEMPLATE_MAX];

	ck_assert_uint_gt(many_nets(false, forth), KJ_TEMPLATE_MAX / 2);
	many_nets(true, back);
	ck_assert_str_eq(forth, back);
}
END_TEST

START_TEST(a_record_of_any_length_is_cut_between_terms)
{
	char record[9000], out[KJ_TEMPLATE_MAX];
	size_t len = (size_t)snprintf(record, sizeof record, "v=spf1");

	for (int i = 0; i < 900; i++)
		len += (size_t)snprintf(record + len, sizeof record - len, " a:%03d.xy", i);
	ck_assert_uint_gt(kj_template_spf(record, "xy", out), 200);
	ck_assert_uint_eq((strlen(out) - strlen("v=spf1")) % strlen(" a:000.{D}"), 0);
	memset(record + 7, 'x', sizeof record - 8);
	record[sizeof record - 1] = '\0';
	ck_assert_uint_eq(kj_template_spf(record, "xy", out), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("templates");
	TCase *tcase = tcase_create("templates");

	tcase_add_checked_fixture(tcase, begin, end);
	add_rows(tcase, a_name_has_this_template, names);
	tcase_add_test(tcase, a_name_of_any_length_is_cut);
	add_rows(tcase, a_subject_has_this_template, subjects);
	tcase_add_test(tcase, a_long_subject_is_cut_between_characters);
	tcase_add_test(tcase, of_many_recipients_the_first_eight_count);
	tcase_add_test(tcase, persons_of_any_length_do_no_harm);
	add_rows(tcase, a_chain_has_this_template, chains);
	tcase_add_test(tcase, a_long_chain_is_cut_between_lines);
	tcase_add_test(tcase, both_mails_of_the_report_came_the_same_way);
	add_rows(tcase, a_record_has_this_template, records);
	tcase_add_test(tcase, the_order_of_many_nets_does_not_matter);
	tcase_add_test(tcase, a_record_of_any_length_is_cut_between_terms);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
