/*
 * cmd_metrics.c - kanjikictl metrics: counters for Prometheus
 */
#include "ctl/daemon_client.h"

static int run(int argc, char **argv)
{
	return kj_daemon_command(&kj_cmd_metrics, argc, argv);
}

const struct kj_command kj_cmd_metrics = {
    .name = "metrics",
    .about = "print counters for Prometheus",
    .usage = "usage: kanjikictl metrics [-c FILE | -s SOCKET]\n"
             "\n"
             "Prints counters of mails, DNS lists and the resolver in Prometheus' text format.\n"
             "\n"
             "  -c, --config FILE    find the control socket in this file instead of " KJ_CONF_FILE "\n"
             "  -s, --socket SOCKET  the control socket\n",
    .run = run,
};
