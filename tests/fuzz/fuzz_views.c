/*
 * fuzz_views.c - any bytes as a text: its views are valid UTF-8, the dense one is no longer than the other, and a map
 * gives the same views, and to each place a span of whole characters, none before that of an earlier place
 */
#include "fuzz.h"
#include "kanjiki/arena.h"
#include "kanjiki/utf8.h"
#include "kanjiki/views.h"

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		if (!(condition))                                                                            \
			__builtin_trap();                                                                    \
	} while (0)

static void check_views(const struct kj_views *views)
{
	for (int v = 0; v < KJ_VIEW_COUNT; v++)
		CHECK(kj_utf8_valid(views->text[v].data, views->text[v].len) &&
		      views->text[v].data[views->text[v].len] == '\0');
	CHECK(views->text[KJ_VIEW_DENSE].len <= views->text[KJ_VIEW_WORDS].len);
}

/* starts[i] tells whether a character begins at the byte i of the text; at its end, too. */
static void check_spans(
    const struct kj_view_map *map, int kind, size_t len, const unsigned char *starts, size_t size)
{
	size_t last_from = 0, last_to = 0;

	for (size_t i = 0; i < len; i++) {
		size_t from = 0, to = 0;

		CHECK(kj_view_map_span(map, (enum kj_view_kind)kind, i, i + 1, &from, &to));
		CHECK(from < to && to <= size && starts[from] && starts[to]);
		CHECK(from >= last_from && to >= last_to);
		last_from = from;
		last_to = to;
	}
}

static void check_map(const struct kj_text *text, const struct kj_views *views)
{
	unsigned char *starts = calloc(text->len + 1, 1);
	struct kj_view_map *map;

	if (!starts || kj_view_map_new(text, &map) < 0) {
		free(starts);
		return;
	}
	for (size_t pos = 0; pos < text->len; kj_utf8_next(text->data, text->len, &pos))
		starts[pos] = 1;
	starts[text->len] = 1;
	for (int v = 0; v < KJ_VIEW_COUNT; v++) {
		const struct kj_text *mapped = &kj_view_map_views(map)->text[v];

		CHECK(mapped->len == views->text[v].len &&
		      memcmp(mapped->data, views->text[v].data, mapped->len) == 0);
		check_spans(map, v, mapped->len, starts, text->len);
	}
	CHECK(kj_view_map_views(map)->lookalikes == views->lookalikes &&
	      kj_view_map_views(map)->spaced_words == views->spaced_words);
	kj_view_map_free(map);
	free(starts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_arena *arena = kj_arena_new(64 << 20);
	struct kj_text text = {(const char *)data, size};
	struct kj_views views;
	char plain[KJ_VIEW_PLAIN_MAX];

	if (kj_views_make(arena, &text, &views) == 0) {
		check_views(&views);
		check_map(&text, &views);
	}
	for (size_t pos = 0; pos < size;)
		CHECK(kj_utf8_valid(plain, kj_view_plain(kj_utf8_next(text.data, size, &pos), plain)));
	kj_arena_free(arena);
	return 0;
}
