/*
 * dkim.h - whose signature a DKIM-Signature field claims to be (RFC 6376 section 3.5)
 *
 * Signatures are verified by a filter before us, never here.
 */
#ifndef KJ_DKIM_H
#define KJ_DKIM_H

struct kj_auth_result;

/*
 * kj_dkim_domain - the d= of a field that a verifier would take for a signature
 *
 * Strict: all tags that the RFC requires must be there, once, and nothing else than tags. What OpenDKIM passes over
 * without a word ("d=example.com" alone, an empty tag in front) is no signature here either.
 *
 * Takes:  the value as sent.
 * Gives:  out, KJ_NAME_STRLEN bytes (name.h), normalised.
 * Errors: -KJ_EINVAL for anything else.
 * Threads: safe.
 */
int kj_dkim_domain(const char *value, char *out);

/*
 * kj_dkim_result_domain - whose signature a dkim result of Authentication-Results speaks of: header.d, or the domain of
 * header.i, as Google has it
 *
 * Gives: out, as above. Errors: -KJ_EINVAL.
 */
int kj_dkim_result_domain(const struct kj_auth_result *result, char *out);

#endif
