/*
 * reload.c - reading the configuration anew
 */
#include "milter/reload.h"

#include <malloc.h>
#include <stddef.h>
#include <syslog.h>

#include "kanjiki/buf.h"
#include "kanjiki/engine.h"
#include "kanjiki/snapshot.h"
#include "milter/log.h"

#define LINE_MAX_BYTES 2048

/* What a running daemon cannot change: it was decided before the first mail. */
#define TEXT(field)  offsetof(struct kj_settings, field), 0
#define PLAIN(field) offsetof(struct kj_settings, field), sizeof(((struct kj_settings *)0)->field)
static const struct {
	const char *name;
	size_t offset, width; /* width 0: a string */
} start_only[] = {
    {"socket", TEXT(socket)},
    {"control-socket", TEXT(control_socket)},
    {"user", TEXT(user)},
    {"state", TEXT(state)},
    {"crowd: memory", PLAIN(crowd_bytes)},
    {"redis: server", TEXT(share.server)},
    {"redis: user", TEXT(share.user)},
    {"redis: password", TEXT(share.password)},
    {"redis: tls", PLAIN(share.tls)},
    {"redis: ca-file", TEXT(share.ca_file)},
    {"redis: prefix", TEXT(share.prefix)},
    {"redis: secret", TEXT(share.secret)},
};

static bool is_same(const struct kj_settings *before, const struct kj_settings *after, unsigned i)
{
	const void *a = (const char *)before + start_only[i].offset, *b = (const char *)after + start_only[i].offset;

	if (start_only[i].width)
		return memcmp(a, b, start_only[i].width) == 0;
	return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
}

void kj_complaints_log(const struct kj_complaints *complaints, struct kj_log *log)
{
	for (unsigned i = 0; i < kj_complaints_count(complaints); i++) {
		const struct kj_complaint *complaint = kj_complaints_get(complaints, i);
		struct kj_buf line = KJ_BUF_INIT(LINE_MAX_BYTES);

		kj_complaint_print(complaint, &line);
		kj_log_event(log, complaint->warning ? LOG_WARNING : LOG_ERR, "configuration", "%s",
		    kj_buf_str(&line));
		kj_buf_free(&line);
	}
}

static void answer_complaints(const struct kj_complaints *complaints, struct kj_buf *answer)
{
	for (unsigned i = 0; i < kj_complaints_count(complaints); i++) {
		const struct kj_complaint *complaint = kj_complaints_get(complaints, i);

		kj_buf_add_str(answer, complaint->warning ? "warning " : "error ");
		kj_complaint_print(complaint, answer);
		kj_buf_add_char(answer, '\n');
	}
}

static void warn_of_start_only(const struct kj_settings *before, const struct kj_settings *after,
    struct kj_log *log, struct kj_buf *answer)
{
	for (unsigned i = 0; i < sizeof start_only / sizeof *start_only; i++) {
		if (is_same(before, after, i))
			continue;
		kj_log_event(
		    log, LOG_WARNING, "reload", "a change of `%s` needs a restart", start_only[i].name);
		kj_buf_printf(answer, "warning a change of `%s` needs a restart\n", start_only[i].name);
	}
}

/* Put a snapshot to work. */
static void swap(
    struct kj_engine *engine, struct kj_log *log, struct kj_snapshot *snapshot, struct kj_buf *answer)
{
	struct kj_snapshot *old = kj_engine_snapshot(engine);
	struct kj_reason reason = {""};
	int status = kj_engine_reload(engine, snapshot, &reason);

	if (status < 0) {
		kj_log_event(log, LOG_ERR, "reload", "nothing was changed: %s", reason.text);
		kj_buf_printf(answer, "error nothing was changed: %s\n", reason.text);
	} else {
		warn_of_start_only(kj_snapshot_settings(old), kj_snapshot_settings(snapshot), log, answer);
		kj_log_configure(log, kj_snapshot_settings(snapshot));
		kj_log_event(log, LOG_NOTICE, "reload", "the new configuration is at work");
		kj_buf_add_str(answer, "ok the new configuration is at work\n");
	}
	kj_snapshot_unref(old);
}

void kj_reload(struct kj_engine *engine, struct kj_log *log, const char *conf_path, struct kj_buf *answer)
{
	struct kj_complaints *complaints = kj_complaints_new();
	struct kj_snapshot *snapshot = NULL;

	if (!complaints) {
		kj_buf_add_str(answer, "error nothing was changed: out of memory\n");
		return;
	}
	if (kj_snapshot_load(conf_path, &snapshot, complaints) < 0) {
		kj_log_event(log, LOG_ERR, "reload", "nothing was changed: %u errors in the configuration",
		    kj_complaints_errors(complaints));
		answer_complaints(complaints, answer);
		kj_buf_printf(answer, "error nothing was changed: %u errors in the configuration\n",
		    kj_complaints_errors(complaints));
	} else {
		answer_complaints(complaints, answer);
		swap(engine, log, snapshot, answer);
		kj_snapshot_unref(snapshot);
	}
	malloc_trim(0); /* what compiling the phrases took */
	kj_complaints_log(complaints, log);
	kj_complaints_free(complaints);
}
