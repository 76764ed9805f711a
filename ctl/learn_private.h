/*
 * learn_private.h - a run of learning, between the files of it
 *
 * Private to learn.c and learn_file.c. What cannot be read is said on standard error, and the next is taken.
 */
#ifndef KJ_CTL_LEARN_PRIVATE_H
#define KJ_CTL_LEARN_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/domain_set.h"
#include "ctl/log_file.h"
#include "ctl/maillog.h"
#include "kanjiki/session.h"

struct kj_snapshot;

struct learn {
	struct kj_snapshot *snapshot;
	struct kj_engine *engine;
	struct kj_session *session;
	struct kj_maillog *log;
	struct kj_domain_set *domains;
	int64_t now_s;
	uint64_t mails, passed, undated, lines, strange;
	int64_t first_s, last_s; /* of the mails */
	int64_t from_s, to_s;	 /* watched by the logs so far without a gap; 0: none */
	bool shortened;		 /* the warm-up, by that */
	bool failed;
};

/* kj_learn_complain - of a file; the run has failed then, and goes on. context: struct learn */
void kj_learn_complain(void *context, const char *path, const char *why);

/* kj_learn_is_log - whether a file is a log, by its first lines; *ret_first_s: the time of the first that is of one */
bool kj_learn_is_log(const struct learn *learn, struct kj_log_file *file, int64_t *ret_first_s);

/* kj_learn_file - all mails of a log, mail, mbox or Maildir */
void kj_learn_file(struct learn *learn, const char *path);

#endif
