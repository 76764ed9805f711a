/*
 * err.c - error codes in words
 */
#include "kanjiki/err.h"

static const char *const words[] = {
    [0] = "no error",
    [KJ_ENOMEM] = "out of memory",
    [KJ_EINVAL] = "malformed",
    [KJ_ERANGE] = "out of range",
    [KJ_ENOENT] = "not found",
    [KJ_EBUSY] = "busy",
    [KJ_EIO] = "input/output error",
    [KJ_ELIMIT] = "limit reached",
    [KJ_ECLOSED] = "closed",
};

const char *kj_strerror(int code)
{
	unsigned n = code < 0 ? 0U - (unsigned)code : (unsigned)code;

	return n < sizeof words / sizeof *words ? words[n] : "unknown error";
}

int kj_fail(struct kj_reason *reason, enum kj_err code, const char *format, ...)
{
	if (reason) {
		va_list args;

		va_start(args, format);
		vsnprintf(reason->text, sizeof reason->text, format, args);
		va_end(args);
	}
	return -(int)code;
}
