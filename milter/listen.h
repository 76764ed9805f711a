/*
 * listen.h - the milter socket, and what is common to our unix sockets
 */
#ifndef KJ_MILTER_LISTEN_H
#define KJ_MILTER_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/err.h"

struct sockaddr_un;

/* kj_unix_address - -KJ_ERANGE if the path does not fit */
int kj_unix_address(const char *path, struct sockaddr_un *ret_address);

/* kj_unix_answers - whether somebody listens on that unix socket */
bool kj_unix_answers(const char *path);

/* kj_unix_remove_stale - remove a socket that nobody listens on; anything that is no socket is left alone */
void kj_unix_remove_stale(const char *path);

/* kj_listen_over_tcp - whether the `socket` setting names an inet or inet6 socket */
bool kj_listen_over_tcp(const char *socket);

/*
 * kj_listen - let libmilter listen on the `socket` setting; a unix socket gets this mode
 *
 * Errors: -KJ_EBUSY (another daemon answers there), -KJ_EIO, with the reason.
 * Threads: sets the process's umask for a moment; call it while there is only one.
 */
int kj_listen(const char *socket, uint32_t mode, struct kj_reason *reason);

/* kj_listen_end - remove the unix socket of kj_listen() */
void kj_listen_end(const char *socket);

#endif
