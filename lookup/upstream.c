/*
 * upstream.c - servers, their sockets and their health
 */
#include "upstream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kanjiki/hash.h"

#define PORT         53
#define RESOLV_CONF  "/etc/resolv.conf"
#define SILENT_MAX   3    /* unanswered in a row: the server is put last */
#define PAUSE_MS     1000 /* first pause until it is probed */
#define PAUSE_MAX_MS 60000
#define SENT_MAX     1024 /* a socket at rest that sent so much gets another port */
#define REJECTED_MAX 16   /* or that was sent so much which it had not asked for */
#define TEXT_MAX     128

static int parse_port(const char *text, uint16_t *ret_port)
{
	unsigned long port;
	char *end;

	if (*text < '0' || *text > '9')
		return -KJ_EINVAL;
	port = strtoul(text, &end, 10);
	if (*end || port == 0 || port > 65535)
		return -KJ_EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

/* Cut host and port apart, in place. One colon alone divides them; more are an IPv6 address. */
static int split(char *text, char **ret_host, uint16_t *ret_port)
{
	char *colon = strchr(text, ':'), *close;

	*ret_port = PORT;
	*ret_host = text;
	if (*text == '[') {
		close = strchr(text, ']');
		if (!close || (close[1] && close[1] != ':'))
			return -KJ_EINVAL;
		*ret_host = text + 1;
		*close = '\0';
		return close[1] ? parse_port(close + 2, ret_port) : 0;
	}
	if (!colon || strchr(colon + 1, ':'))
		return 0;
	*colon = '\0';
	return parse_port(colon + 1, ret_port);
}

int kj_server_parse(const char *text, struct kj_server *ret_server)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct kj_server server = {0};
	char copy[TEXT_MAX], *host, *scope;
	uint16_t port;

	if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy || split(copy, &host, &port) < 0)
		return -KJ_EINVAL;
	scope = strchr(host, '%');
	if (scope)
		*scope++ = '\0';
	in.sin_port = in6.sin6_port = htons(port);
	in6.sin6_scope_id = scope ? if_nametoindex(scope) : 0;
	if (!scope && inet_pton(AF_INET, host, &in.sin_addr) == 1) {
		server.addr_len = sizeof in;
		memcpy(&server.addr, &in, sizeof in);
	} else if (inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) {
		server.addr_len = sizeof in6;
		memcpy(&server.addr, &in6, sizeof in6);
	} else {
		return -KJ_EINVAL;
	}
	*ret_server = server;
	return 0;
}

static void add_server(struct kj_upstream *upstream, const struct kj_server *server)
{
	struct kj_server *added = &upstream->servers[upstream->count];

	*added = *server;
	for (unsigned i = 0; i < KJ_SOCKETS_PER_SERVER; i++)
		added->sockets[i] = (struct kj_socket){KJ_WATCH_UDP, -1, upstream->count, 0, 0, NULL};
	upstream->count++;
}

/* Lines that say something else, or that cannot be read, are passed over: the file is not ours. */
static void read_resolv_conf(struct kj_upstream *upstream)
{
	FILE *file = fopen(RESOLV_CONF, "re");
	char line[256], text[TEXT_MAX];
	struct kj_server server;

	while (file && upstream->count < KJ_SERVERS_MAX && fgets(line, sizeof line, file))
		if (sscanf(line, " nameserver %127s", text) == 1 && kj_server_parse(text, &server) == 0)
			add_server(upstream, &server);
	if (file)
		fclose(file);
}

int kj_upstream_open(struct kj_upstream *upstream, const char *const *servers, unsigned count, int epoll_fd,
    struct kj_reason *reason)
{
	struct kj_server server;

	*upstream = (struct kj_upstream){.epoll_fd = epoll_fd};
	if (count > KJ_SERVERS_MAX)
		return kj_fail(
		    reason, KJ_EINVAL, "%u DNS servers; at most %d can be used", count, KJ_SERVERS_MAX);
	for (unsigned i = 0; i < count; i++) {
		if (kj_server_parse(servers[i], &server) < 0)
			return kj_fail(
			    reason, KJ_EINVAL, "\"%s\" is not the address of a DNS server", servers[i]);
		add_server(upstream, &server);
	}
	if (!upstream->count)
		read_resolv_conf(upstream);
	if (!upstream->count && kj_server_parse("127.0.0.1", &server) == 0)
		add_server(upstream, &server);
	return 0;
}

static void close_socket(struct kj_socket *sock)
{
	if (sock->fd >= 0)
		close(sock->fd);
	sock->fd = -1;
	sock->sent = sock->rejected = 0;
}

void kj_upstream_close(struct kj_upstream *upstream)
{
	for (unsigned i = 0; i < upstream->count; i++)
		for (unsigned j = 0; j < KJ_SOCKETS_PER_SERVER; j++)
			close_socket(&upstream->servers[i].sockets[j]);
}

static void open_socket(struct kj_upstream *upstream, struct kj_socket *sock)
{
	const struct kj_server *server = &upstream->servers[sock->server];
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = sock};

	sock->fd = socket(server->addr.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (sock->fd < 0)
		return;
	if (connect(sock->fd, (const struct sockaddr *)&server->addr, server->addr_len) < 0 ||
	    epoll_ctl(upstream->epoll_fd, EPOLL_CTL_ADD, sock->fd, &event) < 0)
		close_socket(sock);
}

int kj_upstream_random(struct kj_upstream *upstream, uint16_t *ret_value)
{
	if (upstream->random_left < sizeof *ret_value) {
		if (kj_random(upstream->random, sizeof upstream->random) < 0)
			return -KJ_EIO;
		upstream->random_left = sizeof upstream->random;
	}
	upstream->random_left -= (unsigned)sizeof *ret_value;
	memcpy(ret_value, upstream->random + upstream->random_left, sizeof *ret_value);
	return 0;
}

struct kj_socket *kj_upstream_socket(struct kj_upstream *upstream, unsigned server)
{
	struct kj_socket *sock;
	uint16_t random = 0;

	/* Without randomness, the id cannot be drawn either, and the question is not sent. */
	kj_upstream_random(upstream, &random);
	sock = &upstream->servers[server].sockets[random % KJ_SOCKETS_PER_SERVER];
	if (!sock->tries && (sock->sent >= SENT_MAX || sock->rejected >= REJECTED_MAX))
		close_socket(sock);
	if (sock->fd < 0)
		open_socket(upstream, sock);
	return sock;
}

int kj_upstream_send(struct kj_upstream *upstream, struct kj_socket *sock, const uint8_t *packet, size_t len)
{
	if (sock->fd < 0)
		open_socket(upstream, sock);
	if (sock->fd < 0)
		return -KJ_EIO;
	sock->sent++;
	if (send(sock->fd, packet, len, MSG_NOSIGNAL) >= 0 || errno == EAGAIN || errno == ENOBUFS ||
	    errno == EINTR)
		return 0;
	/* ECONNREFUSED tells of an earlier packet and leaves the socket usable; after anything else (an address of
	 * ours that is gone, no route) only a new socket can do better. */
	if (errno != ECONNREFUSED)
		close_socket(sock);
	return -KJ_EIO;
}

bool kj_upstream_well(const struct kj_upstream *upstream, unsigned not_these)
{
	for (unsigned i = 0; i < upstream->count; i++)
		if (!(not_these >> i & 1) && !upstream->servers[i].probe_ms)
			return true;
	return false;
}

int kj_upstream_pick(struct kj_upstream *upstream, unsigned not_these, int64_t now_ms)
{
	int best = -1;

	for (unsigned i = 0; i < upstream->count; i++) {
		struct kj_server *server = &upstream->servers[i];

		if (not_these >> i & 1)
			continue;
		if (!server->probe_ms)
			return (int)i;
		if (now_ms >= server->probe_ms) {
			server->pause_ms =
			    server->pause_ms * 2 < PAUSE_MAX_MS ? server->pause_ms * 2 : PAUSE_MAX_MS;
			server->probe_ms = now_ms + server->pause_ms;
			return (int)i;
		}
		if (best < 0 || server->probe_ms < upstream->servers[best].probe_ms)
			best = (int)i;
	}
	return best;
}

void kj_upstream_answered(struct kj_server *server, int64_t now_ms)
{
	server->answered_ms = now_ms;
	server->silent = 0;
	server->probe_ms = 0;
	server->pause_ms = 0;
}

void kj_upstream_refused(struct kj_server *server, int64_t now_ms)
{
	if (server->probe_ms)
		return;
	server->pause_ms = PAUSE_MS;
	server->probe_ms = now_ms + server->pause_ms;
}

void kj_upstream_silent(struct kj_server *server, int64_t sent_ms, int64_t now_ms)
{
	/* It has answered something else since: the name is slow, not the server. */
	if (server->answered_ms >= sent_ms)
		return;
	if (++server->silent >= SILENT_MAX)
		kj_upstream_refused(server, now_ms);
}
