/*
 * tally.c - what a run of the load generator counted
 *
 * Every wait is kept and the percentiles are exact: a few thousand mails are a few kilobytes.
 */
#include "bench/tally.h"

static const char *const outcome_names[OUT_COUNT] = {
    "continue", "accept", "tempfail", "reject", "discard", "other"};
static const char *const edit_names[EDIT_COUNT] = {"insert", "add", "change", "other"};
static const double shares[] = {0.50, 0.90, 0.99, 1.00};
static const char *const share_names[] = {"p50", "p90", "p99", "max"};

bool waits_add(struct waits *waits, uint64_t us)
{
	size_t size = waits->size ? waits->size * 2 : 1024;
	uint32_t *grown;

	if (waits->count == waits->size) {
		grown = realloc(waits->us, size * sizeof *grown);
		if (!grown)
			return false;
		waits->us = grown;
		waits->size = size;
	}
	waits->us[waits->count++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
	return true;
}

static bool merge_waits(struct waits *to, const struct waits *from)
{
	for (size_t i = 0; i < from->count; i++)
		if (!waits_add(to, from->us[i]))
			return false;
	return true;
}

bool tally_merge(struct tally *to, const struct tally *from)
{
	for (int i = 0; i < OUT_COUNT; i++)
		to->outcomes[i] += from->outcomes[i];
	for (int i = 0; i < EDIT_COUNT; i++)
		to->edits[i] += from->edits[i];
	to->mails += from->mails;
	to->connections += from->connections;
	to->errors += from->errors;
	to->body_bytes += from->body_bytes;
	return merge_waits(&to->from_connect, &from->from_connect) &&
	       merge_waits(&to->from_mail, &from->from_mail) && merge_waits(&to->from_eom, &from->from_eom);
}

void tally_free(struct tally *tally)
{
	free(tally->from_connect.us);
	free(tally->from_mail.us);
	free(tally->from_eom.us);
}

static int by_size(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static void sort(struct waits *waits)
{
	if (waits->count)
		qsort(waits->us, waits->count, sizeof *waits->us, by_size);
}

/* Nearest rank; sorted waits. */
static double percentile_ms(const struct waits *waits, double share)
{
	size_t rank = (size_t)(share * (double)waits->count + 0.999999);

	if (!waits->count)
		return 0;
	return (double)waits->us[rank ? rank - 1 : 0] / 1000.0;
}

static double per_s(uint64_t count, uint64_t wall_us)
{
	return wall_us ? (double)count * 1e6 / (double)wall_us : 0;
}

static void table_waits(struct waits *waits, const char *label, FILE *out)
{
	sort(waits);
	fprintf(out, "  %-22s", label);
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
		fprintf(out, "  %s %9.2f", share_names[i], percentile_ms(waits, shares[i]));
	fprintf(out, "  (%zu)\n", waits->count);
}

static void table_counts(
    const char *label, const char *const *names, const uint64_t *counts, int count, FILE *out)
{
	fprintf(out, "  %-22s", label);
	for (int i = 0; i < count; i++)
		if (counts[i])
			fprintf(out, "  %s %llu", names[i], (unsigned long long)counts[i]);
	fputc('\n', out);
}

void tally_table(struct tally *tally, const struct tally_run *run, FILE *out)
{
	fprintf(out, "%s: %llu mails over %llu connections, %u at a time, %llu errors\n", run->socket,
	    (unsigned long long)tally->mails, (unsigned long long)tally->connections, run->connections,
	    (unsigned long long)tally->errors);
	fprintf(out, "  %-22s  %.0f mails/s, %.1f MB/s of body; generator %.3f CPU s\n", "rate",
	    per_s(tally->mails, run->wall_us), per_s(tally->body_bytes, run->wall_us) / 1e6,
	    (double)run->cpu_us / 1e6);
	table_waits(&tally->from_connect, "ms from connect", out);
	table_waits(&tally->from_mail, "ms from MAIL (later)", out);
	table_waits(&tally->from_eom, "ms from end of message", out);
	table_counts("final replies", outcome_names, tally->outcomes, OUT_COUNT, out);
	table_counts("header edits", edit_names, tally->edits, EDIT_COUNT, out);
}

static void json_waits(struct waits *waits, const char *label, FILE *out)
{
	sort(waits);
	fprintf(out, "\"%s\":{\"count\":%zu", label, waits->count);
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
		fprintf(out, ",\"%s\":%.3f", share_names[i], percentile_ms(waits, shares[i]));
	fputs("},", out);
}

static void json_counts(
    const char *label, const char *const *names, const uint64_t *counts, int count, FILE *out)
{
	fprintf(out, "\"%s\":{", label);
	for (int i = 0; i < count; i++)
		fprintf(out, "%s\"%s\":%llu", i ? "," : "", names[i], (unsigned long long)counts[i]);
	fputs("},", out);
}

void tally_json(struct tally *tally, const struct tally_run *run, FILE *out)
{
	fputc('{', out);
	json_waits(&tally->from_connect, "from_connect_ms", out);
	json_waits(&tally->from_mail, "from_mail_ms", out);
	json_waits(&tally->from_eom, "from_eom_ms", out);
	json_counts("replies", outcome_names, tally->outcomes, OUT_COUNT, out);
	json_counts("edits", edit_names, tally->edits, EDIT_COUNT, out);
	fprintf(out,
	    "\"mails\":%llu,\"connections\":%llu,\"errors\":%llu,\"body_bytes\":%llu,\"wall_s\":%.6f,"
	    "\"mails_per_s\":%.3f,\"generator_cpu_s\":%.6f}\n",
	    (unsigned long long)tally->mails, (unsigned long long)tally->connections,
	    (unsigned long long)tally->errors, (unsigned long long)tally->body_bytes,
	    (double)run->wall_us / 1e6, per_s(tally->mails, run->wall_us), (double)run->cpu_us / 1e6);
}
