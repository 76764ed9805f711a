/*
 * main.c - kj-sim: weeks of honest mail, and campaigns in the midst of it
 *
 * First the honest mail of some weeks goes through the pipeline, so that the server knows its world as a real one
 * does. Then each campaign is sent from a copy of that state (fork), with the honest mail going on beside it:
 * campaigns do not help each other to be known, and each has another future. A copy hands its figures to the parent
 * through a pipe.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/sim/report.h"

#define DAY_MS         86400000
#define FRESH_MS       (3 * (int64_t)DAY_MS)
#define JOBS_MAX       16
#define CAMPAIGNS_MAX  2000
#define PRINT_CAMPAIGN HONEST_CLASSES

static const char usage[] =
    "usage: kj-sim [options]\n"
    "\n"
    "Sends simulated mail through the real pipeline, with a clock and a DNS of its own: honest mail of twenty classes, "
    "and\n"
    "snowshoe campaigns. Says how many messages of a campaign are tagged, and which honest mail is.\n"
    "\n"
    "  --days N         of honest mail before the campaigns; the first 14 are the warm-up and count as nothing (21)\n"
    "  --rate N         honest mails a day (5000)\n"
    "  --campaigns N    how many; 0 for honest mail only (280)\n"
    "  --messages N     of each campaign (40)\n"
    "  --set F=L,L...   campaigns have only these levels of a factor; see --factors\n"
    "  --jobs N         campaigns at a time (2)\n"
    "  --seed N         same seed, same mails, same verdicts (1)\n"
    "  --lists DIR      weights and phrases (those of the build)\n"
    "  --log FILE       a line for each honest mail that the crowd's evidence brought over the threshold, and for "
    "each\n"
    "                   message of a campaign that was not tagged\n"
    "  --print CLASS    show one honest mail of this class, by number; --print -1: of a campaign\n"
    "  --json FILE      all figures (- for standard output, then without the tables)\n"
    "  --factors        list them, and leave\n"
    "\n"
    "Status 0: every target is met; 1: one is missed, which its line says; 2: it could not be run.\n";

struct options {
	unsigned days, rate, campaigns, messages, jobs;
	uint64_t seed;
	const char *lists, *log, *json;
	unsigned print; /* a class; PRINT_CAMPAIGN */
	bool prints, lists_factors;
	struct campaign_plan plan;
};

/* --- Sending --------------------------------------------------------------------------------------------------- */

static void send_honest(struct sim *sim, struct honest *honest, struct letter *letter, struct tally *tally)
{
	unsigned which = honest_write(honest, letter);
	bool fresh = letter->domain && (!letter->domain->met_ms || sim->now_ms - letter->domain->met_ms < FRESH_MS);
	const struct kj_verdict *verdict = sim_deliver(sim, letter);
	struct tally_mail mail;

	if (!sim_is_warm(sim))
		return;
	mail = tally_take(&tally->classes[which], verdict, fresh, false);
	if ((mail.by_crowd || mail.pushed) && !honest_is_spam(which))
		sim_log(sim, mail.by_crowd ? "by-crowd" : "pushed");
}

static void send_until(struct sim *sim, struct honest *honest, int64_t end_ms, int64_t *next_ms, struct letter *letter,
    struct tally *tally)
{
	while (*next_ms < end_ms) {
		sim->now_ms = *next_ms;
		send_honest(sim, honest, letter, tally);
		*next_ms += honest_pause_ms(honest);
	}
	sim->now_ms = end_ms;
}

/* For who looks on: in a log it would only be in the way. */
static void show_progress(const char *what, unsigned done, unsigned of)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%s %u of %u%s", what, done, of, done == of ? "\n" : "");
}

static void run_background(struct sim *sim, struct honest *honest, unsigned days, struct tally *tally)
{
	struct letter letter = {0};
	int64_t next_ms = honest_pause_ms(honest);

	for (unsigned day = 1; day <= days; day++) {
		send_until(sim, honest, (int64_t)day * DAY_MS, &next_ms, &letter, tally);
		show_progress("day", day, days);
	}
	letter_free(&letter);
}

static void send_attack(struct sim *sim, struct attack *attack, struct letter *letter, struct outcome *outcome)
{
	unsigned k = outcome->messages++;
	struct tally_mail mail;
	char word[64];

	attack_write(attack, letter);
	mail = tally_take(&outcome->row, sim_deliver(sim, letter), true, true);
	outcome->tagged[k] = mail.tagged;
	outcome->tempfailed[k] = mail.tempfailed;
	outcome->at_ms[k] = sim->now_ms;
	snprintf(word, sizeof word, "missed campaign=%u message=%u", outcome->campaign.index, k + 1);
	if (!mail.tagged && k >= 2)
		sim_log(sim, word);
}

/* One future: the campaign, and honest mail until its last message. */
static bool run_campaign(struct sim *sim, struct honest *honest, const struct options *options, struct outcome *outcome)
{
	struct attack *attack = attack_new(sim, &outcome->campaign, options->seed);
	struct letter letter = {0};
	int64_t next_ms, attack_ms = sim->now_ms;

	if (!attack)
		return false;
	honest_dice(honest, options->seed, outcome->campaign.index + 1);
	next_ms = sim->now_ms + honest_pause_ms(honest);
	while (outcome->messages < options->messages) {
		attack_ms += attack_pause_ms(attack);
		send_until(sim, honest, attack_ms, &next_ms, &letter, &outcome->honest);
		send_attack(sim, attack, &letter, outcome);
	}
	letter_free(&letter);
	attack_free(attack);
	return true;
}

/* --- Many futures ---------------------------------------------------------------------------------------------- */

struct job {
	pid_t pid;
	int fd;
	unsigned index;
};

static bool write_all(int fd, const void *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, (const char *)data + done, len - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static bool read_all(int fd, void *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = read(fd, (char *)data + done, len - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* The child leaves by _exit(): the state, and whatever threads the engine had, are the parent's. */
static bool job_start(
    struct job *job, struct sim *sim, struct honest *honest, const struct options *options, struct outcome *outcome)
{
	int ends[2];

	if (pipe(ends) < 0)
		return false;
	fflush(NULL);
	job->pid = fork();
	if (job->pid == 0)
		_exit(run_campaign(sim, honest, options, outcome) && write_all(ends[1], outcome, sizeof *outcome) ? 0
		                                                                                                  : 2);
	close(ends[1]);
	job->fd = ends[0];
	if (job->pid < 0)
		close(ends[0]);
	return job->pid > 0;
}

static bool job_end(const struct job *job, struct outcome *outcome)
{
	bool good = read_all(job->fd, outcome, sizeof *outcome);
	int status;

	close(job->fd);
	return waitpid(job->pid, &status, 0) == job->pid && status == 0 && good;
}

/* Jobs are begun in order and ended in order; a slow one holds up the others a little. */
static bool run_campaigns(
    struct sim *sim, struct honest *honest, const struct options *options, struct outcome *outcomes)
{
	struct job jobs[JOBS_MAX];
	unsigned begun = 0, ended = 0;

	while (ended < options->campaigns) {
		if (begun < options->campaigns && begun - ended < options->jobs) {
			campaign_draw(
			    &options->plan, options->seed, begun, options->campaigns, &outcomes[begun].campaign);
			if (!job_start(&jobs[begun % options->jobs], sim, honest, options, &outcomes[begun]))
				return false;
			begun++;
			continue;
		}
		if (!job_end(&jobs[ended % options->jobs], &outcomes[ended]))
			return false;
		show_progress("campaign", ++ended, options->campaigns);
	}
	return true;
}

/* --- The command line ------------------------------------------------------------------------------------------ */

static const struct option long_options[] = {
    {"days", required_argument, NULL, 'd'},
    {"rate", required_argument, NULL, 'r'},
    {"campaigns", required_argument, NULL, 'c'},
    {"messages", required_argument, NULL, 'm'},
    {"jobs", required_argument, NULL, 'j'},
    {"seed", required_argument, NULL, 's'},
    {"set", required_argument, NULL, 'S'},
    {"lists", required_argument, NULL, 'l'},
    {"log", required_argument, NULL, 'L'},
    {"json", required_argument, NULL, 'J'},
    {"print", required_argument, NULL, 'p'},
    {"factors", no_argument, NULL, 'f'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool take_number(const char *text, unsigned min, unsigned max, unsigned *ret_number)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*end || end == text || number < min || number > max)
		return false;
	*ret_number = (unsigned)number;
	return true;
}

static bool take_option(struct options *options, int which, const char *text)
{
	switch (which) {
	case 'd': return take_number(text, 0, 365, &options->days);
	case 'r': return take_number(text, 24, 1000000, &options->rate);
	case 'c': return take_number(text, 0, CAMPAIGNS_MAX, &options->campaigns);
	case 'm': return take_number(text, 1, MESSAGES_MAX, &options->messages);
	case 'j': return take_number(text, 1, JOBS_MAX, &options->jobs);
	case 's': options->seed = strtoull(text, NULL, 10); return true;
	case 'S': return campaign_plan_set(&options->plan, text);
	case 'l': options->lists = text; return true;
	case 'L': options->log = text; return true;
	case 'J': options->json = text; return true;
	case 'p':
		options->prints = true;
		return strcmp(text, "-1") == 0 || take_number(text, 0, HONEST_CLASSES - 1, &options->print);
	case 'f': options->lists_factors = true; return true;
	default: return false;
	}
}

static bool take_options(int argc, char **argv, struct options *options)
{
	int which;

	*options = (struct options){.days = 21,
	    .rate = 5000,
	    .campaigns = 280,
	    .messages = 40,
	    .jobs = 2,
	    .seed = 1,
	    .lists = KJ_LISTS_DIR,
	    .print = PRINT_CAMPAIGN};
	campaign_plan_all(&options->plan);
	while ((which = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (which == '?' || which == 'h' || !take_option(options, which, optarg)) {
			fputs(usage, which == 'h' ? stdout : stderr);
			return false;
		}
	return optind == argc;
}

static void print_factors(void)
{
	for (unsigned f = 0; f < FACTORS; f++) {
		printf("%s=", campaign_factor_name(f));
		for (unsigned l = 0; campaign_level_name(f, l); l++)
			printf("%s%s", l ? "," : "", campaign_level_name(f, l));
		putchar('\n');
	}
	for (unsigned i = 0; i < HONEST_CLASSES; i++)
		printf("class %u: %s\n", i, honest_name(i));
}

static void print_letter(const struct letter *letter)
{
	const char *p = letter->fields.data, *end = p + letter->fields.len;
	char client[KJ_ADDR_STRLEN];

	printf("client %s (%s) HELO %s MAIL <%s> RCPT <%s>\n", kj_addr_format(&letter->host->addr, client),
	    letter->host->name, letter->helo, letter->sender, letter->rcpt);
	while (p < end) {
		const char *value = p + strlen(p) + 1;

		printf("%s: %s\n", p, value);
		p = value + strlen(value) + 1;
	}
	printf("\n%s\n", kj_buf_str(&letter->body));
}

static void print_one(struct sim *sim, struct honest *honest, const struct options *options)
{
	struct letter letter = {0};
	struct campaign campaign;
	struct attack *attack;

	sim->now_ms = (int64_t)options->days * DAY_MS;
	if (options->print == PRINT_CAMPAIGN) {
		campaign_draw(&options->plan, options->seed, 0, 1, &campaign);
		attack = attack_new(sim, &campaign, options->seed);
		if (attack)
			attack_write(attack, &letter);
		attack_free(attack);
	} else {
		for (int i = 0; i < 1000000 && honest_write(honest, &letter) != options->print; i++)
			;
	}
	if (letter.host)
		print_letter(&letter);
	letter_free(&letter);
}

/* --- A run ----------------------------------------------------------------------------------------------------- */

static int report(const struct options *options, const struct results *results)
{
	bool to_stdout = options->json && strcmp(options->json, "-") == 0;
	FILE *json = !options->json ? NULL : to_stdout ? stdout : fopen(options->json, "w");

	if (options->json && !json) {
		fprintf(stderr, "kj-sim: cannot write %s\n", options->json);
		return 2;
	}
	if (json)
		report_json(results, json);
	if (json && !to_stdout)
		fclose(json);
	if (!to_stdout)
		report_print(results, stdout);
	return report_targets(results, to_stdout ? stderr : stdout) ? 0 : 1;
}

static int run(struct sim *sim, struct honest *honest, const struct options *options)
{
	struct outcome *outcomes = calloc(options->campaigns + 1, sizeof *outcomes);
	struct results results = {.outcomes = outcomes, .count = options->campaigns};
	int status = 2;

	if (!outcomes)
		return 2;
	run_background(sim, honest, options->days, &results.honest);
	if (run_campaigns(sim, honest, options, outcomes)) {
		for (unsigned i = 0; i < results.count; i++)
			tally_add(&results.honest, &outcomes[i].honest);
		status = report(options, &results);
	} else {
		fprintf(stderr, "kj-sim: a campaign could not be run\n");
	}
	free(outcomes);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct honest *honest;
	struct sim sim;
	int status = 2;

	if (!take_options(argc, argv, &options))
		return 2;
	if (options.lists_factors) {
		print_factors();
		return 0;
	}
	if (!sim_start(&sim, options.seed, options.lists))
		return 2;
	sim.log = options.log ? fopen(options.log, "w") : NULL;
	honest = honest_new(&sim, options.seed, options.rate);
	if (honest && options.prints) {
		print_one(&sim, honest, &options);
		status = 0;
	} else if (honest) {
		status = run(&sim, honest, &options);
	}
	honest_free(honest);
	if (sim.log)
		fclose(sim.log);
	sim_stop(&sim);
	return status;
}
