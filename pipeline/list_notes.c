/*
 * list_notes.c - a mail's questions to lists that fail, and what it heard of the others
 */
#include "kanjiki/list_health.h"
#include "pipeline/list_watch.h"
#include "pipeline/mail.h"

bool kj_list_disabled(struct kj_mail *mail, const struct kj_question *question, struct kj_answer *answer)
{
	struct kj_list_health *health = mail->engine->health;
	char reason[KJ_LIST_REASON_MAX];

	if (!health || !question->list || !kj_list_health_failing(health, question->list, reason))
		return false;
	/* Without memory for the reason it is disabled all the same. */
	*answer =
	    (struct kj_answer){.status = KJ_ANSWER_DISABLED, .text = kj_arena_strdup(mail->arena, reason)};
	return true;
}

static void count(struct kj_list_tally *tally, const struct kj_answer *answer)
{
	if (answer->status == KJ_ANSWER_DISABLED) {
		tally->dropped++;
		return;
	}
	tally->asked++;
	tally->hits += answer->status == KJ_ANSWER_FOUND;
	tally->blocked += answer->status == KJ_ANSWER_BLOCKED;
	tally->timeouts += answer->status == KJ_ANSWER_TIMEOUT;
	tally->servfails += answer->status == KJ_ANSWER_SERVFAIL;
	if (answer->status == KJ_ANSWER_FOUND && answer->ttl_s > tally->ttl_s)
		tally->ttl_s = answer->ttl_s;
	if (!answer->cached && answer->status != KJ_ANSWER_TIMEOUT && answer->status != KJ_ANSWER_FAILED &&
	    tally->took_count < sizeof tally->took_ms / sizeof *tally->took_ms)
		tally->took_ms[tally->took_count++] = answer->took_ms;
}

/* Distinct for each client, and not 0. */
static uint64_t client_of(const struct kj_mail *mail)
{
	const struct kj_addr *client = &mail->facts.client;

	return client->family ? kj_hash(&mail->engine->key, client->bytes, sizeof client->bytes) | 1 : 0;
}

void kj_list_notes(struct kj_mail *mail)
{
	const struct kj_rules *rules = kj_snapshot_rules(mail->generation->snapshot);
	struct kj_list_tally *tallies;

	if (!mail->engine->health || !rules->dnsbl_count)
		return;
	tallies = kj_arena_array(mail->arena, rules->dnsbl_count, sizeof *tallies);
	for (unsigned i = 0; i < mail->asked; i++) {
		struct kj_item *item = kj_evidence_item(mail->evidence, i);

		if (!item->question.list)
			continue;
		/* What was asked before the list failed, and answered after. */
		kj_list_disabled(mail, &item->question, &item->answer);
		if (tallies)
			count(&tallies[item->question.list - rules->dnsbls], &item->answer);
	}
	for (unsigned i = 0; i < rules->dnsbl_count && tallies; i++) {
		tallies[i].list = &rules->dnsbls[i];
		tallies[i].client = client_of(mail);
		if (tallies[i].asked || tallies[i].dropped)
			kj_list_health_note(mail->engine->health, &tallies[i]);
	}
}
