/*
 * charset_letters.h - what is written in which charset: data for charset_cost.c
 *
 * Private to message/.
 */
#ifndef KJ_CHARSET_LETTERS_H
#define KJ_CHARSET_LETTERS_H

#include <stddef.h>
#include <unicode/umachine.h>

enum kj_script {
	KJ_SCRIPT_LATIN,  /* letters beyond ASCII stand among ASCII letters */
	KJ_SCRIPT_OTHER,  /* they never do */
	KJ_SCRIPT_MARKED, /* nor here; combining marks are letters, too */
	KJ_SCRIPT_JAPANESE,
	KJ_SCRIPT_CHINESE,
	KJ_SCRIPT_KOREAN,
};

/* One language in one charset. */
struct kj_charset_writing {
	const char *icu;      /* the converter; NULL behind the last */
	const UChar *letters; /* small letters beyond ASCII, most frequent first; "" for East Asian text */
	enum kj_script script;
	unsigned surprise;                   /* in bits */
	unsigned char first_lead, last_lead; /* of pairs: lead bytes of the usual characters */
};

extern const struct kj_charset_writing kj_charset_writings[];

/* In order of code. */
extern const UChar kj_charset_common[];
extern const size_t kj_charset_common_count;

#endif
