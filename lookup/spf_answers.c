/*
 * spf_answers.c - the answers one SPF check has collected
 *
 * A run asks this table; what it lacks goes to the resolver, and the run ends. The answer comes on the resolver's
 * thread, or at once if the resolver had it. If the check sleeps for just this one, its arrival wakes it: the
 * thread that brings the answer does the next run (about 10 us). Answers that were asked for ahead only get
 * stored. The lock guards answers and who runs; everything else belongs to the one who runs.
 */
#include <ctype.h>

#include "kanjiki/arena.h"
#include "spf_guard.h"

/* What a question gets that the resolver would not take: not knowing. */
static const struct kj_dns_answer refused = {.status = KJ_DNS_SERVFAIL};
static const struct kj_dns_answer bad_name = {.status = KJ_DNS_BADNAME};

static void answered(void *context, const struct kj_dns_answer *answer)
{
	struct kj_spf_question *question = context;
	struct kj_spf_check *check = question->check;
	bool wake;

	pthread_mutex_lock(&check->lock);
	question->answer = kj_dns_answer_ref(answer);
	question->has_reference = true;
	wake = !check->running && check->awaited == question;
	if (wake)
		check->running = true;
	pthread_mutex_unlock(&check->lock);
	if (wake)
		kj_spf_drive(check);
	kj_spf_unref(check);
}

static void put_question(struct kj_spf_question *question)
{
	struct kj_spf_check *check = question->check;

	pthread_mutex_lock(&check->lock);
	check->refs++;
	pthread_mutex_unlock(&check->lock);
	if (kj_resolver_ask(
	        check->resolver, question->name, question->type, check->deadline_ms, answered, question) == 0)
		return;
	pthread_mutex_lock(&check->lock);
	question->answer = &refused;
	pthread_mutex_unlock(&check->lock);
	kj_spf_unref(check);
}

/* The question of this name, put if it is new; NULL if there are too many. */
static struct kj_spf_question *find(struct kj_spf_check *check, const char *name, enum kj_dns_type type)
{
	struct kj_spf_question *question;
	char lower[KJ_NAME_STRLEN];
	size_t len = strnlen(name, sizeof lower - 1);

	for (size_t i = 0; i < len; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	lower[len] = '\0';
	for (unsigned i = 0; i < check->question_count; i++) {
		question = &check->questions[i];
		if (question->type == type && strcmp(question->name, lower) == 0)
			return question;
	}
	if (check->question_count == KJ_SPF_QUESTIONS_MAX)
		return NULL;
	question = &check->questions[check->question_count];
	*question = (struct kj_spf_question){.check = check, .type = type, .record_rc = 1};
	question->name = kj_arena_strdup(check->arena, lower);
	if (!question->name)
		return NULL;
	check->question_count++;
	if (*lower)
		put_question(question);
	else
		question->answer = &bad_name;
	return question;
}

struct kj_spf_question *kj_spf_ask(struct kj_spf_run *run, const char *name, enum kj_dns_type type)
{
	struct kj_spf_check *check = run->check;
	struct kj_spf_question *question = find(check, name, type);
	bool missing;

	if (!question) {
		kj_spf_conclude(run, KJ_SPF_TEMPERROR, "too many questions for one check");
		return NULL;
	}
	pthread_mutex_lock(&check->lock);
	missing = !question->answer;
	if (missing)
		check->awaited = question;
	pthread_mutex_unlock(&check->lock);
	run->stopped |= missing;
	if (missing || kj_spf_spend(run, question->answer->count) == KJ_SPF_STOP)
		return NULL;
	kj_spf_trace_question(run, question);
	return question;
}

enum kj_spf_step kj_spf_spend(struct kj_spf_run *run, unsigned work)
{
	run->check->work += work;
	if (run->check->work <= KJ_SPF_WORK_MAX)
		return KJ_SPF_GO;
	return kj_spf_conclude(run, KJ_SPF_PERMERROR, "too much to evaluate for %s", run->check->domain);
}

void kj_spf_prefetch(struct kj_spf_check *check, const char *name, enum kj_dns_type type)
{
	if (*name)
		find(check, name, type);
}

bool kj_spf_is_nothing(const struct kj_dns_answer *answer)
{
	return answer->status == KJ_DNS_NODATA || answer->status == KJ_DNS_NXDOMAIN ||
	       answer->status == KJ_DNS_BADNAME;
}
