/*
 * control.c - the control socket
 *
 * Everything is bounded: clients, bytes of a command, bytes of an answer, seconds of a client. Whoever is beyond a
 * bound is closed.
 */
#include "milter/control.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "milter/listen.h"

#define COMMAND_MAX_BYTES 256
#define ANSWER_MAX_BYTES  (256 * 1024)
#define CLIENT_MAX_MS     5000

struct client {
	int fd; /* -1: free */
	int64_t since_ms;
	char command[COMMAND_MAX_BYTES];
	size_t len;
	struct kj_buf answer;
	size_t sent;
	bool answered;
};

struct kj_control {
	int fd;
	char *path;
	struct client clients[KJ_CONTROL_CLIENTS];
};

static void drop(struct client *client)
{
	close(client->fd);
	kj_buf_free(&client->answer);
	*client = (struct client){.fd = -1};
}

static int listen_on(const char *path, struct kj_reason *reason)
{
	struct sockaddr_un sun;
	int fd;

	if (kj_unix_address(path, &sun) < 0)
		return kj_fail(reason, KJ_EIO, "%s: the path is too long for a socket", path);
	if (kj_unix_answers(path))
		return kj_fail(reason, KJ_EBUSY, "%s: another daemon answers there", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return kj_fail(reason, KJ_EIO, "%s: %s", path, strerrordesc_np(errno));
	kj_unix_remove_stale(path);
	/* The daemon's umask is 0077, so the socket never exists with another mode. */
	if (bind(fd, (struct sockaddr *)&sun, sizeof sun) < 0 || chmod(path, 0600) < 0 ||
	    listen(fd, KJ_CONTROL_CLIENTS) < 0) {
		kj_fail(reason, KJ_EIO, "%s: %s", path, strerrordesc_np(errno));
		close(fd);
		return -KJ_EIO;
	}
	return fd;
}

int kj_control_open(const char *path, struct kj_control **ret_control, struct kj_reason *reason)
{
	struct kj_control *control = calloc(1, sizeof *control);
	int fd;

	if (!control || !(control->path = strdup(path))) {
		free(control);
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	}
	for (unsigned i = 0; i < KJ_CONTROL_CLIENTS; i++)
		control->clients[i].fd = -1;
	fd = listen_on(path, reason);
	if (fd < 0) {
		free(control->path);
		free(control);
		return fd;
	}
	control->fd = fd;
	*ret_control = control;
	return 0;
}

void kj_control_close(struct kj_control *control)
{
	if (!control)
		return;
	for (unsigned i = 0; i < KJ_CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			drop(&control->clients[i]);
	close(control->fd);
	unlink(control->path);
	free(control->path);
	free(control);
}

unsigned kj_control_poll(const struct kj_control *control, struct pollfd *fds)
{
	unsigned count = 0;

	fds[count++] = (struct pollfd){.fd = control->fd, .events = POLLIN};
	for (unsigned i = 0; i < KJ_CONTROL_CLIENTS; i++) {
		const struct client *client = &control->clients[i];

		/* poll() passes over a descriptor of -1, so that places in both tables agree. */
		fds[count++] =
		    (struct pollfd){.fd = client->fd, .events = client->answered ? POLLOUT : POLLIN};
	}
	return count;
}

int kj_control_busy(const struct kj_control *control)
{
	for (unsigned i = 0; i < KJ_CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			return 1;
	return 0;
}

static void take_client(struct kj_control *control, int64_t now_ms)
{
	int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	for (unsigned i = 0; i < KJ_CONTROL_CLIENTS; i++)
		if (control->clients[i].fd < 0) {
			control->clients[i] = (struct client){
			    .fd = fd, .since_ms = now_ms, .answer = KJ_BUF_INIT(ANSWER_MAX_BYTES)};
			return;
		}
	close(fd);
}

/* Read on; true once a whole line has come. */
static bool read_command(struct client *client)
{
	ssize_t got =
	    read(client->fd, client->command + client->len, sizeof client->command - 1 - client->len);
	char *end;

	if (got <= 0) {
		if (got == 0 || (errno != EAGAIN && errno != EINTR))
			drop(client);
		return false;
	}
	client->len += (size_t)got;
	end = memchr(client->command, '\n', client->len);
	if (!end) {
		if (client->len == sizeof client->command - 1)
			drop(client);
		return false;
	}
	*end = '\0';
	return true;
}

static void write_answer(struct client *client)
{
	ssize_t sent = send(client->fd, kj_buf_str(&client->answer) + client->sent,
	    client->answer.len - client->sent, MSG_NOSIGNAL);

	if (sent < 0) {
		if (errno != EAGAIN && errno != EINTR)
			drop(client);
		return;
	}
	client->sent += (size_t)sent;
	if (client->sent == client->answer.len)
		drop(client);
}

static void serve_client(struct client *client, kj_control_command *run, void *context)
{
	if (!client->answered) {
		if (!read_command(client))
			return;
		run(context, client->command, &client->answer);
		client->answered = true;
	}
	write_answer(client);
}

void kj_control_serve(struct kj_control *control, const struct pollfd *fds, unsigned count, int64_t now_ms,
    kj_control_command *run, void *context)
{
	for (unsigned i = 1; i < count; i++) {
		struct client *client = &control->clients[i - 1];

		if (client->fd < 0)
			continue;
		if (fds[i].revents)
			serve_client(client, run, context);
		else if (now_ms - client->since_ms > CLIENT_MAX_MS)
			drop(client);
	}
	if (fds[0].revents & POLLIN)
		take_client(control, now_ms);
}
