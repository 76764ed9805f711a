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

/* kj_store_created_s - when the file was made, seconds since 1970 */
int64_t kj_store_created_s(const struct kj_store *store);

#endif
