/*
 * check_rdns.c - what the client's address is called
 *
 * A valid FCrDNS never lowers a score: snowshoe operators set it up properly.
 */
#include "kanjiki/checks.h"
#include "kanjiki/rdns.h"

static void ask(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	(void)rules;
	if (facts->client.family)
		kj_evidence_ask(evidence, &(struct kj_question){
		    .kind = KJ_ASK_FCRDNS,
		    .label = "rdns",
		    .addr = facts->client,
		    .name = *facts->client_name ? facts->client_name : NULL,
		});
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules, const struct kj_evidence *evidence,
    struct kj_hits *hits)
{
	const struct kj_answer *answer = kj_evidence_find(evidence, KJ_ASK_FCRDNS, NULL);
	char text[KJ_ADDR_STRLEN];

	(void)rules;
	if (!answer || !kj_answer_is_known(answer))
		return;
	kj_addr_format(&facts->client, text);
	if (answer->fcrdns == KJ_FCRDNS_NONE) {
		kj_hits_add(hits, "RDNS_NONE", "%s has no PTR record", text);
		return;
	}
	for (unsigned i = 0; i < answer->name_count; i++)
		if (kj_rdns_is_generic(answer->names[i], &facts->client)) {
			kj_hits_add(hits, "RDNS_GENERIC", "%s is called %s", text, answer->names[i]);
			return;
		}
}

static const char *const symbols[] = {"RDNS_NONE", "RDNS_GENERIC", NULL};
const struct kj_check kj_check_rdns = {"rdns", symbols, KJ_STAGE_CONNECT, ask, judge};
