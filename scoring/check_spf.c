/*
 * check_spf.c - did the sender's domain allow this client? (RFC 7208)
 *
 * Both identities are checked (section 2.3 recommends HELO besides MAIL FROM). A pass never lowers a score: a
 * snowshoe operator publishes records like anybody else.
 */
#include "kanjiki/checks.h"
#include "kanjiki/name.h"

static void ask(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	struct kj_question question = {
	    .kind = KJ_ASK_SPF, .label = "spf", .addr = facts->client, .helo = facts->helo, .sender = facts->sender};

	if (!rules->spf || !facts->client.family)
		return;
	if (*facts->sender) {
		question.name = facts->sender;
		kj_evidence_ask(evidence, &question);
	}
	if (kj_name_is_fqdn(facts->helo_name)) {
		question.label = "spf-helo";
		question.name = facts->helo_name;
		question.sender = "";
		kj_evidence_ask(evidence, &question);
	}
}

static const char *const symbols[] = {
    "SPF_FAIL", "SPF_SOFTFAIL", "SPF_NEUTRAL", "SPF_NONE", "SPF_PASS", "SPF_PERMERROR", "SPF_HELO_FAIL", NULL};

/* By enum kj_spf_result. A temperror is not known, and says nothing. */
static const char *const sender_symbols[] = {
    [KJ_SPF_NONE] = "SPF_NONE",
    [KJ_SPF_NEUTRAL] = "SPF_NEUTRAL",
    [KJ_SPF_PASS] = "SPF_PASS",
    [KJ_SPF_FAIL] = "SPF_FAIL",
    [KJ_SPF_SOFTFAIL] = "SPF_SOFTFAIL",
    [KJ_SPF_TEMPERROR] = NULL,
    [KJ_SPF_PERMERROR] = "SPF_PERMERROR",
};

static void judge(const struct kj_facts *facts, const struct kj_rules *rules, const struct kj_evidence *evidence,
    struct kj_hits *hits)
{
	const struct kj_answer *sender = NULL, *helo = kj_evidence_find(evidence, KJ_ASK_SPF, facts->helo_name);

	(void)rules;
	if (*facts->sender)
		sender = kj_evidence_find(evidence, KJ_ASK_SPF, facts->sender);
	if (sender && kj_answer_is_known(sender) && sender_symbols[sender->spf])
		kj_hits_add(hits, sender_symbols[sender->spf], "%s: %s%s%s", facts->sender_domain,
		    kj_spf_result_name(sender->spf), sender->text ? ", " : "", sender->text ? sender->text : "");
	if (helo && kj_answer_is_known(helo) && helo->spf == KJ_SPF_FAIL)
		kj_hits_add(hits, "SPF_HELO_FAIL", "HELO %s: fail%s%s", facts->helo_name, helo->text ? ", " : "",
		    helo->text ? helo->text : "");
}

const struct kj_check kj_check_spf = {"spf", symbols, KJ_STAGE_MAIL, ask, judge};
