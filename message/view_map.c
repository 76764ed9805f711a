/*
 * view_map.c - from a place in a view to the text as it came
 */
#include "message/view_map.h"

#include "kanjiki/err.h"

struct kj_view_map {
	struct view_pair pair;
	struct kj_views views;
};

int kj_view_map_new(const struct kj_text *text, struct kj_view_map **ret_map)
{
	struct kj_view_map *map = calloc(1, sizeof *map);
	int rc = map ? view_pair_make(text, true, &map->pair) : -KJ_ENOMEM;

	if (rc < 0) {
		kj_view_map_free(map);
		return rc;
	}
	map->views = map->pair.counts;
	for (int kind = 0; kind < KJ_VIEW_COUNT; kind++) {
		const struct view_bytes *bytes = &map->pair.text[kind];

		map->views.text[kind] = (struct kj_text){bytes->data ? bytes->data : "", bytes->len};
	}
	*ret_map = map;
	return 0;
}

void kj_view_map_free(struct kj_view_map *map)
{
	if (!map)
		return;
	view_pair_free(&map->pair);
	free(map);
}

const struct kj_views *kj_view_map_views(const struct kj_view_map *map)
{
	return &map->views;
}

bool kj_view_map_span(const struct kj_view_map *map, enum kj_view_kind kind, size_t start, size_t end,
    size_t *ret_start, size_t *ret_end)
{
	const struct view_bytes *bytes = &map->pair.text[kind];

	if (start >= end || end > bytes->len)
		return false;
	*ret_start = bytes->origin[start].from;
	*ret_end = bytes->origin[end - 1].to;
	return true;
}
