/*
 * html_walk.h - a parsed document to streams
 *
 * Private to message/.
 */
#ifndef KJ_HTML_WALK_H
#define KJ_HTML_WALK_H

#include <gumbo.h>
#include <stdbool.h>

#include "streams.h"

struct kj_arena;

/* kj_html_walk - append what the document says to the streams; scratch memory comes from the arena. -KJ_ENOMEM. */
int kj_html_walk(struct kj_streams *streams, struct kj_arena *arena, const GumboOutput *output, bool quoted);

#endif
