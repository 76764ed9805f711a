/*
 * log.h - where the daemon's lines go: standard error, the journal, or syslog(3)
 *
 * Only milter/ and ctl/ speak to people; everything below hands its reasons up to them. A line has been made
 * harmless by record.h before it comes here.
 *
 * Threads: safe; a line is written by one call, so that lines of two threads never mix.
 */
#ifndef KJ_MILTER_LOG_H
#define KJ_MILTER_LOG_H

#include <stdatomic.h>
#include <stdbool.h>

#include "kanjiki/record.h"

struct kj_settings;

struct kj_log {
	atomic_bool to_syslog;
	atomic_int format; /* enum kj_record_format */
	bool
	    to_journal; /* standard error is the journal: lines carry their priority as "<6>" (sd-daemon(3)) */
};

/* kj_log_open - lines to standard error until a configuration says otherwise */
void kj_log_open(struct kj_log *log);

/* kj_log_configure - target and format as the configuration says; again after a reload */
void kj_log_configure(struct kj_log *log, const struct kj_settings *settings);

enum kj_record_format kj_log_format(struct kj_log *log);

/* kj_log_line - one finished line, without its line end; priority as of syslog(3) */
void kj_log_line(struct kj_log *log, int priority, const char *line);

/* kj_log_event - a line of the daemon's own: event=... text="..." */
void kj_log_event(struct kj_log *log, int priority, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
