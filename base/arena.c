/*
 * arena.c - region allocation with a limit and deferred clean-up
 *
 * Memory comes in blocks; a request that does not fit into the current block opens a new one, twice as large
 * as the last up to BLOCK_MAX. A request larger than a block gets a block of its own.
 */
#include "kanjiki/arena.h"

#include <stdarg.h>
#include <stdint.h>

#include "kanjiki/err.h"

#define BLOCK_MIN ((size_t)4096)
#define BLOCK_MAX ((size_t)65536)
#define ALIGN     ((size_t) _Alignof(max_align_t))

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(max_align_t) unsigned char data[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *object;
};

struct kj_arena {
	struct block *blocks; /* newest first */
	struct deferred *deferred;
	size_t limit, used, next_size;
};

struct kj_arena *kj_arena_new(size_t limit_bytes)
{
	struct kj_arena *arena = calloc(1, sizeof *arena);

	if (arena) {
		arena->limit = limit_bytes;
		arena->next_size = BLOCK_MIN;
	}
	return arena;
}

void kj_arena_free(struct kj_arena *arena)
{
	if (!arena)
		return;
	for (struct deferred *d = arena->deferred; d; d = d->next)
		d->fn(d->object);
	for (struct block *b = arena->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(arena);
}

static struct block *block_add(struct kj_arena *arena, size_t need)
{
	size_t size = need > arena->next_size ? need : arena->next_size;
	struct block *block = malloc(sizeof *block + size);

	if (!block)
		return NULL;
	block->size = size;
	block->used = 0;
	/* A large request gets a block of its own behind the current one, which keeps its free room in use. */
	if (arena->blocks && need > arena->next_size) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	if (arena->next_size < BLOCK_MAX)
		arena->next_size *= 2;
	return block;
}

void *kj_arena_alloc(struct kj_arena *arena, size_t size)
{
	struct block *block = arena->blocks;
	void *p;

	if (size > SIZE_MAX - ALIGN)
		return NULL;
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (size > arena->limit || arena->used > arena->limit - size)
		return NULL;
	if (!block || block->size - block->used < size) {
		block = block_add(arena, size);
		if (!block)
			return NULL;
	}
	p = block->data + block->used;
	block->used += size;
	arena->used += size;
	return memset(p, 0, size);
}

void *kj_arena_array(struct kj_arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return NULL;
	return kj_arena_alloc(arena, count * size);
}

void *kj_arena_dup(struct kj_arena *arena, const void *data, size_t size)
{
	void *copy = kj_arena_alloc(arena, size);

	if (copy && size)
		memcpy(copy, data, size);
	return copy;
}

char *kj_arena_strndup(struct kj_arena *arena, const char *string, size_t max)
{
	size_t len = strnlen(string, max);
	char *copy = len < SIZE_MAX ? kj_arena_alloc(arena, len + 1) : NULL;

	if (copy)
		memcpy(copy, string, len);
	return copy;
}

char *kj_arena_strdup(struct kj_arena *arena, const char *string)
{
	return kj_arena_strndup(arena, string, SIZE_MAX);
}

char *kj_arena_printf(struct kj_arena *arena, const char *format, ...)
{
	va_list args, again;
	char *string = NULL;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len >= 0)
		string = kj_arena_alloc(arena, (size_t)len + 1);
	if (string)
		vsnprintf(string, (size_t)len + 1, format, again);
	va_end(again);
	va_end(args);
	return string;
}

int kj_arena_defer(struct kj_arena *arena, void (*fn)(void *), void *object)
{
	struct deferred *d = kj_arena_alloc(arena, sizeof *d);

	if (!d) {
		fn(object);
		return -KJ_ENOMEM;
	}
	*d = (struct deferred){arena->deferred, fn, object};
	arena->deferred = d;
	return 0;
}

size_t kj_arena_used(const struct kj_arena *arena)
{
	return arena->used;
}
