/*
 * mail.h - one mail under way
 *
 * Private to pipeline/. Everything of it lies in its arena; session.c fills it callback by callback, judge.c ends it.
 */
#ifndef KJ_MAIL_H
#define KJ_MAIL_H

#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/checks.h"
#include "kanjiki/session.h"
#include "pipeline/engine_private.h"

struct kj_lookups;
struct kj_sighting;

#define KJ_QUESTIONS_MAX 256

/* Header fields that only we may write; forged ones are removed. */
enum kj_own_field {
	KJ_OWN_FLAG,
	KJ_OWN_STATUS,
	KJ_OWN_SCORE,
	KJ_OWN_LEVEL,
	KJ_OWN_EVIDENCE,
	KJ_OWN_COUNT,
};
extern const char *const kj_own_fields[KJ_OWN_COUNT];

/* A field Authentication-Results under our authserv-id or a trusted one. */
struct kj_claim {
	unsigned number;   /* among the fields of that name, from 1 */
	unsigned field;	   /* its place in fields, if that many are kept */
	bool believed;
};

struct kj_mail {
	struct kj_engine *engine;
	struct kj_generation *generation;
	struct kj_arena *arena;
	struct kj_evidence *evidence;
	struct kj_lookups *lookups; /* NULL offline */
	struct kj_facts facts;
	bool from_relay; /* the true peer is found in the Received chain, at the end */
	bool failed;	 /* out of memory somewhere: accept, and say so */
	int64_t now_s;

	int numbers[KJ_QUESTIONS_MAX]; /* by evidence item: its number in lookups, or -1 */
	unsigned asked;		       /* evidence items carried out so far */

	const char **rcpts;
	unsigned rcpt_size;
	const struct kj_policy **policies; /* distinct ones of the recipients */
	unsigned policy_count;

	struct kj_field *fields;
	unsigned field_count, field_size;
	unsigned own_seen[KJ_OWN_COUNT];   /* how many fields of our names came in */
	unsigned auth_seen;		   /* Authentication-Results fields so far ... */
	struct kj_claim *claims;	   /* ... and those under a name of ours */
	unsigned claim_count, claim_size;
	struct kj_buf body;
	uint64_t body_bytes; /* in all, also beyond the limit */

	uint64_t content_key; /* 0: not made yet */
	struct kj_sighting *sighting; /* NULL if the mail is not counted in the recent traffic */
	uint64_t share_question;      /* since when others know the sender's domain; 0: not asked */
	bool apart;		      /* they did not answer that in time */

	bool ended;
	struct kj_verdict verdict;
	const char *queue_id;
};

/* kj_mail_new - for the engine's current configuration; NULL when out of memory. kj_mail_free - NULL is allowed. */
struct kj_mail *kj_mail_new(struct kj_engine *engine);
void kj_mail_free(struct kj_mail *mail);

static inline const struct kj_settings *kj_mail_settings(const struct kj_mail *mail)
{
	return kj_snapshot_settings(mail->generation->snapshot);
}

/*
 * kj_mail_grow - room for one element more in an arena array
 *
 * Gives: *array, possibly moved, with room for count + 1 elements. Errors: -KJ_ENOMEM.
 */
int kj_mail_grow(struct kj_mail *mail, void *array, unsigned count, unsigned *size, size_t element);

/* ask.c: kj_mail_ask - have the checks of a stage ask, and carry their questions out; kj_mail_wait - collect the
 * answers, giving the time waited */
void kj_mail_ask(struct kj_mail *mail, enum kj_stage stage);
uint32_t kj_mail_wait(struct kj_mail *mail);

/* peer.c: kj_mail_set_client, _helo, _sender - set the facts; kj_mail_find_peer - for mail of a trusted relay, from
 * the Received chain; false if the mail never left our own hosts */
void kj_mail_set_helo(struct kj_mail *mail, const char *helo);
void kj_mail_set_sender(struct kj_mail *mail, const char *sender);
bool kj_mail_find_peer(struct kj_mail *mail);
bool kj_prefixes_contain(const struct kj_prefix *prefixes, unsigned count, const struct kj_addr *addr);

/* trust.c: kj_mail_note_auth - note an Authentication-Results field; kj_mail_believe - find out, once the true peer is
 * known, which of them are no forgeries: the facts' auth */
void kj_mail_note_auth(struct kj_mail *mail, const char *value);
void kj_mail_believe(struct kj_mail *mail);

/* judge.c: kj_mail_judge - read, wait, judge, weigh, decide; fills mail->verdict, in any case */
void kj_mail_judge(struct kj_mail *mail);

/* judge.c: kj_mail_learn - read, and become part of the past; the message may be missing */
void kj_mail_learn(struct kj_mail *mail);

/* put_off.c: kj_mail_content_key - the same for a retry of the mail, from whatever address */
uint64_t kj_mail_content_key(struct kj_mail *mail);

/* put_off.c: kj_mail_put_off - ask the deferral memory about a mail that passed the gate; may change the verdict's
 * action to tag */
void kj_mail_put_off(struct kj_mail *mail);

/* edits.c: kj_mail_edit - the header edits for the verdict; kj_mail_note_field - note a field that may be a forgery */
void kj_mail_edit(struct kj_mail *mail, const char *subject_prefix);
void kj_mail_note_field(struct kj_mail *mail, const char *name, const char *value);

/* auth_field.c: kj_auth_field - the value of our Authentication-Results field, in the arena; NULL when it is full */
const char *kj_auth_field(struct kj_arena *arena, const char *authserv_id, const struct kj_facts *facts,
    const struct kj_evidence *evidence);

/* report.c: the fields of the log line of a scored mail, and of one that passed unscored */
void kj_report_mail(const struct kj_mail *mail, struct kj_record *record);
void kj_report_pass(
    const struct kj_verdict *verdict, const struct kj_addr *client, const char *helo, struct kj_record *record);

/* report.c: lists as the log and the headers show them: recipients, "A=2.50,B=1.00", "spf: timeout, bl: blocked" (and
 * how many those are) */
void kj_join_rcpts(const struct kj_facts *facts, struct kj_buf *out);
void kj_join_terms(const struct kj_verdict *verdict, struct kj_buf *out);
unsigned kj_join_missing(struct kj_evidence *evidence, struct kj_buf *out);

/* evidence_text.c: kj_evidence_text - "7/8 (spf: timeout)", in the arena; NULL when it is full */
const char *kj_evidence_text(struct kj_arena *arena, struct kj_evidence *evidence);

#endif
