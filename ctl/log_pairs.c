/*
 * log_pairs.c - key and value of a line that kj_record wrote
 *
 * logfmt and JSON have the same escapes (base/record.c), so one reader does: what stands between key and value tells
 * them apart.
 */
#include "ctl/log_pairs.h"

#include <ctype.h>

#include "kanjiki/utf8.h"

struct text {
	char *out;
	size_t size, len;
};

static void put(struct text *text, const char *bytes, size_t len)
{
	if (len >= text->size - text->len)
		return;
	memcpy(text->out + text->len, bytes, len);
	text->len += len;
}

/* Four hexadecimal digits; U+FFFD for others. kj_record escapes control characters only, which need no second one. */
static uint32_t hex4(const char *at)
{
	uint32_t code = 0;

	for (unsigned i = 0; i < 4; i++) {
		if (!isxdigit((unsigned char)at[i]))
			return KJ_UTF8_BAD;
		code = 16 * code + (uint32_t)(isdigit((unsigned char)at[i]) ? at[i] - '0' : (at[i] | 0x20) - 'a' + 10);
	}
	/* A NUL would end the text early. */
	return code ? code : KJ_UTF8_BAD;
}

/* What stands behind a backslash. Returns how many bytes that is. */
static size_t read_escape(const char *at, struct text *text)
{
	char bytes[4];

	if (!*at)
		return 0;
	if (*at == 'u' && strnlen(at, 5) == 5) {
		put(text, bytes, kj_utf8_put(hex4(at + 1), bytes));
		return 5;
	}
	put(text, *at == 'n' ? "\n" : *at == 't' ? "\t" : at, 1);
	return 1;
}

/* From behind the opening quote to behind the closing one; NULL without that. */
static const char *read_quoted(const char *at, struct text *text)
{
	while (*at && *at != '"') {
		if (*at == '\\') {
			at += 1 + read_escape(at + 1, text);
		} else {
			put(text, at, 1);
			at++;
		}
	}
	return *at ? at + 1 : NULL;
}

static const char *read_bare(const char *at, const char *ends, struct text *text)
{
	size_t len = strcspn(at, ends);

	put(text, at, len < text->size ? len : text->size - 1);
	return at + len;
}

bool kj_log_pair_next(const char **at, struct kj_log_pair *ret_pair)
{
	struct text key = {ret_pair->key, sizeof ret_pair->key, 0},
	            value = {ret_pair->value, sizeof ret_pair->value, 0};
	const char *p = *at + strspn(*at, " {,");
	bool json;

	p = *p == '"' ? read_quoted(p + 1, &key) : read_bare(p, "=: ", &key);
	if (!p || !key.len || (*p != '=' && *p != ':'))
		return false;
	json = *p == ':';
	p++;
	p = *p == '"' ? read_quoted(p + 1, &value) : read_bare(p, json ? ",}" : " ", &value);
	if (!p)
		return false;
	key.out[key.len] = '\0';
	value.out[value.len] = '\0';
	*at = p;
	return true;
}
