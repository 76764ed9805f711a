/*
 * suite.h - the frame of a unit test program: one Check suite, TAP on standard output
 */
#ifndef KJ_TEST_SUITE_H
#define KJ_TEST_SUITE_H

#include <check.h>

/* Run a test once for each row of a table; the row's index is _i. */
#define add_rows(tcase, test, table) \
	tcase_add_loop_test(tcase, test, 0, (int)(sizeof(table) / sizeof *(table)))

/* Run the suite; the exit status for main(). */
static inline int suite_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}

#endif
