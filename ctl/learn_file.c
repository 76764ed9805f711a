/*
 * learn_file.c - the mails of one file: a log, a mail, an mbox, a Maildir
 */
#include "ctl/learn_private.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "ctl/mail_walk.h"
#include "ctl/mailfile.h"
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/message.h"
#include "kanjiki/snapshot.h"

#define ARENA_MAX_BYTES ((size_t)64 << 20) /* fields and envelope of one mail; its body stays where it is */
#define HEAD_LINES	5		   /* of a file, that are looked at to tell what it is */
#define QUIET_S		86400		   /* between two logs, and it is as if they were one */

/* --- A mail ----------------------------------------------------------------------------------------------------- */

/* The session has seen it all: keep it. */
static void keep(struct learn *learn, enum kj_way way, int64_t time_s, const char *sender)
{
	if (way == KJ_WAY_PASS) {
		learn->passed++;
		return;
	}
	kj_session_learn(learn->session);
	kj_domain_set_add(learn->domains, sender);
	if (!learn->mails || time_s < learn->first_s)
		learn->first_s = time_s;
	if (!learn->mails || time_s > learn->last_s)
		learn->last_s = time_s;
	learn->mails++;
}

static void learn_logged(struct learn *learn, const struct kj_maillog_mail *mail)
{
	enum kj_way way;

	kj_session_now(learn->session, mail->time_s);
	way = kj_session_connect(learn->session, &mail->client, mail->client_name);
	if (way == KJ_WAY_ON && *mail->helo)
		kj_session_helo(learn->session, mail->helo);
	if (way == KJ_WAY_ON)
		way = kj_session_mail(learn->session, mail->sender, NULL);
	keep(learn, way, mail->time_s, mail->sender);
	kj_session_reset(learn->session);
}

/* NULL, or why not. */
static const char *learn_in(struct learn *learn, struct kj_arena *arena, const char *data, size_t len)
{
	struct kj_envelope envelope = {.client = {0}};
	struct kj_field *fields;
	unsigned field_count;
	enum kj_way way;
	size_t body;

	if (kj_message_split(arena, data, len, &fields, &field_count, &body) < 0)
		return "out of memory";
	if (!field_count)
		return "neither a log nor a mail";
	if (kj_envelope_complete(arena, fields, field_count, kj_snapshot_settings(learn->snapshot), &envelope) < 0)
		return "out of memory";
	if (envelope.now_s < 0) {
		learn->undated++;
		return NULL;
	}
	if (envelope.now_s > learn->now_s)
		envelope.now_s = learn->now_s;
	way = kj_mail_walk(learn->session, &envelope, fields, field_count, data + body, len - body);
	keep(learn, way, envelope.now_s, envelope.sender ? envelope.sender : "");
	kj_session_reset(learn->session);
	return NULL;
}

static void learn_mail(void *context, const char *name, const char *data, size_t len)
{
	struct kj_arena *arena = kj_arena_new(ARENA_MAX_BYTES);
	const char *why = arena ? learn_in(context, arena, data, len) : "out of memory";

	if (why)
		kj_learn_complain(context, name, why);
	kj_arena_free(arena);
}

/* --- A file ----------------------------------------------------------------------------------------------------- */

/* What the logs before this one watched ends here, if there is a gap to its beginning. */
static void watched(struct learn *learn, int64_t from_s, int64_t to_s)
{
	if (from_s - learn->to_s > QUIET_S)
		learn->from_s = learn->to_s = 0;
	if (!learn->from_s || from_s < learn->from_s)
		learn->from_s = from_s;
	if (to_s > learn->to_s)
		learn->to_s = to_s;
}

static void learn_log(struct learn *learn, const char *path, struct kj_log_file *file)
{
	uint64_t strange = 0, first = 0;
	struct kj_maillog_mail mail;
	int64_t from_s, to_s;
	char *line;

	while ((line = kj_log_file_line(file)))
		switch (kj_maillog_read(learn->log, line, &mail)) {
		case KJ_MAILLOG_MAIL: learn_logged(learn, &mail); break;
		case KJ_MAILLOG_OTHER: break;
		case KJ_MAILLOG_STRANGE:
			first = strange++ ? first : kj_log_file_number(file);
			break;
		}
	if (strange)
		fprintf(stderr,
		    "kanjikictl: %s:%" PRIu64 ": no line of a log; of such lines there are %" PRIu64 "\n",
		    path, first, strange);
	learn->strange += strange;
	learn->lines += kj_log_file_number(file);
	if (kj_maillog_span(learn->log, &from_s, &to_s))
		watched(learn, from_s, to_s);
}

static void learn_mails(struct learn *learn, const char *path, struct kj_log_file *file)
{
	struct kj_mailfile_reader reader = {.mail = learn_mail, .error = kj_learn_complain, .context = learn};
	struct kj_buf buf = KJ_BUF_INIT(KJ_MAILFILE_MAX_BYTES);

	kj_log_file_rest(file, &buf);
	if (buf.truncated)
		kj_learn_complain(learn, path, "too large for a mail or an mbox");
	else
		kj_mailfile_split(path, kj_buf_str(&buf), buf.len, &reader);
	kj_buf_free(&buf);
}

/* "Name:", or the line in front of a mail of an mbox. */
static bool begins_like_mail(const char *head)
{
	size_t name = strspn(head, "-_.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

	return (name && head[name] == ':') || strncmp(head, "From ", 5) == 0;
}

/* One of the first lines may be cut off, or be journalctl's "-- Boot ... --". */
bool kj_learn_is_log(const struct learn *learn, struct kj_log_file *file, int64_t *ret_first_s)
{
	size_t len;
	const char *line = kj_log_file_head(file, &len), *end = line + len;

	if (begins_like_mail(line))
		return false;
	for (unsigned i = 0; i < HEAD_LINES && line < end; i++) {
		if (kj_maillog_begins(learn->now_s, line, ret_first_s))
			return true;
		line = memchr(line, '\n', (size_t)(end - line));
		line = line ? line + 1 : end;
	}
	return false;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

void kj_learn_file(struct learn *learn, const char *path)
{
	struct kj_mailfile_reader reader = {.mail = learn_mail, .error = kj_learn_complain, .context = learn};
	struct kj_reason reason = {""};
	struct kj_log_file *file;
	int64_t first_s;

	if (is_directory(path)) {
		kj_mailfile_read(path, &reader);
		return;
	}
	if (kj_log_file_open(path, &file, &reason) < 0) {
		kj_learn_complain(learn, path, reason.text);
		return;
	}
	if (kj_learn_is_log(learn, file, &first_s))
		learn_log(learn, path, file);
	else
		learn_mails(learn, path, file);
	if (kj_log_file_check(file, &reason) < 0)
		kj_learn_complain(learn, path, reason.text);
	kj_log_file_close(file);
}
