/*
 * honest_mail.c - a mail of each class
 *
 * A class decides who writes, from where and what kind of text (struct draft); the rest is drawn.
 */
#include <string.h>

#include "bench/sim/honest_private.h"
#include "bench/sim/pieces.h"

enum chain { CHAIN_NONE, CHAIN_SUBMISSION, CHAIN_EXCHANGE, CHAIN_USERID, CHAIN_HTTP };

/* What a class decides about its mail; the rest is drawn. */
struct draft {
	struct domain *domain;
	const struct pool *pool; /* NULL: the domain's first */
	const char *local;       /* of From; NULL: a person's */
	const char *sender;      /* envelope, a template; NULL: as From, "": the null sender */
	const char *helo;        /* a template; NULL: the host's */
	enum piece_kind kind;
	unsigned which; /* of that kind */
	enum chain chain;
	enum letter_form form;
	const char *list;            /* List-Id */
	const struct domain *copies; /* whose words these are; NULL: the domain's own */
};

static void chain_submission(struct honest *honest, struct letter *letter, const char *date)
{
	unsigned last = rng_below(&honest->rng, 65536);

	letter_field(letter, "Received",
	    "from [192.168.%u.%u] (p%u-ipngn.isp1.example [203.0.113.%u])\n\tby %s (Postfix) with ESMTPSA id "
	    "%08X\n\tfor <%s>; %s",
	    last & 255, last >> 8, last, last & 255, letter->helo, (unsigned)rng_next(&honest->rng), letter->rcpt,
	    date);
}

static void chain_exchange(struct honest *honest, struct letter *letter, const char *date)
{
	unsigned n = rng_below(&honest->rng, 10000);

	letter_field(letter, "Received",
	    "from TY0PR%02uMB%04u.apcprd02.prod.outlook.example (2603:1096:400:%x::%u)\n\tby "
	    "TYZPR%02uMB%04u.apcprd02.prod.outlook.example (2603:1096:400:%x::%u) with Microsoft SMTP Server\n\t"
	    "(version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.%u.%u; %s",
	    n % 97, n, n, n % 13, n % 89, n / 2, n / 3, n % 11, n % 7000, n % 30, date);
}

static void add_chain(struct honest *honest, struct letter *letter, enum chain chain)
{
	char date[40];

	letter_date(sim_now_s(honest->sim) - 3, date);
	switch (chain) {
	case CHAIN_SUBMISSION: chain_submission(honest, letter, date); break;
	case CHAIN_EXCHANGE: chain_exchange(honest, letter, date); break;
	case CHAIN_USERID:
		letter_field(letter, "Received", "by %s (Postfix, from userid %u)\n\tid %08X; %s", letter->helo,
		    chance(honest, 50) ? 33 : rng_between(&honest->rng, 1000, 1400), (unsigned)rng_next(&honest->rng),
		    date);
		break;
	case CHAIN_HTTP:
		letter_field(letter, "Received", "by filter%04u.p%u.mail with SMTP id filter%04u-%u.%u; %s",
		    rng_below(&honest->rng, 9999), rng_below(&honest->rng, 9), rng_below(&honest->rng, 9999),
		    rng_below(&honest->rng, 9999), rng_below(&honest->rng, 99), date);
		break;
	default: break;
	}
}

static void add_list(struct letter *letter, const struct draft *draft, const char *domain)
{
	if (!draft->list)
		return;
	letter_field(letter, "List-Id", "<%s.%s>", draft->list, domain);
	letter_field(letter, "List-Unsubscribe", "<https://www.%s/leave>", domain);
	letter_field(letter, "Precedence", "bulk");
}

static void expand_into(const struct text_slots *slots, const char *template, char *out, size_t size)
{
	struct kj_buf buf = KJ_BUF_INIT(size - 1);

	text_expand(slots, template, &buf);
	snprintf(out, size, "%s", kj_buf_str(&buf));
	kj_buf_free(&buf);
}

/* A person's address goes by the name: anna.berg@, and for names in kanji a few letters. */
static void address_of(struct honest *honest, const struct draft *draft, const char *person, char out[2 * WORLD_NAME])
{
	char local[WORLD_NAME];

	if (draft->local)
		snprintf(local, sizeof local, "%s", draft->local);
	else if (*person & 0x80)
		snprintf(local, sizeof local, "k%u", rng_below(&honest->rng, 40));
	else
		snprintf(local, sizeof local, "%.*s", (int)strcspn(person, " "), person);
	snprintf(out, 2 * WORLD_NAME, "%s@%s", local, draft->domain->name);
}

static void write_envelope(struct honest *honest, const struct draft *draft, const struct text_slots *slots,
    const char *from, struct letter *letter)
{
	const struct pool *pool = draft->pool ? draft->pool : draft->domain->pools[0];

	letter->host = world_host(honest->sim->world, pool, &honest->rng);
	snprintf(letter->helo, sizeof letter->helo, "%s", letter->host->helo);
	if (draft->helo)
		expand_into(slots, draft->helo, letter->helo, sizeof letter->helo);
	snprintf(letter->sender, sizeof letter->sender, "%s", from);
	if (draft->sender)
		expand_into(slots, draft->sender, letter->sender, sizeof letter->sender);
	letter->domain = *letter->sender ? draft->domain : NULL;
}

/* The whole mail, from what its class decided. */
static void compose(struct honest *honest, const struct draft *draft, struct letter *letter)
{
	const struct domain *author = draft->copies ? draft->copies : draft->domain;
	enum text_language language = author->language;
	const struct piece *piece = piece_of(draft->kind, language, draft->which);
	const char *person = text_person(&honest->rng, language);
	struct text_slots slots = {&honest->rng, language, letter->rcpt, draft->domain->name, author->brand, person};
	struct kj_buf subject = KJ_BUF_INIT(1024), text = KJ_BUF_INIT(32768);
	char from[2 * WORLD_NAME];

	address_of(honest, draft, person, from);
	write_envelope(honest, draft, &slots, from, letter);
	add_chain(honest, letter, draft->chain);
	text_expand(&slots, piece->subject, &subject);
	text_expand(&slots, piece->body, &text);
	if (draft->kind <= PIECE_COMMON)
		kj_buf_add_str(&text, small_print(language, draft->domain->habit));
	letter_head(letter, &(struct letter_head){.from_name = draft->local ? author->brand : person,
	                        .from = from,
	                        .to = letter->rcpt,
	                        .subject = kj_buf_str(&subject),
	                        .message_host = draft->domain->name,
	                        .date_s = sim_now_s(honest->sim) - 5,
	                        .id = rng_next(&honest->rng)});
	add_list(letter, draft, draft->domain->name);
	letter_text(letter, draft->form, kj_buf_str(&text), &honest->rng);
	kj_buf_free(&subject);
	kj_buf_free(&text);
}

/* --- The classes ----------------------------------------------------------------------------------------------- */

static enum chain chain_of(const struct domain *domain)
{
	return strncmp(domain->pools[0]->zone, "outlook", 7) == 0 ? CHAIN_EXCHANGE : CHAIN_SUBMISSION;
}

static void person_of(struct honest *honest, struct domain *domain, enum piece_kind kind, struct letter *letter)
{
	struct draft draft = {.domain = domain, .kind = kind, .chain = chain_of(domain)};

	draft.which = (unsigned)rng_next(&honest->rng);
	draft.form = chance(honest, 10) ? LETTER_FILE : chance(honest, 50) ? LETTER_BOTH : LETTER_PLAIN;
	compose(honest, &draft, letter);
}

void honest_write_person(struct honest *honest, struct letter *letter)
{
	person_of(
	    honest, honest_draw(honest, &honest->people), chance(honest, 25) ? PIECE_COMMON : PIECE_PERSON, letter);
}

void honest_write_newcomer(struct honest *honest, struct letter *letter)
{
	person_of(honest, honest_new_member(honest, &honest->people), chance(honest, 40) ? PIECE_COMMON : PIECE_PERSON,
	    letter);
}

static void newsletter_of(struct honest *honest, struct domain *domain, const char *sender, struct letter *letter)
{
	struct draft draft = {.domain = domain, .local = "news", .sender = sender, .list = "news", .chain = CHAIN_HTTP};

	draft.kind = domain->habit % 5 == 0 ? PIECE_PICTURE : PIECE_NEWSLETTER;
	draft.which = domain->habit / 5;
	draft.form = domain->habit % 3 ? LETTER_BOTH : LETTER_HTML;
	/* Not all services write these fields. */
	if (domain->habit % 4 == 0)
		draft.list = NULL;
	compose(honest, &draft, letter);
}

void honest_write_newsletter(struct honest *honest, struct letter *letter)
{
	newsletter_of(honest, honest_draw(honest, &honest->esps), "bounces+{n}-{l}=example.jp@em{n}.{d}", letter);
}

void honest_write_new_esp(struct honest *honest, struct letter *letter)
{
	newsletter_of(honest, honest_draw(honest, &honest->new_esp), "bounce-{n}@{d}", letter);
}

void honest_write_gateway(struct honest *honest, struct letter *letter)
{
	person_of(
	    honest, honest_draw(honest, &honest->gateway), chance(honest, 30) ? PIECE_COMMON : PIECE_PERSON, letter);
}

void honest_write_list(struct honest *honest, struct letter *letter)
{
	struct draft draft = {.domain = honest_draw(honest, &honest->lists),
	    .kind = PIECE_PERSON,
	    .sender = "members-bounces@{d}",
	    .list = "members",
	    .chain = CHAIN_SUBMISSION};

	draft.which = 1;
	compose(honest, &draft, letter);
}

/* Whoever writes to the old address: strangers and friends, and spam with them. */
static void forward(
    struct honest *honest, struct domain *domain, const char *sender, const struct pool *pool, struct letter *letter)
{
	struct draft draft = {
	    .domain = domain, .pool = pool, .sender = sender, .kind = PIECE_PERSON, .chain = CHAIN_SUBMISSION};

	draft.kind = chance(honest, 30) ? PIECE_COMMON : chance(honest, 30) ? PIECE_ACCOUNT : PIECE_PERSON;
	draft.which = (unsigned)rng_next(&honest->rng);
	compose(honest, &draft, letter);
}

static struct domain *anybody(struct honest *honest)
{
	return chance(honest, 40) ? honest_new_member(honest, &honest->people) : honest_draw(honest, &honest->people);
}

void honest_write_forwarded(struct honest *honest, struct letter *letter)
{
	forward(honest, anybody(honest), NULL, honest->forwarders[rng_below(&honest->rng, 4)], letter);
}

void honest_write_srs(struct honest *honest, struct letter *letter)
{
	char sender[3 * WORLD_NAME];
	unsigned which = rng_below(&honest->rng, 4);

	snprintf(sender, sizeof sender, "SRS0=a{n}=XY={d}={l}@%s", honest->srs_domains[which]->name);
	forward(honest, anybody(honest), sender, honest->srs_domains[which]->pools[0], letter);
}

void honest_write_forwarded_spam(struct honest *honest, struct letter *letter)
{
	struct draft draft = {
	    .domain = honest_new_member(honest, &honest->people), .kind = PIECE_SPAM, .chain = CHAIN_SUBMISSION};

	draft.which = (unsigned)rng_next(&honest->rng);
	draft.pool = honest->forwarders[rng_below(&honest->rng, 4)];
	compose(honest, &draft, letter);
}

/* A young firm with a domain nobody knows, which writes to all its first customers. */
void honest_write_startup(struct honest *honest, struct letter *letter)
{
	struct draft draft = {.domain = honest->startup,
	    .local = "hello",
	    .sender = "b+{n}-{l}=example.jp@{d}",
	    .kind = PIECE_NEWSLETTER,
	    .form = LETTER_BOTH,
	    .list = "letter",
	    .chain = CHAIN_HTTP};

	compose(honest, &draft, letter);
}

void honest_write_hosted(struct honest *honest, struct letter *letter)
{
	struct domain *domain = honest_draw(honest, &honest->hosting);
	struct draft draft = {.domain = domain,
	    .local = domain->habit % 2 ? "wordpress" : "info",
	    .kind = PIECE_WEB,
	    .chain = CHAIN_USERID};

	draft.which = (unsigned)rng_next(&honest->rng);
	compose(honest, &draft, letter);
}

void honest_write_parked(struct honest *honest, struct letter *letter)
{
	struct domain *domain = honest_draw(honest, &honest->parked);

	person_of(honest, domain, chance(honest, 50) ? PIECE_COMMON : PIECE_PERSON, letter);
}

/* A site in a cloud whose mail server calls itself by its private name. */
void honest_write_cloud(struct honest *honest, struct letter *letter)
{
	struct domain *domain = honest_draw(honest, &honest->clouds);
	struct draft draft = {.domain = domain, .local = "www-data", .chain = CHAIN_USERID};

	/* Its owner lists the machine, or has forgotten it. */
	if (!*domain->spf && domain->spf_rule == SPF_BY_POOL) {
		domain->spf_rule = domain->habit % 4 ? SPF_ANYWHERE : SPF_NOWHERE;
		domain->otherwise = KJ_SPF_SOFTFAIL;
		snprintf(domain->spf, sizeof domain->spf, "v=spf1 ip4:%u.%u.%u.%u include:spf.%s ~all",
		    domain->web >> 24, domain->web >> 16 & 255, domain->web >> 8 & 255, domain->habit & 255,
		    domain->home ? domain->home->zone : domain->name);
	}

	draft.kind = chance(honest, 60) ? PIECE_WEB : PIECE_MACHINE;
	draft.which = (unsigned)rng_next(&honest->rng);
	compose(honest, &draft, letter);
}

void honest_write_neighbour(struct honest *honest, struct letter *letter)
{
	person_of(honest, honest_draw_neighbour(honest), chance(honest, 40) ? PIECE_COMMON : PIECE_PERSON, letter);
}

void honest_write_service(struct honest *honest, struct letter *letter)
{
	struct draft draft = {.domain = honest_draw(honest, &honest->services),
	    .local = "support",
	    .kind = PIECE_SERVICE,
	    .form = LETTER_BOTH,
	    .chain = CHAIN_HTTP};

	draft.which = (unsigned)rng_next(&honest->rng);
	compose(honest, &draft, letter);
}

void honest_write_invitation(struct honest *honest, struct letter *letter)
{
	struct domain *domain =
	    chance(honest, 30) ? honest_new_member(honest, &honest->people) : honest_draw(honest, &honest->people);
	struct draft draft = {
	    .domain = domain, .pool = honest->calendars, .kind = PIECE_INVITATION, .form = LETTER_BOTH};

	draft.which = (unsigned)rng_next(&honest->rng);
	compose(honest, &draft, letter);
}

void honest_write_sale(struct honest *honest, struct letter *letter)
{
	struct draft draft = {.domain = honest->shop, .local = "order", .kind = PIECE_SALE, .form = LETTER_BOTH};

	compose(honest, &draft, letter);
}

void honest_write_bounce(struct honest *honest, struct letter *letter)
{
	struct draft draft = {.domain = anybody(honest), .local = "MAILER-DAEMON", .sender = "", .kind = PIECE_BOUNCE};

	draft.which = (unsigned)rng_next(&honest->rng);
	compose(honest, &draft, letter);
}

void honest_write_away(struct honest *honest, struct letter *letter)
{
	struct draft draft = {.domain = anybody(honest), .sender = chance(honest, 70) ? "" : NULL, .kind = PIECE_AWAY};

	draft.chain = chain_of(draft.domain);
	compose(honest, &draft, letter);
}

void honest_write_account(struct honest *honest, struct letter *letter)
{
	struct draft draft = {.domain = honest_draw(honest, &honest->verps),
	    .local = "no-reply",
	    .sender = "b-{n}-{l}=example.jp@bounces.{d}",
	    .kind = PIECE_ACCOUNT,
	    .form = LETTER_BOTH,
	    .chain = CHAIN_HTTP};

	draft.which = draft.domain->habit;
	compose(honest, &draft, letter);
}

/* A known firm's notices, word for word also from web sites that were broken into: the genuine ones must not pay for
 * it. */
void honest_write_copied(struct honest *honest, struct letter *letter)
{
	struct draft draft = {
	    .domain = honest->copied, .local = "no-reply", .kind = PIECE_WARNING, .form = LETTER_BOTH};

	compose(honest, &draft, letter);
}

void honest_write_phish(struct honest *honest, struct letter *letter)
{
	struct draft draft = {.domain = honest_new_member(honest, &honest->hosting),
	    .copies = honest->copied,
	    .local = "no-reply",
	    .kind = PIECE_WARNING,
	    .form = LETTER_BOTH};

	compose(honest, &draft, letter);
}

/* The same mail again, as after a refusal that was not ours; big senders come from another address. */
void honest_write_again(struct honest *honest, struct letter *letter)
{
	if (honest->kept_count)
		letter_copy(&honest->kept[rng_below(&honest->rng, honest->kept_count)], letter);
	else
		honest_write_person(honest, letter);
}
