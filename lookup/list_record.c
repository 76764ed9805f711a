/*
 * list_record.c - rounds, what mails hear, and the states that follow from them
 */
#include "list_record.h"

#include "kanjiki/hash.h"

#define GOOD_ROUNDS 2  /* in a row bring a failing list back */
#define SILENCES    2  /* in a row make a list fail */
#define HASTE       10 /* rounds come so much faster while something is wrong */
#define FASTEST_MS  1000

static bool tell(const struct kj_list_record *record, struct kj_list_event *out)
{
	*out = (struct kj_list_event){
	    .failing = record->state == KJ_LIST_FAILING,
	    .never_worked = !record->worked,
	    .since_s = record->state == KJ_LIST_FAILING ? record->known_well_s : record->since_s,
	    .mails = record->mails,
	};
	memcpy(out->label, record->label, sizeof out->label);
	memcpy(out->reason, record->reason, sizeof out->reason);
	return true;
}

/* A good round. A list that failed needs two, and what it said falsely must be out of all caches. */
static bool be_well(
    struct kj_list_record *record, const struct kj_list_now *now, struct kj_list_event *ret_event)
{
	bool returns = record->state == KJ_LIST_FAILING, told = false;

	record->good++;
	record->silent = 0;
	record->ill = KJ_LIST_WELL;
	if (returns && record->good < GOOD_ROUNDS)
		return false;
	if (returns && now->mono_ms < record->false_until_ms) {
		snprintf(record->reason, sizeof record->reason,
		    "is well, but caches may hold what it said before");
		return false;
	}
	if (returns) {
		record->state = KJ_LIST_HEALTHY;
		told = tell(record, ret_event);
	}
	if (returns || record->state == KJ_LIST_UNPROVEN)
		record->since_s = now->wall_s;
	record->state = KJ_LIST_HEALTHY;
	record->worked = true;
	record->known_well_s = now->wall_s;
	record->mails = 0;
	record->false_until_ms = 0;
	record->reason[0] = '\0';
	return told;
}

/* Whether listings that were seen before this was found may have been false. */
static bool was_false(enum kj_list_ill ill)
{
	return ill == KJ_LIST_JUMP || ill == KJ_LIST_WORLD || ill == KJ_LIST_REWRITTEN;
}

static bool be_ill(struct kj_list_record *record, const struct kj_list_finding *finding,
    const struct kj_list_now *now, struct kj_list_event *ret_event)
{
	bool silence = finding->ill == KJ_LIST_SILENT || finding->ill == KJ_LIST_SERVFAIL;
	bool fails_already = record->state == KJ_LIST_FAILING;

	record->good = 0;
	record->ill = finding->ill;
	record->silent = silence ? record->silent + 1 : 0;
	if (silence && record->silent < SILENCES && !fails_already)
		return false;
	snprintf(record->reason, sizeof record->reason, "%s", finding->reason);
	if (fails_already)
		return false;
	if (!was_false(finding->ill))
		record->false_until_ms = 0;
	record->state = KJ_LIST_FAILING;
	tell(record, ret_event);
	record->since_s = now->wall_s;
	record->mails = 0;
	return true;
}

/* How long until the next round: with some jitter, so that not everybody's rounds fall together. */
static int64_t pause_ms(const struct kj_list_record *record, const struct kj_list_now *now)
{
	int64_t ms = now->every_ms;
	uint16_t random = 0x8000;

	if (record->state != KJ_LIST_HEALTHY || record->ill != KJ_LIST_WELL) {
		ms /= HASTE;
		if (ms < FASTEST_MS)
			ms = now->every_ms < FASTEST_MS ? now->every_ms : FASTEST_MS;
	}
	if (kj_random(&random, sizeof random) < 0)
		random = 0x8000;
	return ms * 9 / 10 + ms * random / 0x10000 / 5;
}

bool kj_list_record_round(struct kj_list_record *record, const struct kj_list_finding *finding,
    const struct kj_list_now *now, struct kj_list_event *ret_event)
{
	bool told = false;

	if (finding->ill == KJ_LIST_WELL)
		told = be_well(record, now, ret_event);
	else if (finding->ill != KJ_LIST_NO_WORD)
		told = be_ill(record, finding, now, ret_event);
	record->under_way = false;
	record->next_ms = now->mono_ms + pause_ms(record, now);
	return told;
}

static void count(struct kj_list_record *record, const struct kj_list_tally *tally)
{
	record->asked += tally->asked;
	record->hits += tally->hits;
	record->blocked += tally->blocked;
	record->timeouts += tally->timeouts;
	record->servfails += tally->servfails;
	record->dropped += tally->dropped;
	record->mails += record->state == KJ_LIST_FAILING ? tally->dropped > 0 : tally->hits > 0;
	for (unsigned i = 0; i < tally->took_count; i++)
		kj_list_times_add(&record->times, tally->took_ms[i]);
}

/* Look at once what is wrong with a list that refused a mail, but not for every mail again. */
static void hurry(struct kj_list_record *record, const struct kj_list_now *now)
{
	if (record->state == KJ_LIST_FAILING || now->mono_ms - record->hurried_ms < now->every_ms / HASTE)
		return;
	record->hurried_ms = record->next_ms = now->mono_ms;
}

bool kj_list_record_note(struct kj_list_record *record, const struct kj_list_tally *tally,
    const struct kj_list_now *now, struct kj_list_event *ret_event)
{
	int64_t until_ms = now->mono_ms + (int64_t)tally->ttl_s * 1000;
	struct kj_list_finding finding = {.ill = KJ_LIST_JUMP};
	uint32_t share, usual;

	count(record, tally);
	if (tally->hits && until_ms > record->false_until_ms)
		record->false_until_ms = until_ms;
	if (tally->blocked)
		hurry(record, now);
	if (!tally->asked || tally->dropped || record->state == KJ_LIST_FAILING ||
	    !kj_list_rate_note(&record->rate, tally->client, tally->hits > 0, &share, &usual))
		return false;
	snprintf(finding.reason, sizeof finding.reason, "suddenly lists %u%% of all clients, %u.%u%% before",
	    share / 100, usual / 100, usual / 10 % 10);
	record->next_ms = now->mono_ms;
	return be_ill(record, &finding, now, ret_event);
}

void kj_list_record_report(const struct kj_list_record *record, struct kj_list_report *ret_report)
{
	memcpy(ret_report->zone, record->zone, sizeof ret_report->zone);
	memcpy(ret_report->label, record->label, sizeof ret_report->label);
	memcpy(ret_report->reason, record->reason, sizeof ret_report->reason);
	ret_report->asks = record->asks;
	ret_report->allow = record->allow;
	ret_report->state = record->state;
	ret_report->since_s = record->since_s;
	ret_report->asked = record->asked;
	ret_report->hits = record->hits;
	ret_report->blocked = record->blocked;
	ret_report->timeouts = record->timeouts;
	ret_report->servfails = record->servfails;
	ret_report->dropped = record->dropped;
	ret_report->median_ms = kj_list_times_share(&record->times, 50);
	ret_report->p95_ms = kj_list_times_share(&record->times, 95);
}
