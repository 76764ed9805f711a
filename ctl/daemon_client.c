/*
 * daemon_client.c - one line to the daemon, lines back
 *
 * The configuration is read here only to learn where the socket is; one with errors is not worth asking the daemon for.
 */
#include "ctl/daemon_client.h"

#include <errno.h>
#include <getopt.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/config_file.h"
#include "kanjiki/snapshot.h"

#define ANSWER_MAX_BYTES (256 * 1024)
#define LINE_MAX_BYTES   256
#define PATIENCE_S       60 /* a reload reads files and compiles phrases */
#define NOBODY           (-2) /* no daemon listens there */

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"socket", required_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int say_error(const char *path, const char *what)
{
	fprintf(stderr, "kanjikictl: %s: %s\n", path, what);
	return -1;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = PATIENCE_S};
	int fd;

	if (strlen(path) >= sizeof address.sun_path)
		return say_error(path, "the path is too long for a socket");
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return say_error(path, strerrordesc_np(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		bool absent = errno == ENOENT || errno == ECONNREFUSED;

		if (!absent)
			say_error(path, strerrordesc_np(errno));
		close(fd);
		return absent ? NOBODY : -1;
	}
	return fd;
}

/* Returns 0, or -1 after the complaint, or NOBODY. */
static int ask(const char *path, const char *command, struct kj_buf *answer)
{
	int fd = connect_to(path);
	char chunk[4096], line[LINE_MAX_BYTES];
	ssize_t got;

	if (fd < 0)
		return fd;
	snprintf(line, sizeof line, "%s\n", command);
	if (send(fd, line, strlen(line), MSG_NOSIGNAL) != (ssize_t)strlen(line)) {
		close(fd);
		return say_error(path, "the daemon does not listen to commands");
	}
	while ((got = read(fd, chunk, sizeof chunk)) > 0)
		kj_buf_add(answer, chunk, (size_t)got);
	close(fd);
	return got < 0 ? say_error(path, "the daemon does not answer") : 0;
}

/* Print the answer line by line; whether its last line says ok. */
static bool print_answer(const char *answer)
{
	bool ok = false;

	while (*answer) {
		int len = (int)strcspn(answer, "\n");

		ok = strncmp(answer, "ok ", 3) == 0;
		if (strncmp(answer, "data ", 5) == 0)
			printf("%.*s\n", len - 5, answer + 5);
		else if (!ok || len > 3)
			fprintf(ok ? stdout : stderr, "%.*s\n", len, answer);
		answer += len;
		answer += *answer == '\n';
	}
	return ok;
}

int kj_daemon_tell(const char *socket_path, const char *command, bool *ret_absent)
{
	struct kj_buf answer = KJ_BUF_INIT(ANSWER_MAX_BYTES);
	int status = KJ_CTL_FAILED, rc = ask(socket_path, command, &answer);

	*ret_absent = rc == NOBODY;
	if (rc == 0) {
		if (print_answer(kj_buf_str(&answer)))
			status = KJ_CTL_OK;
		else if (!answer.len)
			say_error(socket_path, "the daemon closed without an answer");
	}
	kj_buf_free(&answer);
	return status;
}

static int command_at(const char *socket_path, const char *command)
{
	bool absent;
	int status = kj_daemon_tell(socket_path, command, &absent);

	if (absent)
		say_error(socket_path, "no daemon listens there");
	return status;
}

static int command_of_config(const char *conf_path, const char *command)
{
	struct kj_snapshot *snapshot = NULL;
	const char *socket_path;
	int status = KJ_CTL_FAILED;

	if (kj_config_file_load(conf_path, &snapshot) < 0) {
		fputs("kanjikictl: the daemon was not asked; nothing was changed\n", stderr);
		return KJ_CTL_FAILED;
	}
	socket_path = kj_snapshot_settings(snapshot)->control_socket;
	if (*socket_path)
		status = command_at(socket_path, command);
	else
		fputs("kanjikictl: the configuration has no control-socket; SIGUSR1 lets the daemon reload "
		      "without one\n",
		    stderr);
	kj_snapshot_unref(snapshot);
	return status;
}

int kj_daemon_ask(const char *conf_path, const char *socket_path, const char *command)
{
	return socket_path ? command_at(socket_path, command) : command_of_config(conf_path, command);
}

int kj_daemon_command(const struct kj_command *command, int argc, char **argv)
{
	const char *conf_path = NULL, *socket_path = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "c:s:h", options, NULL)) != -1)
		switch (option) {
		case 'c': conf_path = optarg; break;
		case 's': socket_path = optarg; break;
		case 'h': return kj_command_usage(command, KJ_CTL_OK);
		default: return kj_command_usage(command, KJ_CTL_USAGE);
		}
	if (optind != argc || (conf_path && socket_path))
		return kj_command_usage(command, KJ_CTL_USAGE);
	return kj_daemon_ask(conf_path, socket_path, command->name);
}
