/*
 * cmd_reload.c - kanjikictl reload: put a changed configuration to work
 */
#include "ctl/daemon_client.h"

static int run(int argc, char **argv)
{
	return kj_daemon_command(&kj_cmd_reload, argc, argv);
}

const struct kj_command kj_cmd_reload = {
    .name = "reload",
    .about = "let the daemon read its configuration anew",
    .usage = "usage: kanjikictl reload [-c FILE | -s SOCKET]\n"
             "\n"
             "Asks kanjikid to read its configuration anew. A file with any error changes nothing; the "
             "errors are\n"
             "printed, and the exit status is 1.\n"
             "\n"
             "  -c, --config FILE    find the control socket in this file instead of " KJ_CONF_FILE "\n"
             "  -s, --socket SOCKET  the control socket\n",
    .run = run,
};
