/*
 * fuzz_message.c - a mail as a file: kj_message_split(), kj_message_read()
 *
 * Checks what the contract promises of the text: valid UTF-8, no NUL, within its limit.
 */
#include "fuzz.h"
#include "kanjiki/arena.h"
#include "kanjiki/message.h"
#include "kanjiki/utf8.h"

static void check_text(const struct kj_text *text, const struct kj_message_limits *limits)
{
	if (text->len > limits->text_bytes || strlen(text->data) != text->len ||
	    !kj_utf8_valid(text->data, text->len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kj_message_limits limits = {65536, 4096, 8, 32, 50, 5};
	struct kj_arena *arena = kj_arena_new((size_t)1 << 22);
	const struct kj_message *message;
	struct kj_field *fields;
	unsigned count;
	size_t body;

	if (kj_message_split(arena, (const char *)data, size, &fields, &count, &body) == 0 &&
	    kj_message_read(arena, fields, count, (const char *)data + body, size - body, false, &limits,
	        &message) == 0) {
		check_text(&message->visible, &limits);
		check_text(&message->hidden, &limits);
		check_text(&message->quoted, &limits);
		check_text(&message->comments, &limits);
		if (!kj_utf8_valid(message->subject, strlen(message->subject)) ||
		    !kj_utf8_valid(message->from_name, strlen(message->from_name)))
			abort();
	}
	kj_arena_free(arena);
	return 0;
}
