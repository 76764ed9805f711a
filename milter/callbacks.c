/*
 * callbacks.c - one SMTP session as libmilter tells it
 *
 * libmilter calls these on any thread of its pool, but never two at a time for one connection. State lives in the
 * connection's private pointer, from negotiation (or the first step that needs it) to close.
 *
 * No callback knows a permanent answer. Whatever fails on our side ends in SMFIS_ACCEPT: the mail goes on as if
 * we were not there. Each step is answered as was agreed in negotiation: SMFIS_NOREPLY to a step that awaits an
 * answer would leave the MTA waiting, so in doubt (a connection whose negotiation we did not see, after
 * SMFIC_QUIT_NC) it is SMFIS_CONTINUE, which libmilter suppresses where none is wanted.
 */
#include "milter/callbacks.h"

#include <libmilter/mfapi.h>
#include <syslog.h>

#include "kanjiki/addr.h"
#include "kanjiki/engine.h"
#include "kanjiki/policy.h"
#include "kanjiki/record.h"
#include "kanjiki/session.h"
#include "kanjiki/snapshot.h"
#include "milter/log.h"
#include "milter/negotiate.h"
#include "milter/reply.h"

struct connection {
	struct kj_session *session;
	unsigned long steps; /* SMFIP_ flags agreed on; 0 if unknown */
	bool trusted;        /* so is every mail of this client */
	bool passing;        /* this mail is accepted unscored; what the MTA still sends of it is dropped */
};

/* libmilter hands its callbacks no context of ours, so this one pointer is static; set before smfi_main(). */
static struct kj_filter *filter;

void kj_filter_init(struct kj_filter *f, struct kj_engine *engine, struct kj_log *log, bool over_tcp)
{
	*f = (struct kj_filter){.engine = engine, .log = log, .over_tcp = over_tcp};
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->idle, NULL);
}

bool kj_filter_close(struct kj_filter *f, unsigned timeout_ms)
{
	struct timespec until;
	bool empty;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += timeout_ms / 1000 + 1;
	pthread_mutex_lock(&f->lock);
	f->closing = true;
	while (f->judging)
		if (pthread_cond_timedwait(&f->idle, &f->lock, &until) != 0)
			break;
	empty = f->sessions == 0;
	pthread_mutex_unlock(&f->lock);
	return empty;
}

static bool enter(void)
{
	bool open;

	pthread_mutex_lock(&filter->lock);
	open = !filter->closing;
	if (open)
		filter->sessions++;
	pthread_mutex_unlock(&filter->lock);
	return open;
}

static void leave(void)
{
	pthread_mutex_lock(&filter->lock);
	filter->sessions--;
	pthread_mutex_unlock(&filter->lock);
}

static void judging(bool begins)
{
	pthread_mutex_lock(&filter->lock);
	filter->judging = begins ? filter->judging + 1 : filter->judging - 1;
	if (!filter->judging)
		pthread_cond_signal(&filter->idle);
	pthread_mutex_unlock(&filter->lock);
}

/* The connection's state, made if need be; only at its start, since a session must hear of its client first. NULL
 * when out of memory or when we are closing; then everything on this connection is accepted. */
static struct connection *open_connection(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection)
		return connection;
	if (!enter())
		return NULL;
	connection = calloc(1, sizeof *connection);
	if (connection)
		connection->session = kj_session_new(filter->engine);
	if (!connection || !connection->session || smfi_setpriv(ctx, connection) != MI_SUCCESS) {
		if (connection)
			kj_session_free(connection->session);
		free(connection);
		leave();
		return NULL;
	}
	return connection;
}

/* Go on, with an answer only where one is expected. */
static sfsistat go_on(const struct connection *connection, unsigned long no_reply_step)
{
	return connection->steps & no_reply_step ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* One line for the mail just judged. Mail that passed is of interest only to who looks for it. */
static void report(const struct kj_session *session, const struct kj_verdict *verdict)
{
	struct kj_record record;

	kj_session_report(session, kj_log_format(filter->log), &record);
	kj_log_line(
	    filter->log, verdict->action == KJ_ACTION_PASS ? LOG_DEBUG : LOG_INFO, kj_record_close(&record));
	kj_record_free(&record);
}

/* The mail (at connect: the connection) leaves unscored; its line says why. */
static sfsistat pass(SMFICTX *ctx, struct connection *connection)
{
	report(connection->session, kj_session_end(connection->session, smfi_getsymval(ctx, (char *)"i")));
	kj_session_reset(connection->session);
	connection->passing = true;
	return SMFIS_ACCEPT;
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps, unsigned long unused2,
    unsigned long unused3, unsigned long *ret_actions, unsigned long *ret_steps, unsigned long *ret2,
    unsigned long *ret3)
{
	struct kj_snapshot *snapshot = kj_engine_snapshot(filter->engine);
	bool split = kj_snapshot_policies(snapshot)->split;
	struct connection *connection;

	(void)unused2;
	(void)unused3;
	kj_snapshot_unref(snapshot);
	kj_negotiate(ctx, actions, steps, kj_steps_wanted(filter->over_tcp, split), ret_actions, ret_steps);
	*ret2 = *ret3 = 0;
	connection = open_connection(ctx);
	if (connection)
		connection->steps = *ret_steps;
	return SMFIS_CONTINUE;
}

/* The client's name as the MTA verified it, or "unknown". */
static const char *verified_name(SMFICTX *ctx, const char *host)
{
	const char *name = smfi_getsymval(ctx, (char *)"{client_name}");
	const char *resolve = smfi_getsymval(ctx, (char *)"{client_resolve}");

	if (resolve && strcmp(resolve, "OK") != 0)
		return "unknown";
	if (!name || !*name)
		name = host;
	/* Sendmail writes the address in brackets where there is no name. */
	return name && *name && *name != '[' ? name : "unknown";
}

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *sa)
{
	struct connection *connection = open_connection(ctx);
	struct kj_addr addr;
	bool known = sa && kj_addr_from_sockaddr(sa, &addr) == 0;

	if (!connection)
		return SMFIS_ACCEPT;
	connection->trusted = kj_session_connect(connection->session, known ? &addr : NULL,
	                          verified_name(ctx, host)) == KJ_WAY_PASS;
	if (connection->trusted)
		return pass(ctx, connection);
	return go_on(connection, SMFIP_NR_CONN);
}

static sfsistat on_helo(SMFICTX *ctx, char *helo)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (!connection)
		return SMFIS_ACCEPT;
	kj_session_helo(connection->session, helo ? helo : "");
	return go_on(connection, SMFIP_NR_HELO);
}

static sfsistat on_mail(SMFICTX *ctx, char **args)
{
	struct connection *connection = smfi_getpriv(ctx);
	const char *login = smfi_getsymval(ctx, (char *)"{auth_authen}");

	if (!connection || connection->trusted)
		return SMFIS_ACCEPT;
	connection->passing = false;
	if (kj_session_mail(connection->session, args[0], login && *login ? login : NULL) == KJ_WAY_PASS)
		return pass(ctx, connection);
	return go_on(connection, SMFIP_NR_MAIL);
}

static const char *queue_id_of(SMFICTX *ctx)
{
	const char *id = smfi_getsymval(ctx, (char *)"i");

	return id ? id : "no queue id";
}

/* A recipient that must not share this mail's verdict, in a connection that agreed to have no answers to RCPT before
 * a reload said split = yes: nobody is judged by a policy not his own, so the mail passes. */
static sfsistat put_off(SMFICTX *ctx, struct connection *connection)
{
	if (!(connection->steps & SMFIP_NR_RCPT))
		return kj_reply_put_off(ctx);
	connection->passing = true;
	kj_log_event(filter->log, LOG_INFO, "pass",
	    "%s: recipients of several policies, and split came with a reload", queue_id_of(ctx));
	return SMFIS_NOREPLY;
}

static sfsistat on_rcpt(SMFICTX *ctx, char **args)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (!connection)
		return SMFIS_ACCEPT;
	if (connection->passing)
		return go_on(connection, SMFIP_NR_RCPT);
	switch (kj_session_rcpt(connection->session, args[0])) {
	case KJ_WAY_PUT_OFF: return put_off(ctx, connection);
	case KJ_WAY_PASS:
		pass(ctx, connection);
		return connection->steps & SMFIP_NR_RCPT ? SMFIS_NOREPLY : SMFIS_ACCEPT;
	default: return go_on(connection, SMFIP_NR_RCPT);
	}
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (!connection)
		return SMFIS_ACCEPT;
	if (!connection->passing)
		kj_session_field(connection->session, name, value);
	return go_on(connection, SMFIP_NR_HDR);
}

/* The session keeps the body up to its limit and counts the rest, so it is never cut short with SMFIS_SKIP. */
static sfsistat on_body(SMFICTX *ctx, unsigned char *data, size_t len)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (!connection)
		return SMFIS_ACCEPT;
	if (!connection->passing)
		kj_session_body(connection->session, data, len);
	return go_on(connection, SMFIP_NR_BODY);
}

static sfsistat judge(SMFICTX *ctx, struct connection *connection)
{
	const char *queue_id = smfi_getsymval(ctx, (char *)"i");
	const struct kj_verdict *verdict = kj_session_end(connection->session, queue_id);
	bool leading_space = connection->steps & SMFIP_HDR_LEADSPC;
	unsigned failed;
	sfsistat status = kj_reply_apply(ctx, verdict, leading_space, &failed);

	if (failed)
		kj_log_event(filter->log, LOG_WARNING, "edit", "%s: the MTA refused %u of %u header changes",
		    queue_id_of(ctx), failed, verdict->edit_count);
	report(connection->session, verdict);
	kj_session_reset(connection->session);
	return status;
}

static sfsistat on_eom(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);
	sfsistat status;

	if (!connection)
		return SMFIS_ACCEPT;
	if (connection->passing) {
		kj_session_reset(connection->session);
		return SMFIS_ACCEPT;
	}
	judging(true);
	status = judge(ctx, connection);
	judging(false);
	return status;
}

static sfsistat on_abort(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection)
		kj_session_reset(connection->session);
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection) {
		smfi_setpriv(ctx, NULL);
		kj_session_free(connection->session);
		free(connection);
		leave();
	}
	return SMFIS_CONTINUE;
}

int kj_filter_register(struct kj_filter *f, struct kj_reason *reason)
{
	struct smfiDesc callbacks = {
	    .xxfi_name = (char *)"kanjiki",
	    .xxfi_version = SMFI_VERSION,
	    .xxfi_flags = KJ_MILTER_ACTIONS | SMFIF_SETSYMLIST,
	    .xxfi_negotiate = on_negotiate,
	    .xxfi_connect = on_connect,
	    .xxfi_helo = on_helo,
	    .xxfi_envfrom = on_mail,
	    .xxfi_envrcpt = on_rcpt,
	    .xxfi_header = on_header,
	    .xxfi_body = on_body,
	    .xxfi_eom = on_eom,
	    .xxfi_abort = on_abort,
	    .xxfi_close = on_close,
	};

	filter = f;
	if (smfi_register(callbacks) != MI_SUCCESS)
		return kj_fail(reason, KJ_EIO, "libmilter does not take the callbacks");
#ifdef HAVE_SMFI_SETMAXDATASIZE
	/* A header field above 65,535 bytes would otherwise end the connection, and the mail pass unscored. */
	smfi_setmaxdatasize(1 << 20);
#endif
	return 0;
}
