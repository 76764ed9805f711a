/*
 * err.h - how a function of Kanjiki says that it failed
 *
 * A function that can fail returns 0 (or a count) on success and the negative of one of these codes on failure.
 * Where the code alone would leave an operator guessing, the function also takes a `struct kj_reason` and
 * writes one sentence into it. Libraries neither log nor exit: they hand the code and the sentence up.
 */
#ifndef KJ_ERR_H
#define KJ_ERR_H

#include <stdarg.h>

enum kj_err {
	KJ_ENOMEM = 1, /* out of memory, or an arena is at its limit */
	KJ_EINVAL,     /* malformed input */
	KJ_ERANGE,     /* a number or a size outside its limits */
	KJ_ENOENT,     /* no such thing */
	KJ_EBUSY,      /* a cap was met: try later */
	KJ_EIO,        /* the system refused (file, socket, database) */
	KJ_ELIMIT,     /* a parser's limit was met */
	KJ_ECLOSED,    /* the thing asked is shutting down */
};

struct kj_reason {
	char text[512];
};

/* kj_strerror - a code, positive or negative, in words. Never NULL. Threads: safe. */
const char *kj_strerror(int code);

/*
 * kj_fail - write the reason and hand back -code, so that a caller can `return kj_fail(...)`
 *
 * Takes: reason (may be NULL), a positive code, a printf format. Threads: safe.
 */
int kj_fail(struct kj_reason *reason, enum kj_err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
