/*
 * crowd_figures.c - how slow a campaign may be, what texts cost, how far estimates are off
 */
#include "bench/crowd_figures.h"

#include <math.h>
#include <string.h>

#include "bench/crowd_mails.h"
#include "bench/mail_text.h"
#include "bench/median.h"
#include "kanjiki/arena.h"
#include "kanjiki/crowd.h"
#include "kanjiki/template.h"

#define SAMPLES 200
#define ROUNDS  31

/* --- How slow a campaign may be */

struct traffic {
	struct kj_crowd *crowd;
	uint64_t seen;
	unsigned per_day;
};

static void let_come(struct traffic *traffic, uint64_t mails)
{
	struct kj_sighting sighting;

	while (traffic->seen < mails) {
		crowd_mail(traffic->seen++, traffic->per_day, &sighting);
		kj_crowd_add(traffic->crowd, &sighting);
	}
}

#define SLOW_EACH  40
#define SLOW_MAILS 5

static const unsigned spacings_s[] = {60, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 16 * 3600};

/* Mail number `mail` of a slow campaign: nothing in common but HELO, subject and text. */
static void slow_mail(unsigned campaign, unsigned mail, int64_t time_s, struct kj_sighting *out)
{
	const uint8_t client[4] = {223, (uint8_t)(campaign >> 8), (uint8_t)campaign, (uint8_t)(mail + 1)};

	*out = (struct kj_sighting){.mail = UINT64_MAX - campaign * 100 - mail, .time_s = time_s, .flags = KJ_SIGHTING_FRESH};
	out->client = kj_addr_from_bytes(4, client);
	snprintf(out->domain, sizeof out->domain, "slow%u-%u.example", campaign, mail);
	kj_sighting_add_key(out, KJ_SIGNAL_HELO, 1000000 + campaign, mail);
	kj_sighting_add_key(out, KJ_SIGNAL_SUBJECT, 5000000 + campaign, 0);
	out->sketch.runs = 100;
	for (unsigned i = 0; i < KJ_SKETCH_LEN; i++)
		out->sketch.at[i] = (uint8_t)((campaign + 1) * 2654435761U >> (i % 24));
}

/* Whether all mails that came before are known. */
static bool is_recognised(struct kj_crowd *crowd, const struct kj_sighting *sighting)
{
	struct kj_arena *arena = kj_arena_new((size_t)1 << 20);
	const struct kj_cluster *clusters;
	unsigned count = 0;
	bool found = false;

	kj_crowd_look(crowd, sighting, arena, &clusters, &count);
	for (unsigned i = 0; i < count; i++)
		found |= clusters[i].domains >= SLOW_MAILS;
	kj_arena_free(arena);
	return found;
}

int measure_reach(size_t bytes, unsigned per_day)
{
	const unsigned kinds = sizeof spacings_s / sizeof *spacings_s;
	struct traffic traffic = {.per_day = per_day};
	unsigned known[sizeof spacings_s / sizeof *spacings_s] = {0}, sent[SLOW_EACH * 8] = {0}, open = kinds * SLOW_EACH;
	int64_t start_s;
	struct kj_sighting sighting;

	if (kj_crowd_new(bytes, CROWD_KEY, &traffic.crowd) < 0)
		return 1;
	let_come(&traffic, per_day);
	crowd_mail(traffic.seen, per_day, &sighting);
	for (start_s = sighting.time_s; open; let_come(&traffic, traffic.seen + per_day / 1440 + 1)) {
		crowd_mail(traffic.seen, per_day, &sighting);
		for (unsigned c = 0; c < kinds * SLOW_EACH; c++) {
			unsigned kind = c % kinds;
			struct kj_sighting slow;

			if (sent[c] == SLOW_MAILS || sighting.time_s - start_s < (int64_t)sent[c] * spacings_s[kind] + c * 7)
				continue;
			slow_mail(c, sent[c]++, sighting.time_s, &slow);
			if (sent[c] == SLOW_MAILS) {
				known[kind] += is_recognised(traffic.crowd, &slow);
				open--;
			}
			kj_crowd_add(traffic.crowd, &slow);
		}
	}
	for (unsigned kind = 0; kind < kinds; kind++)
		printf("known_percent/%u/%u %u\n", per_day, spacings_s[kind], known[kind] * 100 / SLOW_EACH);
	kj_crowd_free(traffic.crowd);
	return 0;
}

/* --- Text */

static double text_us(const struct kj_views *views, const struct kj_views *subject, const struct kj_persons *persons)
{
	static const struct kj_hash_key key = {1, 2};
	static const struct kj_received chain[] = {
	    {"", "mail7.sender.example", "mail7.sender.example", {4, {198, 18, 1, 2}}, "mx.example.jp", "esmtps", "4XYZ", "", -1, 0},
	    {"", "localhost", "localhost", {4, {127, 0, 0, 1}}, "mail7.sender.example", "esmtp", "4ABC", "", -1, 0}};
	const struct kj_addr client = {4, {198, 18, 1, 2}};
	char out[KJ_TEMPLATE_MAX];
	struct kj_sketch sketch;
	uint32_t number;
	double start = now_us();
	size_t sum;

	sum = kj_template_helo("mail7.sender.example", &client, out);
	sum += kj_template_ptr("ip-198-18-1-2.pool7.sender.example", &client, out, &number);
	sum += kj_template_chain(chain, 2, out);
	sum += kj_template_subject(&subject->text[KJ_VIEW_WORDS], persons, out);
	sum += kj_template_spf("v=spf1 ip4:198.18.1.2 ip4:198.18.1.3 include:_spf.sender.example ~all", "sender.example", out);
	kj_sketch_make(views, persons, &key, &sketch);
	return sum ? now_us() - start : 0;
}

static double median_text_us(enum language language, size_t size)
{
	static double us[SAMPLES];
	static const char *const rcpts[] = {"hanako@example.jp"};
	struct kj_persons persons = {rcpts, 1, "Taro Yamada", "sender.example"};

	for (unsigned i = 0; i < SAMPLES; i++) {
		struct rng rng = rng_for(5, 6, i);
		struct kj_arena *arena = kj_arena_new((size_t)16 << 20);
		struct kj_buf text = KJ_BUF_INIT(1 << 20);
		struct kj_text line = {.data = text_subject(&rng, language, NEWSLETTER)};
		struct kj_views views, subject;

		text_fill(&rng, language, NEWSLETTER, size, &text);
		line.len = strlen(line.data);
		kj_views_make(arena, &line, &subject);
		kj_views_make(arena, &(struct kj_text){kj_buf_str(&text), text.len}, &views);
		us[i] = text_us(&views, &subject, &persons);
		kj_buf_free(&text);
		kj_arena_free(arena);
	}
	return median(us, SAMPLES);
}

int measure_text(void)
{
	printf("text_us/en/2000 %.2f\n", median_text_us(ENGLISH, 2000));
	printf("text_us/en/10000 %.2f\n", median_text_us(ENGLISH, 10000));
	printf("text_us/ja/2000 %.2f\n", median_text_us(JAPANESE, 2000));
	printf("text_us/ja/10000 %.2f\n", median_text_us(JAPANESE, 10000));
	return 0;
}

/* --- Estimates */

enum { DOMAINS, FRESH, CLIENTS, KINDS };

static const char *const kind_names[KINDS] = {"domains", "fresh", "clients"};

/* One cluster with so many members within one window, half of them new; the errors of a round. */
static bool estimate_once(unsigned members, unsigned round, double errors[KINDS])
{
	struct kj_crowd *crowd = NULL;
	struct kj_arena *arena = kj_arena_new((size_t)1 << 20);
	const struct kj_cluster *cluster;
	const unsigned window_s = kj_signals[KJ_SIGNAL_PREFIX].window_s;
	bool good = kj_crowd_new(KJ_CROWD_BYTES_MIN, CROWD_KEY, &crowd) == 0;

	for (unsigned n = 0; good && n < members; n++) {
		struct kj_sighting sighting = {.mail = n + 1, .flags = n % 2 ? 0 : KJ_SIGHTING_FRESH};
		const uint8_t client[4] = {(uint8_t)(10 + round), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};

		/* All within the parts of the window that are whole: what it forgets is measured elsewhere. */
		sighting.time_s = (int64_t)window_s * 10000 + (int64_t)n * (window_s - 1) / members;
		snprintf(sighting.domain, sizeof sighting.domain, "d%u-%u.example", round, n);
		sighting.client = kj_addr_from_bytes(4, client);
		kj_sighting_add_key(&sighting, KJ_SIGNAL_PREFIX, 1, 0);
		kj_crowd_add(crowd, &sighting);
	}
	good = good &&
	       kj_crowd_find(crowd, KJ_SIGNAL_PREFIX, 1, (int64_t)window_s * 10001 - 1, arena, &cluster) == 0;
	if (good) {
		errors[DOMAINS] = cluster->domains / (double)members - 1;
		errors[FRESH] = cluster->fresh / ((members + 1) / 2.0) - 1;
		errors[CLIENTS] = cluster->clients / (double)members - 1;
	}
	kj_arena_free(arena);
	kj_crowd_free(crowd);
	return good;
}

static void print_errors(const char *what, unsigned members, double *errors)
{
	double bias, sizes[ROUNDS];

	for (unsigned i = 0; i < ROUNDS; i++)
		sizes[i] = fabs(errors[i]);
	bias = median(errors, ROUNDS);
	printf("error_percent/%s/%u %.1f\n", what, members, 100 * median(sizes, ROUNDS));
	printf("error_p90_percent/%s/%u %.1f\nbias_percent/%s/%u %.1f\n", what, members, 100 * sizes[ROUNDS * 9 / 10],
	    what, members, 100 * bias);
}

/* A stream of new domains, so many in a window: what is given at some time, beside those of exactly one window. */
static bool slide(unsigned members, double *errors)
{
	struct kj_crowd *crowd = NULL;
	const unsigned window_s = kj_signals[KJ_SIGNAL_PREFIX].window_s;
	const int64_t start_s = (int64_t)window_s * 10000;
	unsigned taken = 0;
	bool good = kj_crowd_new(KJ_CROWD_BYTES_MIN, CROWD_KEY, &crowd) == 0;

	for (unsigned n = 0; good && taken < ROUNDS; n++) {
		struct kj_sighting sighting = {.mail = n + 1, .time_s = start_s + (int64_t)n * window_s / members};
		const uint8_t client[4] = {10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};

		snprintf(sighting.domain, sizeof sighting.domain, "s%u.example", n);
		sighting.client = kj_addr_from_bytes(4, client);
		kj_sighting_add_key(&sighting, KJ_SIGNAL_PREFIX, 1, 0);
		kj_crowd_add(crowd, &sighting);
		if (n >= members + members * taken / 13) {
			struct kj_arena *arena = kj_arena_new((size_t)1 << 20);
			const struct kj_cluster *cluster;

			good = kj_crowd_find(crowd, KJ_SIGNAL_PREFIX, 1, sighting.time_s, arena, &cluster) == 0;
			errors[taken++] = good ? cluster->domains / (double)members - 1 : 0;
			kj_arena_free(arena);
		}
	}
	kj_crowd_free(crowd);
	return good;
}

int measure_estimates(void)
{
	static const unsigned sizes[] = {20, 50, 100, 300, 1000, 3000, 10000, 100000};
	static double errors[KINDS][ROUNDS], slid[ROUNDS];
	bool good = true;

	for (unsigned s = 0; s < sizeof sizes / sizeof *sizes && good; s++) {
		for (unsigned round = 0; round < ROUNDS && good; round++) {
			double once[KINDS] = {0};

			good = estimate_once(sizes[s], round, once);
			for (int kind = 0; kind < KINDS; kind++)
				errors[kind][round] = once[kind];
		}
		for (int kind = 0; kind < KINDS; kind++)
			print_errors(kind_names[kind], sizes[s], errors[kind]);
		good = good && slide(sizes[s], slid);
		print_errors("sliding", sizes[s], slid);
	}
	return good ? 0 : 1;
}
