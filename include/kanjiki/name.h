/*
 * name.h - DNS names as mail uses them
 *
 * Names are held in lower case, without the final dot, as A-labels. Threads: safe.
 */
#ifndef KJ_NAME_H
#define KJ_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define KJ_NAME_STRLEN 254 /* longest name in text form (RFC 1035 section 2.3.4), with NUL */

/*
 * kj_name_normalise - lower case, no final dot, internationalised labels to A-labels (IDNA 2008, UTS #46)
 *
 * Gives:  out, KJ_NAME_STRLEN bytes.
 * Errors: -KJ_EINVAL for what cannot be a DNS name: empty, an empty label, a label over 63 or a name over 253
 *         octets, blanks or control characters. Underscores and other odd ASCII are allowed.
 */
int kj_name_normalise(const char *name, char *out);

/* kj_name_is_fqdn - at least two labels of letters, digits and inner hyphens (RFC 5321 section 4.1.2), and
 * not an address; takes a normalised name */
bool kj_name_is_fqdn(const char *name);

/* kj_name_within - name is zone or below it ("a.b.localhost" within "localhost"); both normalised */
bool kj_name_within(const char *name, const char *zone);

/* kj_name_zone - the first of the zones that the name is within, or NULL */
const char *kj_name_zone(const char *name, const char *const *zones, unsigned count);

/*
 * kj_name_org - the org domain: the label below the public suffix, with the suffix ("mail.example.co.jp" ->
 * "example.co.jp")
 *
 * Returns a pointer into name. A name that is itself a public suffix, or has none, is its own org domain, and so is
 * an address. Takes a normalised name. Source: the Mozilla Public Suffix List through libpsl.
 */
const char *kj_name_org(const char *name);

/* kj_name_is_public - its top-level domain is one that the list knows ("x.com", not "x.invalid" or "file.txt"); takes a
 * normalised name */
bool kj_name_is_public(const char *name);

/* kj_name_same_org - both have the same org domain; false if either is empty */
bool kj_name_same_org(const char *a, const char *b);

/* kj_name_of_address - the domain behind the last '@', normalised into out (KJ_NAME_STRLEN); -KJ_EINVAL if
 * there is none. Angle brackets and blanks around the address are allowed. */
int kj_name_of_address(const char *address, char *out);

#endif
