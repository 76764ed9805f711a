/*
 * check_headers.c - traits of home-made mass mailers in the header
 *
 * Each trait also occurs in legitimate mail (billing, tickets, web forms), so each is small, and the family has a
 * cap. Where a trait counts only for a sender never seen before, it counts nothing until first-seen knowledge exists.
 */
#include <ctype.h>
#include <strings.h>

#include "kanjiki/arena.h"
#include "kanjiki/checks.h"
#include "kanjiki/name.h"
#include "kanjiki/proof.h"
#include "kanjiki/sender_age.h"

#define FUTURE_S	(12 * 3600)
#define PAST_S		(96 * 3600)
#define HOURS(seconds)	((long long)((seconds) / 3600))
#define MD5_BOUNDARY	32

static void ask(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	(void)rules;
	kj_sender_age_ask(facts, evidence);
}

/* Known to be new here; false as long as nothing is known. */
static bool sender_is_fresh(const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	return kj_sender_age(facts, evidence, NULL) == KJ_AGE_FRESH;
}

/* `To: < user@example>`: no mail program writes the blank. */
static void judge_to(const struct kj_facts *facts, struct kj_hits *hits)
{
	const char *to = kj_message_field(facts->message, "To");
	size_t blank, address;

	for (; to && (to = strchr(to, '<')); to++) {
		blank = strspn(to + 1, " \t\r\n");
		address = strcspn(to + 1 + blank, " \t\r\n<>");
		if (blank && address && memchr(to + 1 + blank, '@', address)) {
			kj_hits_add(hits, "TO_BLANK_IN_ANGLE", "To: %.*s", (int)(1 + blank + address), to);
			return;
		}
	}
}

/* The recipient's whole address in the subject; more so with a Japanese honorific behind it. */
static void judge_subject(const struct kj_facts *facts, const struct kj_evidence *evidence, struct kj_hits *hits)
{
	static const char *const honorifics[] = {"様", "さん", "さま", "殿"};
	const char *subject = facts->message->subject;

	for (unsigned r = 0; r < facts->rcpt_count; r++) {
		const char *rcpt = facts->rcpts[r], *at = strchr(rcpt, '@') ? strcasestr(subject, rcpt) : NULL;

		if (!at)
			continue;
		kj_hits_add(hits, "SUBJ_RCPT_FULL", "the subject holds %s", rcpt);
		at += strlen(rcpt);
		at += strspn(at, " ");
		for (size_t i = 0; i < sizeof honorifics / sizeof *honorifics; i++)
			if (strncmp(at, honorifics[i], strlen(honorifics[i])) == 0 && sender_is_fresh(facts, evidence))
				kj_hits_add(hits, "SUBJ_RCPT_HONORIFIC", "%s%s, from a sender never seen before", rcpt,
				    honorifics[i]);
		return;
	}
}

/* From is the recipient's own address, and nothing proves that it is. */
static void judge_from(const struct kj_facts *facts, const struct kj_evidence *evidence, struct kj_hits *hits)
{
	const char *from = facts->message->from_addr;
	const struct kj_answer *spf;
	char from_domain[KJ_NAME_STRLEN], signer[KJ_NAME_STRLEN];
	unsigned r = 0;

	while (r < facts->rcpt_count && strcasecmp(facts->rcpts[r], from) != 0)
		r++;
	if (r == facts->rcpt_count || !*from || kj_name_of_address(from, from_domain) < 0)
		return;
	if (kj_proof_by_dkim(facts, signer))
		return;
	spf = *facts->sender ? kj_evidence_find(evidence, KJ_ASK_SPF, facts->sender) : NULL;
	if (*facts->sender && (!spf || !kj_answer_is_known(spf) || spf->spf == KJ_SPF_TEMPERROR))
		return;
	if (spf && spf->spf == KJ_SPF_PASS && kj_name_same_org(facts->sender_domain, from_domain))
		return;
	kj_hits_add(hits, "FROM_EQ_RCPT_UNAUTH", "From is the recipient %s, without an aligned pass of SPF or DKIM", from);
}

/* multipart/related with the boundary of a PHP mailer, without a mail program's name, from a fresh sender. */
static void judge_boundary(const struct kj_facts *facts, const struct kj_evidence *evidence, struct kj_hits *hits)
{
	const struct kj_part *top = facts->message->part_count ? &facts->message->parts[0] : NULL;
	const char *boundary;

	if (!top || strcmp(top->type, "multipart/related") != 0 || strncmp(top->boundary, "=_", 2) != 0)
		return;
	boundary = top->boundary + 2;
	if (strspn(boundary, "0123456789abcdef") != MD5_BOUNDARY || boundary[MD5_BOUNDARY])
		return;
	if (kj_message_field(facts->message, "User-Agent") || kj_message_field(facts->message, "X-Mailer"))
		return;
	if (sender_is_fresh(facts, evidence))
		kj_hits_add(hits, "BOUNDARY_PHPMD5", "boundary %s, no mail program named, sender never seen before",
		    top->boundary);
}

/* Does a d= tag of any DKIM-Signature name this organisation? Who may be proven wrong is not asked here. */
static bool dkim_names(const struct kj_message *message, const char *host)
{
	char domain[KJ_NAME_STRLEN], raw[KJ_NAME_STRLEN];

	for (unsigned i = 0; i < message->field_count; i++) {
		const char *tag = message->fields[i].value;

		if (strcasecmp(message->fields[i].name, "DKIM-Signature") != 0)
			continue;
		for (; tag; tag = strchr(tag, ';') ? strchr(tag, ';') + 1 : NULL) {
			tag += strspn(tag, " \t\r\n;");
			if (strncasecmp(tag, "d=", 2) != 0)
				continue;
			snprintf(raw, sizeof raw, "%.*s", (int)strcspn(tag + 2, "; \t\r\n"), tag + 2);
			if (kj_name_normalise(raw, domain) == 0 && kj_name_same_org(domain, host))
				return true;
		}
	}
	return false;
}

/* The host in the Message-ID is no name, or belongs to nobody who had a part in the mail. */
static void judge_message_id(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_hits *hits)
{
	const struct kj_message *message = facts->message;
	char host[KJ_NAME_STRLEN], from[KJ_NAME_STRLEN];

	if (!*message->message_id || kj_name_of_address(message->message_id, host) < 0)
		return;
	if (kj_name_zone(host, rules->special_helos, rules->special_helo_count)) {
		kj_hits_add(hits, "MSGID", "Message-ID of the host %s", host);
		return;
	}
	if (!strchr(host, '.')) {
		kj_hits_add(hits, "MSGID", "Message-ID of the bare name %s", host);
		return;
	}
	if (message->is_list || message->is_reply || message->is_auto)
		return;
	if (kj_name_of_address(message->from_addr, from) == 0 && kj_name_same_org(host, from))
		return;
	if (kj_name_same_org(host, facts->helo_name) || kj_name_same_org(host, facts->sender_domain) ||
	    dkim_names(message, host))
		return;
	for (unsigned i = 0; i < facts->chain_count; i++)
		if (kj_name_same_org(host, facts->chain[i].by) || kj_name_same_org(host, facts->chain[i].helo))
			return;
	kj_hits_add(hits, "MSGID", "Message-ID of %s, which has no other part in this mail", host);
}

static void judge_date(const struct kj_facts *facts, struct kj_hits *hits)
{
	int64_t date_s = facts->message->date_s;

	if (date_s < 0)
		return;
	if (date_s - facts->now_s > FUTURE_S)
		kj_hits_add(hits, "DATE_FUTURE", "dated %lld hours ahead", HOURS(date_s - facts->now_s));
	else if (!facts->came_earlier && facts->now_s - date_s > PAST_S)
		kj_hits_add(hits, "DATE_PAST", "dated %lld hours ago", HOURS(facts->now_s - date_s));
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules, const struct kj_evidence *evidence,
    struct kj_hits *hits)
{
	judge_to(facts, hits);
	judge_subject(facts, evidence, hits);
	judge_from(facts, evidence, hits);
	judge_boundary(facts, evidence, hits);
	judge_message_id(facts, rules, hits);
	judge_date(facts, hits);
}

static const char *const symbols[] = {"TO_BLANK_IN_ANGLE", "SUBJ_RCPT_FULL", "SUBJ_RCPT_HONORIFIC",
    "FROM_EQ_RCPT_UNAUTH", "BOUNDARY_PHPMD5", "MSGID", "DATE_FUTURE", "DATE_PAST", NULL};
const struct kj_check kj_check_headers = {"headers", symbols, KJ_STAGE_MAIL, ask, judge};
