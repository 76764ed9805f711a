/*
 * resolver.c - the resolver's contract and its thread
 *
 * A question is sent by the thread that asks it, under the lock; the resolver's own thread is woken for it only
 * if it would sleep past the question's first wait. While questions come in, it therefore looks at its timers a
 * bit more often than that wait, and is hardly ever woken by hand: that spares a system call and a change of
 * threads for each question. After a second without any it sleeps until it is woken.
 */
#include "kanjiki/resolver.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "answer.h"
#include "flight.h"
#include "kanjiki/clock.h"

#define EVENTS    64
#define ACTIVE_MS 1000

static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
	return value ? value : otherwise;
}

static struct kj_resolver_config with_defaults(const struct kj_resolver_config *config)
{
	return (struct kj_resolver_config){
	    .retry_ms = or_default(config->retry_ms, 300),
	    .attempts = or_default(config->attempts, 5),
	    .in_flight_max = or_default(config->in_flight_max, 256),
	    .queue_max = or_default(config->queue_max, 262144),
	    .cache_max = or_default(config->cache_max, 32768),
	    .cache_bytes_max = or_default(config->cache_bytes_max, 16 << 20),
	    .ttl_max_s = or_default(config->ttl_max_s, 86400),
	    .negative_ttl_max_s = or_default(config->negative_ttl_max_s, 3600),
	    .failure_ttl_s = or_default(config->failure_ttl_s, 5),
	};
}

static void expire(struct kj_resolver *r, int64_t now_ms)
{
	struct kj_timer *timer;

	while ((timer = kj_timers_next(&r->timers)) && timer->at_ms <= now_ms) {
		kj_timers_clear(&r->timers, timer);
		if (timer->kind == KJ_TIMER_ASKER)
			kj_asker_expired(r, (struct kj_asker *)(void *)timer);
		else
			kj_flight_expired(r, (struct kj_flight *)(void *)timer, now_ms);
	}
}

static void start_queued(struct kj_resolver *r, int64_t now_ms)
{
	while (r->queue.first && kj_window_has_room(r, now_ms)) {
		struct kj_flight *flight = r->queue.first;

		kj_flight_leave(flight);
		kj_flight_start(r, flight, now_ms);
	}
}

/* When there is something to do at the latest, if nothing comes in. */
static int64_t next_ms(const struct kj_resolver *r)
{
	const struct kj_timer *timer = kj_timers_next(&r->timers);
	int64_t at_ms = timer ? timer->at_ms : INT64_MAX;
	int64_t opens_ms = r->queue.first ? kj_window_opens_ms(r) : INT64_MAX;

	return opens_ms < at_ms ? opens_ms : at_ms;
}

/* How long to sleep, for epoll_wait(); notes when that will be. */
static int sleep_ms(struct kj_resolver *r, int64_t now_ms)
{
	int64_t at_ms = next_ms(r);
	int64_t look_ms = now_ms + r->config.retry_ms - r->config.retry_ms / 8;

	if (now_ms - r->active_ms < ACTIVE_MS && look_ms < at_ms)
		at_ms = look_ms;
	r->wake_at_ms = at_ms;
	if (at_ms == INT64_MAX)
		return -1;
	if (at_ms <= now_ms)
		return 0;
	return at_ms - now_ms > 60000 ? 60000 : (int)(at_ms - now_ms);
}

static void drain_wake(struct kj_resolver *r)
{
	uint64_t count;

	if (read(r->wake_fd, &count, sizeof count) < 0)
		return; /* somebody was faster; nothing is lost */
}

static void dispatch(struct kj_resolver *r, const struct epoll_event *event)
{
	switch (*(const enum kj_watch *)event->data.ptr) {
	case KJ_WATCH_WAKE: drain_wake(r); break;
	case KJ_WATCH_UDP: kj_inbox_udp(r, event->data.ptr); break;
	case KJ_WATCH_TCP: kj_inbox_tcp(r, event->data.ptr); break;
	}
}

static void sleep_and_read(struct kj_resolver *r, int64_t now_ms)
{
	struct epoll_event events[EVENTS];
	int timeout_ms = sleep_ms(r, now_ms), count;

	r->sleeping = true;
	pthread_mutex_unlock(&r->lock);
	count = epoll_wait(r->epoll_fd, events, EVENTS, timeout_ms);
	pthread_mutex_lock(&r->lock);
	r->sleeping = false;
	for (int i = 0; i < count; i++)
		dispatch(r, &events[i]);
}

static void end_all(struct kj_resolver *r)
{
	for (unsigned i = 0; i < KJ_FLIGHT_BUCKETS; i++)
		while (r->flights[i])
			kj_flight_finish(r, r->flights[i],
			    kj_dns_answer_fixed(KJ_DNS_TIMEOUT, (enum kj_dns_type)r->flights[i]->query.type),
			    0, 0);
	kj_askers_deliver(r);
}

static void *run(void *context)
{
	struct kj_resolver *r = context;

	pthread_mutex_lock(&r->lock);
	while (!r->closing) {
		int64_t now_ms = kj_clock_mono_ms(r->clock);

		expire(r, now_ms);
		start_queued(r, now_ms);
		if (r->ready_first)
			kj_askers_deliver(r);
		else
			sleep_and_read(r, now_ms);
	}
	end_all(r);
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* The thread inherits the mask of whoever makes it: block all for that moment, so that no signal is ever its. */
static int start_thread(struct kj_resolver *r)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&r->thread, NULL, run, r);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		pthread_setname_np(r->thread, "resolver");
	return rc ? -KJ_EIO : 0;
}

static void release(struct kj_resolver *r)
{
	kj_upstream_close(&r->upstream);
	kj_timers_free(&r->timers);
	kj_cache_free(r->cache);
	if (r->epoll_fd >= 0)
		close(r->epoll_fd);
	if (r->wake_fd >= 0)
		close(r->wake_fd);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static int open_all(struct kj_resolver *r, const struct kj_resolver_config *config, struct kj_reason *reason)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = &r->wake_watch};
	int rc;

	r->cache = kj_cache_new(r->config.cache_max, r->config.cache_bytes_max);
	if (!r->cache)
		return kj_fail(reason, KJ_ENOMEM, "no memory for the DNS cache");
	if (kj_hash_key_random(&r->key) < 0)
		return kj_fail(reason, KJ_EIO, "no random numbers: %s", strerror(errno));
	r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->epoll_fd < 0 || r->wake_fd < 0 ||
	    epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, r->wake_fd, &event) < 0)
		return kj_fail(reason, KJ_EIO, "no event queue for the resolver: %s", strerror(errno));
	rc = kj_upstream_open(&r->upstream, config->servers, config->server_count, r->epoll_fd, reason);
	if (rc < 0)
		return rc;
	if (start_thread(r) < 0)
		return kj_fail(reason, KJ_EIO, "no thread for the resolver");
	return 0;
}

int kj_resolver_new(const struct kj_resolver_config *config, const struct kj_clock *clock,
    struct kj_resolver **ret_resolver, struct kj_reason *reason)
{
	struct kj_resolver *r = calloc(1, sizeof *r);
	int rc;

	if (!r)
		return kj_fail(reason, KJ_ENOMEM, "no memory for the resolver");
	r->epoll_fd = r->wake_fd = -1;
	r->wake_watch = KJ_WATCH_WAKE;
	r->clock = clock;
	r->config = with_defaults(config);
	r->active_ms = INT64_MIN / 2;
	pthread_mutex_init(&r->lock, NULL);
	rc = open_all(r, config, reason);
	if (rc < 0) {
		release(r);
		return rc;
	}
	*ret_resolver = r;
	return 0;
}

static void wake(struct kj_resolver *r)
{
	uint64_t one = 1;

	/* It fails only if the counter is full, and then the thread is awake. */
	if (write(r->wake_fd, &one, sizeof one) < 0)
		return;
}

void kj_resolver_free(struct kj_resolver *resolver)
{
	if (!resolver)
		return;
	pthread_mutex_lock(&resolver->lock);
	resolver->closing = true;
	pthread_mutex_unlock(&resolver->lock);
	wake(resolver);
	pthread_join(resolver->thread, NULL);
	release(resolver);
}

/* With the lock held: open a flight for the question, or join the one that is open. */
static int join_or_start(struct kj_resolver *r, const struct kj_query *query, uint64_t hash,
    int64_t deadline_ms, kj_dns_done_fn *done, void *context)
{
	struct kj_flight *flight = kj_flight_find(r, query, hash);
	bool joins = flight != NULL, waits = r->queue.first || !kj_window_has_room(r, r->active_ms);
	int rc;

	if (!joins && waits && r->queue.count + r->slow.count >= r->config.queue_max)
		return -KJ_EBUSY;
	if (!joins)
		flight = kj_flight_new(r, query, hash);
	if (!flight)
		return -KJ_ENOMEM;
	rc = kj_asker_add(r, flight, deadline_ms, done, context);
	if (rc < 0) {
		if (!joins)
			kj_flight_drop(r, flight);
		return rc;
	}
	if (joins)
		r->stats.joined++;
	else if (waits)
		kj_flight_stand(&r->queue, flight);
	else
		kj_flight_start(r, flight, r->active_ms);
	return 0;
}

/* With the lock held: whether the thread would sleep too long; only one asker is told so. */
static bool oversleeps(struct kj_resolver *r)
{
	if (!r->sleeping || next_ms(r) >= r->wake_at_ms)
		return false;
	r->sleeping = false;
	return true;
}

static int ask(struct kj_resolver *resolver, const char *name, enum kj_dns_type type, int64_t deadline_ms,
    bool fresh, kj_dns_done_fn *done, void *context)
{
	const struct kj_dns_answer *cached = NULL;
	struct kj_query query;
	bool must_wake = false;
	uint64_t hash;
	int rc = 0;

	if (!kj_dns_type_known(type))
		return -KJ_EINVAL;
	if (kj_query_init(&query, name, type) < 0) {
		done(context, kj_dns_answer_fixed(KJ_DNS_BADNAME, type));
		return 0;
	}
	hash = kj_hash(&resolver->key, query.name, query.len) + type;
	pthread_mutex_lock(&resolver->lock);
	resolver->active_ms = kj_clock_mono_ms(resolver->clock);
	resolver->stats.asked++;
	if (resolver->closing)
		rc = -KJ_ECLOSED;
	else if (!fresh)
		cached = kj_cache_get(resolver->cache, &query, hash, resolver->active_ms);
	if (cached) {
		cached = kj_dns_answer_ref(cached);
		resolver->stats.cache_hits++;
	} else if (rc == 0) {
		rc = join_or_start(resolver, &query, hash, deadline_ms, done, context);
		must_wake = oversleeps(resolver);
	}
	pthread_mutex_unlock(&resolver->lock);
	if (must_wake)
		wake(resolver);
	if (cached)
		done(context, cached);
	kj_dns_answer_unref(cached);
	return rc;
}

int kj_resolver_ask(struct kj_resolver *resolver, const char *name, enum kj_dns_type type,
    int64_t deadline_ms, kj_dns_done_fn *done, void *context)
{
	return ask(resolver, name, type, deadline_ms, false, done, context);
}

int kj_resolver_ask_fresh(struct kj_resolver *resolver, const char *name, enum kj_dns_type type,
    int64_t deadline_ms, kj_dns_done_fn *done, void *context)
{
	return ask(resolver, name, type, deadline_ms, true, done, context);
}

void kj_resolver_stats(struct kj_resolver *resolver, struct kj_resolver_stats *ret_stats)
{
	pthread_mutex_lock(&resolver->lock);
	*ret_stats = resolver->stats;
	ret_stats->in_flight = resolver->window.count + resolver->slow.count;
	ret_stats->queued = resolver->queue.count;
	ret_stats->cached = kj_cache_count(resolver->cache);
	pthread_mutex_unlock(&resolver->lock);
}
