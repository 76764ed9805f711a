/*
 * html_style.h - whether an element is shown
 *
 * Private to message/. What matters of the style that reaches a text: whether it is hidden, and the colours by
 * which it may be. Read are the attributes hidden, style, class, id, color, bgcolor and the like, and the document's
 * own style sheets (html_sheet.h).
 */
#ifndef KJ_HTML_STYLE_H
#define KJ_HTML_STYLE_H

#include <gumbo.h>
#include <stdbool.h>
#include <stdint.h>

#include "html_sheet.h"

struct kj_html_style {
	bool gone;   /* the box is not there; nothing inside of it can undo that */
	bool unseen; /* visibility; an element inside may be visible again */
	bool tiny; /* font size; an element inside may be large again, as in mail that closes gaps this way */
	bool painted;               /* seen whatever its colours are */
	int32_t colour, background; /* 0xrrggbb, KJ_COLOUR_UNKNOWN or KJ_COLOUR_CLEAR */
};

/* kj_html_style_root - black on white */
extern const struct kj_html_style kj_html_style_root;

/* kj_html_style_of - the style of an element inside of one with the style of parent. Threads: safe. */
struct kj_html_style kj_html_style_of(
    const GumboElement *element, const struct kj_html_style *parent, const struct kj_html_sheet *sheet);

/* kj_html_style_hides - text of that style is not seen. Threads: safe. */
bool kj_html_style_hides(const struct kj_html_style *style);

#endif
