/*
 * fold.c - cutting a text into words, numbers, links and names
 */
#include "crowd/fold.h"

#include <string.h>

#include "kanjiki/utf8.h"

#define LOCAL_MIN       3 /* bytes */
#define NAME_MIN        3
#define BEYOND_NAME_MIN 4 /* beyond ASCII: two characters */

enum sort { SIGN, LETTER, CHAR };

/* What is not all letters, beyond ASCII; the most frequent first. */
static const struct {
	uint32_t from, to;
	enum sort sort;
} ranges[] = {
    {0x3041, 0x309f, CHAR},
    {0x30a1, 0x30fa, CHAR},
    {0x30fc, 0x318f, CHAR},
    {0x4e00, 0x9fff, CHAR},
    {0xac00, 0xd7a3, CHAR},
    {0x3005, 0x3007, CHAR},
    {0x3000, 0x3040, SIGN},
    {0x30a0, 0x30fb, SIGN},
    {0x2000, 0x2bff, SIGN},
    {0x0e00, 0x0eff, CHAR}, /* Thai, Lao */
    {0x1000, 0x109f, CHAR}, /* Burmese */
    {0x1100, 0x11ff, CHAR},
    {0x1780, 0x17ff, CHAR}, /* Khmer */
    {0x31a0, 0x31ff, CHAR},
    {0x3400, 0x4dbf, CHAR},
    {0xf900, 0xfaff, CHAR},
    {0xff66, 0xffdc, CHAR},
    {0x20000, 0x3ffff, CHAR},
    {0x80, 0xa9, SIGN},
    {0xab, 0xb4, SIGN},
    {0xb6, 0xb9, SIGN},
    {0xbb, 0xbf, SIGN},
    {0xd7, 0xd7, SIGN},
    {0xf7, 0xf7, SIGN},
    {0x2e00, 0x2e7f, SIGN},
    {0x3190, 0x33ff, SIGN},
    {0xe000, 0xf8ff, SIGN},
    {0xfe00, 0xfe6f, SIGN},
    {0xff00, 0xffff, SIGN},
    {0x1f000, 0x1fbff, SIGN},
    {0xe0000, 0x10ffff, SIGN},
};

static enum sort sort_of(uint32_t code)
{
	if (code < 0x80)
		return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ? LETTER : SIGN;
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (code >= ranges[i].from && code <= ranges[i].to)
			return ranges[i].sort;
	return LETTER;
}

#define BLANK   1U /* and control characters */
#define LATIN   2U
#define DIGIT   4U
#define BEYOND  8U  /* not ASCII */
#define LINKISH 16U /* may stand in an address or in front of "://" */
#define NO_URL  32U /* ends a URL */

static const unsigned char kinds[256] = {
    [0 ... ' '] = BLANK | NO_URL,
    ['a' ... 'z'] = LATIN | LINKISH,
    ['A' ... 'Z'] = LATIN | LINKISH,
    ['0' ... '9'] = DIGIT | LINKISH,
    ['.'] = LINKISH,
    ['-'] = LINKISH,
    ['_'] = LINKISH,
    ['+'] = LINKISH,
    ['='] = LINKISH,
    ['"'] = NO_URL,
    ['<'] = NO_URL,
    ['>'] = NO_URL,
    [0x7f] = BLANK | NO_URL,
    [0x80 ... 0xff] = BEYOND | NO_URL,
};

static unsigned kind_at(const struct fold_walk *walk, size_t at)
{
	return at < walk->len ? kinds[(unsigned char)walk->data[at]] : BLANK | NO_URL;
}

static size_t run_of(const struct fold_walk *walk, size_t at, unsigned kind)
{
	while (at < walk->len && kinds[(unsigned char)walk->data[at]] & kind)
		at++;
	return at;
}

/* The text as in the view of words, but for what depends on its neighbours; "" if it is longer than FOLD_WORD_MAX. */
static struct fold_word store_folded(struct fold *fold, const char *text, size_t len, enum fold_kind kind)
{
	struct fold_word word = {fold->store + fold->stored, 0, kind};

	for (size_t pos = 0; pos < len;) {
		char *out = fold->store + fold->stored + word.len;
		uint32_t code = kj_utf8_next(text, len, &pos);
		size_t count;

		if (code < 0x80 && kinds[code] & (LINKISH | DIGIT)) {
			*out = (char)(code >= 'A' && code <= 'Z' ? code | 0x20 : code);
			count = 1;
		} else {
			count = kj_view_plain(code, out);
		}
		if (count == 1 && *out == ' ' && (!word.len || out[-1] == ' '))
			count = 0;
		word.len += count;
		if (word.len > FOLD_WORD_MAX)
			return (struct fold_word){"", 0, kind};
	}
	while (word.len && word.text[word.len - 1] == ' ')
		word.len--;
	fold->stored += word.len;
	return word;
}

static void add_word(struct fold *fold, struct fold_word word)
{
	if (!word.len)
		return;
	fold->first[(unsigned char)*word.text] = true;
	fold->words[fold->count++] = word;
}

static void add_rcpt(struct fold *fold, const char *rcpt)
{
	struct fold_word word = store_folded(fold, rcpt, strlen(rcpt), FOLD_RCPT);
	const char *at = word.len ? memrchr(word.text, '@', word.len) : NULL;

	if (!at)
		return;
	add_word(fold, word);
	word.len = (size_t)(at - word.text);
	word.kind = FOLD_LOCAL;
	if (word.len >= LOCAL_MIN)
		add_word(fold, word);
}

/* "Al" stands everywhere, and so does a single ideograph. */
static void add_name(struct fold *fold, const char *name)
{
	struct fold_word word = store_folded(fold, name, strlen(name), FOLD_NAME);

	if (word.len >= ((unsigned char)*word.text < 0x80 ? NAME_MIN : BEYOND_NAME_MIN))
		add_word(fold, word);
}

void fold_begin(struct fold *fold, const struct kj_persons *persons)
{
	fold->count = 0;
	fold->stored = 0;
	memset(fold->first, 0, sizeof fold->first);
	fold->domain = persons->sender_domain;
	fold->domain_len = strlen(fold->domain);
	for (unsigned i = 0; i < persons->rcpt_count && i < FOLD_RCPTS; i++)
		add_rcpt(fold, persons->rcpts[i]);
	add_name(fold, persons->from_name);
}

void fold_walk_begin(struct fold_walk *walk, const struct fold *fold, const char *data, size_t len)
{
	*walk = (struct fold_walk){.fold = fold, .data = data, .len = len};
}

/* Whether a word cannot end here, for it goes on. */
static bool goes_on(const struct fold_walk *walk, size_t at)
{
	unsigned kind = kind_at(walk, at);

	return kind & (LATIN | DIGIT) ||
	       (kind & BEYOND && sort_of(kj_utf8_next(walk->data, walk->len, &at)) == LETTER);
}

/* How long the word is in the text here; its blanks need not be there. 0 if it is not it. */
static size_t match(const struct fold_walk *walk, const struct fold_word *word)
{
	size_t at = walk->at;

	for (size_t i = 0; i < word->len; i++) {
		if (at < walk->len && walk->data[at] == word->text[i])
			at++;
		else if (word->text[i] != ' ')
			return 0;
	}
	return at - walk->at;
}

static bool ends_in_char(const struct fold_walk *walk, size_t end)
{
	size_t at = end - 1;

	while (at && ((unsigned char)walk->data[at] & 0xc0) == 0x80)
		at--;
	return sort_of(kj_utf8_next(walk->data, walk->len, &at)) == CHAR;
}

static size_t person_at(struct fold_walk *walk)
{
	for (unsigned i = 0; i < walk->fold->count; i++) {
		size_t len = match(walk, walk->fold->words + i), end = walk->at + len;

		if (!len || (goes_on(walk, end) && !ends_in_char(walk, end)))
			continue;
		walk->kind = walk->fold->words[i].kind;
		return len;
	}
	return 0;
}

static bool has_domain(const struct fold_walk *walk, size_t from, size_t to)
{
	const struct fold *fold = walk->fold;
	const char *end = walk->data + to;
	const char *found = fold->domain_len && memchr(walk->data + from, '.', to - from)
	                        ? memmem(walk->data + from, to - from, fold->domain, fold->domain_len)
	                        : NULL;

	/* Only the first place in a token: a token has one host. */
	if (!found || (found > walk->data + from && kinds[(unsigned char)found[-1]] & (LATIN | DIGIT)))
		return false;
	found += fold->domain_len;
	return found == end || !(kinds[(unsigned char)*found] & (LATIN | DIGIT));
}

/* The end of a URL in a text, without the signs of the sentence behind it. */
static size_t url_end(const struct fold_walk *walk, size_t from)
{
	size_t at = from;

	while (at < walk->len && !(kind_at(walk, at) & NO_URL))
		at++;
	while (at > from && strchr(".,;:!?)]}'", walk->data[at - 1]))
		at--;
	return at;
}

/* The end of the link whose token goes from here to `end`, or 0. */
static size_t link_end(struct fold_walk *walk, size_t end)
{
	const char *token = walk->data + walk->at, *rest = walk->data + end;
	size_t left = walk->len - end;

	walk->kind = FOLD_URL;
	if ((left > 3 && memcmp(rest, "://", 3) == 0) ||
	    (end - walk->at > 4 && memcmp(token, "www.", 4) == 0))
		return url_end(walk, end);
	if (left > 1 && *rest == '@' && kinds[(unsigned char)rest[1]] & (LATIN | DIGIT)) {
		size_t stop = run_of(walk, end + 1, LINKISH);

		while (strchr(".-_+=", walk->data[stop - 1]))
			stop--;
		if (!has_domain(walk, end + 1, stop))
			walk->kind = FOLD_ADDRESS;
		return stop;
	}
	return has_domain(walk, walk->at, end) ? url_end(walk, end) : 0;
}

static size_t link_at(struct fold_walk *walk)
{
	size_t end, stop;

	if (walk->at < walk->no_link_until)
		return 0;
	end = run_of(walk, walk->at, LINKISH);
	walk->no_link_until = end;
	stop = link_end(walk, end);
	return stop ? stop - walk->at : 0;
}

/* Digits, and dots and commas between digits. */
static size_t number_at(const struct fold_walk *walk)
{
	size_t at = walk->at;

	for (;;) {
		at = run_of(walk, at, DIGIT);
		if (at + 1 >= walk->len || (walk->data[at] != '.' && walk->data[at] != ',') ||
		    !(kind_at(walk, at + 1) & DIGIT))
			return at - walk->at;
		at++;
	}
}

static size_t word_at(const struct fold_walk *walk)
{
	size_t at = walk->at, next;

	for (;;) {
		at = run_of(walk, at, LATIN);
		if (!(kind_at(walk, at) & BEYOND))
			return at - walk->at;
		next = at;
		if (sort_of(kj_utf8_next(walk->data, walk->len, &next)) != LETTER)
			return at - walk->at;
		at = next;
	}
}

/* One character; of a word, its letters. */
static size_t character_at(struct fold_walk *walk)
{
	size_t next = walk->at;
	enum sort sort;

	walk->code = kj_utf8_next(walk->data, walk->len, &next);
	sort = sort_of(walk->code);
	walk->kind = sort == LETTER ? FOLD_WORD : sort == CHAR ? FOLD_CHAR : FOLD_SIGN;
	return sort == LETTER ? word_at(walk) : next - walk->at;
}

static size_t piece_at(struct fold_walk *walk)
{
	unsigned char byte = (unsigned char)walk->data[walk->at];
	unsigned kind = kinds[byte];
	size_t len = 0;

	walk->kind = FOLD_BLANK;
	if (kind & BLANK)
		return run_of(walk, walk->at, BLANK) - walk->at;
	if (!walk->in_word && walk->fold->first[byte])
		len = person_at(walk);
	if (!len && !walk->in_word && kind & (LATIN | DIGIT))
		len = link_at(walk);
	if (len)
		return len;
	walk->kind = FOLD_NUMBER;
	return kind & DIGIT ? number_at(walk) : character_at(walk);
}

bool fold_walk_next(struct fold_walk *walk)
{
	if (walk->at >= walk->len)
		return false;
	walk->piece_at = walk->at;
	walk->piece_len = piece_at(walk);
	walk->at += walk->piece_len;
	walk->in_word = walk->kind == FOLD_WORD || walk->kind == FOLD_NUMBER;
	return true;
}
