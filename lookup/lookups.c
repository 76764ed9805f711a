/*
 * lookups.c - the open questions of one mail
 *
 * The object lives as long as the session or any question in flight holds it. An answer arrives on the resolver's
 * thread, is copied under the lock into a place of its own, and becomes visible only in kj_lookups_wait(): what
 * kj_lookups_answer() shows is written by the session's own thread alone, and needs no lock.
 */
#include "kanjiki/lookups.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "addresses.h"
#include "fcrdns.h"
#include "kanjiki/clock.h"
#include "lookup/dnsbl.h"
#include "lookup_spf.h"
#include "mx.h"
#include "zone.h"

#define QUESTIONS_MAX 1024

static kj_lookup_fn *const lookup_fns[] = {
    [KJ_ASK_DNSBL] = kj_lookup_dnsbl,
    [KJ_ASK_FCRDNS] = kj_lookup_fcrdns,
    [KJ_ASK_ADDRESSES] = kj_lookup_addresses,
    [KJ_ASK_SPF] = kj_lookup_spf,
    [KJ_ASK_MX] = kj_lookup_mx,
    [KJ_ASK_MX_HOSTS] = kj_lookup_mx_hosts,
    [KJ_ASK_NS] = kj_lookup_ns,
    [KJ_ASK_SOA] = kj_lookup_soa,
};

struct slot {
	struct kj_lookups *lookups;
	bool open;                /* no answer has arrived, and one is still wanted */
	bool shown_is_final;      /* only for the session's thread */
	bool asking;              /* it is being asked just now, by asker */
	pthread_t asker;
	int64_t asked_ms;
	struct kj_answer arrived; /* points into memory */
	struct kj_answer shown;
	void *memory;
};

struct kj_lookups {
	atomic_uint refs; /* the session and each question in flight */
	pthread_mutex_t lock;
	pthread_cond_t settled;
	unsigned open;
	struct slot **slots; /* only for the session's thread */
	unsigned count, size;
	struct kj_resolver *resolver;
	const struct kj_clock *clock;
	uint32_t longest_ms;
};

struct kj_lookups *kj_lookups_new(
    struct kj_resolver *resolver, const struct kj_clock *clock, uint32_t longest_ms)
{
	struct kj_lookups *lookups = calloc(1, sizeof *lookups);
	pthread_condattr_t attributes;

	if (!lookups)
		return NULL;
	atomic_init(&lookups->refs, 1);
	lookups->resolver = resolver;
	lookups->clock = clock;
	lookups->longest_ms = longest_ms;
	pthread_mutex_init(&lookups->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&lookups->settled, &attributes);
	pthread_condattr_destroy(&attributes);
	return lookups;
}

static void unref(struct kj_lookups *lookups)
{
	if (atomic_fetch_sub_explicit(&lookups->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (unsigned i = 0; i < lookups->count; i++) {
		free(lookups->slots[i]->memory);
		free(lookups->slots[i]);
	}
	free(lookups->slots);
	pthread_cond_destroy(&lookups->settled);
	pthread_mutex_destroy(&lookups->lock);
	free(lookups);
}

void kj_lookups_free(struct kj_lookups *lookups)
{
	if (!lookups)
		return;
	pthread_mutex_lock(&lookups->lock);
	for (unsigned i = 0; i < lookups->count; i++)
		lookups->slots[i]->open = false;
	pthread_mutex_unlock(&lookups->lock);
	unref(lookups);
}

static char *put_string(char **to, const char *string)
{
	size_t size = strlen(string) + 1;
	char *copy = memcpy(*to, string, size);

	*to += size;
	return copy;
}

/* One piece of memory: names' pointers, addresses, strings. NULL when there is none to be had. */
static void *copy_answer(const struct kj_answer *from, struct kj_answer *to)
{
	size_t names = from->name_count * sizeof *from->names, addrs = from->addr_count * sizeof *from->addrs;
	size_t size = names + addrs + 1;
	const char **name_copies;
	char *memory, *strings;

	for (unsigned i = 0; i < from->name_count; i++)
		size += strlen(from->names[i]) + 1;
	size += from->text ? strlen(from->text) + 1 : 0;
	size += from->spf_record ? strlen(from->spf_record) + 1 : 0;
	memory = malloc(size);
	if (!memory)
		return NULL;
	*to = *from;
	name_copies = (const char **)(void *)memory;
	strings = memory + names + addrs;
	to->names = name_copies;
	to->addrs = (const struct kj_addr *)(const void *)(memory + names);
	if (addrs)
		memcpy(memory + names, from->addrs, addrs);
	for (unsigned i = 0; i < from->name_count; i++)
		name_copies[i] = put_string(&strings, from->names[i]);
	if (from->text)
		to->text = put_string(&strings, from->text);
	if (from->spf_record)
		to->spf_record = put_string(&strings, from->spf_record);
	return memory;
}

static void arrive(struct slot *slot, const struct kj_answer *answer)
{
	struct kj_lookups *lookups = slot->lookups;

	pthread_mutex_lock(&lookups->lock);
	if (slot->open) {
		slot->open = false;
		slot->memory = copy_answer(answer, &slot->arrived);
		if (!slot->memory)
			slot->arrived = (struct kj_answer){.status = KJ_ANSWER_FAILED};
		slot->arrived.took_ms = (uint32_t)(kj_clock_mono_ms(lookups->clock) - slot->asked_ms);
		slot->arrived.cached = slot->asking && pthread_equal(slot->asker, pthread_self());
		if (--lookups->open == 0)
			pthread_cond_signal(&lookups->settled);
	}
	pthread_mutex_unlock(&lookups->lock);
}

static void answered(void *context, const struct kj_answer *answer)
{
	struct slot *slot = context;

	arrive(slot, answer);
	unref(slot->lookups);
}

static struct slot *add_slot(struct kj_lookups *lookups)
{
	struct slot *slot, **slots;

	if (lookups->count == lookups->size) {
		unsigned size = lookups->size ? lookups->size * 2 : 16;

		slots = size > QUESTIONS_MAX ? NULL : realloc(lookups->slots, size * sizeof *slots);
		if (!slots)
			return NULL;
		lookups->slots = slots;
		lookups->size = size;
	}
	slot = calloc(1, sizeof *slot);
	if (!slot)
		return NULL;
	slot->lookups = lookups;
	slot->open = true;
	lookups->slots[lookups->count++] = slot;
	return slot;
}

int kj_lookups_ask(struct kj_lookups *lookups, const struct kj_question *question)
{
	static const struct kj_answer failed = {.status = KJ_ANSWER_FAILED};
	unsigned kind = (unsigned)question->kind;
	struct slot *slot = add_slot(lookups);
	int number = (int)lookups->count - 1;
	kj_lookup_fn *fn = kind < sizeof lookup_fns / sizeof *lookup_fns ? lookup_fns[kind] : NULL;
	uint32_t longest_ms = lookups->longest_ms;
	int64_t now_ms = kj_clock_mono_ms(lookups->clock);

	if (!slot)
		return -KJ_ENOMEM;
	if (question->timeout_ms && question->timeout_ms < longest_ms)
		longest_ms = question->timeout_ms;
	slot->asked_ms = now_ms;
	slot->asker = pthread_self();
	slot->asking = true;
	pthread_mutex_lock(&lookups->lock);
	lookups->open++;
	pthread_mutex_unlock(&lookups->lock);
	atomic_fetch_add_explicit(&lookups->refs, 1, memory_order_relaxed);
	if (!fn || fn(lookups->resolver, question, now_ms + longest_ms, answered, slot) < 0)
		answered(slot, &failed);
	/* The answer may already have come, on this thread or the resolver's; the session still holds the object. */
	pthread_mutex_lock(&lookups->lock);
	slot->asking = false;
	pthread_mutex_unlock(&lookups->lock);
	return number;
}

/* Sleep until a signal or the deadline; false once it has passed. */
static bool sleep_until(struct kj_lookups *lookups, int64_t deadline_ms)
{
	int64_t left_ms = deadline_ms - kj_clock_mono_ms(lookups->clock);
	struct timespec until;

	if (left_ms <= 0)
		return false;
	if (left_ms > 3600000)
		left_ms = 3600000;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(left_ms / 1000);
	until.tv_nsec += (long)(left_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&lookups->settled, &lookups->lock, &until);
	return true;
}

static void show(struct kj_lookups *lookups, struct slot *slot)
{
	static const struct kj_answer timeout = {.status = KJ_ANSWER_TIMEOUT};

	if (slot->shown_is_final)
		return;
	slot->shown = slot->open ? timeout : slot->arrived;
	slot->shown_is_final = true;
	if (slot->open)
		lookups->open--;
	slot->open = false;
}

void kj_lookups_wait(struct kj_lookups *lookups, int64_t deadline_ms)
{
	pthread_mutex_lock(&lookups->lock);
	while (lookups->open && sleep_until(lookups, deadline_ms))
		;
	for (unsigned i = 0; i < lookups->count; i++)
		show(lookups, lookups->slots[i]);
	pthread_mutex_unlock(&lookups->lock);
}

const struct kj_answer *kj_lookups_answer(struct kj_lookups *lookups, int number)
{
	static const struct kj_answer failed = {.status = KJ_ANSWER_FAILED};

	if (number < 0 || (unsigned)number >= lookups->count)
		return &failed;
	return &lookups->slots[number]->shown;
}
