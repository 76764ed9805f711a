/*
 * question.c - names of statuses and results
 */
#include "kanjiki/question.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char *const status_names[] = {
    [KJ_ANSWER_PENDING] = "pending",
    [KJ_ANSWER_FOUND] = "found",
    [KJ_ANSWER_NOT_FOUND] = "not found",
    [KJ_ANSWER_TIMEOUT] = "timeout",
    [KJ_ANSWER_SERVFAIL] = "servfail",
    [KJ_ANSWER_BLOCKED] = "blocked",
    [KJ_ANSWER_DISABLED] = "disabled",
    [KJ_ANSWER_FAILED] = "failed",
};

static const char *const fcrdns_names[] = {
    [KJ_FCRDNS_PASS] = "pass",
    [KJ_FCRDNS_FAIL] = "fail",
    [KJ_FCRDNS_NONE] = "permerror",
};

static const char *const spf_names[] = {
    [KJ_SPF_NONE] = "none",
    [KJ_SPF_NEUTRAL] = "neutral",
    [KJ_SPF_PASS] = "pass",
    [KJ_SPF_FAIL] = "fail",
    [KJ_SPF_SOFTFAIL] = "softfail",
    [KJ_SPF_TEMPERROR] = "temperror",
    [KJ_SPF_PERMERROR] = "permerror",
};

bool kj_answer_is_known(const struct kj_answer *answer)
{
	return answer->status == KJ_ANSWER_FOUND || answer->status == KJ_ANSWER_NOT_FOUND;
}

const char *kj_answer_status_name(enum kj_answer_status status)
{
	return (unsigned)status < COUNT(status_names) ? status_names[status] : "unknown";
}

const char *kj_fcrdns_name(enum kj_fcrdns result)
{
	return (unsigned)result < COUNT(fcrdns_names) ? fcrdns_names[result] : "unknown";
}

const char *kj_spf_result_name(enum kj_spf_result result)
{
	return (unsigned)result < COUNT(spf_names) ? spf_names[result] : "unknown";
}

bool kj_code_in_range(const struct kj_code_range *range, uint32_t code)
{
	if (range->mask)
		return code >> 24 == 127 && (code & range->mask);
	code &= ~range->ignore;
	return code >= range->first && code <= range->last;
}
