/*
 * snapshot.h - one configuration, read and checked as a whole
 *
 * kanjiki.conf and lists/ become one immutable, reference-counted object. A reload makes a new one; mails under
 * way keep the one they began with. A file with any error yields no snapshot at all, and a list of what is wrong:
 * file:line:column, the reason, and a suggestion where a name is misspelt.
 */
#ifndef KJ_SNAPSHOT_H
#define KJ_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/buf.h"
#include "kanjiki/checks.h"
#include "kanjiki/message.h"
#include "kanjiki/policy.h"
#include "kanjiki/record.h"
#include "kanjiki/resolver.h"
#include "kanjiki/share.h"

struct kj_snapshot;

/* The settings outside of blocks for domains and lists. Strings are never NULL. */
struct kj_settings {
	const char *socket;	    /* milter: "unix:/run/kanjiki/milter.sock", "inet:8899@127.0.0.1", "inet6:..." */
	uint32_t socket_mode;	    /* of a unix socket, octal */
	const char *control_socket; /* path; "" for none */
	const char *user;	    /* whom to become when started as root */
	const char *state;	    /* path of the SQLite file with deferrals and first-seen; "" keeps none */
	const char *authserv_id;    /* RFC 8601; default the host name */
	const char *const *trusted_authserv_ids; /* whose Authentication-Results are believed; normalised names */
	unsigned trusted_authserv_id_count;
	bool authserv_queue_id; /* only if the queue id of the mail stands behind the authserv-id */
	enum kj_record_format log_format;
	bool log_syslog;	    /* to syslog(3) instead of standard error */

	const struct kj_prefix *trusted_networks; /* clients that pass unscored */
	unsigned trusted_network_count;
	const struct kj_prefix *trusted_relays; /* clients whose Received line names the true peer */
	unsigned trusted_relay_count;
	bool score_local; /* mail without a client address (pickup, sendmail(1)) is scored, not passed */

	uint32_t deadline_ms; /* for all lookups together, counted from the end of message */
	struct kj_message_limits limits;
	size_t memory_bytes; /* arena of one mail */

	uint32_t defer_min_age_s;  /* a retry this long after the first attempt is let through */
	uint32_t defer_attempts;   /* so is this attempt, whenever it comes */
	uint32_t defer_keep_s;	   /* how long a deferral is remembered */
	uint32_t defer_ceiling_permyriad; /* tempfails per 10,000 mails of the last hour ... */
	uint32_t defer_floor;	   /* ... but always so many an hour */
	uint32_t warm_up_s;	   /* before first-seen knowledge counts */

	struct kj_resolver_config resolver;

	uint32_t list_every_ms;	    /* between two examinations of a DNS list */
	const char *list_elsewhere; /* a domain in which random names do not exist */

	size_t crowd_bytes;	      /* of the memory of the recent traffic (crowd.h); 0: there is none */
	struct kj_share_config share; /* server is "" if nothing is shared with other hosts */
};

/* One thing that is wrong in a configuration file. */
struct kj_complaint {
	const char *file;
	unsigned line, column; /* from 1; 0 where it concerns the file as a whole */
	const char *text;      /* "unknown setting \"tempfial\"; did you mean \"tempfail\"?" */
	bool warning;	       /* the file can be used all the same */
};

/* Complaints in the order of their finding. Threads: one thread at a time. */
struct kj_complaints;
struct kj_complaints *kj_complaints_new(void); /* NULL when out of memory */
void kj_complaints_free(struct kj_complaints *complaints);
void kj_complain(struct kj_complaints *complaints, bool warning, const char *file, unsigned line, unsigned column,
    const char *format, ...) __attribute__((format(printf, 6, 7)));
unsigned kj_complaints_count(const struct kj_complaints *complaints);
unsigned kj_complaints_errors(const struct kj_complaints *complaints);
const struct kj_complaint *kj_complaints_get(const struct kj_complaints *complaints, unsigned index);
/* kj_complaint_print - "kanjiki.conf:12:3: error: text" */
void kj_complaint_print(const struct kj_complaint *complaint, struct kj_buf *buf);

/*
 * kj_snapshot_load - read a configuration
 *
 * Takes:  the path of kanjiki.conf; NULL stands for an empty file (all defaults and the shipped lists).
 * Gives:  *ret_snapshot with one reference; complaints filled, also with warnings on success.
 * Errors: -KJ_EINVAL (see the complaints), -KJ_ENOMEM; *ret_snapshot untouched.
 */
int kj_snapshot_load(const char *path, struct kj_snapshot **ret_snapshot, struct kj_complaints *complaints);

/* Reference counting; threads: safe. */
struct kj_snapshot *kj_snapshot_ref(struct kj_snapshot *snapshot);
void kj_snapshot_unref(struct kj_snapshot *snapshot); /* NULL is allowed */

const struct kj_settings *kj_snapshot_settings(const struct kj_snapshot *snapshot);
const struct kj_rules *kj_snapshot_rules(const struct kj_snapshot *snapshot);
const struct kj_policies *kj_snapshot_policies(const struct kj_snapshot *snapshot);

#endif
