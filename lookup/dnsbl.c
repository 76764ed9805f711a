/*
 * dnsbl.c - is the name listed?
 */
#include "lookup/dnsbl.h"

struct task {
	kj_lookup_done_fn *done;
	void *context;
	unsigned blocked_count;
	struct kj_code_range blocked[];
};

static const struct kj_code_range errors = {0x7fffff00, 0x7fffffff, 0};

static bool refuses(const struct task *task, const struct kj_addr *addr)
{
	const uint8_t *b = addr->bytes;
	uint32_t code = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];

	if (addr->family != 4 || b[0] != 127 || kj_code_in_range(&errors, code))
		return true;
	for (unsigned i = 0; i < task->blocked_count; i++)
		if (kj_code_in_range(&task->blocked[i], code))
			return true;
	return false;
}

static void judge(void *context, const struct kj_dns_answer *const *answers)
{
	const struct kj_dns_answer *listing = answers[0];
	struct kj_addr addrs[KJ_LOOKUP_ADDRS_MAX];
	struct kj_answer answer = {.status = kj_lookup_status(listing), .addrs = addrs};
	struct task *task = context;

	for (unsigned i = 0; listing && i < listing->count; i++)
		if (refuses(task, &listing->records[i].addr))
			answer.status = KJ_ANSWER_BLOCKED;
	kj_lookup_add_addrs(listing, addrs, &answer.addr_count);
	task->done(task->context, &answer);
	free(task);
}

int kj_lookup_dnsbl(struct kj_resolver *resolver, const struct kj_question *question, int64_t deadline_ms,
    kj_lookup_done_fn *done, void *context)
{
	struct kj_gather_want want = {question->name, KJ_DNS_A};
	size_t ranges = question->blocked_count * sizeof *question->blocked;
	struct task *task = malloc(sizeof *task + ranges);
	int rc;

	if (!task)
		return -KJ_ENOMEM;
	*task = (struct task){done, context, question->blocked_count};
	if (ranges)
		memcpy(task->blocked, question->blocked, ranges);
	rc = kj_gather(resolver, &want, 1, deadline_ms, judge, task);
	if (rc < 0)
		free(task);
	return rc;
}
