/*
 * phone.c - telephone numbers in a text
 *
 * Groups of digits with single signs between them are one run. From each group of a run that begins behind a blank, the
 * longest row of groups is tried that is a number by its form (phone_shape.c) and by what stands around it.
 */
#include "kanjiki/phone.h"

#include <ctype.h>
#include <stdbool.h>
#include <strings.h>

#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "kanjiki/utf8.h"
#include "phone_shape.h"

#define RUN_GROUPS 16 /* of one run; a longer one is read in pieces */
#define BEFORE_MAX 24 /* bytes in front of a number that say what it is */
#define TOKEN_MAX  64
#define DIGITS_MIN 9

enum sign { OTHER, DIGIT, PLUS, DASH, BLANK, DOT, SLASH, OPEN, CLOSE };

struct group {
	size_t from, start, end; /* from: with the bracket in front of it */
	unsigned joins;          /* to the group before */
	char digits[KJ_PHONE_DIGITS + 1];
	unsigned len; /* KJ_PHONE_DIGITS + 1 for any that is longer */
};

struct run {
	struct group groups[RUN_GROUPS];
	unsigned count;
	bool plus;
};

struct finder {
	struct kj_arena *arena;
	const struct kj_text *text;
	struct kj_phone *found;
	unsigned count;
	size_t last; /* end of the digits before, whatever they were */
	bool full;
};

static const struct {
	uint32_t code;
	enum sign sign;
} signs[] = {{'+', PLUS}, {0xff0b, PLUS}, {'-', DASH}, {0x2010, DASH}, {0x2011, DASH}, {0x2012, DASH},
    {0x2013, DASH}, {0x2014, DASH}, {0x2212, DASH}, {0x30fc, DASH}, {0xff0d, DASH}, {' ', BLANK},
    {0xa0, BLANK}, {0x3000, BLANK}, {'.', DOT}, {0xff0e, DOT}, {'/', SLASH}, {0xff0f, SLASH}, {'(', OPEN},
    {0xff08, OPEN}, {')', CLOSE}, {0xff09, CLOSE}};

/* The sign at *pos, and *pos behind it; of a digit also which. */
static enum sign next_sign(const struct kj_text *text, size_t *pos, char *ret_digit)
{
	uint32_t code = kj_utf8_next(text->data, text->len, pos);

	if (code >= 0xff10 && code <= 0xff19)
		code -= 0xff10 - '0';
	if (code >= '0' && code <= '9') {
		*ret_digit = (char)code;
		return DIGIT;
	}
	if (code < 0x80 && isalpha((int)code))
		return OTHER;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (signs[i].code == code)
			return signs[i].sign;
	return OTHER;
}

static enum sign sign_at(const struct kj_text *text, size_t pos)
{
	char digit;

	return pos < text->len ? next_sign(text, &pos, &digit) : OTHER;
}

static void read_digits(const struct kj_text *text, struct group *group, size_t pos)
{
	char digit = 0;

	group->start = pos;
	for (group->end = pos; pos < text->len && next_sign(text, &pos, &digit) == DIGIT; group->end = pos) {
		if (group->len < KJ_PHONE_DIGITS)
			group->digits[group->len] = digit;
		group->len += group->len <= KJ_PHONE_DIGITS;
	}
}

/* What joins this group to the one before, and in *pos where its digits begin; 0 if no digits follow. */
static unsigned read_join(const struct kj_text *text, size_t *pos, size_t *ret_from)
{
	static const unsigned joins[] = {[DASH] = KJ_JOIN_DASH,
	    [BLANK] = KJ_JOIN_BLANK,
	    [DOT] = KJ_JOIN_DOT,
	    [SLASH] = KJ_JOIN_SLASH,
	    [OPEN] = KJ_JOIN_BRACKET,
	    [CLOSE] = KJ_JOIN_BRACKET};
	unsigned set = 0, count = 0;
	size_t from = 0;
	char digit;

	while (*pos < text->len && count <= 3) {
		size_t at = *pos, next = *pos;
		enum sign sign = next_sign(text, &next, &digit);

		if (sign == DIGIT) {
			*ret_from = from ? from : at;
			if (set == (KJ_JOIN_SLASH | KJ_JOIN_BLANK))
				return KJ_JOIN_SLASH;
			return count == 1 || (set & KJ_JOIN_BRACKET) ? set : KJ_JOIN_OTHER;
		}
		if (sign == OTHER || sign == PLUS)
			return 0;
		from = sign == OPEN ? at : from;
		set |= joins[sign];
		count++;
		*pos = next;
	}
	return 0;
}

/* A run whose first digit, bracket or plus is at pos; the end of its digits. */
static size_t read_run(const struct kj_text *text, struct run *run, size_t pos)
{
	size_t from = pos, next = pos;
	unsigned joins = 0;
	char digit;

	*run = (struct run){.count = 0};
	for (enum sign sign;
	     pos < text->len && ((sign = next_sign(text, &next, &digit)) == OPEN || sign == PLUS);
	     pos = next) {
		run->plus |= sign == PLUS;
		joins |= sign == OPEN ? KJ_JOIN_BRACKET : 0;
	}
	do {
		struct group *group = &run->groups[run->count++];

		group->from = from;
		group->joins = joins;
		read_digits(text, group, pos);
		pos = group->end;
		from = 0;
	} while (run->count < RUN_GROUPS && (joins = read_join(text, &pos, &from)));
	return run->groups[run->count - 1].end;
}

/* One of the words stands in the text; ASCII ones in any case, and not inside of other words' ends ("hotel"). */
static bool has_word(const char *p, size_t len, const char *const *words)
{
	for (; *words; words++)
		for (size_t i = 0, word = strlen(*words); i + word <= len; i++)
			if (strncasecmp(p + i, *words, word) == 0 &&
			    ((unsigned char)**words >= 0x80 || i == 0 || !isalpha((unsigned char)p[i - 1])))
				return true;
	return false;
}

/* The text in front of a number, on its line, behind the number before. */
static size_t before(const struct finder *f, size_t from)
{
	size_t start = from > BEFORE_MAX ? from - BEFORE_MAX : 0;
	const char *lf;

	start = start > f->last ? start : f->last;
	lf = memrchr(f->text->data + start, '\n', from - start);
	return lf ? (size_t)(lf - f->text->data) + 1 : start;
}

static bool is_announced(const struct finder *f, size_t from)
{
	static const char *const words[] = {"tel", "phone", "fax", "call", "mobil", "cell", "whatsapp",
	    "dial", "handy", "電話", "携帯", "ＴＥＬ", "Ｔｅｌ", "ＦＡＸ", "フリーダイヤル", "℡", "☎", "📞",
	    "电话", "手机", "전화", "휴대폰", "téléphone", "télé", NULL};
	size_t start = before(f, from);

	return has_word(f->text->data + start, from - start, words);
}

static bool is_another(const struct finder *f, size_t from)
{
	static const char *const words[] = {"no.", "nr.", "num", "#", "id", "order", "invoice", "isbn",
	    "issn", "ref", "iban", "konto", "acc", "card", "serial", "sku", "track", "rg", "番号", "口座",
	    "注文", "会員", "伝票", "〒", "¥", "￥", "$", "€", "£", "№", "订单", "번호", NULL};
	size_t start = before(f, from);

	return has_word(f->text->data + start, from - start, words);
}

/* Part of an address, of a name or of a larger number. */
static bool is_inside(const struct finder *f, size_t from, size_t end, bool announced)
{
	const struct kj_text *text = f->text;
	const char *p = text->data + from;
	size_t token = 0;
	unsigned char last = from ? (unsigned char)p[-1] : ' ',
	              next = end < text->len ? (unsigned char)text->data[end] : ' ';

	if ((next < 0x80 && (isalnum(next) || strchr("@_%$=", next))) ||
	    (strchr(":,", next) && sign_at(text, end + 1) == DIGIT))
		return true;
	for (size_t i = 0; i < 4; i++) {
		static const char *const money[] = {"円", "元", "€", "원"};

		if (text->len - end >= strlen(money[i]) &&
		    memcmp(text->data + end, money[i], strlen(money[i])) == 0)
			return true;
	}
	while (token < TOKEN_MAX && token < from && (unsigned char)p[-(ptrdiff_t)token - 1] > ' ')
		token++;
	if (memmem(p - token, token, "://", 3) || memmem(p - token, token, "www.", 4) ||
	    (last && strchr("=#%&@_\\$?", last)))
		return true;
	return !announced && last < 0x80 && (isalnum(last) || strchr(".,/-", last));
}

static void keep(struct finder *f, const char *number, size_t start, size_t end)
{
	char *copy;

	for (unsigned i = 0; i < f->count; i++)
		if (strcmp(f->found[i].digits, number) == 0)
			return;
	if (!f->found)
		f->found = kj_arena_array(f->arena, KJ_PHONES_MAX, sizeof *f->found);
	copy = kj_arena_strdup(f->arena, number);
	f->full |= !f->found || !copy;
	if (!f->full && f->count < KJ_PHONES_MAX)
		f->found[f->count++] = (struct kj_phone){copy, start, end};
}

/* The groups from first to last in one; false if they are too many or too few. "(0)" is left out. */
static bool join(const struct run *run, unsigned first, unsigned last, struct kj_phone_shape *shape)
{
	size_t len = 0;

	*shape = (struct kj_phone_shape){.plus = run->plus && !first};
	shape->joins = run->groups[first].joins & KJ_JOIN_BRACKET;
	for (unsigned g = first; g <= last; g++) {
		const struct group *group = &run->groups[g];

		shape->joins |= g > first ? group->joins : 0;
		if (shape->plus && g > first && group->len == 1 && group->digits[0] == '0' &&
		    (group->joins & KJ_JOIN_BRACKET))
			continue;
		if (shape->count == KJ_PHONE_GROUPS || len + group->len > KJ_PHONE_DIGITS)
			return false;
		memcpy(shape->digits + len, group->digits, group->len);
		len += group->len;
		shape->lens[shape->count++] = group->len;
	}
	return len >= DIGITS_MIN;
}

/* A number does not end where the run goes on as it is joined itself. */
static bool is_apart(const struct run *run, unsigned first, unsigned last, unsigned joins)
{
	const unsigned apart = KJ_JOIN_BLANK | KJ_JOIN_SLASH | KJ_JOIN_BRACKET;
	unsigned in_front = first ? run->groups[first].joins : 0;
	unsigned behind = last + 1 < run->count ? run->groups[last + 1].joins : 0;

	return !((in_front | behind) & ~apart) && !((in_front | behind) & joins & ~(unsigned)KJ_JOIN_BRACKET);
}

/* The groups are a number, whose digits are then in number. The words around are looked at last: few get there. */
static bool is_number(
    const struct finder *f, const struct run *run, unsigned first, unsigned last, char *number)
{
	size_t from = run->groups[first].from, end = run->groups[last].end;
	struct kj_phone_shape shape;
	bool announced;

	if (!join(run, first, last, &shape) || !is_apart(run, first, last, shape.joins))
		return false;
	shape.announced = true;
	if (!kj_phone_number(&shape, number))
		return false;
	announced = shape.announced = is_announced(f, from);
	return (announced || (kj_phone_number(&shape, number) && !is_another(f, from))) &&
	       !is_inside(f, from, end, announced);
}

/* The number that begins with this group; behind its last group, or first if there is none. */
static unsigned number_from(struct finder *f, const struct run *run, unsigned first)
{
	unsigned behind = first + KJ_PHONE_GROUPS + 1 < run->count ? first + KJ_PHONE_GROUPS + 1 : run->count;
	char number[KJ_PHONE_DIGITS + 2];

	for (; behind > first; behind--)
		if (is_number(f, run, first, behind - 1, number)) {
			keep(f, number, run->groups[first].from, run->groups[behind - 1].end);
			return behind;
		}
	return first;
}

static void search_run(struct finder *f, const struct run *run)
{
	for (unsigned first = 0; first < run->count;) {
		unsigned behind = number_from(f, run, first);

		first = behind > first ? behind : first + 1;
		f->last = run->groups[first - 1].end;
	}
}

/* The next byte that may begin a number; full-width signs begin with 0xef. Most of a text is passed over here. */
static size_t next_start(const struct kj_text *text, size_t pos)
{
	for (; pos < text->len; pos++) {
		unsigned char c = (unsigned char)text->data[pos];

		if ((c >= '0' && c <= '9') || c == '+' || c == '(' || c == 0xef)
			break;
	}
	return pos;
}

int kj_phones_find(struct kj_arena *arena, const struct kj_text *text, const struct kj_phone **ret_phones,
    unsigned *ret_count)
{
	struct finder f = {.arena = arena, .text = text};
	size_t pos = 0, next;
	struct run run;

	while ((pos = next_start(text, pos)) < text->len && !f.full && f.count < KJ_PHONES_MAX) {
		char digit;
		enum sign sign;

		next = pos;
		sign = next_sign(text, &next, &digit);
		if (sign == OPEN || sign == PLUS)
			sign = sign_at(text, next) == DIGIT || sign_at(text, next) == PLUS ? DIGIT : OTHER;
		if (sign != DIGIT) {
			pos = next;
			continue;
		}
		pos = read_run(text, &run, pos);
		search_run(&f, &run);
	}
	if (f.full)
		return -KJ_ENOMEM;
	*ret_phones = f.found;
	*ret_count = f.count;
	return 0;
}
