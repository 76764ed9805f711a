/*
 * mail_parts.h - what a generated mail is made of; between mail_make.c, mail_body.c and mail_fields.c
 */
#ifndef BENCH_MAIL_PARTS_H
#define BENCH_MAIL_PARTS_H

#include "bench/mail_make.h"
#include "bench/mail_text.h"

struct draft {
	struct rng rng;
	enum language language;
	enum tone tone;
	const char *charset;  /* of headers and plain text */
	size_t size_bytes;    /* about what the body shall have */
	char type[160];       /* Content-Type of the mail */
	const char *transfer; /* its Content-Transfer-Encoding, NULL for none */
	char day[40];         /* of Date and Received */
	const struct client *client;
	struct mail *mail;
};

/* body_make - one of the structures; sets type, transfer and mail->kind */
void body_make(struct draft *draft);

/* fields_make - the header of it, when the body is known */
void fields_make(struct draft *draft);

#endif
