/*
 * cmd_lists.c - kanjikictl lists: how the DNS lists are
 */
#include "ctl/daemon_client.h"

static int run(int argc, char **argv)
{
	return kj_daemon_command(&kj_cmd_lists, argc, argv);
}

const struct kj_command kj_cmd_lists = {
    .name = "lists",
    .about = "show how the DNS lists are",
    .usage = "usage: kanjikictl lists [-c FILE | -s SOCKET]\n"
             "\n"
             "Prints a table of the DNS lists that kanjikid asks: what each is asked about, whether it is "
             "healthy,\n"
             "unproven or failing and since when, what it was asked and said, how long its answers take, and "
             "why it\n"
             "fails.\n"
             "\n"
             "  -c, --config FILE    find the control socket in this file instead of " KJ_CONF_FILE "\n"
             "  -s, --socket SOCKET  the control socket\n",
    .run = run,
};
