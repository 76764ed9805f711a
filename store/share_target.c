/*
 * share_target.c - "unix:/run/redis/redis.sock", "redis.example.net:6379", "192.0.2.1", "[::1]:6379"
 */
#include "share_target.h"

#include <sys/socket.h>
#include <sys/un.h>

#define DEFAULT_PORT "6379"

static int copy(char *to, size_t size, const char *from, size_t len)
{
	if (len == 0 || len >= size)
		return -KJ_EINVAL;
	memcpy(to, from, len);
	to[len] = '\0';
	return 0;
}

static int copy_port(struct kj_target *target, const char *port)
{
	size_t len = strlen(port);

	if (len > 5 || strspn(port, "0123456789") != len || strtoul(port, NULL, 10) - 1 >= 65535)
		return -KJ_EINVAL;
	return copy(target->port, sizeof target->port, port, len);
}

/* "[address]" and perhaps ":port". */
static int parse_bracketed(struct kj_target *target, const char *server)
{
	const char *end = strchr(server, ']');

	if (!end || copy(target->host, sizeof target->host, server + 1, (size_t)(end - server - 1)) < 0)
		return -KJ_EINVAL;
	if (end[1] == '\0')
		return copy_port(target, DEFAULT_PORT);
	return end[1] == ':' ? copy_port(target, end + 2) : -KJ_EINVAL;
}

static int parse(struct kj_target *target, const char *server)
{
	const char *colon = strchr(server, ':');

	if (strncmp(server, "unix:", 5) == 0) {
		target->local = true;
		return copy(target->host, sizeof((struct sockaddr_un *)NULL)->sun_path, server + 5, strlen(server + 5));
	}
	if (server[0] == '[')
		return parse_bracketed(target, server);
	/* More than one colon: a bare IPv6 address. */
	if (!colon || strchr(colon + 1, ':')) {
		if (copy(target->host, sizeof target->host, server, strlen(server)) < 0)
			return -KJ_EINVAL;
		return copy_port(target, DEFAULT_PORT);
	}
	if (copy(target->host, sizeof target->host, server, (size_t)(colon - server)) < 0)
		return -KJ_EINVAL;
	return copy_port(target, colon + 1);
}

static int load_trust(struct kj_target *target, const char *ca_file, struct kj_reason *reason)
{
	int count;

	if (gnutls_certificate_allocate_credentials(&target->trust) < 0)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	if (ca_file[0] == '\0')
		count = gnutls_certificate_set_x509_system_trust(target->trust);
	else
		count = gnutls_certificate_set_x509_trust_file(target->trust, ca_file, GNUTLS_X509_FMT_PEM);
	if (count > 0)
		return 0;
	return kj_fail(reason, KJ_EINVAL, "no certificates to trust in %s%s%s",
	    ca_file[0] ? ca_file : "the system's store", count < 0 ? ": " : "",
	    count < 0 ? gnutls_strerror(count) : "");
}

int kj_target_init(struct kj_target *target, const struct kj_share_config *config, struct kj_reason *reason)
{
	if (parse(target, config->server) < 0)
		return kj_fail(reason, KJ_EINVAL,
		    "\"%s\" is no server: unix:/path, host, host:port, or [IPv6 address]:port is meant",
		    config->server);
	target->tls = config->tls;
	if (!config->tls)
		return 0;
	if (target->local)
		return kj_fail(reason, KJ_EINVAL, "there is no TLS over a unix socket: no name could be checked");
	return load_trust(target, config->ca_file, reason);
}

void kj_target_free(struct kj_target *target)
{
	if (target->trust)
		gnutls_certificate_free_credentials(target->trust);
	target->trust = NULL;
}
