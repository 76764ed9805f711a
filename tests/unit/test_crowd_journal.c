/*
 * test_crowd_journal.c - the memory of the crowd in the state file: after a stop, a crash, a failure half-way,
 * another version
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "kanjiki/arena.h"
#include "kanjiki/crowd.h"
#include "kanjiki/crowd_journal.h"
#include "kanjiki/first_seen.h"
#include "kanjiki/store.h"
#include "sightings.h"
#include "suite.h"

#define BYTES ((size_t)1 << 20)
#define KEY   77

static char dir[64], path[128], copy[128];

static void set_up(void)
{
	snprintf(dir, sizeof dir, "/tmp/kj-journal-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/state.db", dir);
	snprintf(copy, sizeof copy, "%s/copy.db", dir);
}

static void remove_file(const char *base, const char *suffix)
{
	char name[160];

	snprintf(name, sizeof name, "%s%s", base, suffix);
	unlink(name);
}

static void tear_down(void)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};

	for (unsigned i = 0; i < 3; i++) {
		remove_file(path, suffixes[i]);
		remove_file(copy, suffixes[i]);
	}
	rmdir(dir);
}

static struct kj_store *open_store(const char *name)
{
	struct kj_reason reason = {""};
	struct kj_store *store = NULL;

	ck_assert_msg(kj_store_open(name, &store, &reason) == 0, "%s", reason.text);
	return store;
}

static struct kj_crowd *crowd_of(size_t bytes)
{
	struct kj_crowd *crowd = NULL;

	ck_assert_int_eq(kj_crowd_new(bytes, CROWD_KEY, &crowd), 0);
	return crowd;
}

/* The daemon's way: into the memory, and into the journal. */
static void see(struct kj_store *store, struct kj_crowd *crowd, unsigned first, unsigned count)
{
	struct kj_reason reason = {""};

	for (unsigned n = first; n < first + count; n++) {
		struct kj_sighting sighting = sighting_with(n, NOW + n, KJ_SIGNAL_HELO, KEY);

		if (crowd)
			kj_crowd_add(crowd, &sighting);
		ck_assert_msg(kj_journal_add(store, &sighting, NOW, &reason) == 0, "%s", reason.text);
	}
}

static unsigned domains_in(struct kj_crowd *crowd)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	const struct kj_cluster *cluster;
	unsigned domains = 0;

	if (kj_crowd_find(crowd, KJ_SIGNAL_HELO, KEY, NOW + 100, arena, &cluster) == 0)
		domains = cluster->domains;
	kj_arena_free(arena);
	return domains;
}

/* What a daemon knows that starts now. */
static unsigned known_at_start(const char *name, size_t bytes, int want_rc)
{
	struct kj_store *store = open_store(name);
	struct kj_crowd *crowd = crowd_of(bytes);
	struct kj_reason reason = {""};
	int rc = kj_journal_restore(store, crowd, &reason);
	unsigned domains = domains_in(crowd);

	ck_assert_msg(rc == want_rc, "%d: %s", rc, reason.text);
	ck_assert_int_eq(rc < 0, *reason.text != '\0');
	kj_store_close(store);
	kj_crowd_free(crowd);
	return domains;
}

/* What is on the disk of a daemon that was killed now. */
static void copy_file(const char *suffix)
{
	char from[160], to[160], bytes[4096];
	ssize_t len;
	int in, out;

	snprintf(from, sizeof from, "%s%s", path, suffix);
	snprintf(to, sizeof to, "%s%s", copy, suffix);
	unlink(to);
	in = open(from, O_RDONLY);
	if (in < 0)
		return;
	out = open(to, O_WRONLY | O_CREAT, 0600);
	while ((len = read(in, bytes, sizeof bytes)) > 0)
		ck_assert_int_eq(write(out, bytes, (size_t)len), len);
	close(in);
	close(out);
}

static void crash(void)
{
	copy_file("");
	copy_file("-wal");
}

static void run_sql(const char *name, const char *statements)
{
	sqlite3 *db = NULL;

	ck_assert_int_eq(sqlite3_open(name, &db), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(db, statements, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static int64_t number(const char *name, const char *query)
{
	sqlite3_stmt *statement = NULL;
	int64_t number = -1;
	sqlite3 *db = NULL;

	ck_assert_int_eq(sqlite3_open(name, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, query, -1, &statement, NULL), SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

START_TEST(a_stop_loses_nothing)
{
	struct kj_store *store = open_store(path);

	see(store, NULL, 0, 9);
	kj_store_close(store);
	ck_assert_uint_eq(known_at_start(path, BYTES, 0), 9);
}
END_TEST

START_TEST(a_crash_loses_what_was_not_written_yet)
{
	struct kj_store *store = open_store(path);

	see(store, NULL, 0, 7);
	ck_assert_int_eq(kj_journal_flush(store, NOW + 4, NULL), 0);
	crash();
	ck_assert_uint_eq(known_at_start(copy, BYTES, 0), 0);
	ck_assert_int_eq(kj_journal_flush(store, NOW + 5, NULL), 1);
	see(store, NULL, 7, 2);
	crash();
	ck_assert_uint_eq(known_at_start(copy, BYTES, 0), 7);
	kj_store_close(store);
}
END_TEST

START_TEST(a_clock_that_is_put_back_delays_nothing)
{
	struct kj_store *store = open_store(path);

	see(store, NULL, 0, 7);
	ck_assert_int_eq(kj_journal_flush(store, NOW - 3600, NULL), 1);
	crash();
	ck_assert_uint_eq(known_at_start(copy, BYTES, 0), 7);
	kj_store_close(store);
}
END_TEST

START_TEST(many_mails_at_once_are_written_at_once)
{
	struct kj_store *store = open_store(path);

	see(store, NULL, 0, 255);
	crash();
	ck_assert_uint_eq(known_at_start(copy, BYTES, 0), 0);
	see(store, NULL, 255, 1);
	crash();
	ck_assert_uint_gt(known_at_start(copy, BYTES, 0), 200);
	kj_store_close(store);
}
END_TEST

START_TEST(a_snapshot_takes_the_place_of_the_journal)
{
	struct kj_store *store = open_store(path);
	struct kj_crowd *crowd = crowd_of(BYTES);
	struct kj_reason reason = {""};

	see(store, crowd, 0, 5);
	ck_assert_int_eq(kj_journal_length(store), 5);
	ck_assert_int_eq(kj_journal_snapshot(store, crowd, &reason), 0);
	ck_assert_int_eq(kj_journal_length(store), 0);
	ck_assert_int_eq(number(path, "SELECT count(*) FROM journal"), 0);
	see(store, crowd, 5, 3);
	kj_store_close(store);
	kj_crowd_free(crowd);
	ck_assert_uint_eq(known_at_start(path, BYTES, 0), 8);
}
END_TEST

START_TEST(only_the_last_snapshot_stays)
{
	struct kj_store *store = open_store(path);
	struct kj_crowd *crowd = crowd_of(BYTES);

	for (unsigned i = 0; i < 4; i++) {
		see(store, crowd, i, 1);
		ck_assert_int_eq(kj_journal_snapshot(store, crowd, NULL), 0);
	}
	kj_store_close(store);
	kj_crowd_free(crowd);
	ck_assert_int_eq(number(path, "SELECT count(DISTINCT generation) FROM crowd"), 1);
	ck_assert_uint_eq(known_at_start(path, BYTES, 0), 4);
}
END_TEST

/* The table refuses a later part, as a full disk does. */
START_TEST(a_snapshot_that_fails_half_way_leaves_the_one_before)
{
	static const char refuse[] =
	    "CREATE TRIGGER full BEFORE INSERT ON crowd WHEN (SELECT count(*) FROM crowd WHERE generation = NEW.generation) >= 1"
	    " BEGIN SELECT RAISE(ABORT, 'disk full'); END";
	struct kj_store *store = open_store(path);
	struct kj_crowd *crowd = crowd_of(4 * BYTES);
	struct kj_reason reason = {""};

	see(store, crowd, 0, 5);
	ck_assert_int_eq(kj_journal_snapshot(store, crowd, &reason), 0);
	run_sql(path, refuse);
	see(store, crowd, 5, 2000); /* several parts */
	ck_assert_int_eq(kj_journal_snapshot(store, crowd, &reason), -KJ_EIO);
	ck_assert_str_eq(reason.text, "disk full");
	ck_assert_int_ge(kj_journal_length(store), 2000);
	crash();
	ck_assert_int_eq(number(copy, "SELECT count(DISTINCT generation) FROM crowd"), 2);
	ck_assert_uint_gt(known_at_start(copy, BYTES, 0), 1500);
	run_sql(path, "DROP TRIGGER full");
	ck_assert_int_eq(kj_journal_snapshot(store, crowd, &reason), 0);
	ck_assert_int_eq(number(path, "SELECT count(DISTINCT generation) FROM crowd"), 1);
	kj_store_close(store);
	kj_crowd_free(crowd);
}
END_TEST

START_TEST(what_cannot_be_written_is_said_and_mails_go_on)
{
	struct kj_store *store = open_store(path);
	struct kj_sighting sighting = sighting_with(1, NOW, KJ_SIGNAL_HELO, KEY);
	struct kj_reason reason = {""};

	run_sql(path, "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'disk full'); END");
	ck_assert_int_eq(kj_journal_add(store, &sighting, NOW, &reason), 0);
	ck_assert_int_eq(kj_journal_flush(store, NOW + 5, &reason), -KJ_EIO);
	ck_assert_str_eq(reason.text, "disk full");
	run_sql(path, "DROP TRIGGER full");
	see(store, NULL, 2, 2);
	ck_assert_int_eq(kj_journal_flush(store, NOW + 10, &reason), 1);
	kj_store_close(store);
	ck_assert_uint_eq(known_at_start(path, BYTES, 0), 2);
}
END_TEST

START_TEST(a_memory_of_another_size_takes_it)
{
	struct kj_store *store = open_store(path);
	struct kj_crowd *crowd = crowd_of(4 * BYTES);

	see(store, crowd, 0, 6);
	ck_assert_int_eq(kj_journal_snapshot(store, crowd, NULL), 0);
	see(store, crowd, 6, 2);
	kj_store_close(store);
	kj_crowd_free(crowd);
	ck_assert_uint_eq(known_at_start(path, BYTES, 0), 8);
	ck_assert_uint_eq(known_at_start(path, 8 * BYTES, 0), 8);
}
END_TEST

static const struct {
	const char *label, *sql;
	unsigned known; /* of 5 in the snapshot and 3 in the journal */
	int rc;
} damages[] = {
    {"nothing is damaged", "SELECT 1", 8, 0},
    {"the snapshot is garbage", "UPDATE crowd SET data = randomblob(1000)", 3, -KJ_EINVAL},
    {"it begins with zeros", "UPDATE crowd SET data = zeroblob(100) || substr(data, 101)", 3, -KJ_EINVAL},
    {"it is empty", "UPDATE crowd SET data = x''", 3, 0},
    {"it is a number", "UPDATE crowd SET data = 42", 3, -KJ_EINVAL},
    {"a part is missing", "DELETE FROM crowd", 3, 0},
    {"no generation is the valid one", "DELETE FROM crowd_sealed", 3, 0},
    {"the journal is garbage", "UPDATE journal SET data = randomblob(500)", 5, 0},
    {"a row ends early", "UPDATE journal SET data = substr(data, 1, length(data) - 1)", 7, 0},
    {"a row is empty", "UPDATE journal SET data = x''", 5, 0},
    {"a row begins with a length beyond its end", "UPDATE journal SET data = x'ffff' || substr(data, 3)", 5, 0},
};

START_TEST(damage_does_no_harm)
{
	struct kj_store *store = open_store(path);
	struct kj_crowd *crowd = crowd_of(BYTES);

	see(store, crowd, 0, 5);
	ck_assert_int_eq(kj_journal_snapshot(store, crowd, NULL), 0);
	see(store, crowd, 5, 3);
	kj_store_close(store);
	kj_crowd_free(crowd);
	run_sql(path, damages[_i].sql);
	ck_assert_msg(known_at_start(path, BYTES, damages[_i].rc) == damages[_i].known, "%s", damages[_i].label);
}
END_TEST

START_TEST(after_damage_a_new_snapshot_is_whole)
{
	struct kj_store *store = open_store(path);
	struct kj_crowd *crowd = crowd_of(BYTES);
	struct kj_reason reason = {""};

	see(store, crowd, 0, 5);
	ck_assert_int_eq(kj_journal_snapshot(store, crowd, NULL), 0);
	run_sql(path, "UPDATE crowd SET data = randomblob(1000)");
	kj_crowd_free(crowd);
	crowd = crowd_of(BYTES);
	ck_assert_int_eq(kj_journal_restore(store, crowd, &reason), -KJ_EINVAL);
	see(store, crowd, 10, 4);
	ck_assert_int_eq(kj_journal_snapshot(store, crowd, &reason), 0);
	kj_store_close(store);
	kj_crowd_free(crowd);
	ck_assert_uint_eq(known_at_start(path, BYTES, 0), 4);
}
END_TEST

START_TEST(a_file_of_the_first_version_is_brought_up_to_date)
{
	struct kj_store *store = open_store(path);
	struct kj_reason reason = {""};
	uint64_t key = kj_store_hash_key(store)->k0;

	ck_assert_int_eq(kj_first_seen_note(store, "old.example", NOW - 1000, &reason), 0);
	kj_store_close(store);
	run_sql(path, "DROP TABLE journal; DROP TABLE learned; DROP TABLE crowd; DROP TABLE crowd_sealed;"
	              "PRAGMA user_version = 1");
	store = open_store(path);
	ck_assert(kj_store_hash_key(store)->k0 == key);
	ck_assert_int_eq(kj_first_seen_get(store, "old.example"), NOW - 1000);
	see(store, NULL, 0, 4);
	kj_store_close(store);
	ck_assert_int_eq(number(path, "PRAGMA user_version"), 2);
	ck_assert_uint_eq(known_at_start(path, BYTES, 0), 4);
}
END_TEST

START_TEST(a_file_of_a_newer_version_is_left_alone)
{
	struct kj_store *store = open_store(path);
	struct kj_reason reason = {""};

	kj_store_close(store);
	run_sql(path, "PRAGMA user_version = 3");
	ck_assert_int_eq(kj_store_open(path, &store, &reason), -KJ_EIO);
	ck_assert_int_eq(number(path, "PRAGMA user_version"), 3);
}
END_TEST

/* kanjikictl has a connection of its own. */
static void learn(unsigned first, unsigned count)
{
	struct kj_store *other = open_store(path);
	struct kj_reason reason = {""};

	for (unsigned n = first; n < first + count; n++) {
		struct kj_sighting sighting = sighting_with(n, NOW + n, KJ_SIGNAL_HELO, KEY);

		ck_assert_msg(kj_journal_learn(other, &sighting, &reason) == 0, "%s", reason.text);
	}
	kj_store_close(other);
}

START_TEST(what_another_process_learns_is_taken_in_once)
{
	struct kj_store *store = open_store(path);
	struct kj_crowd *crowd = crowd_of(4 * BYTES);
	struct kj_reason reason = {""};

	see(store, crowd, 0, 2);
	learn(2, 300); /* more than one row */
	ck_assert_int_eq(kj_journal_take_learned(store, crowd, NULL, NULL, &reason), 300);
	ck_assert_uint_gt(domains_in(crowd), 240);
	ck_assert_int_eq(number(path, "SELECT count(*) FROM learned"), 0);
	ck_assert_int_eq(kj_journal_take_learned(store, crowd, NULL, NULL, &reason), 0);
	crash();
	kj_store_close(store);
	kj_crowd_free(crowd);
	ck_assert_uint_gt(known_at_start(copy, BYTES, 0), 240);
}
END_TEST

START_TEST(what_was_learnt_stays_until_it_is_kept)
{
	struct kj_store *store = open_store(path);
	struct kj_crowd *crowd = crowd_of(BYTES);
	struct kj_reason reason = {""};

	learn(0, 5);
	run_sql(path, "CREATE TRIGGER full BEFORE INSERT ON crowd BEGIN SELECT RAISE(ABORT, 'disk full'); END");
	ck_assert_int_eq(kj_journal_take_learned(store, crowd, NULL, NULL, &reason), -KJ_EIO);
	ck_assert_uint_eq(domains_in(crowd), 5);
	ck_assert_int_eq(number(path, "SELECT count(*) FROM learned"), 1);
	run_sql(path, "DROP TRIGGER full");
	ck_assert_int_eq(kj_journal_take_learned(store, crowd, NULL, NULL, &reason), 5);
	ck_assert_uint_eq(domains_in(crowd), 5);
	kj_store_close(store);
	kj_crowd_free(crowd);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("crowd_journal");
	TCase *tcase = tcase_create("journal");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_stop_loses_nothing);
	tcase_add_test(tcase, a_crash_loses_what_was_not_written_yet);
	tcase_add_test(tcase, a_clock_that_is_put_back_delays_nothing);
	tcase_add_test(tcase, many_mails_at_once_are_written_at_once);
	tcase_add_test(tcase, a_snapshot_takes_the_place_of_the_journal);
	tcase_add_test(tcase, only_the_last_snapshot_stays);
	tcase_add_test(tcase, a_snapshot_that_fails_half_way_leaves_the_one_before);
	tcase_add_test(tcase, what_cannot_be_written_is_said_and_mails_go_on);
	tcase_add_test(tcase, a_memory_of_another_size_takes_it);
	add_rows(tcase, damage_does_no_harm, damages);
	tcase_add_test(tcase, after_damage_a_new_snapshot_is_whole);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("versions");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_file_of_the_first_version_is_brought_up_to_date);
	tcase_add_test(tcase, a_file_of_a_newer_version_is_left_alone);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("learning");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, what_another_process_learns_is_taken_in_once);
	tcase_add_test(tcase, what_was_learnt_stays_until_it_is_kept);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
