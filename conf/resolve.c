/*
 * resolve.c - the names of a tree, looked up in the schema
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "schema.h"

#define SETTINGS_MAX 64U /* of one block; schema.c stays far below */

/* What of a block was seen already: settings by their row, groups by theirs. */
struct seen {
	const struct kj_node *settings[SETTINGS_MAX];
	const struct kj_node *groups[SETTINGS_MAX];
};

static const struct kj_setting *find_setting(const struct kj_block *block, const char *name)
{
	for (const struct kj_setting *s = block->settings; s && s->name; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

/* The index of the block within, or -1. */
static int find_block(const struct kj_block *block, const char *name)
{
	for (int i = 0; block->blocks && block->blocks[i]; i++)
		if (strcmp(block->blocks[i]->name, name) == 0)
			return i;
	return -1;
}

/* Another block that has such a setting or block: a line slipped out of its braces. */
static const struct kj_block *find_elsewhere(
    const struct kj_block *from, const struct kj_block *not_this, const char *name)
{
	const struct kj_block *found = NULL;

	if (from != not_this && (find_setting(from, name) || find_block(from, name) >= 0))
		return from;
	for (int i = 0; !found && from->blocks && from->blocks[i]; i++)
		found = find_elsewhere(from->blocks[i], not_this, name);
	return found;
}

static void unknown(const struct kj_node *node, const struct kj_block *block, const struct kj_block *file,
    struct kj_conf_sink *sink)
{
	struct kj_suggestion suggestion = {.name = node->name};
	const struct kj_block *other = find_elsewhere(file, block, node->name);

	if (node->hidden) {
		kj_complain_at(sink, &node->place,
		    "unknown name behind a secret, not shown; text with blanks or signs belongs in quotes");
		return;
	}
	if (other) {
		kj_complain_at(sink, &node->place,
		    *other->name ? "\"%s\" belongs in the block \"%s\""
		                 : "\"%s\" belongs outside of all blocks%s",
		    node->name, other->name);
		return;
	}
	for (const struct kj_setting *s = block->settings; s && s->name; s++)
		kj_suggest(&suggestion, s->name);
	for (int i = 0; block->blocks && block->blocks[i]; i++)
		kj_suggest(&suggestion, block->blocks[i]->name);
	kj_complain_unknown(sink, &node->place, node->value ? "setting" : "block", &suggestion);
}

/* True if it is the first; else a complaint. */
static bool first(const struct kj_node **seen, const struct kj_node *node, struct kj_conf_sink *sink)
{
	if (!*seen) {
		*seen = node;
		return true;
	}
	kj_complain_at(sink, &node->place, "\"%s\" is already given at %s:%u:%u", node->name,
	    (*seen)->place.file, (*seen)->place.line, (*seen)->place.column);
	return false;
}

static void resolve(struct kj_node *root, const struct kj_block *block, const struct kj_block *file,
    struct kj_conf_sink *sink);

static void resolve_block(struct kj_node *node, const struct kj_block *block, const struct kj_node **seen,
    const struct kj_block *file, struct kj_conf_sink *sink)
{
	bool titled = block->kind == KJ_BLOCK_TITLED;

	if (titled && (!node->title || !*node->title)) {
		kj_complain_at(sink, &node->place, "a block \"%s\" needs a title: %s \"...\" { ... }",
		    block->name, block->name);
		return;
	}
	if (!titled && node->title)
		kj_complain_at(sink, &node->title_place, "a block \"%s\" has no title", block->name);
	else if (titled || first(seen, node, sink))
		node->block = block;
	/* What is inside is looked at even if the block itself will not be used. */
	if (block->kind != KJ_BLOCK_FREE)
		resolve(node, block, file, sink);
}

/* A block that is written like a setting, with the first of its own as an example. */
static void complain_of_block(const struct kj_node *node, const struct kj_block *block, struct kj_conf_sink *sink)
{
	bool group = block->kind == KJ_BLOCK_GROUP;

	kj_complain_at(sink, &node->place, "\"%s\" is a block: %s%s { %s%s }", node->name, node->name,
	    block->kind == KJ_BLOCK_TITLED ? " \"...\"" : "", group ? block->settings->name : "...",
	    group ? " = ..." : "");
}

static void resolve_child(struct kj_node *node, const struct kj_block *block, const struct kj_block *file,
    struct seen *seen, struct kj_conf_sink *sink)
{
	const struct kj_setting *setting = find_setting(block, node->name);
	int sub = find_block(block, node->name);

	if (setting && node->value) {
		if (first(&seen->settings[setting - block->settings], node, sink))
			node->setting = setting;
	} else if (sub >= 0 && !node->value) {
		resolve_block(node, block->blocks[sub], &seen->groups[sub], file, sink);
	} else if (setting) {
		kj_complain_at(sink, &node->place, "\"%s\" is a setting: %s = ...", node->name, node->name);
	} else if (sub >= 0) {
		complain_of_block(node, block->blocks[sub], sink);
	} else {
		unknown(node, block, file, sink);
	}
}

static void resolve(struct kj_node *root, const struct kj_block *block, const struct kj_block *file,
    struct kj_conf_sink *sink)
{
	struct seen seen = {0};

	for (struct kj_node *node = root->children; node; node = node->next)
		resolve_child(node, block, file, &seen, sink);
}

void kj_schema_resolve(struct kj_node *root, const struct kj_block *block, struct kj_conf_sink *sink)
{
	root->block = block;
	resolve(root, block, block, sink);
}

void kj_schema_apply(const struct kj_node *node, void *target, struct kj_conf_sink *sink)
{
	for (const struct kj_node *child = node->children; child; child = child->next) {
		if (child->setting)
			kj_value_store(child->setting, child->value, target, sink);
		else if (child->block && child->block->kind == KJ_BLOCK_GROUP)
			kj_schema_apply(child, target, sink);
	}
}

static void write_defaults(const struct kj_block *block, struct kj_buf *buf)
{
	for (const struct kj_setting *s = block->settings; s && s->name; s++)
		if (s->value)
			kj_buf_printf(buf, "%s = %s\n", s->name, s->value);
	for (int i = 0; block->blocks && block->blocks[i]; i++) {
		if (block->blocks[i]->kind != KJ_BLOCK_GROUP)
			continue;
		kj_buf_printf(buf, "%s {\n", block->blocks[i]->name);
		write_defaults(block->blocks[i], buf);
		kj_buf_add_str(buf, "}\n");
	}
}

void kj_schema_defaults(const struct kj_block *block, void *target, struct kj_conf_sink *sink)
{
	struct kj_arena *scratch = kj_arena_new((size_t)1 << 20);
	struct kj_buf buf = KJ_BUF_INIT(65536);
	struct kj_node *root;

	write_defaults(block, &buf);
	if (scratch && !buf.truncated &&
	    kj_tree_parse(scratch, "defaults", kj_buf_str(&buf), buf.len, sink->complaints, &root) == 0) {
		kj_schema_resolve(root, block, sink);
		kj_schema_apply(root, target, sink);
	} else {
		sink->full = true;
	}
	kj_buf_free(&buf);
	kj_arena_free(scratch);
}

const struct kj_node *kj_schema_find(const struct kj_node *node, size_t offset)
{
	for (const struct kj_node *child = node->children; child; child = child->next)
		if (child->setting && child->setting->offset == offset)
			return child;
	return NULL;
}
