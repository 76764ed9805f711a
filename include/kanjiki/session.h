/*
 * session.h - one SMTP session's way from connect to verdict
 *
 * A session lives as long as the connection and carries several mails, one after another: open, connect, helo,
 * then for each mail: mail, rcpt..., field..., body..., end; reset where the MTA aborts. The calls up to `end`
 * never wait; `end` waits once for the answers still missing. Nothing here fails on a stranger's input; a failure
 * of ours ends in a verdict of accept whose evidence says what is missing.
 *
 * Threads: one thread at a time per session (libmilter may change the thread between calls).
 */
#ifndef KJ_SESSION_H
#define KJ_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/addr.h"
#include "kanjiki/decide.h"
#include "kanjiki/evidence.h"
#include "kanjiki/record.h"
#include "kanjiki/weigh.h"

struct kj_engine;
struct kj_session;

enum kj_way {
	KJ_WAY_ON,	/* go on */
	KJ_WAY_PASS,	/* accept unscored: the rest of the mail (at connect: of the connection) is not needed */
	KJ_WAY_PUT_OFF, /* only from rcpt: 452 4.5.3, this recipient's policy differs (split = yes) */
};

/* To be applied in this order. */
struct kj_edit {
	enum kj_edit_kind { KJ_EDIT_DELETE, KJ_EDIT_REPLACE, KJ_EDIT_INSERT } kind;
	const char *name;
	unsigned index;	   /* DELETE, REPLACE: which field of that name, from 1 */
	const char *value; /* REPLACE, INSERT (at the top); without line ends but "\n\t" folds */
};

/* All of it lives until the next mail, reset, or the end of the session. */
struct kj_verdict {
	enum kj_action action;
	const char *why; /* "authenticated", "score 8.70 >= 8.00", "retry after 312 s", ... one phrase */
	int32_t score_centi;
	int32_t required_centi; /* the tag threshold the score was held against */
	const char *policy;	/* domain of the policy that decided; "" is the default */
	const struct kj_term *terms;
	unsigned term_count;
	struct kj_evidence *evidence; /* NULL for pass */
	bool incomplete;	      /* something of ours failed */
	const struct kj_edit *edits;
	unsigned edit_count;
	const char *reply; /* text behind "451 4.7.1" for a tempfail */
	uint32_t waited_ms; /* at the end of message, for answers */
};

/* kj_session_new - NULL when out of memory. kj_session_free - NULL is allowed; at any stage. */
struct kj_session *kj_session_new(struct kj_engine *engine);
void kj_session_free(struct kj_session *session);

/*
 * kj_session_connect - a client, or again on the same session a new one (XCLIENT)
 *
 * Takes: its address: NULL for local mail without one, which passes unless it is to be scored; family 0 for a client
 *        that nobody knows (mail from a file), which is scored; its name as the MTA verified it ("unknown").
 */
enum kj_way kj_session_connect(struct kj_session *session, const struct kj_addr *client, const char *name);
void kj_session_helo(struct kj_session *session, const char *helo);

/* kj_session_mail - envelope sender, with or without angle brackets; login name of an authenticated client or
 * NULL */
enum kj_way kj_session_mail(struct kj_session *session, const char *sender, const char *login);
enum kj_way kj_session_rcpt(struct kj_session *session, const char *rcpt);
void kj_session_field(struct kj_session *session, const char *name, const char *value);
void kj_session_body(struct kj_session *session, const void *data, size_t len);

/* kj_session_now - for mail at rest: when it came, instead of the clock's time; -1 if nobody knows (then it came
 * before the clock's time, and only that is held against its date) */
void kj_session_now(struct kj_session *session, int64_t now_s);

/* kj_session_end - judge. queue_id may be NULL. Always gives a verdict. */
const struct kj_verdict *kj_session_end(struct kj_session *session, const char *queue_id);

/* kj_session_learn - instead of the end: take the mail in as part of the past, without judging it (engine option
 * learn) */
void kj_session_learn(struct kj_session *session);

/* kj_session_reset - forget the mail, keep connection and HELO */
void kj_session_reset(struct kj_session *session);

/*
 * kj_session_report - the last verdict as the log line of the mail: queue id, client, HELO, envelope, action, score,
 * every term, what was unknown, milliseconds waited
 *
 * Takes: the format. The text is in *record (record.h), to be closed and freed by the caller.
 */
void kj_session_report(const struct kj_session *session, enum kj_record_format format, struct kj_record *record);

#endif
