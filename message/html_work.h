/*
 * html_work.h - what it will cost to parse a document
 *
 * Private to message/.
 */
#ifndef KJ_HTML_WORK_H
#define KJ_HTML_WORK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * kj_html_is_costly - whether a document has too many open elements over too much text
 *
 * gumbo looks through all open elements for a letter behind unclosed formatting, and for an end tag that closes none. So
 * its time grows with the number of elements that are open, summed up over all bytes. Where it is not sure that an
 * element is closed, it counts as open here: the sum may be too high, never too low.
 * Takes:  how many elements may be open at once, and the highest sum.
 * Gives:  true also when out of memory.
 * Threads: safe.
 */
bool kj_html_is_costly(const char *html, size_t len, size_t max_open, size_t max_work);

#endif
