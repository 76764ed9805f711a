/*
 * dnsbl_read.c - settings, codes, symbols and test points of one DNS list
 *
 * Every code has a symbol, and every symbol of a list is in the family "dnsbl", or "allow" for lists that speak for a
 * mail. Codes may share one, of the same list or of another, as long as it weighs the same everywhere: a weight belongs to
 * a symbol, not to a code.
 */
#include <arpa/inet.h>
#include <ctype.h>

#include "dnsbl.h"
#include "kanjiki/arena.h"
#include "kanjiki/centi.h"
#include "kanjiki/list_hash.h"
#include "kanjiki/name.h"

#define SCORE_AGAINST 300
#define SCORE_FOR     (-100)
#define NAME_TESTS    (KJ_LIST_SENDER | KJ_LIST_HELO | KJ_LIST_URL)

/* Test points of RFC 5782 sections 2.1, 2.4 and 3: listed, not listed. */
#define IPV6_TEST(last) last ".0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"
static const struct {
	const char *listed, *unlisted;
} ipv4_test = {"2.0.0.127", "1.0.0.127"}, ipv6_test = {IPV6_TEST("2"), IPV6_TEST("1")},
  name_test = {"test", "invalid"};

/* One list while it is read. */
struct list {
	struct kj_build *build;
	const struct kj_dnsbl_source *source;
	struct kj_conf_dnsbl conf;
	struct kj_dnsbl dnsbl;
	struct kj_dnsbl_code *codes;
	int family;
};

static const char *keep(struct list *list, const char *text)
{
	const char *copy = kj_arena_strdup(list->build->sink.arena, text);

	list->build->sink.full |= !copy;
	return copy;
}

/* The node of a setting: the operator's, else that of the definition; NULL if neither says it. */
static const struct kj_node *given(const struct list *list, size_t offset)
{
	const struct kj_node *node = list->source->own ? kj_schema_find(list->source->own, offset) : NULL;

	return node || !list->source->known ? node : kj_schema_find(list->source->known, offset);
}

/* --- Codes and symbols --------------------------------------------------------------------------------------- */

/* "zen.example.net" to "DNSBL_ZEN_EXAMPLE_NET": the symbol of a list that names none. */
static const char *symbol_of_zone(struct kj_build *build, const char *zone)
{
	char *name = kj_arena_printf(build->sink.arena, "DNSBL_%s", zone);

	build->sink.full |= !name;
	for (char *p = name; p && *p; p++)
		*p = isalnum((unsigned char)*p) ? (char)toupper((unsigned char)*p) : '_';
	return name ? name : "DNSBL";
}

/* A symbol that is there already must say the same. */
static void check_same(
    struct list *list, const struct kj_place *place, const struct kj_symbol *old, const struct kj_symbol *new)
{
	char was[KJ_CENTI_STRLEN], is[KJ_CENTI_STRLEN];

	if (old->family != (unsigned)list->family)
		kj_complain_at(&list->build->sink, place, "the symbol \"%s\" is in the family \"%s\" already",
		    old->name, list->build->families[old->family].name);
	else if (old->score_centi != new->score_centi)
		kj_complain_at(&list->build->sink, place,
		    "the symbol \"%s\" has the score %s elsewhere and cannot have %s here", old->name,
		    kj_centi_format(old->score_centi, was), kj_centi_format(new->score_centi, is));
}

/* What speaks for a mail has a family of its own, whose cap bounds what it may take away. */
static void check_sign(struct list *list, const struct kj_place *place, const struct kj_symbol *symbol)
{
	if (list->conf.allow ? symbol->score_centi > 0 : symbol->score_centi < 0)
		kj_complain_at(&list->build->sink, place,
		    list->conf.allow
		        ? "the score of \"%s\" must be 0 or less, for this list has \"allow = yes\""
		        : "the score of \"%s\" must be 0 or more; a list that speaks for mail needs \"allow "
		          "= yes\"",
		    symbol->name);
}

/* The symbol of a code into the weights; its name as the weights have it. */
static const char *declare(struct list *list, const struct kj_place *place, const struct kj_conf_code *code)
{
	struct kj_build *build = list->build;
	struct kj_symbol symbol = {
	    .name = *code->symbol ? code->symbol : symbol_of_zone(build, list->dnsbl.zone),
	    .family = (unsigned)list->family,
	    .score_centi = code->score_centi,
	    .about = *code->about ? code->about
	                          : kj_arena_printf(build->sink.arena, "listed by %s", list->dnsbl.zone),
	};
	int old = kj_build_find_symbol(build, symbol.name);

	check_sign(list, place, &symbol);
	if (old >= 0) {
		check_same(list, place, &build->symbols[old], &symbol);
		return build->symbols[old].name;
	}
	build->sink.full |= !symbol.about;
	kj_build_symbol(build, place, &symbol);
	return symbol.name;
}

static bool is_duplicate(const struct list *list, const struct kj_code_range *range)
{
	for (unsigned i = 0; i < list->dnsbl.code_count; i++)
		if (memcmp(&list->codes[i].range, range, sizeof *range) == 0)
			return true;
	return false;
}

static void add_code(struct list *list, const struct kj_node *node)
{
	struct kj_conf_code conf = {.symbol = "", .about = "", .score_centi = list->conf.score_centi};
	struct kj_code_range range;
	const char *wrong = kj_code_range_parse(node->title, &range);

	kj_schema_apply(node, &conf, &list->build->sink);
	if (wrong)
		kj_complain_at(&list->build->sink, &node->title_place, "code \"%s\" %s", node->title, wrong);
	else if (is_duplicate(list, &range))
		kj_complain_at(
		    &list->build->sink, &node->title_place, "code \"%s\" is given already", node->title);
	else if (list->dnsbl.code_count == KJ_CONF_CODES_MAX)
		kj_complain_at(&list->build->sink, &node->place, "more than %u codes", KJ_CONF_CODES_MAX);
	else
		list->codes[list->dnsbl.code_count++] =
		    (struct kj_dnsbl_code){range, declare(list, &node->place, &conf)};
}

static unsigned count_codes(const struct kj_node *node)
{
	unsigned count = 0;

	for (const struct kj_node *child = node ? node->children : NULL; child; child = child->next)
		count += child->block == &kj_block_code;
	return count;
}

static void read_codes(struct list *list)
{
	struct kj_conf_code any = {.symbol = "", .about = "", .score_centi = list->conf.score_centi};
	const struct kj_node *node = count_codes(list->source->own) ? list->source->own : list->source->known;
	unsigned count = count_codes(node);

	list->codes = kj_arena_array(list->build->sink.arena, count ? count : 1, sizeof *list->codes);
	list->dnsbl.codes = list->codes;
	if (!list->codes) {
		list->build->sink.full = true;
		return;
	}
	for (const struct kj_node *child = node ? node->children : NULL; child; child = child->next)
		if (child->block == &kj_block_code)
			add_code(list, child);
	/* A list that does not tell its codes apart: any answer in 127/8 is a listing. */
	if (!count)
		list->codes[list->dnsbl.code_count++] = (struct kj_dnsbl_code){
		    {.first = 0x7f000000, .last = 0x7fffffff}, declare(list, &list->source->place, &any)};
}

/* --- Test points --------------------------------------------------------------------------------------------- */

/* An address or name as it stands in front of the zone; NULL if it fits into no query. */
static const char *test_name(struct list *list, const char *text)
{
	char reverse[KJ_ADDR_REVERSELEN], hash[KJ_LIST_HASH_STRLEN];
	struct in6_addr in6;
	struct kj_addr addr;

	/* By hand, since kj_addr_parse() takes ::ffff:127.0.0.2 for an IPv4 address, and a list does not. */
	if (inet_pton(AF_INET6, text, &in6) == 1) {
		addr.family = 6;
		memcpy(addr.bytes, &in6, sizeof in6);
		return keep(list, kj_addr_reverse(&addr, reverse));
	}
	if (kj_addr_parse(text, &addr) == 0)
		return keep(list, kj_addr_reverse(&addr, reverse));
	if (strchr(text, '@'))
		return keep(list, kj_list_hash(list->conf.hash, text, hash));
	return text;
}

static const char *const *read_tests(
    struct list *list, const struct kj_node *node, const char *const *texts, unsigned *count)
{
	const char **names = kj_arena_array(list->build->sink.arena, *count + 1, sizeof *names);

	if (!names) {
		list->build->sink.full = true;
		return NULL;
	}
	if (*count > KJ_LIST_TESTS_MAX) {
		kj_complain_at(
		    &list->build->sink, &node->place, "more than %u names to test", KJ_LIST_TESTS_MAX);
		*count = 0;
	}
	for (unsigned i = 0; i < *count; i++)
		names[i] = test_name(list, texts[i]);
	return names;
}

/*
 * The test points that RFC 5782 demands. Few lists have the IPv6 one, and most blocks do not say whether theirs knows
 * IPv6 at all, so that it must be listed is taken for granted only where ipv6 was written.
 */
static const char *const *default_tests(struct list *list, bool listed, unsigned *count)
{
	const char **names = kj_arena_array(list->build->sink.arena, KJ_LIST_TESTS_MAX, sizeof *names);
	bool clients = list->dnsbl.asks & KJ_LIST_CLIENT;

	*count = 0;
	list->build->sink.full |= !names;
	if (names && clients && list->dnsbl.ipv4)
		names[(*count)++] = listed ? ipv4_test.listed : ipv4_test.unlisted;
	if (names && clients && list->dnsbl.ipv6 &&
	    (!listed || given(list, offsetof(struct kj_conf_dnsbl, ipv6))))
		names[(*count)++] = listed ? ipv6_test.listed : ipv6_test.unlisted;
	if (names && list->dnsbl.asks & NAME_TESTS)
		names[(*count)++] = listed ? name_test.listed : name_test.unlisted;
	return names;
}

static void set_tests(struct list *list)
{
	const struct kj_node *listed = given(list, offsetof(struct kj_conf_dnsbl, listed));
	const struct kj_node *unlisted = given(list, offsetof(struct kj_conf_dnsbl, unlisted));

	list->dnsbl.listed_count = list->conf.listed_count;
	list->dnsbl.listed = listed ? read_tests(list, listed, list->conf.listed, &list->dnsbl.listed_count)
	                            : default_tests(list, true, &list->dnsbl.listed_count);
	list->dnsbl.unlisted_count = list->conf.unlisted_count;
	list->dnsbl.unlisted =
	    unlisted ? read_tests(list, unlisted, list->conf.unlisted, &list->dnsbl.unlisted_count)
	             : default_tests(list, false, &list->dnsbl.unlisted_count);
}

/* --- Settings ------------------------------------------------------------------------------------------------ */

static void read_settings(struct list *list)
{
	struct kj_conf_sink *sink = &list->build->sink;
	struct kj_conf_dnsbl *conf = &list->conf;

	kj_schema_defaults(&kj_block_dnsbl, conf, sink);
	if (list->source->known)
		kj_schema_apply(list->source->known, conf, sink);
	if (list->source->own)
		kj_schema_apply(list->source->own, conf, sink);
	for (unsigned i = 0; i < conf->ask_count; i++)
		list->dnsbl.asks |= 1U << conf->asks[i];
	if (!given(list, offsetof(struct kj_conf_dnsbl, ipv4)))
		conf->ipv4 = list->dnsbl.asks & KJ_LIST_CLIENT;
	if (!given(list, offsetof(struct kj_conf_dnsbl, ipv6)))
		conf->ipv6 = list->dnsbl.asks & KJ_LIST_CLIENT;
	if (!given(list, offsetof(struct kj_conf_dnsbl, score_centi)))
		conf->score_centi = conf->allow ? SCORE_FOR : SCORE_AGAINST;
}

static void set_zones(struct list *list)
{
	const struct kj_conf_dnsbl *conf = &list->conf;
	const char *query;

	list->dnsbl.zone = keep(list, list->source->zone);
	list->dnsbl.query_zone = list->dnsbl.zone;
	if (list->build->sink.full || (!*conf->key && !*conf->prefix))
		return;
	query = kj_arena_printf(list->build->sink.arena, "%s%s%s%s%s", conf->prefix, *conf->prefix ? "." : "",
	    conf->key, *conf->key ? "." : "", list->dnsbl.zone);
	list->build->sink.full |= !query;
	list->dnsbl.query_zone = query;
}

static void check(struct list *list)
{
	const struct kj_place *place = list->source->own ? &list->source->own->place : &list->source->place;

	if (list->conf.needs_key && !*list->conf.key)
		kj_complain_at(&list->build->sink, place,
		    "the list \"%s\" answers nobody without a key: dnsbl \"%s\" { key = \"...\" }",
		    list->dnsbl.zone, list->dnsbl.zone);
	if (list->dnsbl.asks == 0)
		kj_complain_at(&list->build->sink, place, "this list is asked about nothing");
	else if (list->dnsbl.asks == KJ_LIST_CLIENT && !list->conf.ipv4 && !list->conf.ipv6)
		kj_complain_at(&list->build->sink, place, "this list knows neither IPv4 nor IPv6");
	if (strlen(list->dnsbl.query_zone) > KJ_NAME_STRLEN - KJ_ADDR_REVERSELEN)
		kj_complain_at(
		    &list->build->sink, place, "the zone leaves no room for an address in front of it");
}

static bool find_family(struct list *list)
{
	const char *name = list->conf.allow ? "allow" : "dnsbl";

	list->family = kj_build_find_family(list->build, name);
	/* Without any family the lists are broken, which has been said. */
	if (list->family < 0 && list->build->family_count)
		kj_complain_at(&list->build->sink,
		    list->source->own ? &list->source->own->place : &list->source->place,
		    "the lists have no family \"%s\"", name);
	return list->family >= 0;
}

bool kj_dnsbl_read(struct kj_build *build, const struct kj_dnsbl_source *source, struct kj_dnsbl *ret_dnsbl)
{
	struct list list = {.build = build, .source = source};

	read_settings(&list);
	set_zones(&list);
	if (build->sink.full || !list.conf.label || !find_family(&list))
		return false;
	list.dnsbl.label = *list.conf.label ? list.conf.label : list.dnsbl.zone;
	list.dnsbl.ipv4 = list.conf.ipv4;
	list.dnsbl.ipv6 = list.conf.ipv6;
	list.dnsbl.by_host = list.conf.by_host;
	list.dnsbl.allow = list.conf.allow;
	list.dnsbl.hash = list.conf.hash;
	list.dnsbl.timeout_ms = list.conf.timeout_ms;
	list.dnsbl.blocked = list.conf.blocked;
	list.dnsbl.blocked_count = list.conf.blocked_count;
	read_codes(&list);
	set_tests(&list);
	check(&list);
	*ret_dnsbl = list.dnsbl;
	return true;
}
