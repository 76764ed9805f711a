/*
 * edits.c - what is changed in the header
 *
 * Fields that only we may write are removed when they come in, so that nobody can vouch for himself: our X-Spam-*
 * and X-Kanjiki-* fields, and Authentication-Results under our authserv-id (RFC 8601 section 5). A mail that is put
 * off is not edited.
 */
#include <strings.h>

#include "kanjiki/centi.h"
#include "pipeline/mail.h"

#define FOLD_AT	     72
#define VALUE_MAX    4096
#define LEVEL_MAX    50
#define OURS_EDITS   8 /* the most that kj_mail_edit() inserts or replaces itself */
#define CENTI_A_STAR 100

const char *const kj_own_fields[KJ_OWN_COUNT] = {
    [KJ_OWN_FLAG] = "X-Spam-Flag",
    [KJ_OWN_STATUS] = "X-Spam-Status",
    [KJ_OWN_SCORE] = "X-Spam-Score",
    [KJ_OWN_LEVEL] = "X-Spam-Level",
    [KJ_OWN_EVIDENCE] = "X-Kanjiki-Evidence",
};

void kj_mail_note_field(struct kj_mail *mail, const char *name, const char *value)
{
	for (unsigned i = 0; i < KJ_OWN_COUNT; i++)
		if (strcasecmp(name, kj_own_fields[i]) == 0)
			mail->own_seen[i]++;
	if (strcasecmp(name, "Authentication-Results") != 0)
		return;
	kj_mail_note_auth(mail, value);
}

struct edits {
	struct kj_mail *mail;
	struct kj_edit *list;
	unsigned count;
};

static void add(struct edits *edits, enum kj_edit_kind kind, const char *name, unsigned index, const char *value)
{
	if (kind != KJ_EDIT_DELETE && !value)
		edits->mail->failed = true;
	else
		edits->list[edits->count++] = (struct kj_edit){kind, name, index, value};
}

/* From the highest index down, so that the lower ones stay what they are. */
static void remove_forgeries(struct edits *edits)
{
	struct kj_mail *mail = edits->mail;

	for (unsigned i = 0; i < KJ_OWN_COUNT; i++)
		for (unsigned n = mail->own_seen[i]; n > 0; n--)
			add(edits, KJ_EDIT_DELETE, kj_own_fields[i], n, NULL);
	for (unsigned n = mail->claim_count; n > 0; n--)
		if (!mail->claims[n - 1].believed)
			add(edits, KJ_EDIT_DELETE, "Authentication-Results", mail->claims[n - 1].number, NULL);
}

/* "Yes, score=8.70 required=5.00 tests=A=2.50,B=..." folded behind commas */
static const char *status_value(struct kj_mail *mail)
{
	const struct kj_verdict *verdict = &mail->verdict;
	struct kj_buf buf = KJ_BUF_INIT(VALUE_MAX);
	char score[KJ_CENTI_STRLEN], required[KJ_CENTI_STRLEN];
	size_t line_start = 0;
	const char *value;

	kj_buf_printf(&buf, "%s, score=%s required=%s tests=", verdict->action >= KJ_ACTION_TAG ? "Yes" : "No",
	    kj_centi_format(verdict->score_centi, score), kj_centi_format(verdict->required_centi, required));
	for (unsigned i = 0; i < verdict->term_count; i++) {
		const struct kj_term *term = &verdict->terms[i];

		if (buf.len - line_start + strlen(term->symbol) > FOLD_AT) {
			kj_buf_add_str(&buf, "\n\t");
			line_start = buf.len;
		}
		kj_buf_printf(&buf, "%s=%s%s", term->symbol, kj_centi_format(term->score_centi, score),
		    i + 1 < verdict->term_count ? "," : "");
	}
	if (!verdict->term_count)
		kj_buf_add_str(&buf, "none");
	value = kj_arena_strdup(mail->arena, kj_buf_str(&buf));
	kj_buf_free(&buf);
	return value;
}

static const char *level_value(struct kj_mail *mail)
{
	char stars[LEVEL_MAX + 1];
	int32_t count = mail->verdict.score_centi / CENTI_A_STAR;

	count = count < 0 ? 0 : count > LEVEL_MAX ? LEVEL_MAX : count;
	memset(stars, '*', (size_t)count);
	stars[count] = '\0';
	return kj_arena_strdup(mail->arena, stars);
}

/* The original subject is kept as it was sent; only the prefix is put in front. */
static void prefix_subject(struct edits *edits, const char *prefix)
{
	struct kj_arena *arena = edits->mail->arena;
	const char *subject = kj_message_field(edits->mail->facts.message, "Subject");
	const char *encoded = prefix ? kj_message_encode(arena, prefix) : NULL, *gap = "";

	if (!prefix)
		return;
	subject = subject ? subject + strspn(subject, " \t\r\n") : NULL;
	/* An encoded word ends at a blank; one more between two of them is not shown (RFC 2047 section 6.2). */
	if (encoded && strncmp(encoded, "=?", 2) == 0)
		gap = " ";
	if (!encoded)
		edits->mail->failed = true;
	else if (subject)
		add(edits, KJ_EDIT_REPLACE, "Subject", 1, kj_arena_printf(arena, "%s%s%s", encoded, gap, subject));
	else
		add(edits, KJ_EDIT_INSERT, "Subject", 0, encoded);
}

void kj_mail_edit(struct kj_mail *mail, const char *subject_prefix)
{
	struct kj_verdict *verdict = &mail->verdict;
	unsigned forgeries = mail->claim_count;
	struct edits edits = {.mail = mail};
	char score[KJ_CENTI_STRLEN];

	if (verdict->action == KJ_ACTION_TEMPFAIL)
		return;
	for (unsigned i = 0; i < KJ_OWN_COUNT; i++)
		forgeries += mail->own_seen[i];
	edits.list = kj_arena_array(mail->arena, forgeries + OURS_EDITS, sizeof *edits.list);
	if (!edits.list) {
		mail->failed = true;
		return;
	}
	remove_forgeries(&edits);
	/* Each goes to the top, so the last one here is the first in the mail. */
	add(&edits, KJ_EDIT_INSERT, kj_own_fields[KJ_OWN_EVIDENCE], 0, kj_evidence_text(mail->arena, mail->evidence));
	if (verdict->action == KJ_ACTION_TAG) {
		prefix_subject(&edits, subject_prefix);
		add(&edits, KJ_EDIT_INSERT, kj_own_fields[KJ_OWN_LEVEL], 0, level_value(mail));
		add(&edits, KJ_EDIT_INSERT, kj_own_fields[KJ_OWN_SCORE], 0,
		    kj_arena_strdup(mail->arena, kj_centi_format(verdict->score_centi, score)));
	}
	add(&edits, KJ_EDIT_INSERT, kj_own_fields[KJ_OWN_STATUS], 0, status_value(mail));
	if (verdict->action == KJ_ACTION_TAG)
		add(&edits, KJ_EDIT_INSERT, kj_own_fields[KJ_OWN_FLAG], 0, "YES");
	add(&edits, KJ_EDIT_INSERT, "Authentication-Results", 0,
	    kj_auth_field(mail->arena, kj_mail_settings(mail)->authserv_id, &mail->facts, mail->evidence));
	verdict->edits = edits.list;
	verdict->edit_count = edits.count;
}
