/*
 * html.h - HTML to what a reader sees, does not see, and quotes
 *
 * Private to message/.
 */
#ifndef KJ_HTML_H
#define KJ_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "streams.h"

/*
 * kj_html_read - append the text of an HTML document to the streams
 *
 * Block elements and <br> break lines; runs of blanks become one, except in <pre>. Comments and hidden text
 * leave no blank behind, so that words which they split are whole again. <blockquote> goes to quoted, as does
 * everything if `quoted` is set. Comments go to a stream of their own, Outlook's conditional ones included.
 * Neither the title nor what stands for a picture is text.
 * A document that costs too much to parse (nested or filled beyond the limits in html.c) is read by stripping
 * its tags, all as visible, with KJ_MARK_DEPTH.
 * Takes:   valid UTF-8.
 * Errors:  -KJ_ENOMEM.
 * Threads: safe, one set of streams per call.
 */
int kj_html_read(struct kj_streams *streams, const char *html, size_t len, bool quoted);

#endif
