/*
 * letter.h - one mail with its envelope, as it comes to the server
 *
 * Threads: one letter is used by one thread.
 */
#ifndef SIM_LETTER_H
#define SIM_LETTER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/sim/world.h"
#include "kanjiki/buf.h"

struct letter {
	const struct host *host;
	struct domain *domain; /* of the envelope sender; NULL: it is none of the world's */
	char helo[2 * WORLD_NAME], sender[4 * WORLD_NAME], rcpt[WORLD_NAME];
	struct kj_buf fields; /* name NUL value NUL, again and again */
	struct kj_buf body;
};

/* What the header says; strings are never NULL, "" leaves a field out. */
struct letter_head {
	const char *from_name, *from, *to, *subject; /* in UTF-8 */
	const char *message_host;                    /* of Message-ID */
	int64_t date_s;
	uint64_t id;
};

/* letter_clear - a letter without anything; letter_free - give its memory back */
void letter_clear(struct letter *letter);
void letter_free(struct letter *letter);
void letter_copy(const struct letter *from, struct letter *to);

void letter_field(struct letter *letter, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* letter_head - the fields that all mails have, in the usual order */
void letter_head(struct letter *letter, const struct letter_head *head);

/* letter_date - as mail writes it, into 40 bytes */
const char *letter_date(int64_t date_s, char out[40]);

enum letter_form { LETTER_PLAIN, LETTER_BOTH, LETTER_HTML, LETTER_FILE };

/* letter_text - the text (UTF-8), with the fields of MIME: alone, beside its HTML, as HTML, or with a file attached */
void letter_text(struct letter *letter, enum letter_form form, const char *text, struct rng *rng);

#endif
