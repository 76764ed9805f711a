/*
 * crowd.h - who sends the generated mails
 *
 * The clients live in consecutive /24 networks of 198.18.0.0/15, the range reserved for benchmarks (RFC 2544
 * section 11, appendix C.2.2); each network belongs to one sender domain. Everything about client n follows from n,
 * so that the DNS world of a run (milter_load --names) and its mails always agree.
 *
 * Threads: a crowd is only read.
 */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include <stdbool.h>
#include <stdio.h>

#define CROWD_NETS_MAX  512
#define CROWD_HOSTS_MAX 250

struct crowd {
	unsigned nets;  /* distinct /24s, 1 .. CROWD_NETS_MAX */
	unsigned hosts; /* addresses used of each, 1 .. CROWD_HOSTS_MAX */
};

struct client {
	char addr[32];
	char name[64]; /* PTR and its A record; "unknown" where there is none */
	char helo[64];
	char domain[64]; /* of the network's owner */
	bool listed;     /* on the DNS blocklist of the run */
};

/* crowd_client - describe client n (any number; wraps at nets * hosts) */
void crowd_client(const struct crowd *crowd, unsigned n, struct client *client);

/* crowd_print - the names of the run, one a line, tab-separated: "client ADDR NAME HELO DOMAIN listed|clean" */
void crowd_print(const struct crowd *crowd, FILE *out);

#endif
