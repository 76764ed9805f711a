/*
 * mime_walk.h - between mime.c, which finds where the structure begins, and mime_walk.c, which goes through it
 *
 * Private to message/.
 */
#ifndef KJ_MIME_WALK_H
#define KJ_MIME_WALK_H

#include <gmime/gmime.h>

#include "mime.h"

struct kj_mime_reader {
	struct kj_arena *arena;
	const struct kj_message_limits *limits;
	struct kj_mime mime;
	const char *data; /* what the streams of GMime's parts are offsets into */
	size_t len;
	unsigned alternatives;
	int err;
};

/* The fields that describe a part, unfolded; "" where one is missing. */
struct kj_mime_head {
	const char *type, *disposition, *encoding;
};

/* What is handed down to the parts of a part. */
struct kj_mime_place {
	unsigned depth, alternative;
	bool quoted;
};

/* kj_mime_add_part - note a part; NULL at the limits or when out of memory (then r->err is set) */
struct kj_part *kj_mime_add_part(
    struct kj_mime_reader *r, const struct kj_mime_head *head, const struct kj_mime_place *place);

/* kj_mime_add_text - note that a part has text to be read; nothing happens if its type is no text */
void kj_mime_add_text(struct kj_mime_reader *r, const struct kj_part *part, const char *type_field,
    const char *data, size_t len, const struct kj_mime_place *place);

/* kj_mime_walk - note a part of GMime's and all within it */
void kj_mime_walk(struct kj_mime_reader *r, GMimeObject *object, struct kj_mime_place place);

#endif
