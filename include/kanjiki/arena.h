/*
 * arena.h - one region of memory for one message (or one configuration)
 *
 * Everything that belongs to a message is taken from its arena and dies with it; nothing in it is freed one by
 * one. Foreign objects that need their own destructor join by kj_arena_defer(). An arena has a hard limit, so
 * that no stranger's mail can grow it without bound: past the limit every call answers NULL.
 *
 * Threads: one arena is used by one thread at a time.
 */
#ifndef KJ_ARENA_H
#define KJ_ARENA_H

#include <stddef.h>

struct kj_arena;

/* kj_arena_new - an empty arena of at most limit_bytes; NULL when out of memory */
struct kj_arena *kj_arena_new(size_t limit_bytes);

/* kj_arena_free - run the deferred clean-ups, newest first, and free all memory; NULL is allowed */
void kj_arena_free(struct kj_arena *arena);

/* kj_arena_alloc - size bytes, zeroed, aligned for any type; NULL at the limit */
void *kj_arena_alloc(struct kj_arena *arena, size_t size);

/* kj_arena_array - count elements of size bytes each, zeroed; NULL at the limit or on overflow */
void *kj_arena_array(struct kj_arena *arena, size_t count, size_t size);

/* kj_arena_dup, _strdup, _strndup - a copy in the arena (strings always end in NUL); NULL at the limit */
void *kj_arena_dup(struct kj_arena *arena, const void *data, size_t size);
char *kj_arena_strdup(struct kj_arena *arena, const char *string);
char *kj_arena_strndup(struct kj_arena *arena, const char *string, size_t max);

/* kj_arena_printf - a formatted string in the arena; NULL at the limit */
char *kj_arena_printf(struct kj_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * kj_arena_defer - have fn(object) called when the arena is freed
 *
 * Errors: -KJ_ENOMEM; fn(object) was then called at once, so that the object cannot leak.
 */
int kj_arena_defer(struct kj_arena *arena, void (*fn)(void *object), void *object);

/* kj_arena_used - bytes handed out so far */
size_t kj_arena_used(const struct kj_arena *arena);

#endif
