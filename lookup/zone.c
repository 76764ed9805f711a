/*
 * zone.c - NS and SOA
 */
#include "zone.h"

struct task {
	kj_lookup_done_fn *done;
	void *context;
};

static void finish(struct task *task, const struct kj_answer *answer)
{
	task->done(task->context, answer);
	free(task);
}

static int by_name(const struct kj_dns_record *a, const struct kj_dns_record *b)
{
	return strcmp(a->name, b->name);
}

static void servers_known(void *context, const struct kj_dns_answer *const *answers)
{
	struct kj_answer answer = {.status = kj_lookup_status(answers[0])};
	const struct kj_dns_record *sorted[KJ_ZONE_SERVERS_MAX];
	const char *names[KJ_ZONE_SERVERS_MAX];

	if (answer.status == KJ_ANSWER_FOUND)
		answer.name_count = kj_lookup_sort(answers[0], by_name, sorted, KJ_ZONE_SERVERS_MAX);
	for (unsigned i = 0; i < answer.name_count; i++)
		names[i] = sorted[i]->name;
	answer.names = names;
	finish(context, &answer);
}

static void authority_known(void *context, const struct kj_dns_answer *const *answers)
{
	struct kj_answer answer = {.status = kj_lookup_status(answers[0])};
	const char *names[2];

	if (answer.status == KJ_ANSWER_FOUND) {
		names[answer.name_count++] = answers[0]->records[0].rname;
		names[answer.name_count++] = answers[0]->records[0].name;
	}
	answer.names = names;
	finish(context, &answer);
}

static int ask(struct kj_resolver *resolver, struct kj_gather_want want, int64_t deadline_ms,
    kj_gather_done_fn *known, kj_lookup_done_fn *done, void *context)
{
	struct task *task = malloc(sizeof *task);
	int rc;

	if (!task)
		return -KJ_ENOMEM;
	*task = (struct task){done, context};
	rc = kj_gather(resolver, &want, 1, deadline_ms, known, task);
	if (rc < 0)
		free(task);
	return rc;
}

int kj_lookup_ns(struct kj_resolver *resolver, const struct kj_question *question, int64_t deadline_ms,
    kj_lookup_done_fn *done, void *context)
{
	struct kj_gather_want want = {question->name, KJ_DNS_NS};

	return ask(resolver, want, deadline_ms, servers_known, done, context);
}

int kj_lookup_soa(struct kj_resolver *resolver, const struct kj_question *question, int64_t deadline_ms,
    kj_lookup_done_fn *done, void *context)
{
	struct kj_gather_want want = {question->name, KJ_DNS_SOA};

	return ask(resolver, want, deadline_ms, authority_known, done, context);
}
