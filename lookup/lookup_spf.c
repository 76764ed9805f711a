/*
 * lookup_spf.c - a question of SPF, through spf.h
 */
#include "lookup_spf.h"

#include "kanjiki/spf.h"

struct task {
	kj_lookup_done_fn *done;
	void *context;
};

static void judged(void *context, const struct kj_spf_outcome *outcome)
{
	struct kj_answer answer = {
	    .status = KJ_ANSWER_FOUND,
	    .spf = outcome->result,
	    .text = outcome->reason,
	    .spf_record = outcome->record,
	    .breadth = outcome->breadth,
	};
	struct task *task = context;

	task->done(task->context, &answer);
	free(task);
}

int kj_lookup_spf(struct kj_resolver *resolver, const struct kj_question *question, int64_t deadline_ms,
    kj_lookup_done_fn *done, void *context)
{
	struct kj_spf_request request = {
	    .client = question->addr,
	    .sender = question->sender,
	    .helo = question->helo,
	    .deadline_ms = deadline_ms,
	};
	struct task *task = malloc(sizeof *task);
	int rc;

	if (!task)
		return -KJ_ENOMEM;
	*task = (struct task){done, context};
	rc = kj_spf_check(resolver, &request, judged, task);
	if (rc < 0)
		free(task);
	return rc;
}
