/*
 * log.c - log lines to standard error, the journal, or syslog(3)
 *
 * Under systemd standard error is a stream to the journal, which takes the priority from a "<N>" in front of
 * the line. Whether it is one is told by JOURNAL_STREAM, which holds device and inode of that stream: the
 * variable alone proves nothing, since a program started by a service inherits it while its standard error may be
 * a file (systemd.exec(5)).
 */
#include "milter/log.h"

#include <stdarg.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include "kanjiki/snapshot.h"

#define EVENT_MAX_BYTES 4096

static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void kj_log_open(struct kj_log *log)
{
	atomic_init(&log->to_syslog, false);
	atomic_init(&log->format, KJ_RECORD_LOGFMT);
	log->to_journal = stderr_is_journal();
	/* Also for libmilter, which reports broken connections by syslog(3) and never opens it. */
	openlog("kanjikid", LOG_PID, LOG_MAIL);
}

void kj_log_configure(struct kj_log *log, const struct kj_settings *settings)
{
	atomic_store(&log->to_syslog, settings->log_syslog);
	atomic_store(&log->format, (int)settings->log_format);
}

enum kj_record_format kj_log_format(struct kj_log *log)
{
	return (enum kj_record_format)atomic_load(&log->format);
}

void kj_log_line(struct kj_log *log, int priority, const char *line)
{
	char mark[8] = "";
	struct iovec parts[3];

	if (atomic_load(&log->to_syslog)) {
		syslog(priority, "%s", line);
		return;
	}
	if (log->to_journal)
		snprintf(mark, sizeof mark, "<%d>", priority);
	parts[0] = (struct iovec){mark, strlen(mark)};
	parts[1] = (struct iovec){(void *)line, strlen(line)};
	parts[2] = (struct iovec){(char[]){'\n'}, 1};
	/* A log that cannot be written must not stop the mail, and there is nobody left to tell. */
	if (writev(STDERR_FILENO, parts, 3) < 0)
		return;
}

void kj_log_event(struct kj_log *log, int priority, const char *event, const char *format, ...)
{
	char text[EVENT_MAX_BYTES / 2];
	struct kj_record record;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	kj_record_open(&record, kj_log_format(log), EVENT_MAX_BYTES);
	kj_record_str(&record, "event", event);
	kj_record_str(&record, "text", text);
	kj_log_line(log, priority, kj_record_close(&record));
	kj_record_free(&record);
}
