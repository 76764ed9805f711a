/*
 * test_share_wire.c - who is at the other end: TLS with a real Redis, and servers that are no Redis
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kanjiki/clock.h"
#include "share_redis.h"
#include "suite.h"

static struct host host;

/* --- What is no server ------------------------------------------------------------------------------------- */

static const struct {
	const char *label, *server, *ca_file;
	bool tls;
	const char *why;
} refused[] = {
    {"nothing", "", "", false, "no server"},
    {"no host", ":6379", "", false, "no server"},
    {"no path", "unix:", "", false, "no server"},
    {"a path that no socket can have",
        "unix:/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "",
        false, "no server"},
    {"port 0", "localhost:0", "", false, "no server"},
    {"port 65536", "localhost:65536", "", false, "no server"},
    {"a port in words", "localhost:redis", "", false, "no server"},
    {"no port", "localhost:", "", false, "no server"},
    {"an open bracket", "[::1", "", false, "no server"},
    {"junk behind the bracket", "[::1]6379", "", false, "no server"},
    {"TLS without a name", "unix:/run/redis.sock", "", true, "no TLS"},
    {"no certificates", "localhost", "/nonexistent/ca.pem", true, "/nonexistent/ca.pem"},
    {"a file that has none", "localhost", "/etc/passwd", true, "/etc/passwd"},
};

static void ignore_state(void *context, bool connected, const char *why)
{
	(void)context, (void)connected, (void)why;
}

START_TEST(what_is_no_server_is_refused_with_the_reason)
{
	struct kj_share_config config = share_defaults;
	struct kj_share_events events = {.state = ignore_state};
	struct kj_share *share = NULL;
	struct kj_reason reason = {""};

	config.server = refused[_i].server;
	config.tls = refused[_i].tls;
	config.ca_file = refused[_i].ca_file;
	ck_assert_msg(kj_share_new(&config, &events, kj_clock_system(), &share, &reason) == -KJ_EINVAL, "%s", refused[_i].label);
	ck_assert_msg(strstr(reason.text, refused[_i].why), "%s: %s", refused[_i].label, reason.text);
	ck_assert_ptr_null(share);
}
END_TEST

static const struct {
	const char *server, *why;
} absent[] = {
    {"127.0.0.1:1", "refused"},
    {"[::1]:1", ""},
    {"::1", ""},
    {"nonexistent.invalid", "nonexistent.invalid"},
};

START_TEST(a_server_that_is_not_there_is_said)
{
	struct kj_share_config config = share_defaults;

	config.server = absent[_i].server;
	host_start(&host, &config);
	host_await_connected(&host, false);
	ck_assert_msg(strstr(host.why, absent[_i].why) && host.why[0], "%s: %s", absent[_i].server, host.why);
	host_end(&host);
}
END_TEST

/* --- What is no Redis -------------------------------------------------------------------------------------- */

enum then { CLOSE, HOLD, REPEAT, FLOOD };

#define TEN(text) text text text text text text text text text text

static const struct {
	const char *label, *reply;
	enum then then;
	const char *why;
} impostors[] = {
    {"silence", "", HOLD, "no answer"},
    {"the end", "", CLOSE, ""},
    {"half a reply", "*1\r\n$-", HOLD, "no answer"},
    {"half a reply and the end", "*1\r\n$10\r\nabc", CLOSE, ""},
    {"the web", "HTTP/1.1 400 Bad Request\r\n\r\n", HOLD, "no reply of a Redis"},
    {"a list of two thousand millions", "*2000000000\r\n", HOLD, "too big"},
    {"a string of two thousand millions", "$2000000000\r\n", FLOOD, "more than was asked for"},
    {"a line without an end", "+" TEN(TEN("xxxxxxxxxx")), FLOOD, "more than was asked for"},
    {"lists in lists", TEN("*1\r\n"), HOLD, "no reply of a Redis"},
    {"long lists in long lists", "*4096\r\n*4096\r\n*4096\r\n*0\r\n" TEN(TEN("*4096\r\n")), REPEAT, ""},
    {"endless replies", "*0\r\n", REPEAT, ""},
    {"numbers", ":1\r\n:2\r\n:3\r\n", HOLD, "something else"},
    {"a stream without entries", "*1\r\n$-1\r\n*0\r\n*1\r\n*2\r\n+k\r\n*1\r\n*2\r\n+x-1\r\n*0\r\n", HOLD, "something else"},
    {"one reply too many", "*1\r\n$-1\r\n*0\r\n*-1\r\n+OK\r\n", HOLD, "more than was asked for"},
    {"an old one", "-ERR unknown command `ZMSCORE`\r\n", HOLD, "Redis 6.2 or later is needed"},
    {"one that loads", "-LOADING Redis is loading the dataset in memory\r\n", HOLD, "LOADING"},
    {"words that disturb a log", "-ERR \x1b[31m\x07\xff\r\n", HOLD, "Redis says: ERR ?[31m??"},
    {"a refusal and the end", "-DENIED Redis is running in protected mode\r\n", CLOSE, ""},
};

struct impostor {
	int listener, row, stop[2];
};

/* All of it; false when the other side has enough or the test is over. */
static bool send_all(const struct impostor *impostor, int fd, const char *data, size_t len)
{
	while (len) {
		struct pollfd fds[2] = {{.fd = fd, .events = POLLOUT}, {.fd = impostor->stop[0], .events = POLLIN}};
		ssize_t n;

		if (poll(fds, 2, -1) < 0 || fds[1].revents)
			return false;
		n = send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			return false;
		data += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Until the other side is gone, or the test is over. */
static void hold(const struct impostor *impostor, int fd)
{
	struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = impostor->stop[0], .events = POLLIN}};
	char data[4096];

	while (poll(fds, 2, -1) > 0 && !fds[1].revents && recv(fd, data, sizeof data, 0) > 0)
		;
}

static void deceive(const struct impostor *impostor, int fd)
{
	const char *reply = impostors[impostor->row].reply;
	enum then then = impostors[impostor->row].then;
	char data[4096];

	if (recv(fd, data, sizeof data, 0) <= 0 || !send_all(impostor, fd, reply, strlen(reply)))
		return;
	if (then == HOLD)
		hold(impostor, fd);
	while (then == REPEAT && send_all(impostor, fd, reply, strlen(reply)))
		;
	memset(data, 'x', sizeof data);
	while (then == FLOOD && send_all(impostor, fd, data, sizeof data))
		;
}

static void *serve(void *context)
{
	struct impostor *impostor = context;
	struct pollfd fds[2] = {{.fd = impostor->listener, .events = POLLIN}, {.fd = impostor->stop[0], .events = POLLIN}};

	while (poll(fds, 2, -1) > 0 && !fds[1].revents) {
		int fd = accept4(impostor->listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0) {
			deceive(impostor, fd);
			close(fd);
		}
	}
	return NULL;
}

static int listen_at(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_uint_lt(strlen(path), sizeof addr.sun_path);
	memcpy(addr.sun_path, path, strlen(path));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	return fd;
}

START_TEST(what_is_no_redis_does_no_harm)
{
	struct kj_share_config config = share_defaults;
	struct impostor impostor = {.row = _i};
	struct redis place;
	pthread_t thread;

	redis_new(&place);
	impostor.listener = listen_at(place.server + 5);
	ck_assert_int_eq(pipe(impostor.stop), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, serve, &impostor), 0);
	config.server = place.server;
	host_start(&host, &config);
	host_await_connected(&host, false);
	ck_assert_msg(strstr(host.why, impostors[_i].why) && host.why[0], "%s: %s", impostors[_i].label, host.why);
	ck_assert_uint_eq(host.states, 1);
	ck_assert_uint_eq(host.heard, 0);
	host_end(&host);
	ck_assert_int_eq(write(impostor.stop[1], "", 1), 1);
	pthread_join(thread, NULL);
	close(impostor.listener);
	redis_free(&place);
}
END_TEST

/* --- TLS --------------------------------------------------------------------------------------------------- */

static struct redis redis;
static char port[8], certificates[2][96], keys[2][96];

static void free_port(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof addr;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	close(fd);
	snprintf(port, sizeof port, "%u", ntohs(addr.sin_port));
}

/* Signed by itself: it is trusted by whoever has it as a file. */
static void make_certificate(unsigned which, const char *names)
{
	char extension[128];
	pid_t pid;
	int status = -1;

	snprintf(certificates[which], sizeof certificates[which], "%s/%u.pem", redis.dir, which);
	snprintf(keys[which], sizeof keys[which], "%s/%u.key", redis.dir, which);
	snprintf(extension, sizeof extension, "subjectAltName=%s", names);
	pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(127);
		execlp("openssl", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
		    "-subj", "/CN=redis of a test", "-days", "2", "-addext", extension, "-keyout", keys[which], "-out",
		    certificates[which], (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
}

static void tls_up(void)
{
	redis_new(&redis);
	free_port();
	make_certificate(0, "DNS:localhost");
	make_certificate(1, "DNS:localhost");
	redis_start(&redis, (const char *const[]){"--tls-port", port, "--tls-cert-file", certificates[0], "--tls-key-file", keys[0],
	                        "--tls-ca-cert-file", certificates[0], "--tls-auth-clients", "no", NULL});
}

static void tls_down(void)
{
	redis_free(&redis);
}

static const struct {
	const char *label, *name;
	bool tls;
	unsigned trusted;
	bool good;
	const char *why;
} ends[] = {
    {"the certificate that is trusted, and the name in it", "localhost", true, 0, true, ""},
    {"another certificate is trusted", "localhost", true, 1, false, "certificate"},
    {"another name", "127.0.0.1", true, 0, false, "name"},
    {"no TLS where there should be", "localhost", false, 0, false, ""},
};

START_TEST(tls_wants_a_certificate_that_is_trusted_and_the_name_in_it)
{
	struct kj_share_config config = share_defaults;
	char server[64];

	snprintf(server, sizeof server, "%s:%s", ends[_i].name, port);
	config.server = server;
	config.tls = ends[_i].tls;
	config.ca_file = certificates[ends[_i].trusted];
	host_start(&host, &config);
	host_await_connected(&host, ends[_i].good);
	ck_assert_uint_eq(host.states, 1);
	ck_assert_msg(strstr(host.why, ends[_i].why), "%s: %s", ends[_i].label, host.why);
	host_end(&host);
}
END_TEST

START_TEST(an_address_in_the_certificate_is_a_name_too)
{
	struct kj_share_config config = share_defaults;
	char server[64];

	redis_kill(&redis);
	make_certificate(1, "IP:127.0.0.1");
	redis_start(&redis, (const char *const[]){"--tls-port", port, "--tls-cert-file", certificates[1], "--tls-key-file", keys[1],
	                        "--tls-ca-cert-file", certificates[1], "--tls-auth-clients", "no", NULL});
	snprintf(server, sizeof server, "127.0.0.1:%s", port);
	config.server = server;
	config.tls = true;
	config.ca_file = certificates[1];
	host_start(&host, &config);
	host_await_connected(&host, true);
	host_end(&host);
}
END_TEST

START_TEST(much_goes_through_tls_both_ways)
{
	struct kj_share_config config = share_defaults;
	struct host other;
	char server[64];

	snprintf(server, sizeof server, "localhost:%s", port);
	config.server = server;
	config.tls = true;
	config.ca_file = certificates[0];
	host_start(&host, &config);
	host_start(&other, &config);
	host_await_connected(&host, true);
	host_await_connected(&other, true);
	host_puts(&host, 1, 5000, 1800000000);
	host_puts(&other, 10001, 5000, 1800000000);
	host_await_heard(&host, 5000);
	host_await_heard(&other, 5000);
	ck_assert_int_eq(host_asks(&host, "d10001.example", 5000), 1800000000);
	host_end(&host);
	host_end(&other);
}
END_TEST

START_TEST(a_redis_without_tls_is_no_redis_with_tls)
{
	struct kj_share_config config = share_defaults;
	char server[64];

	redis_kill(&redis);
	redis_start(&redis, (const char *const[]){"--port", port, NULL});
	snprintf(server, sizeof server, "localhost:%s", port);
	config.server = server;
	config.tls = true;
	config.ca_file = certificates[0];
	host_start(&host, &config);
	host_await_connected(&host, false);
	ck_assert_ptr_nonnull(strstr(host.why, "TLS"));
	host_end(&host);
}
END_TEST

START_TEST(a_redis_that_wants_a_certificate_of_ours_says_so)
{
	struct kj_share_config config = share_defaults;
	char server[64];

	redis_kill(&redis);
	redis_start(&redis, (const char *const[]){"--tls-port", port, "--tls-cert-file", certificates[0], "--tls-key-file", keys[0],
	                        "--tls-ca-cert-file", certificates[0], NULL});
	snprintf(server, sizeof server, "localhost:%s", port);
	config.server = server;
	config.tls = true;
	config.ca_file = certificates[0];
	host_start(&host, &config);
	host_await_connected(&host, false);
	ck_assert_msg(strstr(host.why, "ertificate"), "%s", host.why);
	host_end(&host);
}
END_TEST

static TCase *strange(void)
{
	TCase *tc = tcase_create("strange");

	tcase_set_timeout(tc, 60);
	add_rows(tc, what_is_no_server_is_refused_with_the_reason, refused);
	add_rows(tc, a_server_that_is_not_there_is_said, absent);
	add_rows(tc, what_is_no_redis_does_no_harm, impostors);
	return tc;
}

static TCase *tls(void)
{
	TCase *tc = tcase_create("tls");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, tls_up, tls_down);
	add_rows(tc, tls_wants_a_certificate_that_is_trusted_and_the_name_in_it, ends);
	tcase_add_test(tc, an_address_in_the_certificate_is_a_name_too);
	tcase_add_test(tc, much_goes_through_tls_both_ways);
	tcase_add_test(tc, a_redis_without_tls_is_no_redis_with_tls);
	tcase_add_test(tc, a_redis_that_wants_a_certificate_of_ours_says_so);
	return tc;
}

int main(void)
{
	Suite *suite = suite_create("share_wire");

	suite_add_tcase(suite, strange());
	suite_add_tcase(suite, tls());
	return suite_run(suite);
}
