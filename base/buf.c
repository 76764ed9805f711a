/*
 * buf.c - growing byte buffer
 */
#include "kanjiki/buf.h"

#include <stdarg.h>

/* Make room for len more bytes and a NUL; answers how many of them fit. */
static size_t reserve(struct kj_buf *buf, size_t len)
{
	size_t room = buf->max > buf->len ? buf->max - buf->len : 0;
	size_t size = buf->size ? buf->size : 64;
	char *data;

	if (len > room) {
		buf->truncated = true;
		len = room;
	}
	while (size < buf->len + len + 1)
		size *= 2;
	if (size > buf->size) {
		data = realloc(buf->data, size);
		if (!data) {
			buf->truncated = true;
			return 0;
		}
		buf->data = data;
		buf->size = size;
	}
	return len;
}

void kj_buf_add(struct kj_buf *buf, const void *data, size_t len)
{
	len = reserve(buf, len);
	if (!buf->data)
		return;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void kj_buf_add_str(struct kj_buf *buf, const char *string)
{
	kj_buf_add(buf, string, strlen(string));
}

void kj_buf_add_char(struct kj_buf *buf, char c)
{
	kj_buf_add(buf, &c, 1);
}

void kj_buf_printf(struct kj_buf *buf, const char *format, ...)
{
	va_list args, again;
	int len;
	size_t fits;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len >= 0) {
		fits = reserve(buf, (size_t)len);
		if (buf->data) {
			vsnprintf(buf->data + buf->len, fits + 1, format, again);
			buf->len += fits;
		}
	}
	va_end(again);
}

const char *kj_buf_str(const struct kj_buf *buf)
{
	return buf->len ? buf->data : "";
}

void kj_buf_clear(struct kj_buf *buf)
{
	buf->len = 0;
	buf->truncated = false;
}

void kj_buf_free(struct kj_buf *buf)
{
	free(buf->data);
	*buf = KJ_BUF_INIT(buf->max);
}
