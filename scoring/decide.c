/*
 * decide.c - thresholds and the gate to a tempfail
 */
#include "kanjiki/decide.h"

#include <stddef.h>

#define FAMILIES_FOR_TEMPFAIL 2

const char *kj_action_name(enum kj_action action)
{
	static const char *const names[] = {
	    [KJ_ACTION_PASS] = "pass",
	    [KJ_ACTION_ACCEPT] = "accept",
	    [KJ_ACTION_TAG] = "tag",
	    [KJ_ACTION_TEMPFAIL] = "tempfail",
	};

	return names[action];
}

/* The first reason not to put the mail off, or NULL. */
static const char *gate_closed(const struct kj_score *score, const struct kj_restraint *restraint)
{
	const struct {
		bool closed;
		const char *why;
	} reasons[] = {
	    {restraint->incomplete, "the check is incomplete"},
	    {restraint->blind, "no name server answers"},
	    {restraint->null_sender, "null sender"},
	    {restraint->duty_mailbox, "a recipient is postmaster or abuse"},
	    {restraint->pool, "the client is of a pool that many senders share"},
	    {score->families < FAMILIES_FOR_TEMPFAIL, "only one family of evidence"},
	    {!score->gate_family, "no listing, campaign or extortion behind it"},
	    {restraint->apart, "the other hosts cannot be heard"},
	    {restraint->no_memory, "no deferral memory"},
	    {restraint->ceiling, "too many mails were put off within the hour"},
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].closed)
			return reasons[i].why;
	return NULL;
}

struct kj_decision kj_decide(
    const struct kj_score *score, const struct kj_policy *policy, const struct kj_restraint *restraint)
{
	struct kj_decision decision = {KJ_ACTION_ACCEPT, NULL};

	if (score->total_centi < policy->tag_centi)
		return decision;
	decision.action = KJ_ACTION_TAG;
	if (!policy->tempfail || score->total_centi < policy->tempfail_centi)
		return decision;
	decision.restraint = gate_closed(score, restraint);
	if (!decision.restraint)
		decision.action = KJ_ACTION_TEMPFAIL;
	return decision;
}
