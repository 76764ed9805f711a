/*
 * share_reply.h - what Redis replies, as a tree
 *
 * hiredis reads the protocol (RESP2); the trees are ours, in an arena with a limit: whatever sizes a reply announces,
 * it cannot grow us without bound. Threads: one reader is used by one thread.
 */
#ifndef KJ_SHARE_REPLY_H
#define KJ_SHARE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/arena.h"
#include "kanjiki/err.h"

enum kj_reply_kind {
	KJ_REPLY_NONE, /* "nil" */
	KJ_REPLY_TEXT, /* strings and states */
	KJ_REPLY_NUMBER,
	KJ_REPLY_ERROR,
	KJ_REPLY_LIST,
};

struct kj_reply {
	enum kj_reply_kind kind;
	int64_t number;
	const char *text; /* with NUL behind it; may have others within */
	size_t len;	  /* of the text */
	const struct kj_reply **items; /* none is NULL */
	unsigned count;
};

struct kj_replies;

/* kj_replies_new - a reader that takes at most so many bytes, and makes trees in the arena, which must live as long;
 * NULL */
struct kj_replies *kj_replies_new(struct kj_arena *arena, size_t bytes_max);
void kj_replies_free(struct kj_replies *replies);

/* kj_replies_feed - bytes as they came; -KJ_ELIMIT, -KJ_ENOMEM */
int kj_replies_feed(struct kj_replies *replies, const void *data, size_t len);

/* kj_replies_next - 1 with a tree in *ret_reply, 0 more bytes are needed, -KJ_EINVAL with the reason: this is no
 * Redis, or too much */
int kj_replies_next(struct kj_replies *replies, const struct kj_reply **ret_reply, struct kj_reason *reason);

/* kj_replies_rest - more came than what kj_replies_next() gave */
bool kj_replies_rest(const struct kj_replies *replies);

#endif
