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
 * valid encoded word stays as it is; raw 8-bit bytes are guessed.
 * Gives:   *ret_text in the arena (or value itself, where nothing is encoded); *marks is added to.
 * Errors:  -KJ_ENOMEM.
 * Threads: safe.
 */
int kj_encoded_word_decode(struct kj_arena *arena, const char *value, unsigned *marks, const char **ret_text);

#endif
