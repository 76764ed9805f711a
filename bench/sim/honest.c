/*
 * honest.c - the mail that must not be taken for a campaign
 */
#include "bench/sim/honest_private.h"

#include <stdlib.h>

#define DAY_MS   86400000
#define LATE_DAY 15 /* what is new in the world begins a day after the warm-up */

/* Of all mail such a part; from this day on, and how many days it takes to grow to that. */
static const struct row {
	const char *name;
	bool is_spam; /* comes along with the honest mail, and is none */
	unsigned weight, from_day, ramp_days;
	honest_mail_fn *write;
} rows[HONEST_CLASSES] = {
    {"people of known domains", false, 260, 0, 0, honest_write_person},
    {"people of domains never seen", false, 60, 0, 0, honest_write_newcomer},
    {"newsletter services", false, 150, 0, 0, honest_write_newsletter},
    {"a new newsletter service", false, 15, LATE_DAY, 0, honest_write_new_esp},
    {"security gateways", false, 60, 0, 0, honest_write_gateway},
    {"mailing lists", false, 60, 0, 0, honest_write_list},
    {"plain forwarders", false, 25, 0, 0, honest_write_forwarded},
    {"SRS forwarders", false, 15, 0, 0, honest_write_srs},
    {"spam through forwarders", true, 10, 0, 0, honest_write_forwarded_spam},
    {"a start-up's newsletter", false, 60, LATE_DAY, 6, honest_write_startup},
    {"shared web hosting", false, 70, 0, 0, honest_write_hosted},
    {"registrars' mail service", false, 15, 0, 0, honest_write_parked},
    {"web sites in clouds", false, 25, 0, 0, honest_write_cloud},
    {"small servers side by side", false, 15, 0, 0, honest_write_neighbour},
    {"notices by service providers", false, 40, 0, 0, honest_write_service},
    {"invitations and e-cards", false, 20, 0, 0, honest_write_invitation},
    {"a shop's sale", false, 0, 0, 0, honest_write_sale}, /* in bursts, see is_sale() */
    {"bounces", false, 15, 0, 0, honest_write_bounce},
    {"automatic replies", false, 15, 0, 0, honest_write_away},
    {"big services (VERP)", false, 60, 0, 0, honest_write_account},
    {"a firm that phishers copy", false, 15, 0, 0, honest_write_copied},
    {"phishing copies", true, 10, LATE_DAY, 0, honest_write_phish},
    {"retries", false, 10, 0, 0, honest_write_again},
};

const char *honest_name(unsigned which)
{
	return rows[which].name;
}

bool honest_is_spam(unsigned which)
{
	return rows[which].is_spam;
}

struct honest *honest_new(struct sim *sim, uint64_t seed, unsigned rate)
{
	struct honest *honest = calloc(1, sizeof *honest);

	if (!honest)
		return NULL;
	honest->sim = sim;
	honest->rate = rate;
	honest_dice(honest, seed, 0);
	honest_set_world(honest);
	return honest;
}

void honest_free(struct honest *honest)
{
	if (!honest)
		return;
	for (unsigned i = 0; i < KEPT; i++)
		letter_free(&honest->kept[i]);
	free(honest);
}

void honest_dice(struct honest *honest, uint64_t seed, uint64_t future)
{
	honest->rng = rng_for(seed, 'h', future);
}

void honest_rcpt(struct rng *rng, char out[WORLD_NAME])
{
	static const char *const names[] = {"tanaka", "sato", "suzuki", "yamada", "ito", "kobayashi", "kato", "info",
	    "sales", "mori", "abe", "ikeda", "hashimoto", "ogawa", "fujita", "support", "ishii", "goto", "hasegawa",
	    "murata"};

	snprintf(out, WORLD_NAME, "%s%.0u@example.jp", RNG_PICK(rng, names), rng_below(rng, 16));
}

/* --- The day --------------------------------------------------------------------------------------------------- */

/* Of 100 mails of an average hour, by the hour in Japan. */
static const unsigned hours[24] = {
    40, 30, 25, 25, 30, 45, 70, 110, 150, 190, 180, 160, 140, 160, 165, 160, 160, 150, 130, 110, 95, 85, 70, 50};

static unsigned hour_of(const struct honest *honest)
{
	return (unsigned)((honest->sim->now_ms / 3600000 + 17) % 24);
}

/* Every other day, for an hour, most mail is that of a shop. */
static bool is_sale(const struct honest *honest)
{
	return honest->sim->now_ms / DAY_MS % 2 && hour_of(honest) == 12;
}

int64_t honest_pause_ms(struct honest *honest)
{
	double share = (double)(rng_next(&honest->rng) >> 11) / 9007199254740992.0;
	double mean_ms = (double)DAY_MS / honest->rate * 100 / hours[hour_of(honest)] / (is_sale(honest) ? 3 : 1);

	return (int64_t)(-log(1 - share) * mean_ms) + 1;
}

static unsigned weight_of(const struct honest *honest, const struct row *row)
{
	int64_t day = honest->sim->now_ms / DAY_MS - row->from_day + 1;

	if (day <= 0)
		return 0;
	return row->ramp_days && day < row->ramp_days ? row->weight * (unsigned)day / row->ramp_days : row->weight;
}

static unsigned draw_class(struct honest *honest)
{
	unsigned sum = 0, at, i;

	for (i = 0; i < HONEST_CLASSES; i++)
		sum += weight_of(honest, &rows[i]);
	at = rng_below(&honest->rng, sum);
	for (i = 0; at >= weight_of(honest, &rows[i]); i++)
		at -= weight_of(honest, &rows[i]);
	return i;
}

static unsigned index_of(honest_mail_fn *write)
{
	unsigned i = 0;

	while (rows[i].write != write)
		i++;
	return i;
}

static void keep(struct honest *honest, const struct letter *letter)
{
	unsigned at = honest->kept_count < KEPT ? honest->kept_count++ : rng_below(&honest->rng, KEPT);

	letter_copy(letter, &honest->kept[at]);
}

unsigned honest_write(struct honest *honest, struct letter *letter)
{
	unsigned which = is_sale(honest) && chance(honest, 65) ? index_of(honest_write_sale) : draw_class(honest);

	letter_clear(letter);
	honest_rcpt(&honest->rng, letter->rcpt);
	rows[which].write(honest, letter);
	if (chance(honest, 10) && rows[which].write != honest_write_again && !rows[which].is_spam)
		keep(honest, letter);
	return which;
}
