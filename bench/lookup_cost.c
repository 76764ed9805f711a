/*
 * lookup_cost.c - how long a mail waits for its questions, and what a lookup costs
 *
 * All names lie under lookup.test, every one of which has an address, and no name is asked for twice unless said so:
 * what is measured is a mail about which nothing is known yet. The server is one that run.py starts.
 *
 * Usage: lookup_cost wait PORT TALK_MS SERVER  one mail after another, 20 questions each; the client talks TALK_MS longer.
 *                                        The port SERVER is asked for all names before, so that the server knows them,
 *                                        and the wait is that of the line between it and PORT
 *        lookup_cost sessions PORT COUNT  so many sessions at once, 20 questions each
 *        lookup_cost cpu PORT             CPU of a lookup, ours and others'
 *
 * Prints figures, a line each: what, value.
 */
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench/lookup_rivals.h"
#include "bench/median.h"
#include "kanjiki/clock.h"
#include "kanjiki/lookups.h"
#include "kanjiki/resolver.h"

#define QUESTIONS  20 /* of a mail */
#define MAILS      41
#define LONGEST_MS 30000
#define ROUNDS     9
#define ALL        256 /* questions at once; more is more than c-ares' select() and a server's buffer take */
#define NAME_MAX_  64

static double clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct kj_resolver *open_resolver(uint16_t port)
{
	struct kj_resolver *resolver = NULL;
	struct kj_resolver_config config = {.server_count = 1};
	char server[32];

	snprintf(server, sizeof server, "127.0.0.1:%u", port);
	config.servers = (const char *[]){server};
	return kj_resolver_new(&config, kj_clock_system(), &resolver, NULL) == 0 ? resolver : NULL;
}

/* The questions of one mail; names hold the number of the process, so that no server knows them from another run. */
static struct kj_lookups *ask(struct kj_resolver *resolver, unsigned mail)
{
	struct kj_lookups *lookups = kj_lookups_new(resolver, kj_clock_system(), LONGEST_MS);
	struct kj_question question = {.kind = KJ_ASK_ADDRESSES, .addr.family = 4};
	char name[NAME_MAX_];

	question.name = name;
	for (unsigned i = 0; lookups && i < QUESTIONS; i++) {
		snprintf(name, sizeof name, "q%u-m%u-%u.lookup.test", i, mail, (unsigned)getpid());
		kj_lookups_ask(lookups, &question);
	}
	return lookups;
}

/* Wait for them; how many have no answer. */
static unsigned take(struct kj_lookups *lookups)
{
	unsigned failed = 0;

	kj_lookups_wait(lookups, kj_clock_mono_ms(kj_clock_system()) + LONGEST_MS);
	for (int i = 0; i < QUESTIONS; i++)
		failed += kj_lookups_answer(lookups, i)->status != KJ_ANSWER_FOUND;
	kj_lookups_free(lookups);
	return failed;
}

static void nap_ms(unsigned ms)
{
	nanosleep(&(struct timespec){ms / 1000, (long)(ms % 1000) * 1000000}, NULL);
}

static void make_known(uint16_t port)
{
	struct kj_resolver *resolver = open_resolver(port);

	for (unsigned mail = 0; resolver && mail < MAILS; mail++)
		take(ask(resolver, mail));
	kj_resolver_free(resolver);
}

static int measure_wait(uint16_t port, unsigned talk_ms, uint16_t server)
{
	struct kj_resolver *resolver = open_resolver(port);
	double waits_ms[MAILS];
	unsigned failed = 0;

	make_known(server);
	for (unsigned mail = 0; resolver && mail < MAILS; mail++) {
		struct kj_lookups *lookups = ask(resolver, mail);
		double start;

		nap_ms(talk_ms);
		start = clock_us(CLOCK_MONOTONIC);
		failed += take(lookups);
		waits_ms[mail] = (clock_us(CLOCK_MONOTONIC) - start) / 1e3;
	}
	kj_resolver_free(resolver);
	printf("wait_ms %.2f\nwait_p90_ms ", median(waits_ms, MAILS));
	printf("%.2f\nfailed %u\n", waits_ms[MAILS * 9 / 10], failed);
	return resolver ? 0 : 1;
}

static int measure_sessions(uint16_t port, unsigned count)
{
	struct kj_resolver *resolver = open_resolver(port);
	struct kj_lookups **sessions = calloc(count, sizeof(struct kj_lookups *));
	double start = clock_us(CLOCK_MONOTONIC), cpu = clock_us(CLOCK_PROCESS_CPUTIME_ID);
	struct kj_resolver_stats stats;
	struct rusage usage;
	unsigned failed = 0;

	if (!resolver || !sessions)
		return 1;
	for (unsigned i = 0; i < count; i++)
		sessions[i] = ask(resolver, i);
	for (unsigned i = 0; i < count; i++)
		failed += take(sessions[i]);
	kj_resolver_stats(resolver, &stats);
	printf("questions %u\nfailed %u\nretries %u\nseconds %.2f\ncpu_us %.2f\n", count * QUESTIONS, failed,
	    (unsigned)stats.retries, (clock_us(CLOCK_MONOTONIC) - start) / 1e6,
	    (clock_us(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (count * QUESTIONS));
	getrusage(RUSAGE_SELF, &usage);
	printf("peak_mib %.1f\n", (double)usage.ru_maxrss / 1024);
	kj_resolver_free(resolver);
	free(sessions);
	return 0;
}

/* How a lookup is made; the figures of one rival. */
enum way { ALONE, ALONE_AGAIN, TOGETHER, TOGETHER_AGAIN, WAYS };

static const char *const way_names[] = {"alone", "alone_again", "together", "together_again"};

static double us[RIVALS][WAYS][ROUNDS];

/* CPU of the process for each of the names; -1 if one was not found. */
static double cost_us(const struct rival *rival, void *self, enum way way, char **names)
{
	double start = clock_us(CLOCK_PROCESS_CPUTIME_ID);
	unsigned found = 0;

	if (way == TOGETHER || way == TOGETHER_AGAIN)
		found = rival->ask_all(self, names, ALL);
	else
		for (unsigned i = 0; i < ALL; i++)
			found += rival->ask(self, names[i]);
	return found == ALL ? (clock_us(CLOCK_PROCESS_CPUTIME_ID) - start) / ALL : -1;
}

static bool run_round(unsigned r, void *self, int round)
{
	char names[ALL][NAME_MAX_], *list[ALL];

	for (int way = 0; way < WAYS; way++) {
		if (way >= TOGETHER && !rivals[r].ask_all)
			continue;
		for (unsigned i = 0; i < ALL && (way == ALONE || way == TOGETHER); i++) {
			snprintf(names[i], NAME_MAX_, "c%u-r%u-w%d-%d-%u.lookup.test", i, r, way, round,
			    (unsigned)getpid());
			list[i] = names[i];
		}
		us[r][way][round] = cost_us(&rivals[r], self, way, list);
		if (us[r][way][round] < 0) {
			fprintf(
			    stderr, "lookup_cost: %s lost an answer (%s)\n", rivals[r].name, way_names[way]);
			return false;
		}
	}
	return true;
}

static int measure_cpu(uint16_t port)
{
	void *selves[RIVALS];
	bool good = true;

	for (unsigned r = 0; r < RIVALS; r++) {
		selves[r] = rivals[r].open(port);
		good = good && selves[r];
	}
	for (int round = 0; round < ROUNDS && good; round++)
		for (unsigned r = 0; r < RIVALS && good; r++)
			good = run_round(r, selves[r], round);
	for (unsigned r = 0; r < RIVALS && good; r++)
		for (int way = 0; way < WAYS; way++)
			if (way < TOGETHER || rivals[r].ask_all)
				printf("%s/%s %.2f\n", rivals[r].name, way_names[way],
				    median(us[r][way], ROUNDS));
	for (unsigned r = 0; r < RIVALS; r++)
		if (selves[r])
			rivals[r].close(selves[r]);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	uint16_t port = argc > 2 ? (uint16_t)strtoul(argv[2], NULL, 10) : 0;
	unsigned number = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;

	if (port && argc == 5 && strcmp(what, "wait") == 0)
		return measure_wait(port, number, (uint16_t)strtoul(argv[4], NULL, 10));
	if (port && number && strcmp(what, "sessions") == 0)
		return measure_sessions(port, number);
	if (port && strcmp(what, "cpu") == 0)
		return measure_cpu(port);
	fputs("usage: lookup_cost wait PORT TALK_MS SERVER | sessions PORT COUNT | cpu PORT\n", stderr);
	return 2;
}
