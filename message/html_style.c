/*
 * html_style.c - whether an element is shown
 *
 * What attributes, sheets and the style attribute say is merged in the order of CSS, then read against the parent's
 * style. Colours count only where both are known: a background image makes the background unknown. Text of nearly the
 * colour behind it is not seen either; the distance is what no eye tells apart, not what is hard to read, since pale
 * small print is honest.
 */
#include "html_style.h"

#include <stdlib.h>

#define NEAR        10   /* of 255, in each of red, green and blue */
#define COPY_MAX    2048 /* of a style attribute with comments in it */
#define LINK_COLOUR 0x0000ee

const struct kj_html_style kj_html_style_root = {.colour = 0x000000, .background = 0xffffff};

/* A style attribute. Comments are rare in it, and a way to hide what it says. */
static struct kj_css read_inline(const char *css)
{
	char copy[COPY_MAX];
	size_t len = 0;
	const char *close;

	if (!strstr(css, "/*"))
		return kj_css_read(css, strlen(css));
	while (*css && len < sizeof copy) {
		if (css[0] == '/' && css[1] == '*') {
			close = strstr(css + 2, "*/");
			css = close ? close + 2 : css + strlen(css);
		} else {
			copy[len++] = *css++;
		}
	}
	return kj_css_read(copy, len);
}

static void hint_hidden(struct kj_css_patch *patch, const char *value)
{
	(void)value;
	patch->set |= KJ_CSS_NO_DISPLAY;
}

static void hint_background(struct kj_css_patch *patch, const char *value)
{
	patch->background = kj_css_colour(value, strlen(value));
}

static void hint_picture(struct kj_css_patch *patch, const char *value)
{
	(void)value;
	patch->set |= KJ_CSS_PICTURE;
}

static void hint_colour(struct kj_css_patch *patch, const char *value)
{
	patch->colour = kj_css_colour(value, strlen(value));
}

static void hint_size(struct kj_css_patch *patch, const char *value)
{
	(void)value;
	patch->font = KJ_FONT_READABLE;
}

/* Attributes that say what CSS does, and whose they are (GUMBO_TAG_LAST: everybody's). */
static const struct {
	const char *name;
	GumboTag tag;
	void (*hint)(struct kj_css_patch *patch, const char *value);
} hints[] = {
    {"hidden", GUMBO_TAG_LAST, hint_hidden},
    {"bgcolor", GUMBO_TAG_LAST, hint_background},
    {"background", GUMBO_TAG_LAST, hint_picture},
    {"color", GUMBO_TAG_FONT, hint_colour},
    {"size", GUMBO_TAG_FONT, hint_size},
    {"text", GUMBO_TAG_BODY, hint_colour},
};

/* Elements whose height and width CSS can set to nothing. */
static bool is_box(GumboTag tag)
{
	static const GumboTag boxes[] = {GUMBO_TAG_DIV, GUMBO_TAG_P, GUMBO_TAG_CENTER, GUMBO_TAG_SECTION,
	    GUMBO_TAG_ARTICLE, GUMBO_TAG_HEADER, GUMBO_TAG_FOOTER, GUMBO_TAG_ASIDE, GUMBO_TAG_UL,
	    GUMBO_TAG_OL, GUMBO_TAG_LI, GUMBO_TAG_H1, GUMBO_TAG_H2, GUMBO_TAG_H3, GUMBO_TAG_H4, GUMBO_TAG_H5,
	    GUMBO_TAG_H6, GUMBO_TAG_PRE, GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_ADDRESS, GUMBO_TAG_FIELDSET};
	size_t i = 0;

	while (i < sizeof boxes / sizeof *boxes && boxes[i] != tag)
		i++;
	return i < sizeof boxes / sizeof *boxes;
}

/* All that is said of an element itself. */
static struct kj_css_patch said_of(const GumboElement *element, const struct kj_html_sheet *sheet)
{
	struct kj_css_patch said = KJ_CSS_PATCH_NONE;
	struct kj_css own = {KJ_CSS_PATCH_NONE, KJ_CSS_PATCH_NONE};
	struct kj_html_ruled ruled;

	said.set = is_box(element->tag) ? KJ_CSS_BOX : 0;
	for (unsigned i = 0; i < element->attributes.length; i++) {
		const GumboAttribute *attribute = element->attributes.data[i];

		for (size_t h = 0; h < sizeof hints / sizeof *hints; h++)
			if ((hints[h].tag == GUMBO_TAG_LAST || hints[h].tag == element->tag) &&
			    strcmp(attribute->name, hints[h].name) == 0)
				hints[h].hint(&said, attribute->value);
		if (element->tag == GUMBO_TAG_A && strcmp(attribute->name, "href") == 0)
			said.colour = LINK_COLOUR;
		if (strcmp(attribute->name, "style") == 0)
			own = read_inline(attribute->value);
	}
	kj_html_sheet_match(sheet, element, &ruled);
	kj_css_merge(&said, &ruled.normal);
	kj_css_merge(&said, &own.normal);
	kj_css_merge(&said, &ruled.important);
	kj_css_merge(&said, &own.important);
	kj_css_merge(&said, &ruled.shown);
	return said;
}

static bool is_gone(uint32_t is)
{
	const uint32_t alone =
	    KJ_CSS_NO_DISPLAY | KJ_CSS_FAINT | KJ_CSS_MSO_HIDE | KJ_CSS_SCALED | KJ_CSS_MARGIN;
	const uint32_t flat = KJ_CSS_NO_HEIGHT | KJ_CSS_NO_MAX_HEIGHT | KJ_CSS_NO_WIDTH | KJ_CSS_NO_MAX_WIDTH;

	return (is & alone) || ((is & KJ_CSS_PLACED) && (is & (KJ_CSS_LEFT | KJ_CSS_TOP))) ||
	       ((is & KJ_CSS_ABSOLUTE) && (is & KJ_CSS_CLIPPED)) ||
	       ((is & (KJ_CSS_BOX | KJ_CSS_ABSOLUTE)) && (is & KJ_CSS_CUT) && (is & flat));
}

struct kj_html_style kj_html_style_of(
    const GumboElement *element, const struct kj_html_style *parent, const struct kj_html_sheet *sheet)
{
	struct kj_css_patch said = said_of(element, sheet);
	struct kj_html_style style = *parent;

	style.gone |= is_gone(said.set);
	if (said.seen == KJ_SEEN_YES || said.seen == KJ_SEEN_NO)
		style.unseen = said.seen == KJ_SEEN_NO;
	if (said.font == KJ_FONT_TINY || said.font == KJ_FONT_READABLE)
		style.tiny = said.font == KJ_FONT_TINY;
	style.tiny |= said.font == KJ_FONT_SHRUNK;
	style.painted |= (said.set & KJ_CSS_PAINTED) != 0;
	if (said.colour != KJ_COLOUR_UNSET && said.colour != KJ_COLOUR_INHERIT)
		style.colour = said.colour;
	if (said.background != KJ_COLOUR_UNSET && said.background != KJ_COLOUR_INHERIT &&
	    said.background != KJ_COLOUR_CLEAR)
		style.background = said.background;
	if (said.set & KJ_CSS_PICTURE)
		style.background = KJ_COLOUR_UNKNOWN;
	return style;
}

static bool is_near(int32_t a, int32_t b)
{
	for (int shift = 0; shift <= 16; shift += 8)
		if (abs((a >> shift & 0xff) - (b >> shift & 0xff)) > NEAR)
			return false;
	return true;
}

bool kj_html_style_hides(const struct kj_html_style *style)
{
	bool same = style->colour == KJ_COLOUR_CLEAR || (style->colour >= 0 && style->background >= 0 &&
	                                                    is_near(style->colour, style->background));

	return style->gone || style->unseen || style->tiny || (same && !style->painted);
}
