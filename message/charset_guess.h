/*
 * charset_guess.h - what charset bytes are in, when nobody says or when the declaration is wrong
 *
 * Private to message/. Threads: all calls are safe.
 */
#ifndef KJ_CHARSET_GUESS_H
#define KJ_CHARSET_GUESS_H

#include <stdbool.h>
#include <stddef.h>

#include "charset_table.h"

/* kj_charset_guess - the charset of bytes of which some are above 0x7f; windows-1252 when nothing else fits */
const struct kj_charset *kj_charset_guess(const char *data, size_t len);

/* kj_charset_guess_7bit - the charset of bytes below 0x80 that are no ASCII: ISO-2022-JP, ISO-2022-KR, HZ; else NULL */
const struct kj_charset *kj_charset_guess_7bit(const char *data, size_t len);

/* kj_charset_better - another charset, in which bytes declared as one are clearly more likely text; else the declared
 * one. Bytes that are mostly UTF-8 are to be asked for before. */
const struct kj_charset *kj_charset_better(const struct kj_charset *declared, const char *data, size_t len);

/* kj_charset_has_8bit - a byte above 0x7f */
bool kj_charset_has_8bit(const char *data, size_t len);

/* kj_charset_has_jis - an escape sequence of ISO-2022-JP */
bool kj_charset_has_jis(const char *data, size_t len);

/* kj_charset_utf8_errors - how many bytes begin no valid sequence; 0 for valid UTF-8 */
size_t kj_charset_utf8_errors(const char *data, size_t len);

/* kj_charset_mostly_utf8 - beyond ASCII there is UTF-8, and next to no broken sequence */
bool kj_charset_mostly_utf8(const char *data, size_t len);

#endif
