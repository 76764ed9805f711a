/*
 * daemon_client.h - asking the daemon through its control socket (milter/control.h)
 *
 * "data" lines and the last "ok" go to standard output, warnings and errors to standard error.
 */
#ifndef KJ_CTL_DAEMON_CLIENT_H
#define KJ_CTL_DAEMON_CLIENT_H

#include <stdbool.h>

#include "ctl/command.h"

/* kj_daemon_command - all of a command that sends one word to the daemon: options, finding the socket, printing the
 * answer. Returns an exit status. */
int kj_daemon_command(const struct kj_command *command, int argc, char **argv);

/*
 * kj_daemon_ask - send one line, and print the answer
 *
 * Takes: the configuration in which the socket is found (NULL: the installed one), or the socket itself (else NULL).
 * Returns an exit status.
 */
int kj_daemon_ask(const char *conf_path, const char *socket_path, const char *command);

/* kj_daemon_tell - the same for a daemon that need not be there: nothing is printed then, and *ret_absent is true */
int kj_daemon_tell(const char *socket_path, const char *command, bool *ret_absent);

#endif
