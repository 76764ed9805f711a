/*
 * views.c - text made comparable: the passes one after the other (view_pass.h says which)
 */
#include "kanjiki/views.h"

#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "message/view_map.h"

#define TEXT_MAX (16U << 20) /* ICU counts in int32_t, and a code point can grow to 18 units */

int view_units_alloc(struct view_units *units, size_t room, bool mapped)
{
	units->data = malloc((room + 1) * sizeof *units->data);
	units->origin = mapped ? malloc((room + 1) * sizeof *units->origin) : NULL;
	units->len = 0;
	return units->data && (units->origin || !mapped) ? 0 : -KJ_ENOMEM;
}

int view_bytes_alloc(struct view_bytes *bytes, size_t room, bool mapped)
{
	bytes->data = malloc(room + 1);
	bytes->origin = mapped ? malloc((room + 1) * sizeof *bytes->origin) : NULL;
	bytes->len = 0;
	return bytes->data && (bytes->origin || !mapped) ? 0 : -KJ_ENOMEM;
}

void view_units_free(struct view_units *units)
{
	free(units->data);
	free(units->origin);
	*units = (struct view_units){0};
}

void view_bytes_free(struct view_bytes *bytes)
{
	free(bytes->data);
	free(bytes->origin);
	*bytes = (struct view_bytes){0};
}

static bool is_ascii(const struct kj_text *text)
{
	uint64_t all = 0, word;
	size_t i = 0;

	for (; i + sizeof word <= text->len; i += sizeof word) {
		memcpy(&word, text->data + i, sizeof word);
		all |= word;
	}
	for (; i < text->len; i++)
		all |= (unsigned char)text->data[i];
	return !(all & 0x8080808080808080U);
}

/* UTF-8 to folded UTF-8, blanks not yet tidied. */
static int fold(
    const struct kj_text *text, bool mapped, struct view_bytes *out, bool *ret_dense, struct kj_views *counts)
{
	struct view_units wide = {0}, folded = {0};
	bool alike;
	int rc = view_units_alloc(&wide, text->len, mapped);

	if (rc == 0) {
		view_widen(text, &wide, &counts->invisible_in_words, &alike);
		if (alike)
			counts->lookalikes += view_lookalikes(&wide);
		rc = view_fold(&wide, &folded);
	}
	view_units_free(&wide);
	if (rc == 0)
		rc = view_bytes_alloc(out, folded.len * 3, mapped);
	if (rc == 0)
		*ret_dense = view_narrow(&folded, out);
	view_units_free(&folded);
	return rc;
}

/* Origins of ASCII as it came. */
static struct origin *identity(size_t len)
{
	struct origin *origin = malloc((len + 1) * sizeof *origin);

	for (size_t i = 0; origin && i < len; i++)
		origin[i] = (struct origin){(uint32_t)i, (uint32_t)i + 1};
	return origin;
}

/* From folded text on, or from ASCII, which is folded but for case. `in` belongs to the caller. */
static int finish(const struct view_bytes *in, bool mapped, bool dense, struct view_pair *pair)
{
	struct view_bytes joined = {0}, *words = &pair->text[KJ_VIEW_WORDS];
	int rc = 0;

	if (view_has_spaced(in->data, in->len)) {
		rc = view_bytes_alloc(&joined, in->len, mapped);
		if (rc == 0)
			view_join(in, &joined, &pair->counts);
		in = &joined;
	}
	if (rc == 0)
		rc = view_bytes_alloc(words, in->len, mapped);
	if (rc == 0)
		view_tidy(in, words, &pair->counts);
	view_bytes_free(&joined);
	if (rc < 0 || (!dense && pair->counts.spaced_run < KJ_SPACED_RUN_LONG))
		return rc;
	rc = view_bytes_alloc(&pair->text[KJ_VIEW_DENSE], words->len, mapped);
	if (rc == 0)
		view_condense(words, &pair->text[KJ_VIEW_DENSE]);
	return rc;
}

int view_pair_make(const struct kj_text *text, bool mapped, struct view_pair *pair)
{
	struct view_bytes folded = {0}, ascii = {(char *)text->data, NULL, text->len};
	bool dense = false;
	int rc = 0;

	*pair = (struct view_pair){0};
	if (text->len > TEXT_MAX)
		return -KJ_ENOMEM;
	if (!is_ascii(text)) {
		rc = fold(text, mapped, &folded, &dense, &pair->counts);
		if (rc == 0)
			rc = finish(&folded, mapped, dense, pair);
	} else {
		if (mapped)
			ascii.origin = identity(text->len);
		rc = mapped && !ascii.origin ? -KJ_ENOMEM : finish(&ascii, mapped, false, pair);
		free(ascii.origin);
	}
	view_bytes_free(&folded);
	return rc;
}

void view_pair_free(struct view_pair *pair)
{
	for (int kind = 0; kind < KJ_VIEW_COUNT; kind++)
		view_bytes_free(&pair->text[kind]);
}

int kj_views_make(struct kj_arena *arena, const struct kj_text *text, struct kj_views *ret_views)
{
	struct view_pair pair;
	struct kj_views views;
	int rc = view_pair_make(text, false, &pair);

	views = pair.counts;
	for (int kind = 0; kind < KJ_VIEW_COUNT && rc == 0; kind++) {
		const struct view_bytes *bytes = &pair.text[kind];

		views.text[kind] = (struct kj_text){"", bytes->len};
		if (bytes->len)
			views.text[kind].data = kj_arena_dup(arena, bytes->data, bytes->len + 1);
		if (!views.text[kind].data)
			rc = -KJ_ENOMEM;
	}
	view_pair_free(&pair);
	if (rc == 0)
		*ret_views = views;
	return rc;
}
