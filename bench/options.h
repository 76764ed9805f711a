/*
 * options.h - what milter_load is told on its command line
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "bench/talk.h"

#define OPTIONS_THREADS_MAX 8

struct options {
	const char *socket, *json;
	unsigned connections, mails, mails_per_connection, threads, distinct;
	double rate, gap_ms;
	uint64_t seed;
	struct mail_limits limits;
	struct crowd crowd;
	bool names;
	long print_mail;
};

extern const char options_usage[];

/* options_take - defaults, then the arguments; false for what is malformed or out of range */
bool options_take(int argc, char **argv, struct options *options);

/* options_socket - "unix:PATH" or "inet:PORT@IPV4" as an address for the run; false if it is neither (or NULL) */
bool options_socket(const char *text, struct talk_run *run);

#endif
