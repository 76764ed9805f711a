/*
 * html_colour.c - colours of CSS and of HTML attributes
 */
#include <ctype.h>
#include <stdbool.h>
#include <strings.h>

#include "html_css.h"

/* Those that mail uses, and all that are nearly white or black. */
static const struct {
	const char *name;
	int32_t colour;
} names[] = {
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
    {"snow", 0xfffafa},
    {"ivory", 0xfffff0},
    {"azure", 0xf0ffff},
    {"mintcream", 0xf5fffa},
    {"ghostwhite", 0xf8f8ff},
    {"floralwhite", 0xfffaf0},
    {"whitesmoke", 0xf5f5f5},
    {"transparent", KJ_COLOUR_CLEAR},
    {"inherit", KJ_COLOUR_INHERIT},
    {"unset", KJ_COLOUR_INHERIT},
};

/* rgb, rgba, rrggbb, rrggbbaa */
static int32_t hex_colour(const char *text, size_t len)
{
	size_t step = len <= 4 ? 1 : 2;
	int parts[4] = {0, 0, 0, 0xff};

	if (len != 3 && len != 4 && len != 6 && len != 8)
		return KJ_COLOUR_UNKNOWN;
	for (size_t i = 0; i < len; i++) {
		int c = tolower((unsigned char)text[i]);

		if (!isxdigit(c))
			return KJ_COLOUR_UNKNOWN;
		if (i % step == 0)
			parts[i / step] = 0;
		parts[i / step] = parts[i / step] * 16 + (isdigit(c) ? c - '0' : c - 'a' + 10);
	}
	for (size_t i = 0; i < len / step && step == 1; i++)
		parts[i] *= 0x11;
	if (parts[3] < 0x1a)
		return KJ_COLOUR_CLEAR;
	return parts[3] < 0xf0 ? KJ_COLOUR_UNKNOWN : parts[0] << 16 | parts[1] << 8 | parts[2];
}

/* A number of a function's arguments, in thousandths. */
static int next_number(const char **p, const char *end, int32_t *ret_number)
{
	int32_t n = 0, scale = 1000;
	bool any = false, point = false;

	while (*p < end && (isspace((unsigned char)**p) || **p == ',' || **p == '/'))
		++*p;
	for (; *p < end && (isdigit((unsigned char)**p) || (**p == '.' && !point)); ++*p) {
		if (**p == '.') {
			point = true;
			continue;
		}
		any = true;
		if (point)
			n += (**p - '0') * (scale /= 10);
		else if (n < 1000000)
			n = n * 10 + (**p - '0') * 1000;
	}
	*ret_number = n;
	return any;
}

static int32_t rgb_colour(const char *p, const char *end)
{
	int32_t number, colour = 0, alpha = 1000;

	for (int part = 0; part < 3; part++) {
		if (!next_number(&p, end, &number) || (p < end && *p == '%'))
			return KJ_COLOUR_UNKNOWN;
		colour = colour << 8 | (number > 255000 ? 255 : number / 1000);
	}
	if (next_number(&p, end, &number))
		alpha = p < end && *p == '%' ? number / 100 : number;
	if (alpha < 100)
		return KJ_COLOUR_CLEAR;
	return alpha < 950 ? KJ_COLOUR_UNKNOWN : colour;
}

int32_t kj_css_colour(const char *text, size_t len)
{
	if (len && text[0] == '#')
		return hex_colour(text + 1, len - 1);
	if (len > 4 && strncasecmp(text, "rgb(", 4) == 0)
		return rgb_colour(text + 4, text + len);
	if (len > 5 && strncasecmp(text, "rgba(", 5) == 0)
		return rgb_colour(text + 5, text + len);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i].name) == len && strncasecmp(text, names[i].name, len) == 0)
			return names[i].colour;
	return hex_colour(text, len); /* <font color=ffffff> */
}
