/*
 * number.c - numbers with units
 *
 * Decimals are read as millionths in 64 bits: no floating point, so no locale and no rounding. A value that
 * is finer than its field ("1ms" where seconds are kept) is an error rather than rounded.
 */
#include "number.h"

#include <ctype.h>

#include "kanjiki/centi.h"
#include "kanjiki/err.h"

#define MILLION 1000000

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit durations[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {"w", 604800000}, {0}};
static const struct unit sizes[] = {
    {"", 1}, {"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {0}};
static const struct unit shares[] = {{"%", 100}, {0}};
static const struct unit counts[] = {{"", 1}, {0}};

/* How a type is written: its units, the field's own unit in terms of them, and what to say otherwise. */
static const struct {
	const struct unit *units;
	int64_t divisor;
	const char *unit_error, *fine_error;
} forms[] = {
    [KJ_TYPE_COUNT] = {counts, 1, "has no unit", "must be a whole number"},
    [KJ_TYPE_MS] = {durations, 1, "needs a unit: ms, s, m, h, d or w", "is finer than a millisecond"},
    [KJ_TYPE_SECONDS] = {durations, 1000, "needs a unit: s, m, h, d or w", "is finer than a second"},
    [KJ_TYPE_SIZE] = {sizes, 1, "needs a unit: KiB, MiB or GiB, or none for bytes", "is finer than a byte"},
    [KJ_TYPE_SHARE] = {shares, 1, "needs the unit %", "is finer than 0.01%"},
};

/* Digits and decimals to millionths, *text behind them; false if there are none, or too many. */
static bool parse_decimal(const char **text, int64_t *ret_millionths)
{
	int64_t value = 0, scale = MILLION;
	const char *p = *text;

	if (!isdigit((unsigned char)*p))
		return false;
	for (; isdigit((unsigned char)*p); p++) {
		value = value * 10 + (*p - '0');
		if (value > INT64_C(1000000000000))
			return false;
	}
	value *= MILLION;
	if (*p == '.') {
		if (!isdigit((unsigned char)*++p))
			return false;
		for (; isdigit((unsigned char)*p); p++) {
			scale /= 10;
			if (!scale && *p != '0')
				return false;
			value += (*p - '0') * scale;
		}
	}
	*text = p;
	*ret_millionths = value;
	return true;
}

static const char *parse_with_unit(enum kj_type type, const char *text, int64_t *ret_number)
{
	const struct unit *unit = forms[type].units;
	int64_t value;

	if (!parse_decimal(&text, &value))
		return "is no number that could be used here";
	while (unit->name && strcmp(unit->name, text) != 0)
		unit++;
	if (!unit->name)
		return forms[type].unit_error;
	if (__builtin_mul_overflow(value, unit->factor, &value))
		return "is far too large";
	if (value % (forms[type].divisor * MILLION) != 0)
		return forms[type].fine_error;
	*ret_number = value / (forms[type].divisor * MILLION);
	return NULL;
}

static const char *parse_score(const char *text, int64_t *ret_number)
{
	int32_t centi;
	int rc = kj_centi_parse(text, &centi);

	if (rc == -KJ_ERANGE)
		return "must lie between -1000 and 1000 and have two decimals at most";
	if (rc < 0)
		return "must be a score like 2.5";
	*ret_number = centi;
	return NULL;
}

static const char *parse_octal(const char *text, int64_t *ret_number)
{
	size_t digits = strspn(text, "01234567");

	if (*text != '0' || text[digits] || digits > 8)
		return "must be octal, like 0660";
	*ret_number = (int64_t)strtol(text, NULL, 8);
	return NULL;
}

const char *kj_number_parse(enum kj_type type, const char *text, int64_t *ret_number)
{
	if (type == KJ_TYPE_SCORE || type == KJ_TYPE_THRESHOLD)
		return parse_score(text, ret_number);
	if (type == KJ_TYPE_MODE)
		return parse_octal(text, ret_number);
	return parse_with_unit(type, text, ret_number);
}
