/*
 * fuzz_received.c - the value of a Received field
 */
#include "fuzz.h"
#include "kanjiki/arena.h"
#include "kanjiki/received.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_arena *arena = kj_arena_new((size_t)1 << 20);
	const char *value = kj_arena_strndup(arena, (const char *)data, size);
	struct kj_received received;

	if (value)
		kj_received_parse(arena, value, &received);
	kj_arena_free(arena);
	return 0;
}
