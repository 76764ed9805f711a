/*
 * check_helo.c - the name the client gives itself (RFC 5321 section 4.1.1.1)
 */
#include "kanjiki/checks.h"
#include "kanjiki/name.h"

static void ask(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	(void)rules;
	if (facts->client.family && kj_name_is_fqdn(facts->helo_name))
		kj_evidence_ask(evidence, &(struct kj_question){
		    .kind = KJ_ASK_ADDRESSES,
		    .label = "helo",
		    .name = facts->helo_name,
		    .addr = facts->client,
		});
}

/* The HELO name leads elsewhere, and to another organisation than the client's PTR names. */
static void judge_mismatch(const struct kj_facts *facts, const struct kj_evidence *evidence, struct kj_hits *hits)
{
	const struct kj_answer *helo = kj_evidence_find(evidence, KJ_ASK_ADDRESSES, facts->helo_name);
	const struct kj_answer *rdns = kj_evidence_find(evidence, KJ_ASK_FCRDNS, NULL);
	char text[KJ_ADDR_STRLEN];

	if (!helo || !rdns || helo->status != KJ_ANSWER_FOUND || rdns->status != KJ_ANSWER_FOUND || !rdns->name_count)
		return;
	for (unsigned i = 0; i < helo->addr_count; i++)
		if (kj_addr_equal(&helo->addrs[i], &facts->client))
			return;
	for (unsigned i = 0; i < rdns->name_count; i++)
		if (kj_name_same_org(rdns->names[i], facts->helo_name))
			return;
	kj_hits_add(hits, "HELO_MISMATCH", "HELO %s is not %s, which is called %s", facts->helo_name,
	    kj_addr_format(&facts->client, text), rdns->names[0]);
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules, const struct kj_evidence *evidence,
    struct kj_hits *hits)
{
	const char *name = facts->helo_name, *zone;
	struct kj_addr literal;

	if (!facts->client.family || !*facts->helo || kj_addr_parse(facts->helo, &literal) == 0)
		return;
	zone = kj_name_zone(name, rules->special_helos, rules->special_helo_count);
	if (zone)
		kj_hits_add(hits, "HELO_SPECIAL", "HELO %s is under .%s, which no public host can be", name, zone);
	else if (!strchr(name, '.'))
		kj_hits_add(hits, "HELO_NOT_FQDN", "HELO %s is no full name", facts->helo);
	else
		judge_mismatch(facts, evidence, hits);
}

static const char *const symbols[] = {"HELO_SPECIAL", "HELO_NOT_FQDN", "HELO_MISMATCH", NULL};
const struct kj_check kj_check_helo = {"helo", symbols, KJ_STAGE_HELO, ask, judge};
