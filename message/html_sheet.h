/*
 * html_sheet.h - the style sheets of a document
 *
 * Private to message/. Read are rules of simple selectors: element, .class, #id, and their combinations (p.note), in
 * comma lists, at top level or in @media blocks for all screens. Of every other rule - descendants, pseudo-classes, media
 * conditions - nobody knows here whether it applies: it counts only where it would show what another rule hides. The same
 * holds for a sheet that is larger than the limits: then no rule hides.
 */
#ifndef KJ_HTML_SHEET_H
#define KJ_HTML_SHEET_H

#include <gumbo.h>
#include <stdbool.h>
#include <stddef.h>

#include "html_css.h"

struct kj_arena;
struct kj_html_sheet;

/* kj_html_sheet_new - no rules; NULL when the arena is full */
struct kj_html_sheet *kj_html_sheet_new(struct kj_arena *arena);

/*
 * kj_html_sheet_add - the text of a <style> element
 *
 * Takes: its media attribute, or NULL. Errors: -KJ_ENOMEM.
 */
int kj_html_sheet_add(struct kj_html_sheet *sheet, const char *css, size_t len, const char *media);

/* kj_html_sheet_end - all have been added: puts the rules into the order in which they win */
void kj_html_sheet_end(struct kj_html_sheet *sheet);

/* What the rules say of one element; `shown` is merged last. */
struct kj_html_ruled {
	struct kj_css_patch normal, important, shown;
};

/* kj_html_sheet_match - the rules for an element */
void kj_html_sheet_match(
    const struct kj_html_sheet *sheet, const GumboElement *element, struct kj_html_ruled *ret_ruled);

#endif
