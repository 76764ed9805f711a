/*
 * store.h - what must survive a restart, in one SQLite file
 *
 * Threads: all calls are safe; each holds the store's own lock for one short transaction.
 */
#ifndef KJ_STORE_H
#define KJ_STORE_H

#include "kanjiki/err.h"
#include "kanjiki/hash.h"

struct kj_store;

/*
 * kj_store_open - open or create the file, and bring its tables up to date
 *
 * Takes:  path; ":memory:" keeps nothing.
 * Errors: -KJ_EIO with the reason (permissions, disk full, not a database, written by a newer version).
 */
int kj_store_open(const char *path, struct kj_store **ret_store, struct kj_reason *reason);
void kj_store_close(struct kj_store *store); /* NULL is allowed */

/* kj_store_hash_key - the site's secret key, made at the first opening; keys in the store are hashed with it */
const struct kj_hash_key *kj_store_hash_key(const struct kj_store *store);

/* kj_store_created_s - since when this site's mail is watched, seconds since 1970: when the file was made, or
 * kj_store_watched() */
int64_t kj_store_created_s(struct kj_store *store);

/* kj_store_watched - it has been watched since from_s already; -KJ_EIO */
int kj_store_watched(struct kj_store *store, int64_t from_s, struct kj_reason *reason);

/*
 * kj_store_resume - it is now_s: if nothing was seen for more than quiet_s, it is watched only since now
 *
 * A site that filtered no mail for weeks knows its senders no better than a new one; nor does one whose clock was
 * ahead when the file was made. Errors: -KJ_EIO.
 */
int kj_store_resume(struct kj_store *store, int64_t now_s, int64_t quiet_s, struct kj_reason *reason);

/* kj_store_look_again - another process has called kj_store_watched() */
void kj_store_look_again(struct kj_store *store);

#endif
