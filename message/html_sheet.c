/*
 * html_sheet.c - reading style sheets
 *
 * A rule that says nothing of what hides text is dropped at once; of the rest a newsletter has some dozens.
 */
#include "html_sheet.h"

#include <ctype.h>
#include <strings.h>

#include "html_rule.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"

#define RULES_MAX  256
#define SHEET_MAX  ((size_t)256 * 1024) /* bytes, of all <style> of a document */
#define NESTED_MAX 4                    /* @media in @media */

struct kj_html_sheet *kj_html_sheet_new(struct kj_arena *arena)
{
	struct kj_html_sheet *sheet = kj_arena_alloc(arena, sizeof *sheet);

	if (sheet)
		sheet->arena = arena;
	return sheet;
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

static struct kj_word name_at(const char *p, const char *end)
{
	struct kj_word word = {p, 0};

	while (p + word.len < end && is_name(p[word.len]))
		word.len++;
	return word;
}

static struct kj_word trim(const char *p, const char *end)
{
	while (p < end && isspace((unsigned char)*p))
		p++;
	while (p < end && isspace((unsigned char)end[-1]))
		end--;
	return (struct kj_word){p, (size_t)(end - p)};
}

/* One name of a compound, at its sign; false for what is not understood. */
static bool add_simple(struct kj_rule *rule, char sign, struct kj_word name)
{
	if (!name.len)
		return false;
	if (sign == '#' && !rule->id.len)
		rule->id = name;
	else if (sign == '.' && rule->class_count < KJ_RULE_CLASSES)
		rule->classes[rule->class_count++] = name;
	else
		return false;
	rule->specificity += sign == '#' ? 10000 : 100;
	return true;
}

/* A selector; of one with several compounds the last, and then the rule is weak. */
static void read_selector(struct kj_rule *rule, struct kj_word selector)
{
	const char *end = selector.text + selector.len, *p = end;

	while (p > selector.text && !isspace((unsigned char)p[-1]) && !strchr(">+~)", p[-1]))
		p--;
	rule->weak |= p > selector.text;
	if (p < end && *p == '*') {
		p++;
	} else if (p < end && is_name(*p)) {
		rule->element = name_at(p, end);
		rule->specificity++;
		p += rule->element.len;
	}
	while (p < end && (*p == '.' || *p == '#')) {
		struct kj_word name = name_at(p + 1, end);

		if (!add_simple(rule, *p, name))
			break;
		p = name.text + name.len;
	}
	rule->weak |= p < end;
}

static int add_rule(struct kj_html_sheet *sheet, struct kj_word selector, const struct kj_css *css, bool weak)
{
	struct kj_rule rule = {.order = sheet->count, .css = *css, .weak = weak};

	read_selector(&rule, selector);
	if (rule.weak) {
		kj_css_weaken(&rule.css.normal);
		kj_css_weaken(&rule.css.important);
	}
	if (kj_css_is_empty(&rule.css.normal) && kj_css_is_empty(&rule.css.important))
		return 0;
	if (sheet->count == RULES_MAX) {
		sheet->over = true;
		return 0;
	}
	if (!sheet->rules)
		sheet->rules = kj_arena_array(sheet->arena, RULES_MAX, sizeof *sheet->rules);
	if (!sheet->rules)
		return -KJ_ENOMEM;
	sheet->rules[sheet->count++] = rule;
	return 0;
}

/* "a, b { ... }": the selectors lie before the bracket. */
static int add_rules(struct kj_html_sheet *sheet, struct kj_word selectors, struct kj_word body, bool weak)
{
	struct kj_css css = kj_css_read(body.text, body.len);
	const char *p = selectors.text, *end = p + selectors.len, *comma;
	int err = 0;

	while (p < end && !err && !sheet->over) {
		comma = memchr(p, ',', (size_t)(end - p));
		err = add_rule(sheet, trim(p, comma ? comma : end), &css, weak);
		p = comma ? comma + 1 : end;
	}
	return err;
}

/* The closing bracket of a block that begins at p, behind its opening one; or the end. */
static const char *block_end(const char *p, const char *end)
{
	unsigned depth = 0;
	char quote = 0;

	for (; p < end; p++) {
		if (quote)
			quote = *p == quote || *p == '\n' ? 0 : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (*p == '{')
			depth++;
		else if (*p == '}' && !depth--)
			return p;
	}
	return end;
}

enum media { MEDIA_ALL, MEDIA_SOME, MEDIA_OTHER };

static bool starts(struct kj_word word, const char *with)
{
	return word.len >= strlen(with) && strncasecmp(word.text, with, strlen(with)) == 0;
}

static enum media media_of(struct kj_word query)
{
	static const char *const all[] = {"", "all", "screen", "only screen", "only all"};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (kj_word_is(query, all[i]))
			return MEDIA_ALL;
	return kj_word_is(query, "print") || kj_word_is(query, "speech") ? MEDIA_OTHER : MEDIA_SOME;
}

/* A block that is entered, and one that is passed over. */
struct block {
	const char *end;
	bool weak;
};

/* The condition of an at-rule with a block: whether its rules are read, and how. */
static enum media at_rule(struct kj_word head)
{
	if (starts(head, "@media"))
		return media_of(trim(head.text + 6, head.text + head.len));
	if (starts(head, "@supports") || starts(head, "@layer") || starts(head, "@container") ||
	    starts(head, "@-moz-document"))
		return MEDIA_SOME;
	return MEDIA_OTHER;
}

static int read_sheet(struct kj_html_sheet *sheet, const char *p, const char *end, bool weak)
{
	struct block blocks[NESTED_MAX + 1] = {{end, weak}};
	unsigned depth = 0;
	int err = 0;

	while (p < end && !err && !sheet->over) {
		const char *stop, *close;
		struct kj_word head;
		enum media media;

		if (p >= blocks[depth].end && depth) {
			p = blocks[depth--].end + 1;
			continue;
		}
		while (p < blocks[depth].end && isspace((unsigned char)*p))
			p++;
		/* Only an at-rule ends at a semicolon; in front of a rule it spoils the selector, as an odd bracket does. */
		for (stop = p; stop < blocks[depth].end && *stop != '{' && !(*stop == ';' && *p == '@');
		     stop++)
			;
		head = trim(p, stop);
		p = stop < end ? stop + 1 : end;
		if (stop == end || *stop != '{')
			continue; /* "@import ...;" */
		/* A block inside an entered block is found twice, NESTED_MAX times at most. */
		close = block_end(p, blocks[depth].end);
		media = head.len && *head.text == '@' ? at_rule(head) : MEDIA_ALL;
		if (!head.len || *head.text != '@') {
			err = add_rules(
			    sheet, head, (struct kj_word){p, (size_t)(close - p)}, blocks[depth].weak);
		} else if (media != MEDIA_OTHER && depth < NESTED_MAX) {
			blocks[depth + 1] = (struct block){close, blocks[depth].weak || media == MEDIA_SOME};
			depth++;
			continue;
		} else if (media != MEDIA_OTHER) {
			sheet->over = true;
		}
		p = close < end ? close + 1 : end;
	}
	return err;
}

/* Without comments, and without the signs that hid sheets from browsers of 1996. */
static struct kj_word without_comments(struct kj_arena *arena, const char *css, size_t len)
{
	char *out = kj_arena_alloc(arena, len + 1);
	const char *p = css, *end = css + len, *close;
	size_t n = 0;

	while (out && p < end) {
		if (end - p >= 2 && p[0] == '/' && p[1] == '*') {
			close = memmem(p + 2, (size_t)(end - p - 2), "*/", 2);
			p = close ? close + 2 : end;
		} else if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
			p += 4;
		} else if (end - p >= 3 && memcmp(p, "-->", 3) == 0) {
			p += 3;
		} else {
			out[n++] = *p++;
		}
	}
	return (struct kj_word){out, n};
}

int kj_html_sheet_add(struct kj_html_sheet *sheet, const char *css, size_t len, const char *media)
{
	enum media which = media_of(media ? trim(media, media + strlen(media)) : (struct kj_word){"", 0});
	struct kj_word text;

	if (which == MEDIA_OTHER)
		return 0;
	sheet->bytes += len;
	sheet->over |= sheet->bytes > SHEET_MAX;
	if (sheet->over)
		return 0;
	text = without_comments(sheet->arena, css, len);
	return text.text ? read_sheet(sheet, text.text, text.text + text.len, which == MEDIA_SOME)
	                 : -KJ_ENOMEM;
}

static int compare(const void *left, const void *right)
{
	const struct kj_rule *a = left, *b = right;

	if (a->specificity != b->specificity)
		return a->specificity < b->specificity ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

void kj_html_sheet_end(struct kj_html_sheet *sheet)
{
	if (sheet->count && !sheet->over)
		qsort(sheet->rules, sheet->count, sizeof *sheet->rules, compare);
}
