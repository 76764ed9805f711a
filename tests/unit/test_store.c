/*
 * test_store.c - the state file: deferrals and first-seen
 */
#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

#include "kanjiki/deferral.h"
#include "kanjiki/first_seen.h"
#include "kanjiki/store.h"
#include "suite.h"

#define NOW 1800000000

static const struct kj_deferral_rules rules = {.min_age_s = 300, .attempts = 3, .keep_s = 432000};

static struct kj_store *open_store(const char *path)
{
	struct kj_reason reason = {""};
	struct kj_store *store = NULL;

	ck_assert_msg(kj_store_open(path, &store, &reason) == 0, "%s", reason.text);
	return store;
}

static struct kj_deferral try_mail(struct kj_store *store, uint64_t content, uint64_t meta, int64_t now_s)
{
	struct kj_deferral_request request = {content, meta, "a@example.jp", "b@example.com", "192.0.2.1", "X=8.00", 800};
	struct kj_deferral deferral = {0};
	struct kj_reason reason = {""};

	ck_assert_msg(
	    kj_deferral_attempt(store, &rules, &request, now_s, &deferral, &reason) == 0, "%s", reason.text);
	return deferral;
}

START_TEST(a_retry_at_the_minimum_age_is_let_through_for_good)
{
	struct kj_store *store = open_store(":memory:");

	ck_assert(try_mail(store, 1, 2, NOW).put_off);
	ck_assert(try_mail(store, 1, 2, NOW + 299).put_off);
	ck_assert(!try_mail(store, 1, 2, NOW + 300).put_off);
	ck_assert(!try_mail(store, 1, 2, NOW + 301).put_off);
	kj_store_close(store);
}
END_TEST

START_TEST(the_third_attempt_is_let_through_whenever_it_comes)
{
	struct kj_store *store = open_store(":memory:");

	ck_assert(try_mail(store, 1, 2, NOW).put_off);
	ck_assert(try_mail(store, 1, 2, NOW + 1).put_off);
	ck_assert(!try_mail(store, 1, 2, NOW + 2).put_off);
	kj_store_close(store);
}
END_TEST

START_TEST(either_key_recognises_a_mail)
{
	struct kj_store *store = open_store(":memory:");
	struct kj_deferral other;

	ck_assert(try_mail(store, 1, 2, NOW).put_off);
	ck_assert(!try_mail(store, 1, 99, NOW + 300).put_off);
	ck_assert(!try_mail(store, 98, 2, NOW + 301).put_off);
	other = try_mail(store, 97, 97, NOW + 302);
	ck_assert(other.put_off);
	ck_assert_uint_eq(other.attempt, 1);
	kj_store_close(store);
}
END_TEST

START_TEST(a_deferral_is_forgotten_after_its_time)
{
	struct kj_store *store = open_store(":memory:");

	ck_assert(try_mail(store, 1, 2, NOW).put_off);
	ck_assert(try_mail(store, 1, 2, NOW + 432000).put_off);
	kj_store_close(store);
}
END_TEST

struct lost_count {
	int count;
	struct kj_deferral_lost last;
};

static void count_lost(void *context, const struct kj_deferral_lost *lost)
{
	struct lost_count *counted = context;

	counted->count++;
	counted->last = *lost;
	ck_assert_str_eq(lost->sender, "a@example.jp");
	ck_assert_str_eq(lost->terms, "X=8.00");
}

START_TEST(what_never_came_back_is_reported_once)
{
	struct kj_store *store = open_store(":memory:");
	struct lost_count lost = {0};

	try_mail(store, 1, 1, NOW);
	try_mail(store, 2, 2, NOW);
	try_mail(store, 2, 2, NOW + 300);
	ck_assert_int_eq(kj_deferral_sweep(store, &rules, 86400, NOW + 86399, count_lost, &lost, NULL), 0);
	ck_assert_int_eq(lost.count, 0);
	ck_assert_int_eq(kj_deferral_sweep(store, &rules, 86400, NOW + 86400, count_lost, &lost, NULL), 0);
	ck_assert_int_eq(lost.count, 1);
	ck_assert_int_eq(lost.last.score_centi, 800);
	ck_assert_int_eq(kj_deferral_sweep(store, &rules, 86400, NOW + 86401, count_lost, &lost, NULL), 0);
	ck_assert_int_eq(lost.count, 1);
	kj_store_close(store);
}
END_TEST

START_TEST(a_restart_forgets_nothing)
{
	char dir[] = "/tmp/kj-store-XXXXXX", path[64];
	struct kj_hash_key key;
	struct kj_store *store;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/state.db", dir);
	store = open_store(path);
	key = *kj_store_hash_key(store);
	try_mail(store, 1, 2, NOW);
	ck_assert_int_eq(kj_first_seen_note(store, "example.jp", NOW, NULL), 0);
	kj_store_close(store);

	store = open_store(path);
	ck_assert(key.k0 == kj_store_hash_key(store)->k0 && key.k1 == kj_store_hash_key(store)->k1);
	ck_assert_int_gt(kj_store_created_s(store), 0);
	ck_assert_int_eq(kj_first_seen_get(store, "example.jp"), NOW);
	ck_assert_uint_eq(try_mail(store, 1, 2, NOW + 1).attempt, 2);
	kj_store_close(store);
	unlink(path);
	rmdir(dir);
}
END_TEST

START_TEST(first_seen_keeps_the_first_time)
{
	struct kj_store *store = open_store(":memory:");

	ck_assert_int_eq(kj_first_seen_get(store, "example.jp"), 0);
	for (int i = 0; i < 1000; i++) {
		char domain[32];

		snprintf(domain, sizeof domain, "d%d.example", i);
		ck_assert_int_eq(kj_first_seen_note(store, domain, NOW + i / 100, NULL), 0);
	}
	for (int i = 0; i < 1000; i += 7) {
		char domain[32];

		snprintf(domain, sizeof domain, "d%d.example", i);
		ck_assert_int_eq(kj_first_seen_note(store, domain, NOW + 5000, NULL), 0);
		ck_assert_int_eq(kj_first_seen_get(store, domain), NOW + i / 100);
	}
	ck_assert_int_eq(kj_first_seen_sweep(store, NOW + 5000 + 180 * 86400 - 1, NULL), 0);
	ck_assert_int_eq(kj_first_seen_get(store, "d1.example"), 0);
	ck_assert_int_eq(kj_first_seen_get(store, "d7.example"), NOW);
	kj_store_close(store);
}
END_TEST

START_TEST(what_others_know_is_kept_for_as_long_as_it_is_seen)
{
	struct kj_store *store = open_store(":memory:");

	ck_assert_int_eq(kj_first_seen_note_since(store, "old.example", NOW - 300 * 86400, NOW, NULL), 0);
	ck_assert_int_eq(kj_first_seen_note(store, "old.example", NOW, NULL), 0);
	ck_assert_int_eq(kj_first_seen_sweep(store, NOW + 3600, NULL), 0);
	ck_assert_int_eq(kj_first_seen_get(store, "old.example"), NOW - 300 * 86400);
	ck_assert_int_eq(kj_first_seen_note_since(store, "ahead.example", NOW + 60, NOW, NULL), 0);
	ck_assert_int_eq(kj_first_seen_get(store, "ahead.example"), NOW);
	kj_store_close(store);
}
END_TEST

static int64_t rows_of(const char *path)
{
	sqlite3_stmt *statement;
	int64_t rows = -1;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT count(*) FROM seen", -1, &statement, NULL), SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		rows = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return rows;
}

START_TEST(domains_are_written_together_when_the_first_has_waited_for_five_seconds)
{
	char dir[] = "/tmp/kj-store-XXXXXX", path[64];
	struct kj_store *store;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/state.db", dir);
	store = open_store(path);
	ck_assert_int_eq(kj_first_seen_note_since(store, "old.example", NOW - 300 * 86400, NOW, NULL), 0);
	for (int i = 1; i < 5; i++) {
		ck_assert_int_eq(kj_first_seen_note(store, "new.example", NOW + i, NULL), 0);
		/* It comes all the time, and the others need not wait for it. */
		ck_assert_int_eq(kj_first_seen_note(store, "old.example", NOW + i, NULL), 0);
		ck_assert_int_eq(rows_of(path), 0);
	}
	ck_assert_int_eq(kj_first_seen_note(store, "old.example", NOW + 5, NULL), 0);
	ck_assert_int_eq(rows_of(path), 2);
	kj_store_close(store);
	unlink(path);
	rmdir(dir);
}
END_TEST

START_TEST(a_file_that_is_no_database_is_refused_with_a_reason)
{
	char path[] = "/tmp/kj-store-XXXXXX";
	struct kj_reason reason = {""};
	struct kj_store *store = NULL;
	char junk[4096];
	int fd = mkstemp(path);

	memset(junk, 'x', sizeof junk);
	ck_assert_int_eq(write(fd, junk, sizeof junk), sizeof junk);
	close(fd);
	ck_assert_int_eq(kj_store_open(path, &store, &reason), -KJ_EIO);
	ck_assert_ptr_null(store);
	ck_assert_ptr_nonnull(strstr(reason.text, "database"));
	unlink(path);
	ck_assert_int_eq(kj_store_open("/nonexistent/state.db", &store, &reason), -KJ_EIO);
}
END_TEST

static void *defer_many(void *context)
{
	for (uint64_t i = 0; i < 200; i++) {
		struct kj_deferral_request request = {i, i + 1000, "", "", "", "", 0};
		struct kj_deferral deferral;

		if (kj_deferral_attempt(context, &rules, &request, NOW, &deferral, NULL) < 0)
			return context;
	}
	return NULL;
}

START_TEST(attempts_from_several_threads_are_all_counted)
{
	struct kj_store *store = open_store(":memory:");
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, defer_many, store), 0);
	for (int i = 0; i < 4; i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		ck_assert_ptr_null(failed);
	}
	for (uint64_t i = 0; i < 200; i += 50)
		ck_assert_uint_eq(try_mail(store, i, i + 1000, NOW).attempt, 5);
	kj_store_close(store);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store");
	TCase *tc = tcase_create("store");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_retry_at_the_minimum_age_is_let_through_for_good);
	tcase_add_test(tc, the_third_attempt_is_let_through_whenever_it_comes);
	tcase_add_test(tc, either_key_recognises_a_mail);
	tcase_add_test(tc, a_deferral_is_forgotten_after_its_time);
	tcase_add_test(tc, what_never_came_back_is_reported_once);
	tcase_add_test(tc, a_restart_forgets_nothing);
	tcase_add_test(tc, first_seen_keeps_the_first_time);
	tcase_add_test(tc, what_others_know_is_kept_for_as_long_as_it_is_seen);
	tcase_add_test(tc, domains_are_written_together_when_the_first_has_waited_for_five_seconds);
	tcase_add_test(tc, a_file_that_is_no_database_is_refused_with_a_reason);
	tcase_add_test(tc, attempts_from_several_threads_are_all_counted);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
