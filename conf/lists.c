/*
 * lists.c - what is found in lists/: families and symbols, HELO names
 */
#include "build.h"
#include "kanjiki/arena.h"

/* A copy of a title that lives as long as the snapshot. */
static const char *keep(struct kj_build *build, const char *text)
{
	const char *copy = kj_arena_strdup(build->sink.arena, text);

	build->sink.full |= !copy;
	return copy ? copy : "";
}

static void add_family(struct kj_build *build, const struct kj_node *node)
{
	struct kj_conf_family family = {0};

	kj_schema_defaults(node->block, &family, &build->sink);
	kj_schema_apply(node, &family, &build->sink);
	if (!kj_schema_find(node, offsetof(struct kj_conf_family, cap_centi)))
		kj_complain_at(&build->sink, &node->place, "family \"%s\" needs a cap", node->title);
	if (kj_build_find_family(build, node->title) >= 0)
		kj_complain_at(
		    &build->sink, &node->title_place, "there is a family \"%s\" already", node->title);
	else if (build->family_count == KJ_CONF_FAMILIES_MAX)
		kj_complain_at(&build->sink, &node->place, "more than %u families", KJ_CONF_FAMILIES_MAX);
	else
		build->families[build->family_count++] =
		    (struct kj_family){keep(build, node->title), family.cap_centi, family.gate_centi, family.firm_centi};
}

/* The family's index; -1 after a complaint. */
static int family_of(struct kj_build *build, const struct kj_node *node, const struct kj_conf_symbol *symbol)
{
	const struct kj_node *at = kj_schema_find(node, offsetof(struct kj_conf_symbol, family));
	struct kj_suggestion suggestion = {.name = symbol->family};
	int family = symbol->family ? kj_build_find_family(build, symbol->family) : -1;

	if (family >= 0 || (at && !symbol->family))
		return family;
	if (!at) {
		kj_complain_at(&build->sink, &node->place, "symbol \"%s\" needs a family", node->title);
		return -1;
	}
	for (unsigned i = 0; i < build->family_count; i++)
		kj_suggest(&suggestion, build->families[i].name);
	kj_complain_unknown(&build->sink, &at->value->place, "family", &suggestion);
	return -1;
}

static bool is_symbol_name(const char *name)
{
	return *name >= 'A' && *name <= 'Z' && !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] &&
	       strlen(name) <= 64;
}

static void add_symbol(struct kj_build *build, const struct kj_node *node)
{
	struct kj_conf_symbol conf = {0};
	struct kj_symbol symbol;
	int family;

	kj_schema_apply(node, &conf, &build->sink);
	family = family_of(build, node, &conf);
	if (!kj_schema_find(node, offsetof(struct kj_conf_symbol, score_centi)))
		kj_complain_at(&build->sink, &node->place, "symbol \"%s\" needs a score", node->title);
	if (!is_symbol_name(node->title)) {
		kj_complain_at(&build->sink, &node->title_place,
		    "the name of a symbol is made of capital letters, digits and \"_\"");
		return;
	}
	if (kj_build_find_symbol(build, node->title) >= 0) {
		kj_complain_at(
		    &build->sink, &node->title_place, "there is a symbol \"%s\" already", node->title);
		return;
	}
	symbol = (struct kj_symbol){
	    .name = keep(build, node->title),
	    .family = family < 0 ? 0 : (unsigned)family,
	    .score_centi = conf.score_centi,
	    .about = conf.about ? conf.about : "",
	};
	kj_build_symbol(build, &node->place, &symbol);
}

void kj_build_weights(struct kj_build *build, struct kj_node *weights)
{
	kj_schema_resolve(weights, &kj_block_weights_file, &build->sink);
	/* Families first, wherever they stand in the file. */
	for (const struct kj_node *node = weights->children; node; node = node->next)
		if (node->block == &kj_block_family)
			add_family(build, node);
	for (const struct kj_node *node = weights->children; node; node = node->next)
		if (node->block == &kj_block_symbol)
			add_symbol(build, node);
}

void kj_build_helos(struct kj_build *build, struct kj_node *helos)
{
	struct kj_conf_helo helo = {0};

	kj_schema_resolve(helos, &kj_block_helo_file, &build->sink);
	kj_schema_apply(helos, &helo, &build->sink);
	build->rules.default_helos = helo.defaults;
	build->rules.default_helo_count = helo.default_count;
	/* kanjiki.conf has the last word; an empty list there is a word too. */
	if (build->rules.special_helos)
		return;
	build->rules.special_helos = helo.names;
	build->rules.special_helo_count = helo.name_count;
}
