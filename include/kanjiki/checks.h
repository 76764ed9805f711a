/*
 * checks.h - the table of checks
 *
 * A check asks, then it judges. Asking happens as soon as its facts are there, at the stage its row names;
 * judging happens once, at the end, and is pure: same facts, same evidence, same rules - same hits. Adding a check:
 * one file scoring/check_*.c, one row in the table of checks.c, its symbols in lists/weights.conf, its cases.
 */
#ifndef KJ_CHECKS_H
#define KJ_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/addr.h"
#include "kanjiki/authres.h"
#include "kanjiki/cluster.h"
#include "kanjiki/dnsbl.h"
#include "kanjiki/evidence.h"
#include "kanjiki/hits.h"
#include "kanjiki/message.h"
#include "kanjiki/phrase_set.h"
#include "kanjiki/views.h"

/* Where the session stands; also the order of the callbacks of the milter protocol. */
enum kj_stage { KJ_STAGE_CONNECT, KJ_STAGE_HELO, KJ_STAGE_MAIL, KJ_STAGE_END };

/* What the envelope and the message say, as far as the session has come. Strings are never NULL. */
struct kj_facts {
	struct kj_addr client; /* the true external peer; family 0 if there is none (a local submission) */
	const char *client_name; /* as the MTA verified it, normalised; "" if it is unknown */
	const char *helo;      /* as given */
	const char *helo_name; /* normalised (name.h); "" if it is no DNS name */
	const char *sender;    /* envelope sender without brackets; "" is the null sender */
	const char *sender_domain; /* normalised; "" for the null sender */
	const char *const *rcpts;  /* without brackets */
	unsigned rcpt_count;
	const struct kj_message *message; /* NULL before KJ_STAGE_END */
	struct kj_received const *chain;  /* Received lines below the true peer's; written by the client */
	unsigned chain_count;
	const struct kj_auth_field *auth; /* Authentication-Results that may be believed, newest first */
	unsigned auth_count;
	struct kj_views visible; /* views of the message's visible text */
	struct kj_views subject;
	int64_t now_s;     /* when the mail came ... */
	bool came_earlier; /* ... or at some time before that, nobody knows when (mail from a file) */
	bool warming_up; /* no first-seen knowledge yet: nothing is fresh */
	const struct kj_cluster *clusters; /* what the mail has in common with others of late, by signal */
	unsigned cluster_count;
	const char *subject_template; /* of the subject (template.h); "" if it is not counted */
	bool from_pool;	 /* the client is one of a pool that many senders share (lists/shared.conf) */
	bool host_known; /* the client's name is confirmed, not generic, and of a domain known here for 14 days */
};

/* What the operator configured for the checks. Plain data, filled by `conf/`. */
struct kj_rules {
	const struct kj_dnsbl *dnsbls;
	unsigned dnsbl_count;
	bool spf;
	bool crowd; /* the recent traffic is remembered */
	const char *const *special_helos; /* names and suffixes no public host can have: "localhost", "lan", ... */
	unsigned special_helo_count;
	const char *const *default_helos; /* what host names begin with that nobody chose: "ip", "vps", ... */
	unsigned default_helo_count;
	/* What many honest senders have in common, normalised; lists/shared.conf says what belongs there. */
	const char *const *shared_pools; /* domains of the host names of mail pools */
	unsigned shared_pool_count;
	const char *const *shared_name_servers; /* domains of the name servers of registrars and DNS hosters */
	unsigned shared_name_server_count;
	const struct kj_phrase_set *extortion; /* NULL switches the check off */
};

struct kj_check {
	const char *name;
	const char *const *symbols; /* all it can hit, NULL-terminated; NULL if the configuration names them */
	enum kj_stage ask_at; /* ask and judge may be NULL */
	void (*ask)(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence);
	void (*judge)(const struct kj_facts *facts, const struct kj_rules *rules,
	    const struct kj_evidence *evidence, struct kj_hits *hits);
};

/* The lists are asked at each stage, by a check each, and judged together, by the first of them. */
extern const struct kj_check kj_check_dnsbl, kj_check_dnsbl_helo, kj_check_dnsbl_sender, kj_check_dnsbl_content;
extern const struct kj_check kj_check_spf, kj_check_spf_breadth, kj_check_sender_domain, kj_check_rdns, kj_check_helo,
    kj_check_received, kj_check_headers, kj_check_text, kj_check_extortion, kj_check_crowd, kj_check_auth;

/* kj_checks - all of them, NULL-terminated, in the order of the explanation */
extern const struct kj_check *const kj_checks[];

/* kj_checks_ask - have every check of this stage put its questions */
void kj_checks_ask(enum kj_stage stage, const struct kj_facts *facts, const struct kj_rules *rules,
    struct kj_evidence *evidence);

/* kj_checks_judge - have every check judge */
void kj_checks_judge(const struct kj_facts *facts, const struct kj_rules *rules,
    const struct kj_evidence *evidence, struct kj_hits *hits);

#endif
