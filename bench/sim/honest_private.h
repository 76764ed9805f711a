/*
 * honest_private.h - what the files of honest mail share
 */
#ifndef SIM_HONEST_PRIVATE_H
#define SIM_HONEST_PRIVATE_H

#include "bench/sim/honest.h"

#define GROUP_MAX 30000
#define KEPT      16
#define PROVIDERS 8

/* Domains that send by the same way; each is made when it sends for the first time. */
struct group {
	const struct pool *pools[PROVIDERS]; /* a member has one of them; none: a server of its own */
	unsigned pool_count;
	const struct dns *dns;     /* NULL: one of the registrars', or its own */
	const struct group *homes; /* where its people have their mail, if that is elsewhere; NULL: there, too */
	unsigned size, tail;       /* in percent: draws in which all are equally likely, as against the few big ones */
	struct domain *members[GROUP_MAX];
};

struct honest {
	struct sim *sim;
	struct rng rng;
	unsigned rate;
	struct group people, esps, new_esp, gateway, hosting, parked, clouds, neighbours, services, lists, verps;
	const struct pool *forwarders[4], *srs, *calendars;
	const struct domain *srs_domains[4];
	struct domain *startup, *shop, *copied;
	const struct dns *registrars[PROVIDERS];
	uint32_t neighbour_nets[4];
	struct letter kept[KEPT]; /* some of the last, to be sent again */
	unsigned kept_count;
};

static inline bool chance(struct honest *honest, unsigned percent)
{
	return rng_below(&honest->rng, 100) < percent;
}

/* honest_set_world - make the pools, and what groups of senders there are (honest_setup.c) */
void honest_set_world(struct honest *honest);

/* honest_draw - a domain of the group; honest_new_member - one that nobody has met; honest_draw_neighbour - one with
 * a server of its own beside others (honest_draw.c) */
struct domain *honest_draw(struct honest *honest, struct group *group);
struct domain *honest_new_member(struct honest *honest, const struct group *group);
struct domain *honest_draw_neighbour(struct honest *honest);

/* One mail each (honest_mail.c). */
typedef void honest_mail_fn(struct honest *honest, struct letter *letter);
honest_mail_fn honest_write_person, honest_write_newcomer, honest_write_newsletter, honest_write_new_esp,
    honest_write_gateway, honest_write_list, honest_write_forwarded, honest_write_srs, honest_write_forwarded_spam,
    honest_write_startup, honest_write_hosted, honest_write_parked, honest_write_cloud, honest_write_neighbour,
    honest_write_service, honest_write_invitation, honest_write_sale, honest_write_bounce, honest_write_away,
    honest_write_account, honest_write_copied, honest_write_phish, honest_write_again;

#endif
