/*
 * template_put.h - a template as it is written
 */
#ifndef KJ_TEMPLATE_PUT_H
#define KJ_TEMPLATE_PUT_H

#include <stdbool.h>
#include <string.h>

#include "kanjiki/template.h"

struct template_out {
	char *data; /* KJ_TEMPLATE_MAX bytes */
	size_t len;
	bool full; /* something did not fit; nothing is added any more */
};

static inline void template_begin(struct template_out *out, char *data)
{
	*out = (struct template_out){.data = data};
	data[0] = '\0';
}

/* All of it, or nothing: no half of a character or of a term. */
static inline void template_put(struct template_out *out, const char *text, size_t len)
{
	out->full |= len >= KJ_TEMPLATE_MAX - out->len;
	if (out->full)
		return;
	memcpy(out->data + out->len, text, len);
	out->len += len;
	out->data[out->len] = '\0';
}

static inline void template_put_str(struct template_out *out, const char *text)
{
	template_put(out, text, strlen(text));
}

/* The length, as the calls of template.h return it; nothing is left where it says nothing. */
static inline size_t template_end(struct template_out *out, bool tells)
{
	if (!tells)
		out->data[out->len = 0] = '\0';
	return out->len;
}

#endif
