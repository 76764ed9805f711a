/*
 * crowd_journal.c - sightings as rows
 *
 * A row holds what gathered within some seconds: each sighting as its bytes, with their length in two bytes in front.
 */
#include "kanjiki/crowd_journal.h"

#include "kanjiki/crowd.h"
#include "store_private.h"

#define GATHER_MAX 256
#define GATHER_S   5

static void gather(struct kj_gathered *gathered, const struct kj_sighting *sighting, int64_t now_s)
{
	uint8_t bytes[2 + KJ_SIGHTING_BYTES];
	size_t len = kj_sighting_encode(sighting, bytes + 2);

	bytes[0] = (uint8_t)(len >> 8);
	bytes[1] = (uint8_t)len;
	kj_buf_add(&gathered->bytes, bytes, len + 2);
	if (!gathered->count++)
		gathered->since_s = now_s;
}

/* Within the lock: one row of all that is gathered, if there is any. */
static int write_row(
    struct kj_store *store, struct kj_gathered *gathered, enum kj_statement which, struct kj_reason *reason)
{
	sqlite3_stmt *statement;
	int rc;

	if (!gathered->count)
		return 0;
	statement = kj_store_statement(store, which);
	if (which == KJ_SQL_JOURNAL_ADD)
		sqlite3_bind_int64(statement, 1, gathered->count);
	sqlite3_bind_blob(statement, 2, kj_buf_str(&gathered->bytes), (int)gathered->bytes.len, SQLITE_STATIC);
	rc = kj_store_run(store, statement, reason);
	sqlite3_clear_bindings(statement);
	kj_buf_clear(&gathered->bytes);
	gathered->count = 0;
	return rc;
}

int kj_journal_write(struct kj_store *store, struct kj_reason *reason)
{
	int rc = write_row(store, &store->journal, KJ_SQL_JOURNAL_ADD, reason);
	int learned = write_row(store, &store->learned, KJ_SQL_LEARNED_ADD, reason);

	return rc < 0 ? rc : learned;
}

/* After five seconds; and when the clock was put back, for nobody knows then how long it has been. */
static bool is_due(const struct kj_gathered *gathered, int64_t now_s)
{
	return gathered->count &&
	       (gathered->count == GATHER_MAX || now_s - gathered->since_s >= GATHER_S || now_s < gathered->since_s);
}

int kj_journal_add(
    struct kj_store *store, const struct kj_sighting *sighting, int64_t now_s, struct kj_reason *reason)
{
	int rc = 0;

	pthread_mutex_lock(&store->lock);
	gather(&store->journal, sighting, now_s);
	store->journal_count++;
	if (is_due(&store->journal, now_s))
		rc = kj_journal_write(store, reason);
	pthread_mutex_unlock(&store->lock);
	return rc;
}

int kj_journal_flush(struct kj_store *store, int64_t now_s, struct kj_reason *reason)
{
	bool due;
	int rc = 0;

	pthread_mutex_lock(&store->lock);
	due = is_due(&store->journal, now_s) || is_due(&store->learned, now_s);
	if (due)
		rc = kj_journal_write(store, reason);
	pthread_mutex_unlock(&store->lock);
	return rc < 0 ? rc : due;
}

int64_t kj_journal_length(struct kj_store *store)
{
	int64_t length;

	pthread_mutex_lock(&store->lock);
	length = store->journal_count;
	pthread_mutex_unlock(&store->lock);
	return length;
}

int kj_journal_learn(struct kj_store *store, const struct kj_sighting *sighting, struct kj_reason *reason)
{
	int rc = 0;

	pthread_mutex_lock(&store->lock);
	gather(&store->learned, sighting, 0);
	if (store->learned.count == GATHER_MAX)
		rc = kj_journal_write(store, reason);
	pthread_mutex_unlock(&store->lock);
	return rc;
}

/* Who takes sightings in, and who is told of each that is new; told may be NULL. */
struct taker {
	struct kj_store *store;
	struct kj_crowd *crowd;
	void (*told)(void *context, const struct kj_sighting *sighting);
	void *context;
};

/* Take in the sightings of one row; those that were in already, for they came by another way, too, change nothing.
 * How many there were; a row that is damaged ends early. */
static int64_t take_row(const struct taker *taker, const uint8_t *data, size_t len)
{
	struct kj_sighting sighting;
	int64_t count = 0;

	while (len >= 2) {
		size_t bytes = (size_t)data[0] << 8 | data[1];

		if (bytes > len - 2 || kj_sighting_decode(data + 2, bytes, &sighting) < 0)
			break;
		if (kj_crowd_add(taker->crowd, &sighting) && taker->told)
			taker->told(taker->context, &sighting);
		data += 2 + bytes;
		len -= 2 + bytes;
		count++;
	}
	return count;
}

/* Take in the first row behind *id, and move that on. How many sightings, -KJ_ENOENT behind the last row, -KJ_EIO. */
static int64_t take_next(
    const struct taker *taker, enum kj_statement which, int64_t *id, struct kj_reason *reason)
{
	struct kj_store *store = taker->store;
	sqlite3_stmt *statement;
	int64_t count = -KJ_ENOENT;
	int rc;

	pthread_mutex_lock(&store->lock);
	statement = kj_store_statement(store, which);
	sqlite3_bind_int64(statement, 1, *id);
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW) {
		*id = sqlite3_column_int64(statement, 0);
		count = take_row(taker, sqlite3_column_blob(statement, 1), (size_t)sqlite3_column_bytes(statement, 1));
	} else if (rc != SQLITE_DONE) {
		count = kj_fail(reason, KJ_EIO, "%s", sqlite3_errmsg(store->db));
	}
	sqlite3_reset(statement);
	pthread_mutex_unlock(&store->lock);
	return count;
}

int kj_journal_replay(struct kj_store *store, struct kj_crowd *crowd, struct kj_reason *reason)
{
	const struct taker taker = {.store = store, .crowd = crowd};
	int64_t id = 0, count;

	do
		count = take_next(&taker, KJ_SQL_JOURNAL_READ, &id, reason);
	while (count >= 0);
	return count == -KJ_ENOENT ? 0 : (int)count;
}

int64_t kj_journal_take_learned(struct kj_store *store, struct kj_crowd *crowd,
    void (*told)(void *context, const struct kj_sighting *sighting), void *context, struct kj_reason *reason)
{
	const struct taker taker = {store, crowd, told, context};
	int64_t id = 0, all = 0, count;
	sqlite3_stmt *statement;
	int rc;

	do {
		count = take_next(&taker, KJ_SQL_LEARNED_READ, &id, reason);
		all += count > 0 ? count : 0;
	} while (count >= 0);
	if (count != -KJ_ENOENT)
		return count;
	if (!id)
		return 0;
	/* It is in the memory only; when that is written, it can go. */
	rc = kj_journal_snapshot(store, crowd, reason);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&store->lock);
	statement = kj_store_statement(store, KJ_SQL_LEARNED_DELETE);
	sqlite3_bind_int64(statement, 1, id);
	rc = kj_store_run(store, statement, reason);
	pthread_mutex_unlock(&store->lock);
	return rc < 0 ? rc : all;
}
