/*
 * sender_age.c - new, or known, and really he
 */
#include "kanjiki/sender_age.h"

#include "kanjiki/checks.h"
#include "kanjiki/name.h"
#include "kanjiki/proof.h"
#include "kanjiki/rdns.h"

#define EVERYBODY_PERCENT 50

void kj_sender_age_ask(const struct kj_facts *facts, struct kj_evidence *evidence)
{
	if (*facts->sender_domain && !facts->warming_up)
		kj_evidence_ask(evidence, &(struct kj_question){.kind = KJ_ASK_FIRST_SEEN,
		                              .label = "first-seen",
		                              .name = kj_name_org(facts->sender_domain)});
}

enum kj_sender_age kj_sender_age(
    const struct kj_facts *facts, const struct kj_evidence *evidence, int64_t *ret_since_s)
{
	const char *org = kj_name_org(facts->sender_domain);
	const struct kj_answer *seen =
	    *org && !facts->warming_up ? kj_evidence_find(evidence, KJ_ASK_FIRST_SEEN, org) : NULL;
	int64_t since_s, age_s;

	if (!seen || !kj_answer_is_known(seen))
		return KJ_AGE_UNKNOWN;
	since_s = seen->status == KJ_ANSWER_FOUND ? seen->since_s : 0;
	age_s = since_s ? facts->now_s - since_s : 0;
	if (ret_since_s)
		*ret_since_s = since_s;
	return age_s <= KJ_FRESH_S ? KJ_AGE_FRESH : age_s <= KJ_KNOWN_S ? KJ_AGE_RECENT : KJ_AGE_KNOWN;
}

/* From is signed, and of the envelope sender's organisation. */
static bool is_signed(const struct kj_facts *facts)
{
	char signer[KJ_NAME_STRLEN];

	return facts->message && kj_proof_by_dkim(facts, signer) && kj_name_same_org(signer, facts->sender_domain);
}

/* A record that lets everybody pass proves nothing: whoever looks for a name to borrow finds one with such a record. */
static bool spf_proves(const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	const struct kj_answer *spf = *facts->sender ? kj_evidence_find(evidence, KJ_ASK_SPF, facts->sender) : NULL;
	unsigned percent;

	if (!spf || !kj_answer_is_known(spf) || spf->spf != KJ_SPF_PASS || spf->breadth.plus_all)
		return false;
	percent = facts->client.family == 4 ? spf->breadth.ip4_percent : spf->breadth.ip6_percent;
	return percent < EVERYBODY_PERCENT;
}

bool kj_sender_proven(const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	const char *host = kj_rdns_confirmed(facts, evidence);

	return spf_proves(facts, evidence) || is_signed(facts) || (host && kj_name_same_org(host, facts->sender_domain));
}
