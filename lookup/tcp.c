/*
 * tcp.c - one question over TCP
 */
#include "tcp.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

struct kj_tcp *kj_tcp_open(const struct kj_server *server, int epoll_fd, const uint8_t *query, size_t len)
{
	struct kj_tcp *tcp = calloc(1, sizeof *tcp + 2 + len);
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = tcp};

	if (!tcp)
		return NULL;
	tcp->watch = KJ_WATCH_TCP;
	tcp->epoll_fd = epoll_fd;
	tcp->out[0] = (uint8_t)(len >> 8);
	tcp->out[1] = (uint8_t)len;
	memcpy(tcp->out + 2, query, len);
	tcp->out_len = 2 + len;
	tcp->fd = socket(server->addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (tcp->fd < 0 ||
	    (connect(tcp->fd, (const struct sockaddr *)&server->addr, server->addr_len) < 0 &&
	        errno != EINPROGRESS) ||
	    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, tcp->fd, &event) < 0) {
		kj_tcp_free(tcp);
		return NULL;
	}
	return tcp;
}

void kj_tcp_free(struct kj_tcp *tcp)
{
	if (!tcp)
		return;
	if (tcp->fd >= 0)
		close(tcp->fd);
	free(tcp->in);
	free(tcp);
}

static bool try_later(void)
{
	return errno == EAGAIN || errno == EINTR || errno == EINPROGRESS;
}

static int step_out(struct kj_tcp *tcp)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = tcp};
	ssize_t n = send(tcp->fd, tcp->out + tcp->out_done, tcp->out_len - tcp->out_done, MSG_NOSIGNAL);

	if (n < 0)
		return try_later() ? 0 : -KJ_EIO;
	tcp->out_done += (size_t)n;
	if (tcp->out_done == tcp->out_len && epoll_ctl(tcp->epoll_fd, EPOLL_CTL_MOD, tcp->fd, &event) < 0)
		return -KJ_EIO;
	return 0;
}

/* Read up to `want` bytes in all into `to`: 1 they are there, 0 not yet. */
static int fill(struct kj_tcp *tcp, uint8_t *to, size_t want)
{
	while (tcp->in_done < want) {
		ssize_t n = recv(tcp->fd, to + tcp->in_done, want - tcp->in_done, 0);

		if (n < 0)
			return try_later() ? 0 : -KJ_EIO;
		if (n == 0)
			return -KJ_EIO;
		tcp->in_done += (size_t)n;
	}
	return 1;
}

int kj_tcp_step(struct kj_tcp *tcp)
{
	int rc;

	if (tcp->out_done < tcp->out_len) {
		rc = step_out(tcp);
		if (rc < 0 || tcp->out_done < tcp->out_len)
			return rc;
	}
	if (!tcp->in) {
		rc = fill(tcp, tcp->head, sizeof tcp->head);
		if (rc <= 0)
			return rc;
		tcp->in_len = (size_t)tcp->head[0] << 8 | tcp->head[1];
		tcp->in_done = 0;
		tcp->in = tcp->in_len ? malloc(tcp->in_len) : NULL;
		if (!tcp->in)
			return -KJ_EIO;
	}
	return fill(tcp, tcp->in, tcp->in_len);
}
