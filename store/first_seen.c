/*
 * first_seen.c - since when a sender domain is known here
 *
 * Domains are kept as keyed 64-bit hashes. Sightings gather in a small array that every look-up also searches;
 * when it is full, or its oldest entry has waited long enough, the caller writes all of it in one transaction.
 */
#include "kanjiki/first_seen.h"

#include "store_private.h"

#define KEEP_S	(180 * 86400)
#define GATHER_S 5

static int64_t hash_domain(const struct kj_store *store, const char *domain)
{
	return (int64_t)kj_hash(&store->key, domain, strlen(domain));
}

static struct kj_seen *find_gathered(struct kj_store *store, int64_t domain)
{
	for (unsigned i = 0; i < store->seen_count; i++)
		if (store->seen[i].domain == domain)
			return &store->seen[i];
	return NULL;
}

int64_t kj_first_seen_get(struct kj_store *store, const char *domain)
{
	int64_t hash = hash_domain(store, domain), since_s = 0;
	const struct kj_seen *gathered;
	sqlite3_stmt *statement;
	int rc;

	pthread_mutex_lock(&store->lock);
	statement = kj_store_statement(store, KJ_SQL_SEEN_FIND);
	sqlite3_bind_int64(statement, 1, hash);
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		since_s = sqlite3_column_int64(statement, 0);
	gathered = find_gathered(store, hash);
	if (gathered && (!since_s || gathered->first_s < since_s))
		since_s = gathered->first_s;
	sqlite3_reset(statement);
	pthread_mutex_unlock(&store->lock);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? since_s : -KJ_EIO;
}

int kj_first_seen_flush(struct kj_store *store, struct kj_reason *reason)
{
	int rc;

	if (!store->seen_count)
		return 0;
	rc = kj_store_begin(store, reason);
	for (unsigned i = 0; i < store->seen_count && rc == 0; i++) {
		sqlite3_stmt *statement = kj_store_statement(store, KJ_SQL_SEEN_NOTE);

		sqlite3_bind_int64(statement, 1, store->seen[i].domain);
		sqlite3_bind_int64(statement, 2, store->seen[i].first_s);
		sqlite3_bind_int64(statement, 3, store->seen[i].last_s);
		rc = kj_store_run(store, statement, reason);
	}
	rc = kj_store_end(store, rc, reason);
	store->seen_count = 0;
	return rc;
}

/* Within the lock. */
static void gather(struct kj_store *store, int64_t domain, int64_t first_s, int64_t last_s)
{
	struct kj_seen *seen = find_gathered(store, domain);

	if (!store->seen_count)
		store->seen_since_s = last_s;
	if (!seen) {
		store->seen[store->seen_count++] = (struct kj_seen){domain, first_s, last_s};
		return;
	}
	if (first_s < seen->first_s)
		seen->first_s = first_s;
	if (last_s > seen->last_s)
		seen->last_s = last_s;
}

int kj_first_seen_note_since(
    struct kj_store *store, const char *domain, int64_t since_s, int64_t now_s, struct kj_reason *reason)
{
	int64_t hash = hash_domain(store, domain);
	int rc = 0;

	pthread_mutex_lock(&store->lock);
	gather(store, hash, since_s < now_s ? since_s : now_s, now_s);
	if (store->seen_count == SEEN_MAX || now_s - store->seen_since_s >= GATHER_S)
		rc = kj_first_seen_flush(store, reason);
	pthread_mutex_unlock(&store->lock);
	return rc;
}

int kj_first_seen_note(struct kj_store *store, const char *domain, int64_t now_s, struct kj_reason *reason)
{
	return kj_first_seen_note_since(store, domain, now_s, now_s, reason);
}

int kj_first_seen_sweep(struct kj_store *store, int64_t now_s, struct kj_reason *reason)
{
	sqlite3_stmt *statement;
	int rc;

	pthread_mutex_lock(&store->lock);
	rc = kj_first_seen_flush(store, reason);
	if (rc == 0) {
		statement = kj_store_statement(store, KJ_SQL_SEEN_PURGE);
		sqlite3_bind_int64(statement, 1, now_s - KEEP_S);
		rc = kj_store_run(store, statement, reason);
	}
	pthread_mutex_unlock(&store->lock);
	return rc;
}
