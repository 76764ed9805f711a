/*
 * print_safe.c - strangers' text on a terminal
 */
#include "ctl/print_safe.h"

#include "kanjiki/utf8.h"

void kj_print_safe(const char *text, size_t len)
{
	char bytes[4];

	for (size_t pos = 0; pos < len;) {
		uint32_t code = kj_utf8_next(text, len, &pos);

		if (kj_utf8_is_order(code))
			code = '?';
		fwrite(bytes, 1, kj_utf8_put(code, bytes), stdout);
	}
}
