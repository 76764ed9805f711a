/*
 * hits.c - the list of hits
 *
 * Reasons quote strangers' text; they are cut at a length that a log line can carry.
 */
#include "kanjiki/hits.h"

#include <stdarg.h>

#include "kanjiki/arena.h"
#include "kanjiki/utf8.h"

#define HITS_MAX   128
#define REASON_MAX 300

struct kj_hits {
	struct kj_arena *arena;
	struct kj_hit hits[HITS_MAX];
	unsigned count;
	bool incomplete;
};

struct kj_hits *kj_hits_new(struct kj_arena *arena)
{
	struct kj_hits *hits = kj_arena_alloc(arena, sizeof *hits);

	if (hits)
		hits->arena = arena;
	return hits;
}

/* Cut a text that vsnprintf() may have cut inside a character. */
static void trim_partial(char *text)
{
	size_t len = strlen(text), start = len;

	while (start && len - start < 3 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start && (unsigned char)text[start - 1] >= 0xc0 && !kj_utf8_valid(text + start - 1, len - start + 1))
		text[start - 1] = '\0';
}

void kj_hits_add(struct kj_hits *hits, const char *symbol, const char *format, ...)
{
	char reason[REASON_MAX];
	va_list args;
	char *copy;

	for (unsigned i = 0; i < hits->count; i++)
		if (strcmp(hits->hits[i].symbol, symbol) == 0)
			return;
	va_start(args, format);
	vsnprintf(reason, sizeof reason, format, args);
	va_end(args);
	trim_partial(reason);
	copy = kj_arena_strdup(hits->arena, reason);
	if (!copy || hits->count == HITS_MAX) {
		hits->incomplete = true;
		return;
	}
	hits->hits[hits->count++] = (struct kj_hit){symbol, copy};
}

unsigned kj_hits_count(const struct kj_hits *hits)
{
	return hits->count;
}

const struct kj_hit *kj_hits_get(const struct kj_hits *hits, unsigned index)
{
	return index < hits->count ? &hits->hits[index] : NULL;
}

bool kj_hits_incomplete(const struct kj_hits *hits)
{
	return hits->incomplete;
}

struct kj_arena *kj_hits_arena(struct kj_hits *hits)
{
	return hits->arena;
}
