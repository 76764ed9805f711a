/*
 * html.c - HTML to text; gumbo parses here
 *
 * gumbo is written for well-meant input: it needs a working allocator, frees by recursion, and some of its loops
 * take time in the square of what is open or of a tag's attributes. So what is open is estimated beforehand
 * (html_work.h), and its memory comes from a scratch arena that counts: past a limit of nodes, of attributes in one
 * tag or of bytes, or when memory runs out, the allocator leaves the parser by longjmp(), and the arena is thrown
 * away with all that gumbo had made. Nothing is ever freed by gumbo itself. The walk has an arena of its own, which its limits cannot fill: a document that leaves the
 * parser's nearly full is no reason to give the mail up.
 */
#include "html.h"

#include <gumbo.h>
#include <setjmp.h>

#include "html_strip.h"
#include "html_walk.h"
#include "html_work.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "kanjiki/message.h"

#define NODES_MAX       10000        /* in all documents of a message; large newsletters have 2,000 */
#define WORK_MAX        300000000    /* open elements times bytes: about 0.3 s */
#define ATTRIBUTES_MAX  256          /* in one tag */
#define DOCUMENT_MAX    (512 * 1024) /* what lies behind is stripped */
#define MEMORY_PER_BYTE 32
#define MEMORY_MIN      ((size_t)256 * 1024)
#define WALK_MEMORY     ((size_t)4 << 20) /* frames of NODES_MAX elements, and what html_sheet.c keeps at most */

struct meter {
	struct kj_arena *arena;
	unsigned nodes, attributes;
	jmp_buf over;
};

static void *metered_alloc(void *userdata, size_t size)
{
	struct meter *meter = userdata;
	void *memory;

	if (size == sizeof(GumboNode)) {
		meter->attributes = 0;
		meter->nodes++;
	} else if (size == sizeof(GumboAttribute)) {
		meter->attributes++;
	}
	if (meter->nodes > NODES_MAX || meter->attributes > ATTRIBUTES_MAX)
		longjmp(meter->over, 1);
	memory = kj_arena_alloc(meter->arena, size);
	if (!memory)
		longjmp(meter->over, 1);
	return memory;
}

static void keep(void *userdata, void *memory)
{
	(void)userdata;
	(void)memory;
}

/* NULL when it cost too much. */
static const GumboOutput *parse(struct meter *meter, const char *html, size_t len)
{
	GumboOptions options = kGumboDefaultOptions;

	options.allocator = metered_alloc;
	options.deallocator = keep;
	options.userdata = meter;
	options.max_errors = 0;
	if (setjmp(meter->over))
		return NULL;
	return gumbo_parse_with_options(&options, html, len);
}

static int read_document(
    struct kj_streams *streams, struct kj_arena *arena, const char *html, size_t len, bool quoted)
{
	struct meter meter = {.arena = arena, .nodes = streams->nodes};
	const GumboOutput *output =
	    kj_html_is_costly(html, len, NODES_MAX, WORK_MAX) ? NULL : parse(&meter, html, len);
	struct kj_arena *of_walk = output ? kj_arena_new(WALK_MEMORY) : NULL;
	int err = 0;

	streams->nodes = meter.nodes;
	if (of_walk) {
		err = kj_html_walk(streams, of_walk, output, quoted);
	} else if (output) {
		err = -KJ_ENOMEM;
	} else {
		streams->marks |= KJ_MARK_DEPTH;
		kj_html_strip(streams, html, len, quoted);
	}
	kj_arena_free(of_walk);
	return err;
}

int kj_html_read(struct kj_streams *streams, const char *html, size_t len, bool quoted)
{
	size_t head = len < DOCUMENT_MAX ? len : DOCUMENT_MAX;
	struct kj_arena *arena = kj_arena_new(head * MEMORY_PER_BYTE + MEMORY_MIN);
	int err = arena ? read_document(streams, arena, html, head, quoted) : -KJ_ENOMEM;

	if (!err && head < len)
		kj_html_strip(streams, html + head, len - head, quoted);
	kj_streams_search(streams);
	kj_arena_free(arena);
	return err;
}
