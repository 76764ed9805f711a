/*
 * conf_load.h - a configuration from a text, for tests, and its complaints as one text
 */
#ifndef KJ_TEST_CONF_LOAD_H
#define KJ_TEST_CONF_LOAD_H

#include <check.h>
#include <limits.h>

#include "conf/build.h"
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/err.h"

struct loaded {
	struct kj_arena *arena, *scratch;
	struct kj_complaints *complaints;
	struct kj_build build;
	struct kj_buf text; /* of the complaints, a line each */
};

static inline const char *source_path(const char *name, char *out)
{
	const char *srcdir = getenv("KJ_SRCDIR");

	snprintf(out, PATH_MAX, "%s/%s", srcdir ? srcdir : ".", name);
	return out;
}

static inline void complaints_text(const struct kj_complaints *complaints, struct kj_buf *buf)
{
	for (unsigned i = 0; i < kj_complaints_count(complaints); i++) {
		if (i)
			kj_buf_add_char(buf, '\n');
		kj_complaint_print(kj_complaints_get(complaints, i), buf);
	}
}

/* Build all but the phrases; the weights are those that are shipped unless a text is given. */
static inline void load_text(struct loaded *loaded, const char *conf, size_t len, const char *weights)
{
	struct kj_node *root = NULL, *list = NULL;
	char path[PATH_MAX];

	*loaded = (struct loaded){.text = KJ_BUF_INIT(65536)};
	loaded->arena = kj_arena_new((size_t)16 << 20);
	loaded->scratch = kj_arena_new((size_t)64 << 20);
	loaded->complaints = kj_complaints_new();
	ck_assert_int_eq(
	    kj_build_init(&loaded->build, loaded->arena, loaded->scratch, loaded->complaints), 0);
	ck_assert_int_ne(
	    kj_tree_parse(loaded->scratch, "t", conf, len, loaded->complaints, &root), -KJ_ENOMEM);
	kj_build_settings(&loaded->build, root);
	if (weights)
		kj_tree_parse(loaded->scratch, "w", weights, strlen(weights), loaded->complaints, &list);
	else
		kj_tree_read(
		    loaded->scratch, source_path("lists/weights.conf", path), loaded->complaints, &list);
	kj_build_weights(&loaded->build, list);
	kj_tree_read(loaded->scratch, source_path("lists/helo.conf", path), loaded->complaints, &list);
	kj_build_helos(&loaded->build, list);
	kj_tree_read(loaded->scratch, source_path("lists/shared.conf", path), loaded->complaints, &list);
	kj_build_shared(&loaded->build, list);
	kj_tree_read(loaded->scratch, source_path("lists/dnsbl.conf", path), loaded->complaints, &list);
	kj_build_known_dnsbls(&loaded->build, list);
	kj_build_dnsbls(&loaded->build, root);
	kj_build_policies(&loaded->build, root);
	ck_assert(!loaded->build.sink.full);
	complaints_text(loaded->complaints, &loaded->text);
}

static inline void unload(struct loaded *loaded)
{
	kj_buf_free(&loaded->text);
	kj_complaints_free(loaded->complaints);
	kj_arena_free(loaded->scratch);
	kj_arena_free(loaded->arena);
}

#endif
