/*
 * campaign.c - is a cluster a campaign, or a crowd of honest senders?
 *
 * Many domains behind one network, one template or one text are nothing by themselves: mail services, shared hosting,
 * forwarders and software that writes the same words for everybody have the most of them. What tells a campaign is
 * that its domains are new, nearly all of them, and that none has a past here. So a cluster in which more than one
 * domain of twenty is known says nothing, and a mail whose own sender is not new is not judged by its company; mail
 * through pools that many senders share on purpose never comes here (pipeline/meet.c). Where a mail comes from is one
 * trait, however many signals tell of it: a new mail service looks like a snowshoe farm in all of them, and differs
 * in what is written.
 */
#include "campaign.h"

#include "kanjiki/name.h"
#include "kanjiki/rdns.h"
#include "kanjiki/sender_age.h"

#define KNOWN_ONE_IN	 20	     /* domains: more known ones than that are an honest crowd */
#define FRESH_PERCENT	 90	     /* of the domains: nearly all */
#define MAILS_PER_DOMAIN 5	     /* a network where each domain sends more is a mail service */
#define TRAIT_DOMAINS	 4
#define LASTING_S	 (14 * 86400) /* what has been written for so long is rather a program's words */
/* Customers of one service write all kinds of things: so many domains share a source, and one in so many writes this.
 * */
#define SOURCE_MANY  6
#define SOURCE_RATIO 2

static bool is_honest_crowd(const struct kj_cluster *cluster)
{
	return cluster->known * KNOWN_ONE_IN > cluster->domains;
}

static bool is_nearly_all(unsigned part, unsigned all, unsigned percent)
{
	return (uint64_t)part * 100 >= (uint64_t)all * percent;
}

/* Where the mail comes from, not what it says. */
static bool is_about_client(enum kj_signal signal)
{
	return signal == KJ_SIGNAL_PREFIX || signal == KJ_SIGNAL_WIDE || signal == KJ_SIGNAL_PTR;
}

/* Machines whose names are made of their addresses are strangers to each other, however near. */
static bool host_is_generic(const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	const struct kj_answer *rdns = kj_evidence_find(evidence, KJ_ASK_FCRDNS, NULL);

	return rdns && rdns->status == KJ_ANSWER_FOUND && rdns->name_count &&
	       kj_rdns_is_generic(rdns->names[0], &facts->client);
}

static bool helo_is_confirmed(const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	const struct kj_answer *rdns = kj_evidence_find(evidence, KJ_ASK_FCRDNS, NULL);

	if (!rdns || rdns->status != KJ_ANSWER_FOUND || rdns->fcrdns != KJ_FCRDNS_PASS)
		return false;
	for (unsigned i = 0; i < rdns->name_count; i++)
		if (kj_name_same_org(rdns->names[i], facts->helo_name))
			return true;
	return false;
}

/* What is special about a signal, beside its row. */
static bool may_speak(const struct kj_facts *facts, const struct kj_cluster *cluster, bool variant)
{
	if (facts->host_known && (is_about_client(cluster->signal) || (cluster->signal == KJ_SIGNAL_HELO && variant)))
		return false;
	switch (cluster->signal) {
	case KJ_SIGNAL_PREFIX:
	case KJ_SIGNAL_WIDE: return cluster->volume <= (double)cluster->domains * MAILS_PER_DOMAIN;
	case KJ_SIGNAL_PTR: return cluster->in_order;
	/* One host with many customers writes one text for them: it takes a second network, or that all are new. */
	case KJ_SIGNAL_BODY: return cluster->nets > 1 || is_nearly_all(cluster->fresh, cluster->domains, FRESH_PERCENT);
	default: return true;
	}
}

static unsigned tier_of(const struct kj_cluster *cluster)
{
	const struct kj_signal_row *row = &kj_signals[cluster->signal];
	bool all_fresh = is_nearly_all(cluster->fresh, cluster->domains, FRESH_PERCENT);
	unsigned tier = 0;

	if (cluster->clients < row->clients || cluster->nets < row->nets || cluster->names < row->names)
		return 0;
	for (unsigned t = 0; t < KJ_TIERS && row->tiers[t].domains; t++)
		if (row->tiers[t].fresh ? all_fresh && cluster->fresh >= row->tiers[t].domains
		                        : cluster->domains >= row->tiers[t].domains)
			tier = t + 1;
	return tier;
}

/* Only who is new himself is one of many new ones, or who writes under a name that may be borrowed. */
static bool concerns(const struct kj_cluster *cluster, enum kj_sender_age age, bool proven)
{
	return !proven || !kj_signals[cluster->signal].tiers[0].fresh || age == KJ_AGE_FRESH ||
	       (cluster->signal == KJ_SIGNAL_DNS && age == KJ_AGE_RECENT);
}

static void judge_cluster(struct campaign *campaign, const struct kj_facts *facts, const struct kj_cluster *cluster,
    bool helo_confirmed)
{
	enum kj_signal signal = cluster->signal;
	bool variant = signal == KJ_SIGNAL_HELO ? helo_confirmed : strstr(facts->subject_template, "{R}") != NULL;
	unsigned tier = tier_of(cluster);

	if (!tier || tier <= campaign->of[signal].tier || is_honest_crowd(cluster) ||
	    !may_speak(facts, cluster, variant))
		return;
	campaign->of[signal].cluster = cluster;
	campaign->of[signal].tier = tier;
	campaign->of[signal].variant = variant;
}

static bool is_pure(const struct kj_cluster *cluster)
{
	return cluster && cluster->domains >= TRAIT_DOMAINS &&
	       is_nearly_all(cluster->fresh, cluster->domains, FRESH_PERCENT);
}

/* Where the mail comes from, how it came and how that is set up: a new mail service and its customers have all of it
 * in common. */
static bool is_about_source(const struct campaign *campaign, enum kj_signal signal)
{
	return is_about_client(signal) || signal == KJ_SIGNAL_DNS || signal == KJ_SIGNAL_CHAIN ||
	       (signal == KJ_SIGNAL_HELO && campaign->of[signal].variant);
}

/* Traits that are independent of each other and shared by new domains only. */
static unsigned count_traits(const struct campaign *campaign)
{
	bool source = false;
	unsigned traits = 0;

	for (int i = 0; i < KJ_SIGNALS; i++) {
		/* A few like subjects are soon found. */
		if (campaign->of[i].tier <= (i == KJ_SIGNAL_SUBJECT && !campaign->of[KJ_SIGNAL_BODY].tier) ||
		    !is_pure(campaign->of[i].cluster))
			continue;
		if (is_about_source(campaign, (enum kj_signal)i))
			source = true;
		else
			traits++;
	}
	return traits + source;
}

static bool is_content(enum kj_signal signal)
{
	return signal == KJ_SIGNAL_SUBJECT || signal == KJ_SIGNAL_BODY;
}

/* How many domains share the source of the mail, honest or not. Whoever serves customers has host names. */
static unsigned domains_of_source(
    const struct kj_facts *facts, const struct kj_evidence *evidence, bool helo_confirmed)
{
	const struct kj_answer *rdns = kj_evidence_find(evidence, KJ_ASK_FCRDNS, NULL);
	unsigned domains = 0;

	if (!rdns || rdns->status != KJ_ANSWER_FOUND || rdns->fcrdns == KJ_FCRDNS_NONE)
		return 0;
	for (unsigned i = 0; i < facts->cluster_count; i++) {
		const struct kj_cluster *cluster = &facts->clusters[i];
		bool of_source = cluster->signal == KJ_SIGNAL_PREFIX || cluster->signal == KJ_SIGNAL_PTR ||
		                 (cluster->signal == KJ_SIGNAL_HELO && helo_confirmed);

		if (of_source && cluster->domains > domains)
			domains = cluster->domains;
	}
	return domains;
}

/* Known senders write the same text. */
static bool text_is_honest(const struct kj_facts *facts)
{
	for (unsigned i = 0; i < facts->cluster_count; i++)
		if (facts->clusters[i].signal == KJ_SIGNAL_BODY && is_honest_crowd(&facts->clusters[i]))
			return true;
	return false;
}

/* Content by which honest crowds are mistaken for campaigns: it then says what the least of campaigns says, or
 * nothing. */
static void doubt_content(
    struct campaign *campaign, const struct kj_facts *facts, const struct kj_evidence *evidence, bool helo_confirmed)
{
	unsigned source = domains_of_source(facts, evidence, helo_confirmed);
	bool both = campaign->of[KJ_SIGNAL_SUBJECT].tier && campaign->of[KJ_SIGNAL_BODY].tier;
	bool honest = text_is_honest(facts);

	for (int i = 0; i < KJ_SIGNALS; i++) {
		const struct kj_cluster *cluster = campaign->of[i].cluster;

		if (!campaign->of[i].tier || !is_content((enum kj_signal)i))
			continue;
		if (facts->host_known && !both)
			campaign->of[i].tier = 1;
		if (honest || cluster->last_s - cluster->first_s > LASTING_S ||
		    (source >= SOURCE_MANY && source >= cluster->domains * SOURCE_RATIO))
			campaign->of[i].tier = 0;
	}
}

/* Signals that must not stand alone are cut down to what they may say alone. */
static void hold_back(struct campaign *campaign, bool generic)
{
	bool named = campaign->of[KJ_SIGNAL_HELO].tier && campaign->of[KJ_SIGNAL_HELO].variant, agree = false;

	for (int i = 0; i < KJ_SIGNALS; i++)
		agree |= campaign->of[i].tier > (i == KJ_SIGNAL_SUBJECT) &&
		         !is_about_source(campaign, (enum kj_signal)i);
	for (int i = 0; i < KJ_SIGNALS && !agree; i++) {
		unsigned alone = generic && is_about_client((enum kj_signal)i) ? 0 : kj_signals[i].alone;

		if (campaign->of[i].tier > alone)
			campaign->of[i].tier = alone;
	}
	/* The wider network says nothing that the network has not said, nor numbered names what numbered HELOs have. */
	if (campaign->of[KJ_SIGNAL_PREFIX].tier)
		campaign->of[KJ_SIGNAL_WIDE].tier = 0;
	if (named)
		campaign->of[KJ_SIGNAL_PTR].tier = 0;
	campaign->agree = agree;
}

struct campaign campaign_of(const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	struct campaign campaign = {0};
	enum kj_sender_age age = kj_sender_age(facts, evidence, NULL);
	bool proven = kj_sender_proven(facts, evidence);
	bool helo_confirmed = facts->cluster_count && helo_is_confirmed(facts, evidence);

	if (age == KJ_AGE_KNOWN && proven)
		return campaign;
	for (unsigned i = 0; i < facts->cluster_count; i++)
		if (concerns(&facts->clusters[i], age, proven))
			judge_cluster(&campaign, facts, &facts->clusters[i], helo_confirmed);
	doubt_content(&campaign, facts, evidence, helo_confirmed);
	hold_back(&campaign, host_is_generic(facts, evidence));
	campaign.traits = count_traits(&campaign);
	for (int i = 0; i < KJ_SIGNALS; i++)
		campaign.burst |= campaign.agree && campaign.of[i].tier && campaign.of[i].cluster->burst;
	return campaign;
}
