/*
 * fuzz_encoded_word.c - a header value: RFC 2047, RFC 2231, unfolding, mailboxes
 */
#include "fuzz.h"
#include "kanjiki/arena.h"
#include "kanjiki/utf8.h"
#include "message/encoded_word.h"
#include "message/header.h"
#include "message/param.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_arena *arena = kj_arena_new((size_t)1 << 22);
	const char *value = kj_arena_strndup(arena, (const char *)data, size), *text, *name, *addr;
	unsigned marks = 0;

	if (value && (value = kj_header_unfold(arena, value))) {
		if (kj_encoded_word_decode(arena, value, &marks, &text) == 0 &&
		    !kj_utf8_valid(text, strlen(text)))
			abort();
		if (kj_param_text(arena, value, "name", &marks, &text) == 0 &&
		    !kj_utf8_valid(text, strlen(text)))
			abort();
		kj_param_token(arena, value, "charset");
		kj_header_mailbox(arena, value, &marks, &name, &addr);
		kj_header_date(value);
	}
	kj_arena_free(arena);
	return 0;
}
