/*
 * report.h - the tables of a run, its targets, and the same as JSON
 */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include <stdio.h>

#include "bench/sim/campaign.h"
#include "bench/sim/tally.h"

#define MESSAGES_MAX 200

/* What became of one campaign, and of the honest mail beside it. */
struct outcome {
	struct campaign campaign;
	unsigned messages;
	bool tagged[MESSAGES_MAX];
	bool tempfailed[MESSAGES_MAX];
	int64_t at_ms[MESSAGES_MAX];
	struct tally_row row;
	struct tally honest;
};

struct results {
	const struct outcome *outcomes;
	unsigned count;
	struct tally honest; /* all of it */
};

/* report_print - the tables; report_targets - a line each, false if one is missed (or there is nothing to say) */
void report_print(const struct results *results, FILE *out);
bool report_targets(const struct results *results, FILE *out);
void report_json(const struct results *results, FILE *out);

#endif
