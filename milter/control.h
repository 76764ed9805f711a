/*
 * control.h - the control socket: one command a connection, answered in lines
 *
 * A client writes one line ("reload", or with arguments "clusters helo 20") and reads lines until the daemon closes:
 * "warning ..." and "error ..." for what was found, "data ..." for what was asked for, and at last one line that
 * begins with "ok " or "error ". The socket belongs to the daemon's user with mode 0600: the group is that of the
 * MTA, which has no orders to give.
 *
 * Threads: the daemon's main thread only; nothing here waits.
 */
#ifndef KJ_MILTER_CONTROL_H
#define KJ_MILTER_CONTROL_H

#include <poll.h>
#include <stdint.h>

#include "kanjiki/buf.h"
#include "kanjiki/err.h"

#define KJ_CONTROL_CLIENTS 8
#define KJ_CONTROL_POLLFDS (KJ_CONTROL_CLIENTS + 1)

struct kj_control;

/* A command (without line end) and where its answer goes: whole lines. */
typedef void kj_control_command(void *context, const char *command, struct kj_buf *answer);

/*
 * kj_control_open - listen on a unix socket; a stale one is replaced, one that somebody answers on is an error
 *
 * Errors: -KJ_EIO, -KJ_EBUSY, -KJ_ENOMEM with the reason.
 */
int kj_control_open(const char *path, struct kj_control **ret_control, struct kj_reason *reason);

/* kj_control_close - also removes the socket; NULL is allowed */
void kj_control_close(struct kj_control *control);

/* kj_control_poll - fill fds (KJ_CONTROL_POLLFDS of them) for poll(); returns how many */
unsigned kj_control_poll(const struct kj_control *control, struct pollfd *fds);

/* kj_control_serve - after poll(), with the fds of kj_control_poll(): take what came, run whole commands, write
 * what can be written, drop clients that take longer than a few seconds */
void kj_control_serve(struct kj_control *control, const struct pollfd *fds, unsigned count, int64_t now_ms,
    kj_control_command *run, void *context);

/* kj_control_busy - whether a client is connected, so that poll() must not sleep past its time limit */
int kj_control_busy(const struct kj_control *control);

#endif
