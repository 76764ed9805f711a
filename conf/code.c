/*
 * code.c - the codes of DNS lists: an address in 127.0.0.0/8, perhaps with "*" for an octet of any value, a range, or a mask
 * (RFC 5782 section 2.3)
 */
#include <arpa/inet.h>
#include <ctype.h>

#include "schema.h"

/* An address in 127/8 in host order; 0 if it is none. */
static uint32_t parse_code(const char *text, size_t len)
{
	char copy[INET_ADDRSTRLEN];
	struct in_addr in;

	if (len >= sizeof copy)
		return 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, &in) != 1 || ntohl(in.s_addr) >> 24 != 127)
		return 0;
	return ntohl(in.s_addr);
}

static const char *parse_mask(const char *text, struct kj_code_range *ret_range)
{
	char *end;
	unsigned long bits = strtoul(text, &end, 0);

	if (!isdigit((unsigned char)*text) || *end || bits == 0 || bits > 0xffffff)
		return "must have bits of the last three octets behind \"mask\", like \"mask 0x06\"";
	*ret_range = (struct kj_code_range){.mask = (uint32_t)bits};
	return NULL;
}

/* "127.0.*.3": whole octets behind the first may be any. */
static const char *parse_pattern(const char *text, struct kj_code_range *ret_range)
{
	char plain[INET_ADDRSTRLEN];
	uint32_t ignore = 0, code = 0;
	unsigned octet = 0;
	size_t len = strlen(text);

	for (size_t i = 0; i <= len && len < sizeof plain; i++) {
		plain[i] = text[i] == '*' ? '0' : text[i];
		octet += text[i] == '.';
		if (text[i] == '*' && octet >= 1 && octet <= 3)
			ignore |= 0xffU << (24 - 8 * octet);
	}
	if (len < sizeof plain)
		code = parse_code(plain, len);
	if (!code || !ignore || code & ignore)
		return "must be an address in 127.0.0.0/8 with \"*\" for whole octets, like \"127.0.*.3\"";
	*ret_range = (struct kj_code_range){.first = code, .last = code, .ignore = ignore};
	return NULL;
}

const char *kj_code_range_parse(const char *text, struct kj_code_range *ret_range)
{
	const char *dash = strchr(text, '-');
	struct kj_code_range range = {0};

	if (strncmp(text, "mask ", 5) == 0)
		return parse_mask(text + 5 + strspn(text + 5, " "), ret_range);
	if (strchr(text, '*'))
		return parse_pattern(text, ret_range);
	range.first = parse_code(text, dash ? (size_t)(dash - text) : strlen(text));
	range.last = dash ? parse_code(dash + 1, strlen(dash + 1)) : range.first;
	if (!range.first || !range.last)
		return "must be an address in 127.0.0.0/8, a range of them, or a mask: \"127.0.0.2\", "
		       "\"127.0.0.4-127.0.0.7\", \"mask 0x06\"";
	if (range.last < range.first)
		return "is a range whose end comes before its beginning";
	*ret_range = range;
	return NULL;
}
