/*
 * html_value.c - the values of CSS declarations
 */
#include "html_value.h"

#include <ctype.h>
#include <strings.h>

bool kj_value_is(const struct kj_value *value, const char *word)
{
	return strlen(word) == value->len && strncasecmp(value->text, word, value->len) == 0;
}

bool kj_value_starts(const struct kj_value *value, const char *word)
{
	return value->len >= strlen(word) && strncasecmp(value->text, word, strlen(word)) == 0;
}

bool kj_value_has(const struct kj_value *value, const char *word)
{
	for (size_t i = 0; i + strlen(word) <= value->len; i++)
		if (strncasecmp(value->text + i, word, strlen(word)) == 0)
			return true;
	return false;
}

bool kj_value_is_any(const struct kj_value *value, const char *const *words)
{
	while (*words && !kj_value_is(value, *words))
		words++;
	return *words != NULL;
}

/* The value is a number and its unit; false if it is anything else. */
bool kj_value_length(const struct kj_value *value, double *ret_number, struct kj_value *ret_unit)
{
	double n = 0, scale = 1;
	size_t i = 0;
	bool minus = false, any = false;

	if (i < value->len && (value->text[i] == '-' || value->text[i] == '+'))
		minus = value->text[i++] == '-';
	for (; i < value->len && isdigit((unsigned char)value->text[i]); i++, any = true)
		n = n < 1e9 ? n * 10 + (value->text[i] - '0') : n;
	if (i < value->len && value->text[i] == '.')
		for (i++; i < value->len && isdigit((unsigned char)value->text[i]); i++, any = true)
			n += (value->text[i] - '0') * (scale /= 10);
	*ret_number = minus ? -n : n;
	*ret_unit = (struct kj_value){value->text + i, value->len - i};
	for (; i < value->len; i++)
		any &= isalpha((unsigned char)value->text[i]) || value->text[i] == '%';
	return any;
}

/* The next word of a value with several; functions are one word. */
struct kj_value kj_value_next(struct kj_value *rest)
{
	struct kj_value word;
	int depth = 0;

	while (rest->len && isspace((unsigned char)*rest->text)) {
		rest->text++;
		rest->len--;
	}
	word = (struct kj_value){rest->text, 0};
	while (word.len < rest->len && (depth || !isspace((unsigned char)word.text[word.len]))) {
		depth += word.text[word.len] == '(';
		depth -= word.text[word.len] == ')' && depth;
		word.len++;
	}
	rest->text += word.len;
	rest->len -= word.len;
	return word;
}
