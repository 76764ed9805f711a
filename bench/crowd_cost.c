/*
 * crowd_cost.c - what it costs to know a campaign again: CPU of a mail, memory, the error of what is estimated, the
 * state file
 *
 * Usage: crowd_cost traffic MAILS [BYTES [PER_DAY]]  a site's traffic (crowd_mails.h); figures at 10^4, 10^5 ... MAILS mails, and of
 *                                      the file that the memory becomes then
 *        crowd_cost reach [BYTES [PER_DAY]]  slow campaigns within such traffic: how many are still known at their fifth mail
 *        crowd_cost text               templates and sketch of a mail
 *        crowd_cost estimates          members from 20 to 100,000: estimated beside counted
 *
 * Prints figures, a line each: what, value. Each mail is measured by itself, with warm caches (the mail before was
 * measured, too) and cold ones (4 MiB were read since, as the reading of a mail does).
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/crowd_figures.h"
#include "bench/crowd_mails.h"
#include "bench/median.h"
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/crowd.h"
#include "kanjiki/crowd_journal.h"
#include "kanjiki/store.h"

#define BYTES	 ((size_t)64 << 20)
#define PER_DAY	 1000000
#define SAMPLES	 2000
#define COLD	 ((size_t)4 << 20)
#define DUMP_MAX ((size_t)1 << 30)
#define GUESTS_MAX 20000

static size_t resident_bytes(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (file && fscanf(file, "%*u %lu", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* --- Traffic */

struct traffic {
	struct kj_crowd *crowd;
	uint64_t seen;
	unsigned per_day;
	char *cold;
	size_t empty_bytes; /* resident before */
	unsigned sum;       /* of what was read, so that it is read */
};

static void cool(struct traffic *traffic)
{
	for (size_t i = 0; i < COLD; i += 64)
		traffic->sum += (unsigned)traffic->cold[i]++;
}

/* One mail more; how long it took. */
static double take_mail(struct traffic *traffic, struct kj_arena *arena)
{
	const struct kj_cluster *clusters;
	struct kj_sighting sighting;
	unsigned count = 0;
	double start;

	crowd_mail(traffic->seen++, traffic->per_day, &sighting);
	start = now_us();
	kj_crowd_look(traffic->crowd, &sighting, arena, &clusters, &count);
	kj_crowd_add(traffic->crowd, &sighting);
	traffic->sum += count;
	return now_us() - start;
}

static void print_times(const char *what, uint64_t seen, double *us)
{
	double middle = median(us, SAMPLES);

	printf("%s_us/%llu %.2f\n%s_p99_us/%llu %.2f\n", what, (unsigned long long)seen, middle, what,
	    (unsigned long long)seen, us[SAMPLES * 99 / 100]);
}

static void print_memory(struct traffic *traffic)
{
	unsigned long long seen = traffic->seen, clusters = 0, evicted = 0;
	struct kj_crowd_stats stats;

	kj_crowd_stats(traffic->crowd, &stats);
	for (int i = 0; i < KJ_SIGNALS; i++) {
		clusters += stats.signals[i].clusters;
		evicted += stats.signals[i].evicted;
	}
	printf("rss_mib/%llu %.1f\n", seen, (double)(resident_bytes() - traffic->empty_bytes) / (1 << 20));
	printf("bytes_mib/%llu %.1f\n", seen, (double)stats.bytes / (1 << 20));
	printf("bytes_max_mib/%llu %.1f\n", seen, (double)stats.bytes_max / (1 << 20));
	printf("singles/%llu %u\nsingles_evicted/%llu %llu\nclusters/%llu %llu\nclusters_evicted/%llu %llu\n", seen,
	    stats.singles, seen, (unsigned long long)stats.singles_evicted, seen, clusters, seen, evicted);
	for (int i = 0; i < KJ_SIGNALS; i++)
		printf("clusters_%s/%llu %u\nevicted_%s/%llu %llu\n", kj_signals[i].name, seen, stats.signals[i].clusters,
		    kj_signals[i].name, seen, (unsigned long long)stats.signals[i].evicted);
}

static void measure_stage(struct traffic *traffic)
{
	static double warm[SAMPLES], cold[SAMPLES];
	uint64_t seen = traffic->seen;
	struct kj_arena *arena;

	print_memory(traffic);
	for (unsigned i = 0; i < 2 * SAMPLES; i++) {
		bool is_cold = i % 2;

		arena = kj_arena_new((size_t)1 << 20);
		kj_arena_alloc(arena, 1); /* the mail's own is there already */
		if (is_cold)
			cool(traffic);
		(is_cold ? cold : warm)[i / 2] = take_mail(traffic, arena);
		kj_arena_free(arena);
	}
	print_times("cold", seen, cold);
	/* After a cold one: so take a run of warm ones. */
	for (unsigned i = 0; i < SAMPLES; i++) {
		arena = kj_arena_new((size_t)1 << 20);
		kj_arena_alloc(arena, 1);
		warm[i] = take_mail(traffic, arena);
		kj_arena_free(arena);
	}
	print_times("warm", seen, warm);
}

static void let_come(struct traffic *traffic, uint64_t mails)
{
	struct kj_sighting sighting;

	while (traffic->seen < mails) {
		crowd_mail(traffic->seen++, traffic->per_day, &sighting);
		kj_crowd_add(traffic->crowd, &sighting);
	}
}

/* --- The file */

static int to_buf(void *context, const void *data, size_t len)
{
	struct kj_buf *buf = context;

	kj_buf_add(buf, data, len);
	return buf->truncated ? -1 : 0;
}

static bool measure_dump(struct traffic *traffic, size_t bytes)
{
	struct kj_buf dump = KJ_BUF_INIT(DUMP_MAX);
	struct kj_crowd *copy = NULL;
	double start = now_us();
	bool good = kj_crowd_save(traffic->crowd, to_buf, &dump) == 0;

	printf("save_ms %.1f\ndump_mib %.1f\n", (now_us() - start) / 1e3, (double)dump.len / (1 << 20));
	start = now_us();
	good = good && kj_crowd_new(bytes, CROWD_KEY, &copy) == 0 && kj_crowd_load(copy, dump.data, dump.len) == 0;
	printf("load_ms %.1f\n", (now_us() - start) / 1e3);
	kj_crowd_free(copy);
	kj_buf_free(&dump);
	return good;
}

/* Mails that come while the memory is written: the longest that one waited. */
struct guests {
	struct traffic *traffic;
	struct kj_store *store;
	atomic_bool over;
	double us[GUESTS_MAX];
	unsigned count;
};

static void *visit(void *context)
{
	struct guests *guests = context;

	while (!atomic_load(&guests->over) && guests->count < GUESTS_MAX) {
		struct kj_arena *arena = kj_arena_new((size_t)1 << 20);
		struct kj_sighting sighting;
		double start;

		kj_arena_alloc(arena, 1);
		crowd_mail(guests->traffic->seen, guests->traffic->per_day, &sighting);
		start = now_us();
		take_mail(guests->traffic, arena);
		kj_journal_add(guests->store, &sighting, sighting.time_s, NULL);
		guests->us[guests->count++] = now_us() - start;
		kj_arena_free(arena);
		nanosleep(&(struct timespec){0, 500000}, NULL);
	}
	return NULL;
}

static bool snapshot_with_guests(struct traffic *traffic, struct kj_store *store, const char *what)
{
	static struct guests guests;
	double start = now_us(), middle;
	pthread_t thread;
	bool good;

	guests = (struct guests){.traffic = traffic, .store = store};
	if (pthread_create(&thread, NULL, visit, &guests) != 0)
		return false;
	good = kj_journal_snapshot(store, traffic->crowd, NULL) == 0;
	printf("%s_ms %.1f\n", what, (now_us() - start) / 1e3);
	atomic_store(&guests.over, true);
	pthread_join(thread, NULL);
	middle = median(guests.us, guests.count);
	printf("%s_wait_ms %.2f\n%s_wait_p99_ms %.2f\n%s_wait_max_ms %.2f\n", what, middle / 1e3, what,
	    guests.us[guests.count * 99 / 100] / 1e3, what, guests.us[guests.count - 1] / 1e3);
	return good;
}

static bool measure_store(struct traffic *traffic, size_t bytes)
{
	const char *tmp = getenv("TMPDIR");
	char dir[256], path[300];
	struct kj_store *store = NULL;
	struct kj_crowd *copy = NULL;
	double start;
	bool good;

	snprintf(dir, sizeof dir, "%s/kj-crowd-cost-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return false;
	snprintf(path, sizeof path, "%s/state.db", dir);
	/* The first one has nothing to take the place of. */
	good = kj_store_open(path, &store, NULL) == 0 && snapshot_with_guests(traffic, store, "snapshot") &&
	       snapshot_with_guests(traffic, store, "next_snapshot");
	kj_store_close(store);
	store = NULL;
	start = now_us();
	good = good && kj_store_open(path, &store, NULL) == 0 && kj_crowd_new(bytes, CROWD_KEY, &copy) == 0 &&
	       kj_journal_restore(store, copy, NULL) == 0;
	printf("restore_ms %.1f\n", (now_us() - start) / 1e3);
	kj_store_close(store);
	kj_crowd_free(copy);
	unlink(path);
	rmdir(dir);
	return good;
}

/* A list for people holds everybody else up. */
static bool measure_list(struct traffic *traffic)
{
	struct kj_arena *arena = kj_arena_new((size_t)16 << 20);
	const struct kj_cluster *clusters;
	struct kj_sighting sighting;
	unsigned count;
	double start = now_us();
	int rc;

	crowd_mail(traffic->seen, traffic->per_day, &sighting);
	rc = kj_crowd_list(traffic->crowd, KJ_SIGNALS, sighting.time_s, false, 20, arena, &clusters, &count);
	printf("list_ms %.1f\n", (now_us() - start) / 1e3);
	kj_arena_free(arena);
	return rc == 0;
}

static int measure_traffic(uint64_t mails, size_t bytes, unsigned per_day)
{
	struct traffic traffic = {.per_day = per_day, .cold = calloc(1, COLD), .empty_bytes = 0};
	bool good;

	traffic.empty_bytes = resident_bytes();
	if (!traffic.cold || kj_crowd_new(bytes, CROWD_KEY, &traffic.crowd) < 0)
		return 1;
	cool(&traffic);
	traffic.empty_bytes += COLD;
	printf("rss_mib/0 %.1f\n", (double)(resident_bytes() - traffic.empty_bytes) / (1 << 20));
	for (uint64_t stage = 10000; stage <= mails; stage *= 10) {
		let_come(&traffic, stage);
		measure_stage(&traffic);
	}
	good = measure_list(&traffic) && measure_dump(&traffic, bytes) && measure_store(&traffic, bytes);
	kj_crowd_free(traffic.crowd);
	free(traffic.cold);
	return good && traffic.sum ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	uint64_t mails = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	size_t bytes = argc > 3 ? strtoull(argv[3], NULL, 10) : BYTES;
	unsigned per_day = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : PER_DAY;

	if (mails && per_day && strcmp(what, "traffic") == 0)
		return measure_traffic(mails, bytes, per_day);
	if (strcmp(what, "reach") == 0)
		return measure_reach(argc > 2 ? strtoull(argv[2], NULL, 10) : BYTES,
		    argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : PER_DAY);
	if (argc == 2 && strcmp(what, "text") == 0)
		return measure_text();
	if (argc == 2 && strcmp(what, "estimates") == 0)
		return measure_estimates();
	fputs("usage: crowd_cost traffic MAILS [BYTES [PER_DAY]] | reach [BYTES [PER_DAY]] | text | estimates\n", stderr);
	return 2;
}
