/*
 * test_cluster.c - the table of signals, and the names of clusters
 */
#include "kanjiki/cluster.h"
#include "kanjiki/err.h"
#include "suite.h"

START_TEST(every_signal_is_found_by_its_name)
{
	ck_assert_int_eq(kj_signal_find(kj_signals[_i].name), _i);
	ck_assert_str_ne(kj_signals[_i].about, "");
}
END_TEST

START_TEST(an_unknown_signal_is_not_found)
{
	ck_assert_int_eq(kj_signal_find("colour"), -KJ_ENOENT);
	ck_assert_int_eq(kj_signal_find(""), -KJ_ENOENT);
}
END_TEST

START_TEST(the_shares_of_all_signals_are_the_whole)
{
	unsigned sum = 0;

	for (int i = 0; i < KJ_SIGNALS; i++)
		sum += kj_signals[i].share;
	ck_assert_uint_eq(sum, 100);
}
END_TEST

START_TEST(tiers_rise_and_need_three_domains_at_least)
{
	const struct kj_tier *tiers = kj_signals[_i].tiers;

	ck_assert_uint_ge(tiers[0].domains, 3);
	for (int t = 0; t < KJ_TIERS; t++) {
		ck_assert_int_eq(tiers[t].domains != 0, tiers[t].symbol != NULL);
		if (t && tiers[t].domains)
			ck_assert_uint_gt(tiers[t].domains, tiers[t - 1].domains);
	}
}
END_TEST

START_TEST(the_name_of_a_cluster_leads_back_to_it)
{
	static const uint64_t ids[] = {0, 1, 0x0123456789abcdef, UINT64_MAX};
	char text[KJ_CLUSTER_ID_LEN];
	enum kj_signal signal;
	uint64_t id;

	for (unsigned i = 0; i < sizeof ids / sizeof *ids; i++) {
		ck_assert_ptr_eq(kj_cluster_id((enum kj_signal)_i, ids[i], text), text);
		ck_assert_int_eq(kj_cluster_id_parse(text, &signal, &id), 0);
		ck_assert_int_eq(signal, _i);
		ck_assert(id == ids[i]);
	}
}
END_TEST

START_TEST(a_name_is_readable)
{
	char text[KJ_CLUSTER_ID_LEN];

	ck_assert_str_eq(kj_cluster_id(KJ_SIGNAL_HELO, 0x0123456789abcdef, text), "helo-0123456789abcdef");
}
END_TEST

static const char *const not_names[] = {"", "-", "helo", "helo-", "helo-0123456789abcde", "helo-0123456789abcdef0",
    "helo-0123456789ABCDEF", "helo-0123456789abcdeg", "colour-0123456789abcdef", "-0123456789abcdef",
    "helo 0123456789abcdef", "helo--0123456789abcdef", "helo-+123456789abcdef",
    "helohelohelohelohelohelohelohelohelohelohelo-0123456789abcdef"};

START_TEST(nothing_else_is_a_name)
{
	enum kj_signal signal = KJ_SIGNAL_WALLET;
	uint64_t id = 42;

	ck_assert_msg(kj_cluster_id_parse(not_names[_i], &signal, &id) == -KJ_EINVAL, "%s", not_names[_i]);
	ck_assert_int_eq(signal, KJ_SIGNAL_WALLET);
	ck_assert(id == 42);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cluster");
	TCase *tcase = tcase_create("signals");

	tcase_add_loop_test(tcase, every_signal_is_found_by_its_name, 0, KJ_SIGNALS);
	tcase_add_test(tcase, an_unknown_signal_is_not_found);
	tcase_add_test(tcase, the_shares_of_all_signals_are_the_whole);
	tcase_add_loop_test(tcase, tiers_rise_and_need_three_domains_at_least, 0, KJ_SIGNALS);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("names");
	tcase_add_loop_test(tcase, the_name_of_a_cluster_leads_back_to_it, 0, KJ_SIGNALS);
	tcase_add_test(tcase, a_name_is_readable);
	add_rows(tcase, nothing_else_is_a_name, not_names);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
