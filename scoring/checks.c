/*
 * checks.c - the table of checks
 */
#include "kanjiki/checks.h"

const struct kj_check *const kj_checks[] = {
    &kj_check_dnsbl,
    &kj_check_dnsbl_helo,
    &kj_check_dnsbl_sender,
    &kj_check_dnsbl_content,
    &kj_check_rdns,
    &kj_check_helo,
    &kj_check_spf,
    &kj_check_spf_breadth,
    &kj_check_sender_domain,
    &kj_check_received,
    &kj_check_headers,
    &kj_check_text,
    &kj_check_extortion,
    &kj_check_crowd,
    &kj_check_auth, /* last: it looks at what the others hit */
    NULL,
};

void kj_checks_ask(enum kj_stage stage, const struct kj_facts *facts, const struct kj_rules *rules,
    struct kj_evidence *evidence)
{
	for (size_t i = 0; kj_checks[i]; i++)
		if (kj_checks[i]->ask && kj_checks[i]->ask_at == stage)
			kj_checks[i]->ask(facts, rules, evidence);
}

void kj_checks_judge(const struct kj_facts *facts, const struct kj_rules *rules, const struct kj_evidence *evidence,
    struct kj_hits *hits)
{
	for (size_t i = 0; kj_checks[i]; i++)
		if (kj_checks[i]->judge)
			kj_checks[i]->judge(facts, rules, evidence, hits);
}
