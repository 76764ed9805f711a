/*
 * timers.c - a binary heap of timers that know their place
 */
#include "timers.h"

#include "kanjiki/err.h"

int kj_timers_reserve(struct kj_timers *timers)
{
	if (timers->reserved + 1 >= timers->size) {
		size_t size = timers->size ? timers->size * 2 : 64;
		struct kj_timer **heap = realloc(timers->heap, size * sizeof *heap);

		if (!heap)
			return -KJ_ENOMEM;
		timers->heap = heap;
		timers->size = size;
	}
	timers->reserved++;
	return 0;
}

void kj_timers_release(struct kj_timers *timers)
{
	timers->reserved--;
}

static void put(struct kj_timers *timers, size_t place, struct kj_timer *timer)
{
	timers->heap[place] = timer;
	timer->place = place;
}

static void rise(struct kj_timers *timers, struct kj_timer *timer)
{
	size_t place = timer->place;

	for (; place > 1 && timers->heap[place / 2]->at_ms > timer->at_ms; place /= 2)
		put(timers, place, timers->heap[place / 2]);
	put(timers, place, timer);
}

static void sink(struct kj_timers *timers, struct kj_timer *timer)
{
	size_t place = timer->place;

	for (;;) {
		size_t child = place * 2;

		if (child < timers->count && timers->heap[child + 1]->at_ms < timers->heap[child]->at_ms)
			child++;
		if (child > timers->count || timers->heap[child]->at_ms >= timer->at_ms)
			break;
		put(timers, place, timers->heap[child]);
		place = child;
	}
	put(timers, place, timer);
}

void kj_timers_set(struct kj_timers *timers, struct kj_timer *timer, int64_t at_ms)
{
	timer->at_ms = at_ms;
	if (!timer->place)
		put(timers, ++timers->count, timer);
	rise(timers, timer);
	sink(timers, timer);
}

void kj_timers_clear(struct kj_timers *timers, struct kj_timer *timer)
{
	size_t place = timer->place;
	struct kj_timer *last;

	if (!place)
		return;
	last = timers->heap[timers->count--];
	timer->place = 0;
	if (last == timer)
		return;
	put(timers, place, last);
	rise(timers, last);
	sink(timers, last);
}

struct kj_timer *kj_timers_next(const struct kj_timers *timers)
{
	return timers->count ? timers->heap[1] : NULL;
}

void kj_timers_free(struct kj_timers *timers)
{
	free(timers->heap);
	*timers = (struct kj_timers){0};
}
