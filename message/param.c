/*
 * param.c - parameters of Content-Type and Content-Disposition
 *
 * Read as leniently as mail programs read them: a missing semicolon, a colon for the equals sign, a missing quote,
 * blanks inside an unquoted file name.
 */
#include "param.h"

#include <ctype.h>
#include <stdbool.h>
#include <strings.h>

#include "charset.h"
#include "charset_table.h"
#include "encoded_word.h"
#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "kanjiki/message.h"

#define SECTIONS 100 /* of one value (RFC 2231 section 3) */
#define BLANKS   " \t\r\n"

struct param {
	const char *name, *text;
	size_t name_len, text_len;
	bool quoted;
};

/* Behind the closing quote of the string at p; the end of the value, or the next semicolon, if there is none. */
static const char *quoted_end(const char *p, bool *ret_closed)
{
	const char *start = p;

	for (; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	*ret_closed = *p == '"';
	return *ret_closed ? p : start + strcspn(start, ";");
}

static const char *take_value(const char *p, struct param *param)
{
	bool closed = false;

	param->quoted = *p == '"';
	p += param->quoted;
	param->text = p;
	p = param->quoted ? quoted_end(p, &closed) : p + strcspn(p, ";");
	param->text_len = (size_t)(p - param->text);
	while (!closed && param->text_len && strchr(BLANKS, param->text[param->text_len - 1]))
		param->text_len--;
	return p + closed;
}

/* The next parameter at or behind *pos; false if there is none. */
static bool next_param(const char **pos, struct param *param)
{
	const char *p = *pos + strspn(*pos, BLANKS ";");

	if (!*p)
		return false;
	*param = (struct param){.name = p, .name_len = strcspn(p, "=:;" BLANKS)};
	p += param->name_len;
	if (*p != ';')
		p += strspn(p, BLANKS);
	if (*p == '=' || *p == ':')
		p = take_value(p + 1 + strspn(p + 1, BLANKS), param);
	*pos = p;
	return true;
}

static const char *lower_copy(struct kj_arena *arena, const char *text, size_t len)
{
	char *copy = kj_arena_strndup(arena, text, len);

	for (char *p = copy; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static size_t head_length(const char *value)
{
	return strcspn(value, ";" BLANKS);
}

const char *kj_param_head(struct kj_arena *arena, const char *value)
{
	value += strspn(value, BLANKS);
	return lower_copy(arena, value, head_length(value));
}

static const char *behind_head(const char *value)
{
	value += strspn(value, BLANKS);
	return value + head_length(value);
}

const char *kj_param_token(struct kj_arena *arena, const char *value, const char *name)
{
	const char *pos = behind_head(value);
	struct param param;
	size_t skip, len;

	while (next_param(&pos, &param)) {
		if (param.name_len != strlen(name) || strncasecmp(param.name, name, param.name_len) ||
		    !param.text)
			continue;
		for (skip = 0; skip < param.text_len && strchr(BLANKS "'\"", param.text[skip]); skip++)
			;
		for (len = skip; len < param.text_len && !strchr(BLANKS "'\",()", param.text[len]); len++)
			;
		return lower_copy(arena, param.text + skip, len - skip);
	}
	return "";
}

/* The sections of one parameter, by their numbers; the plain form has none. */
struct sections {
	struct param plain, numbered[SECTIONS];
	bool extended[SECTIONS]; /* with percent signs */
};

/* "name", "name*", "name*1" or "name*1*": notes which; the first one of a kind counts. */
static void note(struct sections *sections, const struct param *param, const char *name)
{
	size_t len = strlen(name), number = 0;
	const char *p = param->name + len, *end = param->name + param->name_len;

	if (!param->text || param->name_len < len || strncasecmp(param->name, name, len))
		return;
	if (p == end) {
		if (!sections->plain.text)
			sections->plain = *param;
		return;
	}
	if (*p++ != '*')
		return;
	for (; p < end && isdigit((unsigned char)*p) && number < SECTIONS; p++)
		number = number * 10 + (size_t)(*p - '0');
	if ((p < end && *p != '*') || number >= SECTIONS || sections->numbered[number].text)
		return;
	sections->numbered[number] = *param;
	sections->extended[number] = end[-1] == '*';
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_percent(struct kj_buf *out, const char *text, size_t len, unsigned *marks)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '%' && len - i >= 3 && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
			kj_buf_add_char(out, (char)(hex(text[i + 1]) << 4 | hex(text[i + 2])));
			i += 2;
			continue;
		}
		*marks |= text[i] == '%' ? KJ_MARK_BAD_ENCODING : 0;
		kj_buf_add_char(out, text[i]);
	}
}

/* A backslash that escapes nothing stays: it parts the folders of a Windows path. */
static void add_plain(struct kj_buf *out, const struct param *param)
{
	for (size_t i = 0; i < param->text_len; i++) {
		if (param->quoted && param->text[i] == '\\' && i + 1 < param->text_len &&
		    strchr("\"\\", param->text[i + 1]))
			i++;
		kj_buf_add_char(out, param->text[i]);
	}
}

/* The charset in front of an extended value: charset'language'text. Answers how long all that is. */
static size_t take_charset(const struct param *param, char *charset, size_t size)
{
	const char *quote = memchr(param->text, '\'', param->text_len), *second;
	size_t len = quote ? (size_t)(quote - param->text) : 0;

	*charset = '\0';
	if (!quote || len >= size)
		return 0;
	memcpy(charset, param->text, len);
	charset[len] = '\0';
	second = memchr(quote + 1, '\'', param->text_len - len - 1);
	if (second)
		return (size_t)(second - param->text) + 1;
	if (kj_charset_find(charset))
		return len + 1;
	*charset = '\0';
	return 0;
}

/* All sections in one; true if one of them was in the extended form, and its charset is known then. */
static bool join(
    const struct sections *sections, struct kj_buf *out, char *charset, size_t size, unsigned *marks)
{
	bool extended = false;

	for (size_t i = 0; i < SECTIONS && sections->numbered[i].text; i++) {
		const struct param *param = &sections->numbered[i];
		size_t skip = i == 0 && sections->extended[i] ? take_charset(param, charset, size) : 0;

		extended |= sections->extended[i];
		if (sections->extended[i])
			add_percent(out, param->text + skip, param->text_len - skip, marks);
		else
			add_plain(out, param);
	}
	return extended;
}

static int decode_extended(struct kj_arena *arena, const struct kj_buf *bytes, const char *charset,
    unsigned *marks, const char **ret_text)
{
	struct kj_buf scratch = KJ_BUF_INIT(4 * bytes->len + 16);
	struct kj_charset_text text;
	const char *copy = NULL;

	if (kj_charset_decode(&scratch, charset, kj_buf_str(bytes), bytes->len, &text) == 0) {
		*marks |= text.marks;
		copy = kj_arena_strndup(arena, text.data, text.len);
	}
	kj_buf_free(&scratch);
	if (copy)
		*ret_text = copy;
	return copy ? 0 : -KJ_ENOMEM;
}

int kj_param_text(
    struct kj_arena *arena, const char *value, const char *name, unsigned *marks, const char **ret_text)
{
	struct kj_buf bytes = {0};
	struct sections sections = {0};
	struct param param;
	char charset[40] = "";
	const char *pos, *copy;
	bool extended;
	int err;

	if (kj_encoded_word_raw(arena, value, marks, &value) < 0)
		return -KJ_ENOMEM;
	bytes.max = strlen(value) + 1;
	for (pos = behind_head(value); next_param(&pos, &param);)
		note(&sections, &param, name);
	extended = join(&sections, &bytes, charset, sizeof charset, marks);
	if (!bytes.len && sections.plain.text)
		add_plain(&bytes, &sections.plain);
	if (extended) {
		err = decode_extended(arena, &bytes, charset, marks, ret_text);
	} else {
		copy = kj_arena_strndup(arena, kj_buf_str(&bytes), bytes.len);
		err = copy ? kj_encoded_word_decode(arena, copy, marks, ret_text) : -KJ_ENOMEM;
	}
	kj_buf_free(&bytes);
	return err;
}
