/*
 * test_spf.c - SPF: the strict parser, macros, hostile records, and how a check waits for its answers
 *
 * What a result must be for a given record and zone is in tests/spf/cases.yml.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

#include "answer_table.h"
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/name.h"
#include "kanjiki/question.h"
#include "kanjiki/spf.h"
#include "spf_macro.h"
#include "spf_record.h"
#include "suite.h"

/* want: how many mechanisms; -1 for a syntax error. */
static const struct {
	const char *label, *record;
	int want;
} records[] = {
    {"version alone", "v=spf1", 0},
    {"version in capitals", "V=SPF1 -ALL", 1},
    {"blanks between and behind", "v=spf1   a   -all  ", 2},
    {"a tab is no blank", "v=spf1 a\t-all", -1},
    {"a line feed is no blank", "v=spf1 ip4:192.0.2.5\n -all", -1},
    {"a byte beyond ASCII",
        "v=spf1 \x80"
        "a -all",
        -1},
    {"an error behind all", "v=spf1 -all moo", -1},
    {"two qualifiers", "v=spf1 +-all", -1},
    {"a qualifier alone", "v=spf1 -", -1},
    {"a qualifier before a modifier", "v=spf1 -exp=a.example", -1},
    {"all with an argument", "v=spf1 all:a.example", -1},
    {"all with a dot", "v=spf1 all.", -1},
    {"include without a domain", "v=spf1 include", -1},
    {"include with an empty domain", "v=spf1 include: -all", -1},
    {"include with a prefix length", "v=spf1 include:a.example/24", -1},
    {"a with both prefix lengths", "v=spf1 a/24//64", 1},
    {"a with a slash too few", "v=spf1 a/24/64", -1},
    {"a with too long an IPv4 prefix", "v=spf1 a/33", -1},
    {"a with too long an IPv6 prefix", "v=spf1 a//129", -1},
    {"a leading zero in a prefix length", "v=spf1 a/08", -1},
    {"an endless prefix length", "v=spf1 a/99999999999999999999", -1},
    {"a slash without digits", "v=spf1 a/", -1},
    {"colons and slashes in a domain", "v=spf1 a:foo:bar/baz.example.com/24", 1},
    {"an address is no domain", "v=spf1 a:192.0.2.1", -1},
    {"a port is no domain", "v=spf1 mx:example.com:8080", -1},
    {"a top label alone", "v=spf1 a:museum", -1},
    {"a top label alone with a dot", "v=spf1 a:museum.", -1},
    {"a hyphen at the start of the top label", "v=spf1 a:example.-com", -1},
    {"a hyphen inside the top label", "v=spf1 a:example.xn--zckzah", 1},
    {"a final dot", "v=spf1 a:example.com.", 1},
    {"an underscore", "v=spf1 a:_spf.example.com", 1},
    {"ptr takes no prefix length", "v=spf1 ptr/24", -1},
    {"ip4 without an address", "v=spf1 ip4", -1},
    {"ip4 cut short", "v=spf1 ip4:192.0.2", -1},
    {"ip4 with a port", "v=spf1 ip4:192.0.2.1:25", -1},
    {"ip4 with a leading zero", "v=spf1 ip4:192.0.2.01", -1},
    {"ip4 with two prefix lengths", "v=spf1 ip4:192.0.2.1//32", -1},
    {"ip4 with prefix length 0", "v=spf1 ip4:192.0.2.1/0", 1},
    {"ip6 mapped", "v=spf1 ip6:::ffff:192.0.2.1/128", 1},
    {"ip6 with a colon too many", "v=spf1 ip6::2001::db8", -1},
    {"exists without a domain", "v=spf1 exists", -1},
    {"exists with an equals sign", "v=spf1 exists:a=b.example.com", 1},
    {"an unknown modifier", "v=spf1 moo.cow-far_out=man:dog/cat -all", 1},
    {"a modifier's name with a slash", "v=spf1 moo/cow=man -all", -1},
    {"a modifier's name that begins with a digit", "v=spf1 1up=foo", -1},
    {"a modifier without a name", "v=spf1 =all", -1},
    {"an unknown modifier with a bad macro", "v=spf1 foo=%abc", -1},
    {"an unknown modifier that is empty", "v=spf1 foo=", 0},
    {"redirect twice", "v=spf1 redirect=a.example redirect=a.example", -1},
    {"redirect as a mechanism", "v=spf1 redirect:a.example", -1},
    {"exp twice", "v=spf1 exp=a.example exp=a.example", -1},
    {"exp that is empty", "v=spf1 exp= -all", -1},
    {"a macro that ends a domain", "v=spf1 exists:%{ir}.%{d2}", 1},
    {"a letter that explanations alone may use", "v=spf1 exists:%{t}.example", -1},
    {"a letter that is none", "v=spf1 exists:%{x}.example", -1},
    {"a macro without its end", "v=spf1 exists:%{d", -1},
    {"a percent sign alone", "v=spf1 exists:a%.example", -1},
    {"a percent sign at the end", "v=spf1 exists:a.example%", -1},
    {"zero parts", "v=spf1 exists:%{d0}", -1},
    {"very many parts (2^32)", "v=spf1 exists:%{d4294967296}", 1},
    {"a delimiter that is none", "v=spf1 exists:%{d:}", -1},
};

START_TEST(parser_takes_the_grammar_and_nothing_else)
{
	struct kj_arena *arena = kj_arena_new(1U << 20);
	const struct kj_spf_record *record = NULL;
	const char *text = records[_i].record;
	struct kj_reason reason = {""};
	int rc = kj_spf_record_parse(arena, text, strlen(text), &record, &reason);

	if (records[_i].want < 0)
		ck_assert_msg(rc == -KJ_EINVAL && *reason.text, "%s", records[_i].label);
	else
		ck_assert_msg(rc == 0 && (int)record->count == records[_i].want, "%s: %s", records[_i].label,
		    reason.text);
	kj_arena_free(arena);
}
END_TEST

START_TEST(parser_says_what_stands_where)
{
	static const char text[] =
	    "v=spf1 ~a:x.example/20//64 ip6:2001:db8::/33 mx exp=e.example redirect=r.example";
	struct kj_arena *arena = kj_arena_new(1U << 20);
	const struct kj_spf_record *record = NULL;
	struct kj_addr inside, outside;

	ck_assert_int_eq(kj_spf_record_parse(arena, text, sizeof text - 1, &record, NULL), 0);
	ck_assert_uint_eq(record->count, 3);
	ck_assert_int_eq(record->terms[0].qualifier, '~');
	ck_assert_int_eq(record->terms[0].bits4, 20);
	ck_assert_int_eq(record->terms[0].bits6, 64);
	ck_assert_mem_eq(record->terms[0].domain.text, "x.example", record->terms[0].domain.len);
	ck_assert_mem_eq(record->terms[0].written.text, "~a:x.example/20//64", record->terms[0].written.len);
	ck_assert_ptr_null(record->terms[2].domain.text);
	ck_assert_int_eq(record->terms[2].bits4, 32);
	ck_assert_mem_eq(record->explanation.text, "e.example", record->explanation.len);
	ck_assert_mem_eq(record->redirect.text, "r.example", record->redirect.len);
	ck_assert(!record->has_all);
	kj_addr_parse("2001:db8:7fff::1", &inside);
	kj_addr_parse("2001:db8:8000::1", &outside);
	ck_assert(kj_spf_term_has(&record->terms[1], &inside));
	ck_assert(!kj_spf_term_has(&record->terms[1], &outside));
	kj_arena_free(arena);
}
END_TEST

START_TEST(parser_has_limits)
{
	struct kj_arena *arena = kj_arena_new(8U << 20);
	const struct kj_spf_record *record = NULL;
	struct kj_buf text = KJ_BUF_INIT(1U << 20);

	kj_buf_add_str(&text, "v=spf1");
	for (int i = 0; i < KJ_SPF_TERMS_MAX; i++)
		kj_buf_add_str(&text, " a");
	ck_assert_int_eq(kj_spf_record_parse(arena, text.data, text.len, &record, NULL), 0);
	kj_buf_add_str(&text, " a");
	ck_assert_int_eq(kj_spf_record_parse(arena, text.data, text.len, &record, NULL), -KJ_ELIMIT);
	kj_buf_clear(&text);
	kj_buf_add_str(&text, "v=spf1 x=");
	while (text.len <= KJ_SPF_RECORD_MAX)
		kj_buf_add_char(&text, 'y');
	ck_assert_int_eq(kj_spf_record_parse(arena, text.data, text.len, &record, NULL), -KJ_ELIMIT);
	kj_buf_free(&text);
	kj_arena_free(arena);
}
END_TEST

static const struct kj_spf_macro_values values = {.local = "strong-bad",
    .sender_domain = "email.example.com",
    .domain = "email.example.com",
    .helo = "mail.example.net",
    .receiver = "mx.example.jp",
    .validated = "mx.example.org",
    .client = {4, {192, 0, 2, 3}},
    .now_s = 1700000000};

/* Many of these are the examples of RFC 7208 section 7.4. */
static const struct {
	const char *text, *want;
} macros[] = {
    {"%{s}", "strong-bad@email.example.com"},
    {"%{o}", "email.example.com"},
    {"%{d}", "email.example.com"},
    {"%{d4}", "email.example.com"},
    {"%{d3}", "email.example.com"},
    {"%{d2}", "example.com"},
    {"%{d1}", "com"},
    {"%{dr}", "com.example.email"},
    {"%{d2r}", "example.email"},
    {"%{l}", "strong-bad"},
    {"%{l-}", "strong.bad"},
    {"%{lr}", "strong-bad"},
    {"%{lr-}", "bad.strong"},
    {"%{l1r-}", "strong"},
    {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
    {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
    {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
    {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
    {"%{h} %{p} %{r} %{c} %{t}", "mail.example.net mx.example.org mx.example.jp 192.0.2.3 1700000000"},
    {"%%%_%-", "% %20"},
    {"%{S}", "strong-bad%40email.example.com"},
    {"%{D2R}", "example.email"},
    {"%{d2.@}", "%{d2.@}"},
    {"100%", "100%"},
};

START_TEST(macro_expands)
{
	struct kj_buf out = KJ_BUF_INIT(1000);

	kj_spf_macro_expand(macros[_i].text, strlen(macros[_i].text), &values, &out);
	ck_assert_str_eq(kj_buf_str(&out), macros[_i].want);
	kj_buf_free(&out);
}
END_TEST

START_TEST(macro_writes_ipv6_as_nibbles)
{
	struct kj_spf_macro_values v6 = values;
	struct kj_buf out = KJ_BUF_INIT(1000);

	kj_addr_parse("2001:db8::cb01", &v6.client);
	kj_spf_macro_expand("%{ir}.%{v} %{c}", 15, &v6, &out);
	ck_assert_str_eq(kj_buf_str(&out),
	    "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6 2001:db8::cb01");
	kj_buf_free(&out);
}
END_TEST

START_TEST(macro_splits_at_every_delimiter_and_keeps_empty_parts)
{
	struct kj_spf_macro_values odd = values;
	struct kj_buf out = KJ_BUF_INIT(1000);

	odd.local = "a-b+c--d";
	kj_spf_macro_expand("%{l2r-+}|%{l-}|%{l1-}|%{lr+}", 28, &odd, &out);
	ck_assert_str_eq(kj_buf_str(&out), "b.a|a.b+c..d|d|c--d.a-b");
	kj_buf_free(&out);
}
END_TEST

static const struct {
	const char *label, *local, *text, *want;
} targets[] = {
    {"a final dot goes", "", "a.example.", "a.example"},
    {"an empty label is no name", "", "a..example", ""},
    {"a label of 64 is no name", "",
        "a123456789012345678901234567890123456789012345678901234567890123.example", ""},
    {"a label of 63 is", "", "a12345678901234567890123456789012345678901234567890123456789012.example",
        "a12345678901234567890123456789012345678901234567890123456789012.example"},
    {"a blank may stand in a label", "a b", "%{l}.example", "a b.example"},
    {"bytes beyond ASCII are no name", "\xe5\xb0\xb1", "%{l}.example", ""},
    {"control characters are no name", "a\rb", "%{l}.example", ""},
    {"nothing is no name", "", "%{l}", ""},
};

START_TEST(target_is_a_name_or_nothing)
{
	struct kj_spf_macro_values odd = values;
	char name[KJ_NAME_STRLEN];

	odd.local = targets[_i].local;
	kj_spf_macro_target(targets[_i].text, strlen(targets[_i].text), &odd, name);
	ck_assert_msg(strcmp(name, targets[_i].want) == 0, "%s: %s", targets[_i].label, name);
}
END_TEST

START_TEST(target_is_cut_from_the_left_by_labels)
{
	struct kj_buf text = KJ_BUF_INIT(2000);
	char name[KJ_NAME_STRLEN];

	for (int i = 0; i < 60; i++)
		kj_buf_add_str(&text, "abcdefg.");
	kj_buf_add_str(&text, "%{d2}");
	kj_spf_macro_target(text.data, text.len, &values, name);
	ck_assert_uint_eq(strlen(name), 251); /* 30 labels and example.com; one more would be 259 */
	ck_assert_mem_eq(name, "abcdefg.abcdefg.", 16);
	ck_assert_str_eq(name + strlen(name) - 12, ".example.com");
	kj_buf_free(&text);
}
END_TEST

/* A check against a table of answers. */
struct told {
	int times;
	enum kj_spf_result result;
	unsigned lookups;
	char reason[600], domain[300], explanation[4200];
};

static void done(void *context, const struct kj_spf_outcome *outcome)
{
	struct told *told = context;

	told->times++;
	told->result = outcome->result;
	told->lookups = outcome->lookups;
	snprintf(told->reason, sizeof told->reason, "%s", outcome->reason);
	snprintf(told->domain, sizeof told->domain, "%s", outcome->domain);
	snprintf(told->explanation, sizeof told->explanation, "%s",
	    outcome->explanation ? outcome->explanation : "");
}

static struct told check_from(struct kj_resolver *table, const char *client, const char *sender)
{
	struct kj_spf_request request = {.sender = sender, .helo = "mail.example.net"};
	struct told told = {0};

	kj_addr_parse(client, &request.client);
	ck_assert_int_eq(kj_spf_check(table, &request, done, &told), 0);
	while (answer_table_deliver(table, false))
		;
	ck_assert_int_eq(told.times, 1);
	ck_assert_int_eq(answer_table_references(table), 0);
	return told;
}

static void publish(struct kj_resolver *table, const char *name, const char *record)
{
	answer_table_txt(table, name, record, strlen(record));
}

static struct told check_record(const char *record)
{
	struct kj_resolver *table = answer_table_new(false);
	struct told told;

	publish(table, "example.com", record);
	told = check_from(table, "192.0.2.1", "user@example.com");
	answer_table_free(table);
	return told;
}

static void add_times(struct kj_buf *buf, const char *text, int times)
{
	while (times-- > 0)
		kj_buf_add_str(buf, text);
}

/* Records that smash libspf2's stack or heap if they reach it (CVE-2023-42118), or are merely large. */
static const struct {
	const char *label, *start, *repeated;
	int times;
	const char *letters, *end;
	enum kj_spf_result want;
} hostile[] = {
    {"exp= with macros and letters", "v=spf1 -all exp=", "%{i}", 127, "a", "", KJ_SPF_PERMERROR},
    {"exp= that is a domain-spec", "v=spf1 -all exp=", "%{i}", 127, "a", ".example.com", KJ_SPF_FAIL},
    {"letters in an unknown modifier", "v=spf1 -all x=", "", 0, "aa", "", KJ_SPF_FAIL},
    {"letters in the name of a modifier", "v=spf1 -all ", "", 0, "aa", "=b", KJ_SPF_FAIL},
    {"letters in a:", "v=spf1 a:", "", 0, "aa", ".example.com -all", KJ_SPF_FAIL},
    {"letters in exists:", "v=spf1 exists:", "", 0, "aa", ".example.com -all", KJ_SPF_FAIL},
    {"letters in redirect=", "v=spf1 redirect=", "", 0, "aa", ".example.com", KJ_SPF_PERMERROR},
    {"letters in include:", "v=spf1 include:", "", 0, "aa", ".example.com -all", KJ_SPF_PERMERROR},
    {"letters in ip4:", "v=spf1 ip4:", "", 0, "aa", "", KJ_SPF_PERMERROR},
    {"a mechanism of letters", "v=spf1 ", "", 0, "aa", "", KJ_SPF_PERMERROR},
    {"macros without end", "v=spf1 exists:", "%{s}%{h}%{d}%{ir}.", 2000, "", "%{d} -all", KJ_SPF_FAIL},
    {"macros of %{p}", "v=spf1 exists:", "%{p}.", 2000, "", "%{d} -all", KJ_SPF_FAIL},
    {"65 addresses before -all", "v=spf1", " ip4:198.51.100.1", 65, "", " -all", KJ_SPF_FAIL},
    {"65 addresses, the last fits", "v=spf1", " -ip4:198.51.100.1", 65, "", " ip4:192.0.2.1", KJ_SPF_PASS},
    {"1500 addresses before ~all", "v=spf1", " ip4:198.51.100.1/28", 1500, "", " ~all", KJ_SPF_SOFTFAIL},
    {"1500 IPv6 prefixes, then an address", "v=spf1", " ip6:2001:db8:1:2::/64", 1500, "",
        " ip4:192.0.2.1 -all", KJ_SPF_PASS},
    {"qualifiers that alternate", "v=spf1", " -ip4:198.51.100.1 ?ip4:198.51.100.2", 300, "", " ip4:192.0.2.1",
        KJ_SPF_PASS},
    {"prefix length 0", "v=spf1", " -ip6:::/0", 70, "", " ?ip4:203.0.113.9/0 -all", KJ_SPF_NEUTRAL},
};

START_TEST(hostile_record_gets_its_result)
{
	struct kj_buf record = KJ_BUF_INIT(65000);
	struct told told;

	kj_buf_add_str(&record, hostile[_i].start);
	add_times(&record, hostile[_i].repeated, hostile[_i].times);
	add_times(&record, hostile[_i].letters, 3000);
	kj_buf_add_str(&record, hostile[_i].end);
	ck_assert(!record.truncated);
	told = check_record(record.data);
	ck_assert_msg(told.result == hostile[_i].want, "%s: %s (%s)", hostile[_i].label,
	    kj_spf_result_name(told.result), told.reason);
	kj_buf_free(&record);
}
END_TEST

START_TEST(include_bomb_ends_at_ten_lookups)
{
	struct kj_resolver *table = answer_table_new(false);
	char name[40];
	struct told told;

	publish(table, "example.com", "v=spf1 include:l0.example.com -all");
	for (int level = 0; level < 8; level++) {
		struct kj_buf record = KJ_BUF_INIT(2000);

		kj_buf_add_str(&record, "v=spf1");
		for (int i = 0; i < 9; i++)
			kj_buf_printf(&record, " include:l%d.example.com", level + 1);
		snprintf(name, sizeof name, "l%d.example.com", level);
		publish(table, name, record.data);
		kj_buf_free(&record);
	}
	publish(table, "l8.example.com", "v=spf1 a a a a a a a a a -all");
	told = check_from(table, "192.0.2.1", "user@example.com");
	ck_assert_int_eq(told.result, KJ_SPF_PERMERROR);
	ck_assert_str_eq(told.reason, "more than 10 DNS lookups in example.com");
	ck_assert_uint_le(answer_table_asked(table), 20);
	answer_table_free(table);
}
END_TEST

START_TEST(long_records_cannot_multiply)
{
	struct kj_resolver *table = answer_table_new(true);
	struct told told;

	for (int level = 0; level < 10; level++) {
		struct kj_buf record = KJ_BUF_INIT(65000);
		char name[40];

		snprintf(name, sizeof name, "%s%.0d%sexample.com", level ? "l" : "", level, level ? "." : "");
		kj_buf_add_str(&record, "v=spf1");
		add_times(&record, " ip4:198.51.100.1", 1900);
		kj_buf_printf(&record, " include:l%d.example.com -all", level + 1);
		answer_table_txt(table, name, record.data, record.len);
		kj_buf_free(&record);
	}
	told = check_from(table, "192.0.2.1", "user@example.com");
	ck_assert_int_eq(told.result, KJ_SPF_PERMERROR);
	ck_assert_str_eq(told.reason, "too much to evaluate for example.com");
	answer_table_free(table);
}
END_TEST

START_TEST(thousands_of_addresses_cannot_multiply)
{
	struct kj_resolver *table = answer_table_new(true);
	struct told told;

	publish(table, "example.com", "v=spf1 mx mx mx mx mx mx mx mx mx mx -all");
	for (int host = 0; host < 10; host++) {
		char name[40];

		snprintf(name, sizeof name, "h%d.example.com", host);
		answer_table_name(table, "example.com", KJ_DNS_MX, name);
		for (int i = 0; i < 4000; i++)
			answer_table_addr(table, name, (struct kj_addr){4, {198, 51, 100, 1}});
	}
	told = check_from(table, "192.0.2.1", "user@example.com");
	ck_assert_str_eq(told.reason, "too much to evaluate for example.com");
	answer_table_free(table);
}
END_TEST

START_TEST(include_loop_ends)
{
	ck_assert_int_eq(check_record("v=spf1 include:example.com -all").result, KJ_SPF_PERMERROR);
	ck_assert_int_eq(check_record("v=spf1 redirect=example.com").result, KJ_SPF_PERMERROR);
	ck_assert_int_eq(
	    check_record("v=spf1 ?include:EXAMPLE.com redirect=example.com.").result, KJ_SPF_PERMERROR);
}
END_TEST

START_TEST(mx_hosts_with_names_like_tokens_mean_nothing)
{
	struct kj_resolver *table = answer_table_new(false);
	struct kj_addr other = {4, {198, 51, 100, 7}};
	struct told told;

	publish(table, "example.com", "v=spf1 mx a:0.0.x.example -ip4:192.0.2.0/24");
	answer_table_name(table, "example.com", KJ_DNS_MX, "0.1.x");
	answer_table_name(table, "example.com", KJ_DNS_MX, "t");
	answer_table_name(table, "example.com", KJ_DNS_MX, "");
	answer_table_addr(table, "0.0.x.example", other);
	answer_table_addr(table, "t", other);
	told = check_from(table, "192.0.2.1", "user@example.com");
	ck_assert_int_eq(told.result, KJ_SPF_FAIL);
	ck_assert_str_eq(told.reason, "matched -ip4:192.0.2.0/24 of example.com");
	answer_table_free(table);
}
END_TEST

static const struct {
	const char *record, *want;
} reasons[] = {
    {"v=spf1 ip4:192.0.2.0/24 -all", "matched ip4:192.0.2.0/24 of example.com"},
    {"v=spf1 -all", "-all of example.com"},
    {"v=spf1 ip4:198.51.100.1", "no term of example.com matched"},
    {"v=spf1 redirect=b.example.com", "no SPF record at b.example.com"},
    {"v=spf1 a:foo -all", "no valid domain in \"a:foo\" at example.com"},
    {"no record", "no SPF record at example.com"},
    {"v=spf1 a:x1.example a:x2.example a:x3.example -all",
        "more than 2 DNS lookups of example.com led to nothing"},
};

START_TEST(reason_says_what_decided)
{
	struct told told = check_record(reasons[_i].record);

	ck_assert_str_eq(told.reason, reasons[_i].want);
	ck_assert_str_eq(told.domain, "example.com");
}
END_TEST

static struct kj_resolver *two_includes(bool later)
{
	struct kj_resolver *table = answer_table_new(later);

	publish(table, "example.com",
	    "v=spf1 include:a.example.com include:b.example.com -all exp=why.example.com");
	publish(table, "a.example.com", "v=spf1 ip4:198.51.100.0/24 -all");
	publish(table, "b.example.com", "v=spf1 ip4:203.0.113.0/24 -all");
	publish(table, "why.example.com", "%{i} is not ours");
	return table;
}

START_TEST(answers_may_come_at_once_or_late_in_any_order)
{
	for (int mode = 0; mode < 3; mode++) {
		struct kj_resolver *table = two_includes(mode > 0);
		struct kj_spf_request request = {.client = {4, {203, 0, 113, 9}},
		    .sender = "user@example.com",
		    .helo = "mail.example.net"};
		struct told told = {0};

		ck_assert_int_eq(kj_spf_check(table, &request, done, &told), 0);
		ck_assert_int_eq(told.times, mode == 0);
		while (answer_table_deliver(table, mode == 2))
			;
		ck_assert_int_eq(told.times, 1);
		ck_assert_int_eq(told.result, KJ_SPF_PASS);
		ck_assert_uint_eq(told.lookups, 2);
		ck_assert_str_eq(told.reason, "matched include:b.example.com of example.com: matched "
		                              "ip4:203.0.113.0/24 of b.example.com");
		ck_assert_int_eq(answer_table_references(table), 0);
		answer_table_free(table);
	}
}
END_TEST

START_TEST(both_includes_are_asked_for_before_either_is_answered)
{
	struct kj_resolver *table = two_includes(true);
	struct kj_spf_request request = {
	    .client = {4, {192, 0, 2, 1}}, .sender = "user@example.com", .helo = "mail.example.net"};
	struct told told = {0};

	ck_assert_int_eq(kj_spf_check(table, &request, done, &told), 0);
	ck_assert_uint_eq(answer_table_asked(table), 1);
	ck_assert(answer_table_deliver(table, false));
	ck_assert_uint_eq(answer_table_asked(table), 3);
	while (answer_table_deliver(table, false))
		;
	ck_assert_int_eq(told.result, KJ_SPF_FAIL);
	ck_assert_str_eq(told.explanation, "192.0.2.1 is not ours");
	answer_table_free(table);
}
END_TEST

struct deliverer {
	struct kj_resolver *table;
	atomic_bool stop;
};

static void *deliver(void *context)
{
	struct deliverer *deliverer = context;

	/* Look often, to strike in the middle of a run; but leave a machine of one core to the other thread. */
	for (int idle = 0; !atomic_load(&deliverer->stop); idle++) {
		if (answer_table_deliver(deliverer->table, false))
			idle = 0;
		else if (idle % 256 == 255)
			sched_yield();
	}
	return NULL;
}

static void count_done(void *context, const struct kj_spf_outcome *outcome)
{
	ck_assert_int_eq(outcome->result, KJ_SPF_PASS);
	atomic_fetch_add((atomic_int *)context, 1);
}

/* An answer may come on another thread at any moment of a run: no wake-up may be lost. */
START_TEST(answers_from_another_thread_always_wake_the_check)
{
	struct deliverer deliverer = {.table = two_includes(true)};
	struct kj_spf_request request = {
	    .client = {4, {203, 0, 113, 9}}, .sender = "user@example.com", .helo = "mail.example.net"};
	atomic_int count = 0;
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, deliver, &deliverer), 0);
	for (int i = 1; i <= 5000; i++) {
		ck_assert_int_eq(kj_spf_check(deliverer.table, &request, count_done, &count), 0);
		while (atomic_load(&count) < i)
			sched_yield();
	}
	atomic_store(&deliverer.stop, true);
	pthread_join(thread, NULL);
	answer_table_free(deliverer.table);
}
END_TEST

START_TEST(names_are_asked_for_in_lower_case)
{
	struct kj_resolver *table = answer_table_new(false);
	struct told told;

	publish(table, "example.com", "v=spf1 include:%{L}.Example.COM -all");
	publish(table, "user.example.com", "v=spf1 +all");
	told = check_from(table, "192.0.2.1", "USER@EXAMPLE.com");
	ck_assert_int_eq(told.result, KJ_SPF_PASS);
	answer_table_free(table);
}
END_TEST

START_TEST(resolver_that_refuses_is_a_temperror)
{
	struct kj_resolver *table = two_includes(false);
	struct told told;

	answer_table_refuse(table, -KJ_EBUSY);
	told = check_from(table, "192.0.2.1", "user@example.com");
	ck_assert_int_eq(told.result, KJ_SPF_TEMPERROR);
	answer_table_free(table);
}
END_TEST

/* Whose domain is checked; "" for result none without a question. */
static const struct {
	const char *sender, *helo, *want;
} identities[] = {
    {"user@example.com", "mail.example.net", "example.com"},
    {"user@Example.COM.", "mail.example.net", "example.com"},
    {"", "mail.example.net", "mail.example.net"},
    {"nobody", "mail.example.net", "mail.example.net"},
    {"@example.com", "mail.example.net", "example.com"},
    {"\"a@b\"@example.com", "mail.example.net", "example.com"},
    {"user@b\xc3\xbc"
     "cher.example",
        "x", "xn--bcher-kva.example"},
    {"user@[192.0.2.1]", "mail.example.net", ""},
    {"user@192.0.2.1", "mail.example.net", ""},
    {"user@localhost", "mail.example.net", ""},
    {"user@a..example", "mail.example.net", ""},
    {"user@", "mail.example.net", ""},
    {"", "[192.0.2.1]", ""},
    {"", "OEMCOMPUTER", ""},
    {"", "", ""},
    {NULL, NULL, ""},
};

START_TEST(identity_is_the_sender_or_postmaster_at_helo)
{
	struct kj_resolver *table = answer_table_new(false);
	struct kj_spf_request request = {
	    .client = {4, {192, 0, 2, 1}}, .sender = identities[_i].sender, .helo = identities[_i].helo};
	struct told told = {0};

	ck_assert_int_eq(kj_spf_check(table, &request, done, &told), 0);
	ck_assert_int_eq(told.result, KJ_SPF_NONE);
	ck_assert_str_eq(told.domain, identities[_i].want);
	ck_assert_uint_eq(answer_table_asked(table), *identities[_i].want ? 1 : 0);
	answer_table_free(table);
}
END_TEST

START_TEST(loopback_clients_get_no_free_ride)
{
	struct kj_resolver *table = answer_table_new(false);

	publish(table, "example.com", "v=spf1 -all");
	ck_assert_int_eq(check_from(table, "127.0.0.1", "user@example.com").result, KJ_SPF_FAIL);
	ck_assert_int_eq(check_from(table, "::1", "user@example.com").result, KJ_SPF_FAIL);
	answer_table_free(table);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spf");
	TCase *tcase = tcase_create("spf");

	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	add_rows(tcase, parser_takes_the_grammar_and_nothing_else, records);
	tcase_add_test(tcase, parser_says_what_stands_where);
	tcase_add_test(tcase, parser_has_limits);
	add_rows(tcase, macro_expands, macros);
	tcase_add_test(tcase, macro_writes_ipv6_as_nibbles);
	tcase_add_test(tcase, macro_splits_at_every_delimiter_and_keeps_empty_parts);
	add_rows(tcase, target_is_a_name_or_nothing, targets);
	tcase_add_test(tcase, target_is_cut_from_the_left_by_labels);
	add_rows(tcase, hostile_record_gets_its_result, hostile);
	tcase_add_test(tcase, include_bomb_ends_at_ten_lookups);
	tcase_add_test(tcase, long_records_cannot_multiply);
	tcase_add_test(tcase, thousands_of_addresses_cannot_multiply);
	tcase_add_test(tcase, include_loop_ends);
	tcase_add_test(tcase, mx_hosts_with_names_like_tokens_mean_nothing);
	add_rows(tcase, reason_says_what_decided, reasons);
	tcase_add_test(tcase, answers_may_come_at_once_or_late_in_any_order);
	tcase_add_test(tcase, both_includes_are_asked_for_before_either_is_answered);
	tcase_add_test(tcase, answers_from_another_thread_always_wake_the_check);
	tcase_add_test(tcase, names_are_asked_for_in_lower_case);
	tcase_add_test(tcase, resolver_that_refuses_is_a_temperror);
	add_rows(tcase, identity_is_the_sender_or_postmaster_at_helo, identities);
	tcase_add_test(tcase, loopback_clients_get_no_free_ride);
	return suite_run(suite);
}
