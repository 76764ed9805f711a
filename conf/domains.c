/*
 * domains.c - weights and thresholds, for all and per recipient domain
 *
 * Every policy has a score for every symbol, so that judging needs no search: first what the lists say, then
 * the top-level `weights`, then the domain's own.
 */
#include "kanjiki/policy.h"

#include "build.h"
#include "kanjiki/addr.h"
#include "kanjiki/arena.h"
#include "kanjiki/centi.h"
#include "kanjiki/name.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789.-_" /* of a domain that is meant */

/* A policy and where its block stands. */
struct entry {
	struct kj_policy policy;
	const struct kj_node *node;
};

static int compare_symbols(const void *a, const void *b)
{
	return strcmp(((const struct kj_symbol *)a)->name, ((const struct kj_symbol *)b)->name);
}

/* The tables out of the scratch arena, in their final order. */
static bool seal_weights(struct kj_build *build)
{
	struct kj_weights *weights = &build->policies.weights;

	if (build->symbol_count)
		qsort(build->symbols, build->symbol_count, sizeof *build->symbols, compare_symbols);
	weights->families =
	    kj_arena_dup(build->sink.arena, build->families, build->family_count * sizeof *build->families);
	weights->family_count = build->family_count;
	weights->symbols =
	    kj_arena_dup(build->sink.arena, build->symbols, build->symbol_count * sizeof *build->symbols);
	weights->symbol_count = build->symbol_count;
	return weights->families && weights->symbols;
}

static int find(const struct kj_weights *weights, const char *name)
{
	struct kj_symbol key = {.name = name};
	const struct kj_symbol *symbol =
	    bsearch(&key, weights->symbols, weights->symbol_count, sizeof key, compare_symbols);

	return symbol ? (int)(symbol - weights->symbols) : -1;
}

static void complain_of_symbol(struct kj_build *build, const struct kj_node *node)
{
	struct kj_suggestion suggestion = {.name = node->name};

	/* Without symbols the lists are broken, which has been said. */
	for (unsigned i = 0; i < build->policies.weights.symbol_count; i++)
		kj_suggest(&suggestion, build->policies.weights.symbols[i].name);
	if (build->policies.weights.symbol_count)
		kj_complain_unknown(&build->sink, &node->place, "symbol", &suggestion);
}

/* The settings of one block `weights` over the scores. */
static void change_weights(struct kj_build *build, const struct kj_node *block, int32_t *scores)
{
	const struct kj_node **seen =
	    kj_arena_array(build->scratch, build->policies.weights.symbol_count + 1, sizeof *seen);

	if (!seen) {
		build->sink.full = true;
		return;
	}
	for (const struct kj_node *node = block->children; node; node = node->next) {
		int index = find(&build->policies.weights, node->name);

		if (!node->value) {
			kj_complain_at(&build->sink, &node->place, "there are no blocks within \"weights\"");
		} else if (index < 0) {
			complain_of_symbol(build, node);
		} else if (seen[index]) {
			kj_complain_at(&build->sink, &node->place, "\"%s\" is already given at %s:%u:%u",
			    node->name, seen[index]->place.file, seen[index]->place.line,
			    seen[index]->place.column);
		} else {
			seen[index] = node;
			kj_value_score(node->name, node->value, &scores[index], &build->sink);
		}
	}
}

/* A copy of the scores with the changes of the block's `weights`; the same scores if it has none. */
static const int32_t *weigh(struct kj_build *build, const struct kj_node *block, const int32_t *scores)
{
	const struct kj_node *node = block->children;
	int32_t *own;

	while (node && node->block != &kj_block_weights)
		node = node->next;
	if (!node)
		return scores;
	own = kj_arena_dup(build->sink.arena, scores, build->policies.weights.symbol_count * sizeof *own);
	if (!own) {
		build->sink.full = true;
		return scores;
	}
	change_weights(build, node, own);
	return own;
}

static struct kj_policy make_policy(
    const char *domain, const struct kj_conf_policy *conf, const int32_t *scores)
{
	bool tempfail = conf->tempfail_centi != KJ_CONF_NEVER;

	return (struct kj_policy){
	    .domain = domain,
	    .tag_centi = conf->tag_centi,
	    .tempfail_centi = tempfail ? conf->tempfail_centi : KJ_CENTI_MAX,
	    .tempfail = tempfail,
	    .subject_prefix = conf->subject_prefix && *conf->subject_prefix ? conf->subject_prefix : NULL,
	    .score_centi = scores,
	};
}

/* Mail is put off only if it would be tagged too. Either node may be NULL: its value is inherited then. */
static void check_thresholds(struct kj_build *build, const struct kj_conf_policy *policy,
    const struct kj_node *tempfail, const struct kj_node *tag)
{
	const struct kj_node *at = tempfail ? tempfail : tag;
	char low[KJ_CENTI_STRLEN], high[KJ_CENTI_STRLEN];

	if (!at || policy->tempfail_centi >= policy->tag_centi)
		return;
	kj_complain_at(&build->sink, &at->value->place, "tempfail (%s) must not be below tag (%s)",
	    kj_centi_format(policy->tempfail_centi, low), kj_centi_format(policy->tag_centi, high));
}

static bool read_domain(
    struct kj_build *build, const struct kj_node *node, const struct kj_policy *base, struct entry *ret_entry)
{
	struct kj_conf_policy conf = build->top.policy;
	char name[KJ_NAME_STRLEN];
	struct kj_addr addr;
	const char *domain;

	kj_schema_apply(node, &conf, &build->sink);
	check_thresholds(build, &conf, kj_schema_find(node, offsetof(struct kj_conf_policy, tempfail_centi)),
	    kj_schema_find(node, offsetof(struct kj_conf_policy, tag_centi)));
	if (kj_name_normalise(node->title, name) < 0 || name[strspn(name, NAME_CHARACTERS)] ||
	    kj_addr_parse(name, &addr) == 0) {
		kj_complain_at(&build->sink, &node->title_place,
		    "\"%s\" is no domain; a block is for a domain and all below it, without \"*\" or \"@\"",
		    node->title);
		return false;
	}
	domain = kj_arena_strdup(build->sink.arena, name);
	build->sink.full |= !domain;
	if (!domain)
		return false;
	ret_entry->policy = make_policy(domain, &conf, weigh(build, node, base->score_centi));
	ret_entry->node = node;
	return true;
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->policy.domain, ((const struct entry *)b)->policy.domain);
}

/* Sorted, so that a domain given twice has its blocks side by side, the earlier one first by its place. */
static void check_duplicates(struct kj_build *build, const struct entry *entries, unsigned count)
{
	for (unsigned i = 1; i < count; i++) {
		const struct kj_node *a = entries[i - 1].node, *b = entries[i].node;

		if (strcmp(entries[i - 1].policy.domain, entries[i].policy.domain) == 0)
			kj_complain_at(&build->sink, &b->title_place,
			    "the domain \"%s\" is already given at %s:%u:%u", entries[i].policy.domain,
			    a->title_place.file, a->title_place.line, a->title_place.column);
	}
}

static unsigned count_domains(const struct kj_node *conf)
{
	unsigned count = 0;

	for (const struct kj_node *node = conf->children; node; node = node->next)
		count += node->block == &kj_block_domain;
	return count;
}

static struct kj_policy default_policy(struct kj_build *build, const struct kj_node *conf)
{
	const struct kj_weights *weights = &build->policies.weights;
	int32_t *scores = kj_arena_array(build->sink.arena, weights->symbol_count + 1, sizeof *scores);

	build->sink.full |= !scores;
	for (unsigned i = 0; scores && i < weights->symbol_count; i++)
		scores[i] = weights->symbols[i].score_centi;
	check_thresholds(build, &build->top.policy,
	    kj_schema_find(conf, offsetof(struct kj_conf_top, policy.tempfail_centi)),
	    kj_schema_find(conf, offsetof(struct kj_conf_top, policy.tag_centi)));
	return make_policy("", &build->top.policy, scores ? weigh(build, conf, scores) : NULL);
}

void kj_build_policies(struct kj_build *build, const struct kj_node *conf)
{
	unsigned max = count_domains(conf), count = 0;
	struct kj_policy *policies = kj_arena_array(build->sink.arena, max + 1, sizeof *policies);
	struct entry *entries = kj_arena_array(build->scratch, max + 1, sizeof *entries);

	if (!policies || !entries || !seal_weights(build)) {
		build->sink.full = true;
		return;
	}
	policies[0] = default_policy(build, conf);
	for (const struct kj_node *node = conf->children; node && !build->sink.full; node = node->next)
		if (node->block == &kj_block_domain &&
		    read_domain(build, node, &policies[0], &entries[count]))
			count++;
	if (count)
		qsort(entries, count, sizeof *entries, compare_entries);
	check_duplicates(build, entries, count);
	for (unsigned i = 0; i < count; i++)
		policies[1 + i] = entries[i].policy;
	build->policies.policies = policies;
	build->policies.policy_count = 1 + count;
}
