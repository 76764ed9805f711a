/*
 * judge.c - the end of message: read, ask what is left, wait once, judge, weigh, decide
 *
 * Whatever fails here is ours, and ends in accept with an evidence header that says so.
 */
#include <strings.h>

#include "kanjiki/centi.h"
#include "kanjiki/err.h"
#include "kanjiki/share.h"
#include "pipeline/meet.h"

static int read_message(struct kj_mail *mail)
{
	const struct kj_settings *settings = kj_mail_settings(mail);
	struct kj_facts *facts = &mail->facts;
	struct kj_text subject;
	int rc;

	rc = kj_message_read(mail->arena, mail->fields, mail->field_count, kj_buf_str(&mail->body), mail->body.len,
	    mail->body.truncated || mail->body_bytes > mail->body.len, &settings->limits, &facts->message);
	if (rc < 0)
		return rc;
	facts->now_s = mail->now_s;
	facts->chain = facts->message->received;
	facts->chain_count = facts->message->received_count;
	subject = (struct kj_text){facts->message->subject, strlen(facts->message->subject)};
	rc = kj_views_make(mail->arena, &subject, &facts->subject);
	return rc < 0 ? rc : kj_views_make(mail->arena, &facts->message->visible, &facts->visible);
}

/* Mail of a trusted relay: now that the true peer is known, ask what would have been asked at its connect. */
static bool ask_about_peer(struct kj_mail *mail)
{
	if (!mail->from_relay)
		return true;
	if (!kj_mail_find_peer(mail))
		return false;
	kj_mail_ask(mail, KJ_STAGE_CONNECT);
	kj_mail_ask(mail, KJ_STAGE_HELO);
	kj_mail_ask(mail, KJ_STAGE_MAIL);
	return true;
}

static bool is_duty_mailbox(const char *rcpt)
{
	static const char *const duties[] = {"postmaster", "abuse"};
	size_t len = strcspn(rcpt, "@");

	for (size_t i = 0; i < sizeof duties / sizeof *duties; i++)
		if (strlen(duties[i]) == len && strncasecmp(rcpt, duties[i], len) == 0)
			return true;
	return false;
}

static struct kj_restraint restrain(struct kj_mail *mail, const struct kj_hits *hits)
{
	const struct kj_settings *settings = kj_mail_settings(mail);
	struct kj_restraint restraint = {
	    .blind = kj_evidence_is_blind(mail->evidence),
	    .null_sender = !*mail->facts.sender,
	    .pool = mail->facts.from_pool,
	    .apart = mail->engine->share && (mail->apart || !kj_share_is_up(mail->engine->share)),
	    .no_memory = !mail->engine->store && !mail->engine->options.dry_run,
	    .incomplete = mail->failed || kj_hits_incomplete(hits),
	    .ceiling = kj_ceiling_reached(&mail->engine->ceiling, kj_clock_mono_ms(mail->engine->options.clock),
	        settings->defer_ceiling_permyriad, settings->defer_floor),
	};

	for (unsigned i = 0; i < mail->facts.rcpt_count; i++)
		restraint.duty_mailbox |= is_duty_mailbox(mail->facts.rcpts[i]);
	return restraint;
}

/* One phrase that says what led to the action. */
static const char *explain(struct kj_mail *mail, const struct kj_score *score, const struct kj_policy *policy,
    const struct kj_decision *decision)
{
	int32_t threshold =
	    decision->action == KJ_ACTION_TEMPFAIL ? policy->tempfail_centi : policy->tag_centi;
	char total[KJ_CENTI_STRLEN], limit[KJ_CENTI_STRLEN];
	const char *why = kj_arena_printf(mail->arena, "score %s %s %s%s%s", kj_centi_format(score->total_centi, total),
	    score->total_centi < threshold ? "<" : ">=", kj_centi_format(threshold, limit),
	    decision->restraint ? ", not put off: " : "", decision->restraint ? decision->restraint : "");

	return why ? why : "";
}

/*
 * Weigh by the policy of every recipient, and take the mildest action: what hurts never falls on a recipient whose
 * own policy does not ask for it.
 */
static int weigh_all(struct kj_mail *mail, const struct kj_hits *hits, const char **ret_prefix)
{
	const struct kj_policies *policies = kj_snapshot_policies(mail->generation->snapshot);
	struct kj_restraint restraint = restrain(mail, hits);
	bool all_prefix = true;

	for (unsigned i = 0; i < mail->policy_count || i == 0; i++) {
		const struct kj_policy *policy = mail->policy_count ? mail->policies[i] : &policies->policies[0];
		struct kj_decision decision;
		struct kj_score score;
		int rc = kj_weigh(mail->arena, hits, &policies->weights, policy, &score);

		if (rc < 0)
			return rc;
		decision = kj_decide(&score, policy, &restraint);
		all_prefix &= policy->subject_prefix != NULL;
		if (i && decision.action >= mail->verdict.action)
			continue;
		mail->verdict.action = decision.action;
		mail->verdict.score_centi = score.total_centi;
		mail->verdict.required_centi = policy->tag_centi;
		mail->verdict.policy = policy->domain;
		mail->verdict.terms = score.terms;
		mail->verdict.term_count = score.term_count;
		mail->verdict.why = explain(mail, &score, policy, &decision);
		*ret_prefix = policy->subject_prefix;
	}
	if (!all_prefix)
		*ret_prefix = NULL;
	return 0;
}

/* Something of ours failed: the mail is accepted, and says that it was not checked. Needs no memory. */
static void give_up(struct kj_mail *mail)
{
	static const struct kj_edit edit = {
	    KJ_EDIT_INSERT, "X-Kanjiki-Evidence", 0, "0/0 (kanjiki: out of memory)"};

	mail->verdict = (struct kj_verdict){.action = KJ_ACTION_ACCEPT,
	    .why = "out of memory",
	    .policy = "",
	    .evidence = mail->evidence,
	    .incomplete = true,
	    .required_centi = kj_snapshot_policies(mail->generation->snapshot)->policies[0].tag_centi,
	    .edits = &edit,
	    .edit_count = 1,
	    .waited_ms = mail->verdict.waited_ms};
}

static int judge(struct kj_mail *mail)
{
	const struct kj_rules *rules = kj_snapshot_rules(mail->generation->snapshot);
	struct kj_hits *hits = kj_hits_new(mail->arena);
	const char *prefix = NULL;
	int rc = hits ? read_message(mail) : -KJ_ENOMEM;

	if (rc < 0)
		return rc;
	if (!ask_about_peer(mail)) {
		mail->verdict = (struct kj_verdict){
		    .action = KJ_ACTION_PASS, .why = "never left our own hosts", .policy = "", .evidence = mail->evidence};
		return 0;
	}
	kj_mail_believe(mail);
	kj_mail_ask(mail, KJ_STAGE_END);
	mail->verdict.waited_ms = kj_mail_wait(mail);
	kj_mail_meet(mail);
	kj_checks_judge(&mail->facts, rules, mail->evidence, hits);
	if (kj_hits_incomplete(hits))
		return -KJ_ENOMEM;
	rc = weigh_all(mail, hits, &prefix);
	if (rc < 0)
		return rc;
	if (mail->verdict.action == KJ_ACTION_TEMPFAIL)
		kj_mail_put_off(mail);
	kj_mail_edit(mail, prefix);
	return mail->failed ? -KJ_ENOMEM : 0;
}

void kj_mail_judge(struct kj_mail *mail)
{
	mail->verdict = (struct kj_verdict){.policy = "", .why = "", .evidence = mail->evidence};
	if (mail->failed || judge(mail) < 0)
		give_up(mail);
	else
		kj_mail_join(mail);
	kj_ceiling_count(&mail->engine->ceiling, kj_clock_mono_ms(mail->engine->options.clock),
	    mail->verdict.action == KJ_ACTION_TEMPFAIL);
}

void kj_mail_learn(struct kj_mail *mail)
{
	if (mail->failed || (mail->fields && read_message(mail) < 0))
		return;
	mail->verdict = (struct kj_verdict){.policy = "", .why = "", .evidence = mail->evidence};
	if (mail->fields && !ask_about_peer(mail))
		return;
	kj_mail_meet(mail);
	if (!mail->failed)
		kj_mail_join(mail);
}
