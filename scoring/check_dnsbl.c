/*
 * check_dnsbl.c - is anything about this mail on a DNS list? (RFC 5782)
 *
 * What is known at a stage is asked there: the client's address at connect, the name in HELO, the sender at MAIL, and
 * From and the links at the end. A list that does not answer, refuses us or answers nonsense says nothing; that it said
 * nothing stands in the evidence under the list's name.
 */
#include <arpa/inet.h>

#include "list_items.h"

/* One list and one mail, while its items go by. */
struct round {
	const struct kj_dnsbl *list;
	struct kj_evidence *evidence;
	const struct kj_evidence *answers;
	struct kj_hits *hits;
};

/* Into out (KJ_NAME_STRLEN bytes); an item's name has room for its zone. */
static const char *join(const char *name, const char *zone, char *out)
{
	size_t len = strlen(name);

	memcpy(out, name, len);
	out[len] = '.';
	memcpy(out + len + 1, zone, strlen(zone) + 1);
	return out;
}

static void ask_item(void *context, const struct kj_list_item *item)
{
	const struct round *round = context;
	const struct kj_dnsbl *list = round->list;
	char name[KJ_NAME_STRLEN], secret[KJ_NAME_STRLEN];

	kj_evidence_ask(round->evidence,
	    &(struct kj_question){
	        .kind = KJ_ASK_DNSBL,
	        .label = list->label,
	        .name = join(item->name, list->zone, name),
	        .secret_name =
	            list->query_zone == list->zone ? NULL : join(item->name, list->query_zone, secret),
	        .blocked = list->blocked,
	        .blocked_count = list->blocked_count,
	        .list = list,
	        .timeout_ms = list->timeout_ms,
	    });
}

static void ask(enum kj_stage stage, const struct kj_facts *facts, const struct kj_rules *rules,
    struct kj_evidence *evidence)
{
	for (unsigned i = 0; i < rules->dnsbl_count; i++) {
		struct round round = {.list = &rules->dnsbls[i], .evidence = evidence};

		kj_list_items(round.list, stage, facts, ask_item, &round);
	}
}

/* Hit the symbol of the first row that means this code. */
static void judge_code(const struct round *round, const struct kj_list_item *item, const struct kj_addr *code)
{
	const struct kj_dnsbl *list = round->list;
	bool is_client = strcmp(item->role, "client") == 0;
	char text[KJ_ADDR_STRLEN];
	uint32_t value;

	memcpy(&value, code->bytes, sizeof value);
	for (unsigned i = 0; i < list->code_count; i++) {
		if (!kj_code_in_range(&list->codes[i].range, ntohl(value)))
			continue;
		kj_hits_add(round->hits, list->codes[i].symbol, "%s%s%s is listed by %s with %s",
		    is_client ? "" : item->role, is_client ? "" : " ", item->what, list->label,
		    kj_addr_format(code, text));
		return;
	}
}

static void judge_item(void *context, const struct kj_list_item *item)
{
	const struct round *round = context;
	char name[KJ_NAME_STRLEN];
	const struct kj_answer *answer =
	    kj_evidence_find(round->answers, KJ_ASK_DNSBL, join(item->name, round->list->zone, name));

	if (!answer || answer->status != KJ_ANSWER_FOUND)
		return;
	for (unsigned i = 0; i < answer->addr_count; i++)
		if (answer->addrs[i].family == 4)
			judge_code(round, item, &answer->addrs[i]);
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules,
    const struct kj_evidence *evidence, struct kj_hits *hits)
{
	for (unsigned i = 0; i < rules->dnsbl_count; i++) {
		struct round round = {.list = &rules->dnsbls[i], .answers = evidence, .hits = hits};

		for (int stage = KJ_STAGE_CONNECT; stage <= KJ_STAGE_END; stage++)
			kj_list_items(round.list, (enum kj_stage)stage, facts, judge_item, &round);
	}
}

static void ask_at_connect(
    const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	ask(KJ_STAGE_CONNECT, facts, rules, evidence);
}

static void ask_at_helo(
    const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	ask(KJ_STAGE_HELO, facts, rules, evidence);
}

static void ask_at_mail(
    const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	ask(KJ_STAGE_MAIL, facts, rules, evidence);
}

static void ask_at_end(
    const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	ask(KJ_STAGE_END, facts, rules, evidence);
}

const struct kj_check kj_check_dnsbl = {"dnsbl", NULL, KJ_STAGE_CONNECT, ask_at_connect, judge};
const struct kj_check kj_check_dnsbl_helo = {"dnsbl-helo", NULL, KJ_STAGE_HELO, ask_at_helo, NULL};
const struct kj_check kj_check_dnsbl_sender = {"dnsbl-sender", NULL, KJ_STAGE_MAIL, ask_at_mail, NULL};
const struct kj_check kj_check_dnsbl_content = {"dnsbl-content", NULL, KJ_STAGE_END, ask_at_end, NULL};
