/*
 * sketch.c - min-hash of the runs of a text
 *
 * A run is hashed once; each of the 32 permutations is a multiplication and an addition of that hash. Both, and the
 * hashes of words, come from the key: multiplication alone is no hash against somebody who knows its constants, but
 * nobody outside ever sees a result.
 *
 * What changes from mail to mail - persons, links, numbers, and words with a digit in them - is one word each, so
 * that the mails of a campaign have one sketch. Such words do not count as text: tables of numbers are all alike.
 */
#include "kanjiki/sketch.h"

#include <endian.h>
#include <string.h>

#include "crowd/fold.h"

#define RUNS_MAX  512
#define WORD_RUN  3
#define CHAR_RUN  5
#define WORDS_MIN 30
#define CHARS_MIN 120
#define BYTES_MAX 16384 /* read of a text; words are not that long */
#define UNITS_MAX (RUNS_MAX + CHAR_RUN - 1)

struct keys {
	uint64_t word, step, unit[CHAR_RUN];
	uint64_t times[KJ_SKETCH_LEN], plus[KJ_SKETCH_LEN];
};

/* Words and characters of a text, hashed. */
struct units {
	uint64_t at[UNITS_MAX];
	unsigned count, words, chars; /* all of them; those that are not folded */
};

/* Vigna's splitmix64: one number after the other from a seed. */
static uint64_t next_number(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void make_keys(struct keys *keys, const struct kj_hash_key *key)
{
	static const char purpose[] = "sketch";
	uint64_t seed = kj_hash(key, purpose, sizeof purpose);

	keys->word = next_number(&seed);
	keys->step = next_number(&seed) | 1;
	for (int i = 0; i < CHAR_RUN; i++)
		keys->unit[i] = next_number(&seed) | 1;
	for (int i = 0; i < KJ_SKETCH_LEN; i++) {
		keys->times[i] = next_number(&seed) | 1;
		keys->plus[i] = next_number(&seed);
	}
}

static uint64_t mix(uint64_t hash, uint64_t value, uint64_t step)
{
	hash = (hash ^ value) * step;
	return hash ^ hash >> 32;
}

/* The same on every machine, since hosts share sketches. */
static uint64_t hash_word(const struct keys *keys, const char *word, size_t len)
{
	uint64_t hash = keys->word + len, chunk;

	for (; len > 8; word += 8, len -= 8) {
		memcpy(&chunk, word, 8);
		hash = mix(hash, le64toh(chunk), keys->step);
	}
	chunk = 0;
	memcpy(&chunk, word, len);
	return mix(hash, le64toh(chunk), keys->step);
}

/* Katakana as hiragana, like in the dense view. */
static uint64_t hash_char(const struct keys *keys, uint32_t code)
{
	return mix(keys->word, code >= 0x30a1 && code <= 0x30f6 ? code - 0x60 : code, keys->step);
}

/* Addresses and URLs are one thing: which address is the recipient's or the sender's differs between forwarded
 * copies. */
static uint64_t hash_fixed(const struct keys *keys, enum fold_kind kind)
{
	if (kind == FOLD_RCPT || kind == FOLD_ADDRESS)
		kind = FOLD_URL;
	/* No character has such a code. */
	return mix(keys->word, UINT64_C(1) << 40 | (unsigned)kind, keys->step);
}

static void add_unit(struct units *units, uint64_t hash)
{
	units->at[units->count++] = hash;
}

/* A piece right behind a word: digits make all of it a number, and what is behind digits belongs to it. Returns false
 * for others. */
static bool join(struct units *units, const struct keys *keys, enum fold_kind last, enum fold_kind kind)
{
	if (last == FOLD_WORD && kind == FOLD_NUMBER) {
		units->at[units->count - 1] = hash_fixed(keys, FOLD_NUMBER);
		units->words--;
		return true;
	}
	return last == FOLD_NUMBER && (kind == FOLD_WORD || kind == FOLD_NUMBER);
}

static void take_piece(struct units *units, const struct keys *keys, const struct fold_walk *walk)
{
	if (walk->kind == FOLD_WORD) {
		add_unit(units, hash_word(keys, walk->data + walk->piece_at, walk->piece_len));
		units->words++;
	} else if (walk->kind == FOLD_CHAR) {
		if (walk->code == 0x30fc)
			return;
		add_unit(units, hash_char(keys, walk->code));
		units->chars++;
	} else {
		add_unit(units, hash_fixed(keys, walk->kind));
	}
}

static void collect(struct units *units, const struct keys *keys, struct fold_walk *walk)
{
	enum fold_kind last = FOLD_BLANK;

	units->count = units->words = units->chars = 0;
	while (units->count < UNITS_MAX && fold_walk_next(walk)) {
		if (join(units, keys, last, walk->kind)) {
			last = FOLD_NUMBER;
			continue;
		}
		last = walk->kind;
		if (walk->kind > FOLD_SIGN)
			take_piece(units, keys, walk);
	}
}

/* The runs, in place of the units they begin with. Returns how many. */
static unsigned make_runs(struct units *units, const struct keys *keys)
{
	bool dense = units->chars > units->count / 2;
	unsigned len = dense ? CHAR_RUN : WORD_RUN, runs;

	if (dense ? units->chars < CHARS_MIN : units->words + units->chars < WORDS_MIN)
		return 0;
	runs = units->count - len + 1;
	if (runs > RUNS_MAX)
		runs = RUNS_MAX;
	for (unsigned i = 0; i < runs; i++) {
		uint64_t hash = 0;

		for (unsigned k = 0; k < len; k++)
			hash += units->at[i + k] * keys->unit[k];
		units->at[i] = (hash ^ hash >> 32) * keys->step;
	}
	return runs;
}

/*
 * The least value of four permutations at a time: their chains of comparisons run beside each other. What is kept is
 * a byte from the middle of the value: the bytes above are small in every minimum, and those below know only little
 * of the hash.
 */
static void least_of_four(
    const struct units *units, unsigned runs, const uint64_t times[4], const uint64_t plus[4], uint8_t out[4])
{
	uint64_t least[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};

	for (unsigned i = 0; i < runs; i++)
		for (int k = 0; k < 4; k++) {
			uint64_t value = units->at[i] * times[k] + plus[k];

			least[k] = value < least[k] ? value : least[k];
		}
	for (int k = 0; k < 4; k++)
		out[k] = (uint8_t)(least[k] >> 32);
}

void kj_sketch_make(const struct kj_views *views, const struct kj_persons *persons,
    const struct kj_hash_key *key, struct kj_sketch *ret_sketch)
{
	const struct kj_text *text = &views->text[KJ_VIEW_WORDS];
	struct fold_walk walk;
	struct units units;
	struct keys keys;
	struct fold fold;

	memset(ret_sketch, 0, sizeof *ret_sketch);
	fold_begin(&fold, persons);
	fold_walk_begin(&walk, &fold, text->data, text->len < BYTES_MAX ? text->len : BYTES_MAX);
	make_keys(&keys, key);
	collect(&units, &keys, &walk);
	ret_sketch->runs = (uint16_t)make_runs(&units, &keys);
	if (!ret_sketch->runs)
		return;
	for (int i = 0; i < KJ_SKETCH_LEN; i += 4)
		least_of_four(&units, ret_sketch->runs, keys.times + i, keys.plus + i, ret_sketch->at + i);
}

unsigned kj_sketch_equal(const struct kj_sketch *a, const struct kj_sketch *b)
{
	unsigned equal = 0;

	if (!a->runs || !b->runs)
		return 0;
	for (int i = 0; i < KJ_SKETCH_LEN; i++)
		equal += a->at[i] == b->at[i];
	return equal;
}

uint64_t kj_sketch_band(const struct kj_sketch *sketch, unsigned band)
{
	const uint8_t *at = sketch->at + band * (KJ_SKETCH_LEN / KJ_SKETCH_BANDS);

	return (uint64_t)band << 32 | (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
	       at[3];
}
