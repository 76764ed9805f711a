/*
 * daemon.h - kanjikid's life from its first line to its last
 */
#ifndef KJ_MILTER_DAEMON_H
#define KJ_MILTER_DAEMON_H

/*
 * kj_daemon_run - serve until told to stop
 *
 * Takes: the path of kanjiki.conf.
 * Returns an exit status as of sysexits.h: 0, or EX_CONFIG, EX_NOUSER, EX_UNAVAILABLE, EX_OSERR; what was wrong is in the
 * log.
 */
int kj_daemon_run(const char *conf_path);

#endif
