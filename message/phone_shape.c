/*
 * phone_shape.c - whether groups of digits are written as telephone numbers are
 *
 * The forms of Japan and North America are exact. Europe has no common form but its trunk prefix, so only a short area code
 * and one group behind it, or pairs as in France, count by themselves. Whatever could be another number needs a word that
 * announces it: digits without any sign between them, and groups with blanks.
 */
#include "phone_shape.h"

#include <stdio.h>
#include <string.h>

/* Groups of a national number, and what joins them; with_word adds what joins them if a word announces it. */
struct form {
	const char
	    *prefixes; /* the digits begin with one of these, '|' between them; '#' is any but 0 and 1 */
	unsigned lens[6];
	unsigned joins, with_word;
};

#define DASHES (KJ_JOIN_DASH | KJ_JOIN_BRACKET)

static const struct form forms[] = {
    /* Japan */
    {"03|04|06", {2, 4, 4}, DASHES, KJ_JOIN_BLANK},
    {"0#|01", {3, 3, 4}, DASHES, KJ_JOIN_BLANK},
    {"0#|01", {4, 2, 4}, DASHES, KJ_JOIN_BLANK},
    {"0#|01", {5, 1, 4}, DASHES, KJ_JOIN_BLANK},
    {"020|050|060|070|080|090", {3, 4, 4}, DASHES, KJ_JOIN_BLANK},
    {"0120|0570|0990|0180|0170", {4, 3, 3}, DASHES, KJ_JOIN_BLANK},
    {"0570|0180", {4, 2, 4}, DASHES, KJ_JOIN_BLANK},
    {"0800", {4, 3, 4}, DASHES, KJ_JOIN_BLANK},
    /* North America */
    {"#", {3, 3, 4}, DASHES | KJ_JOIN_DOT, KJ_JOIN_BLANK},
    {"1#", {1, 3, 3, 4}, DASHES | KJ_JOIN_DOT, KJ_JOIN_BLANK},
    /* France, Britain */
    {"0#|01", {2, 2, 2, 2, 2}, KJ_JOIN_DASH | KJ_JOIN_BLANK | KJ_JOIN_DOT, 0},
    {"02|03", {3, 4, 4}, DASHES, KJ_JOIN_BLANK},
    {"01|08", {4, 3, 4}, DASHES, KJ_JOIN_BLANK},
    {"01|07", {5, 6}, DASHES, KJ_JOIN_BLANK},
    /* "Tel. 0312345678" */
    {"0#|01", {10}, 0, KJ_JOIN_OTHER},
    {"0#|01", {11}, 0, KJ_JOIN_OTHER},
    {"#", {10}, 0, KJ_JOIN_OTHER},
};

static bool has_prefix(const char *digits, const char *prefixes)
{
	while (*prefixes) {
		size_t len = strcspn(prefixes, "|"), i = 0;

		while (i < len && (prefixes[i] == digits[i] || (prefixes[i] == '#' && digits[i] >= '2')))
			i++;
		if (i == len)
			return true;
		prefixes += len + (prefixes[len] == '|');
	}
	return false;
}

static bool has_lens(const struct kj_phone_shape *shape, const unsigned *lens)
{
	for (unsigned i = 0; i < shape->count; i++)
		if (i >= 6 || shape->lens[i] != lens[i])
			return false;
	return shape->count == 6 || !lens[shape->count];
}

/* All groups are joined in the same way, but for brackets. */
static bool is_even(unsigned joins)
{
	joins &= ~(unsigned)KJ_JOIN_BRACKET;
	return (joins & (joins - 1)) == 0;
}

static bool is_form(const struct kj_phone_shape *shape, const struct form *form)
{
	unsigned allowed = form->joins | (shape->announced ? form->with_word : 0);

	/* Behind "(03) " a blank is part of the bracket. */
	if (shape->joins & KJ_JOIN_BRACKET)
		allowed |= KJ_JOIN_BLANK;
	if (!form->joins && !shape->announced)
		return false;
	return has_prefix(shape->digits, form->prefixes) && has_lens(shape, form->lens) &&
	       !(shape->joins & ~allowed);
}

/* The exchange of a North American number begins as its area code does. */
static bool is_national(const struct kj_phone_shape *shape)
{
	bool brackets = (shape->joins & KJ_JOIN_BRACKET) != 0;

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (!is_form(shape, &forms[i]))
			continue;
		if (!brackets && !is_even(shape->joins))
			continue;
		if (forms[i].prefixes[0] == '#' && shape->digits[3] < '2')
			continue;
		if (forms[i].prefixes[0] == '1' && shape->digits[4] < '2')
			continue;
		return true;
	}
	return false;
}

/* An area code with the trunk prefix, and the rest in one group: 030/1234567, (0171) 1234567. */
static bool is_european(const struct kj_phone_shape *shape)
{
	size_t len = strlen(shape->digits);
	unsigned joins =
	    KJ_JOIN_DASH | KJ_JOIN_SLASH | KJ_JOIN_BRACKET | (shape->announced ? KJ_JOIN_BLANK : 0);

	if (shape->joins & KJ_JOIN_BRACKET)
		joins |= KJ_JOIN_BLANK;
	return shape->count == 2 && shape->digits[0] == '0' && shape->digits[1] >= '1' &&
	       shape->lens[0] >= 2 && shape->lens[0] <= 5 && shape->lens[1] >= 6 && shape->lens[1] <= 8 &&
	       len >= 9 && len <= 12 && !(shape->joins & ~joins);
}

/* Countries whose numbers are often given with their trunk prefix: "+81 (0)3-1234-5678", "+44 020 7946 0958". */
static const char *trunk_of(const char *digits)
{
	static const char *const codes[] = {"81", "82", "44", "49", "33", "31", "43", "41", "46", "48", "61"};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strncmp(digits, codes[i], 2) == 0 && digits[2] == '0')
			return digits + 2;
	return NULL;
}

/* Behind "+" or "00", with its country code. */
static bool read_international(const char *digits, char *out)
{
	const char *trunk = trunk_of(digits);
	size_t len = strlen(digits) - (trunk != NULL);

	if (len < 9 || len > 15 || *digits == '0')
		return false;
	if (*digits == '1' && (len != 11 || digits[1] < '2' || digits[4] < '2'))
		return false;
	/* "+20 000 000 000" is a sum. Italy alone has numbers that begin with 0. */
	if (!trunk && strstr(digits, "0000000"))
		return false;
	snprintf(out, KJ_PHONE_DIGITS + 2, "+%.*s%s", (int)(trunk ? trunk - digits : 0), digits,
	    trunk ? trunk + 1 : digits);
	return true;
}

/* The group behind the country code begins with 0: only where it is a trunk prefix, or in Italy. */
static bool begins_with_nought(const struct kj_phone_shape *shape)
{
	return shape->count > 1 && shape->lens[0] <= 3 && shape->digits[shape->lens[0]] == '0' &&
	       !trunk_of(shape->digits) && strncmp(shape->digits, "39", 2) != 0;
}

bool kj_phone_number(const struct kj_phone_shape *shape, char *out)
{
	unsigned joins = KJ_JOIN_DASH | KJ_JOIN_BLANK | KJ_JOIN_DOT | KJ_JOIN_BRACKET;

	if (shape->plus)
		return shape->lens[0] <= 15 && !(shape->joins & ~joins) && !begins_with_nought(shape) &&
		       read_international(shape->digits, out);
	if (shape->announced && strncmp(shape->digits, "00", 2) == 0 && shape->count > 1 &&
	    !(shape->joins & ~joins))
		return read_international(shape->digits + 2, out);
	if (!is_national(shape) && !is_european(shape))
		return false;
	snprintf(out, KJ_PHONE_DIGITS + 2, "%s", shape->digits);
	return true;
}
