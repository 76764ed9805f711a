/*
 * as_user.h - files of the daemon's user, made by root
 *
 * kanjikictl may be run by root, who alone can read the mail log; what it writes must belong to the user that the
 * daemon becomes, or the daemon could not open its own state file any more. Threads: the identity is the whole
 * program's.
 */
#ifndef KJ_CTL_AS_USER_H
#define KJ_CTL_AS_USER_H

#include "kanjiki/err.h"

/* kj_as_user_begin - act as this user, if we are root; -KJ_ENOENT, -KJ_EIO with the reason, and nothing is changed */
int kj_as_user_begin(const char *user, struct kj_reason *reason);

/* kj_as_user_end - be root again, if we were */
void kj_as_user_end(void);

#endif
