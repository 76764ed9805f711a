/*
 * phone.h - telephone numbers in a text
 *
 * What is certainly one: written as such numbers are written (+81 3-1234-5678, 03-1234-5678, (212) 555-0123, full-width
 * digits too), or announced by a word ("TEL", "電話") where the digits alone could mean anything. Dates, prices,
 * addresses, order and account numbers are none; rather is a number missed.
 */
#ifndef KJ_PHONE_H
#define KJ_PHONE_H

#include <stddef.h>

#include "kanjiki/text.h"

struct kj_arena;

struct kj_phone {
	const char *digits; /* ASCII, "+81312345678" or as dialled inside the country "0312345678" */
	size_t start, end;  /* bytes of the text */
};

#define KJ_PHONES_MAX 16 /* in one text */

/*
 * kj_phones_find - the telephone numbers of a text
 *
 * Gives:  *ret_phones in the arena, in the order of the text, each number once, and how many; 0 and NULL if none.
 * Errors: -KJ_ENOMEM.
 * Threads: safe, one arena per call.
 * Source: ITU-T E.164, E.123; the numbering plans of Japan (MIC) and North America; for Europe the trunk prefix 0.
 */
int kj_phones_find(struct kj_arena *arena, const struct kj_text *text, const struct kj_phone **ret_phones,
    unsigned *ret_count);

#endif
