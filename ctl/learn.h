/*
 * learn.h - the mails of the past, for the memory and for since when domains are known
 */
#ifndef KJ_CTL_LEARN_H
#define KJ_CTL_LEARN_H

/*
 * kj_learn_files - hand all mails of these files to the state file, tell the daemon, and print a summary
 *
 * Takes: the configuration (NULL: the installed one); the daemon's control socket (NULL: the configuration's); files:
 *        logs, plain or by gzip, oldest lines first whatever the order they are named in; mails, mbox files and
 *        Maildirs; "-" for standard input.
 * Returns an exit status: KJ_CTL_FAILED if a file could not be read; the others are all the same.
 */
int kj_learn_files(const char *conf_path, const char *socket_path, const char *const *files, unsigned count);

#endif
