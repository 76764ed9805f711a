/*
 * spf.c - SPF: kj_spf_check() and the runs it is made of (RFC 7208)
 *
 * libspf2 calls for DNS answers in the middle of an evaluation and cannot be left and entered again. So the
 * evaluation is repeated: it runs until an answer is missing, that question goes to the resolver, and when the
 * answer is there it runs again from the start, on the answers of the first time. Each run needs one answer more
 * than the one before, so the runs are bounded as the questions are. A thread of its own for each check, or one
 * that waits in libspf2's callback, was the alternative: hundreds of sleeping threads.
 *
 * When a record is read, the names its terms will need are asked for at once (spf_guard.c), so that a check waits
 * about as long as its includes are deep and not as long as they are many.
 */
#include "kanjiki/spf.h"

#include <strings.h>

#include "kanjiki/arena.h"
#include "kanjiki/clock.h"
#include "spf_guard.h"

#define ARENA_MAX (8U << 20) /* eleven records of the largest size, parsed */
#define LOCAL_MAX 4096       /* bytes of a local-part; RFC 5321 allows 64 */

static void free_check(struct kj_spf_check *check)
{
	for (unsigned i = 0; i < check->question_count; i++)
		if (check->questions[i].has_reference)
			kj_dns_answer_unref(check->questions[i].answer);
	pthread_mutex_destroy(&check->lock);
	kj_arena_free(check->arena);
	free(check);
}

void kj_spf_unref(struct kj_spf_check *check)
{
	unsigned refs;

	pthread_mutex_lock(&check->lock);
	refs = --check->refs;
	pthread_mutex_unlock(&check->lock);
	if (!refs)
		free_check(check);
}

static void tell(const struct kj_spf_run *run, const char *explanation)
{
	struct kj_spf_check *check = run->check;
	struct kj_spf_outcome outcome = {
	    .result = run->result,
	    .domain = check->domain,
	    .reason = run->reason.text,
	    .explanation = explanation,
	    .lookups = run->use_count,
	    .record = run->frame_count ? run->frames[0].record->text : NULL,
	    .breadth = kj_spf_breadth_of(run),
	};

	kj_spf_trace_tell(run);
	check->done(check->context, &outcome);
}

/* One evaluation from the start. True if the outcome was told. */
static bool run_once(struct kj_spf_check *check)
{
	struct kj_spf_run run = {.check = check};
	enum kj_spf_result result = KJ_SPF_TEMPERROR;
	const char *explanation = NULL;

	kj_spf_trace_begin(&run);
	if (kj_spf_evaluate(&run, &result) == KJ_SPF_GO && kj_spf_decide(&run, result) == KJ_SPF_GO) {
		run.result = result;
		if (result == KJ_SPF_FAIL)
			kj_spf_explanation(&run, &explanation);
	}
	if (run.stopped && !run.certain)
		return false;
	tell(&run, explanation);
	return true;
}

void kj_spf_drive(struct kj_spf_check *check)
{
	bool again = true;

	while (again && !run_once(check)) {
		pthread_mutex_lock(&check->lock);
		again = check->awaited->answer != NULL;
		check->running = again;
		pthread_mutex_unlock(&check->lock);
	}
}

/* A name that can have an SPF record: at least two labels, and no address (section 4.3). */
static bool is_checkable(const char *domain, char *out)
{
	struct kj_addr addr;

	return kj_name_normalise(domain, out) == 0 && strchr(out, '.') && !strpbrk(out, "[]") &&
	       kj_addr_parse(out, &addr) < 0;
}

/* Who is checked: the sender, or postmaster@HELO (sections 2.4 and 4.3). False if memory is out. */
static bool set_identity(struct kj_spf_check *check, const struct kj_spf_request *request)
{
	const char *at = request->sender ? strrchr(request->sender, '@') : NULL;
	const char *helo = request->helo ? request->helo : "";
	const char *domain = at ? at + 1 : helo;
	size_t local_len = at ? (size_t)(at - request->sender) : 0;
	char name[KJ_NAME_STRLEN] = "";

	if (local_len > LOCAL_MAX)
		local_len = LOCAL_MAX;
	check->values = (struct kj_spf_macro_values){
	    .local = local_len ? kj_arena_strndup(check->arena, request->sender, local_len) : "postmaster",
	    .helo = kj_arena_strndup(check->arena, helo, LOCAL_MAX),
	    .receiver =
	        request->receiver ? kj_arena_strndup(check->arena, request->receiver, LOCAL_MAX) : "unknown",
	    .domain = "",
	    .validated = "unknown",
	    .client = request->client,
	    .now_s = kj_clock_wall_s(kj_clock_system()),
	};
	if (!is_checkable(domain, name))
		name[0] = '\0';
	check->domain = kj_arena_strdup(check->arena, name);
	/* Macros show the domain as the sender wrote it, if only its case differs. */
	check->values.sender_domain =
	    strcasecmp(domain, name) == 0 ? kj_arena_strdup(check->arena, domain) : check->domain;
	return check->values.local && check->values.helo && check->values.receiver && check->domain &&
	       check->values.sender_domain;
}

/* Somebody wants to know how the result comes about. */
static bool set_observer(struct kj_spf_check *check, kj_spf_observe_fn *observe)
{
	if (!observe)
		return true;
	check->trace = kj_arena_alloc(check->arena, sizeof *check->trace);
	if (check->trace)
		check->trace->observe = observe;
	return check->trace != NULL;
}

/* Results that need no DNS. */
static bool is_decided(struct kj_spf_check *check, struct kj_spf_run *run)
{
	run->check = check;
	if (!*check->domain)
		kj_spf_conclude(run, KJ_SPF_NONE, "no domain to check");
	else if (!check->values.client.family)
		kj_spf_conclude(run, KJ_SPF_NONE, "no client address");
	return run->certain;
}

int kj_spf_check(
    struct kj_resolver *resolver, const struct kj_spf_request *request, kj_spf_done_fn *done, void *context)
{
	struct kj_spf_check *check = calloc(1, sizeof *check);
	struct kj_spf_run nothing = {0};

	if (!check)
		return -KJ_ENOMEM;
	check->arena = kj_arena_new(ARENA_MAX);
	if (!check->arena || !set_identity(check, request) || !set_observer(check, request->observe)) {
		kj_arena_free(check->arena);
		free(check);
		return -KJ_ENOMEM;
	}
	check->resolver = resolver;
	check->done = done;
	check->context = context;
	check->deadline_ms = request->deadline_ms;
	pthread_mutex_init(&check->lock, NULL);
	check->refs = 1;
	check->running = true;
	if (is_decided(check, &nothing))
		tell(&nothing, NULL);
	else
		kj_spf_drive(check);
	kj_spf_unref(check);
	return 0;
}
