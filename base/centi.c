/*
 * centi.c - scores to text and back
 */
#include "kanjiki/centi.h"

#include <ctype.h>

#include "kanjiki/err.h"

char *kj_centi_format(int32_t centi, char *out)
{
	unsigned magnitude = centi < 0 ? 0U - (unsigned)centi : (unsigned)centi;

	snprintf(out, KJ_CENTI_STRLEN, "%s%u.%02u", centi < 0 ? "-" : "", magnitude / 100, magnitude % 100);
	return out;
}

int kj_centi_parse(const char *text, int32_t *ret_centi)
{
	int32_t sign = *text == '-' ? -1 : 1, value = 0, scale = 100;

	text += *text == '-' || *text == '+';
	if (!isdigit((unsigned char)*text))
		return -KJ_EINVAL;
	for (; isdigit((unsigned char)*text); text++) {
		value = value * 10 + (*text - '0') * 100;
		if (value > KJ_CENTI_MAX)
			return -KJ_ERANGE;
	}
	if (*text == '.') {
		if (!isdigit((unsigned char)*++text))
			return -KJ_EINVAL;
		for (; isdigit((unsigned char)*text); text++) {
			scale /= 10;
			if (!scale && *text != '0')
				return -KJ_ERANGE;
			value += (*text - '0') * scale;
		}
	}
	if (*text)
		return -KJ_EINVAL;
	if (value > KJ_CENTI_MAX)
		return -KJ_ERANGE;
	*ret_centi = sign * value;
	return 0;
}
