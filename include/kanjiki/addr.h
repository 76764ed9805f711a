/*
 * addr.h - IP addresses and prefixes
 *
 * An IPv4-mapped IPv6 address (::ffff:192.0.2.1) becomes the IPv4 address it stands for, everywhere: Postfix
 * and Sendmail report clients of a dual-stack socket that way, and no list knows them by that form.
 *
 * Threads: all calls are safe.
 */
#ifndef KJ_ADDR_H
#define KJ_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr;

struct kj_addr {
	uint8_t family;	   /* 0 (none), 4 or 6 */
	uint8_t bytes[16]; /* network order; IPv4 in the first four */
};

struct kj_prefix {
	struct kj_addr addr;
	uint8_t bits;
};

#define KJ_ADDR_STRLEN	  46 /* longest text form, with NUL */
#define KJ_ADDR_REVERSELEN 65 /* longest reversed form without zone, with NUL */

/*
 * kj_addr_parse - text to address; also takes "[...]" and "IPv6:..." as SMTP writes address literals (RFC 5321
 * section 4.1.3)
 *
 * Errors: -KJ_EINVAL, *ret_addr untouched.
 */
int kj_addr_parse(const char *text, struct kj_addr *ret_addr);

/* kj_addr_from_sockaddr - -KJ_EINVAL for other families than AF_INET and AF_INET6 */
int kj_addr_from_sockaddr(const struct sockaddr *sa, struct kj_addr *ret_addr);

/* kj_addr_from_bytes - family 4 takes four bytes, 6 takes sixteen; mapped addresses are unmapped */
struct kj_addr kj_addr_from_bytes(int family, const uint8_t *bytes);

/* kj_addr_format - text form into out (KJ_ADDR_STRLEN bytes); "" for none. Returns out. */
char *kj_addr_format(const struct kj_addr *addr, char *out);

/*
 * kj_addr_reverse - "4.3.2.1", or 32 nibbles for IPv6, into out (KJ_ADDR_REVERSELEN bytes). Returns out.
 *
 * Source: RFC 5782 sections 2.1 and 2.4; append the list's zone, or in-addr.arpa / ip6.arpa.
 */
char *kj_addr_reverse(const struct kj_addr *addr, char *out);

bool kj_addr_equal(const struct kj_addr *a, const struct kj_addr *b);

/* kj_addr_is_global - neither private, loopback, link-local, shared (RFC 6598), documentation nor unspecified
 * (the documentation prefixes of RFC 5737 and RFC 3849 count as global, since examples and tests use them) */
bool kj_addr_is_global(const struct kj_addr *addr);

/* kj_prefix_parse - "192.0.2.0/24", "2001:db8::/32", or a bare address. Host bits must be zero: -KJ_EINVAL */
int kj_prefix_parse(const char *text, struct kj_prefix *ret_prefix);

bool kj_prefix_contains(const struct kj_prefix *prefix, const struct kj_addr *addr);

/* kj_addr_mask - the address with all but the first bits cleared */
struct kj_addr kj_addr_mask(const struct kj_addr *addr, unsigned bits);

#endif
