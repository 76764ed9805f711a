/*
 * charset_guess.h - what charset bytes are in, when nobody says or when the declaration is wrong
 *
 * Private to message/. Threads: all calls are safe.
 */
#ifndef KJ_CHARSET_GUESS_H
#define KJ_CHARSET_GUESS_H

#include <stdbool.h>
#include <stddef.h>

/* kj_charset_guess - the name of a charset of charset.c's table; "windows-1252" when nothing else fits. Takes
 * bytes of which at least one is above 0x7f or an escape. */
const char *kj_charset_guess(const char *data, size_t len);

/* kj_charset_has_8bit - a byte above 0x7f */
bool kj_charset_has_8bit(const char *data, size_t len);

/* kj_charset_has_jis - an escape sequence of ISO-2022-JP */
bool kj_charset_has_jis(const char *data, size_t len);

/* kj_charset_utf8_errors - how many bytes begin no valid sequence; 0 for valid UTF-8 */
size_t kj_charset_utf8_errors(const char *data, size_t len);

#endif
