/*
 * fuzz_views.c - any bytes as a text; its views are valid UTF-8, and the dense one is no longer than the other
 */
#include "fuzz.h"
#include "kanjiki/arena.h"
#include "kanjiki/utf8.h"
#include "kanjiki/views.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_arena *arena = kj_arena_new(64 << 20);
	struct kj_text text = {(const char *)data, size};
	struct kj_views views;

	if (kj_views_make(arena, &text, &views) == 0)
		for (int v = 0; v < KJ_VIEW_COUNT; v++)
			if (!kj_utf8_valid(views.text[v].data, views.text[v].len) ||
			    views.text[v].data[views.text[v].len] != '\0' ||
			    views.text[KJ_VIEW_DENSE].len > views.text[KJ_VIEW_WORDS].len)
				__builtin_trap();
	kj_arena_free(arena);
	return 0;
}
