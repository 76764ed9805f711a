/*
 * talk.h - one connection to the filter, as Postfix leads it
 *
 * A talk is a state machine without waiting: talk_run() writes and reads what the socket allows and comes back. It
 * claims mail after mail from the run, says QUIT after its share and opens again, until no mails are left.
 *
 * As Postfix does: a reply is awaited for every event but those the filter said it will not answer; what is written
 * meanwhile stays in a buffer until it is full, a reply is awaited, or smtpd hands the connection over to
 * cleanup (at DATA); macros are sent even for events that are not wanted; ABORT follows each mail.
 *
 * Threads: a talk belongs to one thread; the run is shared, its counter is atomic.
 */
#ifndef BENCH_TALK_H
#define BENCH_TALK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "bench/crowd.h"
#include "bench/mail_make.h"
#include "bench/milter_wire.h"
#include "bench/tally.h"

struct talk_run {
	struct sockaddr_storage addr;
	socklen_t addr_len;
	size_t
	    write_bytes; /* Postfix's buffer: VSTREAM_BUFSIZE, over TCP twice the segment size of loopback */
	struct crowd crowd;
	const struct mail *mails; /* mail m is from the network m % crowd.nets; used again and again */
	unsigned mail_count;      /* a multiple of crowd.nets */
	unsigned total;           /* mails to send */
	unsigned mails_per_connection;
	double rate; /* mails a second, 0: as fast as it goes */
	uint64_t
	    gap_us; /* the client's round trip: between the commands of the envelope, and before the content */
	uint64_t seed, begin_us;
	atomic_uint claimed, opened;
};

enum talk_state {
	TALK_CLOSED,  /* wants to open, not before due_us */
	TALK_RESTING, /* between mails or commands, until due_us */
	TALK_BUSY,    /* waits for its socket */
	TALK_DONE,    /* no mails are left */
};

struct talk {
	struct talk_run *run;
	struct tally *tally;
	int epoll_fd, fd;
	enum talk_state state;
	uint64_t due_us;

	struct wire_terms terms;
	struct kj_buf out, in;
	size_t out_at;
	bool agreed, awaits, flush, pause, quit, broken;
	enum wire_stage awaited;

	struct client client;
	const struct mail *mail; /* NULL between mails */
	unsigned client_no, mail_no, mails_left;
	enum wire_stage stage;  /* the next event */
	unsigned item, refused; /* of recipients, fields */
	size_t at;              /* in fields, body */
	uint64_t begun_us, eom_us;
	bool first;
	char queue_id[24], sender[128], rcpt[64];
};

uint64_t talk_now_us(void);

void talk_init(struct talk *talk, struct talk_run *run, struct tally *tally, int epoll_fd);

/* talk_run - go as far as the socket and the time allow */
void talk_run(struct talk *talk);

/* talk_free - close and forget, in any state */
void talk_free(struct talk *talk);

#endif
