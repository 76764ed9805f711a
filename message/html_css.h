/*
 * html_css.h - CSS declarations, as far as they decide whether text is seen
 *
 * Private to message/. Declarations become a patch: which traits they set and which they clear. A patch is small and is
 * merged in a few operations, so that a rule of a style sheet is read once and not for each element.
 */
#ifndef KJ_HTML_CSS_H
#define KJ_HTML_CSS_H

#include <stddef.h>
#include <stdint.h>

/* Colours are 0xrrggbb, or one of these. */
enum {
	KJ_COLOUR_UNKNOWN = -1,
	KJ_COLOUR_CLEAR = -2,   /* transparent */
	KJ_COLOUR_INHERIT = -3, /* as around the element */
	KJ_COLOUR_UNSET = -4,   /* nothing is said */
};

/* Traits of one element. Some hide it; others do only together, or keep it from being hidden. */
enum kj_css_trait {
	KJ_CSS_NO_DISPLAY = 1 << 0,
	KJ_CSS_FAINT = 1 << 1,    /* opacity */
	KJ_CSS_MSO_HIDE = 1 << 2, /* Outlook does not show it */
	KJ_CSS_SCALED = 1 << 3,   /* to nothing, or clipped away by a path */
	KJ_CSS_MARGIN = 1 << 4,   /* far off to the left */
	KJ_CSS_LEFT = 1 << 5,     /* the same, of something placed */
	KJ_CSS_TOP = 1 << 6,
	KJ_CSS_PLACED = 1 << 7,   /* position other than static */
	KJ_CSS_ABSOLUTE = 1 << 8, /* absolute or fixed */
	KJ_CSS_CLIPPED = 1 << 9,  /* counts for absolute */
	KJ_CSS_NO_HEIGHT = 1 << 10,
	KJ_CSS_NO_MAX_HEIGHT = 1 << 11,
	KJ_CSS_NO_WIDTH = 1 << 12,
	KJ_CSS_NO_MAX_WIDTH = 1 << 13,
	KJ_CSS_CUT = 1 << 14,     /* overflow is not shown: a box without height has no text then */
	KJ_CSS_BOX = 1 << 15,     /* has height and width at all: inline elements and table cells have not */
	KJ_CSS_PICTURE = 1 << 16, /* the background is unknown */
	KJ_CSS_PAINTED = 1 << 17, /* the text has a shadow or an outline, and shows on any background */
};

enum kj_css_font {
	KJ_FONT_UNSET,
	KJ_FONT_TINY,     /* 1px or less */
	KJ_FONT_READABLE, /* any other size of its own */
	KJ_FONT_SHRUNK,   /* tiny, relative to the parent's */
	KJ_FONT_SAME,     /* relative: as tiny as the parent's */
};

enum kj_css_seen { KJ_SEEN_UNSET, KJ_SEEN_YES, KJ_SEEN_NO, KJ_SEEN_INHERIT };

struct kj_css_patch {
	uint32_t set, clear; /* enum kj_css_trait */
	enum kj_css_font font;
	enum kj_css_seen seen;
	int32_t colour, background;
};

#define KJ_CSS_PATCH_NONE                                                                                    \
	((struct kj_css_patch){0, 0, KJ_FONT_UNSET, KJ_SEEN_UNSET, KJ_COLOUR_UNSET, KJ_COLOUR_UNSET})

/* Declarations, and those of them marked !important. */
struct kj_css {
	struct kj_css_patch normal, important;
};

/* kj_css_read - declarations, without comments. Invalid ones are passed over, as CSS wants. Threads: safe. */
struct kj_css kj_css_read(const char *css, size_t len);

/* kj_css_merge - what is said later wins. Threads: safe. */
void kj_css_merge(struct kj_css_patch *patch, const struct kj_css_patch *later);

/* kj_css_weaken - only what makes text seen stays: for rules of which nobody knows whether they apply. Threads: safe. */
void kj_css_weaken(struct kj_css_patch *patch);

/* kj_css_is_empty - nothing in it matters. Threads: safe. */
int kj_css_is_empty(const struct kj_css_patch *patch);

/* kj_css_colour - a colour as CSS or HTML attributes write it. Threads: safe. */
int32_t kj_css_colour(const char *text, size_t len);

#endif
