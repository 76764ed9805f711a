/*
 * url_host.h - the host of a URL, as a browser finds it
 *
 * Private to message/. Threads: all calls are safe.
 */
#ifndef KJ_URL_HOST_H
#define KJ_URL_HOST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * kj_url_host - the host of an absolute URL
 *
 * Takes:  http, https or ftp with any number of slashes of either kind behind it, "//host", "www.host"; without blanks.
 * Gives:  out, KJ_NAME_STRLEN bytes: a normalised name, or an address in text form. User and port are gone, %xx is
 *         decoded, addresses in decimal, octal, hexadecimal or fewer parts (http://3232235777/) are written out.
 * Errors: -KJ_EINVAL for what leads to no host.
 * Source: WHATWG URL Standard, sections 3.5 (hosts) and 4.4 (basic parser), which browsers follow; not RFC 3986.
 */
int kj_url_host(const char *url, size_t len, char *out);

/* kj_url_scheme - the length of "http:", "https:" or "ftp:" at the beginning, in any case; else 0 */
size_t kj_url_scheme(const char *url, size_t len);

/* kj_url_host_shown - the same where only a whole URL, or a host name with or without a path, counts: what a link shows */
int kj_url_host_shown(const char *text, size_t len, char *out);

#endif
