/*
 * session.c - the callbacks of one SMTP session, up to the end of message
 *
 * The first mail of a session begins at connect, so that its questions fly while the client is still talking. Later
 * mails of the same session begin at MAIL and ask again what was asked at connect and HELO: the resolver's cache has
 * it.
 */
#include "pipeline/mail.h"

#include <strings.h>

#include "kanjiki/err.h"
#include "kanjiki/name.h"

#define RCPTS_MAX  10000
#define REPORT_MAX 16384

struct kj_session {
	struct kj_engine *engine;
	struct kj_addr client; /* family 0: local */
	char name[KJ_NAME_STRLEN]; /* as the MTA verified it; "" if it is unknown */
	char helo[512];
	bool connected, from_relay;
	enum kj_way way; /* what the connection as a whole is to be */
	const char *why; /* if it passes */
	int64_t now_s;	 /* 0: the clock's; -1: before that */
	struct kj_mail *mail;
	struct kj_verdict pass; /* for mail that is not scored, or that found no memory */
};

struct kj_session *kj_session_new(struct kj_engine *engine)
{
	struct kj_session *session = calloc(1, sizeof *session);

	if (!session)
		return NULL;
	session->engine = engine;
	session->pass = (struct kj_verdict){.action = KJ_ACTION_PASS, .why = "no mail", .policy = ""};
	return session;
}

void kj_session_free(struct kj_session *session)
{
	if (!session)
		return;
	kj_mail_free(session->mail);
	free(session);
}

void kj_session_reset(struct kj_session *session)
{
	kj_mail_free(session->mail);
	session->mail = NULL;
}

static void pass(struct kj_session *session, const char *why)
{
	kj_session_reset(session);
	session->pass = (struct kj_verdict){.action = KJ_ACTION_PASS, .why = why, .policy = ""};
}

/* The past is learned as it went: first there was a warm-up. */
static void learn_at(struct kj_mail *mail, int64_t now_s)
{
	struct kj_engine *engine = mail->engine;

	/* Of a mail from a log no message is read, which would set the latter. */
	mail->now_s = mail->facts.now_s = now_s;
	if (!engine->learns_from_s)
		engine->learns_from_s = now_s;
	mail->facts.warming_up = now_s < engine->learns_from_s + (int64_t)kj_mail_settings(mail)->warm_up_s;
}

/* A mail for this session, with the questions of connect and HELO asked; NULL when out of memory. */
static struct kj_mail *begin(struct kj_session *session)
{
	struct kj_mail *mail = kj_mail_new(session->engine);

	session->mail = mail;
	if (!mail)
		return NULL;
	mail->from_relay = session->from_relay;
	if (session->engine->options.learn)
		learn_at(mail, session->now_s);
	if (session->from_relay)
		return mail;
	mail->facts.client = session->client;
	mail->facts.client_name = session->name;
	kj_mail_ask(mail, KJ_STAGE_CONNECT);
	if (*session->helo) {
		kj_mail_set_helo(mail, session->helo);
		kj_mail_ask(mail, KJ_STAGE_HELO);
	}
	return mail;
}

enum kj_way kj_session_connect(struct kj_session *session, const struct kj_addr *client, const char *name)
{
	struct kj_snapshot *snapshot = kj_engine_snapshot(session->engine);
	const struct kj_settings *settings = kj_snapshot_settings(snapshot);

	kj_session_reset(session);
	session->connected = true;
	session->client = client ? *client : (struct kj_addr){0};
	session->helo[0] = '\0';
	if (!name || strcmp(name, "unknown") == 0 || kj_name_normalise(name, session->name) < 0)
		session->name[0] = '\0';
	session->from_relay =
	    client && kj_prefixes_contain(settings->trusted_relays, settings->trusted_relay_count, client);
	session->way = KJ_WAY_ON;
	if (!client && !settings->score_local)
		session->why = "local mail";
	else if (client && !session->from_relay &&
	         kj_prefixes_contain(settings->trusted_networks, settings->trusted_network_count, client))
		session->why = "trusted network";
	else
		session->why = NULL;
	kj_snapshot_unref(snapshot);
	if (session->why) {
		session->way = KJ_WAY_PASS;
		pass(session, session->why);
	} else {
		begin(session);
	}
	return session->way;
}

void kj_session_helo(struct kj_session *session, const char *helo)
{
	bool again = *session->helo && strcmp(session->helo, helo) != 0;

	if (session->way == KJ_WAY_PASS)
		return;
	snprintf(session->helo, sizeof session->helo, "%s", helo);
	/* A second HELO under another name, as after STARTTLS: what was asked for the first is not evidence. */
	if (again)
		kj_session_reset(session);
	if (session->mail && !session->mail->from_relay) {
		kj_mail_set_helo(session->mail, session->helo);
		kj_mail_ask(session->mail, KJ_STAGE_HELO);
	}
}

/* An address as an SMTP command gives it, without blanks and angle brackets, cut at a sane length. */
static void strip_address(const char *address, char *out, size_t size)
{
	size_t len;

	address += strspn(address, " \t<");
	len = strcspn(address, ">\r\n");
	while (len && (address[len - 1] == ' ' || address[len - 1] == '\t'))
		len--;
	snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), address);
}

enum kj_way kj_session_mail(struct kj_session *session, const char *sender, const char *login)
{
	char address[1024];

	if (session->way == KJ_WAY_PASS)
		return KJ_WAY_PASS;
	if (login && *login) {
		pass(session, "authenticated");
		return KJ_WAY_PASS;
	}
	if (session->mail && (session->mail->ended || session->mail->rcpts || session->mail->fields))
		kj_session_reset(session);
	if (!session->mail && !begin(session)) {
		pass(session, "out of memory");
		session->pass.incomplete = true;
		return KJ_WAY_ON;
	}
	strip_address(sender, address, sizeof address);
	kj_mail_set_sender(session->mail, address);
	if (!session->mail->from_relay)
		kj_mail_ask(session->mail, KJ_STAGE_MAIL);
	return KJ_WAY_ON;
}

/* Note the recipient's policy; false if it is another one than the first recipient's, and mails are split. */
static bool take_policy(struct kj_mail *mail, const char *address)
{
	const struct kj_policies *policies = kj_snapshot_policies(mail->generation->snapshot);
	char domain[KJ_NAME_STRLEN] = "";
	const struct kj_policy *policy;

	kj_name_of_address(address, domain);
	policy = kj_policy_find(policies, domain);
	for (unsigned i = 0; i < mail->policy_count; i++)
		if (mail->policies[i] == policy)
			return true;
	if (mail->policy_count && policies->split)
		return false;
	if (!mail->policies)
		mail->policies = kj_arena_array(mail->arena, policies->policy_count, sizeof *mail->policies);
	if (mail->policies)
		mail->policies[mail->policy_count++] = policy;
	else
		mail->failed = true;
	return true;
}

enum kj_way kj_session_rcpt(struct kj_session *session, const char *rcpt)
{
	struct kj_mail *mail = session->mail;
	char address[1024];
	const char *copy;

	if (session->way == KJ_WAY_PASS)
		return KJ_WAY_PASS;
	if (!mail)
		return KJ_WAY_ON;
	strip_address(rcpt, address, sizeof address);
	if (!take_policy(mail, address))
		return KJ_WAY_PUT_OFF;
	if (mail->facts.rcpt_count == RCPTS_MAX)
		return KJ_WAY_ON;
	copy = kj_arena_strdup(mail->arena, address);
	if (!copy || kj_mail_grow(mail, &mail->rcpts, mail->facts.rcpt_count, &mail->rcpt_size, sizeof copy) < 0) {
		mail->failed = true;
		return KJ_WAY_ON;
	}
	mail->rcpts[mail->facts.rcpt_count++] = copy;
	mail->facts.rcpts = mail->rcpts;
	return KJ_WAY_ON;
}

void kj_session_field(struct kj_session *session, const char *name, const char *value)
{
	struct kj_mail *mail = session->mail;
	struct kj_field field;

	if (!mail)
		return;
	kj_mail_note_field(mail, name, value);
	/* One more than the limit is kept, so that reading the message sees that there were more. */
	if (mail->field_count > kj_mail_settings(mail)->limits.fields)
		return;
	field = (struct kj_field){kj_arena_strdup(mail->arena, name), kj_arena_strdup(mail->arena, value)};
	if (!field.name || !field.value ||
	    kj_mail_grow(mail, &mail->fields, mail->field_count, &mail->field_size, sizeof field) < 0) {
		mail->failed = true;
		return;
	}
	mail->fields[mail->field_count++] = field;
}

void kj_session_body(struct kj_session *session, const void *data, size_t len)
{
	if (!session->mail)
		return;
	session->mail->body_bytes += len;
	kj_buf_add(&session->mail->body, data, len);
}

void kj_session_now(struct kj_session *session, int64_t now_s)
{
	session->now_s = now_s;
}

const struct kj_verdict *kj_session_end(struct kj_session *session, const char *queue_id)
{
	struct kj_mail *mail = session->mail;

	if (!mail) {
		kj_engine_count(session->engine, session->pass.action);
		return &session->pass;
	}
	mail->now_s = session->now_s > 0 ? session->now_s : kj_clock_wall_s(session->engine->options.clock);
	mail->facts.came_earlier = session->now_s < 0;
	mail->queue_id = queue_id ? kj_arena_strdup(mail->arena, queue_id) : NULL;
	kj_mail_judge(mail);
	kj_engine_count(session->engine, mail->verdict.action);
	mail->ended = true;
	return &mail->verdict;
}

void kj_session_learn(struct kj_session *session)
{
	if (session->mail && session->now_s > 0)
		kj_mail_learn(session->mail);
	kj_session_reset(session);
}

void kj_session_report(const struct kj_session *session, enum kj_record_format format, struct kj_record *record)
{
	kj_record_open(record, format, REPORT_MAX);
	if (session->mail && session->mail->ended)
		kj_report_mail(session->mail, record);
	else
		kj_report_pass(&session->pass, &session->client, session->helo, record);
}
