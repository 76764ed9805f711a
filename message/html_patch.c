/*
 * html_patch.c - what declarations say, put together
 */
#include "html_css.h"

void kj_css_merge(struct kj_css_patch *patch, const struct kj_css_patch *later)
{
	patch->set = (patch->set & ~later->clear) | later->set;
	patch->clear = (patch->clear & ~later->set) | later->clear;
	if (later->font != KJ_FONT_UNSET)
		patch->font = later->font;
	if (later->seen != KJ_SEEN_UNSET)
		patch->seen = later->seen;
	if (later->colour != KJ_COLOUR_UNSET)
		patch->colour = later->colour;
	if (later->background != KJ_COLOUR_UNSET)
		patch->background = later->background;
}

void kj_css_weaken(struct kj_css_patch *patch)
{
	const uint32_t showing = KJ_CSS_PICTURE | KJ_CSS_PAINTED;

	patch->set &= showing;
	patch->clear &= ~showing;
	patch->font = patch->font == KJ_FONT_READABLE ? KJ_FONT_READABLE : KJ_FONT_UNSET;
	patch->seen = patch->seen == KJ_SEEN_YES ? KJ_SEEN_YES : KJ_SEEN_UNSET;
	patch->colour = patch->colour == KJ_COLOUR_UNSET ? KJ_COLOUR_UNSET : KJ_COLOUR_UNKNOWN;
	patch->background = patch->background == KJ_COLOUR_UNSET ? KJ_COLOUR_UNSET : KJ_COLOUR_UNKNOWN;
}

int kj_css_is_empty(const struct kj_css_patch *patch)
{
	return !patch->set && !patch->clear && patch->font == KJ_FONT_UNSET && patch->seen == KJ_SEEN_UNSET &&
	       patch->colour == KJ_COLOUR_UNSET && patch->background == KJ_COLOUR_UNSET;
}
