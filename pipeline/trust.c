/*
 * trust.c - which Authentication-Results may be believed
 *
 * Filters before us in the MTA's chain insert their fields at the top, and we see them among those that the client sent
 * along: nothing but the text tells them apart. OpenDKIM removes forgeries under its name only if it can read them
 * ("x=y;" eighty times in front of a "dkim=pass" is enough to hide it), and writes no field of its own where there is
 * no signature; OpenDMARC removes none and believes them. So a field under a trusted name is believed
 *
 *  - if the mail's queue id stands behind the name (AuthservIDWithJobID), which the client does not know yet; or
 *  - unless that is required: if it stands above the first Received line that the client wrote, parses to its
 *    end, says nothing that a believed field above it has a say in, and if each signature it calls good is there in a form that no filter passes over
 *    without a word. So where the filter is at work, its own field about that signature stands above a forged one.
 *
 * What the second rule leaves to a stranger: the time while the filter is down and the MTA goes on without it, and results
 * of methods that no filter reports. Therefore no result alone may gain anything but dkim, and ARC only where the queue id
 * seals it or the filter that speaks of DMARC says it, too (scoring/check_auth.c). Rejected: the first rule alone, for it needs
 * a setting that is off in every package.
 *
 * All other fields under these names, and under ours, are forgeries (RFC 8601 section 5) and are removed (edits.c).
 */
#include <strings.h>

#include "kanjiki/dkim.h"
#include "kanjiki/err.h"
#include "kanjiki/name.h"
#include "pipeline/mail.h"

#define BELIEVED_MAX   16
#define READ_MAX       64 /* fields that are looked into */
#define SIGNATURES_MAX 32

struct trial {
	struct kj_mail *mail;
	struct kj_auth_field *believed;
	unsigned count;
	unsigned border; /* fields from here on were written by the client */
	const char *signers[SIGNATURES_MAX];
	unsigned signer_count;
};

/* Whether an authserv-id is this name, alone or with something behind a slash. */
static bool is_name(const char *id, const char *name, const char **ret_behind)
{
	size_t len = strlen(name);

	if (strncasecmp(id, name, len) != 0 || (id[len] && id[len] != '/'))
		return false;
	*ret_behind = id[len] ? id + len + 1 : NULL;
	return true;
}

static bool is_trusted_name(const struct kj_settings *settings, const char *id, const char **ret_behind)
{
	for (unsigned i = 0; i < settings->trusted_authserv_id_count; i++)
		if (is_name(id, settings->trusted_authserv_ids[i], ret_behind))
			return true;
	return false;
}

void kj_mail_note_auth(struct kj_mail *mail, const char *value)
{
	const struct kj_settings *settings = kj_mail_settings(mail);
	char id[KJ_AUTH_ID_MAX];
	const char *behind;

	mail->auth_seen++;
	kj_auth_id(value, id);
	if (!is_name(id, settings->authserv_id, &behind) && !is_trusted_name(settings, id, &behind))
		return;
	if (kj_mail_grow(mail, &mail->claims, mail->claim_count, &mail->claim_size, sizeof *mail->claims) < 0)
		mail->failed = true;
	else
		mail->claims[mail->claim_count++] =
		    (struct kj_claim){mail->auth_seen, mail->field_count, false};
}

/* The place of the first Received line that the client wrote; for a trusted relay that is the true peer's own line. */
static unsigned find_border(const struct kj_mail *mail)
{
	unsigned ours =
	    mail->from_relay ? mail->facts.message->received_count - mail->facts.chain_count - 1 : 0;
	unsigned i = 0;

	for (; i < mail->field_count; i++)
		if (strcasecmp(mail->fields[i].name, "Received") == 0 && ours-- == 0)
			break;
	return i;
}

static void find_signers(struct trial *trial)
{
	struct kj_mail *mail = trial->mail;
	char domain[KJ_NAME_STRLEN];

	for (unsigned i = 0; i < mail->field_count && trial->signer_count < SIGNATURES_MAX; i++) {
		const char *copy;

		if (strcasecmp(mail->fields[i].name, "DKIM-Signature") != 0 ||
		    kj_dkim_domain(mail->fields[i].value, domain) < 0)
			continue;
		copy = kj_arena_strdup(mail->arena, domain);
		if (copy)
			trial->signers[trial->signer_count++] = copy;
	}
}

static bool has_signer(const struct trial *trial, const char *domain)
{
	for (unsigned i = 0; i < trial->signer_count; i++)
		if (strcmp(trial->signers[i], domain) == 0)
			return true;
	return false;
}

/* No signature is called good that is not there. */
static bool is_plausible(const struct trial *trial, const struct kj_auth_field *field)
{
	char domain[KJ_NAME_STRLEN];

	for (unsigned i = 0; i < field->result_count; i++) {
		const struct kj_auth_result *result = &field->results[i];

		if (strcmp(result->method, "dkim") == 0 && strcmp(result->result, "pass") == 0 &&
		    (kj_dkim_result_domain(result, domain) < 0 || !has_signer(trial, domain)))
			return false;
	}
	return true;
}

static bool is_reported(const struct trial *trial, const char *method)
{
	for (unsigned i = 0; i < trial->count; i++)
		for (unsigned r = 0; r < trial->believed[i].result_count; r++)
			if (strcmp(trial->believed[i].results[r].method, method) == 0)
				return true;
	return false;
}

/* Something is said, and nothing of it for a second time. No filter writes what does not parse or has no end. */
static bool is_news(const struct trial *trial, const struct kj_auth_field *field)
{
	if (field->marks)
		return false;
	for (unsigned i = 0; i < field->result_count; i++)
		if (is_reported(trial, field->results[i].method))
			return false;
	return field->result_count > 0;
}

static bool may_be_believed(
    const struct trial *trial, const struct kj_claim *claim, struct kj_auth_field *field)
{
	const struct kj_settings *settings = kj_mail_settings(trial->mail);
	const char *behind = NULL, *queue_id = trial->mail->queue_id;

	if (!is_trusted_name(settings, field->id, &behind))
		return false;
	field->sealed = behind && queue_id && *queue_id && strcmp(behind, queue_id) == 0;
	if (behind)
		return field->sealed;
	return !settings->authserv_queue_id && claim->field < trial->border && is_news(trial, field) &&
	       is_plausible(trial, field);
}

void kj_mail_believe(struct kj_mail *mail)
{
	struct trial trial = {.mail = mail, .border = find_border(mail)};

	if (!mail->claim_count || !kj_mail_settings(mail)->trusted_authserv_id_count)
		return;
	trial.believed = kj_arena_array(mail->arena, BELIEVED_MAX, sizeof *trial.believed);
	mail->failed |= !trial.believed;
	find_signers(&trial);
	for (unsigned i = 0; i < mail->claim_count && i < READ_MAX && !mail->failed; i++) {
		struct kj_claim *claim = &mail->claims[i];
		struct kj_auth_field field;

		if (claim->field >= mail->field_count || trial.count == BELIEVED_MAX)
			break;
		if (kj_auth_parse(mail->arena, mail->fields[claim->field].value, &field) < 0)
			mail->failed = true;
		else if (may_be_believed(&trial, claim, &field)) {
			claim->believed = true;
			trial.believed[trial.count++] = field;
		}
	}
	mail->facts.auth = trial.believed;
	mail->facts.auth_count = trial.count;
}
