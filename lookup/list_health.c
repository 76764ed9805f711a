/*
 * list_health.c - the records of all lists under one lock, and the changes that are still to be told
 */
#include "kanjiki/list_health.h"

#include <pthread.h>

#include "kanjiki/clock.h"
#include "kanjiki/err.h"
#include "list_record.h"

#define RECORDS_MAX  256
#define EVENTS_MAX   64
#define SLEEP_MAX_MS 3600000

struct kj_list_health {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const struct kj_clock *clock;
	uint32_t every_ms;
	bool closed, woken;
	struct kj_list_record *records[RECORDS_MAX];
	unsigned count;
	struct kj_list_event events[EVENTS_MAX]; /* a ring; the oldest is dropped when nobody takes them */
	unsigned first_event, event_count;
};

const char *kj_list_state_name(enum kj_list_state state)
{
	static const char *const names[] = {"unproven", "healthy", "failing"};

	return (unsigned)state < sizeof names / sizeof *names ? names[state] : "unknown";
}

struct kj_list_health *kj_list_health_new(const struct kj_clock *clock)
{
	struct kj_list_health *health = calloc(1, sizeof *health);
	pthread_condattr_t attributes;

	if (!health)
		return NULL;
	health->clock = clock;
	pthread_mutex_init(&health->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&health->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return health;
}

void kj_list_health_free(struct kj_list_health *health)
{
	if (!health)
		return;
	for (unsigned i = 0; i < health->count; i++)
		free(health->records[i]);
	pthread_cond_destroy(&health->changed);
	pthread_mutex_destroy(&health->lock);
	free(health);
}

static struct kj_list_now now(const struct kj_list_health *health)
{
	return (struct kj_list_now){
	    kj_clock_wall_s(health->clock), kj_clock_mono_ms(health->clock), health->every_ms};
}

static struct kj_list_record *find(struct kj_list_health *health, const char *zone)
{
	for (unsigned i = 0; i < health->count; i++)
		if (strcmp(health->records[i]->zone, zone) == 0)
			return health->records[i];
	return NULL;
}

static struct kj_list_record *add(struct kj_list_health *health, const char *zone)
{
	struct kj_list_record *record = health->count < RECORDS_MAX ? calloc(1, sizeof *record) : NULL;
	struct kj_list_now at = now(health);

	if (!record)
		return NULL;
	snprintf(record->zone, sizeof record->zone, "%s", zone);
	record->since_s = record->known_well_s = at.wall_s;
	record->next_ms = at.mono_ms;
	record->hurried_ms = INT64_MIN / 2;
	return health->records[health->count++] = record;
}

int kj_list_health_adopt(
    struct kj_list_health *health, const struct kj_dnsbl *lists, unsigned count, uint32_t every_ms)
{
	int rc = 0;

	pthread_mutex_lock(&health->lock);
	health->every_ms = every_ms;
	for (unsigned i = 0; i < health->count; i++)
		health->records[i]->in_use = false;
	for (unsigned i = 0; i < count; i++) {
		struct kj_list_record *record = find(health, lists[i].zone);

		if (!record)
			record = add(health, lists[i].zone);
		if (!record) {
			rc = -KJ_ENOMEM;
			continue;
		}
		snprintf(record->label, sizeof record->label, "%s", lists[i].label);
		record->asks = lists[i].asks;
		record->allow = lists[i].allow;
		record->in_use = true;
	}
	pthread_mutex_unlock(&health->lock);
	return rc;
}

bool kj_list_health_begin(struct kj_list_health *health, const struct kj_dnsbl *list)
{
	struct kj_list_record *record;
	bool due;

	pthread_mutex_lock(&health->lock);
	record = find(health, list->zone);
	due = record && !record->under_way && record->next_ms <= kj_clock_mono_ms(health->clock);
	if (due)
		record->under_way = true;
	pthread_mutex_unlock(&health->lock);
	return due;
}

static void put_event(struct kj_list_health *health, const struct kj_list_event *event)
{
	if (health->event_count == EVENTS_MAX) {
		health->first_event = (health->first_event + 1) % EVENTS_MAX;
		health->event_count--;
	}
	health->events[(health->first_event + health->event_count++) % EVENTS_MAX] = *event;
}

void kj_list_health_end(
    struct kj_list_health *health, const char *zone, const struct kj_list_finding *finding)
{
	struct kj_list_record *record;
	struct kj_list_event event;
	struct kj_list_now at;

	pthread_mutex_lock(&health->lock);
	record = find(health, zone);
	at = now(health);
	if (record && kj_list_record_round(record, finding, &at, &event))
		put_event(health, &event);
	pthread_cond_signal(&health->changed);
	pthread_mutex_unlock(&health->lock);
}

bool kj_list_health_failing(struct kj_list_health *health, const struct kj_dnsbl *list, char *reason)
{
	struct kj_list_record *record;
	bool failing;

	pthread_mutex_lock(&health->lock);
	record = find(health, list->zone);
	failing = record && record->state == KJ_LIST_FAILING;
	if (failing)
		memcpy(reason, record->reason, sizeof record->reason);
	pthread_mutex_unlock(&health->lock);
	return failing;
}

void kj_list_health_note(struct kj_list_health *health, const struct kj_list_tally *tally)
{
	struct kj_list_record *record;
	struct kj_list_event event;
	struct kj_list_now at;

	pthread_mutex_lock(&health->lock);
	record = find(health, tally->list->zone);
	at = now(health);
	if (record) {
		if (kj_list_record_note(record, tally, &at, &event))
			put_event(health, &event);
		if (record->next_ms <= at.mono_ms && !record->under_way)
			pthread_cond_signal(&health->changed);
	}
	pthread_mutex_unlock(&health->lock);
}

bool kj_list_health_event(struct kj_list_health *health, struct kj_list_event *ret_event)
{
	bool any;

	pthread_mutex_lock(&health->lock);
	any = health->event_count > 0;
	if (any) {
		*ret_event = health->events[health->first_event];
		health->first_event = (health->first_event + 1) % EVENTS_MAX;
		health->event_count--;
	}
	pthread_mutex_unlock(&health->lock);
	return any;
}

/* When the next round is due. */
static int64_t next_ms(const struct kj_list_health *health, int64_t now_ms)
{
	int64_t at_ms = now_ms + SLEEP_MAX_MS;

	for (unsigned i = 0; i < health->count; i++) {
		const struct kj_list_record *record = health->records[i];

		if (record->in_use && !record->under_way && record->next_ms < at_ms)
			at_ms = record->next_ms;
	}
	return at_ms;
}

static void sleep_ms(struct kj_list_health *health, int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&health->changed, &health->lock, &until);
}

bool kj_list_health_wait(struct kj_list_health *health)
{
	bool open;

	pthread_mutex_lock(&health->lock);
	while (!health->closed && !health->woken && !health->event_count) {
		int64_t now_ms = kj_clock_mono_ms(health->clock), left_ms = next_ms(health, now_ms) - now_ms;

		if (left_ms <= 0)
			break;
		sleep_ms(health, left_ms);
	}
	health->woken = false;
	open = !health->closed;
	pthread_mutex_unlock(&health->lock);
	return open;
}

void kj_list_health_wake(struct kj_list_health *health)
{
	pthread_mutex_lock(&health->lock);
	health->woken = true;
	pthread_cond_signal(&health->changed);
	pthread_mutex_unlock(&health->lock);
}

void kj_list_health_close(struct kj_list_health *health)
{
	pthread_mutex_lock(&health->lock);
	health->closed = true;
	pthread_cond_signal(&health->changed);
	pthread_mutex_unlock(&health->lock);
}

bool kj_list_health_report(struct kj_list_health *health, unsigned index, struct kj_list_report *ret_report)
{
	bool found = false;

	pthread_mutex_lock(&health->lock);
	for (unsigned i = 0; i < health->count && !found; i++)
		if (health->records[i]->in_use && index-- == 0) {
			kj_list_record_report(health->records[i], ret_report);
			found = true;
		}
	pthread_mutex_unlock(&health->lock);
	return found;
}
