/*
 * campaign.h - which clusters of a mail speak of a campaign, and how loudly
 *
 * Private to scoring/.
 */
#ifndef KJ_CAMPAIGN_H
#define KJ_CAMPAIGN_H

#include "kanjiki/checks.h"

struct campaign {
	struct {
		const struct kj_cluster *cluster; /* NULL: says nothing */
		unsigned tier;			  /* from 1 on: so many of the row's tiers are reached */
		bool variant;
	} of[KJ_SIGNALS];
	bool agree;	 /* something else than the source of the mail speaks */
	unsigned traits; /* independent ones that only new domains share */
	bool burst;
};

/* campaign_of - judge the clusters of a mail by the table of signals. Pure. */
struct campaign campaign_of(const struct kj_facts *facts, const struct kj_evidence *evidence);

#endif
