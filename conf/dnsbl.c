/*
 * dnsbl.c - blocks `dnsbl "zone" { ... }` and the symbols that they bring
 *
 * Every code has a symbol, and every symbol of a list is in the family "dnsbl". Codes may share one, of the
 * same list or of another, as long as it weighs the same everywhere: a weight belongs to a symbol, not to a
 * code.
 */
#include "kanjiki/dnsbl.h"

#include <ctype.h>

#include "build.h"
#include "kanjiki/arena.h"
#include "kanjiki/centi.h"
#include "kanjiki/name.h"

#define FAMILY "dnsbl"

/* One list while it is read. */
struct list {
	struct kj_build *build;
	const struct kj_node *node;
	struct kj_conf_dnsbl conf;
	struct kj_dnsbl dnsbl;
	struct kj_dnsbl_code *codes;
	int family;
};

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

/* The symbol of a code into the weights; its name as the weights have it. */
static const char *declare(struct list *list, const struct kj_place *place, const struct kj_conf_code *code)
{
	struct kj_build *build = list->build;
	struct kj_symbol symbol = {
	    .name = *code->symbol ? code->symbol : symbol_of_zone(build, list->dnsbl.zone),
	    .family = (unsigned)list->family,
	    .score_centi = code->score_centi,
	    .about = *code->about
	                 ? code->about
	                 : kj_arena_printf(build->sink.arena, "the client is listed by %s", list->dnsbl.zone),
	};
	int old = kj_build_find_symbol(build, symbol.name);

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
	for (unsigned i = 0; i < list->dnsbl.code_count; i++) {
		const struct kj_code_range *other = &list->codes[i].range;

		if (other->first == range->first && other->last == range->last && other->mask == range->mask)
			return true;
	}
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

/* A list that does not tell its codes apart: any answer in 127/8 is a listing. */
static void add_any_code(struct list *list)
{
	struct kj_conf_code conf = {.symbol = "", .about = "", .score_centi = list->conf.score_centi};

	list->codes[list->dnsbl.code_count++] = (struct kj_dnsbl_code){
	    {.first = 0x7f000000, .last = 0x7fffffff}, declare(list, &list->node->place, &conf)};
}

static unsigned count_codes(const struct kj_node *node)
{
	unsigned count = 0;

	for (const struct kj_node *child = node->children; child; child = child->next)
		count += child->block == &kj_block_code;
	return count;
}

static void read_list(struct list *list, const char *zone)
{
	struct kj_conf_sink *sink = &list->build->sink;
	unsigned count = count_codes(list->node);

	kj_schema_defaults(&kj_block_dnsbl, &list->conf, sink);
	kj_schema_apply(list->node, &list->conf, sink);
	list->codes = kj_arena_array(sink->arena, count ? count : 1, sizeof *list->codes);
	list->dnsbl.zone = kj_arena_strdup(sink->arena, zone);
	if (!list->codes || !list->dnsbl.zone || !list->conf.label) {
		sink->full = true;
		return;
	}
	list->dnsbl.label = *list->conf.label ? list->conf.label : list->dnsbl.zone;
	list->dnsbl.ipv4 = list->conf.ipv4;
	list->dnsbl.ipv6 = list->conf.ipv6;
	list->dnsbl.blocked = list->conf.blocked;
	list->dnsbl.blocked_count = list->conf.blocked_count;
	list->dnsbl.codes = list->codes;
	for (const struct kj_node *child = list->node->children; child; child = child->next)
		if (child->block == &kj_block_code)
			add_code(list, child);
	if (!count)
		add_any_code(list);
	if (!list->dnsbl.ipv4 && !list->dnsbl.ipv6)
		kj_complain_at(sink, &list->node->place, "this list knows neither IPv4 nor IPv6");
}

/* Zones and labels stand for a list in evidence and log: each must be one list's only. */
static bool is_taken(struct kj_build *build, const struct kj_node *node, const struct kj_dnsbl *dnsbls,
    const struct kj_dnsbl *dnsbl)
{
	for (unsigned i = 0; i < build->rules.dnsbl_count; i++) {
		if (strcmp(dnsbls[i].zone, dnsbl->zone) == 0)
			kj_complain_at(&build->sink, &node->title_place, "the list \"%s\" is given already",
			    dnsbl->zone);
		else if (strcmp(dnsbls[i].label, dnsbl->label) == 0)
			kj_complain_at(&build->sink, &node->place,
			    "the label \"%s\" is that of \"%s\" already", dnsbl->label, dnsbls[i].zone);
		else
			continue;
		return true;
	}
	return false;
}

static void add_list(struct kj_build *build, const struct kj_node *node, struct kj_dnsbl *dnsbls)
{
	struct list list = {.build = build, .node = node, .family = kj_build_find_family(build, FAMILY)};
	char zone[KJ_NAME_STRLEN];

	/* The zone is also the list's name in headers: nothing there may be taken for their syntax. */
	if (kj_name_normalise(node->title, zone) < 0 ||
	    zone[strspn(zone, "abcdefghijklmnopqrstuvwxyz0123456789.-_")]) {
		kj_complain_at(&build->sink, &node->title_place, "\"%s\" is no DNS zone", node->title);
		return;
	}
	if (list.family < 0) {
		/* Without any family the lists are broken, which has been said. */
		if (build->family_count)
			kj_complain_at(&build->sink, &node->place, "the lists have no family \"" FAMILY "\"");
		return;
	}
	read_list(&list, zone);
	if (build->sink.full || is_taken(build, node, dnsbls, &list.dnsbl))
		return;
	if (build->rules.dnsbl_count == KJ_CONF_DNSBLS_MAX)
		kj_complain_at(&build->sink, &node->place, "more than %u lists", KJ_CONF_DNSBLS_MAX);
	else
		dnsbls[build->rules.dnsbl_count++] = list.dnsbl;
}

void kj_build_dnsbls(struct kj_build *build, const struct kj_node *conf)
{
	struct kj_dnsbl *dnsbls = kj_arena_array(build->sink.arena, KJ_CONF_DNSBLS_MAX, sizeof *dnsbls);

	if (!dnsbls) {
		build->sink.full = true;
		return;
	}
	for (const struct kj_node *node = conf->children; node; node = node->next)
		if (node->block == &kj_block_dnsbl)
			add_list(build, node, dnsbls);
	build->rules.dnsbls = dnsbls;
}
