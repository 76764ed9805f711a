/*
 * param.h - parameters of Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2231)
 *
 * Private to message/. GMime reads them, too, but turns raw bytes into Latin letters before one can ask for them, and
 * gives up where a semicolon or a quote is missing. Threads: all calls are safe.
 */
#ifndef KJ_PARAM_H
#define KJ_PARAM_H

struct kj_arena;

/* kj_param_head - what stands in front of the parameters, in lower case without blanks; NULL when out of memory */
const char *kj_param_head(struct kj_arena *arena, const char *value);

/* kj_param_token - a parameter that is one word ("charset", "format"), in lower case; "" if it is missing, NULL when
 * out of memory. The first of several counts. */
const char *kj_param_token(struct kj_arena *arena, const char *value, const char *name);

/*
 * kj_param_text - a parameter that is text, in UTF-8
 *
 * Continuations are joined in the order of their numbers up to the first gap; the extended form goes before the plain
 * one. Encoded words and raw bytes, which neither standard allows here, are decoded.
 * Takes:  an unfolded value.
 * Gives:  *ret_text, "" if the parameter is missing; *marks is added to.
 * Errors: -KJ_ENOMEM.
 */
int kj_param_text(
    struct kj_arena *arena, const char *value, const char *name, unsigned *marks, const char **ret_text);

#endif
