/*
 * test_cluster_table.c - clusters as people read them
 */
#include "kanjiki/buf.h"
#include "pipeline/cluster_table.h"
#include "suite.h"

#define TIME 1795665600 /* 2026-11-26T04:00:00Z */

static const struct kj_member members[] = {
    {TIME, {4, {203, 0, 113, 9}}, "ary058.localhost", "c.example", "hello {R}, your # points", true},
    {TIME - 1, {4, {203, 0, 113, 7}}, "ary053.localhost", "b.example", "hello {R}, your # points", false},
    {TIME - 2, {4, {203, 0, 113, 7}}, "ary053.localhost", "b.example", "", false},
    {TIME - 3, {0, {0}}, "", "", "", false},
    {TIME - 4, {6, {0x20, 1, 0xd, 0xb8, 0, 1, 2, 3}}, "ary001.localhost", "a.example", "x", false},
    {TIME - 5, {4, {198, 51, 100, 7}}, "ary999.localhost", "z.example", "y", false},
};

static struct kj_cluster cluster_of(enum kj_signal signal)
{
	return (struct kj_cluster){.signal = signal,
	    .id = 0x123456789abcdef,
	    .domains = 3,
	    .clients = 4,
	    .nets = 2,
	    .fresh = 1,
	    .per_hour = 12.34,
	    .first_s = TIME - 7200,
	    .last_s = TIME,
	    .members = members,
	    .member_count = 6};
}

static const struct {
	enum kj_signal signal;
	const char *want;
} examples[] = {
    {KJ_SIGNAL_PREFIX, "203.0.113.0/24  2001:db8:1:200::/56  198.51.100.0/24\n"},
    {KJ_SIGNAL_WIDE, "203.0.112.0/22  2001:db8:1::/48  198.51.100.0/22\n"},
    {KJ_SIGNAL_HELO, "ary058.localhost  ary053.localhost  ary001.localhost\n"},
    {KJ_SIGNAL_PTR, "203.0.113.0/24  2001:db8:1:200::/56  198.51.100.0/24\n"},
    {KJ_SIGNAL_CHAIN, "ary058.localhost  ary053.localhost  ary001.localhost\n"},
    {KJ_SIGNAL_SUBJECT, "hello {R}, your # points  x  y\n"},
    {KJ_SIGNAL_BODY, "hello {R}, your # points  x  y\n"},
    {KJ_SIGNAL_DNS, "c.example  b.example  a.example\n"},
    {KJ_SIGNAL_WALLET, "hello {R}, your # points  x  y\n"},
};

START_TEST(examples_are_what_the_mails_have_in_common_each_once)
{
	struct kj_cluster cluster = cluster_of(examples[_i].signal);
	struct kj_buf out = KJ_BUF_INIT(4096);
	const char *text, *end;

	kj_cluster_table(&cluster, 1, &out);
	text = kj_buf_str(&out);
	end = text + out.len - strlen(examples[_i].want);
	ck_assert_msg(end > text && strcmp(end, examples[_i].want) == 0 && end[-1] == ' ', "%s: %s",
	    kj_signals[cluster.signal].name, text);
	kj_buf_free(&out);
}
END_TEST

START_TEST(a_row_has_all_numbers_and_times_in_utc)
{
	struct kj_cluster cluster = cluster_of(KJ_SIGNAL_HELO);
	struct kj_buf out = KJ_BUF_INIT(4096);
	const char *row;

	kj_cluster_table(&cluster, 1, &out);
	row = strchr(kj_buf_str(&out), '\n') + 1;
	ck_assert_str_eq(row,
	    "helo-0123456789abcdef     helo           3      1      0      4      2     12.3  2026-11-26T02:00Z  "
	    "2026-11-26T04:00Z  ary058.localhost  ary053.localhost  ary001.localhost\n");
	kj_buf_free(&out);
}
END_TEST

START_TEST(what_is_estimated_says_so_beyond_what_is_counted)
{
	struct kj_cluster cluster = cluster_of(KJ_SIGNAL_HELO);
	struct kj_buf out = KJ_BUF_INIT(4096);

	cluster.estimated = true;
	cluster.domains = 40;
	cluster.clients = 16;
	kj_cluster_table(&cluster, 1, &out);
	ck_assert_ptr_nonnull(strstr(kj_buf_str(&out), "    ~40      1      0     16      2 "));
	kj_buf_free(&out);
}
END_TEST

START_TEST(a_story_tells_the_last_mails_newest_first)
{
	struct kj_cluster cluster = cluster_of(KJ_SIGNAL_SUBJECT);
	struct kj_buf out = KJ_BUF_INIT(8192);

	cluster.burst = true;
	cluster.names = 5;
	cluster.member_count = 4;
	kj_cluster_story(&cluster, &out);
	ck_assert_str_eq(kj_buf_str(&out),
	    "subject-0123456789abcdef: subjects of one kind, within 2 days\n"
	    "  in common: hello {R}, your # points\n"
	    "  first 2026-11-26T02:00:00Z, last 2026-11-26T04:00:00Z\n"
	    "       3 sender domains\n"
	    "       1 of them new here\n"
	    "       0 of them known for long\n"
	    "       4 client addresses\n"
	    "       2 networks (/24 or /56)\n"
	    "       5 HELO or host names\n"
	    "    12.3 mails an hour of late, many more than usual\n"
	    "the last 4 mails\n"
	    "  2026-11-26T04:00:00Z  203.0.113.9  HELO ary058.localhost  from c.example (new)  subject hello {R}, your # "
	    "points\n"
	    "  2026-11-26T03:59:59Z  203.0.113.7  HELO ary053.localhost  from b.example  subject hello {R}, your # points\n"
	    "  2026-11-26T03:59:58Z  203.0.113.7  HELO ary053.localhost  from b.example  subject -\n"
	    "  2026-11-26T03:59:57Z  -  HELO -  from -  subject -\n");
	kj_buf_free(&out);
}
END_TEST

START_TEST(what_strangers_wrote_gives_the_terminal_no_orders_and_forges_no_line)
{
	const struct kj_member nasty = {TIME, {4, {192, 0, 2, 1}}, "a\x1b[2J\nhelo-0", "b\r\xe2\x80\xae", "c\xc2\x9b\xff", true};
	struct kj_cluster cluster = cluster_of(KJ_SIGNAL_HELO);
	struct kj_buf out = KJ_BUF_INIT(8192);
	unsigned lines = 0;

	cluster.members = &nasty;
	cluster.member_count = 1;
	kj_cluster_table(&cluster, 1, &out);
	kj_cluster_story(&cluster, &out);
	for (const char *p = kj_buf_str(&out); *p; p++) {
		ck_assert(*p == '\n' || (unsigned char)*p >= 0x20);
		lines += *p == '\n';
	}
	ck_assert_uint_eq(lines, 2 + 11);
	ck_assert_ptr_nonnull(strstr(kj_buf_str(&out), "HELO a?[2J?helo-0  from b?? (new)  subject c?\xef\xbf\xbd\n"));
	kj_buf_free(&out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cluster_table");
	TCase *tcase = tcase_create("cluster_table");

	add_rows(tcase, examples_are_what_the_mails_have_in_common_each_once, examples);
	tcase_add_test(tcase, a_row_has_all_numbers_and_times_in_utc);
	tcase_add_test(tcase, what_is_estimated_says_so_beyond_what_is_counted);
	tcase_add_test(tcase, a_story_tells_the_last_mails_newest_first);
	tcase_add_test(tcase, what_strangers_wrote_gives_the_terminal_no_orders_and_forges_no_line);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
