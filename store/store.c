/*
 * store.c - the state file: SQLite in WAL mode, one connection under one lock
 *
 * synchronous=NORMAL: a crash of the daemon loses nothing that was committed; a power cut may lose the last
 * commits, which then only means that a retry is taken for a first attempt. The busy timeout is short, since a mail
 * may be waiting; nobody else should have the file open anyway.
 */
#include "store_private.h"

#include <time.h>

#define SCHEMA_VERSION	2
#define BUSY_TIMEOUT_MS 2000

static const char schema[] =
    "CREATE TABLE site(k0 INTEGER NOT NULL, k1 INTEGER NOT NULL, created_s INTEGER NOT NULL);"
    "CREATE TABLE deferral(id INTEGER PRIMARY KEY, content INTEGER NOT NULL, meta INTEGER NOT NULL,"
    " first_s INTEGER NOT NULL, last_s INTEGER NOT NULL, attempts INTEGER NOT NULL, settled INTEGER NOT NULL,"
    " reported INTEGER NOT NULL, sender TEXT, rcpts TEXT, client TEXT, terms TEXT, score_centi INTEGER NOT NULL);"
    "CREATE INDEX deferral_content ON deferral(content);"
    "CREATE INDEX deferral_meta ON deferral(meta);"
    "CREATE INDEX deferral_first ON deferral(first_s);"
    "CREATE TABLE seen(domain INTEGER PRIMARY KEY, first_s INTEGER NOT NULL, last_s INTEGER NOT NULL);";

/* The crowd: what happened since it was last written as a whole, the whole in parts, and what others have us learn.
 * Rows of journal and learned hold several sightings. */
static const char crowd_schema[] =
    "CREATE TABLE journal(id INTEGER PRIMARY KEY AUTOINCREMENT, sightings INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE TABLE learned(id INTEGER PRIMARY KEY AUTOINCREMENT, data BLOB NOT NULL);"
    "CREATE TABLE crowd(generation INTEGER NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL,"
    " PRIMARY KEY(generation, part));"
    "CREATE TABLE crowd_sealed(generation INTEGER NOT NULL);"
    "INSERT INTO crowd_sealed VALUES(0);";

static const char *const sql[KJ_SQL_COUNT] = {
    [KJ_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [KJ_SQL_COMMIT] = "COMMIT",
    [KJ_SQL_ROLLBACK] = "ROLLBACK",
    /* A settled row wins, so that what was once let through is never put off again; then the oldest. */
    [KJ_SQL_DEFERRAL_FIND] = "SELECT id, first_s, attempts, settled FROM deferral"
                             " WHERE (content = ?1 OR meta = ?2) AND first_s > ?3"
                             " ORDER BY settled DESC, first_s LIMIT 1",
    [KJ_SQL_DEFERRAL_INSERT] = "INSERT INTO deferral(content, meta, first_s, last_s, attempts, settled, reported,"
                               " sender, rcpts, client, terms, score_centi)"
                               " VALUES(?1, ?2, ?3, ?3, 1, 0, 0, ?4, ?5, ?6, ?7, ?8)",
    [KJ_SQL_DEFERRAL_UPDATE] = "UPDATE deferral SET last_s = ?2, attempts = ?3, settled = ?4 WHERE id = ?1",
    [KJ_SQL_DEFERRAL_LOST] = "SELECT first_s, attempts, sender, rcpts, client, terms, score_centi FROM deferral"
                             " WHERE settled = 0 AND reported = 0 AND last_s <= ?1 ORDER BY first_s",
    [KJ_SQL_DEFERRAL_REPORTED] = "UPDATE deferral SET reported = 1 WHERE settled = 0 AND reported = 0"
                                 " AND last_s <= ?1",
    [KJ_SQL_DEFERRAL_PURGE] = "DELETE FROM deferral WHERE first_s <= ?1",
    [KJ_SQL_SEEN_FIND] = "SELECT first_s FROM seen WHERE domain = ?1",
    [KJ_SQL_SEEN_NOTE] = "INSERT INTO seen(domain, first_s, last_s) VALUES(?1, ?2, ?3)"
                         " ON CONFLICT(domain) DO UPDATE SET first_s = min(first_s, excluded.first_s),"
                         " last_s = max(last_s, excluded.last_s)",
    [KJ_SQL_SEEN_PURGE] = "DELETE FROM seen WHERE last_s <= ?1",
    [KJ_SQL_JOURNAL_ADD] = "INSERT INTO journal(sightings, data) VALUES(?1, ?2)",
    [KJ_SQL_JOURNAL_READ] = "SELECT id, data FROM journal WHERE id > ?1 ORDER BY id LIMIT 1",
    [KJ_SQL_JOURNAL_PURGE] = "DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE id <= ?1 LIMIT 8)",
    [KJ_SQL_LEARNED_ADD] = "INSERT INTO learned(data) VALUES(?2)",
    [KJ_SQL_LEARNED_READ] = "SELECT id, data FROM learned WHERE id > ?1 ORDER BY id LIMIT 1",
    [KJ_SQL_LEARNED_DELETE] = "DELETE FROM learned WHERE id <= ?1",
    [KJ_SQL_CROWD_ADD] = "INSERT INTO crowd(generation, part, data) VALUES(?1, ?2, ?3)",
    [KJ_SQL_CROWD_READ] = "SELECT data FROM crowd WHERE generation = (SELECT generation FROM crowd_sealed)"
                          " ORDER BY part",
    [KJ_SQL_CROWD_PURGE] = "DELETE FROM crowd WHERE rowid ="
                           " (SELECT rowid FROM crowd WHERE generation <> ?1 LIMIT 1)",
    [KJ_SQL_CROWD_SEAL] = "UPDATE crowd_sealed SET generation = ?1",
    [KJ_SQL_RESUMED] = "UPDATE site SET created_s = ?1",
    [KJ_SQL_WATCHED] = "UPDATE site SET created_s = min(created_s, ?1)",
};

static int failed(struct kj_store *store, struct kj_reason *reason)
{
	return kj_fail(reason, KJ_EIO, "%s", sqlite3_errmsg(store->db));
}

sqlite3_stmt *kj_store_statement(struct kj_store *store, enum kj_statement which)
{
	sqlite3_reset(store->statements[which]);
	sqlite3_clear_bindings(store->statements[which]);
	return store->statements[which];
}

int kj_store_run(struct kj_store *store, sqlite3_stmt *statement, struct kj_reason *reason)
{
	int rc = sqlite3_step(statement) == SQLITE_DONE ? 0 : failed(store, reason);

	sqlite3_reset(statement);
	return rc;
}

int kj_store_begin(struct kj_store *store, struct kj_reason *reason)
{
	return kj_store_run(store, kj_store_statement(store, KJ_SQL_BEGIN), reason);
}

int kj_store_end(struct kj_store *store, int rc, struct kj_reason *reason)
{
	if (rc == 0)
		rc = kj_store_run(store, kj_store_statement(store, KJ_SQL_COMMIT), reason);
	if (rc < 0)
		kj_store_run(store, kj_store_statement(store, KJ_SQL_ROLLBACK), NULL);
	return rc;
}

int64_t kj_store_number(struct kj_store *store, const char *query)
{
	sqlite3_stmt *statement = NULL;
	int64_t number = -1;

	if (sqlite3_prepare_v2(store->db, query, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

static int execute(struct kj_store *store, const char *statements, struct kj_reason *reason)
{
	if (sqlite3_exec(store->db, statements, NULL, NULL, NULL) != SQLITE_OK)
		return failed(store, reason);
	return 0;
}

/* A new file: its tables, and the site's secret, in one transaction. */
static int create(struct kj_store *store, struct kj_reason *reason)
{
	struct kj_hash_key key;
	char insert[256];
	int rc;

	if (kj_hash_key_random(&key) < 0)
		return kj_fail(reason, KJ_EIO, "no random bytes to be had");
	snprintf(insert, sizeof insert, "INSERT INTO site VALUES(%lld, %lld, %lld); PRAGMA user_version = %d",
	    (long long)key.k0, (long long)key.k1, (long long)time(NULL), SCHEMA_VERSION);
	rc = execute(store, "BEGIN IMMEDIATE", reason);
	if (rc < 0)
		return rc;
	/* Another process may have been faster. */
	if (kj_store_number(store, "PRAGMA user_version") == 0) {
		rc = execute(store, schema, reason);
		if (rc == 0)
			rc = execute(store, crowd_schema, reason);
		if (rc == 0)
			rc = execute(store, insert, reason);
	}
	if (rc == 0)
		rc = execute(store, "COMMIT", reason);
	if (rc < 0)
		execute(store, "ROLLBACK", NULL);
	return rc;
}

/* A file of the first version lacks the crowd. */
static int migrate(struct kj_store *store, struct kj_reason *reason)
{
	int rc = execute(store, "BEGIN IMMEDIATE", reason);

	if (rc < 0)
		return rc;
	if (kj_store_number(store, "PRAGMA user_version") == 1) {
		rc = execute(store, crowd_schema, reason);
		if (rc == 0)
			rc = execute(store, "PRAGMA user_version = 2", reason);
	}
	if (rc == 0)
		rc = execute(store, "COMMIT", reason);
	if (rc < 0)
		execute(store, "ROLLBACK", NULL);
	return rc;
}

static int prepare(struct kj_store *store, struct kj_reason *reason)
{
	int64_t version;
	int rc = execute(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", reason);

	if (rc < 0)
		return rc;
	version = kj_store_number(store, "PRAGMA user_version");
	if (version == 0 && (rc = create(store, reason)) < 0)
		return rc;
	if (version == 1 && (rc = migrate(store, reason)) < 0)
		return rc;
	if (version > SCHEMA_VERSION)
		return kj_fail(reason, KJ_EIO, "it was written by a newer version (%lld)", (long long)version);
	for (int i = 0; i < KJ_SQL_COUNT; i++)
		if (sqlite3_prepare_v3(store->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[i], NULL) !=
		    SQLITE_OK)
			return failed(store, reason);
	store->key.k0 = (uint64_t)kj_store_number(store, "SELECT k0 FROM site");
	store->key.k1 = (uint64_t)kj_store_number(store, "SELECT k1 FROM site");
	store->created_s = kj_store_number(store, "SELECT created_s FROM site");
	store->journal_count = kj_store_number(store, "SELECT coalesce(sum(sightings), 0) FROM journal");
	return 0;
}

int kj_store_open(const char *path, struct kj_store **ret_store, struct kj_reason *reason)
{
	struct kj_store *store = calloc(1, sizeof *store);
	int rc;

	if (!store)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	pthread_mutex_init(&store->lock, NULL);
	store->journal.bytes = store->learned.bytes = KJ_BUF_INIT(GATHERED_MAX);
	if (sqlite3_open_v2(path, &store->db,
	        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		rc = kj_fail(reason, KJ_EIO, "%s", store->db ? sqlite3_errmsg(store->db) : "out of memory");
	} else {
		sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
		rc = prepare(store, reason);
	}
	if (rc < 0) {
		kj_store_close(store);
		return rc;
	}
	*ret_store = store;
	return 0;
}

void kj_store_close(struct kj_store *store)
{
	if (!store)
		return;
	kj_first_seen_flush(store, NULL);
	kj_journal_write(store, NULL);
	kj_buf_free(&store->journal.bytes);
	kj_buf_free(&store->learned.bytes);
	for (int i = 0; i < KJ_SQL_COUNT; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

const struct kj_hash_key *kj_store_hash_key(const struct kj_store *store)
{
	return &store->key;
}

int64_t kj_store_created_s(struct kj_store *store)
{
	int64_t created_s;

	pthread_mutex_lock(&store->lock);
	created_s = store->created_s;
	pthread_mutex_unlock(&store->lock);
	return created_s;
}

int kj_store_watched(struct kj_store *store, int64_t from_s, struct kj_reason *reason)
{
	sqlite3_stmt *statement;
	int rc;

	pthread_mutex_lock(&store->lock);
	statement = kj_store_statement(store, KJ_SQL_WATCHED);
	sqlite3_bind_int64(statement, 1, from_s);
	rc = kj_store_run(store, statement, reason);
	if (rc == 0 && from_s < store->created_s)
		store->created_s = from_s;
	pthread_mutex_unlock(&store->lock);
	return rc;
}

/* Within the lock; -1 if it cannot be read. */
static int64_t last_seen_s(struct kj_store *store)
{
	int64_t last_s = kj_store_number(store, "SELECT coalesce(max(last_s), 0) FROM seen");

	for (unsigned i = 0; i < store->seen_count && last_s >= 0; i++)
		if (store->seen[i].last_s > last_s)
			last_s = store->seen[i].last_s;
	return last_s < 0 || last_s > store->created_s ? last_s : store->created_s;
}

int kj_store_resume(struct kj_store *store, int64_t now_s, int64_t quiet_s, struct kj_reason *reason)
{
	sqlite3_stmt *statement;
	int64_t last_s;
	int rc = 0;

	pthread_mutex_lock(&store->lock);
	last_s = last_seen_s(store);
	if (last_s < 0)
		rc = kj_fail(reason, KJ_EIO, "%s", sqlite3_errmsg(store->db));
	else if (now_s - last_s > quiet_s || store->created_s > now_s) {
		statement = kj_store_statement(store, KJ_SQL_RESUMED);
		sqlite3_bind_int64(statement, 1, now_s);
		rc = kj_store_run(store, statement, reason);
		if (rc == 0)
			store->created_s = now_s;
	}
	pthread_mutex_unlock(&store->lock);
	return rc;
}

void kj_store_look_again(struct kj_store *store)
{
	pthread_mutex_lock(&store->lock);
	store->created_s = kj_store_number(store, "SELECT created_s FROM site");
	pthread_mutex_unlock(&store->lock);
}
