/*
 * upstream.h - the recursive servers: their addresses, their sockets, and how well they do
 *
 * Each server has a few UDP sockets, connected so that the kernel drops packets from anybody else, on ports that
 * the kernel chose at random. A question goes over one of them at random under a random id. A socket at rest is
 * closed after a while, or after packets that fitted nothing came in, and its successor gets another port.
 *
 * A server that was silent several times in a row, or where nobody is, is put last, and one question after each pause finds out whether
 * it is back; pauses double. With a single server, or when all are silent, they are asked nevertheless.
 *
 * Threads: used under the resolver's lock.
 */
#ifndef KJ_LOOKUP_UPSTREAM_H
#define KJ_LOOKUP_UPSTREAM_H

#include <stdbool.h>
#include <sys/socket.h>

#include "kanjiki/resolver.h"

#define KJ_SERVERS_MAX        8
#define KJ_SOCKETS_PER_SERVER 4

/* What an epoll event belongs to: the first member of everything that is watched. */
enum kj_watch {
	KJ_WATCH_WAKE,
	KJ_WATCH_UDP,
	KJ_WATCH_TCP,
};

struct kj_try;

struct kj_socket {
	enum kj_watch watch;
	int fd; /* -1: to be opened */
	unsigned server;
	unsigned sent, rejected;
	struct kj_try *tries; /* that wait for an answer on it */
};

struct kj_server {
	struct sockaddr_storage addr;
	socklen_t addr_len;
	struct kj_socket sockets[KJ_SOCKETS_PER_SERVER];
	bool plain; /* it does not understand EDNS */
	unsigned silent;
	int64_t answered_ms;
	int64_t probe_ms; /* when it may be asked again; 0: it is well */
	int64_t pause_ms;
};

struct kj_upstream {
	struct kj_server servers[KJ_SERVERS_MAX];
	unsigned count;
	int epoll_fd;
	unsigned random_left;
	uint8_t random[512];
};

/* kj_server_parse - "192.0.2.53", "192.0.2.53:53", "2001:db8::53", "[2001:db8::53]:53", "fe80::1%eth0"; -KJ_EINVAL */
int kj_server_parse(const char *text, struct kj_server *ret_server);

/*
 * kj_upstream_open - read the servers; those of /etc/resolv.conf if there are none, else 127.0.0.1
 *
 * Sockets are opened at first use: a network that is not there yet is no error.
 * Errors: -KJ_EINVAL with the reason.
 */
int kj_upstream_open(struct kj_upstream *upstream, const char *const *servers, unsigned count, int epoll_fd,
    struct kj_reason *reason);
void kj_upstream_close(struct kj_upstream *upstream);

/* kj_upstream_pick - the best server that is not in the bit set `not_these`; -1 if there is none. Each call may be
 * the one that probes a server, so pick only to send. */
int kj_upstream_pick(struct kj_upstream *upstream, unsigned not_these, int64_t now_ms);

/* kj_upstream_well - whether a server that is not in the bit set is well */
bool kj_upstream_well(const struct kj_upstream *upstream, unsigned not_these);

/* kj_upstream_socket - one of the server's sockets at random, open unless the system refuses; then sending to it
 * fails */
struct kj_socket *kj_upstream_socket(struct kj_upstream *upstream, unsigned server);

/* kj_upstream_send - -KJ_EIO: nobody is there (port closed, no route). A full buffer counts as a lost packet. */
int kj_upstream_send(
    struct kj_upstream *upstream, struct kj_socket *socket, const uint8_t *packet, size_t len);

/* What became of a question to the server: any answer; none to what was sent at sent_ms; nobody there. */
void kj_upstream_answered(struct kj_server *server, int64_t now_ms);
void kj_upstream_silent(struct kj_server *server, int64_t sent_ms, int64_t now_ms);
void kj_upstream_refused(struct kj_server *server, int64_t now_ms);

/* kj_upstream_random - unpredictable 16 bits; -KJ_EIO */
int kj_upstream_random(struct kj_upstream *upstream, uint16_t *ret_value);

#endif
