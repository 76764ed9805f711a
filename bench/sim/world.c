/*
 * world.c - domains, hosts, and what the DNS says of them
 *
 * A pattern names a pool's machines: %z its zone, %h number of the host, %n of the net, %a the address with hyphens,
 * %p a private address with hyphens, %x eight hexadecimal digits, %w and %v a word each; what is drawn is drawn from
 * the address, so that a machine always has the same name.
 */
#include "bench/sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kanjiki/name.h"

#define BUCKETS 65536

struct entry {
	struct entry *next;
	uint64_t hash;
	const void *value;
};

struct table {
	struct entry *buckets[BUCKETS];
};

/* All that was made, for world_free(). */
struct piece {
	struct piece *next;
	uint64_t memory[];
};

struct world {
	struct table domains, addrs, names;
	struct piece *pieces;
	struct rng rng;
};

static void *make(struct world *world, size_t size)
{
	struct piece *piece = calloc(1, sizeof *piece + size);

	if (!piece) {
		fprintf(stderr, "kj-sim: out of memory\n");
		exit(2);
	}
	piece->next = world->pieces;
	world->pieces = piece;
	return piece->memory;
}

static uint64_t hash_bytes(const void *data, size_t len)
{
	struct rng rng = {len};
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++) {
		rng.state ^= (uint64_t)bytes[i] << (i % 8 * 8);
		rng.state = rng_next(&rng);
	}
	return rng.state;
}

static void put(struct world *world, struct table *table, uint64_t hash, const void *value)
{
	struct entry *entry = make(world, sizeof *entry);

	*entry = (struct entry){table->buckets[hash % BUCKETS], hash, value};
	table->buckets[hash % BUCKETS] = entry;
}

/* 64 bits of hash are the key: among some hundred thousand names none is taken for another. */
static const void *get(const struct table *table, uint64_t hash)
{
	const struct entry *entry = table->buckets[hash % BUCKETS];

	while (entry && entry->hash != hash)
		entry = entry->next;
	return entry ? entry->value : NULL;
}

struct world *world_new(uint64_t seed)
{
	struct world *world = calloc(1, sizeof *world);

	if (world)
		world->rng = rng_for(seed, 'w', 0);
	return world;
}

void world_free(struct world *world)
{
	if (!world)
		return;
	for (struct piece *piece = world->pieces, *next; piece; piece = next) {
		next = piece->next;
		free(piece);
	}
	free(world);
}

struct kj_addr world_addr(uint32_t addr)
{
	return (struct kj_addr){4, {(uint8_t)(addr >> 24), (uint8_t)(addr >> 16), (uint8_t)(addr >> 8), (uint8_t)addr}};
}

static uint32_t number_of(const struct kj_addr *addr)
{
	return (uint32_t)addr->bytes[0] << 24 | (uint32_t)addr->bytes[1] << 16 | (uint32_t)addr->bytes[2] << 8 |
	       addr->bytes[3];
}

uint32_t world_net(struct world *world)
{
	return rng_between(&world->rng, 11, 99) << 24 | rng_below(&world->rng, 65536) << 8;
}

struct pool *world_pool(struct world *world, const char *zone, const char *name, const char *helo, unsigned nets,
    unsigned hosts, enum kj_fcrdns fcrdns)
{
	struct pool *pool = make(world, sizeof *pool);

	snprintf(pool->zone, sizeof pool->zone, "%s", zone);
	pool->name = name;
	pool->helo = helo;
	pool->fcrdns = fcrdns;
	pool->net_count = nets < WORLD_NETS ? nets : WORLD_NETS;
	for (unsigned i = 0; i < pool->net_count; i++)
		pool->nets[i] = world_net(world);
	pool->hosts = hosts;
	pool->first = rng_between(&world->rng, 1, 255 - hosts);
	pool->shared = true;
	return pool;
}

struct dns *world_dns(struct world *world, const char *operator)
{
	struct dns *dns = make(world, sizeof *dns);

	snprintf(dns->ns[0], sizeof dns->ns[0], "ns1.%s", operator);
	snprintf(dns->ns[1], sizeof dns->ns[1], "ns2.%s", operator);
	snprintf(dns->rname, sizeof dns->rname, "hostmaster.%s", operator);
	return dns;
}

static const char *const syllables[] = {"aki", "haru", "kawa", "yama", "moto", "saki", "mura", "naga", "tani", "hoshi",
    "umi", "mori", "ishi", "kaze", "take", "matsu", "blue", "north", "river", "stone", "lake", "field", "green",
    "bright", "wood", "hill", "sun", "star", "iron", "silver", "maple", "cedar", "gold", "fox", "wolf", "bay", "port",
    "ford", "ton", "dale"};
static const char *const trades[] = {"", "works", "shop", "design", "tech", "foods", "media", "travel", "labs", "kogyo",
    "net", "school", "clinic", "print", "studio", "-inc", "-jp", "store", "garden", "books"};

static void domain_name(struct world *world, char out[WORLD_NAME])
{
	const char *a = RNG_PICK(&world->rng, syllables), *b = RNG_PICK(&world->rng, syllables);
	const char *trade = RNG_PICK(&world->rng, trades);
	uint64_t hash;

	snprintf(out, WORLD_NAME, "%s%s%s.example", a, b, trade);
	hash = hash_bytes(out, strlen(out));
	while (get(&world->domains, hash)) {
		snprintf(out, WORLD_NAME, "%s%s%s%u.example", a, b, trade, rng_below(&world->rng, 100000));
		hash = hash_bytes(out, strlen(out));
	}
}

struct domain *world_domain(struct world *world, const struct pool *pool, const struct dns *dns)
{
	static const enum kj_spf_result qualifiers[] = {KJ_SPF_FAIL, KJ_SPF_SOFTFAIL, KJ_SPF_SOFTFAIL, KJ_SPF_NEUTRAL};
	struct domain *domain = make(world, sizeof *domain);
	struct pool *own;

	domain_name(world, domain->name);
	snprintf(domain->brand, sizeof domain->brand, "%.*s", (int)strcspn(domain->name, "."), domain->name);
	domain->brand[0] = (char)(domain->brand[0] - 'a' + 'A');
	domain->language = rng_below(&world->rng, 10) < 6 ? TEXT_JA : TEXT_EN;
	domain->dns = dns;
	domain->spf_rule = rng_below(&world->rng, 100) < 90 ? SPF_BY_POOL : SPF_MISSING;
	domain->otherwise = RNG_PICK(&world->rng, qualifiers);
	domain->habit = (unsigned)rng_next(&world->rng);
	domain->web = world_net(world) + rng_between(&world->rng, 1, 254);
	if (!pool) {
		own = world_pool(world, domain->name, rng_below(&world->rng, 3) ? "mail.%z" : "mx1.%z", NULL, 1, 1,
		    rng_below(&world->rng, 20) ? KJ_FCRDNS_PASS : KJ_FCRDNS_NONE);
		own->shared = false;
		pool = own;
	}
	domain->pools[0] = pool;
	domain->home = pool->shared ? pool : NULL;
	put(world, &world->domains, hash_bytes(domain->name, strlen(domain->name)), domain);
	return domain;
}

void world_move(struct domain *domain, const struct pool *home)
{
	domain->home = home;
	domain->pools[1] = home;
}

static void hyphens(uint32_t addr, char out[WORLD_NAME])
{
	snprintf(out, WORLD_NAME, "%u-%u-%u-%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255, addr & 255);
}

struct naming {
	const struct pool *pool;
	unsigned net, host;
	uint32_t addr;
};

static void one_name(const struct naming *naming, char which, char out[WORLD_NAME])
{
	struct rng rng = rng_for(naming->addr, 'n', (unsigned char)which);

	out[0] = '\0';
	switch (which) {
	case 'z': snprintf(out, WORLD_NAME, "%s", naming->pool->zone); break;
	case 'h': snprintf(out, WORLD_NAME, "%u", naming->net * naming->pool->hosts + naming->host + 1); break;
	case 'n': snprintf(out, WORLD_NAME, "%u", naming->net + 1); break;
	case 'a': hyphens(naming->addr, out); break;
	case 'p': hyphens(172U << 24 | 31U << 16 | rng_below(&rng, 65536), out); break;
	case 'x': snprintf(out, WORLD_NAME, "%08x", (unsigned)rng_next(&rng)); break;
	case 'v':
	case 'w': snprintf(out, WORLD_NAME, "%s%s", RNG_PICK(&rng, syllables), RNG_PICK(&rng, trades)); break;
	default: break;
	}
}

static void expand(const struct naming *naming, const char *pattern, char out[WORLD_NAME])
{
	char piece[WORLD_NAME];
	size_t len = 0;

	for (const char *p = pattern; *p && len < WORLD_NAME - 1; p++) {
		if (*p == '%' && p[1])
			one_name(naming, *++p, piece);
		else
			snprintf(piece, sizeof piece, "%c", *p);
		len += (size_t)snprintf(out + len, WORLD_NAME - len, "%s", piece);
	}
	out[len < WORLD_NAME ? len : WORLD_NAME - 1] = '\0';
}

static const struct host *host_new(struct world *world, const struct naming *naming)
{
	struct host *host = make(world, sizeof *host);
	const struct pool *pool = naming->pool;

	host->addr = world_addr(naming->addr);
	host->fcrdns = pool->fcrdns;
	if (host->fcrdns != KJ_FCRDNS_NONE)
		expand(naming, pool->name, host->name);
	expand(naming, pool->helo ? pool->helo : pool->name, host->helo);
	host->known = host->fcrdns == KJ_FCRDNS_PASS;
	put(world, &world->addrs, hash_bytes(&naming->addr, sizeof naming->addr), host);
	if (host->known)
		put(world, &world->names, hash_bytes(host->name, strlen(host->name)), host);
	return host;
}

const struct host *world_host(struct world *world, const struct pool *pool, struct rng *rng)
{
	struct naming naming = {.pool = pool};
	const struct host *host;

	naming.net = rng_below(rng, pool->net_count);
	naming.host = rng_below(rng, pool->hosts);
	naming.addr = pool->nets[naming.net] + pool->first + naming.host;
	host = get(&world->addrs, hash_bytes(&naming.addr, sizeof naming.addr));
	return host ? host : host_new(world, &naming);
}

const struct domain *world_find_domain(const struct world *world, const char *name)
{
	const char *org = kj_name_org(name);

	return get(&world->domains, hash_bytes(org, strlen(org)));
}

const struct host *world_find_host(const struct world *world, const struct kj_addr *addr)
{
	uint32_t number = number_of(addr);

	return get(&world->addrs, hash_bytes(&number, sizeof number));
}

const struct host *world_find_name(const struct world *world, const char *name)
{
	return get(&world->names, hash_bytes(name, strlen(name)));
}

static bool in_pool(const struct pool *pool, const struct kj_addr *client)
{
	uint32_t number = number_of(client);

	for (unsigned i = 0; i < pool->net_count; i++)
		if (pool->nets[i] == (number & 0xffffff00))
			return true;
	return false;
}

static void pool_terms(const struct pool *pool, struct kj_spf_breadth *breadth, struct kj_buf *out)
{
	char text[KJ_ADDR_STRLEN];
	struct kj_addr addr;

	if (pool->shared) {
		kj_buf_printf(out, " include:spf.%s", pool->zone);
		return;
	}
	for (unsigned i = 0; i < pool->net_count; i++) {
		addr = world_addr(pool->nets[i] + pool->first);
		kj_buf_printf(out, " ip4:%s", kj_addr_format(&addr, text));
		breadth->ip4_terms++;
		breadth->ip4_nets++;
		breadth->ip4_isolated++;
	}
}

static const char *all_term(enum kj_spf_result otherwise)
{
	return otherwise == KJ_SPF_FAIL ? " -all" : otherwise == KJ_SPF_SOFTFAIL ? " ~all" : " ?all";
}

bool world_spf(const struct domain *domain, const struct kj_addr *client, enum kj_spf_result *ret_result,
    struct kj_spf_breadth *ret_breadth, struct kj_buf *out)
{
	bool pass = domain->spf_rule == SPF_ANYWHERE;

	if (domain->spf_rule == SPF_MISSING)
		return false;
	kj_buf_add_str(out, *domain->spf ? domain->spf : "v=spf1");
	for (unsigned i = 0; i < WORLD_POOLS && domain->pools[i]; i++) {
		pass |= domain->spf_rule == SPF_BY_POOL && in_pool(domain->pools[i], client);
		if (!*domain->spf)
			pool_terms(domain->pools[i], ret_breadth, out);
	}
	if (!*domain->spf)
		kj_buf_add_str(out, all_term(domain->otherwise));
	*ret_result = pass ? KJ_SPF_PASS : domain->otherwise;
	return true;
}
