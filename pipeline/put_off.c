/*
 * put_off.c - the deferral memory's word on a mail that passed the gate
 *
 * A mail is known again by its content, whatever address it comes from next, or by its envelope, whatever it says
 * next (big senders retry from up to seven addresses). The text takes part as the view of words,
 * in which small disguises are gone. VERP makes the local part of the sender useless as a key; the org domain stays.
 */
#include <ctype.h>
#include <strings.h>

#include "kanjiki/deferral.h"
#include "kanjiki/name.h"
#include "pipeline/mail.h"

#define KEY_TEXT_MAX 65536
#define LIST_MAX     2048

static int by_text(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* The recipients in one order and one case. */
static void add_rcpts(struct kj_mail *mail, struct kj_buf *key)
{
	unsigned count = mail->facts.rcpt_count;
	const char **sorted = kj_arena_dup(mail->arena, mail->facts.rcpts, count * sizeof *sorted);

	if (!sorted) {
		mail->failed = true;
		return;
	}
	qsort(sorted, count, sizeof *sorted, by_text);
	for (unsigned i = 0; i < count; i++) {
		for (const char *p = sorted[i]; *p; p++)
			kj_buf_add_char(key, (char)tolower((unsigned char)*p));
		kj_buf_add_char(key, '\0');
	}
}

static uint64_t finish(struct kj_mail *mail, struct kj_buf *key)
{
	uint64_t hash = kj_hash(&mail->engine->key, kj_buf_str(key), key->len);

	kj_buf_free(key);
	return hash;
}

static uint64_t make_content_key(struct kj_mail *mail)
{
	const struct kj_text *body = &mail->facts.visible.text[KJ_VIEW_WORDS];
	const struct kj_text *subject = &mail->facts.subject.text[KJ_VIEW_WORDS];
	struct kj_buf key = KJ_BUF_INIT(2 * KEY_TEXT_MAX);
	char domain[KJ_NAME_STRLEN] = "";

	kj_name_of_address(mail->facts.message->from_addr, domain);
	kj_buf_add_str(&key, "content");
	kj_buf_add(&key, subject->data, subject->len + 1);
	kj_buf_add(&key, body->data, body->len < KEY_TEXT_MAX ? body->len : KEY_TEXT_MAX);
	kj_buf_add_char(&key, '\0');
	kj_buf_add_str(&key, kj_name_org(domain));
	kj_buf_add_char(&key, '\0');
	add_rcpts(mail, &key);
	return finish(mail, &key);
}

uint64_t kj_mail_content_key(struct kj_mail *mail)
{
	if (!mail->content_key)
		mail->content_key = make_content_key(mail) | 1;
	return mail->content_key;
}

static uint64_t meta_key(struct kj_mail *mail)
{
	struct kj_addr prefix = kj_addr_mask(&mail->facts.client, mail->facts.client.family == 4 ? 24 : 48);
	struct kj_buf key = KJ_BUF_INIT(KEY_TEXT_MAX);

	kj_buf_add_str(&key, "meta");
	kj_buf_add(&key, prefix.bytes, sizeof prefix.bytes);
	kj_buf_add_str(&key, kj_name_org(mail->facts.sender_domain));
	kj_buf_add_char(&key, '\0');
	add_rcpts(mail, &key);
	return finish(mail, &key);
}

/* Run the request past the store; fills what the list of lost mail will show. */
static int attempt(struct kj_mail *mail, struct kj_deferral *ret_deferral, struct kj_reason *reason)
{
	const struct kj_settings *settings = kj_mail_settings(mail);
	struct kj_deferral_rules rules = {
	    settings->defer_min_age_s, settings->defer_attempts, settings->defer_keep_s};
	struct kj_buf rcpts = KJ_BUF_INIT(LIST_MAX), terms = KJ_BUF_INIT(LIST_MAX);
	char client[KJ_ADDR_STRLEN];
	struct kj_deferral_request request = {
	    .content_key = kj_mail_content_key(mail),
	    .meta_key = meta_key(mail),
	    .sender = mail->facts.sender,
	    .client = kj_addr_format(&mail->facts.client, client),
	    .score_centi = mail->verdict.score_centi,
	};
	int rc;

	kj_join_rcpts(&mail->facts, &rcpts);
	kj_join_terms(&mail->verdict, &terms);
	request.rcpts = kj_buf_str(&rcpts);
	request.terms = kj_buf_str(&terms);
	rc = kj_deferral_attempt(mail->engine->store, &rules, &request, mail->now_s, ret_deferral, reason);
	kj_buf_free(&rcpts);
	kj_buf_free(&terms);
	return rc;
}

void kj_mail_put_off(struct kj_mail *mail)
{
	struct kj_verdict *verdict = &mail->verdict;
	struct kj_deferral deferral = {.put_off = true, .attempt = 1};
	struct kj_reason reason = {""};
	const char *why;

	if (mail->engine->store && attempt(mail, &deferral, &reason) < 0) {
		verdict->action = KJ_ACTION_TAG;
		why = kj_arena_printf(mail->arena, "%s, not put off: %s", verdict->why, reason.text);
	} else if (!deferral.put_off) {
		verdict->action = KJ_ACTION_TAG;
		why = kj_arena_printf(mail->arena, "%s, attempt %u after %lld s", verdict->why, deferral.attempt,
		    (long long)(mail->now_s - deferral.first_s));
	} else {
		verdict->reply = "Not accepted yet, please try again in a few minutes";
		why = kj_arena_printf(mail->arena, "%s, attempt %u", verdict->why, deferral.attempt);
	}
	verdict->why = why ? why : "";
}
