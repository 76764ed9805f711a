/*
 * talk.c - one connection to the filter, as Postfix leads it
 */
#include "bench/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench/rng.h"
#include "bench/talk_event.h"

#define OUT_MAX        (8u << 20)
#define RETRY_OPEN_US  1000
#define RETRY_ERROR_US 10000

enum step { GO_ON, BLOCKED, BROKEN };

uint64_t talk_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Take the next mail of the run, and learn when it is due. */
static bool claim(struct talk *talk)
{
	struct talk_run *run = talk->run;
	unsigned nets = run->crowd.nets;

	talk->mail = NULL;
	if (atomic_load(&run->claimed) >= run->total)
		return false;
	talk->mail_no = atomic_fetch_add(&run->claimed, 1);
	if (talk->mail_no >= run->total)
		return false;
	talk->mail = &run->mails[talk->client_no % nets + nets * (talk->mail_no % (run->mail_count / nets))];
	talk->due_us = run->rate > 0 ? run->begin_us + (uint64_t)(talk->mail_no * 1e6 / run->rate) : 0;
	snprintf(talk->queue_id, sizeof talk->queue_id, "4K%08X", talk->mail_no);
	return true;
}

/* The next connection: a new client and its first mail. */
static void prepare(struct talk *talk)
{
	struct talk_run *run = talk->run;
	struct rng rng = rng_for(run->seed, 3, atomic_fetch_add(&run->opened, 1));

	talk->client_no = rng_below(&rng, run->crowd.nets * run->crowd.hosts);
	crowd_client(&run->crowd, talk->client_no, &talk->client);
	talk->mails_left = run->mails_per_connection;
	talk->begun_us = 0;
	talk->state = claim(talk) ? TALK_CLOSED : TALK_DONE;
}

void talk_init(struct talk *talk, struct talk_run *run, struct tally *tally, int epoll_fd)
{
	*talk = (struct talk){.run = run, .tally = tally, .epoll_fd = epoll_fd, .fd = -1};
	talk->out = KJ_BUF_INIT(OUT_MAX);
	talk->in = KJ_BUF_INIT(2 * WIRE_REPLY_MAX);
	prepare(talk);
}

static void hang_up(struct talk *talk)
{
	if (talk->fd >= 0)
		close(talk->fd);
	talk->fd = -1;
	kj_buf_clear(&talk->out);
	kj_buf_clear(&talk->in);
	talk->out_at = 0;
	talk->agreed = talk->awaits = talk->flush = talk->pause = talk->quit = talk->broken = false;
}

void talk_free(struct talk *talk)
{
	hang_up(talk);
	kj_buf_free(&talk->out);
	kj_buf_free(&talk->in);
}

static void give_up(struct talk *talk)
{
	hang_up(talk);
	talk->tally->errors++;
	prepare(talk);
	if (talk->due_us < talk_now_us() + RETRY_ERROR_US)
		talk->due_us = talk_now_us() + RETRY_ERROR_US;
}

/* A full backlog is no error: the socket is asked again, and the wait counts. */
static bool open_talk(struct talk *talk)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = talk};

	if (!talk->begun_us)
		talk->begun_us = talk_now_us();
	talk->fd = socket(talk->run->addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (talk->fd < 0 ||
	    (connect(talk->fd, (struct sockaddr *)&talk->run->addr, talk->run->addr_len) < 0 &&
	        errno != EINPROGRESS)) {
		if (talk->fd >= 0 && errno == EAGAIN) {
			hang_up(talk);
			talk->due_us = talk_now_us() + RETRY_OPEN_US;
		} else {
			give_up(talk);
		}
		return false;
	}
	epoll_ctl(talk->epoll_fd, EPOLL_CTL_ADD, talk->fd, &event);
	talk->tally->connections++;
	talk->state = TALK_BUSY;
	talk->stage = WIRE_CONNECT;
	talk->first = true;
	wire_put_offer(&talk->out);
	talk->awaits = true;
	return true;
}

static enum step push(struct talk *talk)
{
	size_t len;
	ssize_t sent;

	while (talk->out_at < talk->out.len) {
		len = talk->out.len - talk->out_at;
		sent = send(talk->fd, talk->out.data + talk->out_at,
		    len < talk->run->write_bytes ? len : talk->run->write_bytes, MSG_NOSIGNAL);
		if (sent < 0 && (errno == EAGAIN || errno == ENOTCONN))
			return BLOCKED;
		if (sent < 0)
			return BROKEN;
		talk->out_at += (size_t)sent;
	}
	kj_buf_clear(&talk->out);
	talk->out_at = 0;
	talk->flush = false;
	return GO_ON;
}

static enum step pull(struct talk *talk)
{
	char piece[4096];
	ssize_t got = recv(talk->fd, piece, sizeof piece, 0);

	if (got < 0 && errno == EAGAIN)
		return BLOCKED;
	if (got <= 0)
		return BROKEN;
	kj_buf_add(&talk->in, piece, (size_t)got);
	return talk->in.truncated ? BROKEN : GO_ON;
}

static enum outcome outcome_of(const struct wire_reply *reply)
{
	switch (reply->command) {
	case SMFIR_CONTINUE: return OUT_CONTINUE;
	case SMFIR_ACCEPT: return OUT_ACCEPT;
	case SMFIR_TEMPFAIL: return OUT_TEMPFAIL;
	case SMFIR_REJECT: return OUT_REJECT;
	case SMFIR_DISCARD: return OUT_DISCARD;
	case SMFIR_REPLYCODE: return reply->len && reply->data[0] == '4' ? OUT_TEMPFAIL : OUT_REJECT;
	default: return OUT_OTHER;
	}
}

/* The mail has its final reply. */
static void finish_mail(struct talk *talk, enum outcome outcome, bool at_eom)
{
	struct tally *tally = talk->tally;
	uint64_t now_us = talk_now_us();

	tally->mails++;
	tally->outcomes[outcome]++;
	tally->body_bytes += talk->mail->body.len;
	waits_add(talk->first ? &tally->from_connect : &tally->from_mail, now_us - talk->begun_us);
	if (at_eom)
		waits_add(&tally->from_eom, now_us - talk->eom_us);
	talk->first = false;
	talk->stage = WIRE_MAIL;
	talk->mail = NULL;
	talk->mails_left--;
	wire_put(&talk->out, SMFIC_ABORT, NULL, 0);
}

/* Replies that change the mail; more follow until the final one. */
static bool take_edit(struct talk *talk, const struct wire_reply *reply)
{
	static const struct {
		char command;
		enum edit edit;
	} rows[] = {{SMFIR_INSHEADER, EDIT_INSERT}, {SMFIR_ADDHEADER, EDIT_ADD},
	    {SMFIR_CHGHEADER, EDIT_CHANGE}, {SMFIR_QUARANTINE, EDIT_OTHER}, {SMFIR_CHGFROM, EDIT_OTHER},
	    {SMFIR_ADDRCPT, EDIT_OTHER}, {SMFIR_ADDRCPT_PAR, EDIT_OTHER}, {SMFIR_DELRCPT, EDIT_OTHER},
	    {SMFIR_REPLBODY, EDIT_OTHER}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].command == reply->command) {
			talk->tally->edits[rows[i].edit]++;
			return true;
		}
	return false;
}

/* A recipient was refused: the mail goes on while others are left. */
static void take_refusal(struct talk *talk, enum outcome outcome)
{
	if (++talk->refused == talk->mail->rcpt_count)
		finish_mail(talk, outcome, false);
}

static void take_reply(struct talk *talk, const struct wire_reply *reply)
{
	enum wire_stage stage = talk->awaited;

	if (!talk->agreed) {
		talk->agreed = wire_agree(reply, &talk->terms);
		talk->broken = !talk->agreed;
		talk->awaits = false;
		return;
	}
	if (reply->command == SMFIR_PROGRESS || (stage == WIRE_EOM && take_edit(talk, reply)))
		return;
	talk->awaits = false;
	if (stage == WIRE_EOM) {
		finish_mail(talk, outcome_of(reply), true);
	} else if (stage == WIRE_BODY && reply->command == SMFIR_SKIP) {
		talk->stage = WIRE_EOM;
	} else if (reply->command != SMFIR_CONTINUE) {
		if (stage == WIRE_RCPT && reply->command != SMFIR_ACCEPT && reply->command != SMFIR_DISCARD) {
			take_refusal(talk, outcome_of(reply));
			return;
		}
		finish_mail(talk, outcome_of(reply), false);
		if (stage == WIRE_CONNECT || stage == WIRE_HELO)
			talk->mails_left = 0; /* said of the whole connection */
	}
}

/* Read until there is a reply, then take it. */
static enum step listen_to(struct talk *talk)
{
	struct wire_reply reply;
	enum step step;
	long used;

	while ((used = wire_take(talk->in.data, talk->in.len, &reply)) == 0) {
		step = pull(talk);
		if (step != GO_ON)
			return step;
	}
	if (used < 0)
		return BROKEN;
	take_reply(talk, &reply);
	talk->in.len -= (size_t)used;
	memmove(talk->in.data, talk->in.data + used, talk->in.len);
	return talk->broken ? BROKEN : GO_ON;
}

/* Between two mails of a connection. */
static void next_mail(struct talk *talk)
{
	if (talk->mails_left == 0 || !claim(talk)) {
		wire_put(&talk->out, SMFIC_QUIT, NULL, 0);
		talk->quit = true;
	} else if (talk->due_us > talk_now_us()) {
		talk->state = TALK_RESTING;
		talk->begun_us = 0;
	} else {
		talk->begun_us = talk_now_us();
	}
}

/* The client's round trip. What is in the buffer stays there meanwhile, as it does in Postfix. */
static void rest(struct talk *talk)
{
	talk->pause = false;
	talk->state = TALK_RESTING;
	talk->due_us = talk_now_us() + talk->run->gap_us;
}

static enum step speak(struct talk *talk)
{
	while (!talk->awaits && !talk->quit && !talk->flush &&
	       talk->out.len - talk->out_at < talk->run->write_bytes && talk->state == TALK_BUSY) {
		if (talk->pause)
			rest(talk);
		else if (talk->mail)
			talk_put_next(talk);
		else
			next_mail(talk);
	}
	if (talk->out.truncated)
		return BROKEN;
	return talk->state == TALK_RESTING ? BLOCKED : push(talk);
}

static enum step busy(struct talk *talk)
{
	enum step step = speak(talk);

	if (step == GO_ON && talk->awaits)
		step = listen_to(talk);
	else if (step == GO_ON && talk->quit) {
		hang_up(talk);
		prepare(talk);
	}
	return step;
}

void talk_run(struct talk *talk)
{
	enum step step = GO_ON;

	while (step == GO_ON && talk->state != TALK_DONE) {
		if (talk->state != TALK_BUSY && talk->due_us > talk_now_us())
			return;
		if (talk->state == TALK_CLOSED && !open_talk(talk))
			return;
		if (talk->state == TALK_RESTING) {
			talk->state = TALK_BUSY;
			if (!talk->begun_us)
				talk->begun_us = talk_now_us();
		}
		step = busy(talk);
	}
	if (step == BROKEN)
		give_up(talk);
}
