/*
 * lookup_world.h - a small DNS world for tests: a real NSD with zones of its own, and scripted servers for what no
 * real server does on command
 */
#ifndef KJ_TEST_LOOKUP_WORLD_H
#define KJ_TEST_LOOKUP_WORLD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/clock.h"
#include "kanjiki/resolver.h"

/* nsd_start - serve the zone files ZONE.zone of tests/unit/zones on a free port of 127.0.0.1; exits the test
 * program if that fails. nsd_stop - end it and remove its files. "127.0.0.1:PORT" in between. */
void nsd_start(void);
void nsd_stop(void);
extern char nsd_server[32];

/* What a scripted server does with a question. Its true answer is 192.0.2.1, for TXT a text of n bytes (64 if 0);
 * forged answers say 203.0.113.66. */
enum act {
	ACT_ANSWER,
	ACT_SILENT,   /* nothing */
	ACT_LATE,     /* to the first packet the answer, but only when a second has come; to others nothing */
	ACT_LOSE,     /* nothing to the first n packets, then the answer */
	ACT_RCODE,    /* response code n */
	ACT_DELAY,    /* the answer after n milliseconds */
	ACT_WRONG_ID, /* a forged answer under another id, then the true one */
	ACT_WRONG_QUESTION, /* a forged answer to another name, then the true one */
	ACT_WRONG_TYPE,     /* a forged answer to another type, then the true one */
	ACT_WRONG_SOURCE,   /* a forged answer from another port, then the true one */
	ACT_NO_REPLY,       /* a forged answer without the QR bit, then the true one */
	ACT_TRUNCATE,       /* TC over UDP, the answer over TCP */
	ACT_HANG,           /* TC over UDP, nothing over TCP */
	ACT_GARBAGE,        /* the right head, then noise */
	ACT_LOOP,           /* a CNAME that points to itself */
	ACT_REFERRAL,       /* "ask somebody else" */
	ACT_NO_EDNS,        /* FORMERR without question to a question with EDNS, else the answer */
	ACT_NO_TTL,         /* the answer, with a TTL of 0 */
	ACT_NODATA,         /* no record of that type */
	ACT_NO_RECURSION,   /* nothing, and no recursion offered */
	ACT_BADVERS,        /* nothing, with an extended response code of 16 */
};

struct script {
	const char *name; /* "" is any */
	enum act act;
	int n;
	int type; /* 0: any */
};

struct responder {
	char server[32];             /* "127.0.0.1:PORT" */
	atomic_uint udp, tcp;        /* packets that came */
	const struct script *script; /* ends with a row whose name is NULL: what is not in it is refused */
	int udp_fd, tcp_fd, stop_fds[2];
	unsigned seen[32]; /* by row */
	uint8_t held[600]; /* ACT_LATE: the first packet */
	size_t held_len;
	uint16_t held_port;
	void *thread;
};

struct responder *responder_start(const struct script *script);
void responder_stop(struct responder *responder);

/* A port on which nobody listens. */
void closed_server(char out[32]);

/* resolver_with - a resolver that asks these servers, the last of them NULL, and waits retry_ms before it asks again:
 * little where a packet gets lost, and PATIENT where packets are counted, however busy the machine is */
#define PATIENT 5000
struct kj_resolver *resolver_with(const char *const *servers, uint32_t retry_ms);

/* A clock that a test can put forward. */
struct test_clock {
	struct kj_clock clock;
	_Atomic int64_t ahead_ms;
	bool frozen; /* only ahead_ms counts */
};
void test_clock_init(struct test_clock *clock);

/* ask_for - ask and wait for the answer; the caller drops the reference */
struct kj_dns_answer *ask_for(
    struct kj_resolver *resolver, const char *name, enum kj_dns_type type, int64_t within_ms);

/* An asker that waits: give waiter_done and the waiter to kj_resolver_ask(). */
struct waiter {
	atomic_uint calls;
	_Atomic(struct kj_dns_answer *) answer;
};
void waiter_done(void *context, const struct kj_dns_answer *answer);
void waiter_wait(struct waiter *waiter);

int64_t now_ms(void);

#endif
