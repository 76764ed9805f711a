/*
 * identity.c - from root to the unprivileged user
 *
 * A service manager does this better (User= of the unit); this is for everyone else. A daemon that reads what
 * strangers write has no business with root's rights, so there is no setting that keeps them.
 */
#include "milter/identity.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/types.h>
#include <unistd.h>

int kj_become_user(const char *user, struct kj_reason *reason)
{
	struct passwd entry, *found = NULL;
	char strings[16384];

	if (geteuid() != 0)
		return 0;
	if (getpwnam_r(user, &entry, strings, sizeof strings, &found) != 0 || !found)
		return kj_fail(reason, KJ_ENOENT,
		    "there is no user \"%s\"; create it (adduser --system --group %s) or name another one "
		    "with `user`",
		    user, user);
	if (found->pw_uid == 0)
		return kj_fail(
		    reason, KJ_EINVAL, "user \"%s\" is root; name an unprivileged one with `user`", user);
	if (initgroups(found->pw_name, found->pw_gid) != 0 ||
	    setresgid(found->pw_gid, found->pw_gid, found->pw_gid) != 0 ||
	    setresuid(found->pw_uid, found->pw_uid, found->pw_uid) != 0)
		return kj_fail(reason, KJ_EIO, "cannot become user \"%s\": %s", user, strerrordesc_np(errno));
	if (setuid(0) == 0)
		return kj_fail(reason, KJ_EIO, "user \"%s\" can become root again", user);
	return 0;
}
