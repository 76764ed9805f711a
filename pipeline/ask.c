/*
 * ask.c - carrying the checks' questions out
 */
#include "kanjiki/first_seen.h"
#include "kanjiki/lookups.h"
#include "kanjiki/share.h"
#include "pipeline/meet.h"
#include "pipeline/list_watch.h"
#include "pipeline/mail.h"

static struct kj_answer first_seen(struct kj_mail *mail, const char *domain)
{
	int64_t since_s = mail->engine->store ? kj_first_seen_get(mail->engine->store, domain) : -1;

	if (since_s < 0)
		return (struct kj_answer){.status = KJ_ANSWER_FAILED};
	if (since_s == 0)
		return (struct kj_answer){.status = KJ_ANSWER_NOT_FOUND};
	return (struct kj_answer){.status = KJ_ANSWER_FOUND, .since_s = since_s};
}

/* Put one question to whom it belongs. */
static void carry_out(struct kj_mail *mail, unsigned index)
{
	struct kj_item *item = kj_evidence_item(mail->evidence, index);

	mail->numbers[index] = -1;
	if (item->question.kind == KJ_ASK_FIRST_SEEN) {
		item->answer = first_seen(mail, item->question.name);
		/* The sender's is the first that is asked for; other hosts may have seen him earlier. */
		if (mail->engine->share && !mail->share_question)
			mail->share_question = kj_share_ask(mail->engine->share, item->question.name);
	} else if (!mail->lookups) {
		item->answer.status = KJ_ANSWER_DISABLED;
	} else if (!kj_list_disabled(mail, &item->question, &item->answer)) {
		mail->numbers[index] = kj_lookups_ask(mail->lookups, &item->question);
		if (mail->numbers[index] < 0)
			item->answer.status = KJ_ANSWER_FAILED;
	}
}

void kj_mail_ask(struct kj_mail *mail, enum kj_stage stage)
{
	const struct kj_rules *rules = kj_snapshot_rules(mail->generation->snapshot);

	kj_checks_ask(stage, &mail->facts, rules, mail->evidence);
	for (; mail->asked < kj_evidence_count(mail->evidence) && mail->asked < KJ_QUESTIONS_MAX; mail->asked++)
		carry_out(mail, mail->asked);
}

uint32_t kj_mail_wait(struct kj_mail *mail)
{
	const struct kj_clock *clock = mail->engine->options.clock;
	int64_t start_ms = kj_clock_mono_ms(clock);

	kj_mail_share_first_seen(mail, start_ms + kj_mail_settings(mail)->deadline_ms);
	if (!mail->lookups)
		return 0;
	kj_lookups_wait(mail->lookups, start_ms + kj_mail_settings(mail)->deadline_ms);
	for (unsigned i = 0; i < mail->asked; i++)
		if (mail->numbers[i] >= 0)
			kj_evidence_item(mail->evidence, i)->answer =
			    *kj_lookups_answer(mail->lookups, mail->numbers[i]);
	kj_list_notes(mail);
	return (uint32_t)(kj_clock_mono_ms(clock) - start_ms);
}
