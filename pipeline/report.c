/*
 * report.c - the log line of a mail
 */
#include "kanjiki/centi.h"
#include "pipeline/mail.h"

#define LIST_MAX 4096

static void report_client(const struct kj_addr *client, const char *helo, struct kj_record *record)
{
	char text[KJ_ADDR_STRLEN];

	kj_record_str(record, "client", client->family ? kj_addr_format(client, text) : "local");
	kj_record_str(record, "helo", helo);
}

void kj_report_pass(
    const struct kj_verdict *verdict, const struct kj_addr *client, const char *helo, struct kj_record *record)
{
	report_client(client, helo, record);
	kj_record_str(record, "action", kj_action_name(verdict->action));
	kj_record_str(record, "why", verdict->why);
}

static void report_rcpts(const struct kj_facts *facts, struct kj_record *record)
{
	struct kj_buf list = KJ_BUF_INIT(LIST_MAX);

	for (unsigned i = 0; i < facts->rcpt_count; i++)
		kj_buf_printf(&list, "%s%s", i ? "," : "", facts->rcpts[i]);
	kj_record_str(record, "rcpts", kj_buf_str(&list));
	kj_buf_free(&list);
}

static void report_terms(const struct kj_verdict *verdict, struct kj_record *record)
{
	struct kj_buf list = KJ_BUF_INIT(LIST_MAX);
	char score[KJ_CENTI_STRLEN];

	for (unsigned i = 0; i < verdict->term_count; i++)
		kj_buf_printf(&list, "%s%s=%s", i ? "," : "", verdict->terms[i].symbol,
		    kj_centi_format(verdict->terms[i].score_centi, score));
	kj_record_str(record, "terms", kj_buf_str(&list));
	kj_buf_free(&list);
}

static void report_missing(struct kj_evidence *evidence, struct kj_record *record)
{
	struct kj_buf list = KJ_BUF_INIT(LIST_MAX);
	unsigned count = kj_evidence_count(evidence);

	for (unsigned i = 0; i < count; i++) {
		const struct kj_item *item = kj_evidence_item(evidence, i);
		const char *why = kj_item_missing(item);

		if (why)
			kj_buf_printf(&list, "%s%s: %s", list.len ? ", " : "", item->question.label, why);
	}
	kj_record_str(record, "missing", list.len ? list.data : NULL);
	kj_buf_free(&list);
}

void kj_report_mail(const struct kj_mail *mail, struct kj_record *record)
{
	const struct kj_verdict *verdict = &mail->verdict;
	char evidence[32];

	kj_record_str(record, "qid", mail->queue_id);
	report_client(&mail->facts.client, mail->facts.helo, record);
	kj_record_str(record, "from", mail->facts.sender);
	report_rcpts(&mail->facts, record);
	kj_record_str(record, "action", kj_action_name(verdict->action));
	kj_record_centi(record, "score", verdict->score_centi);
	kj_record_centi(record, "required", verdict->required_centi);
	report_terms(verdict, record);
	snprintf(evidence, sizeof evidence, "%u/%u", kj_evidence_have(mail->evidence),
	    kj_evidence_count(mail->evidence));
	kj_record_str(record, "evidence", evidence);
	report_missing(mail->evidence, record);
	kj_record_int(record, "waited_ms", verdict->waited_ms);
	kj_record_int(record, "size", (int64_t)mail->body_bytes);
	kj_record_str(record, "why", verdict->why);
	if (*verdict->policy)
		kj_record_str(record, "policy", verdict->policy);
	if (verdict->incomplete)
		kj_record_bool(record, "incomplete", true);
	if (mail->facts.warming_up)
		kj_record_bool(record, "warming_up", true);
}
