/*
 * report.c - the tables of a run, its targets, and the same as JSON
 *
 * Recall is over messages: of all third to ninth messages of the campaigns of a row, so many were tagged.
 */
#include "bench/sim/report.h"

#include <stdlib.h>
#include <string.h>

#define THIRD 3
#define TENTH 10

/* Campaigns that have something in common. */
struct sum {
	unsigned campaigns, early, early_tagged, late, late_tagged, tempfailed, messages;
	unsigned caught; /* campaigns with a tagged message */
	unsigned delay_messages[2048];
	double delay_minutes[2048];
	struct tally_row row;
};

static void sum_add(struct sum *sum, const struct outcome *outcome)
{
	bool caught = false;

	for (unsigned k = 1; k <= outcome->messages; k++) {
		bool tagged = outcome->tagged[k - 1];

		sum->messages++;
		sum->tempfailed += outcome->tempfailed[k - 1];
		sum->early += k >= THIRD && k < TENTH;
		sum->early_tagged += k >= THIRD && k < TENTH && tagged;
		sum->late += k >= TENTH;
		sum->late_tagged += k >= TENTH && tagged;
		if (tagged && !caught && sum->caught < 2048) {
			caught = true;
			sum->delay_messages[sum->caught] = k;
			sum->delay_minutes[sum->caught++] = (double)(outcome->at_ms[k - 1] - outcome->at_ms[0]) / 60000;
		}
	}
	sum->campaigns++;
	tally_row_add(&sum->row, &outcome->row);
}

static double percent(unsigned part, unsigned whole)
{
	return whole ? 100.0 * part / whole : 0;
}

static int by_number(const void *a, const void *b)
{
	return (*(const unsigned *)a > *(const unsigned *)b) - (*(const unsigned *)a < *(const unsigned *)b);
}

static int by_double(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static int by_count(const void *a, const void *b)
{
	const struct tally_symbol *x = a, *y = b;

	return (x->count < y->count) - (x->count > y->count);
}

static void print_symbols(const struct tally_row *row, unsigned most, FILE *out)
{
	struct tally_symbol sorted[TALLY_SYMBOLS];

	memcpy(sorted, row->symbols, sizeof sorted);
	qsort(sorted, TALLY_SYMBOLS, sizeof *sorted, by_count);
	for (unsigned i = 0; i < most && sorted[i].count; i++)
		fprintf(out, "%s%s %.0f%%", i ? ", " : "", sorted[i].name, percent(sorted[i].count, row->mails));
}

static void print_sum(const char *factor, const char *level, struct sum *sum, FILE *out)
{
	qsort(sum->delay_messages, sum->caught, sizeof *sum->delay_messages, by_number);
	qsort(sum->delay_minutes, sum->caught, sizeof *sum->delay_minutes, by_double);
	fprintf(out, "  %-9s %-10s %5u %8.1f %8.1f %8.1f %8u %9.1f %8.1f   ", factor, level, sum->campaigns,
	    percent(sum->early_tagged, sum->early), percent(sum->late_tagged, sum->late),
	    percent(sum->caught, sum->campaigns), sum->caught ? sum->delay_messages[sum->caught / 2] : 0,
	    sum->caught ? sum->delay_minutes[sum->caught / 2] : 0, percent(sum->tempfailed, sum->messages));
	print_symbols(&sum->row, 6, out);
	fputc('\n', out);
}

typedef bool wanted_fn(const struct campaign *campaign, unsigned factor, unsigned level);

static bool any(const struct campaign *campaign, unsigned factor, unsigned level)
{
	(void)campaign;
	(void)factor;
	(void)level;
	return true;
}

static bool has_level(const struct campaign *campaign, unsigned factor, unsigned level)
{
	return campaign->level[factor] == level;
}

static bool counts(const struct campaign *campaign, unsigned factor, unsigned level)
{
	(void)factor;
	(void)level;
	return campaign_repeats(campaign) && campaign_in_grid(campaign);
}

static bool counts_not(const struct campaign *campaign, unsigned factor, unsigned level)
{
	return !counts(campaign, factor, level);
}

/* Which of HELO, text and subject repeat, as three bits. */
static unsigned traits(const struct campaign *campaign)
{
	return (campaign_value(campaign, FACTOR_HELO) < 2) | (campaign_value(campaign, FACTOR_MUTATION) <= 5) << 1 |
	       (campaign_value(campaign, FACTOR_SUBJECT) < 2) << 2;
}

static bool has_traits(const struct campaign *campaign, unsigned factor, unsigned level)
{
	(void)factor;
	return traits(campaign) == level;
}

/* Freed by the caller; NULL without campaigns of that kind. */
static struct sum *sum_of(const struct results *results, wanted_fn *wanted, unsigned factor, unsigned level)
{
	struct sum *sum = calloc(1, sizeof *sum);

	for (unsigned i = 0; sum && i < results->count; i++)
		if (wanted(&results->outcomes[i].campaign, factor, level))
			sum_add(sum, &results->outcomes[i]);
	if (sum && sum->campaigns)
		return sum;
	free(sum);
	return NULL;
}

static void print_row(const struct results *results, wanted_fn *wanted, unsigned factor, unsigned level,
    const char *first, const char *second, FILE *out)
{
	struct sum *sum = sum_of(results, wanted, factor, level);

	if (sum)
		print_sum(first, second, sum, out);
	free(sum);
}

static void print_campaigns(const struct results *results, FILE *out)
{
	static const char *const names[] = {
	    "nothing", "HELO", "text", "HELO+text", "subject", "HELO+subj", "text+subj", "all three"};

	fprintf(out,
	    "\nCampaigns: %% of messages tagged; caught: a message of it was tagged, after so many messages and "
	    "minutes (medians)\n"
	    "  %-9s %-10s %5s %8s %8s %8s %8s %9s %8s   %s\n",
	    "", "", "", "3rd-9th", "10th on", "caught %", "messages", "minutes", "put off%", "symbols, % of messages");
	print_row(results, any, 0, 0, "all", "", out);
	print_row(results, counts, 0, 0, "a trait", "repeats", out);
	print_row(results, counts_not, 0, 0, "others", "", out);
	for (unsigned i = 0; i < 8; i++)
		print_row(results, has_traits, 0, i, "repeats", names[i], out);
	for (unsigned f = 0; f < FACTORS; f++)
		for (unsigned l = 0; campaign_level_name(f, l); l++)
			print_row(
			    results, has_level, f, l, l ? "" : campaign_factor_name(f), campaign_level_name(f, l), out);
}

static void honest_sum(const struct results *results, struct tally_row *ret_row)
{
	*ret_row = (struct tally_row){0};
	for (unsigned i = 0; i < HONEST_CLASSES; i++)
		if (!honest_is_spam(i))
			tally_row_add(ret_row, &results->honest.classes[i]);
}

static void print_class(const char *name, const struct tally_row *row, FILE *out)
{
	fprintf(out, "  %-30s %8u %7.1f %9u %7u %7u %8u %7.2f   ", name, row->mails, percent(row->fresh, row->mails),
	    row->by_crowd, row->pushed, row->tagged, row->tempfailed, row->most_centi / 100.0);
	print_symbols(row, 5, out);
	fputc('\n', out);
}

static void print_honest(const struct results *results, FILE *out)
{
	struct tally_row all;

	honest_sum(results, &all);
	fprintf(out,
	    "\nHonest mail after the warm-up. by crowd: its evidence alone reaches the tag threshold; pushed: tagged, "
	    "but not without it\n"
	    "  %-30s %8s %7s %9s %7s %7s %8s %7s   %s\n",
	    "", "mails", "fresh %", "by crowd", "pushed", "tagged", "put off", "most", "the crowd's symbols");
	for (unsigned i = 0; i < HONEST_CLASSES; i++)
		print_class(honest_name(i), &results->honest.classes[i], out);
	print_class("all but the spam", &all, out);
}

void report_print(const struct results *results, FILE *out)
{
	print_campaigns(results, out);
	print_honest(results, out);
}

/* --- Targets ---------------------------------------------------------------------------------------------------- */

#define TARGETS 4

struct target {
	const char *what, *wanted;
	bool met;
	char reached[40];
};

static struct target at_least(const char *what, const char *wanted, double least, unsigned part, unsigned whole)
{
	struct target target = {what, wanted, !whole || percent(part, whole) >= least, ""};

	if (whole)
		snprintf(target.reached, sizeof target.reached, "%.1f%%", percent(part, whole));
	return target;
}

static struct target none_of(const char *what, unsigned part, unsigned whole)
{
	struct target target = {what, "0", !part, ""};

	if (whole)
		snprintf(target.reached, sizeof target.reached, "%u of %u", part, whole);
	return target;
}

static void make_targets(const struct results *results, struct target targets[TARGETS])
{
	struct sum *sum = sum_of(results, counts, 0, 0);
	struct tally_row honest;

	honest_sum(results, &honest);
	targets[0] = at_least("third to ninth message tagged, where a trait repeats", ">= 70%", 70,
	    sum ? sum->early_tagged : 0, sum ? sum->early : 0);
	targets[1] = at_least("tenth message on tagged, where a trait repeats", ">= 95%", 95,
	    sum ? sum->late_tagged : 0, sum ? sum->late : 0);
	targets[2] = none_of("honest mail tagged by the crowd's evidence alone", honest.by_crowd, honest.mails);
	targets[3] = none_of("honest mail put off", honest.tempfailed, honest.mails);
	free(sum);
}

bool report_targets(const struct results *results, FILE *out)
{
	struct target targets[TARGETS];
	bool good = true;

	make_targets(results, targets);
	fputs("\nTargets\n", out);
	for (unsigned i = 0; i < TARGETS; i++) {
		good &= targets[i].met;
		/* Of what there was none, nothing can be told: a run of campaigns beyond the grid, say. */
		if (!*targets[i].reached)
			fprintf(out, "  none  %s: %s\n", targets[i].what, targets[i].wanted);
		else
			fprintf(out, "  %s  %s: %s; reached %s\n", targets[i].met ? "PASS" : "MISS", targets[i].what,
			    targets[i].wanted, targets[i].reached);
	}
	return good;
}

static void json_targets(const struct results *results, FILE *out)
{
	struct target targets[TARGETS];

	make_targets(results, targets);
	for (unsigned i = 0; i < TARGETS; i++)
		fprintf(out, "  {\"what\": \"%s\", \"wanted\": \"%s\", \"reached\": \"%s\", \"met\": %s}%s\n",
		    targets[i].what, targets[i].wanted, targets[i].reached, targets[i].met ? "true" : "false",
		    i + 1 < TARGETS ? "," : "");
}

/* --- JSON: names are all ours and need no escapes --------------------------------------------------------------- */

static void json_row(const struct tally_row *row, FILE *out)
{
	fprintf(out,
	    "\"mails\": %u, \"fresh\": %u, \"by_crowd\": %u, \"pushed\": %u, \"tagged\": %u, \"tempfailed\": %u, "
	    "\"most_centi\": %d, \"symbols\": {",
	    row->mails, row->fresh, row->by_crowd, row->pushed, row->tagged, row->tempfailed, row->most_centi);
	for (unsigned i = 0; i < TALLY_SYMBOLS && *row->symbols[i].name; i++)
		fprintf(out, "%s\"%s\": %u", i ? ", " : "", row->symbols[i].name, row->symbols[i].count);
	fputs("}", out);
}

static void json_marks(const char *name, const bool *marks, unsigned count, FILE *out)
{
	fprintf(out, ", \"%s\": \"", name);
	for (unsigned i = 0; i < count; i++)
		fputc(marks[i] ? '1' : '0', out);
	fputc('"', out);
}

static void json_campaign(const struct outcome *outcome, FILE *out)
{
	fprintf(out, "  {\"index\": %u", outcome->campaign.index);
	for (unsigned f = 0; f < FACTORS; f++)
		fprintf(out, ", \"%s\": \"%s\"", campaign_factor_name(f),
		    campaign_level_name(f, outcome->campaign.level[f]));
	fprintf(out, ", \"repeats\": %s", campaign_repeats(&outcome->campaign) ? "true" : "false");
	json_marks("tagged_at", outcome->tagged, outcome->messages, out);
	json_marks("tempfailed_at", outcome->tempfailed, outcome->messages, out);
	fputs(", ", out);
	json_row(&outcome->row, out);
	fputs("}", out);
}

void report_json(const struct results *results, FILE *out)
{
	fputs("{\"campaigns\": [\n", out);
	for (unsigned i = 0; i < results->count; i++) {
		json_campaign(&results->outcomes[i], out);
		fputs(i + 1 < results->count ? ",\n" : "\n", out);
	}
	fputs("], \"honest\": [\n", out);
	for (unsigned i = 0; i < HONEST_CLASSES; i++) {
		fprintf(
		    out, "  {\"class\": \"%s\", \"spam\": %s, ", honest_name(i), honest_is_spam(i) ? "true" : "false");
		json_row(&results->honest.classes[i], out);
		fputs(i + 1 < HONEST_CLASSES ? "},\n" : "}\n", out);
	}
	fputs("], \"targets\": [\n", out);
	json_targets(results, out);
	fputs("]}\n", out);
}
