/*
 * buf.h - a growing run of bytes with a limit
 *
 * Always NUL-terminated once something was added, so that text can be used as a C string. Past its limit, or
 * when memory runs out, it keeps what it has, drops the rest and sets `truncated`; a writer need not check
 * every call, only the flag at the end.
 *
 * Threads: one buffer is used by one thread at a time.
 */
#ifndef KJ_BUF_H
#define KJ_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct kj_buf {
	char *data; /* NULL while empty */
	size_t len, size, max;
	bool truncated;
};

#define KJ_BUF_INIT(max_bytes) ((struct kj_buf){.max = (max_bytes)})

/* kj_buf_add - append len bytes, or what still fits */
void kj_buf_add(struct kj_buf *buf, const void *data, size_t len);

/* kj_buf_add_str, _char - append a string, one byte */
void kj_buf_add_str(struct kj_buf *buf, const char *string);
void kj_buf_add_char(struct kj_buf *buf, char c);

/* kj_buf_printf - append formatted text */
void kj_buf_printf(struct kj_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* kj_buf_str - the content as a string; "" while empty */
const char *kj_buf_str(const struct kj_buf *buf);

/* kj_buf_clear - empty it but keep its memory; kj_buf_free - give the memory back (twice does no harm) */
void kj_buf_clear(struct kj_buf *buf);
void kj_buf_free(struct kj_buf *buf);

#endif
