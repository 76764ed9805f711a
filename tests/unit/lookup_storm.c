/*
 * lookup_storm.c - the sockets and packets of a server that is a function
 */
#include "lookup_storm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static int bound(int type, uint16_t port)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), yes = 1, room = 4 << 20;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	else
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof addr) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof addr;

	return getsockname(fd, (struct sockaddr *)&addr, &len) == 0 ? ntohs(addr.sin_port) : 0;
}

static void open_sockets(struct storm *storm, uint16_t port)
{
	for (int i = 0; i < 100; i++) {
		storm->udp_fd = bound(SOCK_DGRAM, port);
		if (storm->udp_fd < 0)
			break;
		storm->port = port_of(storm->udp_fd);
		storm->tcp_fd = bound(SOCK_STREAM, storm->port);
		if (storm->tcp_fd >= 0)
			return;
		close(storm->udp_fd);
	}
	die("no port for the server");
}

uint32_t storm_hash(const char *name)
{
	uint32_t hash = 2166136261U;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619U;
	return hash ^ hash >> 15;
}

/* The question in text form; false if it is none. */
static bool understand(struct storm_query *query)
{
	size_t at = 12, len = 0;

	while (at < query->len && query->data[at]) {
		size_t n = query->data[at];

		if (at + n + 1 >= query->len || len + n + 1 >= sizeof query->name)
			return false;
		if (len)
			query->name[len++] = '.';
		memcpy(query->name + len, query->data + at + 1, n);
		len += n;
		at += n + 1;
	}
	query->name[len] = '\0';
	if (at + 5 > query->len)
		return false;
	query->type = query->data[at + 2];
	return true;
}

static size_t question_end(const struct storm_query *query)
{
	return 12 + (*query->name ? strlen(query->name) + 1 : 0) + 5;
}

void storm_begin(const struct storm_query *query, struct storm_reply *reply)
{
	reply->len = question_end(query);
	memcpy(reply->data, query->data, reply->len);
	reply->data[2] = 0x81;
	reply->data[3] = 0x80;
	memset(reply->data + 6, 0, 6);
}

static void put(struct storm_reply *reply, const void *bytes, size_t len)
{
	if (reply->len + len > sizeof reply->data)
		die("the reply is too long");
	memcpy(reply->data + reply->len, bytes, len);
	reply->len += len;
}

static void put16(struct storm_reply *reply, unsigned value)
{
	put(reply, (uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static size_t to_wire(const char *name, uint8_t out[256])
{
	size_t at = 0;

	while (*name) {
		size_t n = strcspn(name, ".");

		out[at++] = (uint8_t)n;
		memcpy(out + at, name, n);
		at += n;
		name += n + (name[n] == '.');
	}
	out[at++] = 0;
	return at;
}

void storm_add(struct storm_reply *reply, const char *owner, unsigned type, const void *rdata, size_t len)
{
	uint8_t wire[256];
	unsigned count = (unsigned)(reply->data[6] << 8 | reply->data[7]) + 1;

	put(reply, wire, to_wire(owner, wire));
	put16(reply, type);
	put16(reply, 1);
	put16(reply, 0);
	put16(reply, 300);
	put16(reply, (unsigned)len);
	put(reply, rdata, len);
	reply->data[6] = (uint8_t)(count >> 8);
	reply->data[7] = (uint8_t)count;
}

void storm_add_a(struct storm_reply *reply, const char *owner, const char *addr)
{
	struct in_addr in;

	inet_pton(AF_INET, addr, &in);
	storm_add(reply, owner, 1, &in, 4);
}

void storm_add_cname(struct storm_reply *reply, const char *owner, const char *target)
{
	uint8_t wire[256];

	storm_add(reply, owner, 5, wire, to_wire(target, wire));
}

void storm_send_bytes(struct storm_query *query, const void *bytes, size_t len)
{
	if (query->tcp)
		send(query->fd, bytes, len, MSG_NOSIGNAL);
	else
		sendto(query->fd, bytes, len, 0, (const struct sockaddr *)&query->peer, sizeof query->peer);
}

void storm_send(struct storm_query *query, const struct storm_reply *reply)
{
	uint8_t prefix[2] = {(uint8_t)(reply->len >> 8), (uint8_t)reply->len};

	if (query->tcp)
		storm_send_bytes(query, prefix, 2);
	storm_send_bytes(query, reply->data, reply->len);
}

void storm_answer(struct storm_query *query)
{
	struct storm_reply reply;

	storm_begin(query, &reply);
	storm_add_a(&reply, query->name, "192.0.2.1");
	storm_send(query, &reply);
}

void storm_truncate(struct storm_query *query)
{
	struct storm_reply reply;

	storm_begin(query, &reply);
	reply.data[2] |= 2;
	storm_send(query, &reply);
}

static void serve_udp(struct storm *storm)
{
	struct storm_query query = {.storm = storm, .fd = storm->udp_fd};
	socklen_t peer_len = sizeof query.peer;
	ssize_t len =
	    recvfrom(query.fd, query.data, sizeof query.data, 0, (struct sockaddr *)&query.peer, &peer_len);

	query.len = len < 0 ? 0 : (size_t)len;
	if (query.len < 12 || !understand(&query))
		return;
	atomic_fetch_add(&storm->udp, 1);
	storm->fn(&query);
}

static void serve_tcp(struct storm *storm)
{
	struct storm_query query = {.storm = storm, .tcp = true, .fd = accept(storm->tcp_fd, NULL, NULL)};
	uint8_t head[2];

	if (query.fd < 0)
		return;
	if (recv(query.fd, head, 2, MSG_WAITALL) == 2) {
		size_t want = (size_t)head[0] << 8 | head[1];

		if (want <= sizeof query.data &&
		    recv(query.fd, query.data, want, MSG_WAITALL) == (ssize_t)want)
			query.len = want;
	}
	if (query.len >= 12 && understand(&query)) {
		atomic_fetch_add(&storm->tcp, 1);
		storm->fn(&query);
	}
	if (query.keep_open && storm->kept < 128)
		storm->kept_fds[storm->kept++] = query.fd;
	else
		close(query.fd);
}

static void *run(void *context)
{
	struct storm *storm = context;
	struct pollfd fds[] = {
	    {storm->udp_fd, POLLIN, 0}, {storm->stop_fds[0], POLLIN, 0}, {storm->tcp_fd, POLLIN, 0}};

	while (poll(fds, 3, -1) >= 0 && !fds[1].revents) {
		if (fds[0].revents)
			serve_udp(storm);
		if (fds[2].revents)
			serve_tcp(storm);
	}
	return NULL;
}

struct storm *storm_start(storm_fn *fn, uint16_t port, int flags)
{
	struct storm *storm = calloc(1, sizeof *storm);
	pthread_t *thread = malloc(sizeof *thread);

	open_sockets(storm, port);
	storm->fn = fn;
	storm->thread = thread;
	snprintf(storm->server, sizeof storm->server, "127.0.0.1:%u", storm->port);
	if (flags & STORM_NO_TCP) {
		close(storm->tcp_fd);
		storm->tcp_fd = -1;
	} else if (listen(storm->tcp_fd, 256) < 0) {
		die("listen");
	}
	if (pipe(storm->stop_fds) < 0 || pthread_create(thread, NULL, run, storm) != 0)
		die("no thread for the server");
	return storm;
}

void storm_stop(struct storm *storm)
{
	close(storm->stop_fds[1]);
	pthread_join(*(pthread_t *)storm->thread, NULL);
	close(storm->stop_fds[0]);
	close(storm->udp_fd);
	if (storm->tcp_fd >= 0)
		close(storm->tcp_fd);
	while (storm->kept)
		close(storm->kept_fds[--storm->kept]);
	free(storm->held);
	free(storm->thread);
	free(storm);
}
