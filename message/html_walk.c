/*
 * html_walk.c - a parsed document to streams
 *
 * The tree is walked with a stack of our own, not by recursion. Elements shape the text by their effect on lines; their
 * style decides which stream it goes to.
 */
#include "html_walk.h"

#include "html_strip.h"
#include "html_style.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "urls.h"

/* An element being walked. */
struct frame {
	const GumboNode *node;
	unsigned next; /* child */
	struct kj_html_style style;
	bool quoted, pre, link;
	const char *href; /* of the link that this element is */
	size_t shown;     /* where its text begins */
};

struct walker {
	struct kj_streams *streams;
	struct kj_arena *arena;
	struct kj_html_sheet *sheet;
	struct frame *frames;
	unsigned count, size;
};

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
static const char *link_of(const GumboElement *element)
{
	const GumboAttribute *href = element->tag == GUMBO_TAG_A || element->tag == GUMBO_TAG_AREA
	                                 ? gumbo_get_attribute(&element->attributes, "href")
	                                 : NULL;

	return href && href->value[0] && href->value[0] != '#' ? href->value : NULL;
}

static void begin_link(struct walker *w, struct frame *frame)
{
	const struct kj_buf *out = stream_of(w, frame);

	kj_streams_search(w->streams);
	frame->link = true;
	frame->shown = out ? out->len : 0;
	w->streams->links++;
}

/* What stands in a link is what it shows, and no URL by itself. */
static void end_link(struct walker *w, const struct frame *frame)
{
	const struct kj_buf *out = stream_of(w, frame);
	size_t len = out && frame->shown < out->len ? out->len - frame->shown : 0;
	unsigned place =
	    (frame->quoted ? KJ_URL_QUOTED : 0) | (kj_html_style_hides(&frame->style) ? KJ_URL_HIDDEN : 0);

	if (w->streams->urls)
		kj_urls_add_link(
		    w->streams->urls, frame->href, len ? out->data + frame->shown : "", len, place);
	kj_streams_pass(w->streams);
}

static int push(struct walker *w, const GumboNode *node, const struct frame *parent)
{
	struct frame frame = *parent, *frames;
	enum effect effect = effect_of(node->v.element.tag);

	if (effect == SKIP)
		return 0;
	frame.node = node;
	frame.next = 0;
	frame.style = kj_html_style_of(&node->v.element, &parent->style, w->sheet);
	frame.quoted |= effect == QUOTE;
	frame.pre |= effect == PRE;
	frame.href = parent->link ? NULL : link_of(&node->v.element);
	if (effect != INLINE)
		break_line(stream_of(w, &frame));
	if (effect != INLINE && !frame.style.gone)
		break_line(stream_of(w, parent));
	if (effect == BREAK)
		return 0;
	if (frame.href)
		begin_link(w, &frame);
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

	if (frame->href)
		end_link(w, frame);
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

/* A comment is one line. */
static void add_comment(struct kj_buf *out, const char *text)
{
	add_text(out, text, false);
	break_line(out);
}

/* The text of a <style>, with the sheet's own medium. */
static int add_sheet(struct walker *w, const GumboNode *node)
{
	const GumboAttribute *media = gumbo_get_attribute(&node->v.element.attributes, "media");
	const GumboVector *children = &node->v.element.children;
	const GumboNode *text = children->length ? children->data[0] : NULL;

	if (!text || text->type != GUMBO_NODE_TEXT)
		return 0;
	return kj_html_sheet_add(
	    w->sheet, text->v.text.text, strlen(text->v.text.text), media ? media->value : NULL);
}

static const GumboVector *children_of(const GumboNode *node)
{
	if (node->type == GUMBO_NODE_DOCUMENT)
		return &node->v.document.children;
	return node->type == GUMBO_NODE_ELEMENT ? &node->v.element.children : NULL;
}

/* The node behind this one in the order of the document, as far as it is no template's. */
static const GumboNode *next_node(const GumboNode *node)
{
	const GumboVector *children = children_of(node);

	if (children && children->length)
		return children->data[0];
	while (node->parent) {
		children = children_of(node->parent);
		if (children && node->index_within_parent + 1 < children->length)
			return children->data[node->index_within_parent + 1];
		node = node->parent;
	}
	return NULL;
}

/* Style sheets and comments, wherever they stand: both are wanted before or beside the text. */
static int gather(struct walker *w, const GumboNode *document)
{
	int err = 0;

	for (const GumboNode *node = document; node && !err; node = next_node(node)) {
		if (node->type == GUMBO_NODE_COMMENT)
			add_comment(&w->streams->comments, node->v.text.text);
		else if (node->type == GUMBO_NODE_ELEMENT && node->v.element.tag == GUMBO_TAG_STYLE)
			err = add_sheet(w, node);
	}
	kj_html_sheet_end(w->sheet);
	return err;
}

int kj_html_walk(struct kj_streams *streams, struct kj_arena *arena, const GumboOutput *output, bool quoted)
{
	struct walker walker = {.streams = streams, .arena = arena, .size = 64};
	int err;

	walker.frames = kj_arena_array(arena, walker.size, sizeof *walker.frames);
	walker.sheet = kj_html_sheet_new(arena);
	if (!walker.frames || !walker.sheet)
		return -KJ_ENOMEM;
	err = gather(&walker, output->document);
	return err ? err : walk(&walker, output->root, quoted);
}
