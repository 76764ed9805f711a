/*
 * flight.c - when what is sent to whom
 *
 * A round asks each server at most once, the best first. Silence means the next server after a wait that doubles
 * each time. An error (SERVFAIL, REFUSED, nonsense) means the next server at once; when every server has answered
 * with an error, that is the answer. Nobody there (port closed, no route) means the next server at once too, but
 * after a whole round of it a wait: a name server that is being restarted must not look like one that is gone.
 *
 * Replies to a question that is open under ids that are not its own are somebody's guesses, and 65,536 of them are
 * certain to hit. After a few the question goes over TCP (RFC 5452 section 9.3), which cannot be guessed; to a server
 * without TCP, after a wait, under another id from a socket chosen anew.
 */
#include "flight.h"

#include "answer.h"
#include "kanjiki/clock.h"

#define TCP_WAIT_MS  3000
#define TCP_MAX      64
#define REFUSALS_MAX 3
#define STEPS_MAX    6
#define ID_DRAWS     32
#define MISSES_MAX   16 /* a forger hits one question of 4,096 before; copies of late answers are fewer */

static struct kj_try **try_bucket(struct kj_resolver *r, uint16_t id)
{
	return &r->tries[id % KJ_TRY_BUCKETS];
}

static bool id_taken(struct kj_resolver *r, const struct kj_socket *sock, uint16_t id)
{
	for (const struct kj_try *try = *try_bucket(r, id); try; try = try->chain)
		if (try->id == id && try->socket == sock)
			return true;
	return false;
}

/* Give the try a socket and an id that nobody else has there. */
static int try_begin(struct kj_resolver *r, struct kj_try *try, unsigned server)
{
	struct kj_socket *sock = kj_upstream_socket(&r->upstream, server);
	uint16_t id;

	for (int draws = 0;; draws++) {
		if (draws == ID_DRAWS || kj_upstream_random(&r->upstream, &id) < 0)
			return -KJ_EIO;
		if (!id_taken(r, sock, id))
			break;
	}
	try->id = id;
	try->socket = sock;
	try->chain = *try_bucket(r, id);
	*try_bucket(r, id) = try;
	try->prev = NULL;
	try->next = sock->tries;
	if (try->next)
		try->next->prev = try;
	sock->tries = try;
	return 0;
}

void kj_try_release(struct kj_resolver *r, struct kj_try *try)
{
	struct kj_try **at;

	if (!try->socket)
		return;
	for (at = try_bucket(r, try->id); *at != try; at = &(*at)->chain)
		;
	*at = try->chain;
	*(try->prev ? &try->prev->next : &try->socket->tries) = try->next;
	if (try->next)
		try->next->prev = try->prev;
	try->socket = NULL;
}

void kj_socket_refused(struct kj_resolver *r, struct kj_socket *sock, int64_t now_ms)
{
	for (struct kj_try *try = sock->tries; try; try = try->next) {
		if (try->flight->server != sock->server || try->flight->paused)
			continue;
		try->flight->refused = true;
		kj_timers_set(&r->timers, &try->flight->timer, now_ms);
	}
}

/* The wait of this step, less up to a sixteenth at random: what was lost together shall not come again together. */
static int64_t wait_ms(struct kj_resolver *r, const struct kj_flight *flight)
{
	int64_t wait = (int64_t)r->config.retry_ms << (flight->step < STEPS_MAX ? flight->step : STEPS_MAX);
	uint16_t random = 0;

	kj_upstream_random(&r->upstream, &random);
	return wait - random * wait / 16 / UINT16_MAX;
}

static void send_to(struct kj_resolver *r, struct kj_flight *flight, unsigned server, int64_t now_ms)
{
	struct kj_try *try = &flight->tries[server];
	bool edns = !(flight->plain >> server & 1) && !r->upstream.servers[server].plain;
	uint8_t packet[KJ_QUERY_MAX];
	size_t len;

	flight->server = server;
	flight->tried |= 1U << server;
	flight->refused = flight->paused = false;
	flight->sends++;
	r->stats.sent++;
	r->stats.retries += flight->sends > 1;
	kj_timers_set(&r->timers, &flight->timer, now_ms + wait_ms(r, flight));
	if (!try->socket && try_begin(r, try, server) < 0) {
		flight->refused = true;
		kj_timers_set(&r->timers, &flight->timer, now_ms);
		return;
	}
	try->sent_ms = now_ms;
	len = kj_query_write(&flight->query, try->id, edns, packet);
	if (kj_upstream_send(&r->upstream, try->socket, packet, len) < 0)
		kj_socket_refused(r, try->socket, now_ms);
}

/* Send to the next server of this round; false if there is none left. */
static bool send_next(struct kj_resolver *r, struct kj_flight *flight, int64_t now_ms)
{
	int server = kj_upstream_pick(&r->upstream, flight->tried | flight->errored, now_ms);

	if (server >= 0)
		send_to(r, flight, (unsigned)server, now_ms);
	return server >= 0;
}

static void pause_flight(struct kj_resolver *r, struct kj_flight *flight, int64_t now_ms)
{
	flight->paused = true;
	kj_timers_set(&r->timers, &flight->timer, now_ms + wait_ms(r, flight));
}

void kj_flight_start(struct kj_resolver *r, struct kj_flight *flight, int64_t now_ms)
{
	flight->started_ms = now_ms;
	kj_flight_stand(&r->window, flight);
	send_next(r, flight, now_ms);
}

static void fail(struct kj_resolver *r, struct kj_flight *flight, enum kj_dns_status status, int64_t now_ms)
{
	kj_flight_finish(r, flight, kj_dns_answer_fixed(status, (enum kj_dns_type)flight->query.type),
	    r->config.failure_ttl_s, now_ms);
}

static enum kj_dns_status failure_of(const struct kj_flight *flight)
{
	return flight->errored || flight->refusals ? KJ_DNS_SERVFAIL : KJ_DNS_TIMEOUT;
}

/* Once more, in a new round if all servers had their turn in this one. */
static void again(struct kj_resolver *r, struct kj_flight *flight, int64_t now_ms)
{
	if (flight->sends >= r->config.attempts) {
		fail(r, flight, failure_of(flight), now_ms);
		return;
	}
	/* A server that is well and lost a packet is a better bet than one that has been silent for a while. */
	if (!kj_upstream_well(&r->upstream, flight->tried | flight->errored) &&
	    kj_upstream_well(&r->upstream, flight->errored))
		flight->tried = 0;
	if (send_next(r, flight, now_ms))
		return;
	flight->tried = 0;
	if (!send_next(r, flight, now_ms))
		fail(r, flight, KJ_DNS_SERVFAIL, now_ms);
}

static void refused(struct kj_resolver *r, struct kj_flight *flight, int64_t now_ms)
{
	flight->refused = false;
	kj_try_release(r, &flight->tries[flight->server]);
	kj_upstream_refused(&r->upstream.servers[flight->server], now_ms);
	if (flight->sends < r->config.attempts && send_next(r, flight, now_ms))
		return;
	if (++flight->refusals >= REFUSALS_MAX || flight->sends >= r->config.attempts) {
		fail(r, flight, KJ_DNS_SERVFAIL, now_ms);
		return;
	}
	pause_flight(r, flight, now_ms);
	flight->step++;
}

/* The server is no use for this question. */
static void erred(struct kj_resolver *r, struct kj_flight *flight, unsigned server, int64_t now_ms)
{
	bool current = server == flight->server;

	flight->errored |= 1U << server;
	if (flight->errored == (1U << r->upstream.count) - 1 ||
	    (current && flight->sends >= r->config.attempts))
		fail(r, flight, KJ_DNS_SERVFAIL, now_ms);
	else if (current && !send_next(r, flight, now_ms))
		pause_flight(r, flight, now_ms);
}

/* The server is to be asked once more, but not now. */
static void later(struct kj_resolver *r, struct kj_flight *flight, unsigned server, int64_t now_ms)
{
	flight->tried &= ~(1U << server);
	pause_flight(r, flight, now_ms);
	flight->step++;
}

static void close_tcp(struct kj_resolver *r, struct kj_flight *flight)
{
	if (!flight->tcp)
		return;
	kj_tcp_free(flight->tcp);
	flight->tcp = NULL;
	r->tcp_count--;
}

void kj_flight_tcp_failed(struct kj_resolver *r, struct kj_flight *flight, int64_t now_ms)
{
	close_tcp(r, flight);
	flight->no_tcp = true;
	if (flight->guessed)
		later(r, flight, flight->server, now_ms);
	else
		erred(r, flight, flight->server, now_ms);
}

void kj_flight_expired(struct kj_resolver *r, struct kj_flight *flight, int64_t now_ms)
{
	bool silent = !flight->refused && !flight->paused && !flight->tcp;

	if (silent)
		kj_upstream_silent(
		    &r->upstream.servers[flight->server], flight->tries[flight->server].sent_ms, now_ms);
	/* Nobody waits any more: not worth another packet, and not enough to call it a failure. */
	if (!flight->askers) {
		kj_flight_drop(r, flight);
	} else if (flight->refused) {
		refused(r, flight, now_ms);
	} else if (flight->tcp) {
		kj_flight_tcp_failed(r, flight, now_ms);
	} else {
		if (silent) {
			kj_window_leave(r, flight);
			flight->step++;
		}
		again(r, flight, now_ms);
	}
}

void kj_flight_plainly(struct kj_resolver *r, struct kj_flight *flight, unsigned server, int64_t now_ms)
{
	if ((flight->plain >> server & 1) || r->upstream.servers[server].plain ||
	    flight->sends >= r->config.attempts) {
		erred(r, flight, server, now_ms);
		return;
	}
	flight->plain |= 1U << server;
	send_to(r, flight, server, now_ms);
}

static void release_tries(struct kj_resolver *r, struct kj_flight *flight)
{
	for (unsigned i = 0; i < r->upstream.count; i++)
		kj_try_release(r, &flight->tries[i]);
}

void kj_flight_by_tcp(struct kj_resolver *r, struct kj_flight *flight, unsigned server, int64_t now_ms)
{
	uint8_t packet[KJ_QUERY_MAX];
	uint16_t id;
	size_t len;

	if (r->tcp_count >= TCP_MAX) {
		later(r, flight, server, now_ms);
		return;
	}
	/* From here on only the connection can bring the answer. */
	release_tries(r, flight);
	flight->server = server;
	flight->refused = flight->paused = false;
	if (kj_upstream_random(&r->upstream, &id) == 0) {
		len = kj_query_write(&flight->query, id, !(flight->plain >> server & 1), packet);
		flight->tcp = kj_tcp_open(&r->upstream.servers[server], r->epoll_fd, packet, len);
	}
	if (!flight->tcp) {
		kj_flight_tcp_failed(r, flight, now_ms);
		return;
	}
	flight->tcp->flight = flight;
	r->tcp_count++;
	r->stats.tcp++;
	kj_timers_set(&r->timers, &flight->timer, now_ms + TCP_WAIT_MS);
}

void kj_flight_missed(struct kj_resolver *r, struct kj_flight *flight, unsigned server, int64_t now_ms)
{
	if (++flight->misses < MISSES_MAX)
		return;
	r->stats.guessed += !flight->guessed;
	flight->guessed = true;
	flight->misses = 0;
	release_tries(r, flight);
	if (flight->no_tcp)
		later(r, flight, server, now_ms);
	else
		kj_flight_by_tcp(r, flight, server, now_ms);
}

static uint32_t keep_s(const struct kj_resolver *r, const struct kj_dns_answer *answer)
{
	uint32_t max = answer->status == KJ_DNS_FOUND ? r->config.ttl_max_s : r->config.negative_ttl_max_s;

	return answer->ttl_s < max ? answer->ttl_s : max;
}

void kj_flight_settle(struct kj_resolver *r, struct kj_flight *flight, unsigned server, int rc,
    const struct kj_dns_answer *answer, int64_t now_ms)
{
	close_tcp(r, flight);
	if (rc < 0) {
		erred(r, flight, server, now_ms);
		return;
	}
	if (flight->plain >> server & 1)
		r->upstream.servers[server].plain = true;
	kj_flight_finish(r, flight, answer, keep_s(r, answer), now_ms);
}
