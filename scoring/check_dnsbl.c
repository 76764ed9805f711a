/*
 * check_dnsbl.c - is the client's address on a DNS list? (RFC 5782)
 *
 * A list that does not answer, refuses us or answers nonsense says nothing; that it said nothing stands in the
 * evidence under the list's name.
 */
#include <arpa/inet.h>

#include "kanjiki/checks.h"
#include "kanjiki/name.h"

#define QUERY_STRLEN (KJ_ADDR_REVERSELEN + KJ_NAME_STRLEN)

/* The query name of the client under a list, or false if the list does not know its address family. */
static bool query_name(const struct kj_dnsbl *list, const struct kj_addr *client, char *out)
{
	char reverse[KJ_ADDR_REVERSELEN];

	if (!(client->family == 4 && list->ipv4) && !(client->family == 6 && list->ipv6))
		return false;
	snprintf(out, QUERY_STRLEN, "%s.%s", kj_addr_reverse(client, reverse), list->zone);
	return true;
}

static void ask(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	char name[QUERY_STRLEN];

	for (unsigned i = 0; i < rules->dnsbl_count; i++) {
		const struct kj_dnsbl *list = &rules->dnsbls[i];

		if (query_name(list, &facts->client, name))
			kj_evidence_ask(evidence, &(struct kj_question){
			    .kind = KJ_ASK_DNSBL,
			    .label = list->label,
			    .name = name,
			    .blocked = list->blocked,
			    .blocked_count = list->blocked_count,
			});
	}
}

/* Hit the symbol of the first row that means this code. */
static void judge_code(
    const struct kj_dnsbl *list, const struct kj_addr *client, const struct kj_addr *code, struct kj_hits *hits)
{
	char client_text[KJ_ADDR_STRLEN], code_text[KJ_ADDR_STRLEN];
	uint32_t value;

	memcpy(&value, code->bytes, sizeof value);
	for (unsigned i = 0; i < list->code_count; i++) {
		if (!kj_code_in_range(&list->codes[i].range, ntohl(value)))
			continue;
		kj_hits_add(hits, list->codes[i].symbol, "%s is listed by %s with %s",
		    kj_addr_format(client, client_text), list->label, kj_addr_format(code, code_text));
		return;
	}
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules, const struct kj_evidence *evidence,
    struct kj_hits *hits)
{
	char name[QUERY_STRLEN];

	for (unsigned i = 0; i < rules->dnsbl_count; i++) {
		const struct kj_dnsbl *list = &rules->dnsbls[i];
		const struct kj_answer *answer;

		if (!query_name(list, &facts->client, name))
			continue;
		answer = kj_evidence_find(evidence, KJ_ASK_DNSBL, name);
		if (!answer || answer->status != KJ_ANSWER_FOUND)
			continue;
		for (unsigned a = 0; a < answer->addr_count; a++)
			if (answer->addrs[a].family == 4)
				judge_code(list, &facts->client, &answer->addrs[a], hits);
	}
}

const struct kj_check kj_check_dnsbl = {"dnsbl", NULL, KJ_STAGE_CONNECT, ask, judge};
