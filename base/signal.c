/*
 * signal.c - the table of signals
 */
#include "kanjiki/signal.h"

#include <string.h>

#include "kanjiki/err.h"

#define HOUR 3600U
#define DAY  (24 * HOUR)

/* clang-format off */
const struct kj_signal_row kj_signals[KJ_SIGNALS] = {
	[KJ_SIGNAL_PREFIX] = {
		.name = "prefix", .about = "from one network",
		.window_s = DAY, .half_life_s = DAY, .clients = 3,
		.tiers = {{4, true, "PREFIX_FRESH_4", NULL},
			{8, true, "PREFIX_FRESH_8", NULL},
			{16, true, "PREFIX_FRESH_16", NULL}},
		.alone = 1, .share = 16,
	},
	[KJ_SIGNAL_WIDE] = {
		.name = "wide", .about = "from neighbouring networks",
		.window_s = DAY, .half_life_s = DAY, .clients = 3, .nets = 2,
		.tiers = {{8, true, "PREFIX_FRESH_WIDE", NULL}},
		.alone = KJ_TIERS, .share = 10,
	},
	[KJ_SIGNAL_HELO] = {
		.name = "helo", .about = "HELO names of one kind",
		.window_s = 3 * DAY, .half_life_s = 3 * DAY, .clients = 3, .names = 3,
		.tiers = {{3, true, "HELO_TEMPLATE", "HELO_TEMPLATE_NAMED"},
			{5, true, "HELO_TEMPLATE_5", "HELO_TEMPLATE_NAMED_5"}},
		.alone = KJ_TIERS, .share = 12,
	},
	[KJ_SIGNAL_PTR] = {
		.name = "ptr", .about = "numbered host names in one network",
		.window_s = 3 * DAY, .half_life_s = 3 * DAY, .clients = 4, .names = 4,
		.tiers = {{3, true, "PTR_SEQ", NULL}},
		.alone = KJ_TIERS, .share = 8,
	},
	[KJ_SIGNAL_CHAIN] = {
		.name = "received", .about = "Received lines of one kind",
		.window_s = 3 * DAY, .half_life_s = 3 * DAY,
		.tiers = {{3, true, "RCV_TEMPLATE", NULL}},
		.alone = KJ_TIERS, .share = 8,
	},
	[KJ_SIGNAL_SUBJECT] = {
		.name = "subject", .about = "subjects of one kind",
		.window_s = 2 * DAY, .half_life_s = 2 * DAY, .clients = 2,
		.tiers = {{3, true, "SUBJ_TEMPLATE", "SUBJ_TEMPLATE_RCPT"},
			{5, true, "SUBJ_TEMPLATE_5", "SUBJ_TEMPLATE_RCPT_5"},
			{8, true, "SUBJ_TEMPLATE_8", "SUBJ_TEMPLATE_RCPT_8"}},
		.alone = KJ_TIERS, .share = 16,
	},
	[KJ_SIGNAL_BODY] = {
		.name = "body", .about = "much the same text",
		.window_s = 2 * DAY, .half_life_s = 2 * DAY, .clients = 2,
		.tiers = {{3, true, "BODY_CLUSTER", NULL},
			{5, true, "BODY_CLUSTER_5", NULL},
			{8, true, "BODY_CLUSTER_8", NULL}},
		.alone = KJ_TIERS, .share = 16,
	},
	[KJ_SIGNAL_DNS] = {
		.name = "dns", .about = "sender domains that are set up alike",
		.window_s = 7 * DAY, .half_life_s = 7 * DAY,
		.tiers = {{3, true, "DNS_CLUSTER_3", NULL},
			{8, true, "DNS_CLUSTER_8", NULL},
			{16, true, "DNS_CLUSTER_16", NULL}},
		.alone = 0, .share = 10,
	},
	[KJ_SIGNAL_WALLET] = {
		.name = "wallet", .about = "one address to pay to",
		.window_s = 30 * DAY, .half_life_s = 30 * DAY,
		.tiers = {{3, false, "WALLET_REUSED", NULL}},
		.alone = KJ_TIERS, .share = 4,
	},
};
/* clang-format on */

int kj_signal_find(const char *name)
{
	for (int i = 0; i < KJ_SIGNALS; i++)
		if (strcmp(kj_signals[i].name, name) == 0)
			return i;
	return -KJ_ENOENT;
}
