/*
 * lookup_world.c - the DNS world of the tests
 */
#include "lookup_world.h"

#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

char nsd_server[32];

static char nsd_dir[PATH_MAX];
static pid_t nsd_pid;

int64_t now_ms(void)
{
	return kj_clock_mono_ms(kj_clock_system());
}

static void nap_ms(int ms)
{
	struct timespec nap = {ms / 1000, (long)(ms % 1000) * 1000000};

	nanosleep(&nap, NULL);
}

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A socket on a free port of 127.0.0.1; of the port given, if it is not 0. */
static int bound(int type, uint16_t *port)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(*port)};
	socklen_t len = sizeof addr;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	getsockname(fd, (struct sockaddr *)&addr, &len);
	*port = ntohs(addr.sin_port);
	return fd;
}

/* UDP and TCP on the same free port. */
static uint16_t bound_pair(int *udp, int *tcp)
{
	for (int i = 0; i < 100; i++) {
		uint16_t port = 0;

		*udp = bound(SOCK_DGRAM, &port);
		*tcp = bound(SOCK_STREAM, &port);
		if (*udp >= 0 && *tcp >= 0)
			return port;
		if (*udp >= 0)
			close(*udp);
	}
	die("no free port");
	return 0;
}

void closed_server(char out[32])
{
	int udp, tcp;

	snprintf(out, 32, "127.0.0.1:%u", bound_pair(&udp, &tcp));
	close(udp);
	close(tcp);
}

static FILE *create(const char *name)
{
	char path[PATH_MAX + 64];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", nsd_dir, name);
	file = fopen(path, "we");
	if (!file)
		die(path);
	return file;
}

static void write_conf(uint16_t port)
{
	const char *srcdir = getenv("KJ_SRCDIR");
	char zones[PATH_MAX];
	FILE *conf = create("nsd.conf");
	struct dirent *entry;
	DIR *dir;

	snprintf(zones, sizeof zones, "%s/tests/unit/zones", srcdir ? srcdir : ".");
	fprintf(conf,
	    "server:\n ip-address: 127.0.0.1@%u\n username: \"\"\n chroot: \"\"\n database: \"\"\n pidfile: "
	    "\"\"\n"
	    " server-count: 1\n rrl-ratelimit: 0\n zonesdir: \"%s\"\n xfrdfile: \"%s/xfrd\"\n"
	    " xfrdir: \"%s\"\n zonelistfile: \"%s/zones\"\n logfile: \"%s/log\"\nremote-control:\n "
	    "control-enable: no\n",
	    port, zones, nsd_dir, nsd_dir, nsd_dir, nsd_dir);
	dir = opendir(zones);
	while (dir && (entry = readdir(dir))) {
		char *suffix = strstr(entry->d_name, ".zone");

		if (suffix)
			fprintf(conf, "zone:\n name: \"%.*s\"\n zonefile: \"%s\"\n",
			    (int)(suffix - entry->d_name), entry->d_name, entry->d_name);
	}
	if (!dir)
		die(zones);
	closedir(dir);
	fclose(conf);
}

/* A bare question ("." NS) until it answers anything. */
static void await_nsd(uint16_t port)
{
	static const uint8_t query[17] = {0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1};
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port)};
	int64_t until = now_ms() + 10000;
	uint8_t reply[512];
	uint16_t own = 0;
	int fd = bound(SOCK_DGRAM, &own);
	struct pollfd ready = {fd, POLLIN, 0};

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	while (now_ms() < until) {
		sendto(fd, query, sizeof query, 0, (struct sockaddr *)&addr, sizeof addr);
		if (poll(&ready, 1, 50) > 0 && recv(fd, reply, sizeof reply, MSG_DONTWAIT) > 0) {
			close(fd);
			return;
		}
		if (waitpid(nsd_pid, NULL, WNOHANG) == nsd_pid)
			break;
	}
	die("nsd does not answer");
}

void nsd_start(void)
{
	const char *tmp = getenv("TMPDIR");
	char conf[PATH_MAX + 16];
	int udp, tcp;
	uint16_t port;

	snprintf(nsd_dir, sizeof nsd_dir, "%s/kanjiki-nsd.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(nsd_dir))
		die(nsd_dir);
	port = bound_pair(&udp, &tcp);
	close(udp);
	close(tcp);
	write_conf(port);
	snprintf(conf, sizeof conf, "%s/nsd.conf", nsd_dir);
	nsd_pid = fork();
	if (nsd_pid == 0) {
		setpgid(0, 0);
		if (!freopen("/dev/null", "w", stderr))
			_exit(127);
		execl("/usr/sbin/nsd", "nsd", "-d", "-c", conf, (char *)NULL);
		_exit(127);
	}
	await_nsd(port);
	snprintf(nsd_server, sizeof nsd_server, "127.0.0.1:%u", port);
}

void nsd_stop(void)
{
	static const char *const files[] = {"nsd.conf", "xfrd", "zones", "log"};
	char path[PATH_MAX + 16];

	kill(nsd_pid, SIGTERM);
	waitpid(nsd_pid, NULL, 0);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", nsd_dir, files[i]);
		unlink(path);
	}
	rmdir(nsd_dir);
}

/* The scripted server. */

struct packet {
	uint8_t data[65536];
	size_t len;
};

static void put(struct packet *packet, const void *data, size_t len)
{
	memcpy(packet->data + packet->len, data, len);
	packet->len += len;
}

static void put16(struct packet *packet, unsigned value)
{
	uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	put(packet, bytes, 2);
}

/* End of the question section. */
static size_t question_end(const uint8_t *query, size_t len)
{
	size_t at = 12;

	while (at < len && query[at])
		at += query[at] + 1U;
	return at + 5;
}

static void name_of(const uint8_t *query, char out[256])
{
	size_t at = 12, len = 0;

	while (query[at]) {
		if (len)
			out[len++] = '.';
		memcpy(out + len, query + at + 1, query[at]);
		len += query[at];
		at += query[at] + 1U;
	}
	out[len] = '\0';
}

static void put_head(struct packet *reply, const uint8_t *query, size_t len, unsigned flags, unsigned answers)
{
	reply->len = 0;
	put(reply, query, question_end(query, len));
	memset(reply->data + 6, 0, 6);
	reply->data[2] = (uint8_t)(0x81 | flags >> 8);
	reply->data[3] = (uint8_t)(0x80 | (flags & 15));
	reply->data[7] = (uint8_t)answers;
}

static void put_rr(struct packet *reply, unsigned type, unsigned ttl, unsigned rdata_len)
{
	put16(reply, 0xc00c);
	put16(reply, type);
	put16(reply, 1);
	put16(reply, 0);
	put16(reply, ttl);
	put16(reply, rdata_len);
}

static void put_answer(
    struct packet *reply, const uint8_t *query, size_t len, const char *addr, int n, unsigned ttl)
{
	unsigned type = query[question_end(query, len) - 3];
	unsigned left = n ? (unsigned)n : 64;
	struct in_addr in;

	put_head(reply, query, len, 0, 1);
	if (type != KJ_DNS_TXT) {
		put_rr(reply, KJ_DNS_A, ttl, 4);
		inet_pton(AF_INET, addr, &in);
		put(reply, &in, 4);
		return;
	}
	put_rr(reply, type, ttl, left + (left + 254) / 255);
	while (left) {
		uint8_t part[256] = {(uint8_t)(left < 255 ? left : 255)};

		memset(part + 1, 't', part[0]);
		put(reply, part, part[0] + 1U);
		left -= part[0];
	}
}

struct exchange {
	struct responder *responder;
	const struct script *row;
	const uint8_t *query;
	size_t len;
	bool tcp;
	int fd; /* the answer goes here */
	struct sockaddr_in peer;
};

static void emit(const struct exchange *x, int fd, const struct packet *reply)
{
	uint8_t prefix[2] = {(uint8_t)(reply->len >> 8), (uint8_t)reply->len};

	if (x->tcp) {
		send(fd, prefix, 2, MSG_NOSIGNAL);
		send(fd, reply->data, reply->len, MSG_NOSIGNAL);
	} else {
		sendto(fd, reply->data, reply->len, 0, (const struct sockaddr *)&x->peer, sizeof x->peer);
	}
}

static void forge(const struct exchange *x, struct packet *reply)
{
	uint16_t port = 0;
	int fd = x->row->act == ACT_WRONG_SOURCE ? bound(SOCK_DGRAM, &port) : x->fd;

	put_answer(reply, x->query, x->len, "203.0.113.66", 0, 300);
	switch (x->row->act) {
	case ACT_WRONG_ID: reply->data[1] ^= 1; break;
	case ACT_WRONG_QUESTION: reply->data[13] ^= 1; break;
	case ACT_WRONG_TYPE: reply->data[question_end(x->query, x->len) - 3] ^= 4; break;
	case ACT_NO_REPLY: reply->data[2] &= 0x7f; break;
	default: break;
	}
	emit(x, fd, reply);
	if (fd != x->fd)
		close(fd);
}

static void put_referral(struct packet *reply, const struct exchange *x)
{
	put_head(reply, x->query, x->len, 0, 0);
	reply->data[9] = 1;
	put_rr(reply, KJ_DNS_NS, 300, 2);
	put16(reply, 0xc00c);
}

static void put_badvers(struct packet *reply, const struct exchange *x)
{
	static const uint8_t opt[] = {0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 0};

	put_head(reply, x->query, x->len, 0, 0);
	reply->data[11] = 1;
	put(reply, opt, sizeof opt);
}

/* What to send in the end; false for nothing. */
static bool make_reply(const struct exchange *x, unsigned seen, struct packet *reply)
{
	const struct script *row = x->row;

	put_answer(reply, x->query, x->len, "192.0.2.1", row->n, row->act == ACT_NO_TTL ? 0 : 300);
	switch (row->act) {
	case ACT_SILENT: return false;
	case ACT_LOSE: return seen > (unsigned)row->n;
	case ACT_HANG:
		if (x->tcp)
			return false;
		put_head(reply, x->query, x->len, 0x200, 0);
		break;
	case ACT_TRUNCATE:
		if (!x->tcp)
			put_head(reply, x->query, x->len, 0x200, 0);
		break;
	case ACT_RCODE: put_head(reply, x->query, x->len, (unsigned)row->n, 0); break;
	case ACT_DELAY: nap_ms(row->n); break;
	case ACT_GARBAGE: reply->len -= 3; break;
	case ACT_LOOP:
		put_head(reply, x->query, x->len, 0, 1);
		put_rr(reply, KJ_DNS_CNAME, 300, 2);
		put16(reply, 0xc00c);
		break;
	case ACT_REFERRAL: put_referral(reply, x); break;
	case ACT_NODATA: put_head(reply, x->query, x->len, 0, 0); break;
	case ACT_NO_RECURSION:
		put_head(reply, x->query, x->len, 0, 0);
		reply->data[3] &= 0x7f;
		break;
	case ACT_BADVERS: put_badvers(reply, x); break;
	case ACT_NO_EDNS:
		if (!x->query[11])
			break;
		put_head(reply, x->query, x->len, 1, 0);
		reply->data[5] = 0;
		reply->len = 12;
		break;
	default: break;
	}
	return true;
}

/* Keep the first packet; put it in the place of the second; false for all others and the first. */
static bool swap_held(struct exchange *x, unsigned seen)
{
	struct responder *responder = x->responder;

	if (seen == 1) {
		memcpy(responder->held, x->query, x->len);
		responder->held_len = x->len;
		responder->held_port = x->peer.sin_port;
	} else if (seen == 2) {
		x->query = responder->held;
		x->len = responder->held_len;
		x->peer.sin_port = responder->held_port;
	}
	return seen == 2;
}

static bool matches(const struct script *row, const char *name, int type)
{
	return (!*row->name || strcmp(row->name, name) == 0) && (!row->type || row->type == type);
}

static void react(struct exchange *x)
{
	static const struct script refuse = {"", ACT_RCODE, 5, 0};
	struct packet *reply = malloc(sizeof *reply);
	char name[256];
	unsigned seen = 0;

	name_of(x->query, name);
	x->row = &refuse;
	for (int i = 0; x->responder->script[i].name; i++)
		if (matches(&x->responder->script[i], name, x->query[question_end(x->query, x->len) - 3])) {
			x->row = &x->responder->script[i];
			seen = ++x->responder->seen[i];
			break;
		}
	if (x->row->act >= ACT_WRONG_ID && x->row->act <= ACT_NO_REPLY)
		forge(x, reply);
	if (x->row->act == ACT_LATE && !swap_held(x, seen)) {
		free(reply);
		return;
	}
	if (make_reply(x, seen, reply))
		emit(x, x->fd, reply);
	free(reply);
}

static void serve_udp(struct responder *responder)
{
	struct exchange x = {.responder = responder, .fd = responder->udp_fd};
	socklen_t peer_len = sizeof x.peer;
	uint8_t query[600];
	ssize_t len = recvfrom(x.fd, query, sizeof query, 0, (struct sockaddr *)&x.peer, &peer_len);

	if (len < 12)
		return;
	atomic_fetch_add(&responder->udp, 1);
	x.query = query;
	x.len = (size_t)len;
	react(&x);
}

/* In two pieces, with the length octets apart, so that the reader has to put them together. */
static void serve_tcp(struct responder *responder)
{
	struct exchange x = {.responder = responder, .tcp = true};
	uint8_t query[600];
	ssize_t len;

	x.fd = accept(responder->tcp_fd, NULL, NULL);
	len = recv(x.fd, query, sizeof query, 0);
	if (len > 14) {
		atomic_fetch_add(&responder->tcp, 1);
		x.query = query + 2;
		x.len = (size_t)len - 2;
		react(&x);
	}
	if (x.row && x.row->act == ACT_HANG)
		return; /* left open until the test ends */
	close(x.fd);
}

static void *responder_run(void *context)
{
	struct responder *responder = context;
	struct pollfd fds[] = {{responder->udp_fd, POLLIN, 0}, {responder->tcp_fd, POLLIN, 0},
	    {responder->stop_fds[0], POLLIN, 0}};

	while (poll(fds, 3, -1) >= 0 && !fds[2].revents) {
		if (fds[0].revents)
			serve_udp(responder);
		if (fds[1].revents)
			serve_tcp(responder);
	}
	return NULL;
}

struct responder *responder_start(const struct script *script)
{
	struct responder *responder = calloc(1, sizeof *responder);
	pthread_t *thread = malloc(sizeof *thread);
	uint16_t port = bound_pair(&responder->udp_fd, &responder->tcp_fd);

	responder->script = script;
	responder->thread = thread;
	snprintf(responder->server, sizeof responder->server, "127.0.0.1:%u", port);
	if (listen(responder->tcp_fd, 16) < 0 || pipe(responder->stop_fds) < 0 ||
	    pthread_create(thread, NULL, responder_run, responder) != 0)
		die("no scripted server");
	return responder;
}

void responder_stop(struct responder *responder)
{
	close(responder->stop_fds[1]);
	pthread_join(*(pthread_t *)responder->thread, NULL);
	close(responder->stop_fds[0]);
	close(responder->udp_fd);
	close(responder->tcp_fd);
	free(responder->thread);
	free(responder);
}

struct kj_resolver *resolver_with(const char *const *servers, uint32_t retry_ms)
{
	struct kj_resolver_config config = {.servers = servers, .retry_ms = retry_ms};
	struct kj_resolver *resolver = NULL;
	struct kj_reason reason;
	int rc;

	while (servers[config.server_count])
		config.server_count++;
	rc = kj_resolver_new(&config, kj_clock_system(), &resolver, &reason);
	ck_assert_msg(rc == 0, "%s", rc ? reason.text : "");
	return resolver;
}

static int64_t test_wall_s(void *context)
{
	(void)context;
	return kj_clock_wall_s(kj_clock_system());
}

static int64_t test_mono_ms(void *context)
{
	struct test_clock *clock = context;

	return (clock->frozen ? 0 : now_ms()) + atomic_load(&clock->ahead_ms);
}

void test_clock_init(struct test_clock *clock)
{
	clock->clock = (struct kj_clock){test_wall_s, test_mono_ms, clock};
	clock->frozen = false;
	atomic_init(&clock->ahead_ms, 0);
}

void waiter_done(void *context, const struct kj_dns_answer *answer)
{
	struct waiter *waiter = context;

	atomic_store(&waiter->answer, kj_dns_answer_ref(answer));
	atomic_fetch_add(&waiter->calls, 1);
}

void waiter_wait(struct waiter *waiter)
{
	int64_t until = now_ms() + 20000;

	while (!atomic_load(&waiter->calls)) {
		ck_assert_msg(now_ms() < until, "no answer at all");
		nap_ms(1);
	}
}

struct kj_dns_answer *ask_for(
    struct kj_resolver *resolver, const char *name, enum kj_dns_type type, int64_t within_ms)
{
	struct waiter waiter = {0};

	ck_assert_int_eq(
	    kj_resolver_ask(resolver, name, type, now_ms() + within_ms, waiter_done, &waiter), 0);
	waiter_wait(&waiter);
	return atomic_load(&waiter.answer);
}
