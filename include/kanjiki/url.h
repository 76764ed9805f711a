/*
 * url.h - the places a mail wants its reader to go: links and bare URLs, by host and org domain
 */
#ifndef KJ_URL_H
#define KJ_URL_H

#include <stdbool.h>
#include <stddef.h>

#define KJ_URL_MAX  1024 /* bytes kept of one */
#define KJ_URLS_MAX 256  /* hosts in one mail; more set KJ_MARK_URLS */

/* One host, as the target of links or as it stands in the text. Many URLs of one host are one entry, the first. */
struct kj_url {
	const char *text; /* as written, cut at KJ_URL_MAX bytes */
	const char *host; /* normalised (name.h), or an address in text form without brackets; never empty */
	const char *org;  /* its org domain (a part of host); the address itself for an address */
	const char
	    *shown_host; /* what a link's own text names, if it is a URL or host of another org; else NULL */
	bool is_link;    /* the target of a link; false: it stands in the text */
	bool hidden;     /* nowhere seen: only in hidden text */
	bool quoted;     /* only in quoted text: other people's words */
};

#endif
