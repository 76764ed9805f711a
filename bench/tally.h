/*
 * tally.h - what a run of the load generator counted
 *
 * Threads: each has its own tally; they are merged at the end.
 */
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum outcome { OUT_CONTINUE, OUT_ACCEPT, OUT_TEMPFAIL, OUT_REJECT, OUT_DISCARD, OUT_OTHER, OUT_COUNT };
enum edit { EDIT_INSERT, EDIT_ADD, EDIT_CHANGE, EDIT_OTHER, EDIT_COUNT };

/* Waits in microseconds. */
struct waits {
	uint32_t *us;
	size_t count, size;
};

struct tally {
	struct waits from_connect; /* first mail of each connection: connect(2) to final reply */
	struct waits from_mail;    /* the later mails of it: MAIL to final reply */
	struct waits from_eom;     /* every mail: end of message to final reply */
	uint64_t outcomes[OUT_COUNT], edits[EDIT_COUNT];
	uint64_t mails, connections, errors, body_bytes;
};

struct tally_run {
	const char *socket;
	unsigned connections;
	uint64_t wall_us, cpu_us; /* cpu: of the generator itself */
};

/* waits_add - false when out of memory */
bool waits_add(struct waits *waits, uint64_t us);

/* tally_merge - add `from` to `to`; tally_free - give its memory back */
bool tally_merge(struct tally *to, const struct tally *from);
void tally_free(struct tally *tally);

/* tally_table, tally_json - print it; they sort the waits */
void tally_table(struct tally *tally, const struct tally_run *run, FILE *out);
void tally_json(struct tally *tally, const struct tally_run *run, FILE *out);

#endif
