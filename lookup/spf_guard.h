/*
 * spf_guard.h - the inside of one SPF check: what spf*.c share, and nobody else includes
 *
 * A check is run again and again from the start until no answer is missing. What lasts is the table of answers
 * (struct kj_spf_check); what a run knows (struct kj_spf_run) is thrown away after it.
 *
 *   spf.c          kj_spf_check(): identity, runs, the outcome
 *   spf_answers.c  the table of answers; asks the resolver, wakes the check
 *   spf_guard.c    what each term means: names, lookups, limits
 *   spf_engine.c   libspf2: canonical records in, tokens out
 *   spf_decide.c   which term decided, in words; the text of exp=
 *   spf_breadth.c  how much the records let pass
 *   spf_trace.c    the questions of the last run, for people; only if somebody wants them
 *
 * A frame is one record under evaluation: the first is that of the checked domain, each include and redirect
 * adds one. A use is one DNS term that was evaluated: exactly what section 4.6.4 counts.
 */
#ifndef KJ_SPF_GUARD_H
#define KJ_SPF_GUARD_H

#include <pthread.h>

#include "kanjiki/err.h"
#include "kanjiki/name.h"
#include "kanjiki/resolver.h"
#include "kanjiki/spf.h"
#include "spf_macro.h"
#include "spf_record.h"

struct kj_arena;
struct kj_spf_check;

/* Limits of RFC 7208 section 4.6.4. */
#define KJ_SPF_LOOKUPS_MAX 10
#define KJ_SPF_VOIDS_MAX   2
#define KJ_SPF_NAMES_MAX   10 /* MX or PTR names of one term */

/* Limits of ours. What the evaluation can need is 1 + 10 * 11 + 11 + 1 questions; prefetching needs no more. */
#define KJ_SPF_QUESTIONS_MAX 160
#define KJ_SPF_PREFETCH_MAX  20    /* names asked for ahead of the evaluation, MX hosts aside */
#define KJ_SPF_WORK_MAX      30000 /* terms handed to libspf2 and DNS records looked at, over all runs */
#define KJ_SPF_FRAMES_MAX    (KJ_SPF_LOOKUPS_MAX + 1)

/* Questions that one run can put: 10 terms with a name by %{p}, an MX and its hosts each; the first record, exp=. */
#define KJ_SPF_EVENTS_MAX 256

#define KJ_SPF_REDIRECT 0xffffU /* the number of the term that redirect= is */

/* What a function of the guard says: go on, or end this run (something is missing, or the result is certain). */
enum kj_spf_step {
	KJ_SPF_GO,
	KJ_SPF_STOP,
};

struct kj_spf_question {
	struct kj_spf_check *check;
	const char *name;
	enum kj_dns_type type;
	const struct kj_dns_answer *answer; /* NULL while it is missing; under check->lock */
	bool has_reference;                 /* answer is the resolver's */
	/* The record in a TXT answer, parsed once: rc 1 (not looked at yet), 0, or an error and its reason. */
	const struct kj_spf_record *record;
	int record_rc;
	const char *record_error;
};

struct kj_spf_frame {
	char domain[KJ_NAME_STRLEN];
	const struct kj_spf_record *record;
	unsigned depth; /* how many terms led to it */
};

struct kj_spf_use {
	unsigned frame, term; /* which term it is */
	unsigned child;       /* include, redirect: the frame it opened */
	bool matched;         /* a, mx, ptr, exists: by our own reckoning */
	bool is_void;
};

/* The questions of a run, if they are to be told. */
struct kj_spf_trace {
	kj_spf_observe_fn *observe;
	unsigned count;
	struct kj_spf_event *last; /* the latest question, which may not be the newest event */
	struct kj_spf_event events[KJ_SPF_EVENTS_MAX];
};

struct kj_spf_run {
	struct kj_spf_check *check;
	const struct kj_spf_frame *asking; /* where the term under evaluation stands; NULL: none is */
	struct kj_spf_text asking_term;
	struct kj_spf_frame frames[KJ_SPF_FRAMES_MAX];
	unsigned frame_count;
	struct kj_spf_use uses[KJ_SPF_LOOKUPS_MAX];
	unsigned use_count, void_count;
	bool stopped;
	bool certain; /* stopped because the result is known; otherwise an answer is missing */
	enum kj_spf_result result;
	struct kj_reason reason;
};

struct kj_spf_check {
	struct kj_resolver *resolver;
	kj_spf_done_fn *done;
	void *context;
	int64_t deadline_ms;
	struct kj_arena *arena;
	struct kj_spf_macro_values values; /* `domain` and `validated` are filled in where they are known */
	const char *domain;                /* the checked one, normalised */
	unsigned work, prefetched;
	struct kj_spf_trace *trace; /* NULL: nobody wants it */

	pthread_mutex_t lock;
	unsigned refs;                   /* the driver, and each question in flight */
	bool running;                    /* somebody is in kj_spf_drive(), or it is over */
	struct kj_spf_question *awaited; /* what the last run lacked */
	unsigned question_count;
	struct kj_spf_question questions[KJ_SPF_QUESTIONS_MAX];
};

/* spf.c: run until an answer is missing or the outcome is told. */
void kj_spf_drive(struct kj_spf_check *check);
void kj_spf_unref(struct kj_spf_check *check);

/* spf_answers.c */

/* The question, answered; NULL if the run was stopped since the answer is missing (it has been asked for). */
struct kj_spf_question *kj_spf_ask(struct kj_spf_run *run, const char *name, enum kj_dns_type type);

/* Ask, since the answer will probably be needed. */
void kj_spf_prefetch(struct kj_spf_check *check, const char *name, enum kj_dns_type type);

/* Count work against KJ_SPF_WORK_MAX: what a stranger publishes must not keep us busy. */
enum kj_spf_step kj_spf_spend(struct kj_spf_run *run, unsigned work);

/* NXDOMAIN, no data, or a name that cannot be asked for: there is nothing. */
bool kj_spf_is_nothing(const struct kj_dns_answer *answer);

/* spf_guard.c */

/* Stop the run: the result is certain. Always KJ_SPF_STOP. */
enum kj_spf_step kj_spf_conclude(struct kj_spf_run *run, enum kj_spf_result result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Open a frame for the record of domain. use is the include or redirect that leads there, NULL for the first. */
enum kj_spf_step kj_spf_open(struct kj_spf_run *run, const char *domain, struct kj_spf_use *use);

/* The use that this term is, counted if it is new. */
enum kj_spf_step kj_spf_count(
    struct kj_spf_run *run, unsigned frame, unsigned term, struct kj_spf_use **ret_use);

/* The name a domain-spec of this frame stands for; "" if none comes out of it. */
enum kj_spf_step kj_spf_target(
    struct kj_spf_run *run, const struct kj_spf_frame *frame, struct kj_spf_text spec, char *out);

/* %{p} for this domain: the validated name of the client, or "unknown". */
enum kj_spf_step kj_spf_validated(struct kj_spf_run *run, const char *domain, const char **ret_name);

/* Addresses of the client's family that an a term, or the host of an mx term, leads to. */
enum kj_spf_step kj_spf_addresses(struct kj_spf_run *run, struct kj_spf_use *use, const char *name,
    const struct kj_dns_answer **ret_answer);

/* The hosts of an mx term: at most ten. */
enum kj_spf_step kj_spf_hosts(
    struct kj_spf_run *run, struct kj_spf_use *use, const struct kj_dns_answer **ret_answer);

/* ptr and exists, decided: use->matched. */
enum kj_spf_step kj_spf_ptr(struct kj_spf_run *run, struct kj_spf_use *use);
enum kj_spf_step kj_spf_exists(struct kj_spf_run *run, struct kj_spf_use *use);

/* include and redirect: open the frame they lead to. */
enum kj_spf_step kj_spf_follow(struct kj_spf_run *run, struct kj_spf_use *use);

/* The use of this term in this run; NULL if it was not evaluated. */
const struct kj_spf_use *kj_spf_find_use(const struct kj_spf_run *run, unsigned frame, unsigned term);

/* spf_trace.c: nothing happens where check->trace is NULL. */

/* Forget what an earlier run asked. */
void kj_spf_trace_begin(struct kj_spf_run *run);

/* The run asked this, and has its answer. */
void kj_spf_trace_question(struct kj_spf_run *run, const struct kj_spf_question *question);

/* What was asked last is what the term counts for; is void; is to be an SPF record. */
void kj_spf_trace_counted(struct kj_spf_run *run, const struct kj_spf_use *use);
void kj_spf_trace_void(struct kj_spf_run *run);
void kj_spf_trace_record(struct kj_spf_run *run);

/* Tell the observer all of it. */
void kj_spf_trace_tell(const struct kj_spf_run *run);

/* spf_breadth.c: how much the records of a finished run let pass */
struct kj_spf_breadth kj_spf_breadth_of(const struct kj_spf_run *run);

/* spf_engine.c: let libspf2 evaluate. KJ_SPF_GO with the result, or the run was stopped. */
enum kj_spf_step kj_spf_evaluate(struct kj_spf_run *run, enum kj_spf_result *ret_result);

/* spf_decide.c */

/* Put what decided into run->reason; STOP (a temperror) if libspf2 and our own reckoning disagree. */
enum kj_spf_step kj_spf_decide(struct kj_spf_run *run, enum kj_spf_result result);

/* The text that exp= leads to, in the check's arena; NULL if there is none. */
enum kj_spf_step kj_spf_explanation(struct kj_spf_run *run, const char **ret_text);

#endif
