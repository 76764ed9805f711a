/*
 * template.h - what is left of a name, a subject or a record when everything that changes from mail to mail is folded
 *
 * Mails of one campaign have the same template: ary053.localhost and ary058.localhost are both "ary#.localhost". A
 * template is readable, for it is shown to people, and is hashed afterwards.
 *
 * Each call writes at most KJ_TEMPLATE_MAX bytes with NUL to out and returns the length; 0, and "" in out, where
 * there is nothing that could tell anything (see each). Time is linear in the input. Threads: safe.
 */
#ifndef KJ_TEMPLATE_H
#define KJ_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

#include "kanjiki/addr.h"
#include "kanjiki/received.h"
#include "kanjiki/text.h"

#define KJ_TEMPLATE_MAX 256

/* Whose names and addresses are folded in subjects and texts. Strings are never NULL. */
struct kj_persons {
	const char *const *rcpts; /* envelope recipients, without brackets; the first 8 count */
	unsigned rcpt_count;
	const char *from_name;	  /* display name of From, as decoded; "" if none */
	/* of the envelope sender, normalised; best its org domain, since links name others of it; "" if none */
	const char *sender_domain;
};

/*
 * kj_template_helo - of a normalised HELO name: the client's address in it is "IP" (with dots or hyphens, either way
 * round, in hexadecimal digits), runs of 8 hexadecimal digits and more with both letters and digits are "h", other
 * runs of digits "#"; the rest stays
 *
 * "" for an empty name, for an address literal, where nothing was folded (a name that does not change is no
 * template), where nothing is left, and for "#.zone": 163.com and 126.com are two companies.
 */
size_t kj_template_helo(const char *name, const struct kj_addr *client, char out[KJ_TEMPLATE_MAX]);

/*
 * kj_template_ptr - the same of a PTR name; *ret_number is the value of the first run of digits outside of an address
 * (0 and "" where there is none, or where it is above 16,777,215)
 */
size_t kj_template_ptr(
    const char *name, const struct kj_addr *client, char out[KJ_TEMPLATE_MAX], uint32_t *ret_number);

/*
 * kj_template_subject - of a subject in the view of words (views.h): the recipient's address is {R}, its local part
 * {L} (whole words only, 3 letters and more), the display name of From {N}, URLs and what has the sender's domain in
 * it {U}, runs of digits, with dots and commas among them, #
 *
 * "" where fewer than 6 characters are left beside those and blanks and punctuation (3, where they are of a script
 * that writes no blanks).
 */
size_t kj_template_subject(
    const struct kj_text *subject, const struct kj_persons *persons, char out[KJ_TEMPLATE_MAX]);

/*
 * kj_template_chain - of Received lines (newest first): for each "by/with/userid<helo,rdns,address;", without what
 * stands behind '<' where it names no client
 *
 * A name is "name", "bare" without a dot, "IP", "localhost", "unknown", or keeps its zone if the DNS has none such
 * (X.localhost is *.localhost). A userid is root, service, user; an address public, private, loopback. "-" is what
 * the line does not say. Lines that do not fit are left out. "" without lines.
 */
size_t kj_template_chain(const struct kj_received *chain, unsigned count, char out[KJ_TEMPLATE_MAX]);

/*
 * kj_template_spf - of an SPF record as published: lower case, one blank between terms, the domain's own name
 * (normalised) and its org domain are {D}, IPv4 addresses end at their /24, IPv6 at their /48; networks first, in
 * order; nothing twice
 *
 * "" where it is none, or says nothing of its own: no terms, or only a, mx, ptr (of {D}) and all.
 */
size_t kj_template_spf(const char *record, const char *domain, char out[KJ_TEMPLATE_MAX]);

#endif
