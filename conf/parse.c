/*
 * parse.c - files into trees: reading, including, and what the grammar builds with
 *
 * A file is read whole, with a limit, and parsed from memory. An include is parsed where it stands, by a
 * parser of its own, and its statements take its place. Which files are being read is known by device and
 * inode, so that a cycle is seen whatever the paths look like.
 */
#include "parse.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grammar.h"
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/err.h"
#include "kanjiki/snapshot.h"

#define PATH_LEN_MAX ((size_t)4096)

/* Where an include stands; NULL for the first file of a configuration. */
static void complain_of_file(const struct kj_parse *parse, const struct kj_place *from, const char *text)
{
	if (from)
		kj_complain(parse->complaints, false, from->file, from->line, from->column, "%s: %s",
		    parse->file, text);
	else
		kj_complain(parse->complaints, false, parse->file, 0, 0, "%s", text);
}

struct kj_value *kj_parse_value(
    struct kj_parse *parse, const struct kj_place *place, enum kj_value_kind kind, const char *text)
{
	struct kj_value *value = kj_arena_alloc(parse->arena, sizeof *value);

	if (value)
		*value = (struct kj_value){.place = *place, .kind = kind, .text = text};
	return value;
}

struct kj_node *kj_parse_node(struct kj_parse *parse, const struct kj_place *place, const char *name)
{
	struct kj_node *node = kj_arena_alloc(parse->arena, sizeof *node);

	if (node)
		*node = (struct kj_node){.place = *place, .name = name, .hidden = kj_parse_hides(parse, place)};
	return node;
}

void kj_nodes_add(struct kj_nodes *nodes, struct kj_nodes more)
{
	if (!more.first)
		return;
	if (nodes->last)
		nodes->last->next = more.first;
	else
		nodes->first = more.first;
	nodes->last = more.last;
}

/* Run the parser over parse->text; -KJ_ENOMEM. */
static int parse_text(struct kj_parse *parse)
{
	int rc;

	if (parse->len >= 3 && memcmp(parse->text, "\xef\xbb\xbf", 3) == 0) {
		parse->text += 3;
		parse->len -= 3;
	}
	parse->line = parse->column = 1;
	if (setjmp(parse->fatal) != 0)
		return -KJ_ENOMEM;
	if (kj_scan_open(parse) < 0)
		return -KJ_ENOMEM;
	rc = kj_conf_yyparse(parse);
	return rc == 2 ? -KJ_ENOMEM : 0;
}

static bool is_cycle(const struct kj_parse *parse)
{
	for (const struct kj_parse *p = parse->parent; p; p = p->parent)
		if (p->device == parse->device && p->inode == parse->inode)
			return true;
	return false;
}

static unsigned include_depth(const struct kj_parse *parse)
{
	unsigned depth = 0;

	for (const struct kj_parse *p = parse->parent; p; p = p->parent)
		depth++;
	return depth;
}

/* All of the file into memory of ours: its length, or -1 with errno. */
static ssize_t read_all(int fd, char *out, size_t max)
{
	size_t len = 0;
	ssize_t got;

	while (len < max) {
		got = read(fd, out + len, max - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

/* The file's bytes into parse->text; -KJ_EINVAL after a complaint, -KJ_ENOMEM. */
static int load_fd(struct kj_parse *parse, const struct kj_place *from, int fd)
{
	char *data = malloc(KJ_CONF_FILE_MAX + 1);
	ssize_t len = data ? read_all(fd, data, KJ_CONF_FILE_MAX + 1) : 0;
	int rc = 0;

	if (!data)
		return -KJ_ENOMEM;
	if (len < 0) {
		complain_of_file(parse, from, strerror(errno));
		rc = -KJ_EINVAL;
	} else if ((size_t)len > KJ_CONF_FILE_MAX) {
		complain_of_file(parse, from, "the file is larger than 1 MiB");
		rc = -KJ_EINVAL;
	} else {
		parse->len = (size_t)len;
		parse->text = kj_arena_dup(parse->arena, data, (size_t)len);
		rc = parse->text ? 0 : -KJ_ENOMEM;
	}
	free(data);
	return rc;
}

static int load_file(struct kj_parse *parse, const struct kj_place *from)
{
	int fd = open(parse->file, O_RDONLY | O_CLOEXEC), rc = -KJ_EINVAL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		complain_of_file(parse, from, strerror(errno));
	} else {
		parse->device = st.st_dev;
		parse->inode = st.st_ino;
		if (is_cycle(parse))
			complain_of_file(parse, from, "includes itself");
		else if (include_depth(parse) > KJ_CONF_INCLUDE_MAX)
			complain_of_file(parse, from, "includes are nested too deeply");
		else if (++*parse->files > KJ_CONF_FILES_MAX)
			complain_of_file(parse, from, "too many files are included");
		else
			rc = load_fd(parse, from, fd);
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static int include_file(
    const struct kj_parse *parent, const struct kj_place *from, const char *path, struct kj_nodes *nodes)
{
	struct kj_parse *parse = kj_arena_alloc(parent->arena, sizeof *parse);
	const char *file = kj_arena_strdup(parent->arena, path);
	int rc;

	if (!parse || !file)
		return -KJ_ENOMEM;
	*parse = (struct kj_parse){
	    .arena = parent->arena,
	    .complaints = parent->complaints,
	    .file = file,
	    .may_include = true,
	    .files = parent->files,
	    .parent = parent,
	};
	rc = load_file(parse, from);
	if (rc == 0)
		rc = parse_text(parse);
	kj_nodes_add(nodes, parse->nodes);
	return rc == -KJ_ENOMEM ? rc : 0;
}

/* The pattern, relative to the directory of the including file, whose own name is no pattern. */
static void make_pattern(const struct kj_parse *parse, const char *pattern, bool escape, struct kj_buf *buf)
{
	const char *slash = strrchr(parse->file, '/');

	if (*pattern != '/' && slash) {
		for (const char *p = parse->file; p <= slash; p++) {
			if (escape && strchr("*?[]\\", *p))
				kj_buf_add_char(buf, '\\');
			kj_buf_add_char(buf, *p);
		}
	}
	kj_buf_add_str(buf, pattern);
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int include_glob(
    struct kj_parse *parse, const struct kj_place *place, const char *pattern, struct kj_nodes *nodes)
{
	glob_t found = {0};
	int rc = glob(pattern, GLOB_NOSORT, NULL, &found), result = 0;

	if (rc == GLOB_NOSPACE)
		result = -KJ_ENOMEM;
	else if (rc == GLOB_ABORTED)
		kj_complain(parse->complaints, false, place->file, place->line, place->column, "%s: %s",
		    pattern, strerror(errno));
	/* Sorted by bytes: the order must not depend on the locale. */
	if (rc == 0)
		qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, compare_paths);
	for (size_t i = 0; rc == 0 && result == 0 && i < found.gl_pathc; i++)
		result = include_file(parse, place, found.gl_pathv[i], nodes);
	globfree(&found);
	return result;
}

int kj_parse_include(
    struct kj_parse *parse, const struct kj_place *place, const char *pattern, struct kj_nodes *ret_nodes)
{
	struct kj_buf buf = KJ_BUF_INIT(PATH_LEN_MAX);
	bool is_glob = strpbrk(pattern, "*?[") != NULL;
	int rc = 0;

	if (!parse->may_include || !*pattern) {
		kj_complain(parse->complaints, false, place->file, place->line, place->column,
		    *pattern ? "nothing can be included here" : "include wants the path of a file");
		return 0;
	}
	make_pattern(parse, pattern, is_glob, &buf);
	if (buf.truncated)
		kj_complain(parse->complaints, false, place->file, place->line, place->column,
		    "this path is too long");
	else if (is_glob)
		rc = include_glob(parse, place, kj_buf_str(&buf), ret_nodes);
	else
		rc = include_file(parse, place, kj_buf_str(&buf), ret_nodes);
	kj_buf_free(&buf);
	return rc;
}

/* The nodes as the children of a block without name. */
static int finish(struct kj_parse *parse, int rc, unsigned errors_before, struct kj_node **ret_root)
{
	struct kj_node *root = rc == -KJ_ENOMEM ? NULL : kj_arena_alloc(parse->arena, sizeof *root);

	if (!root)
		return -KJ_ENOMEM;
	*root = (struct kj_node){.place = {parse->file, 0, 0}, .name = "", .children = parse->nodes.first};
	*ret_root = root;
	return kj_complaints_errors(parse->complaints) > errors_before ? -KJ_EINVAL : 0;
}

static struct kj_parse *parse_new(struct kj_arena *arena, const char *name, struct kj_complaints *complaints)
{
	struct kj_parse *parse = kj_arena_alloc(arena, sizeof *parse);
	unsigned *files = kj_arena_alloc(arena, sizeof *files);
	const char *file = kj_arena_strdup(arena, name);

	if (!parse || !files || !file)
		return NULL;
	*parse = (struct kj_parse){.arena = arena, .complaints = complaints, .file = file, .files = files};
	return parse;
}

int kj_tree_parse(struct kj_arena *arena, const char *name, const char *text, size_t len,
    struct kj_complaints *complaints, struct kj_node **ret_root)
{
	unsigned errors = kj_complaints_errors(complaints);
	struct kj_parse *parse = parse_new(arena, name, complaints);
	int rc = 0;

	if (!parse)
		return -KJ_ENOMEM;
	parse->text = text;
	parse->len = len;
	if (len > KJ_CONF_FILE_MAX)
		complain_of_file(parse, NULL, "the file is larger than 1 MiB");
	else
		rc = parse_text(parse);
	return finish(parse, rc, errors, ret_root);
}

int kj_tree_read(
    struct kj_arena *arena, const char *path, struct kj_complaints *complaints, struct kj_node **ret_root)
{
	unsigned errors = kj_complaints_errors(complaints);
	struct kj_parse *parse = parse_new(arena, path, complaints);
	int rc;

	if (!parse)
		return -KJ_ENOMEM;
	parse->may_include = true;
	rc = load_file(parse, NULL);
	if (rc == 0)
		rc = parse_text(parse);
	return finish(parse, rc, errors, ret_root);
}
