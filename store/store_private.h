/*
 * store_private.h - what the rooms of store/ share
 */
#ifndef KJ_STORE_PRIVATE_H
#define KJ_STORE_PRIVATE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>

#include "kanjiki/buf.h"
#include "kanjiki/store.h"

/* Domains that wait for the next group commit (first_seen.c). */
#define SEEN_MAX 256

#define GATHERED_MAX (1 << 20)

struct kj_seen {
	int64_t domain; /* keyed hash */
	int64_t first_s, last_s;
};

/* Sightings of one kind that wait for the next group commit (crowd_journal.c): each with its length in front. */
struct kj_gathered {
	struct kj_buf bytes;
	unsigned count;
	int64_t since_s;
};

struct kj_crowd;

enum kj_statement {
	KJ_SQL_BEGIN,
	KJ_SQL_COMMIT,
	KJ_SQL_ROLLBACK,
	KJ_SQL_DEFERRAL_FIND,
	KJ_SQL_DEFERRAL_INSERT,
	KJ_SQL_DEFERRAL_UPDATE,
	KJ_SQL_DEFERRAL_LOST,
	KJ_SQL_DEFERRAL_REPORTED,
	KJ_SQL_DEFERRAL_PURGE,
	KJ_SQL_SEEN_FIND,
	KJ_SQL_SEEN_NOTE,
	KJ_SQL_SEEN_PURGE,
	KJ_SQL_JOURNAL_ADD,
	KJ_SQL_JOURNAL_READ,
	KJ_SQL_JOURNAL_PURGE,
	KJ_SQL_LEARNED_ADD,
	KJ_SQL_LEARNED_READ,
	KJ_SQL_LEARNED_DELETE,
	KJ_SQL_CROWD_ADD,
	KJ_SQL_CROWD_READ,
	KJ_SQL_CROWD_PURGE,
	KJ_SQL_CROWD_SEAL,
	KJ_SQL_WATCHED,
	KJ_SQL_RESUMED,
	KJ_SQL_COUNT,
};

struct kj_store {
	pthread_mutex_t lock; /* guards everything below but key and created_s */
	sqlite3 *db;
	sqlite3_stmt *statements[KJ_SQL_COUNT];
	struct kj_seen seen[SEEN_MAX];
	unsigned seen_count;
	int64_t seen_since_s; /* when the first of them was noted */
	struct kj_gathered journal, learned;
	int64_t journal_count; /* sightings in the journal, about */
	struct kj_hash_key key;
	int64_t created_s;
};

/* kj_store_statement - a prepared statement, reset and without bindings; call with the lock held */
sqlite3_stmt *kj_store_statement(struct kj_store *store, enum kj_statement which);

/* kj_store_run - step a statement that gives no rows; 0 or -KJ_EIO with SQLite's reason */
int kj_store_run(struct kj_store *store, sqlite3_stmt *statement, struct kj_reason *reason);

/* kj_store_begin, _end - a write transaction; _end commits if rc is 0, else rolls back, and hands rc on */
int kj_store_begin(struct kj_store *store, struct kj_reason *reason);
int kj_store_end(struct kj_store *store, int rc, struct kj_reason *reason);

/* kj_first_seen_flush - write the waiting domains; call with the lock held */
int kj_first_seen_flush(struct kj_store *store, struct kj_reason *reason);

/* kj_store_number - a number from the first row of a query, -1 if there is none; call with the lock held */
int64_t kj_store_number(struct kj_store *store, const char *query);

/* kj_journal_replay - take in the rows of the journal */
int kj_journal_replay(struct kj_store *store, struct kj_crowd *crowd, struct kj_reason *reason);

/* kj_journal_write - write the waiting sightings; call with the lock held */
int kj_journal_write(struct kj_store *store, struct kj_reason *reason);

#endif
