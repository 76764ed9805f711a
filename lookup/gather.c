/*
 * gather.c - several DNS questions at once
 *
 * Answers may come on the resolver's thread while this one is still asking. Each has a place of its own, and the
 * count of what is open includes the asking itself, so whoever comes last sees all of them.
 */
#include "gather.h"

#include <stdatomic.h>

struct place {
	struct gather *gather;
	const struct kj_dns_answer *answer;
};

struct gather {
	atomic_uint open;
	unsigned count;
	kj_gather_done_fn *done;
	void *context;
	struct place places[];
};

static void one_less(struct gather *gather)
{
	const struct kj_dns_answer *answers[KJ_GATHER_MAX] = {NULL};

	if (atomic_fetch_sub_explicit(&gather->open, 1, memory_order_acq_rel) != 1)
		return;
	for (unsigned i = 0; i < gather->count; i++)
		answers[i] = gather->places[i].answer;
	gather->done(gather->context, answers);
	for (unsigned i = 0; i < gather->count; i++)
		kj_dns_answer_unref(answers[i]);
	free(gather);
}

static void answered(void *context, const struct kj_dns_answer *answer)
{
	struct place *place = context;

	place->answer = kj_dns_answer_ref(answer);
	one_less(place->gather);
}

typedef int ask_fn(struct kj_resolver *resolver, const char *name, enum kj_dns_type type, int64_t deadline_ms,
    kj_dns_done_fn *done, void *context);

static int gather_by(ask_fn *ask, struct kj_resolver *resolver, const struct kj_gather_want *wants, unsigned count,
    int64_t deadline_ms, kj_gather_done_fn *done, void *context)
{
	struct gather *gather =
	    count <= KJ_GATHER_MAX ? calloc(1, sizeof *gather + count * sizeof(struct place)) : NULL;

	if (!gather)
		return -KJ_ENOMEM;
	atomic_init(&gather->open, count + 1);
	gather->count = count;
	gather->done = done;
	gather->context = context;
	for (unsigned i = 0; i < count; i++) {
		gather->places[i].gather = gather;
		if (ask(resolver, wants[i].name, wants[i].type, deadline_ms, answered, &gather->places[i]) < 0)
			one_less(gather);
	}
	one_less(gather);
	return 0;
}

int kj_gather(struct kj_resolver *resolver, const struct kj_gather_want *wants, unsigned count,
    int64_t deadline_ms, kj_gather_done_fn *done, void *context)
{
	return gather_by(kj_resolver_ask, resolver, wants, count, deadline_ms, done, context);
}

int kj_gather_fresh(struct kj_resolver *resolver, const struct kj_gather_want *wants, unsigned count,
    int64_t deadline_ms, kj_gather_done_fn *done, void *context)
{
	return gather_by(kj_resolver_ask_fresh, resolver, wants, count, deadline_ms, done, context);
}

enum kj_answer_status kj_lookup_status(const struct kj_dns_answer *answer)
{
	static const enum kj_answer_status meanings[] = {
	    [KJ_DNS_FOUND] = KJ_ANSWER_FOUND,
	    [KJ_DNS_NODATA] = KJ_ANSWER_NOT_FOUND,
	    [KJ_DNS_NXDOMAIN] = KJ_ANSWER_NOT_FOUND,
	    [KJ_DNS_TIMEOUT] = KJ_ANSWER_TIMEOUT,
	    [KJ_DNS_SERVFAIL] = KJ_ANSWER_SERVFAIL,
	    [KJ_DNS_BADNAME] = KJ_ANSWER_NOT_FOUND,
	};

	return answer ? meanings[answer->status] : KJ_ANSWER_FAILED;
}

enum kj_answer_status kj_lookup_either(enum kj_answer_status a, enum kj_answer_status b)
{
	if (a == KJ_ANSWER_FOUND || b == KJ_ANSWER_FOUND)
		return KJ_ANSWER_FOUND;
	return a != KJ_ANSWER_NOT_FOUND ? a : b;
}

unsigned kj_lookup_sort(const struct kj_dns_answer *answer, kj_lookup_compare_fn *compare,
    const struct kj_dns_record **out, unsigned max)
{
	unsigned count = 0, at;

	for (unsigned i = 0; i < answer->count; i++) {
		const struct kj_dns_record *record = &answer->records[i];

		for (at = count; at > 0 && compare(record, out[at - 1]) < 0; at--)
			;
		if (at == max)
			continue;
		count += count < max;
		memmove(&out[at + 1], &out[at], (count - at - 1) * sizeof *out);
		out[at] = record;
	}
	return count;
}

void kj_lookup_add_addrs(const struct kj_dns_answer *answer, struct kj_addr *out, unsigned *count)
{
	for (unsigned i = 0; answer && i < answer->count && *count < KJ_LOOKUP_ADDRS_MAX; i++)
		out[(*count)++] = answer->records[i].addr;
}
