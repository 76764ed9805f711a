/*
 * html_css.c - declarations to patches
 *
 * One row of the table is one property. A value that is not valid changes nothing: "display:none x" shows the element,
 * and who reads it as hidden can be led past the text. For the same reason only what surely hides is read as hiding:
 *
 *   text-indent   moves one line; what stands behind a <br> is seen
 *   line-height:0 a single line is still readable
 *   height:0      with overflow hidden only, and of block boxes only; left, top: of something that is placed only
 */
#include "html_css.h"

#include <ctype.h>
#include <stdbool.h>
#include <strings.h>

#include "html_value.h"

#define OFF_PAGE (-500.0) /* pixels to the left or above */

static void turn(struct kj_css_patch *patch, uint32_t trait, bool on)
{
	if (on) {
		patch->set |= trait;
		patch->clear &= ~trait;
	} else {
		patch->clear |= trait;
		patch->set &= ~trait;
	}
}

static const char *const defaults[] = {"initial", "inherit", "unset", "revert", "auto", "none", NULL};

static void set_display(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	static const char *const boxes[] = {"block", "inline-block", "flex", "inline-flex", "grid",
	    "inline-grid", "list-item", "flow-root", NULL};
	static const char *const others[] = {"inline", "table", "inline-table", "table-row", "table-cell",
	    "table-row-group", "table-header-group", "table-footer-group", "table-column",
	    "table-column-group", "table-caption", "contents", "ruby", "run-in", "-webkit-box", "initial",
	    "inherit", "unset", "revert", NULL};

	if (kj_value_is(value, "none")) {
		turn(patch, trait, true);
	} else if (kj_value_is_any(value, boxes) || kj_value_is_any(value, others)) {
		turn(patch, trait, false);
		turn(patch, KJ_CSS_BOX, kj_value_is_any(value, boxes));
	}
}

static void set_opacity(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	struct kj_value unit;
	double n;

	if (kj_value_length(value, &n, &unit) && (!unit.len || kj_value_is(&unit, "%")))
		turn(patch, trait, n <= (unit.len ? 5 : 0.05));
	else if (kj_value_is_any(value, defaults))
		turn(patch, trait, false);
}

static void set_mso(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	turn(patch, trait, kj_value_is(value, "all"));
}

static void set_size(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	struct kj_value unit;
	double n;

	if (kj_value_length(value, &n, &unit))
		turn(patch, trait, n >= 0 && (n == 0 || (n <= 1 && kj_value_is(&unit, "px"))));
	else if (kj_value_is_any(value, defaults) || kj_value_starts(value, "calc(") ||
	         kj_value_starts(value, "m") || kj_value_starts(value, "fit"))
		turn(patch, trait, false);
}

static void set_place(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	struct kj_value unit;
	double n;

	if (kj_value_length(value, &n, &unit))
		turn(patch, trait,
		    n <= (kj_value_is(&unit, "em") || kj_value_is(&unit, "rem") || kj_value_is(&unit, "%")
		                 ? OFF_PAGE / 10
		                 : OFF_PAGE));
	else
		turn(patch, trait, false);
}

static void set_position(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	static const char *const words[] = {"static", "relative", "absolute", "fixed", "sticky", NULL};

	if (!kj_value_is_any(value, words))
		return;
	turn(patch, trait, !kj_value_is(value, "static"));
	turn(patch, KJ_CSS_ABSOLUTE, kj_value_is(value, "absolute") || kj_value_is(value, "fixed"));
}

static void set_overflow(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	static const char *const words[] = {"hidden", "clip", "auto", "scroll", NULL};

	turn(patch, trait, kj_value_is_any(value, words));
}

/* rect(0 0 0 0), rect(1px, 1px, 1px, 1px) */
static void set_clip(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	bool nothing = kj_value_starts(value, "rect(");

	for (size_t i = 5; i < value->len && nothing; i++)
		nothing =
		    strchr("01px, )", value->text[i]) && (i + 1 == value->len || value->text[i] != '1' ||
		                                             !isdigit((unsigned char)value->text[i + 1]));
	turn(patch, trait, nothing);
}

static void set_scale(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	turn(patch, trait,
	    kj_value_starts(value, "scale(0)") || kj_value_starts(value, "scale(0,") ||
	        kj_value_is(value, "inset(50%)") || kj_value_is(value, "inset(100%)") ||
	        kj_value_is(value, "circle(0)"));
}

static void set_visibility(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	(void)trait;
	if (kj_value_is(value, "hidden") || kj_value_is(value, "collapse"))
		patch->seen = KJ_SEEN_NO;
	else if (kj_value_is(value, "visible") || kj_value_is(value, "initial"))
		patch->seen = KJ_SEEN_YES;
	else if (kj_value_is(value, "inherit") || kj_value_is(value, "unset"))
		patch->seen = KJ_SEEN_INHERIT;
}

/* Tiny are 1px and 1pt at most; relative sizes make tiny text no larger. */
static void set_font_size(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	struct kj_value unit;
	double n;

	(void)trait;
	if (kj_value_is(value, "inherit") || kj_value_is(value, "unset") || kj_value_is(value, "larger") ||
	    kj_value_is(value, "smaller"))
		patch->font = KJ_FONT_SAME;
	else if (!kj_value_length(value, &n, &unit))
		patch->font = KJ_FONT_READABLE; /* "small", "calc(...)" */
	else if (n < 0)
		return;
	else if (kj_value_is(&unit, "em") || kj_value_is(&unit, "ex") || kj_value_is(&unit, "ch"))
		patch->font = n <= 0.1 ? KJ_FONT_SHRUNK : KJ_FONT_SAME;
	else if (kj_value_is(&unit, "%"))
		patch->font = n <= 2 ? KJ_FONT_SHRUNK : KJ_FONT_SAME;
	else if (!unit.len || kj_value_is(&unit, "px") || kj_value_is(&unit, "pt"))
		patch->font = n <= 1 ? KJ_FONT_TINY : KJ_FONT_READABLE;
	else
		patch->font = n <= 0.01 ? KJ_FONT_TINY : KJ_FONT_READABLE;
}

/* "font: 0/0 a": the size is the first length. */
static void set_font(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	struct kj_value rest = *value, word, unit;
	const char *slash;
	double n;

	while ((word = kj_value_next(&rest)).len) {
		slash = memchr(word.text, '/', word.len);
		word.len = slash ? (size_t)(slash - word.text) : word.len;
		if (kj_value_length(&word, &n, &unit) && (unit.len || slash || n == 0)) {
			set_font_size(patch, &word, trait);
			return;
		}
	}
	patch->font = KJ_FONT_READABLE;
}

static void set_colour(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	(void)trait;
	patch->colour = kj_css_colour(value->text, value->len);
}

static void set_background_colour(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	int32_t colour = kj_css_colour(value->text, value->len);

	(void)trait;
	patch->background = colour == KJ_COLOUR_CLEAR ? KJ_COLOUR_INHERIT : colour;
}

static bool is_picture(const struct kj_value *value)
{
	return kj_value_has(value, "url(") || kj_value_has(value, "gradient(") ||
	       kj_value_has(value, "image(") || kj_value_has(value, "var(");
}

static void set_background(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	struct kj_value rest = *value, word;
	int32_t colour = KJ_COLOUR_INHERIT, found;

	turn(patch, trait, is_picture(value));
	while ((word = kj_value_next(&rest)).len) {
		found = kj_css_colour(word.text, word.len);
		if (found >= 0 ||
		    (word.text[0] == '#' || kj_value_starts(&word, "rgb") || kj_value_starts(&word, "hsl")))
			colour = found == KJ_COLOUR_CLEAR ? KJ_COLOUR_INHERIT : found;
	}
	/* One word that is no colour we know may well be one. */
	if (word.text - value->text == (ptrdiff_t)value->len && colour == KJ_COLOUR_INHERIT &&
	    !memchr(value->text, ' ', value->len) && !kj_value_is_any(value, defaults) &&
	    !kj_value_is(value, "transparent"))
		colour = KJ_COLOUR_UNKNOWN;
	patch->background = colour;
}

static void set_picture(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait)
{
	turn(patch, trait, !kj_value_is_any(value, defaults));
}

static const struct property {
	const char *name;
	void (*set)(struct kj_css_patch *patch, const struct kj_value *value, uint32_t trait);
	uint32_t trait;
} properties[] = {
    {"display", set_display, KJ_CSS_NO_DISPLAY},
    {"visibility", set_visibility, 0},
    {"opacity", set_opacity, KJ_CSS_FAINT},
    {"mso-hide", set_mso, KJ_CSS_MSO_HIDE},
    {"height", set_size, KJ_CSS_NO_HEIGHT},
    {"max-height", set_size, KJ_CSS_NO_MAX_HEIGHT},
    {"width", set_size, KJ_CSS_NO_WIDTH},
    {"max-width", set_size, KJ_CSS_NO_MAX_WIDTH},
    {"overflow", set_overflow, KJ_CSS_CUT},
    {"position", set_position, KJ_CSS_PLACED},
    {"left", set_place, KJ_CSS_LEFT},
    {"top", set_place, KJ_CSS_TOP},
    {"margin-left", set_place, KJ_CSS_MARGIN},
    {"clip", set_clip, KJ_CSS_CLIPPED},
    {"clip-path", set_scale, KJ_CSS_SCALED},
    {"transform", set_scale, KJ_CSS_SCALED},
    {"font-size", set_font_size, 0},
    {"font", set_font, 0},
    {"color", set_colour, 0},
    {"background-color", set_background_colour, 0},
    {"background", set_background, KJ_CSS_PICTURE},
    {"background-image", set_picture, KJ_CSS_PICTURE},
    {"text-shadow", set_picture, KJ_CSS_PAINTED},
    {"-webkit-text-fill-color", set_picture, KJ_CSS_PAINTED},
    {"-webkit-text-stroke", set_picture, KJ_CSS_PAINTED},
};

static void declare(struct kj_css *css, const char *name, size_t len, struct kj_value value)
{
	struct kj_css_patch *patch = &css->normal;
	const char *mark = memrchr(value.text, '!', value.len);

	if (mark && value.text + value.len - mark >= 10 &&
	    strncasecmp(value.text + value.len - 9, "important", 9) == 0) {
		patch = &css->important;
		value.len = (size_t)(mark - value.text);
	}
	while (value.len && isspace((unsigned char)*value.text)) {
		value.text++;
		value.len--;
	}
	while (value.len && isspace((unsigned char)value.text[value.len - 1]))
		value.len--;
	for (size_t i = 0; i < sizeof properties / sizeof *properties && value.len; i++)
		if (strlen(properties[i].name) == len && strncasecmp(name, properties[i].name, len) == 0)
			properties[i].set(patch, &value, properties[i].trait);
}

/* The end of a declaration: a semicolon, but not one inside brackets or quotes. */
static size_t declaration_end(const char *css, size_t len)
{
	unsigned depth = 0;
	char quote = 0;

	for (size_t i = 0; i < len; i++) {
		if (quote)
			quote = css[i] == quote || css[i] == '\n' ? 0 : quote;
		else if (css[i] == '"' || css[i] == '\'')
			quote = css[i];
		else if (css[i] == '(')
			depth++;
		else if (css[i] == ')' && depth)
			depth--;
		else if (css[i] == ';' && !depth)
			return i;
	}
	return len;
}

struct kj_css kj_css_read(const char *css, size_t len)
{
	struct kj_css read = {KJ_CSS_PATCH_NONE, KJ_CSS_PATCH_NONE};

	while (len) {
		size_t end, name;
		const char *colon;

		for (; len && (isspace((unsigned char)*css) || *css == ';'); css++)
			len--;
		end = declaration_end(css, len);
		colon = memchr(css, ':', end);
		for (name = colon ? (size_t)(colon - css) : 0; name && isspace((unsigned char)css[name - 1]);
		     name--)
			;
		if (name)
			declare(
			    &read, css, name, (struct kj_value){colon + 1, (size_t)(css + end - colon - 1)});
		css += end;
		len -= end;
	}
	return read;
}
