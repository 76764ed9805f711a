/*
 * as_user.c - files of the daemon's user, made by root
 */
#include "ctl/as_user.h"

#include <errno.h>
#include <pwd.h>
#include <sys/types.h>
#include <unistd.h>

int kj_as_user_begin(const char *user, struct kj_reason *reason)
{
	struct passwd entry, *found = NULL;
	char strings[16384];

	if (geteuid() != 0)
		return 0;
	if (getpwnam_r(user, &entry, strings, sizeof strings, &found) != 0 || !found)
		return kj_fail(reason, KJ_ENOENT,
		    "there is no user \"%s\", to whom the state file would belong (`user` in the configuration)", user);
	if (setegid(found->pw_gid) != 0 || seteuid(found->pw_uid) != 0) {
		kj_fail(reason, KJ_EIO, "cannot act as user \"%s\": %s", user, strerrordesc_np(errno));
		kj_as_user_end();
		return -KJ_EIO;
	}
	return 0;
}

void kj_as_user_end(void)
{
	/* For root neither can fail; who is not root has nothing to go back to. */
	if (getuid() == 0 && (seteuid(0) != 0 || setegid(0) != 0))
		return;
}
