/*
 * honest_setup.c - who there is: providers, and groups of domains that send by the same way
 *
 * Names are worded after those of well-known providers, so that they have numbers and addresses where theirs have.
 */
#include "bench/sim/honest_private.h"

static void group(struct group *group, const struct dns *dns, unsigned size, unsigned tail)
{
	group->dns = dns;
	group->size = size;
	group->tail = tail;
}

static void add_pool(struct honest *honest, struct group *group, const char *zone, const char *name, const char *helo,
    unsigned nets, unsigned hosts, enum kj_fcrdns fcrdns)
{
	group->pools[group->pool_count++] = world_pool(honest->sim->world, zone, name, helo, nets, hosts, fcrdns);
}

/* People's mail comes from two giants, providers, hosters, and servers of one's own (a pool of NULL makes one). */
static void set_people(struct honest *honest)
{
	struct group *people = &honest->people;

	group(people, NULL, 15000, 25);
	add_pool(honest, people, "outlook.example", "mail-%x.outbound.protection.%z", NULL, 24, 120, KJ_FCRDNS_PASS);
	people->pools[people->pool_count++] = people->pools[0];
	add_pool(honest, people, "google.example", "mail-yw%n-f%h.%z", NULL, 16, 100, KJ_FCRDNS_PASS);
	people->pools[people->pool_count++] = NULL;
	people->pools[people->pool_count++] = NULL;
	add_pool(honest, people, "isp1.example", "mta%h.%z", NULL, 2, 20, KJ_FCRDNS_PASS);
	add_pool(honest, people, "isp2.example", "msa0%n%h.plala.%z", "smtp%h.%z", 1, 12, KJ_FCRDNS_PASS);
	honest->calendars = people->pools[2];
}

static void set_services(struct honest *honest)
{
	group(&honest->esps, NULL, 20000, 45);
	add_pool(honest, &honest->esps, "esp1.example", "o%h.ptr%n.%z", NULL, 3, 60, KJ_FCRDNS_PASS);
	add_pool(honest, &honest->esps, "esp2.example", "mail%h.sea%n.%z", NULL, 2, 100, KJ_FCRDNS_PASS);
	add_pool(honest, &honest->esps, "esp3.example", "a%n-%h.smtp-out.%z", NULL, 4, 200, KJ_FCRDNS_PASS);
	honest->esps.homes = honest->new_esp.homes = honest->services.homes = honest->clouds.homes = &honest->people;
	group(&honest->new_esp, NULL, 2000, 60);
	add_pool(honest, &honest->new_esp, "esp4.example", "s%h.%z", NULL, 2, 40, KJ_FCRDNS_PASS);
	group(&honest->gateway, NULL, 4000, 40);
	add_pool(honest, &honest->gateway, "gateway1.example", "mx0%n-%x.pphosted.%z", NULL, 2, 30, KJ_FCRDNS_PASS);
	add_pool(honest, &honest->gateway, "gateway2.example", "esa%h.hc%n.iphmx.%z", NULL, 2, 30, KJ_FCRDNS_PASS);
	group(&honest->services, NULL, 6000, 60);
	add_pool(honest, &honest->services, "helpdesk.example", "outbyoip%h.%z", NULL, 1, 30, KJ_FCRDNS_PASS);
	add_pool(honest, &honest->services, "bills.example", "mta-%a.%z", NULL, 2, 30, KJ_FCRDNS_PASS);
	group(&honest->lists, NULL, 60, 10);
	group(&honest->verps, NULL, 300, 10);
}

static void set_hosting(struct honest *honest)
{
	static const char *const zones[] = {"hoster1.example", "hoster2.example", "hoster3.example", "hoster4.example"};
	struct world *world = honest->sim->world;

	group(&honest->hosting, NULL, 30000, 80);
	for (unsigned i = 0; i < 4; i++)
		add_pool(honest, &honest->hosting, zones[i], i % 2 ? "sv%h.%z" : "web%h.%z", NULL, 1 + i % 2, 50,
		    KJ_FCRDNS_PASS);
	/* One whose machines have no proper names. */
	add_pool(honest, &honest->hosting, "hoster5.example", "%a.static.%z", "www%h.%z", 2, 60, KJ_FCRDNS_FAIL);
	group(&honest->parked, world_dns(world, "registrar.example"), 10000, 90);
	add_pool(honest, &honest->parked, "registrar.example", "p3plsmtpa%h-%n.prod.%z", NULL, 2, 30, KJ_FCRDNS_PASS);
	group(&honest->clouds, NULL, 10000, 70);
	add_pool(honest, &honest->clouds, "cloud1.example", "ec2-%a.compute.%z",
	    "ip-%p.ap-northeast-1.compute.internal", 20, 200, KJ_FCRDNS_PASS);
	add_pool(
	    honest, &honest->clouds, "cloud2.example", "%a.bc.%z", "instance-%h.localdomain", 12, 200, KJ_FCRDNS_PASS);
	add_pool(honest, &honest->clouds, "cloud3.example", "", "vps%x", 20, 200, KJ_FCRDNS_NONE);
	add_pool(honest, &honest->clouds, "cloud4.example", "v%a.%z", "localhost.localdomain", 8, 200, KJ_FCRDNS_PASS);
	group(&honest->neighbours, NULL, 800, 60);
	for (unsigned i = 0; i < 4; i++)
		honest->neighbour_nets[i] = world_net(world);
}

static void set_forwarders(struct honest *honest)
{
	static const char *const zones[] = {"alumni.example", "acm.example", "domains1.example", "oldmail.example"};
	struct world *world = honest->sim->world;

	for (unsigned i = 0; i < 4; i++) {
		honest->forwarders[i] = world_pool(world, zones[i], "fwd%h.%z", NULL, 1, 6, KJ_FCRDNS_PASS);
		honest->srs_domains[i] = world_domain(world, NULL, NULL);
	}
}

void honest_set_world(struct honest *honest)
{
	struct sim *sim = honest->sim;

	for (unsigned i = 0; i < PROVIDERS; i++) {
		char name[WORLD_NAME];

		snprintf(name, sizeof name, "dns%u.example", i + 1);
		honest->registrars[i] = world_dns(sim->world, name);
	}
	set_people(honest);
	set_services(honest);
	set_hosting(honest);
	set_forwarders(honest);
	honest->startup = world_domain(
	    sim->world, world_pool(sim->world, "startup.example", "m%h.%z", NULL, 1, 14, KJ_FCRDNS_PASS), NULL);
	honest->shop = world_domain(sim->world, NULL, NULL);
	honest->copied = world_domain(sim->world, NULL, NULL);
	honest->copied->spf_rule = SPF_BY_POOL;
}
