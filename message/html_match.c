/*
 * html_match.c - the rules of an element
 *
 * An element is simply held against each rule: the product of the limits, 10,000 nodes and 256 rules, is less than a tenth of
 * a second.
 * Names are compared as they are written; a document that relies on another case only shows more than is known here.
 */
#include <strings.h>

#include "html_rule.h"
#include "html_sheet.h"

#define CLASSES_MAX 16 /* of one element; with more of them no rule hides it */

bool kj_word_is(struct kj_word word, const char *name)
{
	return word.len == strlen(name) && strncasecmp(word.text, name, word.len) == 0;
}

/* What rules ask of an element. */
struct subject {
	const char *tag;
	struct kj_word id, classes[CLASSES_MAX];
	unsigned class_count;
	bool over; /* more classes than are looked at */
};

static void read_subject(struct subject *subject, const GumboElement *element)
{
	const GumboAttribute *id = gumbo_get_attribute(&element->attributes, "id");
	const GumboAttribute *class = gumbo_get_attribute(&element->attributes, "class");
	const char *p = class ? class->value : "";

	*subject = (struct subject){.tag = gumbo_normalized_tagname(element->tag)};
	if (id)
		subject->id = (struct kj_word){id->value, strlen(id->value)};
	while (*(p += strspn(p, " \t\r\n\f"))) {
		if (subject->class_count == CLASSES_MAX) {
			subject->over = true;
			return;
		}
		subject->classes[subject->class_count++] = (struct kj_word){p, strcspn(p, " \t\r\n\f")};
		p += strcspn(p, " \t\r\n\f");
	}
}

static bool same(struct kj_word a, struct kj_word b)
{
	return a.len == b.len && memcmp(a.text, b.text, a.len) == 0;
}

static bool has_classes(const struct subject *subject, const struct kj_rule *rule)
{
	for (unsigned c = 0; c < rule->class_count; c++) {
		unsigned i = 0;

		while (i < subject->class_count && !same(subject->classes[i], rule->classes[c]))
			i++;
		if (i == subject->class_count)
			return false;
	}
	return true;
}

void kj_html_sheet_match(
    const struct kj_html_sheet *sheet, const GumboElement *element, struct kj_html_ruled *ret_ruled)
{
	struct kj_html_ruled ruled = {KJ_CSS_PATCH_NONE, KJ_CSS_PATCH_NONE, KJ_CSS_PATCH_NONE};
	struct subject subject;

	*ret_ruled = ruled;
	if (sheet->over || !sheet->count)
		return;
	read_subject(&subject, element);
	if (subject.over)
		return;
	for (const struct kj_rule *rule = sheet->rules; rule < sheet->rules + sheet->count; rule++) {
		if ((rule->id.len && !same(rule->id, subject.id)) || !has_classes(&subject, rule) ||
		    (rule->element.len && !kj_word_is(rule->element, subject.tag)))
			continue;
		kj_css_merge(rule->weak ? &ruled.shown : &ruled.normal, &rule->css.normal);
		kj_css_merge(rule->weak ? &ruled.shown : &ruled.important, &rule->css.important);
	}
	*ret_ruled = ruled;
}
