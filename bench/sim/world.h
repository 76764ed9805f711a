/*
 * world.h - the Internet that the simulator's mail comes from: domains, hosts, and what the DNS says of them
 *
 * Everything is made once and never goes away; pointers stay good as long as the world. All names are below .example.
 *
 * Threads: one.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/rng.h"
#include "bench/sim/text.h"
#include "kanjiki/question.h"

#define WORLD_NAME  96
#define WORLD_NETS  40
#define WORLD_POOLS 3

/* Who serves a domain's DNS: many domains have the same one. */
struct dns {
	char ns[2][WORLD_NAME];
	char rname[WORLD_NAME];
};

struct host {
	struct kj_addr addr;
	char name[WORLD_NAME]; /* PTR; "" without */
	char helo[WORLD_NAME];
	enum kj_fcrdns fcrdns;
	bool known; /* its name has an address record, which is this address */
};

/* Machines that send under one scheme of names: a server of one's own, a provider's, a farm. */
struct pool {
	char zone[WORLD_NAME];   /* whose machines they are: "esp1.example" */
	const char *name, *helo; /* patterns (world.c) of PTR and HELO; helo NULL: the same */
	enum kj_fcrdns fcrdns;
	uint32_t nets[WORLD_NETS];        /* /24s, host order */
	unsigned net_count, first, hosts; /* last bytes first .. first + hosts - 1 of each */
	bool shared;                      /* many domains send from here, and say so by include: */
};

enum spf_rule {
	SPF_BY_POOL, /* passes from the domain's pools */
	SPF_ANYWHERE,
	SPF_NOWHERE,
	SPF_MISSING,
};

struct domain {
	char name[WORLD_NAME];
	char brand[WORLD_NAME];
	enum text_language language;
	const struct pool *pools[WORLD_POOLS]; /* where its mail comes from */
	const struct pool *home;               /* where it is delivered; NULL: at the web site */
	const struct dns *dns;                 /* NULL: name servers of its own */
	enum spf_rule spf_rule;
	enum kj_spf_result otherwise; /* from elsewhere */
	char spf[512];                /* the record, where it is not made from the pools; "" */
	uint32_t web;                 /* its web site and mail server, host order */
	unsigned habit;               /* decides what its mails have in common: templates, small print */
	int64_t met_ms;               /* when its first mail came (sim.h); 0: none yet */
};

struct world;

struct world *world_new(uint64_t seed);
void world_free(struct world *world);

/* world_net - a /24 for somebody */
uint32_t world_net(struct world *world);

struct pool *world_pool(struct world *world, const char *zone, const char *name, const char *helo, unsigned nets,
    unsigned hosts, enum kj_fcrdns fcrdns);
struct dns *world_dns(struct world *world, const char *operator);

/* world_domain - a new domain whose mail comes from this pool; pool NULL: from a server of its own */
struct domain *world_domain(struct world *world, const struct pool *pool, const struct dns *dns);

/* world_move - the domain's mail is delivered to this pool (NULL: to its web site), from where its people send, too */
void world_move(struct domain *domain, const struct pool *home);

/* world_host - one of the pool's machines */
const struct host *world_host(struct world *world, const struct pool *pool, struct rng *rng);

/* What the DNS knows; NULL if nothing. Domains also for names below them. */
const struct domain *world_find_domain(const struct world *world, const char *name);
const struct host *world_find_host(const struct world *world, const struct kj_addr *addr);
const struct host *world_find_name(const struct world *world, const char *name);

/* world_spf - what the domain's record says of the client, and the record into out; false if there is none */
bool world_spf(const struct domain *domain, const struct kj_addr *client, enum kj_spf_result *ret_result,
    struct kj_spf_breadth *ret_breadth, struct kj_buf *out);

struct kj_addr world_addr(uint32_t addr);

#endif
