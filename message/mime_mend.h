/*
 * mime_mend.h - what a parser of MIME stumbles over and a reader does not see
 *
 * Private to message/. Threads: all calls are safe.
 */
#ifndef KJ_MIME_MEND_H
#define KJ_MIME_MEND_H

#include <stdbool.h>
#include <stddef.h>

#include "kanjiki/message.h"

struct kj_arena;

/* kj_mime_has_boundary - whether a line begins with this boundary */
bool kj_mime_has_boundary(const char *body, size_t len, const char *boundary);

/* kj_mime_guess_boundary - the text of the first line of dashes behind which the fields of a part begin; NULL if there
 * is none, or when out of memory */
const char *kj_mime_guess_boundary(struct kj_arena *arena, const char *body, size_t len);

/* Where mended text goes. */
struct kj_mime_sink {
	void (*add)(void *to, const char *data, size_t len);
	void *to;
};

/*
 * kj_mime_mend - a body with the empty lines between fields and text that were forgotten
 *
 * Looked for behind the declared boundary, and behind other lines of dashes that Content- fields follow. A line behind
 * a field that ends with a semicolon is its continuation. Adds to *marks where something was missing.
 */
void kj_mime_mend(
    struct kj_mime_sink *sink, const char *body, size_t len, const char *boundary, unsigned *marks);

#endif
