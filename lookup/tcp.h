/*
 * tcp.h - one question over TCP, after a truncated answer (RFC 7766)
 *
 * Non-blocking; the resolver's loop calls when the socket is ready. One connection carries one question: truncation
 * is rare enough that keeping connections would only be more states.
 *
 * Threads: an exchange is used under the resolver's lock.
 */
#ifndef KJ_LOOKUP_TCP_H
#define KJ_LOOKUP_TCP_H

#include "upstream.h"

struct kj_flight;

struct kj_tcp {
	enum kj_watch watch;
	int fd, epoll_fd;
	struct kj_flight *flight; /* for the owner's use */
	size_t out_len, out_done;
	size_t in_len, in_done; /* in_len is 0 until both length octets are there */
	uint8_t *in;            /* the reply, once it is complete */
	uint8_t head[2];
	uint8_t out[];
};

/* kj_tcp_open - begin: connect, and watch the socket in epoll_fd; NULL if the system refuses */
struct kj_tcp *kj_tcp_open(const struct kj_server *server, int epoll_fd, const uint8_t *query, size_t len);

/* kj_tcp_step - go on as far as possible: 1 the reply is complete (in, in_len), 0 more to come, -KJ_EIO failed */
int kj_tcp_step(struct kj_tcp *tcp);

void kj_tcp_free(struct kj_tcp *tcp);

#endif
