/*
 * config_file.h - the configuration that a command works with
 */
#ifndef KJ_CTL_CONFIG_FILE_H
#define KJ_CTL_CONFIG_FILE_H

struct kj_snapshot;

/*
 * kj_config_file_load - read kanjiki.conf, and print what is wrong with it on standard error
 *
 * Takes: the path given on the command line, or NULL: the installed file, or without one the built-in defaults. A given
 *        file must exist.
 * Gives: *ret_snapshot with one reference.
 * Returns 0, or -1 after the complaints.
 */
int kj_config_file_load(const char *path, struct kj_snapshot **ret_snapshot);

#endif
