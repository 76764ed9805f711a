/*
 * mime.h - the structure of a message: its parts, and where their text lies
 *
 * Private to message/.
 */
#ifndef KJ_MIME_H
#define KJ_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "kanjiki/message.h"

struct kj_arena;

/* A part that has text to be read, still in its transfer encoding. */
struct kj_mime_text {
	const struct kj_part *part;
	const char *data; /* not NUL-terminated */
	size_t len;
	unsigned alternative; /* number of the multipart/alternative it belongs to; 0 if none */
	bool quoted;          /* inside message/rfc822 or a report: other people's words */
	bool flowed, delsp;   /* format=flowed; delsp=yes (RFC 3676) */
};

struct kj_mime {
	struct kj_part *parts;
	unsigned part_count;
	struct kj_mime_text *texts;
	unsigned text_count;
	unsigned marks;
	void *copy;  /* what texts point into, besides the body; for kj_mime_free() */
	char *lines; /* the body with other line ends, likewise */
};

/*
 * kj_mime_read - find the parts of a message
 *
 * Takes:   the header fields, of which those that describe the body are used; the body, borrowed until
 *          kj_mime_free().
 * Gives:   *ret_mime; parts and texts are in the arena.
 * Errors:  -KJ_ENOMEM, *ret_mime untouched.
 * Threads: safe; GMime is initialised once, by the first caller.
 */
int kj_mime_read(struct kj_arena *arena, const struct kj_field *fields, unsigned field_count,
    const char *body, size_t body_len, const struct kj_message_limits *limits, struct kj_mime *ret_mime);

/* kj_mime_free - the data of the texts is gone afterwards, the parts stay */
void kj_mime_free(struct kj_mime *mime);

#endif
