/*
 * header.h - header fields: finding, unfolding, mailboxes and dates
 *
 * Private to message/; kj_message_split() and kj_message_field() of message.h live in header.c, too.
 */
#ifndef KJ_HEADER_H
#define KJ_HEADER_H

#include <stdint.h>

#include "kanjiki/message.h"

/* kj_header_find - value of the first field of that name (any case), or NULL */
const char *kj_header_find(const struct kj_field *fields, unsigned count, const char *name);

/*
 * kj_header_unfold - the value on one line, without blanks around it (RFC 5322 section 2.2.3)
 *
 * A line end with the blanks behind it becomes one blank. Gives value itself where that is enough; NULL when out
 * of memory.
 */
const char *kj_header_unfold(struct kj_arena *arena, const char *value);

/*
 * kj_header_mailbox - first mailbox of an unfolded address field (RFC 5322 section 3.4)
 *
 * Gives:  *ret_name, the display name decoded (the comment, where there is no display name), "" if none;
 *         *ret_addr, the addr-spec with its domain in lower case, "" if none. *marks is added to.
 * Errors: -KJ_ENOMEM.
 */
int kj_header_mailbox(
    struct kj_arena *arena, const char *value, unsigned *marks, const char **ret_name, const char **ret_addr);

/* kj_header_date - RFC 5322 date-time, obsolete forms included, to seconds since 1970; -1 if unreadable */
int64_t kj_header_date(const char *value);

#endif
