/*
 * flight.h - open questions on their way: what the files of the resolver share
 *
 * A flight is one question that has no answer yet; askers wait for it, tries are packets of it that may still be
 * answered. Flights are born under the lock in any thread, and end in the resolver's thread only: so that thread
 * may let go of the lock while it reads a reply, and still find the flight there. Callbacks are called without the
 * lock: what ends is moved to the list of what is ready, and that is handed out last.
 *
 *   resolver.c  the contract of resolver.h and the thread
 *   asker.c     flights and their askers: birth, joining, end
 *   flight.c    when what is sent to whom
 *   window.c    how many at a time
 *   inbox.c     what comes back
 */
#ifndef KJ_LOOKUP_FLIGHT_H
#define KJ_LOOKUP_FLIGHT_H

#include <pthread.h>

#include "cache.h"
#include "kanjiki/hash.h"
#include "tcp.h"
#include "timers.h"

#define KJ_FLIGHT_BUCKETS 65536
#define KJ_TRY_BUCKETS    8192
#define KJ_INBOX_PACKETS  16
#define KJ_INBOX_BYTES    1536 /* a longer reply over UDP than we said we take counts as truncated */

enum kj_timer_kind {
	KJ_TIMER_ASKER,
	KJ_TIMER_FLIGHT,
};

struct kj_asker {
	struct kj_timer timer; /* its deadline */
	struct kj_asker *prev, *next;
	struct kj_flight *flight;
	kj_dns_done_fn *done;
	void *context;
	const struct kj_dns_answer *answer; /* once it is ready */
};

/* What was sent to one server. Sending again to the same server uses the same id and socket, so that a late answer
 * to the first packet still counts, and a forger is given no second target. */
struct kj_try {
	struct kj_try *chain;       /* same bucket of ids */
	struct kj_try *prev, *next; /* same socket */
	struct kj_flight *flight;
	struct kj_socket *socket; /* NULL: not waiting */
	uint16_t id;
	int64_t sent_ms;
};

/* Flights in order of arrival. */
struct kj_flight_line {
	struct kj_flight *first, *last;
	uint32_t count;
};

struct kj_flight {
	struct kj_timer timer;         /* when to do something about it */
	struct kj_flight *chain;       /* same bucket */
	struct kj_flight *prev, *next; /* in its line */
	struct kj_flight_line *line;   /* in which it stands; NULL: in none */
	int64_t started_ms;            /* when it was first sent */
	uint64_t hash;
	struct kj_query query;
	struct kj_asker *askers;
	struct kj_tcp *tcp;
	bool refused;      /* nobody is there where it was sent last */
	bool paused;       /* nothing was sent; go on when the timer ends */
	bool guessed;      /* somebody tried to guess its id: TCP is asked, if there is any */
	bool no_tcp;       /* and there was none */
	unsigned misses;   /* replies to it under a wrong id, since it was last sent to anybody anew */
	unsigned server;   /* asked last */
	unsigned tried;    /* bit set of servers, this round */
	unsigned errored;  /* bit set of servers that answered with an error or nonsense */
	unsigned plain;    /* bit set of servers that are asked without EDNS */
	unsigned refusals; /* rounds in which nobody was there */
	unsigned sends, step;
	struct kj_try tries[]; /* one for each server */
};

struct kj_inbox {
	struct kj_flight *flight;
	unsigned server;
	const uint8_t *packet;
	size_t len;
	bool cut; /* longer than the buffer */
};

struct kj_resolver {
	pthread_mutex_t lock;
	pthread_t thread;
	const struct kj_clock *clock;
	struct kj_resolver_config config; /* without server names, defaults filled in */
	struct kj_hash_key key;
	struct kj_cache *cache;
	struct kj_timers timers;
	struct kj_upstream upstream;
	struct kj_resolver_stats stats;
	struct kj_flight *flights[KJ_FLIGHT_BUCKETS];
	struct kj_try *tries[KJ_TRY_BUCKETS];
	struct kj_flight_line queue;  /* not sent yet */
	struct kj_flight_line window; /* sent just now: what in_flight_max bounds */
	struct kj_flight_line slow;   /* sent, and not answered at once */
	unsigned tcp_count;
	struct kj_asker *ready_first, *ready_last;
	enum kj_watch wake_watch;
	int epoll_fd, wake_fd;
	bool closing, sleeping;
	int64_t wake_at_ms; /* when the sleeping thread will wake by itself */
	int64_t active_ms;  /* when it was last asked anything */
	uint8_t packets[KJ_INBOX_PACKETS][KJ_INBOX_BYTES];
};

/* All calls are made with the lock held; now_ms is the resolver's clock. */

/* asker.c: kj_flight_find - the flight of the same question; NULL if there is none */
struct kj_flight *kj_flight_find(struct kj_resolver *r, const struct kj_query *query, uint64_t hash);

/* kj_flight_new - a flight nobody waits for yet, neither queued nor sent; NULL when out of memory */
struct kj_flight *kj_flight_new(struct kj_resolver *r, const struct kj_query *query, uint64_t hash);

/* kj_flight_drop - forget a flight without askers */
void kj_flight_drop(struct kj_resolver *r, struct kj_flight *flight);

/* kj_flight_finish - hand the answer (borrowed) to all askers, keep it for ttl_s (0: not at all), forget */
void kj_flight_finish(struct kj_resolver *r, struct kj_flight *flight, const struct kj_dns_answer *answer,
    uint32_t ttl_s, int64_t now_ms);

/* kj_flight_stand - at the end of a line; _leave - no longer in any */
void kj_flight_stand(struct kj_flight_line *line, struct kj_flight *flight);
void kj_flight_leave(struct kj_flight *flight);

/* kj_asker_add - join a flight; -KJ_ENOMEM */
int kj_asker_add(struct kj_resolver *r, struct kj_flight *flight, int64_t deadline_ms, kj_dns_done_fn *done,
    void *context);

/* kj_asker_expired - its deadline has passed: it gets KJ_DNS_TIMEOUT; the flight goes on, unless still queued */
void kj_asker_expired(struct kj_resolver *r, struct kj_asker *asker);

/* kj_askers_deliver - call back all who are ready. Lets go of the lock meanwhile. */
void kj_askers_deliver(struct kj_resolver *r);

/* flight.c: kj_flight_start - send for the first time. Does not end the flight. */
void kj_flight_start(struct kj_resolver *r, struct kj_flight *flight, int64_t now_ms);

/* window.c: kj_window_leave - the flight is one of the slow ones, if there is room among them */
void kj_window_leave(struct kj_resolver *r, struct kj_flight *flight);

/* kj_window_has_room - whether another flight may start; _opens_ms - when there may be room at the latest */
bool kj_window_has_room(struct kj_resolver *r, int64_t now_ms);
int64_t kj_window_opens_ms(const struct kj_resolver *r);

/* kj_flight_expired - its timer has ended; may end the flight */
void kj_flight_expired(struct kj_resolver *r, struct kj_flight *flight, int64_t now_ms);

/* kj_flight_settle - a reply of the server was read: rc and answer as of kj_wire_parse(); may end the flight */
void kj_flight_settle(struct kj_resolver *r, struct kj_flight *flight, unsigned server, int rc,
    const struct kj_dns_answer *answer, int64_t now_ms);

/* kj_flight_plainly - the server does not understand EDNS: ask it again without */
void kj_flight_plainly(struct kj_resolver *r, struct kj_flight *flight, unsigned server, int64_t now_ms);

/* kj_flight_by_tcp - the answer was truncated */
void kj_flight_by_tcp(struct kj_resolver *r, struct kj_flight *flight, unsigned server, int64_t now_ms);

/* kj_flight_missed - the server sent a reply to its question, under an id that nobody waits for */
void kj_flight_missed(struct kj_resolver *r, struct kj_flight *flight, unsigned server, int64_t now_ms);

/* kj_flight_tcp_failed - the connection brought no reply; may end the flight */
void kj_flight_tcp_failed(struct kj_resolver *r, struct kj_flight *flight, int64_t now_ms);

/* kj_try_release - no longer wait for an answer to it */
void kj_try_release(struct kj_resolver *r, struct kj_try *try);

/* kj_socket_refused - the system says that nobody is there, to all who wait on the socket */
void kj_socket_refused(struct kj_resolver *r, struct kj_socket *socket, int64_t now_ms);

/* inbox.c: kj_inbox_udp, _tcp - the socket is ready. Let go of the lock while a reply is read. */
void kj_inbox_udp(struct kj_resolver *r, struct kj_socket *socket);
void kj_inbox_tcp(struct kj_resolver *r, struct kj_tcp *tcp);

#endif
