/*
 * html_rule.h - the rules of a style sheet
 *
 * Private to html_sheet.c, which reads them, and html_match.c, which finds those of an element.
 */
#ifndef KJ_HTML_RULE_H
#define KJ_HTML_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "html_css.h"

struct kj_arena;

#define KJ_RULE_CLASSES 3 /* in one selector: p.a.b.c */

struct kj_word {
	const char *text;
	size_t len;
};

struct kj_rule {
	struct kj_word element, id, classes[KJ_RULE_CLASSES]; /* empty for none */
	unsigned class_count, specificity, order;
	bool weak;
	struct kj_css css;
};

struct kj_html_sheet {
	struct kj_arena *arena;
	struct kj_rule *rules;
	unsigned count;
	size_t bytes;
	bool over; /* too large */
};

/* kj_word_is - the word is that name, in any case. Threads: safe. */
bool kj_word_is(struct kj_word word, const char *name);

#endif
