/*
 * share_link.h - a connection to Redis, with TLS or without
 *
 * Nothing here waits but kj_link_open() and kj_link_await(), and those no longer than they are told. Threads: a link
 * is used by one.
 */
#ifndef KJ_SHARE_LINK_H
#define KJ_SHARE_LINK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "share_target.h"

struct kj_clock;
struct kj_link;

/* How long to wait, and what ends it earlier. */
struct kj_patience {
	const struct kj_clock *clock;
	int64_t deadline_ms;
	const atomic_bool *called_off; /* or NULL */
};

/* kj_link_open - connect, and with TLS make sure that it is he; -KJ_EIO, -KJ_ENOMEM with the reason */
int kj_link_open(const struct kj_target *target, const struct kj_patience *patience, struct kj_link **ret_link,
    struct kj_reason *reason);
void kj_link_close(struct kj_link *link); /* NULL is allowed */

/* kj_link_write, _read - how many bytes went out or came; 0: none at present; -KJ_EIO with the reason, also when the
 * other side is gone. After 0 from writing, the same bytes are to be written next (TLS wants it so). */
int kj_link_write(struct kj_link *link, const void *data, size_t len, struct kj_reason *reason);
int kj_link_read(struct kj_link *link, void *out, size_t size, struct kj_reason *reason);

/* kj_link_await - until something came, or could go out if to_write, or it is over; -KJ_EIO with "no answer" */
int kj_link_await(struct kj_link *link, bool to_write, const struct kj_patience *patience, struct kj_reason *reason);

#endif
