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

static const struct kj_sighting *find_gathered(const struct kj_store *store, int64_t domain)
{
	for (unsigned i = 0; i < store->sighting_count; i++)
		if (store->sightings[i].domain == domain)
			return &store->sightings[i];
	return NULL;
}

int64_t kj_first_seen_get(struct kj_store *store, const char *domain)
{
	int64_t hash = hash_domain(store, domain), since_s = 0;
	const struct kj_sighting *gathered;
	sqlite3_stmt *statement;
	int rc;

	pthread_mutex_lock(&store->lock);
	statement = kj_store_statement(store, KJ_SQL_SEEN_FIND);
	sqlite3_bind_int64(statement, 1, hash);
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		since_s = sqlite3_column_int64(statement, 0);
	else if (rc == SQLITE_DONE && (gathered = find_gathered(store, hash)))
		since_s = gathered->seen_s;
	sqlite3_reset(statement);
	pthread_mutex_unlock(&store->lock);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? since_s : -KJ_EIO;
}

int kj_first_seen_flush(struct kj_store *store, struct kj_reason *reason)
{
	int rc;

	if (!store->sighting_count)
		return 0;
	rc = kj_store_begin(store, reason);
	for (unsigned i = 0; i < store->sighting_count && rc == 0; i++) {
		sqlite3_stmt *statement = kj_store_statement(store, KJ_SQL_SEEN_NOTE);

		sqlite3_bind_int64(statement, 1, store->sightings[i].domain);
		sqlite3_bind_int64(statement, 2, store->sightings[i].seen_s);
		rc = kj_store_run(store, statement, reason);
	}
	rc = kj_store_end(store, rc, reason);
	store->sighting_count = 0;
	return rc;
}

int kj_first_seen_note(struct kj_store *store, const char *domain, int64_t now_s, struct kj_reason *reason)
{
	int64_t hash = hash_domain(store, domain);
	int rc = 0;

	pthread_mutex_lock(&store->lock);
	if (!find_gathered(store, hash))
		store->sightings[store->sighting_count++] = (struct kj_sighting){hash, now_s};
	if (store->sighting_count == SIGHTINGS_MAX ||
	    (store->sighting_count && now_s - store->sightings[0].seen_s >= GATHER_S))
		rc = kj_first_seen_flush(store, reason);
	pthread_mutex_unlock(&store->lock);
	return rc;
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
