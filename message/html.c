/*
 * html.c - HTML to text; gumbo parses here
 *
 * gumbo is written for well-meant input: it needs a working allocator, frees by recursion, and some of its loops
 * take time in the square of what is open or of a tag's attributes. So its memory comes from a scratch arena that
 * counts: past a limit of nodes, of attributes in one tag or of bytes, or when memory runs out, the allocator
 * leaves the parser by longjmp(), and the arena is thrown away with all that gumbo had made. Nothing is ever
 * freed by gumbo itself. The tree is walked with a stack of our own, not by recursion.
 */
#include "html.h"

#include <gumbo.h>
#include <setjmp.h>
#include <strings.h>

#include "html_strip.h"
#include "html_style.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "kanjiki/message.h"

#define NODES_MAX       10000        /* in all documents of a message; large newsletters have 2,000 */
#define ATTRIBUTES_MAX  256          /* in one tag */
#define DOCUMENT_MAX    (512 * 1024) /* what lies behind is stripped */
#define MEMORY_PER_BYTE 32
#define MEMORY_MIN      ((size_t)256 * 1024)

struct meter {
	struct kj_arena *arena;
	unsigned nodes, attributes;
	jmp_buf over;
};

/* An element being walked. */
struct frame {
	const GumboNode *node;
	unsigned next; /* child */
	struct kj_html_style style;
	bool quoted, pre, link;
};

struct walker {
	struct kj_streams *streams;
	struct kj_arena *arena;
	struct frame *frames;
	unsigned count, size;
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

enum effect { INLINE, BLOCK, BREAK, SKIP, QUOTE, PRE };

/* How elements shape the text; all others are inline. */
static enum effect effect_of(GumboTag tag)
{
	switch (tag) {
	case GUMBO_TAG_BR: return BREAK;
	case GUMBO_TAG_BLOCKQUOTE: return QUOTE;
	case GUMBO_TAG_PRE:
	case GUMBO_TAG_TEXTAREA: return PRE;
	case GUMBO_TAG_HEAD:
	case GUMBO_TAG_TITLE:
	case GUMBO_TAG_STYLE:
	case GUMBO_TAG_SCRIPT:
	case GUMBO_TAG_TEMPLATE:
	case GUMBO_TAG_OBJECT:
	case GUMBO_TAG_IFRAME: return SKIP;
	case GUMBO_TAG_P:
	case GUMBO_TAG_DIV:
	case GUMBO_TAG_TABLE:
	case GUMBO_TAG_TR:
	case GUMBO_TAG_TD:
	case GUMBO_TAG_TH:
	case GUMBO_TAG_CAPTION:
	case GUMBO_TAG_UL:
	case GUMBO_TAG_OL:
	case GUMBO_TAG_LI:
	case GUMBO_TAG_DL:
	case GUMBO_TAG_DT:
	case GUMBO_TAG_DD:
	case GUMBO_TAG_H1:
	case GUMBO_TAG_H2:
	case GUMBO_TAG_H3:
	case GUMBO_TAG_H4:
	case GUMBO_TAG_H5:
	case GUMBO_TAG_H6:
	case GUMBO_TAG_HR:
	case GUMBO_TAG_CENTER:
	case GUMBO_TAG_FORM:
	case GUMBO_TAG_FIELDSET:
	case GUMBO_TAG_ADDRESS:
	case GUMBO_TAG_SECTION:
	case GUMBO_TAG_ARTICLE:
	case GUMBO_TAG_HEADER:
	case GUMBO_TAG_FOOTER:
	case GUMBO_TAG_MAIN:
	case GUMBO_TAG_NAV:
	case GUMBO_TAG_ASIDE:
	case GUMBO_TAG_FIGURE:
	case GUMBO_TAG_FIGCAPTION:
	case GUMBO_TAG_OPTION: return BLOCK;
	default: return INLINE;
	}
}

static struct kj_buf *stream_of(struct walker *w, const struct frame *frame)
{
	bool hidden = kj_html_style_hides(&frame->style);

	if (frame->quoted)
		return hidden ? NULL : &w->streams->quoted;
	return hidden ? &w->streams->hidden : &w->streams->visible;
}

/* Begin a line, unless one has just begun. */
static void break_line(struct kj_buf *out)
{
	while (out && out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	if (out && out->len && out->data[out->len - 1] != '\n')
		kj_buf_add_char(out, '\n');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static void add_text(struct kj_buf *out, const char *text, bool pre)
{
	size_t run;

	if (pre) {
		kj_buf_add_str(out, text);
		return;
	}
	while (*text) {
		if (is_blank(*text)) {
			if (out->len && !is_blank(out->data[out->len - 1]))
				kj_buf_add_char(out, ' ');
			while (is_blank(*text))
				text++;
		}
		run = strcspn(text, " \n\t\r\f");
		kj_buf_add(out, text, run);
		text += run;
	}
}

/* A link has a target; places within the page are none. */
static bool is_link(const GumboElement *element)
{
	const GumboAttribute *href = element->tag == GUMBO_TAG_A || element->tag == GUMBO_TAG_AREA
	                                 ? gumbo_get_attribute(&element->attributes, "href")
	                                 : NULL;

	return href && href->value[0] && href->value[0] != '#';
}

static int push(struct walker *w, const GumboNode *node, const struct frame *parent)
{
	struct frame frame = *parent, *frames;
	enum effect effect = effect_of(node->v.element.tag);

	if (effect == SKIP)
		return 0;
	frame.node = node;
	frame.next = 0;
	frame.style = kj_html_style_of(&node->v.element, &parent->style);
	frame.quoted |= effect == QUOTE;
	frame.pre |= effect == PRE;
	frame.link |= is_link(&node->v.element);
	w->streams->links += frame.link && !parent->link;
	if (effect != INLINE)
		break_line(stream_of(w, &frame));
	if (effect != INLINE && !frame.style.gone)
		break_line(stream_of(w, parent));
	if (effect == BREAK)
		return 0;
	if (w->count == w->size) {
		frames = kj_arena_array(w->arena, (size_t)w->size * 2, sizeof *frames);
		if (!frames)
			return -KJ_ENOMEM;
		memcpy(frames, w->frames, w->count * sizeof *frames);
		w->frames = frames;
		w->size *= 2;
	}
	w->frames[w->count++] = frame;
	return 0;
}

static void pop(struct walker *w)
{
	const struct frame *frame = &w->frames[--w->count];

	if (frame->node->type == GUMBO_NODE_ELEMENT && effect_of(frame->node->v.element.tag) != INLINE)
		break_line(stream_of(w, frame));
}

static void visit_text(struct walker *w, const struct frame *frame, const GumboNode *node)
{
	struct kj_buf *out = stream_of(w, frame);

	if (!out)
		return;
	add_text(out, node->v.text.text, frame->pre);
	if (!frame->link)
		w->streams->links += kj_count_urls(node->v.text.text, strlen(node->v.text.text));
}

static int walk(struct walker *w, const GumboNode *root, bool quoted)
{
	struct frame top = {.style = kj_html_style_root, .quoted = quoted};
	int err = push(w, root, &top);

	while (w->count && !err) {
		struct frame *frame = &w->frames[w->count - 1];
		const GumboVector *children = &frame->node->v.element.children;
		const GumboNode *node;

		if (frame->next == children->length) {
			pop(w);
			continue;
		}
		node = children->data[frame->next++];
		if (node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE)
			err = push(w, node, frame);
		else if (node->type != GUMBO_NODE_COMMENT)
			visit_text(w, frame, node);
	}
	return err;
}

static int read_document(
    struct kj_streams *streams, struct kj_arena *arena, const char *html, size_t len, bool quoted)
{
	struct meter meter = {.arena = arena, .nodes = streams->nodes};
	const GumboOutput *output = parse(&meter, html, len);
	struct walker walker = {.streams = streams, .arena = arena, .size = 64};

	streams->nodes = meter.nodes;
	if (!output) {
		streams->marks |= KJ_MARK_DEPTH;
		kj_html_strip(quoted ? &streams->quoted : &streams->visible, html, len);
		return 0;
	}
	walker.frames = kj_arena_array(arena, walker.size, sizeof *walker.frames);
	return walker.frames ? walk(&walker, output->root, quoted) : -KJ_ENOMEM;
}

int kj_html_read(struct kj_streams *streams, const char *html, size_t len, bool quoted)
{
	size_t head = len < DOCUMENT_MAX ? len : DOCUMENT_MAX;
	struct kj_arena *arena = kj_arena_new(head * MEMORY_PER_BYTE + MEMORY_MIN);
	int err = arena ? read_document(streams, arena, html, head, quoted) : -KJ_ENOMEM;

	if (!err && head < len)
		kj_html_strip(quoted ? &streams->quoted : &streams->visible, html + head, len - head);
	kj_arena_free(arena);
	return err;
}
