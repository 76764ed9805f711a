/*
 * meet.c - a mail meets the recent traffic, and becomes part of it
 *
 * What tells nothing about its sender is neither judged by the traffic nor counted in it: bounces, mail without an
 * address; mail that a list or a forwarder passes on or a program answers with, if that is known here (else everybody
 * would call himself a list). Whether a mail was tagged plays no part: the memory counts who came, and never learns
 * from our own verdicts.
 */
#include "pipeline/meet.h"

#include <strings.h>

#include "kanjiki/crowd.h"
#include "kanjiki/crowd_journal.h"
#include "kanjiki/first_seen.h"
#include "kanjiki/name.h"
#include "kanjiki/proof.h"
#include "kanjiki/rdns.h"
#include "kanjiki/sender_age.h"
#include "kanjiki/share.h"

#define HOST_KNOWN_S  (14 * 86400)
#define SHARE_WAIT_MS 200

static void look_at_host(struct kj_mail *mail)
{
	const struct kj_rules *rules = kj_snapshot_rules(mail->generation->snapshot);
	const char *name = kj_rdns_confirmed(&mail->facts, mail->evidence);
	int64_t since_s;

	if (!name)
		return;
	mail->facts.from_pool = kj_name_zone(name, rules->shared_pools, rules->shared_pool_count);
	if (!mail->engine->store || mail->facts.warming_up || kj_rdns_is_generic(name, &mail->facts.client))
		return;
	since_s = kj_first_seen_get(mail->engine->store, kj_name_org(name));
	mail->facts.host_known = since_s > 0 && mail->now_s - since_s >= HOST_KNOWN_S;
}

/* Sender Rewriting Scheme, and Google's way of it. */
static bool is_rewritten(const char *sender)
{
	return strncasecmp(sender, "srs0", 4) == 0 || strncasecmp(sender, "srs1", 4) == 0 ||
	       strcasestr(sender, "+caf_=");
}

/* Whether the mail tells anything about its sender. That its host is known does not make it a list's: machines are
 * for rent. */
static bool tells(const struct kj_mail *mail)
{
	const struct kj_facts *facts = &mail->facts;
	bool passed_on = is_rewritten(facts->sender) ||
	                 (facts->message && (facts->message->is_list || facts->message->is_auto ||
	                                        kj_message_field(facts->message, "ARC-Seal")));

	if (!facts->client.family || !*facts->sender_domain || facts->from_pool)
		return false;
	return !passed_on || (!facts->warming_up && kj_sender_age(facts, mail->evidence, NULL) != KJ_AGE_KNOWN);
}

/* Of a mail from a log nothing else is known. */
static uint64_t envelope_key(const struct kj_mail *mail)
{
	char client[KJ_ADDR_STRLEN];
	const char *key = kj_arena_printf(mail->arena, "%lld %s %s", (long long)mail->now_s,
	    kj_addr_format(&mail->facts.client, client), mail->facts.sender);

	return key ? kj_hash(&mail->engine->key, key, strlen(key)) : 0;
}

void kj_mail_meet(struct kj_mail *mail)
{
	struct kj_crowd *crowd = mail->engine->crowd;

	look_at_host(mail);
	if ((!crowd && !mail->engine->options.learn) || !tells(mail))
		return;
	mail->sighting = kj_arena_alloc(mail->arena, sizeof *mail->sighting);
	if (!mail->sighting) {
		mail->failed = true;
		return;
	}
	kj_mail_sight(mail, mail->facts.message ? kj_mail_content_key(mail) : envelope_key(mail), mail->sighting);
	mail->facts.subject_template = mail->sighting->subject;
	if (crowd && kj_crowd_look(crowd, mail->sighting, mail->arena, &mail->facts.clusters,
	                 &mail->facts.cluster_count) < 0)
		mail->failed = true;
}

static void note_name(const struct kj_mail *mail, const char *name)
{
	struct kj_reason reason = {""};
	int rc = kj_first_seen_note(mail->engine->store, kj_name_org(name), mail->now_s, &reason);

	if (rc < 0)
		kj_crowd_keep_result(mail->engine, rc, &reason);
}

/* Known from now on: the client's domain, the sender's, and that of From if it is proven to have sent this. Mail that
 * failed or never was outside is no sighting. */
static void note_names(const struct kj_mail *mail)
{
	const struct kj_facts *facts = &mail->facts;
	const char *host = kj_rdns_confirmed(&mail->facts, mail->evidence);
	char from[KJ_NAME_STRLEN], signer[KJ_NAME_STRLEN];

	if (*facts->sender_domain)
		note_name(mail, facts->sender_domain);
	if (host)
		note_name(mail, host);
	if (facts->message && kj_proof_by_dkim(facts, signer) &&
	    kj_name_of_address(facts->message->from_addr, from) == 0 &&
	    !kj_name_same_org(from, facts->sender_domain))
		note_name(mail, from);
}

/* Whether no window reaches back to it: a log of a year would fill the state file for nothing. */
static bool is_over(const struct kj_mail *mail)
{
	const struct kj_sighting *sighting = mail->sighting;
	int64_t age_s = kj_clock_wall_s(mail->engine->options.clock) - sighting->time_s;
	int64_t reach_s = sighting->sketch.runs ? kj_signals[KJ_SIGNAL_BODY].window_s : 0;

	for (unsigned i = 0; i < sighting->key_count; i++)
		if (kj_signals[sighting->keys[i].signal].window_s > reach_s)
			reach_s = kj_signals[sighting->keys[i].signal].window_s;
	return age_s >= reach_s;
}

/* A well-known name that nothing proves: whoever wants his campaign to look like an honest crowd would use it. */
static bool is_borrowed(const struct kj_mail *mail)
{
	return mail->sighting->flags & KJ_SIGHTING_KNOWN && !kj_sender_proven(&mail->facts, mail->evidence);
}

/* It becomes part of the traffic here, and on the other hosts. */
static void join(struct kj_mail *mail)
{
	struct kj_engine *engine = mail->engine;
	struct kj_reason reason = {""};
	int rc = 0;

	if (!kj_crowd_add(engine->crowd, mail->sighting))
		return;
	if (engine->store)
		rc = kj_journal_add(engine->store, mail->sighting, mail->now_s, &reason);
	if (rc < 0)
		kj_crowd_keep_result(engine, rc, &reason);
	if (engine->share)
		kj_share_put(engine->share, mail->sighting);
}

static void learn(struct kj_mail *mail)
{
	struct kj_engine *engine = mail->engine;
	struct kj_reason reason = {""};
	int rc = 0;

	if (engine->store && !is_over(mail))
		rc = kj_journal_learn(engine->store, mail->sighting, &reason);
	if (rc < 0)
		kj_crowd_keep_result(engine, rc, &reason);
}

void kj_mail_join(struct kj_mail *mail)
{
	if (!mail->facts.client.family)
		return;
	if (mail->engine->store)
		note_names(mail);
	if (!mail->sighting || is_borrowed(mail))
		return;
	if (mail->engine->options.learn)
		learn(mail);
	else
		join(mail);
}

/* The younger of two answers is wrong; what others know is kept, for they may be gone tomorrow. */
void kj_mail_share_first_seen(struct kj_mail *mail, int64_t deadline_ms)
{
	const struct kj_clock *clock = mail->engine->options.clock;
	int64_t soon_ms = kj_clock_mono_ms(clock) + SHARE_WAIT_MS, since_s = 0;
	const char *org = kj_name_org(mail->facts.sender_domain);
	struct kj_reason reason;

	if (!mail->share_question)
		return;
	mail->apart = !kj_share_wait(
	    mail->engine->share, mail->share_question, soon_ms < deadline_ms ? soon_ms : deadline_ms, &since_s);
	if (mail->apart || since_s <= 0)
		return;
	for (unsigned i = 0; i < mail->asked; i++) {
		struct kj_item *item = kj_evidence_item(mail->evidence, i);

		if (item->question.kind != KJ_ASK_FIRST_SEEN || strcmp(item->question.name, org) != 0)
			continue;
		if (item->answer.status == KJ_ANSWER_FOUND && item->answer.since_s <= since_s)
			return;
		item->answer = (struct kj_answer){.status = KJ_ANSWER_FOUND, .since_s = since_s};
		if (mail->engine->store)
			kj_first_seen_note_since(mail->engine->store, org, since_s, mail->now_s, &reason);
		return;
	}
}
