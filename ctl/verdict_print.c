/*
 * verdict_print.c - printing verdicts
 *
 * The JSON object's first keys are an interface: file, score, action, evidence{have, of, missing}, hits[{symbol, score,
 * family, reason}]. More may follow them.
 */
#include "ctl/verdict_print.h"

#include "ctl/envelope.h"
#include "ctl/print_safe.h"
#include "kanjiki/centi.h"
#include "kanjiki/err.h"
#include "kanjiki/evidence.h"
#include "kanjiki/record.h"
#include "kanjiki/session.h"

#define OBJECT_MAX_BYTES (4 * 1024 * 1024)
#define LABEL_MAX_BYTES  512

static void print_safe(const char *text)
{
	kj_print_safe(text, strlen(text));
}

/* "spf: timeout" of the index-th item into out; false if it is no missing one. */
static bool missing_label(struct kj_evidence *evidence, unsigned index, char *out)
{
	const struct kj_item *item = kj_evidence_item(evidence, index);
	const char *why = kj_item_missing(item);

	if (!why || kj_evidence_is_repeated(evidence, index))
		return false;
	snprintf(out, LABEL_MAX_BYTES, "%s: %s", item->question.label, why);
	return true;
}

static void print_evidence(struct kj_evidence *evidence)
{
	unsigned count = kj_evidence_count(evidence);
	const char *between = " (";
	char label[LABEL_MAX_BYTES];

	printf("  evidence %u/%u", kj_evidence_have(evidence), count);
	for (unsigned i = 0; i < count; i++)
		if (missing_label(evidence, i, label)) {
			fputs(between, stdout);
			print_safe(label);
			between = ", ";
		}
	puts(between[0] == ',' ? ")" : "");
}

static int widest_symbol(const struct kj_verdict *verdict)
{
	size_t width = 0;

	for (unsigned i = 0; i < verdict->term_count; i++)
		if (strlen(verdict->terms[i].symbol) > width)
			width = strlen(verdict->terms[i].symbol);
	return (int)width;
}

void kj_verdict_print(const char *file, const struct kj_envelope *envelope, const struct kj_verdict *verdict)
{
	char score[KJ_CENTI_STRLEN], client[KJ_ADDR_STRLEN];
	int width = widest_symbol(verdict);

	print_safe(file);
	printf("\n  %s, score %s (%s)\n  client ", kj_action_name(verdict->action),
	    kj_centi_format(verdict->score_centi, score), verdict->why ? verdict->why : "");
	print_safe(envelope->client.family ? kj_addr_format(&envelope->client, client) : "not known");
	fputs(", HELO ", stdout);
	print_safe(envelope->helo ? envelope->helo : "not known");
	fputs(", from <", stdout);
	print_safe(envelope->sender ? envelope->sender : "");
	fputs(">\n", stdout);
	for (unsigned i = 0; i < verdict->term_count; i++) {
		const struct kj_term *term = &verdict->terms[i];

		printf("  %7s  %-*s  ", kj_centi_format(term->score_centi, score), width, term->symbol);
		print_safe(term->reason ? term->reason : "");
		putchar('\n');
	}
	if (verdict->evidence)
		print_evidence(verdict->evidence);
}

static void record_evidence(struct kj_evidence *evidence, struct kj_record *record)
{
	unsigned count = evidence ? kj_evidence_count(evidence) : 0;
	char label[LABEL_MAX_BYTES];

	kj_record_begin(record, "evidence", '{');
	kj_record_int(record, "have", evidence ? kj_evidence_have(evidence) : 0);
	kj_record_int(record, "of", count);
	kj_record_begin(record, "missing", '[');
	for (unsigned i = 0; i < count; i++)
		if (missing_label(evidence, i, label))
			kj_record_str(record, NULL, label);
	kj_record_end(record, ']');
	kj_record_end(record, '}');
}

static void record_hits(const struct kj_verdict *verdict, struct kj_record *record)
{
	kj_record_begin(record, "hits", '[');
	for (unsigned i = 0; i < verdict->term_count; i++) {
		const struct kj_term *term = &verdict->terms[i];

		kj_record_begin(record, NULL, '{');
		kj_record_str(record, "symbol", term->symbol);
		kj_record_centi(record, "score", term->score_centi);
		kj_record_str(record, "family", term->family);
		kj_record_str(record, "reason", term->reason);
		kj_record_end(record, '}');
	}
	kj_record_end(record, ']');
}

static void record_envelope(const struct kj_envelope *envelope, struct kj_record *record)
{
	char client[KJ_ADDR_STRLEN];

	kj_record_str(
	    record, "client", envelope->client.family ? kj_addr_format(&envelope->client, client) : NULL);
	kj_record_str(record, "helo", envelope->helo);
	kj_record_str(record, "sender", envelope->sender);
	kj_record_begin(record, "rcpts", '[');
	for (unsigned i = 0; i < envelope->rcpt_count; i++)
		kj_record_str(record, NULL, envelope->rcpts[i]);
	kj_record_end(record, ']');
}

int kj_verdict_print_json(
    const char *file, const struct kj_envelope *envelope, const struct kj_verdict *verdict)
{
	struct kj_record record;
	const char *text;
	bool whole;

	kj_record_open(&record, KJ_RECORD_JSON, OBJECT_MAX_BYTES);
	kj_record_str(&record, "file", file);
	kj_record_centi(&record, "score", verdict->score_centi);
	kj_record_str(&record, "action", kj_action_name(verdict->action));
	record_evidence(verdict->evidence, &record);
	record_hits(verdict, &record);
	kj_record_centi(&record, "required", verdict->required_centi);
	kj_record_str(&record, "why", verdict->why);
	kj_record_str(&record, "policy", verdict->policy);
	record_envelope(envelope, &record);
	text = kj_record_close(&record);
	whole = !record.buf.truncated;
	if (whole)
		puts(text);
	kj_record_free(&record);
	return whole ? 0 : -KJ_ELIMIT;
}
