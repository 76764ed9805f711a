/*
 * maillog.h - the mails that a mail server's log tells of
 *
 * Postfix says who a mail came from in two lines: smtpd the client, when the mail begins, and qmgr the envelope
 * sender, when it is accepted. What is between them is kept in a table of fixed size, whatever a log says; a mail
 * that never comes to its second line falls out of it. A line of kanjikid says everything at once, and the HELO name
 * too; the mail is then not told a second time.
 *
 * Mails of authenticated clients are passed over, and those that a content filter hands back: they were told before.
 * Threads: one thread at a time.
 */
#ifndef KJ_CTL_MAILLOG_H
#define KJ_CTL_MAILLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/addr.h"

struct kj_maillog;

/* Strings live until the next line. */
struct kj_maillog_mail {
	int64_t time_s;
	struct kj_addr client;
	const char *client_name; /* as the server verified it; "unknown" */
	const char *helo;	 /* "" where the log does not say */
	const char *sender;	 /* without brackets; "" for the null sender */
	const char *queue_id;
};

enum kj_maillog_line {
	KJ_MAILLOG_STRANGE, /* no line of a log */
	KJ_MAILLOG_OTHER,   /* a line that tells of no mail */
	KJ_MAILLOG_MAIL,
};

/* kj_maillog_new - for logs that were written up to now_s; -KJ_ENOMEM, -KJ_EIO (no random numbers) */
int kj_maillog_new(int64_t now_s, struct kj_maillog **ret_log);
void kj_maillog_free(struct kj_maillog *log); /* NULL is allowed */

/* kj_maillog_read - take one line, without its end; *ret_mail is filled in for KJ_MAILLOG_MAIL only */
enum kj_maillog_line kj_maillog_read(struct kj_maillog *log, const char *line, struct kj_maillog_mail *ret_mail);

/*
 * kj_maillog_span - from when to when the mail server was watched, by the lines since the last call: those of smtpd,
 * qmgr and kanjikid, whatever they say
 *
 * Returns false if there were none.
 */
bool kj_maillog_span(struct kj_maillog *log, int64_t *ret_from_s, int64_t *ret_to_s);

/* kj_maillog_begins - whether a line is one of a log, by the time it begins with; *ret_s is that time */
bool kj_maillog_begins(int64_t now_s, const char *line, int64_t *ret_s);

#endif
