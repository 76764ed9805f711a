/*
 * crowd_mails.c - made-up traffic
 */
#include "bench/crowd_mails.h"

#include <stdio.h>
#include <string.h>

#define SEED	      11
#define START_S	      1800000000
#define DAY_S	      86400
#define KNOWN_MAX     20000
#define OTHERS_MAX    300000
#define POOLS	      200 /* /24s of mail pools */
#define CAMPAIGNS     50
#define CAMPAIGN_DAYS 2
#define NETS	      12

enum salt { SALT_MAIL = 1, SALT_DOMAIN, SALT_CAMPAIGN, SALT_TEXT };

/* Zipf's law with exponent 1, by the inverse of its (continuous) distribution. */
static unsigned zipf(struct rng *rng, unsigned count)
{
	double share = (double)(rng_next(rng) >> 11) / 9007199254740992.0;

	return (unsigned)pow(count, share) - 1;
}

static void set_client(struct kj_sighting *sighting, uint32_t net, unsigned host)
{
	const uint8_t bytes[4] = {(uint8_t)(1 + (net >> 16) % 220), (uint8_t)(net >> 8), (uint8_t)net, (uint8_t)host};

	sighting->client = kj_addr_from_bytes(4, bytes);
}

static void set_sketch(struct kj_sketch *sketch, uint64_t text, unsigned changed, struct rng *rng)
{
	struct rng dice = rng_for(SEED, SALT_TEXT, text);

	for (unsigned i = 0; i < KJ_SKETCH_LEN; i += 8) {
		uint64_t bytes = rng_next(&dice);

		memcpy(sketch->at + i, &bytes, 8);
	}
	for (unsigned i = 0; i < changed; i++)
		sketch->at[rng_below(rng, KJ_SKETCH_LEN)] = (uint8_t)rng_next(rng);
	sketch->runs = 200;
}

static void add_network(struct kj_sighting *sighting)
{
	const uint8_t *at = sighting->client.bytes;
	uint64_t net = (uint64_t)at[0] << 16 | (uint64_t)at[1] << 8 | at[2];

	kj_sighting_add_key(sighting, KJ_SIGNAL_PREFIX, net, 0);
	kj_sighting_add_key(sighting, KJ_SIGNAL_WIDE, net >> 2, 0);
}

/* What follows from the domain: where it sends from, what its servers are called, how it is set up. */
static void set_domain(struct kj_sighting *sighting, unsigned domain, bool pool)
{
	struct rng dice = rng_for(SEED, SALT_DOMAIN, domain);
	uint32_t net = pool ? rng_below(&dice, POOLS) : 0x10000 + rng_below(&dice, 0x200000);
	unsigned host = rng_below(&dice, 250);

	snprintf(sighting->domain, sizeof sighting->domain, "d%u.example", domain);
	snprintf(sighting->helo, sizeof sighting->helo, "mail%u.d%u.example", host % 8, domain);
	snprintf(sighting->subject, sizeof sighting->subject, "about # and {N} of {U}");
	set_client(sighting, net, host);
	add_network(sighting);
	if (domain % 3 == 0) {
		kj_sighting_add_key(sighting, KJ_SIGNAL_HELO, pool ? net : domain, host);
		kj_sighting_add_key(sighting, KJ_SIGNAL_PTR, net, host << 8 | host);
	}
	/* Two of three are set up like many others. */
	kj_sighting_add_key(sighting, KJ_SIGNAL_DNS, domain % 3 ? zipf(&dice, 20000) : 100000 + domain, 0);
}

static void set_words(struct kj_sighting *sighting, uint64_t subject, uint64_t text, struct rng *rng)
{
	kj_sighting_add_key(sighting, KJ_SIGNAL_CHAIN, zipf(rng, 20000), 0);
	kj_sighting_add_key(sighting, KJ_SIGNAL_SUBJECT, subject, 0);
	if (rng_below(rng, 4)) /* or too short */
		set_sketch(&sighting->sketch, text, 2, rng);
}

static void make_campaign(struct kj_sighting *sighting, struct rng *rng, uint64_t n, uint64_t per_day)
{
	uint64_t which = rng_below(rng, CAMPAIGNS) + n / (per_day * CAMPAIGN_DAYS) * CAMPAIGNS;
	struct rng dice = rng_for(SEED, SALT_CAMPAIGN, which);
	uint32_t net = 0x400000 + rng_below(&dice, 0x100000) + rng_below(rng, NETS) * 1000;
	unsigned host = rng_below(rng, 250);

	snprintf(sighting->domain, sizeof sighting->domain, "n%llu.example", (unsigned long long)n);
	snprintf(sighting->helo, sizeof sighting->helo, "ary%u.localhost", host);
	snprintf(sighting->subject, sizeof sighting->subject, "{R}様 #");
	sighting->flags = KJ_SIGHTING_FRESH | KJ_SIGHTING_RECENT;
	set_client(sighting, net, host);
	add_network(sighting);
	kj_sighting_add_key(sighting, KJ_SIGNAL_HELO, UINT64_MAX - which, host);
	kj_sighting_add_key(sighting, KJ_SIGNAL_DNS, UINT64_MAX - which, 0);
	kj_sighting_add_key(sighting, KJ_SIGNAL_CHAIN, UINT64_MAX - which, 0);
	kj_sighting_add_key(sighting, KJ_SIGNAL_SUBJECT, UINT64_MAX - which, 0);
	set_sketch(&sighting->sketch, UINT64_MAX - which, 4, rng);
}

void crowd_mail(uint64_t n, unsigned per_day, struct kj_sighting *ret_sighting)
{
	struct rng rng = rng_for(SEED, SALT_MAIL, n);
	unsigned kind = rng_below(&rng, 100);

	memset(ret_sighting, 0, sizeof *ret_sighting);
	ret_sighting->mail = n + 1;
	ret_sighting->time_s = START_S + (int64_t)(n * DAY_S / per_day);
	if (kind < 5) {
		make_campaign(ret_sighting, &rng, n, per_day);
	} else if (kind < 15) {
		ret_sighting->flags = KJ_SIGHTING_FRESH | KJ_SIGHTING_RECENT;
		set_domain(ret_sighting, 1000000 + (unsigned)n, kind == 5);
		set_words(ret_sighting, zipf(&rng, 1000000), 1000000 + n, &rng);
	} else if (kind < 40) {
		set_domain(ret_sighting, KNOWN_MAX + zipf(&rng, OTHERS_MAX), kind < 20);
		set_words(ret_sighting, zipf(&rng, 1000000), zipf(&rng, 1000000), &rng);
	} else {
		ret_sighting->flags = KJ_SIGHTING_KNOWN;
		set_domain(ret_sighting, zipf(&rng, KNOWN_MAX), kind < 60);
		set_words(ret_sighting, zipf(&rng, 1000000), zipf(&rng, 1000000), &rng);
	}
}
