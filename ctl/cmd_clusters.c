/*
 * cmd_clusters.c - kanjikictl clusters: which mails of late belong together, and learning from the past
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>

#include "ctl/command.h"
#include "ctl/daemon_client.h"
#include "ctl/learn.h"
#include "kanjiki/cluster.h"

#define COMMAND_MAX 128

struct wish {
	const char *conf_path, *socket_path;
	const char *by;
	unsigned long max; /* 0: as many as the daemon likes */
	bool fastest;
	const char **files; /* of --from, and then the words */
	unsigned file_count;
};

static const struct option options[] = {
    {"by", required_argument, NULL, 'b'},
    {"fastest", no_argument, NULL, 'f'},
    {"from", required_argument, NULL, 'F'},
    {"number", required_argument, NULL, 'n'},
    {"config", required_argument, NULL, 'c'},
    {"socket", required_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int set_signal(struct wish *wish, const char *name)
{
	if (kj_signal_find(name) >= 0) {
		wish->by = name;
		return 0;
	}
	fprintf(stderr, "kanjikictl: there is no signal \"%s\"; there is:", name);
	for (int i = 0; i < KJ_SIGNALS; i++)
		fprintf(stderr, "%s %s", i ? "," : "", kj_signals[i].name);
	fputs("\n", stderr);
	return -1;
}

static int set_number(struct wish *wish, const char *text)
{
	char *end;

	wish->max = strtoul(text, &end, 10);
	if (*text >= '1' && *text <= '9' && !*end)
		return 0;
	fprintf(stderr, "kanjikictl: \"%s\" is no number of clusters\n", text);
	return -1;
}

/* Take one option; 0, or -1 for one that is wrong. */
static int take_option(struct wish *wish, int option)
{
	switch (option) {
	case 'b': return set_signal(wish, optarg);
	case 'f': wish->fastest = true; return 0;
	case 'F': wish->files[wish->file_count++] = optarg; return 0;
	case 'n': return set_number(wish, optarg);
	case 'c': wish->conf_path = optarg; return 0;
	case 's': wish->socket_path = optarg; return 0;
	default: return -1;
	}
}

static int usage(int status)
{
	return kj_command_usage(&kj_cmd_clusters, status);
}

static int list(const struct wish *wish)
{
	char command[COMMAND_MAX], max[24] = "";

	if (wish->file_count || (wish->conf_path && wish->socket_path))
		return usage(KJ_CTL_USAGE);
	if (wish->max)
		snprintf(max, sizeof max, " %lu", wish->max);
	snprintf(command, sizeof command, "clusters%s%s%s%s", wish->by ? " " : "", wish->by ? wish->by : "",
	    wish->fastest ? " fast" : "", max);
	return kj_daemon_ask(wish->conf_path, wish->socket_path, command);
}

static int show(const struct wish *wish, const char *id)
{
	char command[COMMAND_MAX];
	enum kj_signal signal;
	uint64_t number;

	if (!id || wish->file_count || (wish->conf_path && wish->socket_path))
		return usage(KJ_CTL_USAGE);
	if (kj_cluster_id_parse(id, &signal, &number) < 0) {
		fputs("kanjikictl: that is no cluster's ID; `kanjikictl clusters` shows them\n", stderr);
		return KJ_CTL_USAGE;
	}
	snprintf(command, sizeof command, "cluster %s", id);
	return kj_daemon_ask(wish->conf_path, wish->socket_path, command);
}

static int learn(struct wish *wish, char **words)
{
	for (; *words; words++)
		wish->files[wish->file_count++] = *words;
	if (!wish->file_count)
		return usage(KJ_CTL_USAGE);
	return kj_learn_files(wish->conf_path, wish->socket_path, wish->files, wish->file_count);
}

static int run_wish(struct wish *wish, char **words)
{
	if (!*words)
		return list(wish);
	if (strcmp(*words, "learn") == 0)
		return learn(wish, words + 1);
	if (strcmp(*words, "show") == 0 && (!words[1] || !words[2]))
		return show(wish, words[1]);
	return usage(KJ_CTL_USAGE);
}

static int run(int argc, char **argv)
{
	struct wish wish = {.files = calloc((size_t)argc, sizeof *wish.files)};
	int option, status = KJ_CTL_OK;

	if (!wish.files) {
		fputs("kanjikictl: out of memory\n", stderr);
		return KJ_CTL_FAILED;
	}
	while (status == KJ_CTL_OK && (option = getopt_long(argc, argv, "n:c:s:h", options, NULL)) != -1) {
		if (option == 'h') {
			free(wish.files);
			return usage(KJ_CTL_OK);
		}
		if (take_option(&wish, option) < 0)
			status = usage(KJ_CTL_USAGE);
	}
	if (status == KJ_CTL_OK)
		status = run_wish(&wish, argv + optind);
	free(wish.files);
	return status;
}

const struct kj_command kj_cmd_clusters = {
    .name = "clusters",
    .about = "show which mails of late belong together; learn from logs",
    .usage = "usage: kanjikictl clusters [--by SIGNAL] [--fastest] [-n N] [-c FILE | -s SOCKET]\n"
             "       kanjikictl clusters show ID [-c FILE | -s SOCKET]\n"
             "       kanjikictl clusters learn [-c FILE] [-s SOCKET] [--from] FILE...\n"
             "\n"
             "Prints the clusters that kanjikid knows: mails of several sender domains that have something in "
             "common,\n"
             "biggest first. `show` tells all about one of them, with its last mails.\n"
             "\n"
             "`learn` takes what mails came in the past, so that a new installation knows who has written "
             "before. A FILE\n"
             "is a log of Postfix or kanjikid, also compressed by gzip, a mail, an mbox, a Maildir, or - for "
             "standard\n"
             "input. Logs are read oldest first, whatever the order they are named in.\n"
             "\n"
             "      --by SIGNAL      only those of one kind: prefix, wide, helo, ptr, received, subject, body, "
             "dns, wallet\n"
             "      --fastest        those with the most mails an hour first\n"
             "  -n, --number N       at most so many, 200 at most [20]\n"
             "      --from FILE      the same as FILE\n"
             "  -c, --config FILE    find control socket and state file in this file instead of\n"
             "                       " KJ_CONF_FILE "\n"
             "  -s, --socket SOCKET  the control socket\n"
             "\n"
             "Exit status 1 if the daemon refused or a FILE could not be read; the others are learnt all the "
             "same.\n",
    .run = run,
};
