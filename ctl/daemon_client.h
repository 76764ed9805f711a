/*
 * daemon_client.h - asking the daemon through its control socket (milter/control.h)
 */
#ifndef KJ_CTL_DAEMON_CLIENT_H
#define KJ_CTL_DAEMON_CLIENT_H

#include "ctl/command.h"

/*
 * kj_daemon_command - all of a command that sends one word to the daemon: options, finding the socket, printing the answer
 *
 * "data" lines and the last "ok" go to standard output, warnings and errors to standard error. Returns an exit status.
 */
int kj_daemon_command(const struct kj_command *command, int argc, char **argv);

#endif
