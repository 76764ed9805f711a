/*
 * tables.h - what letters are plain ASCII letters underneath, or look like them
 *
 * Made by tables.py from Unicode's data and a few rows of our own (own.txt); tables.c is never edited.
 */
#ifndef KJ_UNICODE_TABLES_H
#define KJ_UNICODE_TABLES_H

#include <stdint.h>

extern const uint8_t kj_letter_index[2048];
extern const uint16_t kj_letter_pages[];
extern const uint32_t kj_radicals[0x160]; /* from U+2E80 on; 0 where there is no equivalent */

/* Of what a look-alike pretends to be a Latin letter. */
enum alike_kind {
	ALIKE_NONE,
	ALIKE_LATIN, /* Latin itself: small capitals and phonetic letters */
	ALIKE_GREEK,
	ALIKE_OTHER,  /* Cyrillic, Armenian, Cherokee ... */
	ALIKE_NEAR,   /* Greek or Cyrillic, only among Latin letters */
	ALIKE_SYMBOL, /* letters in black circles and squares, regional indicators */
};

/* The entry of a code point; 0 for most. */
static inline uint32_t letter_entry(uint32_t code)
{
	return code < 0x20000 ? kj_letter_pages[(uint32_t)kj_letter_index[code >> 6] << 6 | (code & 63)] : 0;
}

static inline enum alike_kind entry_alike(uint32_t entry)
{
	return entry & 0x8000 ? (enum alike_kind)(entry >> 8 & 7) : ALIKE_NONE;
}

/* Its letter, in the case of what it looks like; of a plain letter the first, in lower case. */
static inline char entry_letter(uint32_t entry)
{
	return (char)(entry & 0x7f);
}

/* The second letter of a pair such as ae; 0 if there is none. */
static inline char entry_second(uint32_t entry)
{
	return entry & 0x8000 ? 0 : (char)(entry >> 8);
}

#endif
