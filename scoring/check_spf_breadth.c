/*
 * check_spf_breadth.c - what kind of record is it that the sender's domain publishes?
 *
 * How many addresses a record lets pass says nothing by itself: a third of all domains let more than 100,000 pass,
 * for they include their provider's. Two kinds of record say something, whatever result this client gets from them:
 * one that lets everybody pass, and, of a new domain, one that lists single addresses spread over many networks, as a
 * snowshoe sender rents them.
 */
#include "kanjiki/checks.h"
#include "kanjiki/sender_age.h"

#define EVERYBODY_PERCENT 50 /* a /1 */
#define NETS_MIN          8
#define ISOLATED_PERCENT  70

static void ask(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	if (rules->spf)
		kj_sender_age_ask(facts, evidence);
}

static void judge_everybody(const char *domain, const struct kj_spf_breadth *breadth, struct kj_hits *hits)
{
	bool by_ip4 = breadth->ip4_percent >= breadth->ip6_percent;
	unsigned percent = by_ip4 ? breadth->ip4_percent : breadth->ip6_percent;

	if (breadth->plus_all)
		kj_hits_add(hits, "SPF_PLUSALL", "the record of %s lets everybody pass (+all)", domain);
	else if (percent >= EVERYBODY_PERCENT)
		kj_hits_add(hits, "SPF_PLUSALL", "the record of %s lets %u%% of all IPv%d addresses pass",
		    domain, percent, by_ip4 ? 4 : 6);
}

/* Single addresses over many networks. */
static bool is_enumeration(const struct kj_spf_breadth *breadth)
{
	return breadth->ip4_nets >= NETS_MIN &&
	       (uint64_t)breadth->ip4_isolated * 100 >= (uint64_t)breadth->ip4_terms * ISOLATED_PERCENT;
}

static void judge_enumeration(const struct kj_facts *facts, const struct kj_evidence *evidence,
    const struct kj_spf_breadth *breadth, struct kj_hits *hits)
{
	int64_t since_s = 0;
	enum kj_sender_age age = kj_sender_age(facts, evidence, &since_s);

	if ((age == KJ_AGE_FRESH || age == KJ_AGE_RECENT) && is_enumeration(breadth))
		kj_hits_add(hits, "SPF_ENUM",
		    "the record of %s, known for %lld h, lists %u addresses in %u networks, %u of them far "
		    "from any other",
		    facts->sender_domain, since_s ? (long long)((facts->now_s - since_s) / 3600) : 0,
		    (unsigned)breadth->ip4_terms, (unsigned)breadth->ip4_nets, (unsigned)breadth->ip4_isolated);
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules,
    const struct kj_evidence *evidence, struct kj_hits *hits)
{
	const struct kj_answer *spf = NULL;

	(void)rules;
	if (*facts->sender && *facts->sender_domain)
		spf = kj_evidence_find(evidence, KJ_ASK_SPF, facts->sender);
	if (!spf || !kj_answer_is_known(spf))
		return;
	judge_everybody(facts->sender_domain, &spf->breadth, hits);
	judge_enumeration(facts, evidence, &spf->breadth, hits);
}

static const char *const symbols[] = {"SPF_PLUSALL", "SPF_ENUM", NULL};
const struct kj_check kj_check_spf_breadth = {"spf-breadth", symbols, KJ_STAGE_MAIL, ask, judge};
