/*
 * mx.c - MX, the addresses that stand in for it, and those of its hosts
 */
#include "mx.h"

#include "kanjiki/name.h"

struct task {
	struct kj_resolver *resolver;
	int64_t deadline_ms;
	kj_lookup_done_fn *done;
	void *context;
	bool wants_addrs;
	char name[KJ_NAME_STRLEN];
	const struct kj_dns_answer *mx; /* NULL: none, the name itself is the host */
	const char *hosts[KJ_MX_HOSTS_MAX];
	unsigned host_count;
};

static void finish(struct task *task, struct kj_answer *answer)
{
	answer->names = task->hosts;
	answer->name_count = answer->status == KJ_ANSWER_FOUND ? task->host_count : 0;
	task->done(task->context, answer);
	kj_dns_answer_unref(task->mx);
	free(task);
}

static void finish_with(struct task *task, enum kj_answer_status status)
{
	finish(task, &(struct kj_answer){.status = status});
}

static int by_preference(const struct kj_dns_record *a, const struct kj_dns_record *b)
{
	return a->preference != b->preference ? a->preference - b->preference : strcmp(a->name, b->name);
}

/* The root beside real hosts means nothing; alone it is the null MX. */
static void choose_hosts(struct task *task)
{
	const struct kj_dns_record *sorted[KJ_MX_HOSTS_MAX];
	unsigned count = kj_lookup_sort(task->mx, by_preference, sorted, KJ_MX_HOSTS_MAX);

	for (unsigned i = 0; i < count; i++)
		if (*sorted[i]->name)
			task->hosts[task->host_count++] = sorted[i]->name;
	if (!task->host_count)
		task->hosts[task->host_count++] = "";
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(((const struct kj_addr *)a)->bytes, ((const struct kj_addr *)b)->bytes, 4);
}

static unsigned sort_addrs(struct kj_addr *addrs, unsigned count)
{
	unsigned kept = 0;

	qsort(addrs, count, sizeof *addrs, by_bytes);
	for (unsigned i = 0; i < count; i++)
		if (!kept || !kj_addr_equal(&addrs[kept - 1], &addrs[i]))
			addrs[kept++] = addrs[i];
	return kept;
}

/* The addresses of the hosts are here. */
static void hosts_known(void *context, const struct kj_dns_answer *const *answers)
{
	struct kj_answer answer = {.status = KJ_ANSWER_FOUND};
	struct kj_addr addrs[KJ_LOOKUP_ADDRS_MAX];
	struct task *task = context;

	for (unsigned i = 0; i < task->host_count; i++) {
		enum kj_answer_status status = kj_lookup_status(answers[i]);

		answer.partial |= status != KJ_ANSWER_FOUND && status != KJ_ANSWER_NOT_FOUND;
		kj_lookup_add_addrs(answers[i], addrs, &answer.addr_count);
	}
	answer.addr_count = sort_addrs(addrs, answer.addr_count);
	answer.addrs = addrs;
	finish(task, &answer);
}

static void ask_hosts(struct task *task)
{
	struct kj_gather_want wants[KJ_MX_HOSTS_MAX];

	for (unsigned i = 0; i < task->host_count; i++)
		wants[i] = (struct kj_gather_want){task->hosts[i], KJ_DNS_A};
	if (kj_gather(task->resolver, wants, task->host_count, task->deadline_ms, hosts_known, task) < 0)
		finish_with(task, KJ_ANSWER_FAILED);
}

/* There is no MX: has the name itself an address? */
static void addresses_known(void *context, const struct kj_dns_answer *const *answers)
{
	struct kj_answer answer = {
	    .status = kj_lookup_either(kj_lookup_status(answers[0]), kj_lookup_status(answers[1]))};
	struct kj_addr addrs[KJ_LOOKUP_ADDRS_MAX];
	struct task *task = context;
	enum kj_answer_status v4 = kj_lookup_status(answers[0]);

	task->hosts[task->host_count++] = task->name;
	if (task->wants_addrs) {
		kj_lookup_add_addrs(answers[0], addrs, &answer.addr_count);
		answer.addr_count = sort_addrs(addrs, answer.addr_count);
		answer.addrs = addrs;
		answer.partial = v4 != KJ_ANSWER_FOUND && v4 != KJ_ANSWER_NOT_FOUND;
	}
	finish(task, &answer);
}

static void ask_addresses(struct task *task)
{
	struct kj_gather_want wants[] = {{task->name, KJ_DNS_A}, {task->name, KJ_DNS_AAAA}};

	if (kj_gather(task->resolver, wants, 2, task->deadline_ms, addresses_known, task) < 0)
		finish_with(task, KJ_ANSWER_FAILED);
}

static void mx_known(void *context, const struct kj_dns_answer *const *answers)
{
	enum kj_answer_status status = kj_lookup_status(answers[0]);
	struct task *task = context;

	if (status == KJ_ANSWER_FOUND) {
		task->mx = kj_dns_answer_ref(answers[0]);
		choose_hosts(task);
		if (task->wants_addrs && *task->hosts[0])
			ask_hosts(task);
		else
			finish_with(task, KJ_ANSWER_FOUND);
	} else if (answers[0] && answers[0]->status == KJ_DNS_NODATA) {
		ask_addresses(task);
	} else {
		finish_with(task, status);
	}
}

static int start(struct kj_resolver *resolver, const struct kj_question *question, int64_t deadline_ms,
    kj_lookup_done_fn *done, void *context, bool wants_addrs)
{
	struct kj_gather_want want = {question->name, KJ_DNS_MX};
	struct task *task = calloc(1, sizeof *task);
	int rc;

	if (!task)
		return -KJ_ENOMEM;
	task->resolver = resolver;
	task->deadline_ms = deadline_ms;
	task->done = done;
	task->context = context;
	task->wants_addrs = wants_addrs;
	snprintf(task->name, sizeof task->name, "%s", question->name);
	rc = kj_gather(resolver, &want, 1, deadline_ms, mx_known, task);
	if (rc < 0)
		free(task);
	return rc;
}

int kj_lookup_mx(struct kj_resolver *resolver, const struct kj_question *question, int64_t deadline_ms,
    kj_lookup_done_fn *done, void *context)
{
	return start(resolver, question, deadline_ms, done, context, false);
}

int kj_lookup_mx_hosts(struct kj_resolver *resolver, const struct kj_question *question, int64_t deadline_ms,
    kj_lookup_done_fn *done, void *context)
{
	return start(resolver, question, deadline_ms, done, context, true);
}
