/*
 * sketch.h - a text in 32 bytes, such that alike texts have alike sketches
 *
 * Min-hash (Broder 1997) of one byte each (b-bit min-wise hashing, Li and König 2010) over runs of three words, or of
 * five characters in scripts that write no blanks. What share of the 32 bytes is equal is about what share of the
 * runs is common to both texts. Hashes are keyed, so that nobody outside can tell which words matter. Threads: safe.
 */
#ifndef KJ_SKETCH_H
#define KJ_SKETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/hash.h"
#include "kanjiki/template.h"
#include "kanjiki/views.h"

#define KJ_SKETCH_LEN	32
#define KJ_SKETCH_BANDS 8

/* From so many equal bytes on, two texts are much the same; below, alike. The least that joins a cluster is ALIKE. */
#define KJ_SKETCH_SAME	24
#define KJ_SKETCH_ALIKE 17

struct kj_sketch {
	uint8_t at[KJ_SKETCH_LEN];
	uint16_t runs; /* 0: there is too little text (30 words, or 120 CJK characters), and the sketch means nothing */
};

/*
 * kj_sketch_make - of the views of a text; what kj_template_subject() folds is folded here too, with words that have
 * a digit in them and everybody's addresses
 *
 * Reads the view of words: most of the text is of one script or the other, and which one is seen in it. Words that
 * were folded do not count as text. Only the first 512 runs take part, so that the cost has a bound.
 */
void kj_sketch_make(const struct kj_views *views, const struct kj_persons *persons, const struct kj_hash_key *key,
    struct kj_sketch *ret_sketch);

/* kj_sketch_equal - how many bytes of two sketches are equal; 0 if one of them means nothing */
unsigned kj_sketch_equal(const struct kj_sketch *a, const struct kj_sketch *b);

/* kj_sketch_band - four bytes of it, number 0 to KJ_SKETCH_BANDS - 1, and the number, as a key: alike texts have one
 * band in common (locality-sensitive hashing: with probability 0.95 where 3 of 4 runs are common to both) */
uint64_t kj_sketch_band(const struct kj_sketch *sketch, unsigned band);

#endif
