/*
 * fuzz_conf.c - a configuration and its lists from bytes: grammar, schema, lists, policies
 *
 * The input is kanjiki.conf, or, if it holds a byte 0x01, lists/weights.conf behind it. Nothing is included,
 * and no file is read.
 */
#include "fuzz.h"

#include "conf/build.h"
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"

static const char weights_text[] = "family \"dnsbl\" { cap = 6.0 } family \"a\" { cap = 1.0 }\n"
                                   "symbol \"RDNS_NONE\" { family = a score = 0.7 about = \"x\" }\n";

static struct kj_node *parse(struct kj_build *build, const char *text, size_t len)
{
	struct kj_node *root = NULL;

	kj_tree_parse(build->scratch, "fuzz", text, len, build->sink.complaints, &root);
	return root;
}

static void build_all(
    struct kj_build *build, const char *conf, size_t conf_len, const char *weights, size_t len)
{
	struct kj_node *conf_root = parse(build, conf, conf_len), *weights_root = parse(build, weights, len);

	if (!conf_root || !weights_root)
		return;
	kj_build_settings(build, conf_root);
	if (build->sink.full)
		return;
	kj_build_weights(build, weights_root);
	kj_build_shared(build, parse(build, "", 0));
	kj_build_dnsbls(build, conf_root);
	kj_build_policies(build, conf_root);
}

/* What a snapshot promises, once nothing was complained about. */
static void check(const struct kj_build *build)
{
	const struct kj_policies *policies = &build->policies;

	for (unsigned i = 0; i < policies->policy_count; i++)
		if (!policies->policies[i].score_centi ||
		    (policies->policies[i].tempfail &&
		        policies->policies[i].tempfail_centi < policies->policies[i].tag_centi))
			abort();
	for (unsigned i = 1; i < policies->weights.symbol_count; i++)
		if (strcmp(policies->weights.symbols[i - 1].name, policies->weights.symbols[i].name) >= 0)
			abort();
	for (unsigned i = 0; i < build->rules.shared_pool_count; i++)
		if (!build->rules.shared_pools[i] || strpbrk(build->rules.shared_pools[i], "[]"))
			abort();
	if (*build->top.settings.share.server && strlen(build->top.settings.share.secret) < KJ_CONF_SECRET_MIN)
		abort();
	for (unsigned i = 0; i < build->rules.dnsbl_count; i++)
		for (unsigned j = 0; j < build->rules.dnsbls[i].code_count; j++)
			if (kj_build_find_symbol(build, build->rules.dnsbls[i].codes[j].symbol) < 0)
				abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *cut = size ? memchr(text, 1, size) : NULL;
	size_t conf_len = cut ? (size_t)(cut - text) : size;
	struct kj_arena *arena = kj_arena_new((size_t)16 << 20), *scratch = kj_arena_new((size_t)16 << 20);
	struct kj_complaints *complaints = kj_complaints_new();
	struct kj_buf printed = KJ_BUF_INIT(4096);
	struct kj_build build;

	if (arena && scratch && complaints && kj_build_init(&build, arena, scratch, complaints) == 0) {
		build_all(&build, text, conf_len, cut ? cut + 1 : weights_text,
		    cut ? size - conf_len - 1 : sizeof weights_text - 1);
		if (!build.sink.full && kj_complaints_errors(complaints) == 0)
			check(&build);
	}
	for (unsigned i = 0; complaints && i < kj_complaints_count(complaints); i++)
		kj_complaint_print(kj_complaints_get(complaints, i), &printed);
	kj_buf_free(&printed);
	kj_complaints_free(complaints);
	kj_arena_free(scratch);
	kj_arena_free(arena);
	return 0;
}
