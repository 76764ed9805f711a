/*
 * plain.h - text/plain to own words and quoted words, and whether two texts say the same
 *
 * Private to message/.
 */
#ifndef KJ_PLAIN_H
#define KJ_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "html.h"

struct kj_plain_format {
	bool quoted;                /* all of it is */
	bool flowed, delsp;         /* RFC 3676 */
	const struct kj_said *said; /* lines that are in there are left out; NULL for none */
};

/* kj_plain_read - append the text to the streams, line by line; lines that begin with '>' are quoted. Threads:
 * safe, one set of streams per call. */
void kj_plain_read(
    struct kj_streams *streams, const char *text, size_t len, const struct kj_plain_format *format);

/* What a text says: the set of its runs of eight bytes, blanks left out. */
struct kj_said {
	uint64_t *bits;
	size_t mask;
};

/* kj_said_make - the set of a text; -KJ_ENOMEM. kj_said_free - NULL bits are allowed. */
int kj_said_make(struct kj_said *said, const char *text, size_t len);
void kj_said_free(struct kj_said *said);

/* kj_said_has - whether nearly all of a line is in the set: 1 yes, 0 no, -1 if it is too short to tell. URLs do
 * not count: HTML has them in its links. */
int kj_said_has(const struct kj_said *said, const char *line, size_t len);

#endif
