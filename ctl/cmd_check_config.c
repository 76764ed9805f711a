/*
 * cmd_check_config.c - kanjikictl check-config: is the configuration fit for a reload or a start?
 */
#include <getopt.h>

#include "ctl/command.h"
#include "ctl/config_file.h"
#include "kanjiki/phrase_set.h"
#include "kanjiki/snapshot.h"

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void print_summary(const struct kj_snapshot *snapshot)
{
	const struct kj_rules *rules = kj_snapshot_rules(snapshot);

	printf("ok: %zu phrases, %u lists, %u domains\n",
	    rules->extortion ? kj_phrase_set_size(rules->extortion) : 0, rules->dnsbl_count,
	    kj_snapshot_policies(snapshot)->policy_count - 1);
}

static int run(int argc, char **argv)
{
	struct kj_snapshot *snapshot = NULL;
	const char *conf_path = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1)
		switch (option) {
		case 'c': conf_path = optarg; break;
		case 'h': return kj_command_usage(&kj_cmd_check_config, KJ_CTL_OK);
		default: return kj_command_usage(&kj_cmd_check_config, KJ_CTL_USAGE);
		}
	if (optind != argc)
		return kj_command_usage(&kj_cmd_check_config, KJ_CTL_USAGE);
	if (kj_config_file_load(conf_path, &snapshot) < 0)
		return KJ_CTL_FAILED;
	print_summary(snapshot);
	kj_snapshot_unref(snapshot);
	return KJ_CTL_OK;
}

const struct kj_command kj_cmd_check_config = {
    .name = "check-config",
    .about = "read the configuration and say what is wrong with it",
    .usage = "usage: kanjikictl check-config [-c FILE]\n"
             "\n"
             "Reads kanjiki.conf and the lists as the daemon does. Prints each error and warning with file, "
             "line and\n"
             "column on standard error. Exit status 1 if there is an error.\n"
             "\n"
             "  -c, --config FILE  this file instead of " KJ_CONF_FILE "\n",
    .run = run,
};
