/*
 * cluster.h - what the memory knows of the mails that share a key
 *
 * The answer that scoring/ reads and kanjikictl prints: plain data, in whatever arena it was asked for.
 */
#ifndef KJ_CLUSTER_H
#define KJ_CLUSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/addr.h"
#include "kanjiki/signal.h"

#define KJ_CLUSTER_MEMBERS 16 /* shown, newest first */
#define KJ_CLUSTER_ID_LEN  32 /* "subject-0123456789abcdef" with NUL */

/* One mail of it. Strings are never NULL; they are a stranger's, and "" where the memory let them go. */
struct kj_member {
	int64_t time_s;
	struct kj_addr client; /* family 0 where the memory let it go */
	const char *helo;      /* as given */
	const char *domain;    /* org domain of the envelope sender */
	const char *subject;   /* its template (template.h) */
	bool fresh;	       /* the domain was new here then */
};

struct kj_cluster {
	enum kj_signal signal;
	uint64_t id;
	/* Distinct within the window of the signal, the asking mail's own included. Exact up to 16 members, then
	 * estimated. */
	unsigned domains, clients, nets, names;
	unsigned fresh;	 /* domains first seen here within KJ_FRESH_S of their mail (sender_age.h; DNS: KJ_KNOWN_S) */
	unsigned known;	 /* domains known for longer than KJ_KNOWN_S */
	bool estimated;	 /* more than 16 members */
	bool burst;	 /* many more within the last minutes than usual */
	bool in_order;	 /* PTR: the numbers in the names follow the addresses */
	double volume;	 /* mails, each worth half as much after a half-life */
	double per_hour; /* mails of late */
	int64_t first_s, last_s; /* when the first mail came, since a silence of a week at least; and the last one */
	const struct kj_member *members;
	unsigned member_count;
};

/* kj_cluster_id - "helo-0123456789abcdef" into out. Returns out. */
char *kj_cluster_id(enum kj_signal signal, uint64_t id, char out[KJ_CLUSTER_ID_LEN]);

/* kj_cluster_id_parse - back again; -KJ_EINVAL */
int kj_cluster_id_parse(const char *text, enum kj_signal *ret_signal, uint64_t *ret_id);

#endif
