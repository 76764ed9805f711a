/*
 * share_redis.h - a real Redis of the test's own, and hosts that remember together through it
 */
#ifndef KJ_TEST_SHARE_REDIS_H
#define KJ_TEST_SHARE_REDIS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kanjiki/share.h"

struct redis {
	char dir[64];	  /* its data, and the socket */
	char server[128]; /* "unix:DIR/socket" */
	pid_t pid;
};

/* redis_new - a folder for one; redis_start - run it there with options ("--appendonly yes"), and wait until it
 * answers; redis_kill - with SIGKILL; redis_free - the same, and remove the folder. They end the test on failure. It
 * dies with the test. */
void redis_new(struct redis *redis);
void redis_start(struct redis *redis, const char *const options[]);
void redis_kill(struct redis *redis);
void redis_free(struct redis *redis);

/* redis_say - one command as the default user, or as whom `auth` says ("AUTH password"; NULL); its reply as a number,
 * or 0 */
long long redis_say(const struct redis *redis, const char *auth, const char *command);

/* redis_run - a script in Lua; its result */
long long redis_run(const struct redis *redis, const char *script);

/* What a host heard. */
struct host {
	struct kj_share *share;
	pthread_mutex_t lock;
	unsigned heard;
	uint64_t mails[4096];	/* of the first ones, which mails they were */
	uint64_t from;		/* the host of the last */
	char domain[KJ_SIGHTING_TEXT]; /* of the last */
	int64_t heard_ns;	/* when that was */
	unsigned states;	/* how often something was said about the connection */
	bool connected;		/* as said last */
	char why[512];
};

extern const struct kj_share_config share_defaults;

/* host_start - with a configuration; host_at - with the defaults on this Redis, and wait until it is connected */
void host_start(struct host *host, const struct kj_share_config *config);
void host_at(struct host *host, const struct redis *redis);
void host_end(struct host *host);

/* host_puts - mails first to first + count - 1, each from a domain of its own ("d7.example") at this time */
void host_puts(struct host *host, uint64_t first, unsigned count, int64_t time_s);

/* Wait until it is so; the test fails after ten seconds. */
void host_await_heard(struct host *host, unsigned count);
void host_await_connected(struct host *host, bool connected);
void host_await_told(struct host *host, uint64_t count);
bool host_heard_mail(struct host *host, uint64_t mail);

/* host_asks - since when is the domain known; -1 for no answer within the milliseconds */
int64_t host_asks(struct host *host, const char *domain, int within_ms);

struct kj_share_stats host_stats(const struct host *host);

/* The monotonic clock. */
int64_t now_ns(void);
int64_t now_ms(void);

#endif
