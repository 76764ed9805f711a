/*
 * listen.c - opening the milter socket
 *
 * smfi_opensocket(true) removes whatever lies at the path of a unix socket, also that of a daemon at work, which
 * would then run on, unreachable. So we knock first. The mode is given by the umask of the moment of bind(): a
 * chmod() after it would leave an instant in which the MTA is refused, or too many are not.
 */
#include "milter/listen.h"

#include <errno.h>
#include <libmilter/mfapi.h>
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

int kj_listen(const char *socket, uint32_t mode, struct kj_reason *reason)
{
	const char *path = unix_path(socket);
	mode_t before;
	int status;

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
