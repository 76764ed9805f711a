/*
 * spf_macro.h - macros of SPF (RFC 7208 section 7): syntax and expansion
 *
 * Pure: no DNS, no allocation but the caller's buffer. Threads: safe.
 */
#ifndef KJ_SPF_MACRO_H
#define KJ_SPF_MACRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/addr.h"

struct kj_buf;

/* Where a macro-string stands decides what may stand in it (section 7.2). */
enum kj_spf_macro_place {
	KJ_SPF_IN_DOMAIN,      /* domain-spec: visible characters, no %{c}, %{r}, %{t} */
	KJ_SPF_IN_MODIFIER,    /* value of an unknown modifier: visible characters, every letter */
	KJ_SPF_IN_EXPLANATION, /* text that exp= leads to: blanks too, every letter */
};

struct kj_spf_macro_facts {
	bool has_macro;     /* there is something to expand */
	bool uses_p;        /* %{p}: the validated name must be looked up first */
	bool ends_in_macro; /* the last thing in it is a macro-expand */
};

/* What the letters stand for. No pointer is NULL. */
struct kj_spf_macro_values {
	const char *local;         /* l */
	const char *sender_domain; /* o; s is l@o */
	const char *domain;        /* d: the domain whose record is evaluated */
	const char *helo;          /* h */
	const char *receiver;      /* r */
	const char *validated;     /* p, or "unknown" */
	struct kj_addr client;     /* i, c, v */
	int64_t now_s;             /* t */
};

/* kj_spf_macro_check - is text a macro-string that may stand at place? 0, or -KJ_EINVAL; ret_facts may be NULL */
int kj_spf_macro_check(
    const char *text, size_t len, enum kj_spf_macro_place place, struct kj_spf_macro_facts *ret_facts);

/*
 * kj_spf_macro_expand - append the expansion of text to out
 *
 * Takes: text that kj_spf_macro_check() found good; anything else is copied as it is. out bounds the result
 * (out->truncated).
 */
void kj_spf_macro_expand(
    const char *text, size_t len, const struct kj_spf_macro_values *values, struct kj_buf *out);

/*
 * kj_spf_macro_target - the name to look up that a domain-spec stands for
 *
 * Expanded, without the final dot, cut from the left by whole labels until it fits (section 7.3).
 * Gives: out (KJ_NAME_STRLEN bytes); "" if no DNS name comes out of it: an empty label or one above 63 octets,
 *        control characters, or bytes beyond ASCII (RFC 8616 section 4: such a local-part never matches).
 */
void kj_spf_macro_target(const char *text, size_t len, const struct kj_spf_macro_values *values, char *out);

#endif
