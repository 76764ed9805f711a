/*
 * identity.h - never working as root
 */
#ifndef KJ_MILTER_IDENTITY_H
#define KJ_MILTER_IDENTITY_H

#include "kanjiki/err.h"

/*
 * kj_become_user - as root: become this user, with all its groups, for good; as anybody else: do nothing
 *
 * Errors: -KJ_ENOENT (no such user), -KJ_EINVAL (the user is root itself), -KJ_EIO (the system refused), with the
 *         reason. The caller must not go on after an error.
 * Threads: call it while there is only one.
 */
int kj_become_user(const char *user, struct kj_reason *reason);

#endif
