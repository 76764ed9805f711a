/*
 * view_join.c - letters set apart are words: w e b c a m, w.e.b.c.a.m
 *
 * A group is a row of single letters (digits may be among them) with one and the same sign between each two. Four of
 * them are a word; two blanks or a line end part it from the next one. Beside such a word shorter groups are words as
 * well: "h a c k e d   y o u". Lists stay as they are: those with comma and blank, the alphabet, columns of figures.
 *
 * Few texts have such groups, so that the pass over all of them only looks for four singles in a row.
 */
#include <unicode/uchar.h>

#include "kanjiki/utf8.h"
#include "message/view_pass.h"

#define GROUP_MIN 4

struct group {
	size_t start, end; /* end is behind the last single */
	unsigned count, digits;
	bool tied;     /* its sign ties it to a longer word */
	bool list;     /* the alphabet, or one letter over and over */
	bool mismatch; /* another sign follows, and then perhaps another group */
	char sign;
};

struct joining {
	const struct view_bytes *in;
	struct view_bytes *out;
	struct kj_views *counts;
	/* A row of groups, with nothing but blanks and signs between them. */
	bool in_row, word_in_row;
	size_t row_in, row_out; /* where it begins */
	size_t row_end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	char small = (char)(c | 0x20);

	return (small >= 'a' && small <= 'z') || is_digit(c);
}

static bool is_sign(char c)
{
	return c == ' ' || c == '.' || c == '-' || c == '_' || c == '*';
}

static const unsigned char kinds[256] = {
    ['0' ... '9'] = 1,
    ['A' ... 'Z'] = 1,
    ['a' ... 'z'] = 1,
    [' '] = 2,
    ['.'] = 2,
    ['-'] = 2,
    ['_'] = 2,
    ['*'] = 2,
};

/* Two bits for each of the last nine bytes: four singles with signs between them, and no letter on either side. */
static bool has_four(const char *data, size_t from, size_t to)
{
	unsigned past = 0, found = 0;

	for (size_t i = from; i < to; i++) {
		past = past << 2 | kinds[(unsigned char)data[i]];
		found |= (past & 0x1fffd) == 0x6664;
	}
	return found || (past << 2 & 0x1fffd) == 0x6664;
}

/* Wherever such a row of seven bytes begins, four of them in a row stand at a multiple of four. */
bool view_has_spaced(const char *data, size_t len)
{
	for (size_t i = 0; i + 4 <= len; i += 4) {
		const unsigned char *at = (const unsigned char *)data + i;
		unsigned four = kinds[at[0]] | kinds[at[1]] << 2 | kinds[at[2]] << 4 | kinds[at[3]] << 6;

		if (__builtin_expect(four == 0x99 || four == 0x66, 0) &&
		    has_four(data, i < 8 ? 0 : i - 8, len - i < 12 ? len : i + 12))
			return true;
	}
	return false;
}

/* Whether the character at a place, or before it, belongs to a word. */
static bool is_word_at(const struct view_bytes *in, size_t at)
{
	uint32_t code;

	if (at >= in->len)
		return false;
	code = kj_utf8_next(in->data, in->len, &at);
	return code < 0x80 ? is_alnum((char)code) : u_isalnum((UChar32)code) && !is_dense_script(code);
}

static bool is_word_before(const struct view_bytes *in, size_t at)
{
	if (!at)
		return false;
	at--;
	for (int i = 0; i < 3 && at && ((unsigned char)in->data[at] & 0xc0) == 0x80; i++)
		at--;
	return is_word_at(in, at);
}

/* The group that begins here, where a word begins; count is 0 if that word is longer. */
static struct group read_group(const struct view_bytes *in, size_t start)
{
	struct group group = {.start = start, .end = start};
	bool rising = true, same = true;
	size_t at = start;

	while (at < in->len && is_alnum(in->data[at])) {
		if (is_word_at(in, at + 1)) {
			group.tied = group.sign != ' ';
			break;
		}
		if (group.count++) {
			rising &= (in->data[at] | 0x20) == (in->data[at - 2] | 0x20) + 1;
			same &= (in->data[at] | 0x20) == (in->data[at - 2] | 0x20);
		}
		group.digits += is_digit(in->data[at]);
		group.end = ++at;
		if (at == in->len || !is_sign(in->data[at]))
			break;
		if (group.count > 1 && in->data[at] != group.sign) {
			group.mismatch = true;
			break;
		}
		group.sign = in->data[at++];
	}
	group.list = rising || same;
	if (group.count > 1 && group.sign != ' ' && start && in->data[start - 1] == group.sign)
		group.tied |= is_word_before(in, start - 1);
	return group;
}

static bool is_word(const struct group *group)
{
	return group->count >= GROUP_MIN && group->digits * 2 <= group->count - group->digits &&
	       !group->tied && !group->list;
}

static bool is_short_word(const struct group *group)
{
	return group->count > 1 && group->count < GROUP_MIN && !group->digits && group->sign == ' ';
}

static void copy(struct joining *join, size_t from, size_t to, size_t step)
{
	struct view_bytes *out = join->out;

	for (; from < to; from += step, out->len++) {
		out->data[out->len] = join->in->data[from];
		if (out->origin)
			out->origin[out->len] = join->in->origin[from];
	}
}

static void put_group(struct joining *join, const struct group *group)
{
	copy(join, group->start, group->end, 2);
	join->counts->spaced_words++;
	if (group->count > join->counts->spaced_run)
		join->counts->spaced_run = group->count;
}

/* Whether what lies between two groups parts words that are set apart: two blanks, or a line end. */
static bool is_wide(const struct view_bytes *in, size_t from, size_t to)
{
	for (; from < to; from++)
		if (in->data[from] == '\n' ||
		    (in->data[from] == ' ' && from + 1 < to && in->data[from + 1] == ' '))
			return true;
	return false;
}

/* The short groups before the first word of a row, already copied as they were: once more, as words. */
static void redo_row(struct joining *join, size_t end)
{
	size_t at = join->row_in;

	join->out->len = join->row_out;
	while (at < end) {
		struct group group = {.end = at + 1};

		if (is_alnum(join->in->data[at]))
			group = read_group(join->in, at);
		if (is_short_word(&group))
			put_group(join, &group);
		else
			copy(join, at, group.end, 1);
		at = group.end;
	}
}

/* A group, or the part of it up to where another sign begins another one; returns where to go on. */
static size_t take_group(struct joining *join, struct group *group)
{
	bool linked = join->in_row && is_wide(join->in, join->row_end, group->start), word = is_word(group);

	if (!linked) {
		join->in_row = true;
		join->word_in_row = false;
		join->row_in = group->start;
		join->row_out = join->out->len;
	}
	if (!word && group->mismatch) {
		copy(join, group->start, group->end - 1, 1);
		join->in_row = false;
		return group->end - 1;
	}
	if (word && !join->word_in_row)
		redo_row(join, group->start);
	join->word_in_row |= word;
	if (word || (join->word_in_row && is_short_word(group)))
		put_group(join, group);
	else
		copy(join, group->start, group->end, 1);
	join->row_end = group->end;
	return group->end;
}

void view_join(const struct view_bytes *in, struct view_bytes *out, struct kj_views *counts)
{
	struct joining join = {.in = in, .out = out, .counts = counts};

	out->len = 0;
	for (size_t at = 0; at < in->len;) {
		size_t end = at + 1;

		if (is_alnum(in->data[at]) && !is_word_before(in, at)) {
			struct group group = read_group(in, at);

			if (group.count) {
				at = take_group(&join, &group);
				continue;
			}
		}
		if (is_word_at(in, at) || (unsigned char)in->data[at] >= 0x80)
			join.in_row = false;
		while (end < in->len && is_alnum(in->data[end - 1]) && is_alnum(in->data[end]))
			end++;
		copy(&join, at, end, 1);
		at = end;
	}
}
