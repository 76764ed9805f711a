/*
 * campaign.h - snowshoe campaigns by parameters
 *
 * A factor is something in which campaigns differ, a level one way of it. A plan of n campaigns has each level of each
 * factor equally often, in random combinations (a Latin hypercube): a grid of all combinations would have a million.
 *
 * Threads: one.
 */
#ifndef SIM_CAMPAIGN_H
#define SIM_CAMPAIGN_H

#include "bench/sim/letter.h"
#include "bench/sim/sim.h"

enum campaign_factor {
	FACTOR_RATE,    /* messages an hour */
	FACTOR_NETS,    /* /24s */
	FACTOR_HOSTS,   /* addresses in each */
	FACTOR_DOMAINS, /* new sender domains per 100 messages */
	FACTOR_HELO,
	FACTOR_FCRDNS,
	FACTOR_SPF,     /* the domain's SPF passes */
	FACTOR_RECORDS, /* what the domains' DNS has in common */
	FACTOR_SUBJECT,
	FACTOR_MUTATION, /* words of the text replaced, in percent */
	FACTOR_LANGUAGE,
	FACTOR_CHAIN, /* the Received lines below the client's */
	FACTORS,
};

#define LEVELS_MAX 8

struct campaign_plan {
	unsigned used[FACTORS]; /* a bit for each level that may be drawn */
};

struct campaign {
	unsigned index;
	unsigned level[FACTORS];
};

const char *campaign_factor_name(unsigned factor);
const char *campaign_level_name(unsigned factor, unsigned level); /* NULL behind the last */
unsigned campaign_value(const struct campaign *campaign, unsigned factor);

/* campaign_plan_all - what is drawn without options: the grid; campaign_plan_set - "helo=farm,own"; false if it is
 * none */
void campaign_plan_all(struct campaign_plan *plan);
bool campaign_plan_set(struct campaign_plan *plan, const char *text);

/* campaign_draw - number `index` of `count` */
void campaign_draw(
    const struct campaign_plan *plan, uint64_t seed, unsigned index, unsigned count, struct campaign *campaign);

/* campaign_repeats - at least one of HELO, text (up to 5% replaced) and subject is the same in all its mails */
bool campaign_repeats(const struct campaign *campaign);

/* campaign_in_grid - it has a new domain for at least every second message */
bool campaign_in_grid(const struct campaign *campaign);

struct attack;

/* attack_new - the campaign at work: its hosts, domains, text. attack_write - its next mail; attack_pause_ms - until
 * then */
struct attack *attack_new(struct sim *sim, const struct campaign *campaign, uint64_t seed);
void attack_free(struct attack *attack);
void attack_write(struct attack *attack, struct letter *letter);
int64_t attack_pause_ms(struct attack *attack);

#endif
