/*
 * phone_shape.h - whether groups of digits are written as telephone numbers are
 *
 * Private to message/. Threads: safe.
 */
#ifndef KJ_PHONE_SHAPE_H
#define KJ_PHONE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#define KJ_PHONE_GROUPS 8
#define KJ_PHONE_DIGITS 18 /* with "00" in front of the fifteen of E.164 */

/* What joins groups, as a set. */
enum kj_phone_join {
	KJ_JOIN_DASH = 1 << 0,
	KJ_JOIN_BLANK = 1 << 1,
	KJ_JOIN_DOT = 1 << 2,
	KJ_JOIN_SLASH = 1 << 3,   /* with blanks, too */
	KJ_JOIN_BRACKET = 1 << 4, /* (03)1234, (212) 555, 03(1234)5678 */
	KJ_JOIN_OTHER = 1 << 5,
};

struct kj_phone_shape {
	char digits[KJ_PHONE_DIGITS + 1];
	unsigned lens[KJ_PHONE_GROUPS], count;
	unsigned joins;       /* enum kj_phone_join, of all groups */
	bool plus, announced; /* "+" in front; a word in front says that it is a telephone number */
};

/* kj_phone_number - the number as it is dialled into out (KJ_PHONE_DIGITS + 2 bytes); false if it is none */
bool kj_phone_number(const struct kj_phone_shape *shape, char *out);

#endif
