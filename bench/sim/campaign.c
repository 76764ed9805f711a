/*
 * campaign.c - the plan: which campaigns there are
 */
#include "bench/sim/campaign.h"

#include <string.h>

struct level {
	const char *name;
	unsigned value;
	bool extra; /* only if it is asked for */
};

static const struct factor {
	const char *name;
	struct level levels[LEVELS_MAX + 1];
} factors[FACTORS] = {
    [FACTOR_RATE] = {"rate", {{"5", 5, 0}, {"20", 20, 0}, {"100", 100, 0}, {"500", 500, 0}, {"2000", 2000, 0}}},
    [FACTOR_NETS] = {"nets", {{"1", 1, 0}, {"4", 4, 0}, {"12", 12, 0}, {"40", 40, 0}}},
    [FACTOR_HOSTS] = {"hosts", {{"1", 1, 1}, {"4", 4, 0}, {"16", 16, 0}, {"60", 60, 0}}},
    [FACTOR_DOMAINS] = {"domains", {{"1", 100, 0}, {"0.5", 50, 0}, {"0.2", 20, 1}}},
    [FACTOR_HELO] = {"helo", {{"farm", 0, 0}, {"numbered", 1, 0}, {"own", 2, 0}, {"random", 3, 0}}},
    [FACTOR_FCRDNS] = {"fcrdns", {{"no", 0, 0}, {"yes", 1, 0}}},
    [FACTOR_SPF] = {"spf", {{"no", 0, 0}, {"yes", 1, 0}}},
    [FACTOR_RECORDS] = {"records", {{"own", 0, 0}, {"ns-shared", 1, 0}, {"spf-shared", 2, 0}, {"all-shared", 3, 0}}},
    [FACTOR_SUBJECT] = {"subject", {{"recipient", 0, 0}, {"digits", 1, 0}, {"mutated", 2, 0}}},
    [FACTOR_MUTATION] = {"mutation",
        {{"0", 0, 0}, {"2", 2, 0}, {"5", 5, 0}, {"10", 10, 0}, {"20", 20, 0}, {"40", 40, 0}, {"60", 60, 0}}},
    [FACTOR_CHAIN] = {"chain", {{"none", 0, 0}, {"farm", 1, 0}}},
    [FACTOR_LANGUAGE] = {"language", {{"en", TEXT_EN, 0}, {"ja", TEXT_JA, 0}}},
};

const char *campaign_factor_name(unsigned factor)
{
	return factors[factor].name;
}

const char *campaign_level_name(unsigned factor, unsigned level)
{
	return factors[factor].levels[level].name;
}

unsigned campaign_value(const struct campaign *campaign, unsigned factor)
{
	return factors[factor].levels[campaign->level[factor]].value;
}

void campaign_plan_all(struct campaign_plan *plan)
{
	*plan = (struct campaign_plan){{0}};
	for (unsigned f = 0; f < FACTORS; f++)
		for (unsigned l = 0; factors[f].levels[l].name; l++)
			if (!factors[f].levels[l].extra)
				plan->used[f] |= 1U << l;
}

static bool set_level(unsigned factor, const char *name, size_t len, unsigned *used)
{
	for (unsigned l = 0; factors[factor].levels[l].name; l++)
		if (strlen(factors[factor].levels[l].name) == len &&
		    strncmp(factors[factor].levels[l].name, name, len) == 0) {
			*used |= 1U << l;
			return true;
		}
	return false;
}

bool campaign_plan_set(struct campaign_plan *plan, const char *text)
{
	size_t len = strcspn(text, "=");
	unsigned factor = 0, used = 0;

	while (
	    factor < FACTORS && (strlen(factors[factor].name) != len || strncmp(factors[factor].name, text, len) != 0))
		factor++;
	if (factor == FACTORS || !text[len])
		return false;
	do {
		text += len + 1;
		len = strcspn(text, ",");
		if (!set_level(factor, text, len, &used))
			return false;
	} while (text[len]);
	plan->used[factor] = used;
	return true;
}

/* The n-th bit of those that are set. */
static unsigned nth(unsigned used, unsigned n)
{
	unsigned level = 0;

	while (n || !(used >> level & 1))
		n -= used >> level++ & 1;
	return level;
}

/* Where `index` comes in a random order of 0 .. count - 1, which is another one for each factor: Fisher and Yates,
 * backwards. */
static unsigned shuffled(uint64_t seed, unsigned factor, unsigned index, unsigned count)
{
	struct rng rng = rng_for(seed, 'p', factor);

	for (unsigned i = count; i-- > 1;) {
		unsigned j = rng_below(&rng, i + 1);

		index = index == i ? j : index == j ? i : index;
	}
	return index;
}

void campaign_draw(
    const struct campaign_plan *plan, uint64_t seed, unsigned index, unsigned count, struct campaign *campaign)
{
	campaign->index = index;
	for (unsigned f = 0; f < FACTORS; f++)
		campaign->level[f] =
		    nth(plan->used[f], shuffled(seed, f, index, count) % (unsigned)__builtin_popcount(plan->used[f]));
}

bool campaign_repeats(const struct campaign *campaign)
{
	return campaign_value(campaign, FACTOR_HELO) < 2 || campaign_value(campaign, FACTOR_MUTATION) <= 5 ||
	       campaign_value(campaign, FACTOR_SUBJECT) < 2;
}

bool campaign_in_grid(const struct campaign *campaign)
{
	return campaign_value(campaign, FACTOR_DOMAINS) >= 50;
}
