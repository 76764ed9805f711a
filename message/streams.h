/*
 * streams.h - the text of a message while it is gathered
 *
 * Private to message/. Threads: one set of streams is used by one thread at a time.
 */
#ifndef KJ_STREAMS_H
#define KJ_STREAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "kanjiki/buf.h"
#include "kanjiki/text.h"

struct kj_arena;
struct kj_urls;

/* What was noticed on the way, too. */
struct kj_streams {
	struct kj_buf visible, hidden, quoted, comments;
	struct kj_urls *urls; /* NULL if nobody wants them */
	struct {
		size_t visible, hidden, quoted;
	} searched; /* for bare URLs, so far */
	unsigned links;
	unsigned nodes; /* of HTML parsed so far: one budget for all documents of a message */
	unsigned marks;
};

#define KJ_STREAMS_INIT(max)                                                                                 \
	((struct kj_streams){.visible = KJ_BUF_INIT(max),                                                    \
	    .hidden = KJ_BUF_INIT(max),                                                                      \
	    .quoted = KJ_BUF_INIT(max),                                                                      \
	    .comments = KJ_BUF_INIT(max)})

void kj_streams_free(struct kj_streams *streams);

/* kj_streams_begin_part - an empty line in each stream that has something */
void kj_streams_begin_part(struct kj_streams *streams);

/* kj_streams_search - gather the bare URLs of what came since the last call; kj_streams_pass - there are none in it */
void kj_streams_search(struct kj_streams *streams);
void kj_streams_pass(struct kj_streams *streams);

/* kj_stream_keep - a stream's text in the arena, not cut inside a character, without blanks at its end; true in *ret_cut
 * if there was more. -KJ_ENOMEM. */
int kj_stream_keep(
    struct kj_arena *arena, const struct kj_buf *stream, struct kj_text *ret_text, bool *ret_cut);

#endif
