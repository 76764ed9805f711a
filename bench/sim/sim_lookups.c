/*
 * sim_lookups.c - the simulator's DNS, linked in place of lookup/lookups.c
 *
 * Every question has its answer at once, from the world (world.h); no DNS list knows anything. What is asked about
 * names outside of the world is not found.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/sim/sim.h"
#include "kanjiki/err.h"
#include "kanjiki/lookups.h"
#include "kanjiki/name.h"

#define QUESTIONS_MAX 256

struct slot {
	struct kj_answer answer;
	struct kj_addr addr;
	const char *names[2];
	char text[2][2 * WORLD_NAME];
	struct kj_buf record;
};

struct kj_lookups {
	const struct world *world;
	struct slot *slots[QUESTIONS_MAX];
	unsigned count;
};

struct kj_lookups *kj_lookups_new(struct kj_resolver *resolver, const struct kj_clock *clock, uint32_t longest_ms)
{
	struct kj_lookups *lookups = calloc(1, sizeof *lookups);

	(void)resolver;
	(void)longest_ms;
	if (lookups)
		lookups->world = ((const struct sim *)clock->context)->world;
	return lookups;
}

void kj_lookups_free(struct kj_lookups *lookups)
{
	if (!lookups)
		return;
	for (unsigned i = 0; i < lookups->count; i++) {
		kj_buf_free(&lookups->slots[i]->record);
		free(lookups->slots[i]);
	}
	free(lookups);
}

static void found_addr(struct slot *slot, struct kj_addr addr)
{
	slot->answer.status = KJ_ANSWER_FOUND;
	slot->addr = addr;
	slot->answer.addrs = &slot->addr;
	slot->answer.addr_count = 1;
}

static void found_name(struct slot *slot, const char *name)
{
	slot->answer.status = KJ_ANSWER_FOUND;
	snprintf(slot->text[slot->answer.name_count], sizeof slot->text[0], "%s", name);
	slot->names[slot->answer.name_count] = slot->text[slot->answer.name_count];
	slot->answer.names = slot->names;
	slot->answer.name_count++;
}

static void answer_fcrdns(const struct world *world, const struct kj_question *question, struct slot *slot)
{
	const struct host *host = world_find_host(world, &question->addr);

	slot->answer.fcrdns = host ? host->fcrdns : KJ_FCRDNS_NONE;
	slot->answer.status = KJ_ANSWER_FOUND;
	if (host && host->fcrdns != KJ_FCRDNS_NONE)
		found_name(slot, host->name);
}

static void answer_addresses(const struct world *world, const struct kj_question *question, struct slot *slot)
{
	const struct host *host = world_find_name(world, question->name);
	const struct domain *domain = host ? NULL : world_find_domain(world, question->name);

	if (host)
		found_addr(slot, host->addr);
	else if (domain)
		found_addr(slot, world_addr(domain->web));
}

/* Names below a sender's domain have its records. Hosts and zones of providers publish none: they matter for nothing
 * here. */
static void answer_spf(const struct world *world, const struct kj_question *question, struct slot *slot)
{
	char name[KJ_NAME_STRLEN] = "";
	const struct domain *domain;

	slot->answer.status = KJ_ANSWER_FOUND;
	slot->answer.spf = KJ_SPF_NONE;
	slot->answer.text = "no record";
	if (*question->sender)
		kj_name_of_address(question->sender, name);
	else
		kj_name_normalise(question->helo, name);
	domain = *name ? world_find_domain(world, name) : NULL;
	slot->record = KJ_BUF_INIT(1024);
	if (!domain || !world_spf(domain, &question->addr, &slot->answer.spf, &slot->answer.breadth, &slot->record))
		return;
	slot->answer.text = "the simulator's record";
	slot->answer.spf_record = kj_buf_str(&slot->record);
}

/* Mail for a domain goes to its provider; without one there is a server at the web site's address. */
static struct kj_addr mx_of(const struct domain *domain, char out[2 * WORLD_NAME])
{
	const struct pool *home = domain->home;

	snprintf(out, 2 * WORLD_NAME, "mx.%s", home ? home->zone : domain->name);
	return world_addr(home ? home->nets[0] + 250 : domain->web);
}

static void answer_mx(const struct domain *domain, const struct kj_question *question, struct slot *slot)
{
	char name[2 * WORLD_NAME];
	struct kj_addr addr = mx_of(domain, name);

	found_name(slot, name);
	if (question->kind == KJ_ASK_MX_HOSTS)
		found_addr(slot, addr);
}

static void answer_zone(const struct domain *domain, const struct kj_question *question, struct slot *slot)
{
	const struct dns *dns = domain->dns;
	char name[2 * WORLD_NAME];

	if (question->kind == KJ_ASK_SOA) {
		snprintf(name, sizeof name, "%s%s", dns ? "" : "hostmaster.", dns ? dns->rname : domain->name);
		found_name(slot, name);
	}
	for (unsigned i = 0; i < (question->kind == KJ_ASK_SOA ? 1 : 2); i++) {
		snprintf(name, sizeof name, "ns%u.%s", i + 1, domain->name);
		found_name(slot, dns ? dns->ns[i] : name);
	}
}

static void answer(const struct world *world, const struct kj_question *question, struct slot *slot)
{
	const struct domain *domain;

	slot->answer.status = KJ_ANSWER_NOT_FOUND;
	slot->answer.cached = true;
	switch (question->kind) {
	case KJ_ASK_FCRDNS: answer_fcrdns(world, question, slot); return;
	case KJ_ASK_ADDRESSES: answer_addresses(world, question, slot); return;
	case KJ_ASK_SPF: answer_spf(world, question, slot); return;
	case KJ_ASK_DNSBL:
	case KJ_ASK_FIRST_SEEN: return;
	default: break;
	}
	domain = world_find_domain(world, question->name);
	if (!domain)
		return;
	if (question->kind == KJ_ASK_MX || question->kind == KJ_ASK_MX_HOSTS)
		answer_mx(domain, question, slot);
	else
		answer_zone(domain, question, slot);
}

int kj_lookups_ask(struct kj_lookups *lookups, const struct kj_question *question)
{
	struct slot *slot = lookups->count < QUESTIONS_MAX ? calloc(1, sizeof *slot) : NULL;

	if (!slot)
		return -KJ_ENOMEM;
	lookups->slots[lookups->count] = slot;
	answer(lookups->world, question, slot);
	return (int)lookups->count++;
}

void kj_lookups_wait(struct kj_lookups *lookups, int64_t deadline_ms)
{
	(void)lookups;
	(void)deadline_ms;
}

const struct kj_answer *kj_lookups_answer(struct kj_lookups *lookups, int number)
{
	static const struct kj_answer failed = {.status = KJ_ANSWER_FAILED};

	if (number < 0 || (unsigned)number >= lookups->count)
		return &failed;
	return &lookups->slots[number]->answer;
}
