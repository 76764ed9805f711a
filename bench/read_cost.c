/*
 * read_cost.c - what reading costs: decoding, views and phrases of one mail, without daemon and network
 *
 * Generated mails (mail_make.h) of a given size go through kj_message_read(), kj_views_make() and the extortion check, as in
 * pipeline/judge.c. Each mail is measured several times in turn with the others, and its median is taken; what is printed is the
 * median of the mails. Beside it, in the same run: base64 of the same body, decoded into one buffer and copied to another, as
 * the least that anything can do that reads mail. CPU is that of the thread.
 *
 * Usage: read_cost LISTS [LANGUAGE [BYTES]] - LISTS is the folder lists/; with LANGUAGE its phrases are loaded alone, to be
 * compared ("all" is all of them); with BYTES only mails of that size are read.
 */
#include <glib.h>
#include <time.h>

#include "bench/mail_make.h"
#include "bench/median.h"
#include "bench/rng.h"
#include "kanjiki/arena.h"
#include "kanjiki/checks.h"
#include "kanjiki/phrase_file.h"
#include "kanjiki/phrase_set.h"
#include "kanjiki/snapshot.h"

#define SEED        7
#define ROUNDS      9
#define MAILS_MAX   200
#define FIELDS_MAX  100
#define ARENA_MAX   ((size_t)512 << 20)
#define WORK_BYTES  ((size_t)24 << 20) /* of mail per row, so that large mails are few */
#define MAILS_MIN   12

/* What a mail goes through; ALL is the sum. */
enum { DECODE, VIEWS, PHRASES, ALL, STAGES };

struct sample {
	struct mail mail;
	struct kj_field fields[FIELDS_MAX];
	unsigned field_count;
	char *base64; /* of the body */
	size_t base64_len;
	double read_us[STAGES][ROUNDS], copy_us[ROUNDS];
	size_t arena_bytes;
	bool hit;
};

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void split_fields(struct sample *sample)
{
	const char *at = sample->mail.fields.data;

	for (unsigned i = 0; i < sample->mail.field_count && i < FIELDS_MAX; i++) {
		sample->fields[i].name = at;
		at += strlen(at) + 1;
		sample->fields[i].value = at;
		at += strlen(at) + 1;
		sample->field_count++;
	}
}

static bool sample_make(struct sample *sample, unsigned n, size_t size)
{
	struct crowd crowd = {16, 4};
	struct mail_limits limits = {size, size};
	struct client client;

	*sample = (struct sample){.hit = false};
	crowd_client(&crowd, n, &client);
	if (!mail_make(SEED, n, &limits, &client, &sample->mail))
		return false;
	split_fields(sample);
	sample->base64 = g_base64_encode((const guchar *)sample->mail.body.data, sample->mail.body.len);
	sample->base64_len = strlen(sample->base64);
	return sample->base64 != NULL;
}

static void sample_free(struct sample *sample)
{
	mail_free(&sample->mail);
	g_free(sample->base64);
}

/* Reading with all limits lifted, so that a large mail is read to its end. */
static void read_once(struct sample *sample, const struct kj_rules *rules, const struct kj_message_limits *limits, int round)
{
	struct kj_facts facts = {.client_name = "", .helo = "", .helo_name = "", .sender = "", .sender_domain = ""};
	struct kj_arena *arena;
	struct kj_evidence *evidence;
	struct kj_hits *hits;
	struct kj_text subject;
	double start = now_us(), decoded, viewed, end;

	arena = kj_arena_new(ARENA_MAX);
	evidence = kj_evidence_new(arena);
	hits = kj_hits_new(arena);
	if (kj_message_read(arena, sample->fields, sample->field_count, sample->mail.body.data, sample->mail.body.len, false,
	        limits, &facts.message) < 0)
		return;
	decoded = now_us();
	subject = (struct kj_text){facts.message->subject, strlen(facts.message->subject)};
	kj_views_make(arena, &subject, &facts.subject);
	kj_views_make(arena, &facts.message->visible, &facts.visible);
	viewed = now_us();
	kj_check_extortion.judge(&facts, rules, evidence, hits);
	sample->hit = kj_hits_count(hits) > 0;
	sample->arena_bytes = kj_arena_used(arena);
	kj_arena_free(arena);
	end = now_us();
	sample->read_us[DECODE][round] = decoded - start;
	sample->read_us[VIEWS][round] = viewed - decoded;
	sample->read_us[PHRASES][round] = end - viewed;
	sample->read_us[ALL][round] = end - start;
}

static void copy_once(struct sample *sample, int round)
{
	double start = now_us();
	gsize len = 0;
	guchar *bytes = g_base64_decode(sample->base64, &len);
	char *copy = malloc(len + 1);

	if (copy)
		memcpy(copy, bytes, len);
	free(copy);
	g_free(bytes);
	sample->copy_us[round] = now_us() - start;
}

static void print_row(size_t size, struct sample *samples, unsigned count)
{
	static double read_us[STAGES][MAILS_MAX], copy_us[MAILS_MAX];
	double bytes = 0, high, read_sum = 0, copy_sum = 0;
	size_t arena = 0;
	unsigned hits = 0;

	for (unsigned i = 0; i < count; i++) {
		for (int stage = 0; stage < STAGES; stage++)
			read_us[stage][i] = median(samples[i].read_us[stage], ROUNDS);
		copy_us[i] = median(samples[i].copy_us, ROUNDS);
		bytes += (double)samples[i].mail.body.len;
		read_sum += read_us[ALL][i];
		copy_sum += copy_us[i];
		hits += samples[i].hit;
		arena = samples[i].arena_bytes > arena ? samples[i].arena_bytes : arena;
	}
	for (int stage = 0; stage < STAGES; stage++)
		median(read_us[stage], count); /* sorts */
	high = read_us[ALL][count * 9 / 10];
	printf("%9zu  %5u  %7.3f  %7.3f  %7.3f  %7.3f  %7.3f  %8.1f  %8.1f  %10.1f  %4u\n", size, count,
	    read_us[ALL][count / 2] / 1e3, high / 1e3, read_us[DECODE][count / 2] / 1e3,
	    read_us[VIEWS][count / 2] / 1e3, read_us[PHRASES][count / 2] / 1e3, bytes / read_sum, bytes / copy_sum,
	    (double)arena / 1024, hits);
}

static bool measure(size_t size, const struct kj_rules *rules, const struct kj_message_limits *limits)
{
	static struct sample samples[MAILS_MAX];
	unsigned count = (unsigned)(WORK_BYTES / size), made = 0;

	count = count > MAILS_MAX ? MAILS_MAX : count < MAILS_MIN ? MAILS_MIN : count;
	while (made < count && sample_make(&samples[made], made, size))
		made++;
	for (int round = 0; round < ROUNDS && made == count; round++)
		for (unsigned i = 0; i < count; i++) {
			read_once(&samples[i], rules, limits, round);
			copy_once(&samples[i], round);
		}
	if (made == count)
		print_row(size, samples, count);
	for (unsigned i = 0; i < made; i++)
		sample_free(&samples[i]);
	return made == count;
}

static struct kj_phrase_set *load(const char *lists, const char *language)
{
	struct kj_complaints *complaints = kj_complaints_new();
	struct kj_phrase_set *set = kj_phrase_set_new();
	struct kj_reason reason = {"cannot be read"};
	char path[4096];
	int rc;

	snprintf(path, sizeof path, "%s/extortion%s%s", lists, language ? "/" : "", language ? language : "");
	rc = language ? kj_phrase_file_load(path, set, complaints) : kj_phrase_dir_load(path, set, complaints);
	if (rc == 0)
		rc = kj_phrase_set_compile(set, &reason);
	kj_complaints_free(complaints);
	if (rc == 0)
		return set;
	fprintf(stderr, "read_cost: %s: %s\n", path, reason.text);
	kj_phrase_set_free(set);
	return NULL;
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = {1000, 10000, 100000, 1000000, 10000000};
	const struct kj_message_limits lifted = {
	    .body_bytes = 32u << 20, .text_bytes = 32u << 20, .depth = 32, .parts = 256, .fields = 1000, .received = 50};
	struct kj_rules rules = {.spf = false};
	const char *language = argc > 2 && strcmp(argv[2], "all") != 0 ? argv[2] : NULL;
	struct kj_phrase_set *set = argc > 1 && argc < 5 ? load(argv[1], language) : NULL;
	size_t only = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	bool good = set;

	if (!set) {
		fprintf(stderr, "usage: read_cost LISTS [LANGUAGE [BYTES]]\n");
		return 2;
	}
	rules.extortion = set;
	printf("phrases of %s: %zu\n", language ? language : "all languages", kj_phrase_set_size(set));
	puts("                 CPU ms                of that, medians");
	puts("    bytes  mails   median      p90   decode    views  phrases      MB/s copy MB/s   arena KiB  hits");
	if (only)
		good = measure(only, &rules, &lifted);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes && good && !only; i++)
		good = measure(sizes[i], &rules, &lifted);
	if (!only) {
		puts("with the default limits:");
		good = good && measure(10000000, &rules, &kj_message_limits_default);
	}
	kj_phrase_set_free(set);
	return good ? 0 : 1;
}
