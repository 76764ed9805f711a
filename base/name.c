/*
 * name.c - DNS names; the only user of libpsl and libidn2
 */
#include "kanjiki/name.h"

#include <ctype.h>
#include <idn2.h>
#include <libpsl.h>

#include "kanjiki/addr.h"
#include "kanjiki/err.h"

#define LABEL_MAX 63

/* Copy in lower case; 1 if there are bytes beyond ASCII, 0 if not, -KJ_EINVAL if it can be no name. */
static int copy_lower(const char *name, size_t len, char *out)
{
	size_t label = 0;
	int beyond_ascii = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c <= ' ' || c == 0x7f)
			return -KJ_EINVAL;
		beyond_ascii |= c >= 0x80;
		label = c == '.' ? 0 : label + 1;
		if ((c == '.' && (i == 0 || name[i - 1] == '.')) || (label > LABEL_MAX && c < 0x80))
			return -KJ_EINVAL;
		out[i] = (char)(c < 0x80 ? tolower(c) : c);
	}
	out[len] = '\0';
	return beyond_ascii;
}

int kj_name_normalise(const char *name, char *out)
{
	size_t len = strnlen(name, KJ_NAME_STRLEN + 1);
	char lower[KJ_NAME_STRLEN + 1];
	char *ascii = NULL;
	int beyond_ascii;

	if (len && name[len - 1] == '.')
		len--;
	if (!len || len >= KJ_NAME_STRLEN || name[len - 1] == '.')
		return -KJ_EINVAL;
	beyond_ascii = copy_lower(name, len, lower);
	if (beyond_ascii < 0)
		return beyond_ascii;
	if (!beyond_ascii) {
		memcpy(out, lower, len + 1);
		return 0;
	}
	if (idn2_to_ascii_8z(lower, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return -KJ_EINVAL;
	len = strlen(ascii);
	if (len && len < KJ_NAME_STRLEN)
		memcpy(out, ascii, len + 1);
	idn2_free(ascii);
	return len && len < KJ_NAME_STRLEN ? 0 : -KJ_EINVAL;
}

bool kj_name_is_fqdn(const char *name)
{
	const char *label = name;
	struct kj_addr addr;
	int labels = 1;

	if (!*name || kj_addr_parse(name, &addr) == 0)
		return false;
	for (const char *p = name;; p++) {
		if (*p == '.' || !*p) {
			if (p == label || *label == '-' || p[-1] == '-')
				return false;
			if (!*p)
				return labels >= 2;
			labels++;
			label = p + 1;
		} else if (!isalnum((unsigned char)*p) && *p != '-') {
			return false;
		}
	}
}

bool kj_name_within(const char *name, const char *zone)
{
	size_t len = strlen(name), zone_len = strlen(zone);

	if (len < zone_len || strcmp(name + len - zone_len, zone) != 0)
		return false;
	return len == zone_len || name[len - zone_len - 1] == '.';
}

const char *kj_name_zone(const char *name, const char *const *zones, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (kj_name_within(name, zones[i]))
			return zones[i];
	return NULL;
}

const char *kj_name_org(const char *name)
{
	const char *dot = strrchr(name, '.'), *last = dot ? dot + 1 : name;
	const char *org = NULL;

	/* An address is nobody's domain: 198.51.100.1 and 203.0.100.1 have no 100.1 in common. */
	if (last[strspn(last, "0123456789")] && !strchr(name, ':'))
		org = psl_registrable_domain(psl_builtin(), name);
	return org ? org : name;
}

bool kj_name_is_public(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && psl_is_public_suffix2(psl_builtin(), dot + 1, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}

bool kj_name_same_org(const char *a, const char *b)
{
	return *a && *b && strcmp(kj_name_org(a), kj_name_org(b)) == 0;
}

int kj_name_of_address(const char *address, char *out)
{
	const char *at = strrchr(address, '@');
	char domain[KJ_NAME_STRLEN + 1];
	size_t len;

	if (!at)
		return -KJ_EINVAL;
	len = strcspn(at + 1, "> \t\r\n");
	if (len >= sizeof domain)
		return -KJ_EINVAL;
	memcpy(domain, at + 1, len);
	domain[len] = '\0';
	return kj_name_normalise(domain, out);
}
