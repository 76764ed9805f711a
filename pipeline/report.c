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

void kj_join_rcpts(const struct kj_facts *facts, struct kj_buf *out)
{
	for (unsigned i = 0; i < facts->rcpt_count; i++)
		kj_buf_printf(out, "%s%s", i ? "," : "", facts->rcpts[i]);
}

void kj_join_terms(const struct kj_verdict *verdict, struct kj_buf *out)
{
	char score[KJ_CENTI_STRLEN];

	for (unsigned i = 0; i < verdict->term_count; i++)
		kj_buf_printf(out, "%s%s=%s", i ? "," : "", verdict->terms[i].symbol,
		    kj_centi_format(verdict->terms[i].score_centi, score));
}

unsigned kj_join_missing(struct kj_evidence *evidence, struct kj_buf *out)
{
	unsigned missing = 0;

	for (unsigned i = 0; i < kj_evidence_count(evidence); i++) {
		const struct kj_item *item = kj_evidence_item(evidence, i);
		const char *why = kj_item_missing(item);

		if (!why || kj_evidence_is_repeated(evidence, i))
			continue;
		kj_buf_printf(out, "%s%s: %s", missing++ ? ", " : "", item->question.label, why);
		if (item->answer.status == KJ_ANSWER_DISABLED && item->answer.text)
			kj_buf_printf(out, " (%s)", item->answer.text);
	}
	return missing;
}

static void report_marks(const struct kj_message *message, struct kj_record *record)
{
	struct kj_buf list = KJ_BUF_INIT(LIST_MAX);

	for (unsigned i = 0; kj_message_mark_name(i); i++)
		if (message->marks & 1U << i)
			kj_buf_printf(&list, "%s%s", list.len ? "," : "", kj_message_mark_name(i));
	if (list.len)
		kj_record_str(record, "marks", kj_buf_str(&list));
	kj_buf_free(&list);
}

static void report_lists(const struct kj_mail *mail, struct kj_record *record)
{
	struct kj_buf list = KJ_BUF_INIT(LIST_MAX);

	kj_join_terms(&mail->verdict, &list);
	kj_record_str(record, "terms", kj_buf_str(&list));
	kj_buf_clear(&list);
	kj_buf_printf(&list, "%u/%u", kj_evidence_have(mail->evidence), kj_evidence_count(mail->evidence));
	kj_record_str(record, "evidence", kj_buf_str(&list));
	kj_buf_clear(&list);
	if (kj_join_missing(mail->evidence, &list))
		kj_record_str(record, "missing", kj_buf_str(&list));
	kj_buf_free(&list);
}

/* Clusters that are more than a few mails, for `kanjikictl clusters show`. */
static void report_clusters(const struct kj_facts *facts, struct kj_record *record)
{
	struct kj_buf list = KJ_BUF_INIT(LIST_MAX);
	char id[KJ_CLUSTER_ID_LEN];

	for (unsigned i = 0; i < facts->cluster_count; i++)
		if (facts->clusters[i].member_count)
			kj_buf_printf(&list, "%s%s", list.len ? "," : "",
			    kj_cluster_id(facts->clusters[i].signal, facts->clusters[i].id, id));
	if (list.len)
		kj_record_str(record, "clusters", kj_buf_str(&list));
	kj_buf_free(&list);
}

void kj_report_mail(const struct kj_mail *mail, struct kj_record *record)
{
	const struct kj_verdict *verdict = &mail->verdict;
	struct kj_buf rcpts = KJ_BUF_INIT(LIST_MAX);

	kj_join_rcpts(&mail->facts, &rcpts);
	kj_record_str(record, "qid", mail->queue_id);
	report_client(&mail->facts.client, mail->facts.helo, record);
	kj_record_str(record, "from", mail->facts.sender);
	kj_record_str(record, "rcpts", kj_buf_str(&rcpts));
	kj_buf_free(&rcpts);
	kj_record_str(record, "action", kj_action_name(verdict->action));
	kj_record_centi(record, "score", verdict->score_centi);
	kj_record_centi(record, "required", verdict->required_centi);
	report_lists(mail, record);
	kj_record_int(record, "waited_ms", verdict->waited_ms);
	kj_record_int(record, "size", (int64_t)mail->body_bytes);
	if (mail->facts.message)
		report_marks(mail->facts.message, record);
	report_clusters(&mail->facts, record);
	kj_record_str(record, "why", verdict->why);
	if (*verdict->policy)
		kj_record_str(record, "policy", verdict->policy);
	if (verdict->incomplete)
		kj_record_bool(record, "incomplete", true);
	if (mail->facts.warming_up)
		kj_record_bool(record, "warming_up", true);
}
