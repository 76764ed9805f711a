/*
 * attack.c - a campaign at work
 *
 * It is cautious, as its authors are: each message from another host and sooner or later another domain, no links to
 * known places, nothing that a phrase list knows.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/sim/campaign.h"
#include "bench/sim/honest.h"

#define TOKENS 140
#define TOKEN  64

struct attack {
	struct sim *sim;
	struct campaign campaign;
	struct rng rng;
	struct pool *pool;
	const struct dns *dns;
	struct domain *domain;
	unsigned sent;
	enum text_language language;
	unsigned token_count;
	char tokens[TOKENS][TOKEN];
	bool ends[TOKENS];       /* the last of a sentence */
	char lure[4][2 * TOKEN]; /* pieces of the subject */
};

static unsigned value(const struct attack *attack, unsigned factor)
{
	return campaign_value(&attack->campaign, factor);
}

static void token(struct rng *rng, enum text_language language, bool ends, char out[TOKEN])
{
	struct kj_buf buf = KJ_BUF_INIT(TOKEN - 1);

	text_token(rng, language, ends, &buf);
	snprintf(out, TOKEN, "%s", kj_buf_str(&buf));
	kj_buf_free(&buf);
}

static void make_text(struct attack *attack)
{
	unsigned in_sentence = 0, long_enough = attack->language == TEXT_EN ? 8 : 4;

	attack->token_count = rng_between(&attack->rng, 70, TOKENS);
	for (unsigned i = 0; i < attack->token_count; i++) {
		attack->ends[i] = ++in_sentence > long_enough && rng_below(&attack->rng, 3) == 0;
		if (attack->ends[i])
			in_sentence = 0;
		token(&attack->rng, attack->language, attack->ends[i], attack->tokens[i]);
	}
	for (unsigned i = 0; i < 4; i++)
		token(&attack->rng, attack->language, false, attack->lure[i]);
}

static void make_hosts(struct attack *attack)
{
	static const char *const helos[] = {"ary%h.localhost", "mta%h.%z", NULL, "%w.%v.example"};
	enum kj_fcrdns fcrdns = value(attack, FACTOR_FCRDNS) ? KJ_FCRDNS_PASS
	                        : rng_below(&attack->rng, 2) ? KJ_FCRDNS_NONE
	                                                     : KJ_FCRDNS_FAIL;
	unsigned helo = value(attack, FACTOR_HELO);
	char zone[WORLD_NAME];

	snprintf(zone, sizeof zone, "farm%u.example", rng_below(&attack->rng, 1000000));
	attack->pool = world_pool(attack->sim->world, zone, helo == 1 ? helos[1] : "%w-%v.%z", helos[helo],
	    value(attack, FACTOR_NETS), value(attack, FACTOR_HOSTS), fcrdns);
	attack->pool->shared = false;
}

struct attack *attack_new(struct sim *sim, const struct campaign *campaign, uint64_t seed)
{
	struct attack *attack = calloc(1, sizeof *attack);
	char operator[WORLD_NAME];

	if (!attack)
		return NULL;
	attack->sim = sim;
	attack->campaign = *campaign;
	attack->rng = rng_for(seed, 'a', campaign->index);
	attack->language = (enum text_language)value(attack, FACTOR_LANGUAGE);
	snprintf(operator, sizeof operator, "ns%u.example", rng_below(&attack->rng, 1000000));
	attack->dns = value(attack, FACTOR_RECORDS) & 1 ? world_dns(sim->world, operator) : NULL;
	make_hosts(attack);
	make_text(attack);
	return attack;
}

void attack_free(struct attack *attack)
{
	free(attack);
}

static void write_record(struct attack *attack, struct domain *domain)
{
	bool shared = value(attack, FACTOR_RECORDS) & 2;

	domain->spf_rule = value(attack, FACTOR_SPF)    ? SPF_ANYWHERE
	                   : rng_below(&attack->rng, 2) ? SPF_MISSING
	                                                : SPF_NOWHERE;
	domain->otherwise = KJ_SPF_SOFTFAIL;
	if (shared) {
		snprintf(domain->spf, sizeof domain->spf, "v=spf1");
		for (unsigned i = 0; i < attack->pool->net_count && i < 12; i++) {
			struct kj_addr net = world_addr(attack->pool->nets[i]);
			char text[KJ_ADDR_STRLEN];
			size_t len = strlen(domain->spf);

			snprintf(domain->spf + len, sizeof domain->spf - len, " ip4:%s/24", kj_addr_format(&net, text));
		}
		snprintf(domain->spf + strlen(domain->spf), sizeof domain->spf - strlen(domain->spf), " -all");
	} else {
		snprintf(domain->spf, sizeof domain->spf, "v=spf1 ip4:%u.%u.%u.%u include:_spf.%s ~all",
		    rng_between(&attack->rng, 11, 99), rng_below(&attack->rng, 256), rng_below(&attack->rng, 256),
		    rng_below(&attack->rng, 256), domain->name);
	}
}

/* Enough new domains that sent / 100 * level of them are used up by now. */
static void next_domain(struct attack *attack)
{
	unsigned per_100 = value(attack, FACTOR_DOMAINS);

	if (attack->domain && attack->sent * per_100 / 100 == (attack->sent - 1) * per_100 / 100)
		return;
	attack->domain = world_domain(attack->sim->world, attack->pool, attack->dns);
	write_record(attack, attack->domain);
}

static void write_text(struct attack *attack, const char *rcpt, struct kj_buf *out)
{
	unsigned mutation = value(attack, FACTOR_MUTATION);

	kj_buf_printf(out, attack->language == TEXT_EN ? "Hello %s,\n\n" : "%s 様\n\n", rcpt);
	for (unsigned i = 0; i < attack->token_count; i++) {
		char other[TOKEN];
		bool replaced = rng_below(&attack->rng, 100) < mutation;

		if (replaced)
			token(&attack->rng, attack->language, attack->ends[i], other);
		kj_buf_add_str(out, replaced ? other : attack->tokens[i]);
		if (attack->language == TEXT_EN)
			kj_buf_add_char(out, ' ');
	}
	kj_buf_printf(out, "\n\nhttp://%s/%x\n", attack->domain->name, (unsigned)rng_below(&attack->rng, 1U << 30));
}

static void write_subject(struct attack *attack, const char *rcpt, struct kj_buf *out)
{
	const char *blank = attack->language == TEXT_EN ? " " : "";
	unsigned subject = value(attack, FACTOR_SUBJECT);
	char other[TOKEN];

	if (subject == 0)
		kj_buf_printf(out, attack->language == TEXT_EN ? "%s, " : "%s様", rcpt);
	for (unsigned i = 0; i < 4; i++) {
		token(&attack->rng, attack->language, false, other);
		kj_buf_printf(out, "%s%s", i ? blank : "", subject == 2 ? other : attack->lure[i]);
	}
	if (subject == 1)
		kj_buf_printf(out, " %u", rng_between(&attack->rng, 100, 99999));
}

static void write_envelope(struct attack *attack, struct letter *letter)
{
	honest_rcpt(&attack->rng, letter->rcpt);
	letter->host = world_host(attack->sim->world, attack->pool, &attack->rng);
	letter->domain = attack->domain;
	snprintf(
	    letter->sender, sizeof letter->sender, "m%x@%s", rng_below(&attack->rng, 1U << 20), attack->domain->name);
	if (value(attack, FACTOR_HELO) == 2)
		snprintf(letter->helo, sizeof letter->helo, "mail.%s", attack->domain->name);
	else
		snprintf(letter->helo, sizeof letter->helo, "%s", letter->host->helo);
}

/* A machine of the farm wrote it, and had it from another one inside. */
static void write_chain(struct attack *attack, struct letter *letter)
{
	char date[40];

	if (!value(attack, FACTOR_CHAIN))
		return;
	letter_date(sim_now_s(attack->sim) - 2, date);
	letter_field(letter, "Received", "by %s (Postfix, from userid %u)\n\tid %08X; %s", letter->helo,
	    rng_between(&attack->rng, 1001, 1004), (unsigned)rng_next(&attack->rng), date);
	letter_field(letter, "Received",
	    "from localhost (unknown [10.%u.%u.%u])\n\tby localhost (Postfix) with SMTP id %08X; %s",
	    rng_below(&attack->rng, 256), rng_below(&attack->rng, 256), rng_below(&attack->rng, 256),
	    (unsigned)rng_next(&attack->rng), date);
}

void attack_write(struct attack *attack, struct letter *letter)
{
	struct kj_buf subject = KJ_BUF_INIT(1024), text = KJ_BUF_INIT(16384);

	letter_clear(letter);
	next_domain(attack);
	write_envelope(attack, letter);
	write_subject(attack, letter->rcpt, &subject);
	write_text(attack, letter->rcpt, &text);
	write_chain(attack, letter);
	letter_head(letter, &(struct letter_head){.from_name = text_person(&attack->rng, attack->language),
	                        .from = letter->sender,
	                        .to = letter->rcpt,
	                        .subject = kj_buf_str(&subject),
	                        .message_host = attack->domain->name,
	                        .date_s = sim_now_s(attack->sim) - 2,
	                        .id = rng_next(&attack->rng)});
	letter_text(letter, LETTER_BOTH, kj_buf_str(&text), &attack->rng);
	attack->sent++;
	kj_buf_free(&subject);
	kj_buf_free(&text);
}

int64_t attack_pause_ms(struct attack *attack)
{
	double share = (double)(rng_next(&attack->rng) >> 11) / 9007199254740992.0;

	return (int64_t)(-log(1 - share) * 3600000 / value(attack, FACTOR_RATE)) + 1;
}
