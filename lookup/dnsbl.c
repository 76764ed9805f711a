/*
 * dnsbl.c - is the name listed?
 */
#include "lookup/dnsbl.h"

#include "kanjiki/dnsbl.h"

struct task {
	kj_lookup_done_fn *done;
	void *context;
	unsigned blocked_count;
	struct kj_code_range blocked[];
};

static const struct kj_code_range errors = {.first = 0x7fffff00, .last = 0x7fffffff};

enum kj_dnsbl_refusal kj_dnsbl_refuses(
    const struct kj_addr *addr, const struct kj_code_range *blocked, unsigned blocked_count)
{
	const uint8_t *b = addr->bytes;
	uint32_t code = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];

	if (addr->family != 4 || b[0] != 127)
		return KJ_DNSBL_NO_CODE;
	if (kj_code_in_range(&errors, code))
		return KJ_DNSBL_REFUSED;
	for (unsigned i = 0; i < blocked_count; i++)
		if (kj_code_in_range(&blocked[i], code))
			return KJ_DNSBL_REFUSED;
	return KJ_DNSBL_LISTED;
}

static void judge(void *context, const struct kj_dns_answer *const *answers)
{
	const struct kj_dns_answer *listing = answers[0];
	struct kj_addr addrs[KJ_LOOKUP_ADDRS_MAX];
	struct kj_answer answer = {
	    .status = kj_lookup_status(listing), .addrs = addrs, .ttl_s = listing ? listing->ttl_s : 0};
	struct task *task = context;

	for (unsigned i = 0; listing && i < listing->count; i++)
		if (kj_dnsbl_refuses(&listing->records[i].addr, task->blocked, task->blocked_count) !=
		    KJ_DNSBL_LISTED)
			answer.status = KJ_ANSWER_BLOCKED;
	kj_lookup_add_addrs(listing, addrs, &answer.addr_count);
	task->done(task->context, &answer);
	free(task);
}

int kj_lookup_dnsbl(struct kj_resolver *resolver, const struct kj_question *question, int64_t deadline_ms,
    kj_lookup_done_fn *done, void *context)
{
	struct kj_gather_want want = {
	    question->secret_name ? question->secret_name : question->name, KJ_DNS_A};
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
