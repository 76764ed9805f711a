/*
 * addr.c - IP addresses and prefixes
 */
#include "kanjiki/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>

#include "kanjiki/err.h"

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct kj_addr kj_addr_from_bytes(int family, const uint8_t *bytes)
{
	struct kj_addr addr = {0};

	if (family == 6 && memcmp(bytes, mapped, sizeof mapped) == 0) {
		family = 4;
		bytes += sizeof mapped;
	}
	addr.family = (uint8_t)family;
	memcpy(addr.bytes, bytes, family == 4 ? 4 : 16);
	return addr;
}

int kj_addr_parse(const char *text, struct kj_addr *ret_addr)
{
	char copy[KJ_ADDR_STRLEN + 8];
	size_t len = strnlen(text, sizeof copy);
	uint8_t bytes[16];

	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len >= 5 && strncasecmp(text, "IPv6:", 5) == 0) {
		text += 5;
		len -= 5;
	}
	if (len >= sizeof copy)
		return -KJ_EINVAL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, bytes) == 1)
		*ret_addr = kj_addr_from_bytes(4, bytes);
	else if (inet_pton(AF_INET6, copy, bytes) == 1)
		*ret_addr = kj_addr_from_bytes(6, bytes);
	else
		return -KJ_EINVAL;
	return 0;
}

int kj_addr_from_sockaddr(const struct sockaddr *sa, struct kj_addr *ret_addr)
{
	if (sa && sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;

		*ret_addr = kj_addr_from_bytes(4, (const uint8_t *)&in->sin_addr);
	} else if (sa && sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;

		*ret_addr = kj_addr_from_bytes(6, in6->sin6_addr.s6_addr);
	} else {
		return -KJ_EINVAL;
	}
	return 0;
}

char *kj_addr_format(const struct kj_addr *addr, char *out)
{
	out[0] = '\0';
	if (addr->family)
		inet_ntop(addr->family == 4 ? AF_INET : AF_INET6, addr->bytes, out, KJ_ADDR_STRLEN);
	return out;
}

char *kj_addr_reverse(const struct kj_addr *addr, char *out)
{
	static const char hex[] = "0123456789abcdef";
	char *p = out;

	if (addr->family == 4) {
		snprintf(out, KJ_ADDR_REVERSELEN, "%u.%u.%u.%u", addr->bytes[3], addr->bytes[2], addr->bytes[1],
		    addr->bytes[0]);
		return out;
	}
	for (int i = 15; i >= 0; i--) {
		*p++ = hex[addr->bytes[i] & 15];
		*p++ = '.';
		*p++ = hex[addr->bytes[i] >> 4];
		*p++ = i ? '.' : '\0';
	}
	return out;
}

bool kj_addr_equal(const struct kj_addr *a, const struct kj_addr *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, a->family == 4 ? 4 : 16) == 0;
}

struct kj_addr kj_addr_mask(const struct kj_addr *addr, unsigned bits)
{
	struct kj_addr masked = *addr;

	for (unsigned i = 0; i < sizeof masked.bytes; i++) {
		unsigned keep = bits > i * 8 ? bits - i * 8 : 0;

		if (keep < 8)
			masked.bytes[i] &= (uint8_t)(0xff00U >> keep);
	}
	return masked;
}

bool kj_prefix_contains(const struct kj_prefix *prefix, const struct kj_addr *addr)
{
	struct kj_addr masked;

	if (prefix->addr.family != addr->family)
		return false;
	masked = kj_addr_mask(addr, prefix->bits);
	return kj_addr_equal(&masked, &prefix->addr);
}

int kj_prefix_parse(const char *text, struct kj_prefix *ret_prefix)
{
	char copy[KJ_ADDR_STRLEN + 8];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strnlen(text, sizeof copy);
	struct kj_prefix prefix;
	struct kj_addr masked;
	unsigned long bits;
	char *end;

	if (len >= sizeof copy)
		return -KJ_EINVAL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (kj_addr_parse(copy, &prefix.addr) < 0)
		return -KJ_EINVAL;
	prefix.bits = prefix.addr.family == 4 ? 32 : 128;
	if (slash) {
		if (slash[1] < '0' || slash[1] > '9')
			return -KJ_EINVAL;
		bits = strtoul(slash + 1, &end, 10);
		if (*end || bits > prefix.bits)
			return -KJ_EINVAL;
		prefix.bits = (uint8_t)bits;
	}
	masked = kj_addr_mask(&prefix.addr, prefix.bits);
	if (!kj_addr_equal(&masked, &prefix.addr))
		return -KJ_EINVAL;
	*ret_prefix = prefix;
	return 0;
}

/* Sources: RFC 1122, 1918, 3927, 6598, 5771, 4193, 4291. */
static const struct kj_prefix local_prefixes[] = {
    {{4, {0}}, 8},
    {{4, {10}}, 8},
    {{4, {100, 64}}, 10},
    {{4, {127}}, 8},
    {{4, {169, 254}}, 16},
    {{4, {172, 16}}, 12},
    {{4, {192, 168}}, 16},
    {{4, {224}}, 3},
    {{6, {0}}, 127}, /* :: and ::1 */
    {{6, {0xfc}}, 7},
    {{6, {0xfe, 0x80}}, 10},
    {{6, {0xff}}, 8},
};

bool kj_addr_is_global(const struct kj_addr *addr)
{
	if (!addr->family)
		return false;
	for (size_t i = 0; i < sizeof local_prefixes / sizeof *local_prefixes; i++)
		if (kj_prefix_contains(&local_prefixes[i], addr))
			return false;
	return true;
}
