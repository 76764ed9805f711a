/*
 * listen.c - opening the milter socket
 *
 * smfi_opensocket(true) removes whatever lies at the path of a unix socket, also that of a daemon at work, which
 * would then run on, unreachable. So we knock first. The mode is given by the umask of the moment of bind(): a
 * chmod() after it would leave an instant in which the MTA is refused, or too many are not.
 *
 * A TCP socket is opened here and handed over as "fd:N" (a patch of Debian's libmilter): accepted sockets inherit
 * TCP_NODELAY from the listening one, and libmilter has no other way to set it. Without it the header edits of a verdict,
 * several small writes, wait for the acknowledgement that the MTA's side delays: 40 ms a mail. A libmilter without
 * the patch opens the socket itself, and is slow.
 */
#include "milter/listen.h"

#include <errno.h>
#include <libmilter/mfapi.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024 /* the kernel cuts it to net.core.somaxconn */

int kj_unix_address(const char *path, struct sockaddr_un *ret_address)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof address.sun_path)
		return -KJ_ERANGE;
	memcpy(address.sun_path, path, strlen(path));
	*ret_address = address;
	return 0;
}

bool kj_unix_answers(const char *path)
{
	struct sockaddr_un address;
	bool answers;
	int fd;

	if (kj_unix_address(path, &address) < 0)
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	/* EAGAIN is a full backlog: somebody is there. */
	answers = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN;
	close(fd);
	return answers;
}

void kj_unix_remove_stale(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) && !kj_unix_answers(path))
		unlink(path);
}

/* The path of a unix socket setting; libmilter takes a bare path for one too. NULL for the other kinds. */
static const char *unix_path(const char *socket)
{
	static const char *const prefixes[] = {"unix:", "local:"};

	for (unsigned i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (strncmp(socket, prefixes[i], strlen(prefixes[i])) == 0)
			return socket + strlen(prefixes[i]);
	return *socket == '/' ? socket : NULL;
}

bool kj_listen_over_tcp(const char *socket)
{
	return strncmp(socket, "inet:", 5) == 0 || strncmp(socket, "inet6:", 6) == 0;
}

/* A listening socket at an address; -1 with errno set. */
static int tcp_bind(const struct addrinfo *info)
{
	int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol), one = 1, saved;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (info->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* Open "inet:PORT@HOST" or "inet6:..." (without HOST: everywhere); -1 after a reason. */
static int tcp_open(const char *where, struct kj_reason *reason)
{
	const char *rest = strchr(where, ':') + 1, *at = strchr(rest, '@');
	struct addrinfo hints = {.ai_family = where[4] == '6' ? AF_INET6 : AF_INET,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE};
	struct addrinfo *found = NULL;
	char port[32], host[256] = "";
	int fd = -1, rc;

	snprintf(port, sizeof port, "%.*s", (int)strcspn(rest, "@"), rest);
	if (at)
		snprintf(host, sizeof host, "%.*s", (int)strcspn(at + 1 + (at[1] == '['), "]"), at + 1 + (at[1] == '['));
	rc = getaddrinfo(*host ? host : NULL, port, &hints, &found);
	if (rc != 0) {
		kj_fail(reason, KJ_EIO, "%s: %s", where, gai_strerror(rc));
		return -1;
	}
	for (const struct addrinfo *info = found; info && fd < 0; info = info->ai_next)
		fd = tcp_bind(info);
	if (fd < 0)
		kj_fail(reason, KJ_EIO, "%s: cannot listen: %s", where, strerrordesc_np(errno));
	freeaddrinfo(found);
	return fd;
}

static int listen_tcp(const char *where, struct kj_reason *reason)
{
	int fd = tcp_open(where, reason);
	char handed[32];

	if (fd < 0)
		return -KJ_EIO;
	snprintf(handed, sizeof handed, "fd:%d", fd);
	if (smfi_setconn(handed) != MI_SUCCESS) {
		close(fd);
		if (smfi_setconn((char *)where) != MI_SUCCESS)
			return kj_fail(reason, KJ_EIO, "%s: libmilter does not understand this socket", where);
	}
	smfi_setbacklog(BACKLOG);
	if (smfi_opensocket(true) != MI_SUCCESS)
		return kj_fail(reason, KJ_EIO, "%s: libmilter cannot listen", where);
	return 0;
}

int kj_listen(const char *socket, uint32_t mode, struct kj_reason *reason)
{
	const char *path = unix_path(socket);
	mode_t before;
	int status;

	if (kj_listen_over_tcp(socket))
		return listen_tcp(socket, reason);
	if (path && kj_unix_answers(path))
		return kj_fail(reason, KJ_EBUSY, "%s: another daemon answers there", socket);
	if (smfi_setconn((char *)socket) != MI_SUCCESS)
		return kj_fail(reason, KJ_EIO, "%s: libmilter does not understand this socket", socket);
	smfi_setbacklog(BACKLOG);
	before = umask(~(mode_t)mode & 0777);
	errno = 0;
	status = smfi_opensocket(true);
	umask(before);
	if (status != MI_SUCCESS)
		return kj_fail(reason, KJ_EIO, "%s: cannot listen%s%s", socket, errno ? ": " : "",
		    errno ? strerrordesc_np(errno) : "");
	return 0;
}

void kj_listen_end(const char *socket)
{
	const char *path = unix_path(socket);

	if (path)
		kj_unix_remove_stale(path);
}
