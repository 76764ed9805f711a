/*
 * share_redis.c - Redis on a unix socket in a folder of its own
 */
#include "share_redis.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kanjiki/clock.h"

const struct kj_share_config share_defaults = {
    .server = "", .user = "", .password = "", .ca_file = "", .prefix = "kanjiki:", .secret = "a secret of the site"};

int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t now_ms(void)
{
	return kj_clock_mono_ms(kj_clock_system());
}

static void pause_ms(int ms)
{
	struct timespec pause = {0, ms * 1000000L};

	nanosleep(&pause, NULL);
}

/* --- Redis ------------------------------------------------------------------------------------------------- */

void redis_new(struct redis *redis)
{
	memset(redis, 0, sizeof *redis);
	snprintf(redis->dir, sizeof redis->dir, "/tmp/kanjiki-redis.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(redis->dir));
	snprintf(redis->server, sizeof redis->server, "unix:%s/socket", redis->dir);
}

static void run(const struct redis *redis, const char *const options[])
{
	const char *argv[40] = {"redis-server", "--port", "0", "--unixsocket", redis->server + 5, "--dir", redis->dir,
	    "--save", "", "--loglevel", "warning"};
	unsigned count = 11;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (; options && *options && count < 39; options++)
		argv[count++] = *options;
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* execv() changes none of them; it only does not say const. */
	execv("/usr/bin/redis-server", (char *const *)(uintptr_t)argv);
	_exit(127);
}

static redisContext *connect_to(const struct redis *redis)
{
	return redisConnectUnixWithTimeout(redis->server + 5, (struct timeval){2, 0});
}

/* It takes commands: even a refusal will do, but not that it is still reading its data. */
static bool answers(const struct redis *redis)
{
	redisContext *context = connect_to(redis);
	redisReply *reply = context && !context->err ? redisCommand(context, "PING") : NULL;
	bool yes = reply && (reply->type != REDIS_REPLY_ERROR || strncmp(reply->str, "LOADING", 7) != 0);

	if (reply)
		freeReplyObject(reply);
	if (context)
		redisFree(context);
	return yes;
}

void redis_start(struct redis *redis, const char *const options[])
{
	int64_t until = now_ns() + 10000000000;

	redis->pid = fork();
	if (redis->pid == 0)
		run(redis, options);
	while (!answers(redis)) {
		ck_assert_msg(waitpid(redis->pid, NULL, WNOHANG) == 0, "redis-server does not start");
		ck_assert_msg(now_ns() < until, "redis-server does not answer");
		pause_ms(5);
	}
}

void redis_kill(struct redis *redis)
{
	if (!redis->pid)
		return;
	kill(redis->pid, SIGKILL);
	waitpid(redis->pid, NULL, 0);
	redis->pid = 0;
}

static void remove_all(const char *dir)
{
	DIR *folder = opendir(dir);
	struct dirent *entry;
	char path[PATH_MAX];

	while (folder && (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		if (unlink(path) < 0 && (errno == EISDIR || errno == EPERM))
			remove_all(path);
	}
	if (folder)
		closedir(folder);
	rmdir(dir);
}

void redis_free(struct redis *redis)
{
	redis_kill(redis);
	remove_all(redis->dir);
}

static long long say(const struct redis *redis, const char *auth, const char *command, const char *script)
{
	redisContext *context = connect_to(redis);
	redisReply *reply;
	long long number = 0;

	ck_assert_msg(context && !context->err, "%s", context ? context->errstr : "no context");
	if (auth) {
		reply = redisCommand(context, auth);
		freeReplyObject(reply);
	}
	reply = redisCommand(context, command, script);
	ck_assert_msg(reply && reply->type != REDIS_REPLY_ERROR, "%s: %s", command, reply ? reply->str : "no reply");
	if (reply->type == REDIS_REPLY_INTEGER)
		number = reply->integer;
	freeReplyObject(reply);
	redisFree(context);
	return number;
}

long long redis_say(const struct redis *redis, const char *auth, const char *command)
{
	return say(redis, auth, command, NULL);
}

long long redis_run(const struct redis *redis, const char *script)
{
	return say(redis, NULL, "EVAL %s 0", script);
}

/* --- Hosts ------------------------------------------------------------------------------------------------- */

static void on_sighting(void *context, const struct kj_sighting *sighting)
{
	struct host *host = context;

	pthread_mutex_lock(&host->lock);
	if (host->heard < sizeof host->mails / sizeof *host->mails)
		host->mails[host->heard] = sighting->mail;
	host->heard++;
	host->from = sighting->host;
	host->heard_ns = now_ns();
	kj_sighting_text(host->domain, sighting->domain);
	pthread_mutex_unlock(&host->lock);
}

static void on_state(void *context, bool connected, const char *why)
{
	struct host *host = context;

	pthread_mutex_lock(&host->lock);
	host->states++;
	host->connected = connected;
	snprintf(host->why, sizeof host->why, "%s", why);
	pthread_mutex_unlock(&host->lock);
}

void host_start(struct host *host, const struct kj_share_config *config)
{
	struct kj_share_events events = {on_sighting, on_state, host};
	struct kj_reason reason = {""};

	memset(host, 0, sizeof *host);
	pthread_mutex_init(&host->lock, NULL);
	ck_assert_msg(kj_share_new(config, &events, kj_clock_system(), &host->share, &reason) == 0, "%s", reason.text);
}

void host_at(struct host *host, const struct redis *redis)
{
	struct kj_share_config config = share_defaults;

	config.server = redis->server;
	host_start(host, &config);
	host_await_connected(host, true);
}

void host_end(struct host *host)
{
	kj_share_free(host->share);
	pthread_mutex_destroy(&host->lock);
}

void host_puts(struct host *host, uint64_t first, unsigned count, int64_t time_s)
{
	for (uint64_t mail = first; mail < first + count; mail++) {
		struct kj_sighting sighting = {.mail = mail, .time_s = time_s};

		snprintf(sighting.domain, sizeof sighting.domain, "d%llu.example", (unsigned long long)mail);
		kj_share_put(host->share, &sighting);
	}
}

#define AWAIT(host, condition)                                                                               \
	for (int64_t until = now_ns() + 10000000000;;) {                                                     \
		bool so;                                                                                     \
		pthread_mutex_lock(&(host)->lock);                                                           \
		so = (condition);                                                                            \
		pthread_mutex_unlock(&(host)->lock);                                                         \
		if (so)                                                                                      \
			break;                                                                               \
		ck_assert_msg(now_ns() < until, "waited in vain: %s; heard %u, %s \"%s\"", #condition,       \
		    (host)->heard, (host)->connected ? "connected" : "gone", (host)->why);                   \
		pause_ms(1);                                                                                 \
	}

void host_await_heard(struct host *host, unsigned count)
{
	AWAIT(host, host->heard >= count);
}

void host_await_connected(struct host *host, bool connected)
{
	AWAIT(host, host->states > 0 && host->connected == connected);
}

struct kj_share_stats host_stats(const struct host *host)
{
	struct kj_share_stats stats;

	kj_share_stats(host->share, &stats);
	return stats;
}

void host_await_told(struct host *host, uint64_t count)
{
	AWAIT(host, host_stats(host).told >= count && host_stats(host).waiting == 0);
}

bool host_heard_mail(struct host *host, uint64_t mail)
{
	bool found = false;

	pthread_mutex_lock(&host->lock);
	for (unsigned i = 0; i < host->heard && i < sizeof host->mails / sizeof *host->mails; i++)
		found |= host->mails[i] == mail;
	pthread_mutex_unlock(&host->lock);
	return found;
}

int64_t host_asks(struct host *host, const char *domain, int within_ms)
{
	uint64_t question = kj_share_ask(host->share, domain);
	int64_t since_s = -1;
	bool known = kj_share_wait(host->share, question, now_ms() + within_ms, &since_s);

	ck_assert(known || since_s == -1);
	return known ? since_s : -1;
}
