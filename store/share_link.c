/*
 * share_link.c - sockets and GnuTLS
 */
#include "share_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kanjiki/clock.h"
#include "share_name.h"

/* How often to look whether it was called off, and whether the name was found. */
#define LOOK_MS 50
#define NAME_MS 5

/* One piece: GnuTLS makes records of at most so many bytes. */
#define PIECE ((size_t)16384)

struct kj_link {
	int fd;
	gnutls_session_t tls; /* NULL: none */
};

static int fail_errno(struct kj_reason *reason, int error)
{
	char text[128];

	return kj_fail(reason, KJ_EIO, "%s", strerror_r(error, text, sizeof text));
}

/* --- Waiting ----------------------------------------------------------------------------------------------- */

/* Milliseconds for poll(), of at most `most`; -KJ_EIO when it is over. */
static int patience_left(const struct kj_patience *patience, int most, struct kj_reason *reason)
{
	int64_t left_ms = patience->deadline_ms - kj_clock_mono_ms(patience->clock);

	if (left_ms <= 0 || (patience->called_off && atomic_load(patience->called_off)))
		return kj_fail(reason, KJ_EIO, "no answer in time");
	return left_ms < most ? (int)left_ms : most;
}

static int await_fd(int fd, short events, const struct kj_patience *patience, struct kj_reason *reason)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};
	int timeout_ms, ready = 0;

	while (ready == 0 || (ready < 0 && errno == EINTR)) {
		timeout_ms = patience_left(patience, LOOK_MS, reason);
		if (timeout_ms < 0)
			return timeout_ms;
		ready = poll(&poll_fd, 1, timeout_ms);
	}
	return ready < 0 ? fail_errno(reason, errno) : 0;
}

int kj_link_await(struct kj_link *link, bool to_write, const struct kj_patience *patience, struct kj_reason *reason)
{
	return await_fd(link->fd, (short)(to_write ? POLLIN | POLLOUT : POLLIN), patience, reason);
}

/* --- Connecting -------------------------------------------------------------------------------------------- */

static int connected(int fd, const struct kj_patience *patience, struct kj_reason *reason)
{
	int error = 0, rc = await_fd(fd, POLLOUT, patience, reason);
	socklen_t len = sizeof error;

	if (rc < 0)
		return rc;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	return error ? fail_errno(reason, error) : 0;
}

/* A socket that is connected there; or a negative code. */
static int connect_to(
    const struct sockaddr *addr, socklen_t len, const struct kj_patience *patience, struct kj_reason *reason)
{
	int fd = socket(addr->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1, rc = 0;

	if (fd < 0)
		return fail_errno(reason, errno);
	/* A cycle is one write: nothing is gained by waiting for more. It fails for unix sockets, which never wait. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	/* A unix socket whose queue is full says EAGAIN, and must be tried anew. */
	if (connect(fd, addr, len) < 0)
		rc = errno == EINPROGRESS ? connected(fd, patience, reason) : fail_errno(reason, errno);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return fd;
}

static int connect_local(const char *path, const struct kj_patience *patience, struct kj_reason *reason)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	memcpy(addr.sun_path, path, strlen(path) + 1);
	return connect_to((const struct sockaddr *)&addr, sizeof addr, patience, reason);
}

/* One address after the other; the patience is for all of them. */
static int connect_any(const struct addrinfo *list, const struct kj_patience *patience, struct kj_reason *reason)
{
	int rc = kj_fail(reason, KJ_EIO, "no address");

	for (; list; list = list->ai_next) {
		rc = connect_to(list->ai_addr, list->ai_addrlen, patience, reason);
		if (rc >= 0)
			return rc;
	}
	return rc;
}

static int connect_name(const struct kj_target *target, const struct kj_patience *patience, struct kj_reason *reason)
{
	struct kj_name_query *query = kj_name_ask(target->host, target->port);
	const struct addrinfo *list = NULL;
	int answer = 0, rc = 0;

	if (!query)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	while (rc >= 0 && (answer = kj_name_answer(query, &list)) == 0) {
		rc = patience_left(patience, NAME_MS, reason);
		if (rc > 0)
			poll(NULL, 0, rc);
	}
	if (rc >= 0)
		rc = answer > 0 ? connect_any(list, patience, reason)
		                : kj_fail(reason, KJ_EIO, "%s: %s", target->host, gai_strerror(answer));
	else
		kj_fail(reason, KJ_EIO, "%s: its address was not found in time", target->host);
	kj_name_forget(query);
	return rc;
}

/* --- TLS --------------------------------------------------------------------------------------------------- */

static bool is_address(const char *host)
{
	struct in6_addr addr;

	return inet_pton(AF_INET, host, &addr) == 1 || inet_pton(AF_INET6, host, &addr) == 1;
}

/* What GnuTLS has to say: an alert has a name, and a certificate that was not believed has its reasons. */
static int fail_tls(struct kj_link *link, int code, struct kj_reason *reason)
{
	gnutls_datum_t why = {0};

	if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR &&
	    gnutls_certificate_verification_status_print(gnutls_session_get_verify_cert_status(link->tls),
	        GNUTLS_CRT_X509, &why, 0) == 0) {
		kj_fail(reason, KJ_EIO, "TLS: %s", (const char *)why.data);
		gnutls_free(why.data);
		return -KJ_EIO;
	}
	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
		return kj_fail(reason, KJ_EIO, "TLS: the server says: %s",
		    gnutls_alert_get_name(gnutls_alert_get(link->tls)));
	return kj_fail(reason, KJ_EIO, "TLS: %s", gnutls_strerror(code));
}

static int start_tls(struct kj_link *link, const struct kj_target *target)
{
	int rc = gnutls_init(&link->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);

	if (rc < 0)
		return rc;
	gnutls_transport_set_int(link->tls, link->fd);
	if ((rc = gnutls_set_default_priority(link->tls)) < 0 ||
	    (rc = gnutls_credentials_set(link->tls, GNUTLS_CRD_CERTIFICATE, target->trust)) < 0)
		return rc;
	gnutls_session_set_verify_cert(link->tls, target->host, 0);
	if (is_address(target->host))
		return 0; /* RFC 6066 section 3: no addresses in the server name */
	return gnutls_server_name_set(link->tls, GNUTLS_NAME_DNS, target->host, strlen(target->host));
}

static int shake_hands(
    struct kj_link *link, const struct kj_target *target, const struct kj_patience *patience, struct kj_reason *reason)
{
	int code = start_tls(link, target), rc;

	if (code < 0)
		return kj_fail(reason, KJ_EIO, "TLS: %s", gnutls_strerror(code));
	while ((code = gnutls_handshake(link->tls)) < 0) {
		if (gnutls_error_is_fatal(code))
			return fail_tls(link, code, reason);
		if (code != GNUTLS_E_AGAIN && code != GNUTLS_E_INTERRUPTED)
			continue;
		rc = await_fd(link->fd, gnutls_record_get_direction(link->tls) ? POLLOUT : POLLIN, patience, reason);
		if (rc < 0)
			return kj_fail(reason, KJ_EIO, "TLS: no answer in time; is there TLS at this port?");
	}
	return 0;
}

/* --- The contract ------------------------------------------------------------------------------------------ */

int kj_link_open(const struct kj_target *target, const struct kj_patience *patience, struct kj_link **ret_link,
    struct kj_reason *reason)
{
	struct kj_link *link = calloc(1, sizeof *link);
	int rc;

	if (!link)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	link->fd = target->local ? connect_local(target->host, patience, reason)
	                         : connect_name(target, patience, reason);
	rc = link->fd < 0 ? link->fd : target->tls ? shake_hands(link, target, patience, reason) : 0;
	if (rc < 0) {
		kj_link_close(link);
		return rc;
	}
	*ret_link = link;
	return 0;
}

void kj_link_close(struct kj_link *link)
{
	if (!link)
		return;
	if (link->tls) {
		gnutls_bye(link->tls, GNUTLS_SHUT_WR);
		gnutls_deinit(link->tls);
	}
	if (link->fd >= 0)
		close(link->fd);
	free(link);
}

int kj_link_write(struct kj_link *link, const void *data, size_t len, struct kj_reason *reason)
{
	ssize_t n;

	if (link->tls) {
		n = gnutls_record_send(link->tls, data, len < PIECE ? len : PIECE);
		if (n >= 0)
			return (int)n;
		return gnutls_error_is_fatal((int)n) ? fail_tls(link, (int)n, reason) : 0;
	}
	n = send(link->fd, data, len, MSG_NOSIGNAL);
	if (n >= 0)
		return (int)n;
	return errno == EAGAIN || errno == EINTR ? 0 : fail_errno(reason, errno);
}

int kj_link_read(struct kj_link *link, void *out, size_t size, struct kj_reason *reason)
{
	ssize_t n = link->tls ? gnutls_record_recv(link->tls, out, size) : recv(link->fd, out, size, 0);

	if (n > 0)
		return (int)n;
	if (n == 0)
		return kj_fail(reason, KJ_EIO, "Redis closed the connection");
	if (link->tls)
		return gnutls_error_is_fatal((int)n) ? fail_tls(link, (int)n, reason) : 0;
	return errno == EAGAIN || errno == EINTR ? 0 : fail_errno(reason, errno);
}
