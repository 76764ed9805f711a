/*
 * charset.h - text in any charset to UTF-8
 *
 * Private to message/. Only charsets of the table in charset_table.c are decoded: a stranger names them, and a
 * converter library knows some that are no text at all.
 */
#ifndef KJ_CHARSET_H
#define KJ_CHARSET_H

#include <stddef.h>

#include "kanjiki/buf.h"

struct kj_charset_text {
	const char *data; /* valid UTF-8 without NUL bytes; inside the input or inside the scratch buffer */
	size_t len;
	unsigned marks; /* KJ_MARK_BAD_CHARSET, KJ_MARK_NO_CHARSET, KJ_MARK_TEXT_CUT */
};

/*
 * kj_charset_decode - text in a declared charset to UTF-8
 *
 * The declaration is believed unless the bytes contradict it; without one, or against it, the charset is
 * guessed (charset_guess.c). Bytes that fit nowhere become U+FFFD; NUL bytes become blanks.
 * Takes:   a scratch buffer, which is emptied first and whose limit bounds the result; the declared name, "" if
 *          none; the bytes.
 * Gives:   *ret_text; where nothing has to be converted it points into data.
 * Errors:  -KJ_ENOMEM.
 * Threads: safe.
 */
int kj_charset_decode(struct kj_buf *scratch, const char *charset, const char *data, size_t len,
    struct kj_charset_text *ret_text);

#endif
