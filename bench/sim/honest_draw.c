/*
 * honest_draw.c - which domain sends next
 */
#include "bench/sim/honest_private.h"

static const struct dns *registrar(struct honest *honest)
{
	return chance(honest, 60) ? honest->registrars[rng_below(&honest->rng, PROVIDERS)] : NULL;
}

/* Zipf by a log-uniform rank; and a long tail. */
static unsigned draw_rank(struct honest *honest, const struct group *group)
{
	if (chance(honest, group->tail))
		return rng_below(&honest->rng, group->size);
	return (unsigned)rng_size(&honest->rng, 1, group->size) - 1;
}

static const struct pool *pool_of(struct honest *honest, const struct group *group)
{
	return group->pool_count ? group->pools[rng_below(&honest->rng, group->pool_count)] : NULL;
}

struct domain *honest_new_member(struct honest *honest, const struct group *group)
{
	struct domain *domain =
	    world_domain(honest->sim->world, pool_of(honest, group), group->dns ? group->dns : registrar(honest));

	/* A home of NULL is a server at the web site, which has no pool. */
	if (group->homes)
		world_move(domain, pool_of(honest, group->homes));
	return domain;
}

struct domain *honest_draw(struct honest *honest, struct group *group)
{
	unsigned rank = draw_rank(honest, group);

	if (!group->members[rank])
		group->members[rank] = honest_new_member(honest, group);
	return group->members[rank];
}

/* Small firms with a server each, in the same network of a provider, one address beside the other. */
static struct domain *new_neighbour(struct honest *honest)
{
	struct domain *domain = world_domain(honest->sim->world, NULL, registrar(honest));
	struct pool *pool = world_pool(honest->sim->world, domain->name,
	    chance(honest, 70) ? "mail.%z" : "vps-%x.provider.example", "mail.%z", 1, 1, KJ_FCRDNS_PASS);

	pool->nets[0] = honest->neighbour_nets[rng_below(&honest->rng, 4)];
	pool->shared = false;
	domain->pools[0] = pool;
	return domain;
}

struct domain *honest_draw_neighbour(struct honest *honest)
{
	unsigned rank = draw_rank(honest, &honest->neighbours);

	if (!honest->neighbours.members[rank])
		honest->neighbours.members[rank] = new_neighbour(honest);
	return honest->neighbours.members[rank];
}
