/*
 * charset_table.h - the charsets that are decoded, by their names in mail
 *
 * Private to message/. A stranger names the charset, and a converter library knows some that are no text at all;
 * so this table is what may be asked for.
 */
#ifndef KJ_CHARSET_TABLE_H
#define KJ_CHARSET_TABLE_H

#include <stddef.h>

enum kj_charset_kind {
	KJ_CHARSET_ASCII, /* declares nothing about bytes above 0x7f */
	KJ_CHARSET_UTF8,
	KJ_CHARSET_JIS,      /* ISO-2022-JP: charset_jis.c */
	KJ_CHARSET_ONE_BYTE, /* any byte is a character, so bytes never contradict it; what they say may */
	KJ_CHARSET_PAIRS,    /* some byte sequences are invalid; ASCII below 0x80 */
	KJ_CHARSET_UTF16,
	KJ_CHARSET_OTHER, /* ASCII bytes do not always mean themselves */
};

struct kj_charset {
	const char *name; /* lower case, '-' for '_' */
	enum kj_charset_kind kind;
	const char *icu; /* the converter; "" where there is none */
};

/* kj_charset_find - the charset of a name (any case, '_' is '-'), or NULL. Threads: safe. */
const struct kj_charset *kj_charset_find(const char *name);

/* kj_charset_at - row i of the table; NULL behind the last. For whoever must try them all. */
const struct kj_charset *kj_charset_at(size_t i);

#endif
