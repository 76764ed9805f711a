/*
 * milter_load.c - a load of mail for a milter, and how long it took
 *
 * Speaks to the filter as Postfix 3.7 does (talk.h), with generated mails (mail_make.h) from a crowd of clients
 * (crowd.h). Everything is made before the clock starts, and few threads drive many connections, so that most of the
 * machine is left to the filter. Ends when all mails have their reply, or with status 1 when none has had one for
 * STALL_US or more than ERRORS_MAX connections broke.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/options.h"
#include "bench/talk.h"

#define STALL_US   30000000u
#define ERRORS_MAX 100
#define EVENTS     64

struct worker {
	pthread_t thread;
	struct talk_run *run;
	struct talk *talks;
	unsigned talk_count;
	struct tally tally;
	bool stalled;
};

/* Run what may go on now; the time until the next one is due, in ms for epoll_wait(), or -1 when all are done. */
static int run_due(struct worker *worker)
{
	uint64_t now_us = talk_now_us(), due_us = now_us + 1000000;
	bool left = false;

	for (unsigned i = 0; i < worker->talk_count; i++) {
		struct talk *talk = &worker->talks[i];

		if ((talk->state == TALK_CLOSED || talk->state == TALK_RESTING) && talk->due_us <= now_us)
			talk_run(talk);
		left |= talk->state != TALK_DONE;
		if ((talk->state == TALK_CLOSED || talk->state == TALK_RESTING) && talk->due_us < due_us)
			due_us = talk->due_us;
	}
	if (!left)
		return -1;
	return due_us <= now_us ? 0 : (int)((due_us - now_us + 999) / 1000);
}

static bool hopeless(const struct worker *worker, uint64_t *mails, uint64_t *moved_us)
{
	uint64_t now_us = talk_now_us();

	if (worker->tally.mails != *mails) {
		*mails = worker->tally.mails;
		*moved_us = now_us;
	}
	return now_us - *moved_us > STALL_US || worker->tally.errors > ERRORS_MAX;
}

static void *work(void *context)
{
	struct worker *worker = context;
	struct epoll_event events[EVENTS];
	uint64_t mails = 0, moved_us = talk_now_us();
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC), timeout_ms, count;

	for (unsigned i = 0; i < worker->talk_count; i++)
		talk_init(&worker->talks[i], worker->run, &worker->tally, epoll_fd);
	while ((timeout_ms = run_due(worker)) >= 0) {
		if (hopeless(worker, &mails, &moved_us)) {
			worker->stalled = true;
			break;
		}
		count = epoll_wait(epoll_fd, events, EVENTS, timeout_ms);
		for (int i = 0; i < count; i++)
			talk_run(events[i].data.ptr);
	}
	for (unsigned i = 0; i < worker->talk_count; i++)
		talk_free(&worker->talks[i]);
	close(epoll_fd);
	return NULL;
}

/* As many as asked for, rounded up so that every network has the same number. */
static struct mail *make_mails(const struct options *options, unsigned *ret_count)
{
	unsigned nets = options->crowd.nets, count = (options->distinct + nets - 1) / nets * nets;
	struct mail *mails = calloc(count, sizeof *mails);
	struct client client;

	for (unsigned i = 0; mails && i < count; i++) {
		crowd_client(&options->crowd, i, &client);
		if (!mail_make(options->seed, i, &options->limits, &client, &mails[i]))
			return NULL; /* main leaves */
	}
	*ret_count = count;
	return mails;
}

static uint64_t cpu_us(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
	       (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* Share the connections among the threads, wait for them; false if the filter stalled or mails are missing. */
static bool run_workers(const struct options *options, struct talk_run *run, struct tally *sum)
{
	struct worker workers[OPTIONS_THREADS_MAX] = {0};
	struct talk *talks = calloc(options->connections, sizeof *talks);
	unsigned begin = 0, end;
	bool good = talks != NULL;

	for (unsigned i = 0; good && i < options->threads; i++, begin = end) {
		end = options->connections * (i + 1) / options->threads;
		workers[i].run = run;
		workers[i].talks = talks + begin;
		workers[i].talk_count = end - begin;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			exit(1);
	}
	for (unsigned i = 0; good && i < options->threads; i++) {
		pthread_join(workers[i].thread, NULL);
		if (!tally_merge(sum, &workers[i].tally))
			exit(1);
		if (workers[i].stalled)
			fprintf(
			    stderr, "milter_load: the filter does not answer, or breaks the connection\n");
		tally_free(&workers[i].tally);
	}
	free(talks);
	return good && sum->mails == run->total && sum->errors == 0;
}

static int report(const struct options *options, struct tally *sum, const struct tally_run *facts)
{
	bool on_stdout = options->json && strcmp(options->json, "-") == 0;
	FILE *out;

	if (!on_stdout)
		tally_table(sum, facts, stdout);
	if (!options->json)
		return 0;
	out = on_stdout ? stdout : fopen(options->json, "w");
	if (!out) {
		fprintf(stderr, "milter_load: %s: %s\n", options->json, strerror(errno));
		return 1;
	}
	tally_json(sum, facts, out);
	return out == stdout ? 0 : fclose(out) != 0;
}

static int load(const struct options *options, struct talk_run *run)
{
	struct tally sum = {0};
	struct tally_run facts = {.socket = options->socket, .connections = options->connections};
	uint64_t cpu_before_us = cpu_us();
	bool good;
	int failed;

	run->begin_us = talk_now_us();
	good = run_workers(options, run, &sum);
	facts.wall_us = talk_now_us() - run->begin_us;
	facts.cpu_us = cpu_us() - cpu_before_us;
	failed = report(options, &sum, &facts);
	tally_free(&sum);
	return good ? failed : 1;
}

static void free_mails(struct mail *mails, unsigned count)
{
	for (unsigned i = 0; mails && i < count; i++)
		mail_free(&mails[i]);
	free(mails);
}

static int load_or_print(const struct options *options, struct talk_run *run)
{
	unsigned count = 0;
	struct mail *mails = make_mails(options, &count);
	int status = 0;

	if (!mails)
		return 1;
	run->crowd = options->crowd;
	run->mails = mails;
	run->mail_count = count;
	run->total = options->mails;
	run->mails_per_connection = options->mails_per_connection;
	run->rate = options->rate;
	run->gap_us = (uint64_t)(options->gap_ms * 1000);
	run->seed = options->seed;
	if (options->print_mail >= 0)
		mail_print(&mails[options->print_mail % count], stdout);
	else
		status = load(options, run);
	free_mails(mails, count);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct talk_run run = {0};

	if (!options_take(argc, argv, &options) ||
	    (!options.names && options.print_mail < 0 && !options_socket(options.socket, &run))) {
		fputs(options_usage, stderr);
		return 2;
	}
	if (options.names) {
		crowd_print(&options.crowd, stdout);
		return 0;
	}
	return load_or_print(&options, &run);
}
