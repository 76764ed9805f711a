/*
 * parse.h - what the scanner, the grammar and the reader of files share
 *
 * One struct kj_parse is one file being read; an included file has its own, which knows its parent.
 */
#ifndef KJ_CONF_PARSE_H
#define KJ_CONF_PARSE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tree.h"

#define KJ_CONF_FILE_MAX    ((size_t)1 << 20) /* bytes of one file */
#define KJ_CONF_FILES_MAX   256U              /* files of one configuration, includes and all */
#define KJ_CONF_INCLUDE_MAX 8U                /* files that include each other */
#define KJ_CONF_DEPTH_MAX   16U               /* blocks within blocks */
#define KJ_CONF_TOKEN_MAX   ((size_t)4096)    /* bytes of a string, a word or a number */

struct kj_nodes {
	struct kj_node *first, *last;
};

struct kj_values {
	struct kj_value *first, *last;
};

/* An open brace, so that one that is never closed can be named. */
struct kj_open {
	struct kj_place place;
	const char *name;
};

struct kj_parse {
	struct kj_arena *arena;
	struct kj_complaints *complaints;
	const char *file;
	bool may_include;
	unsigned *files; /* read so far, in the whole configuration */
	const struct kj_parse *parent;
	dev_t device; /* of the file, to see a cycle */
	ino_t inode;

	const char *text; /* the bytes, not touched by the scanner */
	size_t len, offset;
	unsigned line, column;
	void *scanner;
	jmp_buf fatal; /* the scanner's way out instead of exit(3) */

	struct kj_open open[KJ_CONF_DEPTH_MAX];
	unsigned depth;
	const char *word;  /* the last name seen */
	const char *found; /* the last token, for complaints */
	/* The last line with the name of a secret setting, and where it stands there: what follows in the line may be
	 * secret. */
	unsigned secret_line, secret_column;
	bool after_secret;  /* the last token was such a name ... */
	bool secret_value;  /* ... and "=": whatever comes is its value */
	bool at_end, stopped;

	struct kj_nodes nodes;
};

/* kj_scan_open - make parse->scanner ready for kj_scan_token() of grammar.h (lexer.l); -KJ_ENOMEM */
int kj_scan_open(struct kj_parse *parse);

/* kj_parse_hides - what stands there may be a secret, or a part of one that lacks its quotes */
static inline bool kj_parse_hides(const struct kj_parse *parse, const struct kj_place *place)
{
	return place->line == parse->secret_line && place->column > parse->secret_column;
}

/* kj_parse_shown - a token as a complaint about it may show it */
static inline const char *kj_parse_shown(const struct kj_parse *parse, const struct kj_place *place, const char *token)
{
	return kj_parse_hides(parse, place) ? "..." : token;
}

/* Building blocks for the grammar (parse.c); NULL when out of memory. */
struct kj_value *kj_parse_value(
    struct kj_parse *parse, const struct kj_place *place, enum kj_value_kind kind, const char *text);
struct kj_node *kj_parse_node(struct kj_parse *parse, const struct kj_place *place, const char *name);
void kj_nodes_add(struct kj_nodes *nodes, struct kj_nodes more);

/* kj_parse_include - parse the files that `pattern` names; -KJ_ENOMEM only, all else is a complaint */
int kj_parse_include(
    struct kj_parse *parse, const struct kj_place *place, const char *pattern, struct kj_nodes *ret_nodes);

#endif
