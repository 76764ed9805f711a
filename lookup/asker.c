/*
 * asker.c - flights and those who wait for them
 */
#include "flight.h"

#include "answer.h"

static struct kj_flight **flight_at(struct kj_resolver *r, const struct kj_query *query, uint64_t hash)
{
	struct kj_flight **at = &r->flights[hash % KJ_FLIGHT_BUCKETS];

	for (; *at; at = &(*at)->chain)
		if ((*at)->hash == hash && (*at)->query.type == query->type &&
		    (*at)->query.len == query->len && memcmp((*at)->query.name, query->name, query->len) == 0)
			break;
	return at;
}

struct kj_flight *kj_flight_find(struct kj_resolver *r, const struct kj_query *query, uint64_t hash)
{
	return *flight_at(r, query, hash);
}

struct kj_flight *kj_flight_new(struct kj_resolver *r, const struct kj_query *query, uint64_t hash)
{
	struct kj_flight **bucket = &r->flights[hash % KJ_FLIGHT_BUCKETS];
	struct kj_flight *flight = calloc(1, sizeof *flight + r->upstream.count * sizeof(struct kj_try));

	if (!flight || kj_timers_reserve(&r->timers) < 0) {
		free(flight);
		return NULL;
	}
	flight->timer.kind = KJ_TIMER_FLIGHT;
	flight->hash = hash;
	flight->query = *query;
	for (unsigned i = 0; i < r->upstream.count; i++)
		flight->tries[i].flight = flight;
	flight->chain = *bucket;
	*bucket = flight;
	return flight;
}

void kj_flight_stand(struct kj_flight_line *line, struct kj_flight *flight)
{
	flight->line = line;
	flight->next = NULL;
	flight->prev = line->last;
	*(line->last ? &line->last->next : &line->first) = flight;
	line->last = flight;
	line->count++;
}

void kj_flight_leave(struct kj_flight *flight)
{
	struct kj_flight_line *line = flight->line;

	if (!line)
		return;
	*(flight->prev ? &flight->prev->next : &line->first) = flight->next;
	*(flight->next ? &flight->next->prev : &line->last) = flight->prev;
	line->count--;
	flight->line = NULL;
}

void kj_flight_drop(struct kj_resolver *r, struct kj_flight *flight)
{
	*flight_at(r, &flight->query, flight->hash) = flight->chain;
	kj_flight_leave(flight);
	for (unsigned i = 0; i < r->upstream.count; i++)
		kj_try_release(r, &flight->tries[i]);
	if (flight->tcp) {
		kj_tcp_free(flight->tcp);
		r->tcp_count--;
	}
	kj_timers_clear(&r->timers, &flight->timer);
	kj_timers_release(&r->timers);
	free(flight);
}

int kj_asker_add(
    struct kj_resolver *r, struct kj_flight *flight, int64_t deadline_ms, kj_dns_done_fn *done, void *context)
{
	struct kj_asker *asker = calloc(1, sizeof *asker);

	if (!asker || kj_timers_reserve(&r->timers) < 0) {
		free(asker);
		return -KJ_ENOMEM;
	}
	asker->timer.kind = KJ_TIMER_ASKER;
	asker->flight = flight;
	asker->done = done;
	asker->context = context;
	asker->next = flight->askers;
	if (asker->next)
		asker->next->prev = asker;
	flight->askers = asker;
	kj_timers_set(&r->timers, &asker->timer, deadline_ms);
	return 0;
}

/* Take the asker from its flight and put it behind the others that are ready. */
static void make_ready(struct kj_resolver *r, struct kj_asker *asker, const struct kj_dns_answer *answer)
{
	*(asker->prev ? &asker->prev->next : &asker->flight->askers) = asker->next;
	if (asker->next)
		asker->next->prev = asker->prev;
	asker->prev = asker->next = NULL;
	asker->flight = NULL;
	asker->answer = kj_dns_answer_ref(answer);
	kj_timers_clear(&r->timers, &asker->timer);
	kj_timers_release(&r->timers);
	*(r->ready_last ? &r->ready_last->next : &r->ready_first) = asker;
	r->ready_last = asker;
	r->stats.timeouts += answer->status == KJ_DNS_TIMEOUT;
	r->stats.servfails += answer->status == KJ_DNS_SERVFAIL;
}

void kj_asker_expired(struct kj_resolver *r, struct kj_asker *asker)
{
	struct kj_flight *flight = asker->flight;

	make_ready(r, asker, kj_dns_answer_fixed(KJ_DNS_TIMEOUT, (enum kj_dns_type)flight->query.type));
	if (flight->line == &r->queue && !flight->askers)
		kj_flight_drop(r, flight);
}

void kj_flight_finish(struct kj_resolver *r, struct kj_flight *flight, const struct kj_dns_answer *answer,
    uint32_t ttl_s, int64_t now_ms)
{
	if (ttl_s)
		kj_cache_put(r->cache, &flight->query, flight->hash, answer, now_ms + (int64_t)ttl_s * 1000);
	while (flight->askers)
		make_ready(r, flight->askers, answer);
	kj_flight_drop(r, flight);
}

void kj_askers_deliver(struct kj_resolver *r)
{
	struct kj_asker *asker = r->ready_first, *next;

	r->ready_first = r->ready_last = NULL;
	pthread_mutex_unlock(&r->lock);
	for (; asker; asker = next) {
		next = asker->next;
		asker->done(asker->context, asker->answer);
		kj_dns_answer_unref(asker->answer);
		free(asker);
	}
	pthread_mutex_lock(&r->lock);
}
