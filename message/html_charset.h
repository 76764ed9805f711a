/*
 * html_charset.h - the charset that an HTML document declares itself
 *
 * Private to message/.
 */
#ifndef KJ_HTML_CHARSET_H
#define KJ_HTML_CHARSET_H

#include <stddef.h>

#define KJ_HTML_CHARSET_MAX 40 /* longest name, with NUL */

/*
 * kj_html_charset - the name in a <meta> of the first 1024 bytes, in lower case; "" if there is none
 *
 * UTF-16 and UTF-32 become "utf-8": what could be read as ASCII up to there is neither.
 * Takes:   the bytes as they came; out of KJ_HTML_CHARSET_MAX bytes. Returns out.
 * Threads: safe.
 * Source:  WHATWG HTML, "prescan a byte stream to determine its encoding".
 */
const char *kj_html_charset(const char *html, size_t len, char *out);

#endif
