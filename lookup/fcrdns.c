/*
 * fcrdns.c - what is the address called, and does that name lead back to it?
 */
#include "fcrdns.h"

struct task {
	struct kj_resolver *resolver;
	struct kj_addr addr;
	int64_t deadline_ms;
	kj_lookup_done_fn *done;
	void *context;
	const struct kj_dns_answer *ptr;
};

static void finish(struct task *task, const struct kj_answer *answer)
{
	task->done(task->context, answer);
	kj_dns_answer_unref(task->ptr);
	free(task);
}

static unsigned name_count(const struct task *task)
{
	return task->ptr->count < KJ_FCRDNS_NAMES_MAX ? task->ptr->count : KJ_FCRDNS_NAMES_MAX;
}

static bool leads_back(const struct task *task, const struct kj_dns_answer *answer)
{
	for (unsigned i = 0; answer && i < answer->count; i++)
		if (kj_addr_equal(&answer->records[i].addr, &task->addr))
			return true;
	return false;
}

/* Of two reasons for not knowing, the time-out is the one that more time might cure. */
static enum kj_answer_status worse(enum kj_answer_status a, enum kj_answer_status b)
{
	if (b == KJ_ANSWER_FOUND || b == KJ_ANSWER_NOT_FOUND || a == KJ_ANSWER_TIMEOUT)
		return a;
	return b;
}

static void judge(void *context, const struct kj_dns_answer *const *answers)
{
	struct kj_answer answer = {.status = KJ_ANSWER_FOUND, .fcrdns = KJ_FCRDNS_FAIL};
	const char *names[KJ_FCRDNS_NAMES_MAX];
	struct task *task = context;
	unsigned confirmed = 0, last = name_count(task);

	for (unsigned i = 0; i < name_count(task); i++) {
		if (leads_back(task, answers[i]))
			names[confirmed++] = task->ptr->records[i].name;
		else
			answer.status = worse(answer.status, kj_lookup_status(answers[i]));
	}
	for (unsigned i = name_count(task); i-- > 0;)
		if (!leads_back(task, answers[i]))
			names[--last] = task->ptr->records[i].name;
	if (confirmed) {
		answer.status = KJ_ANSWER_FOUND;
		answer.fcrdns = KJ_FCRDNS_PASS;
	}
	answer.names = names;
	answer.name_count = name_count(task);
	finish(task, &answer);
}

static void names_known(void *context, const struct kj_dns_answer *const *answers)
{
	struct kj_answer answer = {.status = kj_lookup_status(answers[0]), .fcrdns = KJ_FCRDNS_NONE};
	struct kj_gather_want wants[KJ_FCRDNS_NAMES_MAX];
	struct task *task = context;

	if (answer.status != KJ_ANSWER_FOUND) {
		finish(task, &answer);
		return;
	}
	task->ptr = kj_dns_answer_ref(answers[0]);
	for (unsigned i = 0; i < name_count(task); i++)
		wants[i] = (struct kj_gather_want){
		    task->ptr->records[i].name, task->addr.family == 4 ? KJ_DNS_A : KJ_DNS_AAAA};
	if (kj_gather(task->resolver, wants, name_count(task), task->deadline_ms, judge, task) < 0) {
		answer.status = KJ_ANSWER_FAILED;
		finish(task, &answer);
	}
}

/* The answer goes into the cache, or to whoever asks the same meanwhile: that will be this very lookup. */
static void nobody_waits(void *context, const struct kj_dns_answer *answer)
{
	(void)context;
	(void)answer;
}

/* The MTA has just looked the name up, so it is most likely the one the PTR will give. */
static void ask_beforehand(struct kj_resolver *resolver, const struct kj_question *question, int64_t deadline_ms)
{
	enum kj_dns_type type = question->addr.family == 4 ? KJ_DNS_A : KJ_DNS_AAAA;

	if (question->name)
		(void)kj_resolver_ask(resolver, question->name, type, deadline_ms, nobody_waits, NULL);
}

int kj_lookup_fcrdns(struct kj_resolver *resolver, const struct kj_question *question, int64_t deadline_ms,
    kj_lookup_done_fn *done, void *context)
{
	char reversed[KJ_ADDR_REVERSELEN], name[KJ_ADDR_REVERSELEN + 16];
	struct kj_gather_want want = {name, KJ_DNS_PTR};
	struct task *task = malloc(sizeof *task);
	int rc;

	if (!task)
		return -KJ_ENOMEM;
	/* A client without an address (a local socket) has a name that fits nowhere: there is no PTR to it. */
	*task = (struct task){resolver, question->addr, deadline_ms, done, context, NULL};
	name[0] = '\0';
	if (question->addr.family)
		snprintf(name, sizeof name, "%s.%s", kj_addr_reverse(&question->addr, reversed),
		    question->addr.family == 4 ? "in-addr.arpa" : "ip6.arpa");
	ask_beforehand(resolver, question, deadline_ms);
	rc = kj_gather(resolver, &want, 1, deadline_ms, names_known, task);
	if (rc < 0)
		free(task);
	return rc;
}
