/*
 * spf_trace.c - the questions that a result rests on, for people (kanjikictl spf)
 *
 * Every question of a run goes through kj_spf_ask(), and is noted there with the term that is being evaluated. libspf2
 * comes to an mx term once for each host, and a run is repeated for each missing answer; so a question is noted once for
 * a term, and only the last run is told. What was fetched ahead and never needed is not part of the way, and not told.
 */
#include "spf_guard.h"

void kj_spf_trace_begin(struct kj_spf_run *run)
{
	struct kj_spf_trace *trace = run->check->trace;

	if (!trace)
		return;
	trace->count = 0;
	trace->last = NULL;
}

/* The event of this question of the term under evaluation, if it is there. Names are unique by pointer. */
static struct kj_spf_event *find(const struct kj_spf_run *run, const struct kj_spf_question *question)
{
	struct kj_spf_trace *trace = run->check->trace;

	for (unsigned i = 0; i < trace->count; i++) {
		struct kj_spf_event *event = &trace->events[i];

		if (event->name == question->name && event->term == run->asking_term.text &&
		    (!run->asking || event->domain == run->asking->domain))
			return event;
	}
	return NULL;
}

void kj_spf_trace_question(struct kj_spf_run *run, const struct kj_spf_question *question)
{
	struct kj_spf_trace *trace = run->check->trace;

	if (!trace)
		return;
	trace->last = find(run, question);
	if (trace->last || trace->count == KJ_SPF_EVENTS_MAX)
		return;
	trace->last = &trace->events[trace->count++];
	*trace->last = (struct kj_spf_event){
	    .name = question->name,
	    .type = question->type,
	    .answer = question->answer,
	    .term = run->asking_term.text,
	    .term_len = run->asking_term.len,
	    .domain = run->asking ? run->asking->domain : run->check->domain,
	    .depth = run->asking ? run->asking->depth + 1 : 0,
	};
}

void kj_spf_trace_counted(struct kj_spf_run *run, const struct kj_spf_use *use)
{
	struct kj_spf_trace *trace = run->check->trace;

	if (trace && trace->last)
		trace->last->counted = (unsigned)(use - run->uses) + 1;
}

void kj_spf_trace_void(struct kj_spf_run *run)
{
	struct kj_spf_trace *trace = run->check->trace;

	if (trace && trace->last)
		trace->last->is_void = true;
}

void kj_spf_trace_record(struct kj_spf_run *run)
{
	struct kj_spf_trace *trace = run->check->trace;

	if (trace && trace->last)
		trace->last->is_record = true;
}

void kj_spf_trace_tell(const struct kj_spf_run *run)
{
	const struct kj_spf_trace *trace = run->check->trace;

	for (unsigned i = 0; trace && i < trace->count; i++)
		trace->observe(run->check->context, &trace->events[i]);
}
