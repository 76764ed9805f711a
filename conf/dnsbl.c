/*
 * dnsbl.c - which DNS lists are asked: those that `use-dnsbls` names, and blocks `dnsbl "zone" { ... }`
 *
 * lists/dnsbl.conf defines the well-known lists and asks none of them. A block of the operator for such a list changes
 * what it says differently, and asks it.
 */
#include "dnsbl.h"

#include "kanjiki/arena.h"
#include "kanjiki/name.h"

#define ZONE_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789.-_"

/* The zone is also the list's name in headers: nothing there may be taken for their syntax. */
static bool zone_of(const char *title, char *out)
{
	return kj_name_normalise(title, out) == 0 && !out[strspn(out, ZONE_CHARACTERS)];
}

/* The first block for a zone; NULL if there is none. */
static const struct kj_node *find_block(const struct kj_node *root, const char *zone)
{
	char name[KJ_NAME_STRLEN];

	for (const struct kj_node *node = root ? root->children : NULL; node; node = node->next)
		if (node->block == &kj_block_dnsbl && zone_of(node->title, name) && strcmp(name, zone) == 0)
			return node;
	return NULL;
}

/* Zones and labels stand for a list in evidence and log: each must be one list's only. */
static bool is_taken(
    struct kj_build *build, const struct kj_dnsbl_source *source, const struct kj_dnsbl *dnsbl)
{
	const struct kj_dnsbl *dnsbls = build->rules.dnsbls;

	for (unsigned i = 0; i < build->rules.dnsbl_count; i++) {
		if (strcmp(dnsbls[i].zone, dnsbl->zone) == 0)
			kj_complain_at(
			    &build->sink, &source->place, "the list \"%s\" is given already", dnsbl->zone);
		else if (strcmp(dnsbls[i].label, dnsbl->label) == 0)
			kj_complain_at(&build->sink, source->own ? &source->own->place : &source->place,
			    "the label \"%s\" is that of \"%s\" already", dnsbl->label, dnsbls[i].zone);
		else
			continue;
		return true;
	}
	return false;
}

static void add(struct kj_build *build, const struct kj_dnsbl_source *source, struct kj_dnsbl *dnsbls)
{
	struct kj_dnsbl dnsbl = {0};

	if (!kj_dnsbl_read(build, source, &dnsbl) || build->sink.full || is_taken(build, source, &dnsbl))
		return;
	if (build->rules.dnsbl_count == KJ_CONF_DNSBLS_MAX)
		kj_complain_at(&build->sink, &source->place, "more than %u lists", KJ_CONF_DNSBLS_MAX);
	else
		dnsbls[build->rules.dnsbl_count++] = dnsbl;
}

static void complain_unknown(struct kj_build *build, const struct kj_place *place, const char *zone)
{
	struct kj_suggestion suggestion = {.name = zone};

	for (const struct kj_node *node = build->known_dnsbls ? build->known_dnsbls->children : NULL; node;
	     node = node->next)
		if (node->block == &kj_block_dnsbl)
			kj_suggest(&suggestion, node->title);
	kj_complain_unknown(&build->sink, place, "list", &suggestion);
}

/* The lists of `use-dnsbls`, in its order. */
static void add_named(struct kj_build *build, const struct kj_node *conf, struct kj_dnsbl *dnsbls)
{
	const struct kj_node *setting = kj_schema_find(conf, offsetof(struct kj_conf_top, use_dnsbls));
	const struct kj_value *value = setting ? setting->value : NULL;

	if (value && value->kind == KJ_VALUE_LIST)
		value = value->items;
	/* If one of the values was none, the setting was not taken over, and has been complained about. */
	for (unsigned i = 0; value && i < build->top.use_dnsbl_count; i++, value = value->next) {
		const char *zone = build->top.use_dnsbls[i];
		struct kj_dnsbl_source source = {
		    find_block(build->known_dnsbls, zone), find_block(conf, zone), zone, value->place};

		if (source.known || source.own)
			add(build, &source, dnsbls);
		else
			complain_unknown(build, &value->place, zone);
	}
}

static bool is_named(const struct kj_build *build, const char *zone)
{
	for (unsigned i = 0; i < build->top.use_dnsbl_count; i++)
		if (strcmp(build->top.use_dnsbls[i], zone) == 0)
			return true;
	return false;
}

static void add_block(
    struct kj_build *build, const struct kj_node *conf, const struct kj_node *node, struct kj_dnsbl *dnsbls)
{
	char zone[KJ_NAME_STRLEN];
	struct kj_dnsbl_source source = {.own = node, .zone = zone, .place = node->title_place};

	if (!zone_of(node->title, zone)) {
		kj_complain_at(&build->sink, &node->title_place, "\"%s\" is no DNS zone", node->title);
		return;
	}
	if (is_named(build, zone) && find_block(conf, zone) == node)
		return;
	source.known = find_block(build->known_dnsbls, zone);
	add(build, &source, dnsbls);
}

void kj_build_known_dnsbls(struct kj_build *build, struct kj_node *dnsbls)
{
	kj_schema_resolve(dnsbls, &kj_block_dnsbl_file, &build->sink);
	build->known_dnsbls = dnsbls;
}

void kj_build_dnsbls(struct kj_build *build, const struct kj_node *conf)
{
	struct kj_dnsbl *dnsbls = kj_arena_array(build->sink.arena, KJ_CONF_DNSBLS_MAX, sizeof *dnsbls);

	if (!dnsbls) {
		build->sink.full = true;
		return;
	}
	build->rules.dnsbls = dnsbls;
	add_named(build, conf, dnsbls);
	for (const struct kj_node *node = conf->children; node; node = node->next)
		if (node->block == &kj_block_dnsbl)
			add_block(build, conf, node, dnsbls);
}
