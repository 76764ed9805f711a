/*
 * lookup_storm.h - a DNS server that is a function of the test: for what no server should ever send
 */
#ifndef KJ_TEST_LOOKUP_STORM_H
#define KJ_TEST_LOOKUP_STORM_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORM_BYTES 65535

struct storm;

/* A question that came; what is sent to it goes the way it came. */
struct storm_query {
	struct storm *storm;
	uint8_t data[600];
	size_t len;
	char name[256];
	unsigned type;
	bool tcp;
	int fd;
	struct sockaddr_in peer;
	bool keep_open; /* the handler may leave a TCP connection as it is until the storm ends */
};

struct storm_reply {
	uint8_t data[STORM_BYTES];
	size_t len;
};

/* Called on the storm's thread, one question at a time. */
typedef void storm_fn(struct storm_query *query);

struct storm {
	char server[32]; /* "127.0.0.1:PORT" */
	uint16_t port;
	atomic_uint udp, tcp; /* questions that came */
	unsigned seen[65536]; /* by hash of the name, for handlers that lose the first packets of each */
	struct storm_query *held;
	unsigned held_count;
	storm_fn *fn;
	int udp_fd, tcp_fd, stop_fds[2];
	int kept_fds[128];
	unsigned kept;
	void *thread;
};

/* storm_start - on a port of its own (port 0) or the one given. STORM_NO_TCP: connections are refused. */
enum storm_flags { STORM_NO_TCP = 1 };
struct storm *storm_start(storm_fn *fn, uint16_t port, int flags);
void storm_stop(struct storm *storm);

/* storm_begin - head and question of the reply; _add - a record more, its owner and target in text form; _send */
void storm_begin(const struct storm_query *query, struct storm_reply *reply);
void storm_add(struct storm_reply *reply, const char *owner, unsigned type, const void *rdata, size_t len);
void storm_add_a(struct storm_reply *reply, const char *owner, const char *addr);
void storm_add_cname(struct storm_reply *reply, const char *owner, const char *target);
void storm_send(struct storm_query *query, const struct storm_reply *reply);
void storm_send_bytes(struct storm_query *query, const void *bytes, size_t len);

/* storm_answer - the true answer: 192.0.2.1; storm_truncate - "come by TCP" */
void storm_answer(struct storm_query *query);
void storm_truncate(struct storm_query *query);

/* storm_hash - of a name, the same on every machine */
uint32_t storm_hash(const char *name);

#endif
