/*
 * cluster_ask.c - what the operator asks about clusters
 *
 * An answer goes through the control socket, whose size is limited: hence the most clusters that are listed at once.
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/crowd.h"
#include "pipeline/cluster_table.h"
#include "pipeline/engine_private.h"

#define ARENA_MAX_BYTES ((size_t)4 << 20)
#define LIST_USUAL	20
#define LIST_MAX	200

struct wish {
	enum kj_signal signal; /* KJ_SIGNALS: any */
	bool fast;
	unsigned max;
};

static bool refuse(struct kj_buf *out, const char *why)
{
	kj_buf_clear(out);
	kj_buf_add_str(out, why);
	return false;
}

/* One word of "helo fast 20"; false if it is none of them. */
static bool take_word(const char *word, struct wish *wish)
{
	int signal = kj_signal_find(word);
	char *end;
	unsigned long max;

	if (signal >= 0) {
		wish->signal = (enum kj_signal)signal;
	} else if (strcmp(word, "fast") == 0) {
		wish->fast = true;
	} else {
		max = strtoul(word, &end, 10);
		if (*word < '0' || *word > '9' || *end || max < 1 || max > LIST_MAX)
			return false;
		wish->max = (unsigned)max;
	}
	return true;
}

static bool read_wish(const char *arguments, struct wish *wish, struct kj_buf *out)
{
	char word[KJ_CLUSTER_ID_LEN];

	for (arguments += strspn(arguments, " "); *arguments; arguments += strspn(arguments, " ")) {
		size_t len = strcspn(arguments, " ");

		snprintf(word, sizeof word, "%.*s", (int)(len < sizeof word ? len : sizeof word - 1), arguments);
		if (!take_word(word, wish))
			return refuse(out, "neither a signal, nor \"fast\", nor a number from 1 to 200");
		arguments += len;
	}
	return true;
}

bool kj_engine_clusters(struct kj_engine *engine, const char *arguments, struct kj_buf *out)
{
	struct wish wish = {KJ_SIGNALS, false, LIST_USUAL};
	const struct kj_cluster *clusters;
	struct kj_arena *arena;
	unsigned count;
	int rc = -KJ_ENOMEM;

	if (!engine->crowd)
		return refuse(out, "the memory of campaigns is switched off");
	if (!read_wish(arguments, &wish, out))
		return false;
	arena = kj_arena_new(ARENA_MAX_BYTES);
	if (arena)
		rc = kj_crowd_list(engine->crowd, wish.signal, kj_clock_wall_s(engine->options.clock), wish.fast,
		    wish.max, arena, &clusters, &count);
	if (rc == 0)
		kj_cluster_table(clusters, count, out);
	kj_arena_free(arena);
	return rc == 0 || refuse(out, kj_strerror(rc));
}

bool kj_engine_cluster(struct kj_engine *engine, const char *arguments, struct kj_buf *out)
{
	const struct kj_cluster *cluster;
	struct kj_arena *arena;
	enum kj_signal signal;
	uint64_t id;
	int rc = -KJ_ENOMEM;

	if (!engine->crowd)
		return refuse(out, "the memory of campaigns is switched off");
	if (kj_cluster_id_parse(arguments, &signal, &id) < 0)
		return refuse(out, "that is no cluster's ID; `kanjikictl clusters` shows them");
	arena = kj_arena_new(ARENA_MAX_BYTES);
	if (arena)
		rc = kj_crowd_find(engine->crowd, signal, id, kj_clock_wall_s(engine->options.clock), arena, &cluster);
	if (rc == 0)
		kj_cluster_story(cluster, out);
	kj_arena_free(arena);
	return rc == 0 || refuse(out, rc == -KJ_ENOENT ? "there is no such cluster, or no longer" : kj_strerror(rc));
}
