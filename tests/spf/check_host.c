/*
 * check_host.c - SPF checks on request, for tests/spf/run
 *
 * Reads lines of fields separated by tabs, bytes as %XX where needed:
 *
 *   servers ADDRESS:PORT...                     once, first: the DNS servers to ask
 *   check ID IP HELO SENDER RECEIVER            any number of times; an empty RECEIVER is none
 *
 * At end of file all checks have been started and run side by side; each prints
 * ID RESULT EXPLANATION REASON LOOKUPS when it is done, in any order. A missing explanation is "-".
 * --seconds says how long one check may take (default 20), --repeat how often each is made (the last one prints):
 * with it, the CPU time per check is printed on standard error.
 */
#include <getopt.h>
#include <pthread.h>
#include <stdint.h>

#include "kanjiki/buf.h"
#include "kanjiki/clock.h"
#include "kanjiki/question.h"
#include "kanjiki/resolver.h"
#include "kanjiki/spf.h"

#define FIELDS_MAX 16

struct world {
	struct kj_resolver *resolver;
	pthread_mutex_t lock;
	pthread_cond_t all_done;
	unsigned open;
	long seconds, repeat, checks;
};

struct check {
	struct world *world;
	char *id; /* NULL: print nothing */
};

/* %XX to bytes, in place. */
static void decode(char *field)
{
	char *out = field;

	for (char *in = field; *in; in++) {
		unsigned byte;

		if (*in == '%' && sscanf(in + 1, "%2x", &byte) == 1) {
			*out++ = (char)byte;
			in += 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
}

static void print_field(const char *text)
{
	putchar('\t');
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p > ' ' && *p < 0x7f && *p != '%')
			putchar(*p);
		else
			printf("%%%02x", *p);
}

static void done(void *context, const struct kj_spf_outcome *outcome)
{
	struct check *check = context;
	struct world *world = check->world;

	pthread_mutex_lock(&world->lock);
	if (check->id) {
		printf("%s", check->id);
		print_field(kj_spf_result_name(outcome->result));
		print_field(outcome->explanation ? outcome->explanation : "-");
		print_field(outcome->reason);
		printf("\t%u\n", outcome->lookups);
		fflush(stdout);
	}
	if (!--world->open)
		pthread_cond_signal(&world->all_done);
	pthread_mutex_unlock(&world->lock);
	free(check->id);
	free(check);
}

static int start_once(struct world *world, const struct kj_spf_request *request, const char *id)
{
	struct check *check = calloc(1, sizeof *check);

	if (!check)
		return 1;
	check->world = world;
	check->id = id ? strdup(id) : NULL;
	pthread_mutex_lock(&world->lock);
	world->open++;
	pthread_mutex_unlock(&world->lock);
	world->checks++;
	return kj_spf_check(world->resolver, request, done, check) == 0 ? 0 : 1;
}

static void wait_for_all(struct world *world)
{
	pthread_mutex_lock(&world->lock);
	while (world->open)
		pthread_cond_wait(&world->all_done, &world->lock);
	pthread_mutex_unlock(&world->lock);
}

static int start_check(struct world *world, char **fields, int count)
{
	struct kj_spf_request request = {0};
	int failed = 0;

	if (count != 6 || !world->resolver || kj_addr_parse(fields[2], &request.client) < 0)
		return 1;
	request.helo = fields[3];
	request.sender = fields[4];
	request.receiver = *fields[5] ? fields[5] : NULL;
	request.deadline_ms = kj_clock_mono_ms(kj_clock_system()) + world->seconds * 1000;
	for (long i = 1; i < world->repeat && !failed; i++)
		failed = start_once(world, &request, NULL);
	if (world->repeat > 1)
		wait_for_all(world);
	return failed || start_once(world, &request, fields[1]);
}

static int start_resolver(struct world *world, char **fields, int count)
{
	/* Two attempts 300 ms apart: the servers are on the loopback, and those that are silent mean it. */
	struct kj_resolver_config config = {.servers = (const char *const *)fields + 1,
	    .server_count = (unsigned)count - 1,
	    .retry_ms = 300,
	    .attempts = 2};
	struct kj_reason reason;

	if (kj_resolver_new(&config, kj_clock_system(), &world->resolver, &reason) == 0)
		return 0;
	fprintf(stderr, "check_host: %s\n", reason.text);
	return 1;
}

static int obey(struct world *world, char *line)
{
	char *fields[FIELDS_MAX], *rest = line;
	int count = 0;

	line[strcspn(line, "\n")] = '\0';
	while (count < FIELDS_MAX && (fields[count] = strsep(&rest, "\t"))) {
		decode(fields[count]);
		count++;
	}
	if (count > 1 && strcmp(fields[0], "servers") == 0)
		return start_resolver(world, fields, count);
	if (strcmp(fields[0], "check") == 0 && start_check(world, fields, count) == 0)
		return 0;
	fprintf(stderr, "check_host: cannot do '%s'\n", fields[0]);
	return 1;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"seconds", required_argument, NULL, 's'}, {"repeat", required_argument, NULL, 'r'}, {0}};
	struct world world = {.seconds = 20, .repeat = 1};
	char *line = NULL;
	size_t size = 0;
	int failed = 0, option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (option == 's' || option == 'r')
			*(option == 's' ? &world.seconds : &world.repeat) = strtol(optarg, NULL, 10);
		else
			return 2;
	pthread_mutex_init(&world.lock, NULL);
	pthread_cond_init(&world.all_done, NULL);
	while (!failed && getline(&line, &size, stdin) > 0)
		failed = obey(&world, line);
	free(line);
	wait_for_all(&world);
	if (world.repeat > 1 && world.checks)
		fprintf(stderr, "%.1f us of CPU per check\n",
		    (double)clock() / (double)CLOCKS_PER_SEC * 1e6 / (double)world.checks);
	kj_resolver_free(world.resolver);
	return failed;
}
