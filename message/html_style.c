/*
 * html_style.c - whether an element is shown
 *
 * The ways to hide text that mail uses (display, visibility, opacity, a font of one pixel at most, a box without
 * height, far off the page, the colour of the background). Each row of the table is one property and the test of
 * its value. Colours count only where both are known: a background image makes the background unknown.
 */
#include "html_style.h"

#include <ctype.h>
#include <strings.h>

#define OFF_PAGE (-500.0) /* pixels to the left or above */

const struct kj_html_style kj_html_style_root = {.colour = 0x000000, .background = 0xffffff};

/* One declaration's value, lower case, without blanks around it. */
struct value {
	const char *text;
	size_t len;
};

static bool is(const struct value *value, const char *word)
{
	size_t len = strlen(word);

	return value->len >= len && strncasecmp(value->text, word, len) == 0 &&
	       (value->len == len || value->text[len] == ' ' || value->text[len] == '!');
}

/* The number that begins a value, and its unit; false if there is none. */
static bool number(const struct value *value, double *ret_number, const char **ret_unit)
{
	double n = 0, scale = 1;
	size_t i = 0;
	bool minus = false, any = false;

	if (i < value->len && (value->text[i] == '-' || value->text[i] == '+'))
		minus = value->text[i++] == '-';
	for (; i < value->len && isdigit((unsigned char)value->text[i]) && n < 1e9; i++, any = true)
		n = n * 10 + (value->text[i] - '0');
	if (i < value->len && value->text[i] == '.')
		for (i++; i < value->len && isdigit((unsigned char)value->text[i]); i++, any = true)
			n += (value->text[i] - '0') * (scale /= 10);
	*ret_number = minus ? -n : n;
	*ret_unit = value->text + i;
	return any;
}

static bool unit_is(const struct value *value, const char *unit, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(value->text + value->len - unit) >= len && strncasecmp(unit, word, len) == 0;
}

static bool is_none(const struct value *value)
{
	return is(value, "none");
}

static bool is_all(const struct value *value)
{
	return is(value, "all");
}

static bool is_zero(const struct value *value)
{
	const char *unit;
	double n;

	return number(value, &n, &unit) && n <= 0;
}

static bool is_faint(const struct value *value)
{
	const char *unit;
	double n;

	return number(value, &n, &unit) && n <= (unit_is(value, unit, "%") ? 5 : 0.05);
}

static bool is_off_page(const struct value *value)
{
	const char *unit;
	double n;

	return number(value, &n, &unit) && n <= (unit_is(value, unit, "em") ? OFF_PAGE / 10 : OFF_PAGE);
}

/* What no element inside can undo. */
static const struct {
	const char *property;
	bool (*hides)(const struct value *value);
} hiding[] = {
    {"display", is_none},
    {"opacity", is_faint},
    {"max-height", is_zero},
    {"mso-hide", is_all},
    {"left", is_off_page},
    {"top", is_off_page},
    {"text-indent", is_off_page},
    {"margin-left", is_off_page},
};

static const struct {
	const char *name;
	int32_t colour;
} colours[] = {
    {"white", 0xffffff},
    {"black", 0x000000},
    {"red", 0xff0000},
    {"blue", 0x0000ff},
    {"green", 0x008000},
    {"gray", 0x808080},
    {"grey", 0x808080},
    {"silver", 0xc0c0c0},
    {"yellow", 0xffff00},
    {"navy", 0x000080},
};

static int32_t hex_colour(const char *text, size_t len)
{
	int32_t colour = 0;

	if (len != 3 && len != 6)
		return KJ_COLOUR_UNKNOWN;
	for (size_t i = 0; i < len; i++) {
		int c = tolower((unsigned char)text[i]), digit = isdigit(c) ? c - '0' : c - 'a' + 10;

		if (!isxdigit(c))
			return KJ_COLOUR_UNKNOWN;
		colour = len == 6 ? colour << 4 | digit : colour << 8 | digit * 0x11;
	}
	return colour;
}

static int32_t rgb_colour(const struct value *value)
{
	int32_t colour = 0;
	size_t i = 4;

	for (int part = 0; part < 3; part++) {
		int n = 0;

		while (i < value->len && !isdigit((unsigned char)value->text[i]))
			i++;
		if (i == value->len)
			return KJ_COLOUR_UNKNOWN;
		for (; i < value->len && isdigit((unsigned char)value->text[i]) && n <= 255; i++)
			n = n * 10 + (value->text[i] - '0');
		colour = colour << 8 | (n > 255 ? 255 : n);
	}
	return colour;
}

static int32_t colour_of(const struct value *value)
{
	size_t word = 0;

	while (word < value->len && !isspace((unsigned char)value->text[word]) && value->text[word] != '!')
		word++;
	if (word && value->text[0] == '#')
		return hex_colour(value->text + 1, word - 1);
	if (value->len > 4 && strncasecmp(value->text, "rgb(", 4) == 0)
		return rgb_colour(value);
	for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
		if (is(value, colours[i].name))
			return colours[i].colour;
	return hex_colour(value->text, word); /* <font color=ffffff> */
}

static bool named(const char *property, size_t len, const char *name)
{
	return strlen(name) == len && strncasecmp(property, name, len) == 0;
}

static void set_visibility(struct kj_html_style *style, const struct value *value)
{
	style->unseen = is(value, "hidden") || is(value, "collapse");
}

/* Tiny are 1px and 1pt at most; relative sizes make tiny text no larger. */
static void set_font_size(struct kj_html_style *style, const struct value *value)
{
	const char *unit;
	double n;

	if (!number(value, &n, &unit))
		style->tiny = false; /* "small", "medium" */
	else if (unit_is(value, unit, "em"))
		style->tiny |= n <= 0.1;
	else if (unit_is(value, unit, "%"))
		style->tiny |= n <= 2;
	else
		style->tiny = n <= 1;
}

static void set_colour(struct kj_html_style *style, const struct value *value)
{
	if (!is(value, "inherit"))
		style->colour = colour_of(value);
}

static void set_background(struct kj_html_style *style, const struct value *value)
{
	if (!is(value, "transparent") && !is(value, "none") && !is(value, "inherit"))
		style->background = colour_of(value);
}

static void set_image(struct kj_html_style *style, const struct value *value)
{
	if (!is(value, "none"))
		style->background = KJ_COLOUR_UNKNOWN;
}

static const struct {
	const char *property;
	void (*set)(struct kj_html_style *style, const struct value *value);
} setting[] = {
    {"color", set_colour},
    {"background-color", set_background},
    {"background", set_background},
    {"background-image", set_image},
    {"font-size", set_font_size},
    {"visibility", set_visibility},
};

static void declare(struct kj_html_style *style, const char *property, size_t len, const struct value *value)
{
	for (size_t i = 0; i < sizeof hiding / sizeof *hiding; i++)
		if (named(property, len, hiding[i].property) && hiding[i].hides(value))
			style->gone = true;
	for (size_t i = 0; i < sizeof setting / sizeof *setting; i++)
		if (named(property, len, setting[i].property))
			setting[i].set(style, value);
}

static void read_declarations(struct kj_html_style *style, const char *css)
{
	while (*css) {
		size_t end = strcspn(css, ";"), colon = 0, name_end;
		struct value value;

		while (isspace((unsigned char)*css) && end) {
			css++;
			end--;
		}
		while (colon < end && css[colon] != ':')
			colon++;
		for (name_end = colon; name_end && isspace((unsigned char)css[name_end - 1]); name_end--)
			;
		if (colon < end) {
			value = (struct value){css + colon + 1, end - colon - 1};
			while (value.len && isspace((unsigned char)*value.text)) {
				value.text++;
				value.len--;
			}
			declare(style, css, name_end, &value);
		}
		css += end;
		css += *css == ';';
	}
}

struct kj_html_style kj_html_style_of(const GumboElement *element, const struct kj_html_style *parent)
{
	struct kj_html_style style = *parent;

	for (unsigned i = 0; i < element->attributes.length; i++) {
		const GumboAttribute *attribute = element->attributes.data[i];
		struct value value = {attribute->value, strlen(attribute->value)};

		if (strcmp(attribute->name, "hidden") == 0)
			style.gone = true;
		else if (strcmp(attribute->name, "style") == 0)
			read_declarations(&style, attribute->value);
		else if (strcmp(attribute->name, "bgcolor") == 0)
			set_background(&style, &value);
		else if (strcmp(attribute->name, "background") == 0)
			style.background = KJ_COLOUR_UNKNOWN;
		else if (element->tag == GUMBO_TAG_FONT && strcmp(attribute->name, "color") == 0)
			set_colour(&style, &value);
	}
	return style;
}

bool kj_html_style_hides(const struct kj_html_style *style)
{
	return style->gone || style->unseen || style->tiny ||
	       (style->colour == style->background && style->colour != KJ_COLOUR_UNKNOWN);
}
