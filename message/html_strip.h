/*
 * html_strip.h - the poor man's reading of HTML, and URLs in text
 *
 * Private to message/. Threads: all calls are safe.
 */
#ifndef KJ_HTML_STRIP_H
#define KJ_HTML_STRIP_H

#include <stdbool.h>
#include <stddef.h>

#include "kanjiki/buf.h"
#include "streams.h"

/* kj_references_add - append text, with numeric character references (&#228; &#xe4;) as the characters they mean. List
 * servers that turn HTML into plain text leave them, and some senders write nothing else. Named ones stay: in a plain text
 * they are as likely meant as they stand. */
void kj_references_add(struct kj_buf *out, const char *text, size_t len);

/* kj_html_strip - append what stands outside of tags to the visible or the quoted stream, comments to theirs, and gather
 * the targets of links. Of named entities those are read that mail is full of or that split words. One pass. */
void kj_html_strip(struct kj_streams *streams, const char *html, size_t len, bool quoted);

/* kj_count_urls - how many bare URLs (http://, https://, www.) a text has */
unsigned kj_count_urls(const char *text, size_t len);

#endif
