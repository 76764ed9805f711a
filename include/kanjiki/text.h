/*
 * text.h - a run of UTF-8
 */
#ifndef KJ_TEXT_H
#define KJ_TEXT_H

#include <stddef.h>

/* NUL-terminated, never NULL. */
struct kj_text {
	const char *data;
	size_t len;
};

#endif
