/*
 * dkim.c - the tags of a DKIM-Signature
 */
#include "kanjiki/dkim.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kanjiki/authres.h"
#include "kanjiki/err.h"
#include "kanjiki/name.h"

#define BLANKS " \t\r\n"

static const char *const required[] = {"v", "a", "b", "bh", "d", "h", "s"};
#define ALL ((1U << sizeof required / sizeof *required) - 1)

/* The bit of a required tag, 0 for any other. */
static unsigned bit_of(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof required / sizeof *required; i++)
		if (strlen(required[i]) == len && memcmp(required[i], name, len) == 0)
			return 1U << i;
	return 0;
}

/* The length of a tag's value without the blanks around it; false if it holds what no value may. */
static bool measure(const char **value, const char *end, size_t *ret_len)
{
	while (*value < end && strchr(BLANKS, **value))
		(*value)++;
	while (end > *value && strchr(BLANKS, end[-1]))
		end--;
	for (const char *p = *value; p < end; p++)
		if ((*p <= ' ' && !strchr(BLANKS, *p)) || *p >= 0x7f)
			return false;
	*ret_len = (size_t)(end - *value);
	return true;
}

/* One "name = value"; false if it is none. */
static bool take_tag(const char *tag, const char *end, unsigned *seen, char *raw)
{
	size_t name_len, len;
	const char *value;
	unsigned bit;

	tag += strspn(tag, BLANKS);
	name_len = strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	value = tag + name_len + strspn(tag + name_len, BLANKS);
	if (!isalpha((unsigned char)*tag) || value >= end || *value++ != '=')
		return false;
	bit = bit_of(tag, name_len);
	if (!measure(&value, end, &len) || (bit && (!len || *seen & bit)))
		return false;
	if (name_len == 1 && *tag == 'd') {
		if (len >= KJ_NAME_STRLEN)
			return false;
		snprintf(raw, KJ_NAME_STRLEN, "%.*s", (int)len, value);
	}
	*seen |= bit;
	return true;
}

int kj_dkim_domain(const char *value, char *out)
{
	char raw[KJ_NAME_STRLEN];
	unsigned seen = 0;

	for (const char *tag = value; tag[strspn(tag, BLANKS)];) {
		const char *end = strchrnul(tag, ';');

		if (!take_tag(tag, end, &seen, raw))
			return -KJ_EINVAL;
		tag = *end ? end + 1 : end;
	}
	return seen == ALL ? kj_name_normalise(raw, out) : -KJ_EINVAL;
}

int kj_dkim_result_domain(const struct kj_auth_result *result, char *out)
{
	const char *domain = kj_auth_property(result, "header", "d"),
	           *user = kj_auth_property(result, "header", "i");

	if (domain)
		return kj_name_normalise(domain, out);
	return user ? kj_name_of_address(user, out) : -KJ_EINVAL;
}
