/*
 * lookalike.c - letters of other scripts that only look Latin
 *
 * Words are judged by what else the text has. A word of Latin letters and look-alikes (hаcked, with a Cyrillic а) is a
 * disguise, unless the text is Russian and the word a Latin stem with a Russian ending. A word of look-alikes alone
 * (сору) is one only where the text is mostly Latin and hardly has another letter of those scripts: real Russian,
 * Greek or Serbian does have them, every other one. What could be a symbol (α, ρgh) or a conjunction counts only in
 * company of something certain. Small capitals and phonetic letters are Latin anyway; fewer than four letters in black
 * circles may be a car park or a blood group; flags are flags.
 *
 * Rejected: ICU's skeletons (uspoof), which make Japanese ト and ロ Chinese ones, and m rn.
 */
#include <unicode/uchar.h>

#include "message/unicode/tables.h"
#include "message/view_pass.h"

#define SYMBOLS_MIN 4
#define WORD_MIN    3

enum letter { BREAK, NEUTRAL, DENSE, LATIN, SMALL, GREEK, OTHER, NEAR, SYMBOL, FOREIGN, LETTER_COUNT };

struct word {
	size_t start, end;
	unsigned count[LETTER_COUNT];
	unsigned changes; /* between Latin and not */
	enum letter last;
};

struct walk {
	const struct view_units *units;
	size_t pos;
	size_t pairs_end; /* regional indicators up to here are letters, no flags */
};

/* The whole text: letters by what their words are, and words that are certainly meant to deceive. */
struct census {
	size_t latin, mixed, mixed_once, only, foreign, dense, symbols;
	unsigned certain_once, certain_often, certain_only; /* by the number of changes; look-alikes alone */
	bool is_latin, only_counts, certain;
};

static bool is_regional(uint32_t code)
{
	return code >= 0x1f1e6 && code <= 0x1f1ff;
}

static enum letter letter_of(uint32_t code)
{
	static const enum letter by_kind[] = {[ALIKE_LATIN] = SMALL,
	    [ALIKE_GREEK] = GREEK,
	    [ALIKE_OTHER] = OTHER,
	    [ALIKE_NEAR] = NEAR,
	    [ALIKE_SYMBOL] = SYMBOL};
	uint32_t entry;

	if (code < 0x80) {
		if ((code | 0x20) >= 'a' && (code | 0x20) <= 'z')
			return LATIN;
		return code >= '0' && code <= '9' ? NEUTRAL : BREAK;
	}
	entry = letter_entry(code);
	if (entry_alike(entry))
		return by_kind[entry_alike(entry)];
	if (entry || (code >= 0x1e00 && code < 0x1f00) || (code >= 0x1d400 && code < 0x1d6a8) ||
	    (code >= 0xff21 && code <= 0xff5a))
		return LATIN;
	if (code >= 0x300 && code < 0x370)
		return NEUTRAL;
	if (is_dense_script(code))
		return DENSE;
	if (!u_isalpha((UChar32)code))
		return BREAK;
	return code < 0x250 ? LATIN : FOREIGN;
}

/* Regional indicators from here on: a row of flags is passed over. */
static bool pass_flags(struct walk *walk)
{
	const UChar *units = walk->units->data;
	size_t end = walk->pos;
	bool flags = true;

	while (end + 1 < walk->units->len && units[end] == 0xd83c && units[end + 1] >= 0xdde6 &&
	       units[end + 1] <= 0xddff)
		end += 2;
	for (size_t at = walk->pos; at < end && flags; at += 4)
		flags =
		    at + 4 <= end && u_stringHasBinaryProperty(units + at, 4, UCHAR_RGI_EMOJI_FLAG_SEQUENCE);
	walk->pairs_end = end;
	if (flags)
		walk->pos = end;
	return flags;
}

static void add_letter(struct word *word, enum letter letter)
{
	bool latin = letter == LATIN || letter == SMALL,
	     other = letter == GREEK || letter == OTHER || letter == NEAR;

	word->count[letter]++;
	if (!latin && !other)
		return;
	if (word->last != BREAK)
		word->changes += latin != (word->last == LATIN);
	word->last = latin ? LATIN : OTHER;
}

/* The next word; dense script between words is counted. False at the end. */
static bool next_word(struct walk *walk, struct word *word, size_t *dense)
{
	const struct view_units *units = walk->units;

	*word = (struct word){.last = BREAK};
	while (walk->pos < units->len) {
		size_t at = walk->pos;
		uint32_t code = next_unit(units->data, units->len, &walk->pos);
		enum letter letter = letter_of(code);

		if (is_regional(code) && at >= walk->pairs_end) {
			walk->pos = at;
			if (pass_flags(walk))
				letter = BREAK;
			else
				walk->pos = at + 2;
		}
		*dense += letter == DENSE;
		if (letter == BREAK || letter == DENSE) {
			if (word->end)
				return true;
			continue;
		}
		word->start = word->end ? word->start : at;
		word->end = walk->pos;
		add_letter(word, letter);
	}
	return word->end != 0;
}

static unsigned alike_of(const struct word *word)
{
	return word->count[GREEK] + word->count[OTHER] + word->count[NEAR];
}

static unsigned latin_of(const struct word *word)
{
	return word->count[LATIN] + word->count[SMALL];
}

/* A word of another language: with a letter that has no look-alike, or none that is read so without Latin ones. */
static bool is_foreign(const struct word *word)
{
	return word->count[FOREIGN] || (word->count[NEAR] && !latin_of(word));
}

/* A word that means nothing by itself: one or two letters, a Greek letter at the end of a formula's name. */
static bool is_doubtful(const struct word *word)
{
	if (alike_of(word) + latin_of(word) < WORD_MIN)
		return true;
	return latin_of(word) && !word->count[OTHER] && alike_of(word) == 1 && word->changes == 1;
}

static void count_word(struct census *census, const struct word *word)
{
	unsigned alike = alike_of(word), latin = latin_of(word), certain = !is_doubtful(word);

	census->symbols += word->count[SYMBOL];
	if (is_foreign(word)) {
		census->foreign += alike + word->count[FOREIGN];
		census->latin += latin;
	} else if (alike && latin) {
		if (word->changes > 1)
			census->mixed += alike + latin;
		else
			census->mixed_once += alike + latin;
		census->certain_once += certain && word->changes == 1;
		census->certain_often += certain && word->changes > 1;
	} else if (alike) {
		census->only += alike;
		census->certain_only += certain;
	} else {
		census->latin += latin;
	}
}

static struct census take_census(const struct view_units *units)
{
	struct walk walk = {.units = units};
	struct census census = {0};
	struct word word;
	size_t latin;

	while (next_word(&walk, &word, &census.dense))
		count_word(&census, &word);
	latin = census.latin + census.mixed + (census.foreign ? 0 : census.mixed_once);
	census.is_latin = census.only * 2 + census.foreign * 3 <= latin;
	census.only_counts =
	    census.is_latin && census.dense * 3 <= latin && census.foreign * 8 <= census.only + census.mixed;
	census.certain = census.certain_often || (census.is_latin && census.certain_once) ||
	                 (census.only_counts && census.certain_only);
	return census;
}

static bool is_disguise(const struct census *census, const struct word *word)
{
	unsigned alike = alike_of(word), latin = latin_of(word);

	if (!alike || is_foreign(word) || (is_doubtful(word) && !census->certain))
		return false;
	if (!latin)
		return census->only_counts;
	return census->is_latin || (word->changes > 1 && latin >= alike);
}

/* Which kinds of letters of this word are to become Latin; a set of enum letter. */
static unsigned kinds_to_change(const struct census *census, const struct word *word, bool *ret_count)
{
	bool disguise = is_disguise(census, word), symbols = census->symbols >= SYMBOLS_MIN;
	bool small = word->count[SMALL] && !word->count[FOREIGN];

	*ret_count =
	    disguise || (small && word->count[SMALL] >= WORD_MIN) || (symbols && word->count[SYMBOL] > 1);
	return (disguise ? 1U << GREEK | 1U << OTHER | 1U << NEAR : 0) | (symbols ? 1U << SYMBOL : 0) |
	       (small ? 1U << SMALL : 0);
}

/* Units from..to moved to `len`, some kinds of letters made Latin; the new length. Never longer. */
static size_t rewrite(struct view_units *units, size_t len, size_t from, size_t to, unsigned kinds)
{
	while (from < to) {
		size_t at = from, count;
		uint32_t code = next_unit(units->data, to, &from);

		if (kinds && (kinds >> letter_of(code) & 1))
			code = (uint32_t)entry_letter(letter_entry(code));
		count = put_unit(units->data + len, code);
		for (size_t i = 0; units->origin && i < count; i++)
			units->origin[len + i] = units->origin[at];
		len += count;
	}
	return len;
}

unsigned view_lookalikes(struct view_units *units)
{
	struct census census = take_census(units);
	/* What is rewritten lies behind the walk, which goes over the units as they were. */
	struct walk walk = {.units = units};
	struct word word;
	size_t len = 0, done = 0, ignored = 0;
	unsigned words = 0;

	while (next_word(&walk, &word, &ignored)) {
		bool count;
		unsigned kinds = kinds_to_change(&census, &word, &count);

		words += count;
		len = rewrite(units, len, done, word.start, 0);
		len = rewrite(units, len, word.start, word.end, kinds);
		done = word.end;
	}
	len = rewrite(units, len, done, units->len, 0);
	units->len = len;
	return words;
}
