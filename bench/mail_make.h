/*
 * mail_make.h - generated mails
 *
 * Mail n of a seed is always the same mail: size log-uniform between the limits, one of ten structures, 12 to 30
 * header fields as a mail that crossed a few servers has them.
 *
 * Threads: a made mail is only read.
 */
#ifndef BENCH_MAIL_MAKE_H
#define BENCH_MAIL_MAKE_H

#include <stdint.h>

#include "bench/crowd.h"
#include "kanjiki/buf.h"

struct mail_limits {
	size_t low_bytes, high_bytes; /* of the body */
};

struct mail {
	struct kj_buf
	    fields; /* name NUL value NUL, again and again; values as Postfix hands them over: LF folds */
	struct kj_buf body;
	unsigned field_count;
	unsigned rcpt_count;
	const char *kind;
};

/* mail_make - mail n, from that client; false when out of memory. mail_free - gives its memory back. */
bool mail_make(uint64_t seed, unsigned n, const struct mail_limits *limits, const struct client *client,
    struct mail *mail);
void mail_free(struct mail *mail);

/* mail_print - the mail as a file (milter_load --print-mail) */
void mail_print(const struct mail *mail, FILE *out);

#endif
