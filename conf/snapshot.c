/*
 * snapshot.c - a configuration as one object
 *
 * All memory of a snapshot is one arena, which also owns the phrases; it goes with the last reference.
 */
#include "kanjiki/snapshot.h"

#include <stdatomic.h>

#include "build.h"
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/err.h"
#include "kanjiki/phrase_file.h"
#include "kanjiki/phrase_set.h"

#define ARENA_MAX ((size_t)64 << 20) /* a file of 1 MiB full of domains that all weigh differently */

struct kj_snapshot {
	atomic_uint references;
	struct kj_arena *arena;
	struct kj_settings settings;
	struct kj_rules rules;
	struct kj_policies policies;
};

static void free_phrases(void *object)
{
	kj_phrase_set_free(object);
}

/* A file of the lists, parsed as far as it can be; NULL, and -KJ_ENOMEM in *rc, without memory for it. */
static struct kj_node *read_list(struct kj_build *build, const char *name, int *rc)
{
	const char *path = kj_arena_printf(build->scratch, "%s/%s", build->top.lists, name);
	struct kj_node *root = NULL;
	int result = path ? kj_tree_read(build->scratch, path, build->sink.complaints, &root) : -KJ_ENOMEM;

	if (result == -KJ_ENOMEM)
		*rc = result;
	return root;
}

/* Phrases are large and of use to nobody who switched the check off. */
static int load_phrases(struct kj_build *build)
{
	struct kj_phrase_set *set = build->top.extortion ? kj_phrase_set_new() : NULL;
	const char *path = kj_arena_printf(build->scratch, "%s/extortion", build->top.lists);
	struct kj_reason reason = {""};
	int rc;

	if (!build->top.extortion)
		return 0;
	if (!set || !path || kj_arena_defer(build->sink.arena, free_phrases, set) < 0) {
		if (set && !path)
			kj_phrase_set_free(set);
		return -KJ_ENOMEM;
	}
	rc = kj_phrase_dir_load(path, set, build->sink.complaints);
	if (rc == 0) {
		rc = kj_phrase_set_compile(set, &reason);
		if (rc < 0 && rc != -KJ_ENOMEM)
			kj_complain(build->sink.complaints, false, path, 0, 0, "%s",
			    *reason.text ? reason.text : kj_strerror(rc));
	}
	build->rules.extortion = set;
	return rc;
}

static int build_lists(struct kj_build *build)
{
	struct kj_node *weights, *helos, *shared, *dnsbls;
	int rc = 0;

	weights = read_list(build, "weights.conf", &rc);
	if (weights)
		kj_build_weights(build, weights);
	helos = read_list(build, "helo.conf", &rc);
	if (helos)
		kj_build_helos(build, helos);
	shared = read_list(build, "shared.conf", &rc);
	if (shared)
		kj_build_shared(build, shared);
	dnsbls = read_list(build, "dnsbl.conf", &rc);
	if (dnsbls)
		kj_build_known_dnsbls(build, dnsbls);
	return rc;
}

/* -KJ_ENOMEM, or 0: what else went wrong is a complaint. */
static int build_all(struct kj_build *build, const char *path)
{
	struct kj_node *conf = NULL;
	int rc;

	if (path)
		rc = kj_tree_read(build->scratch, path, build->sink.complaints, &conf);
	else
		rc = kj_tree_parse(build->scratch, "defaults", "", 0, build->sink.complaints, &conf);
	if (rc == -KJ_ENOMEM)
		return rc;
	kj_build_settings(build, conf);
	if (build->sink.full || build_lists(build) < 0)
		return -KJ_ENOMEM;
	kj_build_dnsbls(build, conf);
	kj_build_policies(build, conf);
	if (build->sink.full || load_phrases(build) == -KJ_ENOMEM)
		return -KJ_ENOMEM;
	return 0;
}

static struct kj_snapshot *seal(struct kj_build *build)
{
	struct kj_snapshot *snapshot = malloc(sizeof *snapshot);

	if (!snapshot)
		return NULL;
	atomic_init(&snapshot->references, 1);
	snapshot->arena = build->sink.arena;
	snapshot->settings = build->top.settings;
	snapshot->rules = build->rules;
	snapshot->policies = build->policies;
	return snapshot;
}

int kj_snapshot_load(const char *path, struct kj_snapshot **ret_snapshot, struct kj_complaints *complaints)
{
	unsigned errors = kj_complaints_errors(complaints);
	struct kj_arena *arena = kj_arena_new(ARENA_MAX), *scratch = kj_arena_new(ARENA_MAX);
	struct kj_snapshot *snapshot = NULL;
	struct kj_build build;
	int rc = -KJ_ENOMEM;

	if (arena && scratch && kj_build_init(&build, arena, scratch, complaints) == 0)
		rc = build_all(&build, path);
	if (rc == 0 && kj_complaints_errors(complaints) > errors)
		rc = -KJ_EINVAL;
	if (rc == 0) {
		snapshot = seal(&build);
		rc = snapshot ? 0 : -KJ_ENOMEM;
	}
	if (rc == -KJ_ENOMEM)
		kj_complain(complaints, false, path ? path : "defaults", 0, 0,
		    "out of memory, or the configuration is larger than anybody needs");
	if (snapshot)
		*ret_snapshot = snapshot;
	else
		kj_arena_free(arena);
	kj_arena_free(scratch);
	return rc;
}

struct kj_snapshot *kj_snapshot_ref(struct kj_snapshot *snapshot)
{
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	return snapshot;
}

void kj_snapshot_unref(struct kj_snapshot *snapshot)
{
	if (!snapshot || atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) != 1)
		return;
	kj_arena_free(snapshot->arena);
	free(snapshot);
}

const struct kj_settings *kj_snapshot_settings(const struct kj_snapshot *snapshot)
{
	return &snapshot->settings;
}

const struct kj_rules *kj_snapshot_rules(const struct kj_snapshot *snapshot)
{
	return &snapshot->rules;
}

const struct kj_policies *kj_snapshot_policies(const struct kj_snapshot *snapshot)
{
	return &snapshot->policies;
}
