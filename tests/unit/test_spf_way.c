/*
 * test_spf_way.c - SPF: how much a record lets pass, and the questions on the way to a result
 */
#include "answer_table.h"
#include "kanjiki/buf.h"
#include "kanjiki/spf.h"
#include "suite.h"

#define OTHER_IP "203.0.113.9"

struct told {
	bool over;
	enum kj_spf_result result;
	struct kj_spf_breadth breadth;
	char record[200];
	struct kj_buf way;
};

/* "1 MX example.com mx 2; " - depth, type, name, term and the number it counts as, and a v if it is void */
static void observe(void *context, const struct kj_spf_event *event)
{
	struct told *told = context;

	ck_assert(!told->over);
	kj_buf_printf(&told->way, "%u %d %s %.*s %u%s; ", event->depth, event->type, event->name,
	    (int)event->term_len, event->term ? event->term : "", event->counted, event->is_void ? "v" : "");
}

static void done(void *context, const struct kj_spf_outcome *outcome)
{
	struct told *told = context;

	ck_assert(!told->over);
	told->over = true;
	told->result = outcome->result;
	told->breadth = outcome->breadth;
	snprintf(told->record, sizeof told->record, "%s", outcome->record ? outcome->record : "(none)");
}

static struct told check(struct kj_resolver *table, const char *client, kj_spf_observe_fn *observer)
{
	struct kj_spf_request request = {
	    .sender = "user@example.com", .helo = "mx.example.net", .observe = observer};
	struct told told = {.way = KJ_BUF_INIT(4096)};

	ck_assert_int_eq(kj_addr_parse(client, &request.client), 0);
	ck_assert_int_eq(kj_spf_check(table, &request, done, &told), 0);
	while (answer_table_deliver(table, true))
		;
	ck_assert(told.over);
	return told;
}

static void publish(struct kj_resolver *table, const char *name, const char *record)
{
	answer_table_txt(table, name, record, strlen(record));
}

/* The record of example.com, and what else there is: everybody.test, half.test, other.test, quarter.test. */
static const struct {
	const char *label, *record;
	bool plus_all;
	unsigned ip4, ip6; /* percent */
} breadths[] = {
    {"an ordinary record", "v=spf1 ip4:192.0.2.0/24 a mx -all", false, 0, 0},
    {"+all", "v=spf1 +all", true, 0, 0},
    {"all without a qualifier", "v=spf1 ip4:192.0.2.1 all", true, 0, 0},
    {"?all is not everybody", "v=spf1 ip4:192.0.2.1 ?all", false, 0, 0},
    {"+all behind -all means nothing", "v=spf1 -all +all", false, 0, 0},
    {"+all in an include", "v=spf1 include:everybody.test -all", true, 0, 0},
    {"+all in an include that does not pass", "v=spf1 ?include:everybody.test -all", false, 0, 0},
    {"+all by redirect", "v=spf1 redirect=everybody.test", true, 0, 0},
    {"+all behind a term that matches", "v=spf1 ip4:203.0.113.9 +all", true, 0, 0},
    {"the whole of IPv4", "v=spf1 ip4:0.0.0.0/0 -all", false, 100, 0},
    {"both halves", "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", false, 100, 0},
    {"one half", "v=spf1 ip4:0.0.0.0/1 -all", false, 50, 0},
    {"one half twice", "v=spf1 ip4:1.2.3.4/1 ip4:0.0.0.0/1 ip4:3.0.0.0/8 -all", false, 50, 0},
    {"two quarters", "v=spf1 ip4:0.0.0.0/2 ip4:192.0.0.0/2 -all", false, 50, 0},
    {"a quarter here, a quarter there", "v=spf1 ip4:0.0.0.0/2 include:quarter.test -all", false, 50, 0},
    {"a quarter and nearly another", "v=spf1 ip4:0.0.0.0/2 ip4:64.0.0.0/3 ip4:96.0.0.0/4 -all", false, 43, 0},
    {"a half that does not pass", "v=spf1 -ip4:0.0.0.0/1 ~ip4:128.0.0.0/1 ?all", false, 0, 0},
    {"wherever the host is", "v=spf1 a:host.test/0 -all", false, 100, 0},
    {"either half of where it is", "v=spf1 mx/1 -all", false, 50, 0},
    {"half of IPv6", "v=spf1 ip6:2001:db8::/1 -all", false, 0, 50},
    {"the global half and a half", "v=spf1 ip6:::/1 ip6:8000::/1 -all", false, 0, 100},
    {"what IPv6 has in use", "v=spf1 ip6:2000::/3 -all", false, 0, 12},
    {"no valid record", "v=spf1 +all ip4:0.0.0.0/0 ip5:1", false, 0, 0},
    {"an include that fails", "v=spf1 ip4:0.0.0.0/2 include:slow.test +all", false, 0, 0},
};

START_TEST(breadth_is_what_the_records_let_pass)
{
	struct kj_resolver *table = answer_table_new(false);
	struct told told;

	publish(table, "example.com", breadths[_i].record);
	publish(table, "everybody.test", "v=spf1 +all");
	publish(table, "quarter.test", "v=spf1 ip4:64.0.0.0/2 -all");
	answer_table_status(table, "slow.test", KJ_DNS_TXT, KJ_DNS_TIMEOUT);
	told = check(table, OTHER_IP, NULL);
	ck_assert_msg(told.breadth.plus_all == breadths[_i].plus_all &&
	                  told.breadth.ip4_percent == breadths[_i].ip4 &&
	                  told.breadth.ip6_percent == breadths[_i].ip6,
	    "%s: %d %u%% %u%%", breadths[_i].label, told.breadth.plus_all, told.breadth.ip4_percent,
	    told.breadth.ip6_percent);
	kj_buf_free(&told.way);
	answer_table_free(table);
}
END_TEST

static const struct {
	const char *label, *record;
	unsigned terms, nets, isolated;
} own_terms[] = {
    {"far apart", "v=spf1 ip4:192.0.2.1 ip4:192.0.3.1 ip4:198.51.100.7/29 -all", 3, 3, 3},
    {"two in one net, apart", "v=spf1 ip4:192.0.2.1 ip4:192.0.2.3 -all", 2, 1, 2},
    {"neighbours", "v=spf1 ip4:192.0.2.2 ip4:192.0.2.1 ip4:192.0.2.9 -all", 3, 1, 1},
    {"neighbours across a net's end", "v=spf1 ip4:192.0.2.255 ip4:192.0.3.0 -all", 2, 2, 0},
    {"one inside another", "v=spf1 ip4:192.0.2.77 ip4:192.0.2.0/24 ip4:192.0.9.1 -all", 3, 2, 1},
    {"inside, behind a smaller one", "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.7 ip4:192.0.2.99 -all", 3, 1, 0},
    {"the same twice", "v=spf1 ip4:192.0.2.1 ip4:192.0.2.1 -all", 2, 1, 0},
    {"too large to be a handful", "v=spf1 ip4:192.0.2.0/28 ip4:192.0.3.0/29 -all", 2, 2, 1},
    {"the ends of the world", "v=spf1 ip4:0.0.0.0 ip4:255.255.255.255 -all", 2, 2, 2},
    {"what does not pass is not counted", "v=spf1 -ip4:192.0.2.1 ?ip4:192.0.3.1 ip4:192.0.4.1 -all", 1, 1, 1},
    {"nor is what stands behind all", "v=spf1 ip4:192.0.4.1 -all ip4:192.0.5.1", 1, 1, 1},
    {"nor another's terms", "v=spf1 ip4:192.0.4.1 include:other.test redirect=other.test", 1, 1, 1},
    {"nor other mechanisms", "v=spf1 a mx ip6:2001:db8::1 -all", 0, 0, 0},
};

START_TEST(own_ip4_terms_are_counted_by_nets_and_neighbours)
{
	struct kj_resolver *table = answer_table_new(false);
	struct told told;

	publish(table, "example.com", own_terms[_i].record);
	publish(table, "other.test", "v=spf1 ip4:198.18.0.1 ip4:198.18.9.1 -all");
	told = check(table, OTHER_IP, NULL);
	ck_assert_msg(told.breadth.ip4_terms == own_terms[_i].terms &&
	                  told.breadth.ip4_nets == own_terms[_i].nets &&
	                  told.breadth.ip4_isolated == own_terms[_i].isolated,
	    "%s: %u terms, %u nets, %u isolated", own_terms[_i].label, told.breadth.ip4_terms,
	    told.breadth.ip4_nets, told.breadth.ip4_isolated);
	ck_assert_str_eq(told.record, own_terms[_i].record);
	kj_buf_free(&told.way);
	answer_table_free(table);
}
END_TEST

/* T TXT 16, A 1, MX 15, PTR 12 */
static const struct {
	const char *label, *record, *want;
} ways[] = {
    {"the record alone", "v=spf1 ip4:203.0.113.0/24 a -all", "0 16 example.com  0; "},
    {"no record", "no record", "0 16 example.com  0; "},
    {"each term that asked, void ones too", "v=spf1 a:nowhere.test mx -all",
        "0 16 example.com  0; 1 1 nowhere.test a:nowhere.test 1v; 1 15 example.com mx 2; "
        "1 1 m1.test mx 0; 1 1 m2.test mx 0; "},
    {"includes and redirects lead down", "v=spf1 include:outer.test redirect=last.test",
        "0 16 example.com  0; 1 16 outer.test include:outer.test 1; 2 16 inner.test include:inner.test 2; "
        "3 1 host.test a:host.test 3; 1 16 last.test redirect=last.test 4; "},
    {"a name asked for by two terms", "v=spf1 a:host.test exists:host.test.x ?a:host.test -all",
        "0 16 example.com  0; 1 1 host.test a:host.test 1; 1 1 host.test.x exists:host.test.x 2v; "
        "1 1 host.test ?a:host.test 3; "},
    {"%{p} asks, but does not count", "v=spf1 exists:%{p}.x.test ptr:else.test -all",
        "0 16 example.com  0; 1 12 9.113.0.203.in-addr.arpa exists:%{p}.x.test 0; "
        "1 1 client.test exists:%{p}.x.test 0; 1 1 client.test.x.test exists:%{p}.x.test 1v; "
        "1 12 9.113.0.203.in-addr.arpa ptr:else.test 2; "},
    {"exp= asks, but does not count", "v=spf1 -all exp=why.test",
        "0 16 example.com  0; 1 16 why.test exp=why.test 0; "},
    {"up to the error", "v=spf1 a:host.test include:nowhere.test mx -all",
        "0 16 example.com  0; 1 1 host.test a:host.test 1; 1 16 nowhere.test include:nowhere.test 2; "},
};

static struct kj_resolver *world(bool later, const char *record)
{
	struct kj_resolver *table = answer_table_new(later);

	publish(table, "example.com", record);
	publish(table, "outer.test", "v=spf1 ip4:192.0.2.1 include:inner.test -all");
	publish(table, "inner.test", "v=spf1 a:host.test -all");
	publish(table, "last.test", "v=spf1 -all");
	publish(table, "why.test", "because");
	answer_table_name(table, "example.com", KJ_DNS_MX, "m1.test");
	answer_table_name(table, "example.com", KJ_DNS_MX, "m2.test");
	answer_table_addr(table, "m1.test", (struct kj_addr){4, {192, 0, 2, 7}});
	answer_table_addr(table, "m2.test", (struct kj_addr){4, {192, 0, 2, 8}});
	answer_table_addr(table, "host.test", (struct kj_addr){4, {192, 0, 2, 9}});
	answer_table_addr(table, "client.test", (struct kj_addr){4, {203, 0, 113, 9}});
	answer_table_name(table, "9.113.0.203.in-addr.arpa", KJ_DNS_PTR, "client.test");
	return table;
}

START_TEST(way_has_each_question_once_whenever_answers_come)
{
	for (int later = 0; later < 2; later++) {
		struct kj_resolver *table = world(later, ways[_i].record);
		struct told told = check(table, OTHER_IP, observe), unseen;

		ck_assert_msg(strcmp(kj_buf_str(&told.way), ways[_i].want) == 0, "%s: %s", ways[_i].label,
		    kj_buf_str(&told.way));
		unseen = check(table, OTHER_IP, NULL);
		ck_assert_int_eq(unseen.result, told.result);
		kj_buf_free(&told.way);
		answer_table_free(table);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spf_way");
	TCase *tcase = tcase_create("spf_way");

	suite_add_tcase(suite, tcase);
	add_rows(tcase, breadth_is_what_the_records_let_pass, breadths);
	add_rows(tcase, own_ip4_terms_are_counted_by_nets_and_neighbours, own_terms);
	add_rows(tcase, way_has_each_question_once_whenever_answers_come, ways);
	return suite_run(suite);
}
