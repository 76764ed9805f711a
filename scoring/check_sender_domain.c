/*
 * check_sender_domain.c - does the sender's domain take mail at all?
 *
 * Whoever sends from a domain that takes no mail cannot be told that his mail did not arrive. A null MX (RFC 7505) says so
 * openly; a domain with neither MX nor address (RFC 5321 section 5.1) has no place to deliver to. Some honest senders of
 * notices do it too, so it is one sign among others. The null sender asks for no answer and is not looked at.
 */
#include "kanjiki/checks.h"
#include "kanjiki/name.h"

static void ask(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	(void)rules;
	if (kj_name_is_fqdn(facts->sender_domain))
		kj_evidence_ask(evidence, &(struct kj_question){
		                              .kind = KJ_ASK_MX,
		                              .label = "mx",
		                              .name = facts->sender_domain,
		                          });
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules,
    const struct kj_evidence *evidence, struct kj_hits *hits)
{
	const char *domain = facts->sender_domain;
	const struct kj_answer *mx = *domain ? kj_evidence_find(evidence, KJ_ASK_MX, domain) : NULL;

	(void)rules;
	if (!mx || !kj_answer_is_known(mx))
		return;
	if (mx->status == KJ_ANSWER_NOT_FOUND)
		kj_hits_add(hits, "NULL_MX", "%s has neither MX nor address", domain);
	else if (mx->name_count && !*mx->names[0])
		kj_hits_add(hits, "NULL_MX", "%s publishes a null MX: it takes no mail", domain);
}

static const char *const symbols[] = {"NULL_MX", NULL};
const struct kj_check kj_check_sender_domain = {"sender-domain", symbols, KJ_STAGE_MAIL, ask, judge};
