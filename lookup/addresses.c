/*
 * addresses.c - where is the name?
 */
#include "addresses.h"

struct task {
	kj_lookup_done_fn *done;
	void *context;
	unsigned count; /* of types asked for */
};

static void judge(void *context, const struct kj_dns_answer *const *answers)
{
	struct kj_addr addrs[KJ_LOOKUP_ADDRS_MAX];
	struct kj_answer answer = {.addrs = addrs};
	struct task *task = context;

	answer.status = kj_lookup_status(answers[0]);
	kj_lookup_add_addrs(answers[0], addrs, &answer.addr_count);
	if (task->count == 2) {
		answer.status = kj_lookup_either(answer.status, kj_lookup_status(answers[1]));
		kj_lookup_add_addrs(answers[1], addrs, &answer.addr_count);
	}
	task->done(task->context, &answer);
	free(task);
}

int kj_lookup_addresses(struct kj_resolver *resolver, const struct kj_question *question, int64_t deadline_ms,
    kj_lookup_done_fn *done, void *context)
{
	struct kj_gather_want wants[] = {{question->name, KJ_DNS_A}, {question->name, KJ_DNS_AAAA}};
	struct task *task = malloc(sizeof *task);
	bool only_v6 = question->addr.family == 6;
	int rc;

	if (!task)
		return -KJ_ENOMEM;
	*task = (struct task){done, context, question->addr.family ? 1 : 2};
	rc = kj_gather(resolver, wants + only_v6, task->count, deadline_ms, judge, task);
	if (rc < 0)
		free(task);
	return rc;
}
