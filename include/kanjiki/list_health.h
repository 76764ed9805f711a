/*
 * list_health.h - whether the DNS lists can be believed
 *
 * Lists die, are emptied, refuse us, list the world; resolvers invent answers. So each list is examined at the start and
 * then in rounds (list_probe.h), and watched by what it says about the mail that comes. A list that fails is not asked,
 * and says nothing, until two rounds in a row were good.
 *
 *   unproven   no round has ended yet; it is asked, and counts: a restart must not blind the filter
 *   healthy    the last round was good
 *   failing    it is not asked; what it says counts nothing
 *
 * A wrong answer makes a list fail at once. Silence is another matter: packets get lost, and what has no answer counts
 * nothing anyhow; it takes two rounds. A round in which the resolver itself is silent says nothing about anybody.
 *
 * What a list said falsely is kept in caches for as long as it allowed; a list returns only when that time is over for
 * the listings that were seen since its last good round.
 *
 * The record of a list is found by its zone and outlives the configuration that named it.
 *
 * Threads: safe.
 */
#ifndef KJ_LIST_HEALTH_H
#define KJ_LIST_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/dnsbl.h"

struct kj_clock;
struct kj_list_health;

enum kj_list_state { KJ_LIST_UNPROVEN, KJ_LIST_HEALTHY, KJ_LIST_FAILING };

/* kj_list_state_name - "unproven", "healthy", "failing". Never NULL. */
const char *kj_list_state_name(enum kj_list_state state);

/* What a round found, from good to worse: of several findings the last in this order is told. */
enum kj_list_ill {
	KJ_LIST_WELL,
	KJ_LIST_NO_WORD,   /* the resolver gives no answers: nothing is known */
	KJ_LIST_SERVFAIL,  /* the list's name servers fail */
	KJ_LIST_SILENT,    /* no answer in time */
	KJ_LIST_EMPTY,     /* what must be listed is not */
	KJ_LIST_JUMP,      /* it suddenly lists many more clients than it used to */
	KJ_LIST_WORLD,     /* what cannot be listed is */
	KJ_LIST_PARKED,    /* answers that are no codes of a list */
	KJ_LIST_REFUSES,   /* codes that say that it does not answer us */
	KJ_LIST_REWRITTEN, /* the resolver has answers for names that do not exist */
};

#define KJ_LIST_REASON_MAX 160

struct kj_list_finding {
	enum kj_list_ill ill;
	char reason
	    [KJ_LIST_REASON_MAX]; /* for people: "does not list its test point 2.0.0.127"; "" if it is well */
};

/* What one mail heard of one list. */
struct kj_list_tally {
	const struct kj_dnsbl *list;
	unsigned asked, hits, blocked, timeouts, servfails;
	unsigned dropped;    /* not asked, or not believed, because it fails */
	uint32_t ttl_s;      /* the longest of the hits */
	uint32_t took_ms[4]; /* of answers that came over the network */
	unsigned took_count;
	uint64_t client; /* a hash of the client's address; 0 if there is none */
};

/* The record of a list, for tables and metrics. Times are seconds since 1970. */
struct kj_list_report {
	char zone[256], label[256];
	unsigned asks;
	bool allow;
	enum kj_list_state state;
	int64_t since_s; /* of the state */
	char reason[KJ_LIST_REASON_MAX];
	uint64_t asked, hits, blocked, timeouts, servfails, dropped;
	uint32_t median_ms,
	    p95_ms; /* of the last 256 answers that came over the network; 0 if there were none */
};

/* A change of state, to be told once. */
struct kj_list_event {
	char label[256], reason[KJ_LIST_REASON_MAX];
	bool failing;      /* false: it is healthy again */
	bool never_worked; /* failing: no round was ever good, so perhaps it is not the list that is wrong */
	int64_t since_s;   /* failing: when it was last known to be well; healthy: when it began to fail */
	uint64_t
	    mails; /* failing: mails since then with a listing of it; healthy: mails that did without it */
};

/* kj_list_health_new - NULL when out of memory. The clock must outlive it. kj_list_health_free - NULL is allowed; no probe may
 * be under way. */
struct kj_list_health *kj_list_health_new(const struct kj_clock *clock);
void kj_list_health_free(struct kj_list_health *health);

/*
 * kj_list_health_adopt - these are the lists now; a round of each every so many milliseconds
 *
 * New ones begin as unproven, and their first round is due at once; records of others are kept, but not shown.
 * Errors: -KJ_ENOMEM; some lists may then have no record, and are believed.
 */
int kj_list_health_adopt(
    struct kj_list_health *health, const struct kj_dnsbl *lists, unsigned count, uint32_t every_ms);

/* kj_list_health_failing - whether a list fails; then also why, into reason (KJ_LIST_REASON_MAX bytes) */
bool kj_list_health_failing(struct kj_list_health *health, const struct kj_dnsbl *list, char *reason);

/* kj_list_health_note - what a mail heard of a list */
void kj_list_health_note(struct kj_list_health *health, const struct kj_list_tally *tally);

/* kj_list_health_begin - whether a round of the list is due; then it counts as begun. _end - what it found. A round that was
 * begun must end, and is not due again before. */
bool kj_list_health_begin(struct kj_list_health *health, const struct kj_dnsbl *list);
void kj_list_health_end(
    struct kj_list_health *health, const char *zone, const struct kj_list_finding *finding);

/* kj_list_health_event - the oldest change that was not taken yet; false if there is none */
bool kj_list_health_event(struct kj_list_health *health, struct kj_list_event *ret_event);

/* kj_list_health_wait - sleep until a round is due, an event is there or kj_list_health_wake() is called; false once it is
 * kj_list_health_close()d. For one thread. */
bool kj_list_health_wait(struct kj_list_health *health);
void kj_list_health_wake(struct kj_list_health *health);
void kj_list_health_close(struct kj_list_health *health);

/* kj_list_health_report - the index-th list in use; false behind the last */
bool kj_list_health_report(struct kj_list_health *health, unsigned index, struct kj_list_report *ret_report);

#endif
