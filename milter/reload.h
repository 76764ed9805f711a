/*
 * reload.h - a new configuration for a daemon at work
 */
#ifndef KJ_MILTER_RELOAD_H
#define KJ_MILTER_RELOAD_H

struct kj_buf;
struct kj_engine;
struct kj_log;
struct kj_snapshot;
struct kj_complaints;

/* kj_complaints_log - a log line for each complaint */
void kj_complaints_log(const struct kj_complaints *complaints, struct kj_log *log);

/*
 * kj_reload - read the configuration anew; a file with any error changes nothing
 *
 * Takes: the engine, the path of kanjiki.conf, and where to answer (control.h): complaints as lines of "warning ..."
 *        and "error ...", then "ok ..." or "error ...". The same goes to the log.
 */
void kj_reload(struct kj_engine *engine, struct kj_log *log, const char *conf_path, struct kj_buf *answer);

#endif
