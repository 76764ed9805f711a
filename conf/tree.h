/*
 * tree.h - a configuration file as it is written, before anybody asks what it means
 *
 * Settings `name = value` and blocks `name "title" { ... }`, in the order of the text, each with the place
 * where it stands. Includes are already replaced by what they include. All of it lives in one arena.
 */
#ifndef KJ_CONF_TREE_H
#define KJ_CONF_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct kj_arena;
struct kj_block;
struct kj_complaints;
struct kj_setting;

/* Lines and columns count from 1; a column is a character, not a byte. */
struct kj_place {
	const char *file;
	unsigned line, column;
};

enum kj_value_kind {
	KJ_VALUE_STRING, /* was quoted; text is what the quotes held, escapes resolved */
	KJ_VALUE_WORD,
	KJ_VALUE_NUMBER, /* begins with a digit: "5s", "0.5%", "127.0.0.1" */
	KJ_VALUE_LIST,
	KJ_VALUE_BAD, /* already complained about */
};

struct kj_value {
	struct kj_place place;
	enum kj_value_kind kind;
	const char *text;       /* "" for a list */
	struct kj_value *items; /* of a list */
	struct kj_value *next;  /* in a list */
};

struct kj_node {
	struct kj_place place;
	const char *name;
	bool hidden; /* it stands in a line behind a secret: the name may be part of it, and is never shown */
	const struct kj_value *value; /* NULL in a block */
	const char *title;            /* NULL if there is none */
	struct kj_place title_place;
	struct kj_node *children; /* of a block */
	struct kj_node *next;
	/* What the name stands for; set by kj_schema_resolve(), NULL where it is unknown or a duplicate. */
	const struct kj_setting *setting;
	const struct kj_block *block;
};

/*
 * kj_tree_read - parse a file and what it includes
 *
 * Gives:  *ret_root, a block without name, in the arena. After complaints it holds what could be understood.
 * Errors: -KJ_EINVAL (see the complaints), -KJ_ENOMEM; *ret_root is set in the first case.
 */
int kj_tree_read(
    struct kj_arena *arena, const char *path, struct kj_complaints *complaints, struct kj_node **ret_root);

/* kj_tree_parse - the same for text in memory, which has `name` in complaints and may include nothing */
int kj_tree_parse(struct kj_arena *arena, const char *name, const char *text, size_t len,
    struct kj_complaints *complaints, struct kj_node **ret_root);

#endif
