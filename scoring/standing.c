/*
 * standing.c - proof by SPF with an aligned From (RFC 7489 section 3.1), age by first-seen
 */
#include "standing.h"

#include "kanjiki/name.h"

#define MATURE_S (30 * 86400)

void standing_ask(const struct kj_facts *facts, struct kj_evidence *evidence)
{
	if (*facts->sender_domain && !facts->warming_up)
		kj_evidence_ask(evidence, &(struct kj_question){.kind = KJ_ASK_FIRST_SEEN,
		                              .label = "first-seen",
		                              .name = kj_name_org(facts->sender_domain)});
}

/* Whether the name in From is the sender's own, and the client may use it. */
static enum standing proof_of(const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	const struct kj_answer *spf =
	    *facts->sender ? kj_evidence_find(evidence, KJ_ASK_SPF, facts->sender) : NULL;
	char from[KJ_NAME_STRLEN];

	if (!spf || !kj_answer_is_known(spf) || spf->spf == KJ_SPF_TEMPERROR)
		return STANDING_UNKNOWN;
	if (spf->spf != KJ_SPF_PASS || kj_name_of_address(facts->message->from_addr, from) < 0)
		return STANDING_BAD;
	return kj_name_same_org(from, facts->sender_domain) ? STANDING_GOOD : STANDING_BAD;
}

static enum standing age_of(const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	const struct kj_answer *seen = NULL;

	if (*facts->sender_domain)
		seen = kj_evidence_find(evidence, KJ_ASK_FIRST_SEEN, kj_name_org(facts->sender_domain));
	if (!seen || !kj_answer_is_known(seen))
		return STANDING_UNKNOWN;
	if (seen->status == KJ_ANSWER_NOT_FOUND || facts->now_s - seen->since_s < MATURE_S)
		return STANDING_BAD;
	return STANDING_GOOD;
}

enum standing standing_of(const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	enum standing proof = proof_of(facts, evidence), age = age_of(facts, evidence);

	if (proof == STANDING_BAD || age == STANDING_BAD)
		return STANDING_BAD;
	return proof == STANDING_GOOD && age == STANDING_GOOD ? STANDING_GOOD : STANDING_UNKNOWN;
}
