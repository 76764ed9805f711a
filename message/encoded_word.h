/*
 * encoded_word.h - header text: RFC 2047 encoded words and raw bytes to UTF-8
 *
 * Private to message/.
 */
#ifndef KJ_ENCODED_WORD_H
#define KJ_ENCODED_WORD_H

#include <stddef.h>

struct kj_arena;

/*
 * kj_encoded_word_decode - an unfolded header value, or a piece of one, to UTF-8
 *
 * Blanks between two encoded words are dropped. Neighbours of the same charset are joined as bytes before
 * their charset is decoded, since senders split words inside a character or an escape sequence. What is no
 * encoded word stays as it is; raw 8-bit bytes are in the charset of the word beside them, or guessed.
 * Gives:   *ret_text in the arena (or value itself, where nothing is encoded); *marks is added to.
 * Errors:  -KJ_ENOMEM.
 * Threads: safe.
 */
int kj_encoded_word_decode(struct kj_arena *arena, const char *value, unsigned *marks, const char **ret_text);

/* kj_encoded_word_raw - the same for raw bytes alone: encoded words stay. For values that are to be cut into pieces,
 * since a byte of Shift_JIS or ISO-2022-JP can look like a quote or a backslash. */
int kj_encoded_word_raw(struct kj_arena *arena, const char *value, unsigned *marks, const char **ret_text);

/* kj_encoded_word_length - how long the encoded word at p is; 0 if there is none with an end */
size_t kj_encoded_word_length(const char *p);

#endif
