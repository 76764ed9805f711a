/*
 * standing.c - proof by DKIM or SPF with an aligned From (RFC 7489 section 3.1), age by first-seen
 *
 * Either way the proven name is of From's organisation, so its age is what counts: the envelope sender of a signed mail
 * may be that of a service that sends for many.
 */
#include "standing.h"

#include "kanjiki/name.h"
#include "kanjiki/proof.h"
#include "kanjiki/sender_age.h"

#define MATURE_S (30 * 86400)

void standing_ask(const struct kj_facts *facts, struct kj_evidence *evidence)
{
	kj_sender_age_ask(facts, evidence);
}

/* Whether the name in From is the sender's own, and the client may use it. */
static enum standing proof_of(const struct kj_facts *facts, const struct kj_evidence *evidence, const char *from)
{
	const struct kj_answer *spf =
	    *facts->sender ? kj_evidence_find(evidence, KJ_ASK_SPF, facts->sender) : NULL;
	char signer[KJ_NAME_STRLEN];

	if (kj_proof_by_dkim(facts, signer))
		return STANDING_GOOD;
	if (!spf || !kj_answer_is_known(spf) || spf->spf == KJ_SPF_TEMPERROR)
		return STANDING_UNKNOWN;
	if (spf->spf != KJ_SPF_PASS)
		return STANDING_BAD;
	return kj_name_same_org(from, facts->sender_domain) ? STANDING_GOOD : STANDING_BAD;
}

static enum standing age_of(const struct kj_facts *facts, const struct kj_evidence *evidence, const char *name)
{
	const struct kj_answer *seen = *name ? kj_evidence_find(evidence, KJ_ASK_FIRST_SEEN, kj_name_org(name)) : NULL;

	if (!seen || !kj_answer_is_known(seen))
		return STANDING_UNKNOWN;
	if (seen->status == KJ_ANSWER_NOT_FOUND || facts->now_s - seen->since_s < MATURE_S)
		return STANDING_BAD;
	return STANDING_GOOD;
}

enum standing standing_of(const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	char from[KJ_NAME_STRLEN];
	enum standing proof, age;

	if (kj_name_of_address(facts->message->from_addr, from) < 0)
		from[0] = '\0';
	proof = proof_of(facts, evidence, from);
	/* A name that nothing proves may be anybody's; then the age of the envelope sender can only speak against it. */
	age = age_of(facts, evidence, proof == STANDING_GOOD ? from : facts->sender_domain);
	if (proof == STANDING_BAD || age == STANDING_BAD)
		return STANDING_BAD;
	return proof == STANDING_GOOD && age == STANDING_GOOD ? STANDING_GOOD : STANDING_UNKNOWN;
}
