/*
 * mail_text.h - what the generated mails say, and how it is written on the wire
 *
 * Text is made in UTF-8 with CRLF line ends and then encoded. Threads: nothing is shared.
 */
#ifndef BENCH_MAIL_TEXT_H
#define BENCH_MAIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/rng.h"
#include "kanjiki/buf.h"

enum language { ENGLISH, JAPANESE };
enum tone { ORDINARY, NEWSLETTER, THREAT };

/* text_fill - paragraphs of about size_bytes (of UTF-8) */
void text_fill(
    struct rng *rng, enum language language, enum tone tone, size_t size_bytes, struct kj_buf *out);

/* text_html - the same as a page, with links, styles and a preheader that is not shown */
void text_html(
    struct rng *rng, enum language language, enum tone tone, size_t size_bytes, struct kj_buf *out);

/* text_subject - one short line of UTF-8 */
const char *text_subject(struct rng *rng, enum language language, enum tone tone);

/* encode_charset - UTF-8 to a charset known to iconv; what it lacks is left out */
void encode_charset(const char *charset, const struct kj_buf *text, struct kj_buf *out);

/* encode_base64, encode_quoted - in lines of at most 76 with CRLF (RFC 2045 sections 6.8, 6.7) */
void encode_base64(const void *data, size_t len, struct kj_buf *out);
void encode_quoted(const void *data, size_t len, struct kj_buf *out);

/* encode_word - a short text as one RFC 2047 "B" word in its charset */
void encode_word(const char *charset, const char *text, struct kj_buf *out);

#endif
