/*
 * deferral.c - the memory of what was put off
 */
#include "kanjiki/deferral.h"

#include "store_private.h"

struct row {
	int64_t id; /* 0: none found */
	struct kj_deferral deferral;
	bool settled;
};

static int find(struct kj_store *store, const struct kj_deferral_rules *rules,
    const struct kj_deferral_request *request, int64_t now_s, struct row *ret_row, struct kj_reason *reason)
{
	sqlite3_stmt *statement = kj_store_statement(store, KJ_SQL_DEFERRAL_FIND);
	struct row row = {0};
	int rc;

	sqlite3_bind_int64(statement, 1, (int64_t)request->content_key);
	sqlite3_bind_int64(statement, 2, (int64_t)request->meta_key);
	sqlite3_bind_int64(statement, 3, now_s - rules->keep_s);
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW) {
		row.id = sqlite3_column_int64(statement, 0);
		row.deferral.first_s = sqlite3_column_int64(statement, 1);
		row.deferral.attempt = (unsigned)sqlite3_column_int(statement, 2);
		row.settled = sqlite3_column_int(statement, 3) != 0;
	} else if (rc != SQLITE_DONE) {
		return kj_fail(reason, KJ_EIO, "%s", sqlite3_errmsg(store->db));
	}
	sqlite3_reset(statement);
	*ret_row = row;
	return 0;
}

static int insert(struct kj_store *store, const struct kj_deferral_request *request, int64_t now_s,
    struct kj_reason *reason)
{
	sqlite3_stmt *statement = kj_store_statement(store, KJ_SQL_DEFERRAL_INSERT);

	sqlite3_bind_int64(statement, 1, (int64_t)request->content_key);
	sqlite3_bind_int64(statement, 2, (int64_t)request->meta_key);
	sqlite3_bind_int64(statement, 3, now_s);
	sqlite3_bind_text(statement, 4, request->sender, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 5, request->rcpts, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 6, request->client, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 7, request->terms, -1, SQLITE_STATIC);
	sqlite3_bind_int(statement, 8, request->score_centi);
	return kj_store_run(store, statement, reason);
}

static int update(struct kj_store *store, const struct row *row, int64_t now_s, struct kj_reason *reason)
{
	sqlite3_stmt *statement = kj_store_statement(store, KJ_SQL_DEFERRAL_UPDATE);

	sqlite3_bind_int64(statement, 1, row->id);
	sqlite3_bind_int64(statement, 2, now_s);
	sqlite3_bind_int64(statement, 3, row->deferral.attempt);
	sqlite3_bind_int(statement, 4, row->settled);
	return kj_store_run(store, statement, reason);
}

/* Within a transaction: what is known of this mail, and what follows from one attempt more. */
static int attempt(struct kj_store *store, const struct kj_deferral_rules *rules,
    const struct kj_deferral_request *request, int64_t now_s, struct kj_deferral *ret_deferral,
    struct kj_reason *reason)
{
	struct row row = {0};
	int rc = find(store, rules, request, now_s, &row, reason);

	if (rc < 0)
		return rc;
	if (!row.id) {
		/* Rules that let the first attempt through leave nothing to remember. */
		*ret_deferral = (struct kj_deferral){rules->attempts > 1 && rules->min_age_s > 0, 1, now_s};
		return ret_deferral->put_off ? insert(store, request, now_s, reason) : 0;
	}
	row.deferral.attempt++;
	row.settled |= now_s - row.deferral.first_s >= rules->min_age_s || row.deferral.attempt >= rules->attempts;
	row.deferral.put_off = !row.settled;
	*ret_deferral = row.deferral;
	return update(store, &row, now_s, reason);
}

int kj_deferral_attempt(struct kj_store *store, const struct kj_deferral_rules *rules,
    const struct kj_deferral_request *request, int64_t now_s, struct kj_deferral *ret_deferral,
    struct kj_reason *reason)
{
	struct kj_deferral deferral = {0};
	int rc;

	pthread_mutex_lock(&store->lock);
	rc = kj_store_begin(store, reason);
	if (rc == 0)
		rc = kj_store_end(store, attempt(store, rules, request, now_s, &deferral, reason), reason);
	pthread_mutex_unlock(&store->lock);
	if (rc == 0)
		*ret_deferral = deferral;
	return rc;
}

static const char *column_text(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return text ? text : "";
}

/* Within a transaction: hand out the rows, mark them, drop the old ones. */
static int sweep(struct kj_store *store, int64_t lost_before_s, int64_t purge_before_s, kj_deferral_lost_fn *fn,
    void *context, struct kj_reason *reason)
{
	sqlite3_stmt *statement = kj_store_statement(store, KJ_SQL_DEFERRAL_LOST);
	int rc;

	sqlite3_bind_int64(statement, 1, lost_before_s);
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
		struct kj_deferral_lost lost = {
		    .first_s = sqlite3_column_int64(statement, 0),
		    .attempts = (unsigned)sqlite3_column_int(statement, 1),
		    .sender = column_text(statement, 2),
		    .rcpts = column_text(statement, 3),
		    .client = column_text(statement, 4),
		    .terms = column_text(statement, 5),
		    .score_centi = sqlite3_column_int(statement, 6),
		};
		fn(context, &lost);
	}
	sqlite3_reset(statement);
	if (rc != SQLITE_DONE)
		return kj_fail(reason, KJ_EIO, "%s", sqlite3_errmsg(store->db));
	statement = kj_store_statement(store, KJ_SQL_DEFERRAL_REPORTED);
	sqlite3_bind_int64(statement, 1, lost_before_s);
	rc = kj_store_run(store, statement, reason);
	if (rc < 0)
		return rc;
	statement = kj_store_statement(store, KJ_SQL_DEFERRAL_PURGE);
	sqlite3_bind_int64(statement, 1, purge_before_s);
	return kj_store_run(store, statement, reason);
}

int kj_deferral_sweep(struct kj_store *store, const struct kj_deferral_rules *rules, uint32_t age_s, int64_t now_s,
    kj_deferral_lost_fn *fn, void *context, struct kj_reason *reason)
{
	int rc;

	/* Nothing is forgotten unreported. */
	if (age_s > rules->keep_s)
		age_s = rules->keep_s;
	pthread_mutex_lock(&store->lock);
	rc = kj_store_begin(store, reason);
	if (rc == 0)
		rc = kj_store_end(
		    store, sweep(store, now_s - age_s, now_s - rules->keep_s, fn, context, reason), reason);
	pthread_mutex_unlock(&store->lock);
	return rc;
}
