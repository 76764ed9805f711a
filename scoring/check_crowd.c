/*
 * check_crowd.c - one of a campaign?
 *
 * What no list and no single mail can tell: that others of its kind came before, from other networks and other
 * domains that nobody has seen before either. The judgement is campaign.c's; here it becomes hits, whose reasons show
 * the other members, so that an operator sees the campaign and not a number.
 */
#include "campaign.h"

#include "kanjiki/buf.h"
#include "kanjiki/clock.h"
#include "kanjiki/name.h"
#include "kanjiki/sender_age.h"

#define DAY_S	      86400
#define MEMBERS_SHOWN 5
#define REASON_MAX    1500

/* What is set up alike is told by name servers, SOA, MX and SPF; the latter two are asked for by other checks. */
static void ask(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	const char *org = kj_name_org(facts->sender_domain);

	if (!facts->client.family || facts->warming_up)
		return;
	kj_sender_age_ask(facts, evidence);
	if (!rules->crowd || !kj_name_is_fqdn(org))
		return;
	kj_evidence_ask(evidence, &(struct kj_question){.kind = KJ_ASK_NS, .label = "ns", .name = org});
	kj_evidence_ask(evidence, &(struct kj_question){.kind = KJ_ASK_SOA, .label = "soa", .name = org});
}

static void judge_age(const struct kj_facts *facts, const struct kj_evidence *evidence, struct kj_hits *hits)
{
	const char *org = kj_name_org(facts->sender_domain);
	int64_t since_s = 0, age_s;

	if (!facts->client.family || kj_sender_age(facts, evidence, &since_s) != KJ_AGE_FRESH)
		return;
	age_s = facts->now_s - since_s;
	if (!since_s)
		kj_hits_add(hits, "DOMAIN_FRESH", "%s was never seen here before", org);
	else
		kj_hits_add(hits, age_s < DAY_S ? "DOMAIN_FRESH" : "DOMAIN_RECENT",
		    "%s was first seen here %lld h ago", org, (long long)(age_s / 3600));
}

static void describe_member(const struct kj_member *member, struct kj_buf *out)
{
	char when[KJ_CLOCK_UTC_LEN], client[KJ_ADDR_STRLEN];

	kj_buf_printf(out, "; %s %s %s %s", kj_clock_utc_minute(member->time_s, when),
	    kj_addr_format(&member->client, client), member->helo, member->domain);
	if (*member->subject)
		kj_buf_printf(out, " \"%s\"", member->subject);
}

/* "5 sender domains (5 new), 5 clients in 5 networks within 72 h: HELO names of one kind (helo-...); TIME CLIENT HELO
 * DOMAIN ..." */
static void describe(const struct kj_cluster *cluster, struct kj_buf *out)
{
	const struct kj_signal_row *row = &kj_signals[cluster->signal];
	const char *about = cluster->estimated ? "about " : "";
	char id[KJ_CLUSTER_ID_LEN];

	kj_buf_printf(out, "%s%u sender domains (%u new), %u clients in %u networks within %u h: %s (%s)",
	    about, cluster->domains, cluster->fresh, cluster->clients, cluster->nets,
	    (unsigned)row->window_s / 3600, row->about, kj_cluster_id(cluster->signal, cluster->id, id));
	for (unsigned i = 0, shown = 0; i < cluster->member_count && shown < MEMBERS_SHOWN; i++)
		if (*cluster->members[i].domain) {
			describe_member(&cluster->members[i], out);
			shown++;
		}
}

static void judge_campaign(const struct campaign *campaign, struct kj_hits *hits)
{
	for (int i = 0; i < KJ_SIGNALS; i++) {
		struct kj_buf reason = KJ_BUF_INIT(REASON_MAX);
		const struct kj_tier *tier;

		if (!campaign->of[i].tier)
			continue;
		tier = &kj_signals[i].tiers[campaign->of[i].tier - 1];
		describe(campaign->of[i].cluster, &reason);
		kj_hits_add(hits, campaign->of[i].variant && tier->variant ? tier->variant : tier->symbol, "%s",
		    kj_buf_str(&reason));
		kj_buf_free(&reason);
	}
	if (campaign->traits > 1)
		kj_hits_add(hits, "CROWD_FRESH", "%u traits that only new domains share", campaign->traits);
	if (campaign->burst)
		kj_hits_add(hits, "BURST", "many more of them within the last minutes than usual");
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules, const struct kj_evidence *evidence,
    struct kj_hits *hits)
{
	struct campaign campaign = campaign_of(facts, evidence);

	(void)rules;
	judge_campaign(&campaign, hits);
	judge_age(facts, evidence, hits);
}

static const char *const symbols[] = {"PREFIX_FRESH_4", "PREFIX_FRESH_8", "PREFIX_FRESH_16", "PREFIX_FRESH_WIDE",
    "HELO_TEMPLATE", "HELO_TEMPLATE_5", "HELO_TEMPLATE_NAMED", "HELO_TEMPLATE_NAMED_5", "PTR_SEQ", "RCV_TEMPLATE",
    "SUBJ_TEMPLATE", "SUBJ_TEMPLATE_5", "SUBJ_TEMPLATE_8", "SUBJ_TEMPLATE_RCPT", "SUBJ_TEMPLATE_RCPT_5",
    "SUBJ_TEMPLATE_RCPT_8", "BODY_CLUSTER", "BODY_CLUSTER_5", "BODY_CLUSTER_8", "DNS_CLUSTER_3", "DNS_CLUSTER_8",
    "DNS_CLUSTER_16", "WALLET_REUSED", "CROWD_FRESH", "BURST", "DOMAIN_FRESH", "DOMAIN_RECENT", NULL};
const struct kj_check kj_check_crowd = {"crowd", symbols, KJ_STAGE_MAIL, ask, judge};
