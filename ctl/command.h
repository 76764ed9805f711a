/*
 * command.h - a command of kanjikictl: one file cmd_NAME.c each, one row in main.c
 */
#ifndef KJ_CTL_COMMAND_H
#define KJ_CTL_COMMAND_H

/* Exit statuses, the same for all commands. */
enum { KJ_CTL_OK = 0, KJ_CTL_FAILED = 1, KJ_CTL_USAGE = 64 };

struct kj_command {
	const char *name;
	const char *about; /* one line for the list of commands */
	const char *usage; /* all of `kanjikictl NAME --help` */
	/* argv[0] is the command's name. Returns an exit status. */
	int (*run)(int argc, char **argv);
};

extern const struct kj_command kj_cmd_check_config;
extern const struct kj_command kj_cmd_clusters;
extern const struct kj_command kj_cmd_explain_text;
extern const struct kj_command kj_cmd_lists;
extern const struct kj_command kj_cmd_metrics;
extern const struct kj_command kj_cmd_reload;
extern const struct kj_command kj_cmd_score;
extern const struct kj_command kj_cmd_spf;

/* kj_command_usage - the usage of a command: to standard output for --help (status 0), else to standard error */
int kj_command_usage(const struct kj_command *command, int status);

#endif
