/*
 * crowd_snapshot.c - the memory as a whole, in parts
 *
 * Parts are written one by one under a new generation number, and become the valid ones when the last is there. A
 * crash in the middle leaves the generation before in force, with the whole journal behind it. What is not needed any
 * more goes piece by piece, too: to free a hundred megabytes at once takes SQLite tenths of a second, and mails would
 * wait for it.
 */
#include "kanjiki/crowd_journal.h"

#include <time.h>

#include "kanjiki/crowd.h"
#include "store_private.h"

#define PART_BYTES	((size_t)256 << 10)
#define SNAPSHOT_MAX	((size_t)4 << 30)
#define PAUSE_NS	200000 /* so that whoever waits for the lock gets it */

struct snapshot {
	struct kj_store *store;
	struct kj_reason *reason;
	struct kj_buf part;
	int64_t generation;
	int number;
};

static void pause_shortly(void)
{
	nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
}

static int write_part(struct snapshot *snapshot)
{
	struct kj_store *store = snapshot->store;
	sqlite3_stmt *statement;
	int rc;

	pthread_mutex_lock(&store->lock);
	statement = kj_store_statement(store, KJ_SQL_CROWD_ADD);
	sqlite3_bind_int64(statement, 1, snapshot->generation);
	sqlite3_bind_int(statement, 2, snapshot->number++);
	sqlite3_bind_blob(statement, 3, kj_buf_str(&snapshot->part), (int)snapshot->part.len, SQLITE_STATIC);
	rc = kj_store_run(store, statement, snapshot->reason);
	sqlite3_clear_bindings(statement);
	pthread_mutex_unlock(&store->lock);
	kj_buf_clear(&snapshot->part);
	pause_shortly();
	return rc;
}

static int take_bytes(void *context, const void *data, size_t len)
{
	struct snapshot *snapshot = context;
	const char *at = data;

	while (len) {
		size_t room = PART_BYTES - snapshot->part.len, bytes = len < room ? len : room;

		kj_buf_add(&snapshot->part, at, bytes);
		if (snapshot->part.truncated)
			return -KJ_ENOMEM;
		at += bytes;
		len -= bytes;
		if (snapshot->part.len == PART_BYTES && write_part(snapshot) < 0)
			return -KJ_EIO;
	}
	return 0;
}

/* This generation is the valid one, and so many sightings are not needed in the journal any more. */
static int seal(struct snapshot *snapshot, int64_t count)
{
	struct kj_store *store = snapshot->store;
	sqlite3_stmt *statement;
	int rc;

	pthread_mutex_lock(&store->lock);
	statement = kj_store_statement(store, KJ_SQL_CROWD_SEAL);
	sqlite3_bind_int64(statement, 1, snapshot->generation);
	rc = kj_store_run(store, statement, snapshot->reason);
	if (rc == 0)
		store->journal_count -= count;
	pthread_mutex_unlock(&store->lock);
	return rc;
}

/* Journal rows up to a number, or parts of all generations but one; one that stays after a crash does no harm. */
static int purge(struct kj_store *store, enum kj_statement which, int64_t number, struct kj_reason *reason)
{
	bool more = true;
	int rc = 0;

	while (more && rc == 0) {
		sqlite3_stmt *statement;

		pthread_mutex_lock(&store->lock);
		statement = kj_store_statement(store, which);
		sqlite3_bind_int64(statement, 1, number);
		rc = kj_store_run(store, statement, reason);
		more = sqlite3_changes(store->db) > 0;
		pthread_mutex_unlock(&store->lock);
		pause_shortly();
	}
	return rc;
}

/* Write what has gathered, and tell where the journal ends; parts of an attempt that failed go. */
static int begin(struct snapshot *snapshot, int64_t *ret_journal, int64_t *ret_count)
{
	struct kj_store *store = snapshot->store;
	int rc;

	pthread_mutex_lock(&store->lock);
	rc = kj_journal_write(store, snapshot->reason);
	*ret_journal = kj_store_number(store, "SELECT coalesce(max(id), 0) FROM journal");
	snapshot->generation = kj_store_number(store, "SELECT generation FROM crowd_sealed") + 1;
	*ret_count = store->journal_count;
	pthread_mutex_unlock(&store->lock);
	return rc < 0 ? rc : purge(store, KJ_SQL_CROWD_PURGE, snapshot->generation - 1, snapshot->reason);
}

int kj_journal_snapshot(struct kj_store *store, struct kj_crowd *crowd, struct kj_reason *reason)
{
	struct snapshot snapshot = {.store = store, .reason = reason, .part = KJ_BUF_INIT(PART_BYTES)};
	int64_t journal, count;
	int rc = begin(&snapshot, &journal, &count);

	if (rc == 0)
		rc = kj_crowd_save(crowd, take_bytes, &snapshot);
	if (rc == 0 && snapshot.part.len)
		rc = write_part(&snapshot);
	kj_buf_free(&snapshot.part);
	if (rc < 0)
		return rc == -KJ_ENOMEM ? kj_fail(reason, KJ_ENOMEM, "out of memory") : rc;
	rc = seal(&snapshot, count);
	if (rc == 0)
		rc = purge(store, KJ_SQL_JOURNAL_PURGE, journal, reason);
	return rc < 0 ? rc : purge(store, KJ_SQL_CROWD_PURGE, snapshot.generation, reason);
}

/* All parts of the valid generation, one behind the other. */
static int read_parts(struct kj_store *store, struct kj_buf *out, struct kj_reason *reason)
{
	sqlite3_stmt *statement;
	int rc;

	pthread_mutex_lock(&store->lock);
	statement = kj_store_statement(store, KJ_SQL_CROWD_READ);
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW)
		kj_buf_add(out, sqlite3_column_blob(statement, 0), (size_t)sqlite3_column_bytes(statement, 0));
	rc = rc == SQLITE_DONE ? 0 : kj_fail(reason, KJ_EIO, "%s", sqlite3_errmsg(store->db));
	sqlite3_reset(statement);
	pthread_mutex_unlock(&store->lock);
	return rc == 0 && out->truncated ? kj_fail(reason, KJ_ENOMEM, "out of memory") : rc;
}

int kj_journal_restore(struct kj_store *store, struct kj_crowd *crowd, struct kj_reason *reason)
{
	struct kj_buf parts = KJ_BUF_INIT(SNAPSHOT_MAX);
	int rc = read_parts(store, &parts, reason), replayed;

	if (rc == 0 && parts.len && kj_crowd_load(crowd, kj_buf_str(&parts), parts.len) < 0)
		rc = kj_fail(reason, KJ_EINVAL,
		    "what was written of the recent traffic is damaged, or of another version");
	kj_buf_free(&parts);
	replayed = kj_journal_replay(store, crowd, rc < 0 ? NULL : reason);
	return rc < 0 ? rc : replayed;
}
