/*
 * list_record.h - the record of one list, and what moves it from state to state
 *
 * Private to lookup/. Nothing here knows of locks or clocks: times come with each call.
 */
#ifndef KJ_LIST_RECORD_H
#define KJ_LIST_RECORD_H

#include "kanjiki/list_health.h"
#include "list_rate.h"
#include "list_times.h"

struct kj_list_now {
	int64_t wall_s, mono_ms;
	uint32_t every_ms; /* between rounds */
};

struct kj_list_record {
	char zone[256], label[256];
	unsigned asks;
	bool allow, in_use, under_way;
	enum kj_list_state state;
	enum kj_list_ill ill; /* what the last round found that said anything */
	char reason[KJ_LIST_REASON_MAX];
	int64_t since_s;       /* of the state */
	int64_t known_well_s;  /* when the last good round ended; before any, when the record was made */
	bool worked;           /* some round was good */
	unsigned good, silent; /* rounds in a row */
	int64_t next_ms, hurried_ms;
	int64_t false_until_ms; /* until then caches may hold listings seen since the last good round */
	uint64_t mails; /* with a listing, since the last good round; while failing: without the list */
	uint64_t asked, hits, blocked, timeouts, servfails, dropped;
	struct kj_list_rate rate;
	struct kj_list_times times;
};

/* kj_list_record_round - a round has ended; true if the state changed in a way that is to be told, by *ret_event */
bool kj_list_record_round(struct kj_list_record *record, const struct kj_list_finding *finding,
    const struct kj_list_now *now, struct kj_list_event *ret_event);

/* kj_list_record_note - a mail heard of the list; as above. May put the next round forward. */
bool kj_list_record_note(struct kj_list_record *record, const struct kj_list_tally *tally,
    const struct kj_list_now *now, struct kj_list_event *ret_event);

/* kj_list_record_report - for tables */
void kj_list_record_report(const struct kj_list_record *record, struct kj_list_report *ret_report);

#endif
