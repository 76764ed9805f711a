/*
 * spf_way.c - making an SPF check and keeping all it tells
 */
#include "ctl/spf_way.h"

#include <pthread.h>

#include "kanjiki/arena.h"
#include "kanjiki/clock.h"

#define ARENA_MAX   (16U << 20)
#define EVENTS_STEP 32
#define LONGEST_MS  20000 /* RFC 7208 section 4.6.4: at least 20 seconds for a check that nobody waits for */

struct walk {
	struct kj_spf_way *way;
	pthread_mutex_t lock;
	pthread_cond_t over;
	bool done;
};

static const char *keep(struct kj_spf_way *way, const char *text)
{
	const char *copy = text ? kj_arena_strdup(way->arena, text) : NULL;

	way->incomplete |= text && !copy;
	return copy;
}

static struct kj_spf_event *next_event(struct kj_spf_way *way)
{
	struct kj_spf_event *more;

	if (way->count == way->size) {
		more = realloc(way->events, (way->size + EVENTS_STEP) * sizeof *more);
		if (!more)
			return NULL;
		way->events = more;
		way->size += EVENTS_STEP;
	}
	return &way->events[way->count++];
}

static void observe(void *context, const struct kj_spf_event *event)
{
	struct kj_spf_way *way = ((struct walk *)context)->way;
	struct kj_spf_event *copy = next_event(way);

	if (!copy) {
		way->incomplete = true;
		return;
	}
	*copy = *event;
	copy->answer = kj_dns_answer_ref(event->answer);
	copy->name = keep(way, event->name);
	copy->domain = keep(way, event->domain);
	copy->term = event->term ? kj_arena_strndup(way->arena, event->term, event->term_len) : NULL;
	if (!copy->name || !copy->domain || (event->term && !copy->term)) {
		kj_dns_answer_unref(copy->answer);
		way->count--;
		way->incomplete = true;
	}
}

static void done(void *context, const struct kj_spf_outcome *outcome)
{
	struct walk *walk = context;
	struct kj_spf_way *way = walk->way;

	way->outcome = *outcome;
	way->outcome.domain = keep(way, outcome->domain);
	way->outcome.reason = keep(way, outcome->reason);
	way->outcome.explanation = keep(way, outcome->explanation);
	way->outcome.record = keep(way, outcome->record);
	pthread_mutex_lock(&walk->lock);
	walk->done = true;
	pthread_cond_signal(&walk->over);
	pthread_mutex_unlock(&walk->lock);
}

int kj_spf_way_walk(struct kj_resolver *resolver, const struct kj_clock *clock,
    const struct kj_spf_request *request, struct kj_spf_way *way)
{
	struct walk walk = {way, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
	struct kj_spf_request observed = *request;
	int64_t start_ms = kj_clock_mono_ms(clock);
	int rc;

	*way = (struct kj_spf_way){.arena = kj_arena_new(ARENA_MAX)};
	observed.deadline_ms = start_ms + LONGEST_MS;
	observed.observe = observe;
	rc = way->arena ? kj_spf_check(resolver, &observed, done, &walk) : -KJ_ENOMEM;
	pthread_mutex_lock(&walk.lock);
	while (rc == 0 && !walk.done)
		pthread_cond_wait(&walk.over, &walk.lock);
	pthread_mutex_unlock(&walk.lock);
	way->took_ms = kj_clock_mono_ms(clock) - start_ms;
	if (rc == 0 && (!way->outcome.domain || !way->outcome.reason))
		rc = -KJ_ENOMEM;
	if (rc < 0)
		kj_spf_way_free(way);
	return rc;
}

void kj_spf_way_free(struct kj_spf_way *way)
{
	for (unsigned i = 0; i < way->count; i++)
		kj_dns_answer_unref(way->events[i].answer);
	free(way->events);
	kj_arena_free(way->arena);
	*way = (struct kj_spf_way){0};
}
