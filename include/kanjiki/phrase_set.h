/*
 * phrase_set.h - many phrases, one pass
 *
 * The literals of a language are one multi-pattern scan (Hyperscan or Vectorscan) for its opening claims and one for all
 * others; regular expressions are PCRE2 with JIT under match limits. A set is filled phrase by phrase, compiled once, then shared by all threads
 * until it is freed.
 */
#ifndef KJ_PHRASE_SET_H
#define KJ_PHRASE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/err.h"
#include "kanjiki/views.h"

struct kj_phrase_set;

/* What a phrase claims (extortion). The letters are those of lists/extortion/. */
enum kj_category {
	KJ_CLAIM_COMPROMISE,   /* C: "I hacked your device" */
	KJ_CLAIM_SEXUAL,       /* S: sexual or illicit accusation */
	KJ_CLAIM_RECORDED,     /* R: recorded you, holds evidence */
	KJ_CLAIM_THREAT,       /* T: disclosure or harm */
	KJ_CLAIM_PAYMENT,      /* P: payment and amount */
	KJ_CLAIM_DEADLINE,     /* D */
	KJ_CLAIM_WALLET,       /* W: a wallet, or the word for it */
	KJ_CLAIM_SECRECY,      /* X: tell nobody, police is useless, do not reply */
	KJ_CLAIM_PSEUDO_PROOF, /* I: "from your own account", "your password is" */
	KJ_CLAIM_PROSECUTION,  /* L: prosecution, lawsuit, seizure */
	KJ_CLAIM_AUTHORITY,    /* A: police, ministry, court as sender */
	KJ_CLAIM_HOTLINE,      /* H: phone back, sole contact channel */
	KJ_CLAIM_UNPAID,       /* U: an unpaid fee or contract is claimed */
	KJ_CLAIM_NARRATED,     /* N: no claim: words of one who speaks about such mail ("scammers", "the e-mail says") */
	KJ_CLAIM_COUNT,
};

/* kj_category_of_letter - 'C' to KJ_CLAIM_COMPROMISE; -KJ_EINVAL. kj_category_letter - the way back. */
int kj_category_of_letter(char letter);
char kj_category_letter(enum kj_category category);

/* How a phrase is written. */
enum kj_phrase_kind {
	KJ_PHRASE_LITERAL,    /* words: send me bitcoins */
	KJ_PHRASE_EXPRESSION, /* a regular expression: send (me|us) \w+ bitcoins */
	KJ_PHRASE_NEAR,       /* groups of words of which one each stands near the others, in any order: see below */
};

#define KJ_PHRASE_LANGUAGES_MAX 64 /* in one set */

struct kj_phrase {
	const char *language;	   /* "en" */
	unsigned language_number;  /* of the set, from 0; given by kj_phrase_set_add() */
	enum kj_category category;
	const char *text;	   /* as written in the file, without the slashes of a regular expression */
	enum kj_phrase_kind kind;
	const char *file;	   /* for reports */
	unsigned line;
};

/* kj_phrase_set_new - an empty set; NULL when out of memory. kj_phrase_set_free - NULL is allowed. */
struct kj_phrase_set *kj_phrase_set_new(void);
void kj_phrase_set_free(struct kj_phrase_set *set);

/*
 * kj_phrase_set_add - one phrase more, before kj_phrase_set_compile()
 *
 * A literal is normalised as texts are. One with Han, kana or Hangul in it is looked for in the dense view, any
 * other in the view of words. A regular expression is caseless; it runs on the view of words, too, or, with such
 * letters in it, on the dense view (then its katakana are taken for hiragana and its long-vowel marks are left out).
 * Neither begins or ends inside a word of a script that writes blanks. Letters of Latin script match with and without
 * diacritics; ä, ö and ü also match ae, oe and ue, if the text writes all of a phrase so.
 *
 * Groups are written {send* publish*} {video* footage} {friends famil* your_contacts} ~60: of each group one word must
 * stand within so many characters, in any order. A "*" at the end lets a word go on, a "_" is a blank in it. Without a
 * distance it is 80, in the dense view 40. Two to six groups; words of three letters at least, two in the dense view.
 * Takes:  phrase (copied).
 * Gives:  on failure *ret_offset, where in phrase->text it is wrong, in bytes; it may be NULL.
 * Errors: -KJ_EINVAL with the reason (empty after normalisation, a bad expression), -KJ_ENOMEM.
 */
int kj_phrase_set_add(struct kj_phrase_set *set, const struct kj_phrase *phrase, size_t *ret_offset,
    struct kj_reason *reason);

/*
 * kj_phrase_set_common - words that any longer text in a language has, before kj_phrase_set_compile()
 *
 * Phrases of a language are looked for only in texts that have a few of its common words, or are short: twelve languages then
 * cost little more than the one a mail is written in. A language without common words is looked for in every text.
 * Takes:  the language and the words, between blanks; several calls add up. Words of three letters at least, or two of a
 *         script that writes no blanks.
 * Errors: -KJ_EINVAL with the reason and, in *ret_offset, where in words; -KJ_ENOMEM.
 */
int kj_phrase_set_common(struct kj_phrase_set *set, const char *language, const char *words, size_t *ret_offset,
    struct kj_reason *reason);

/* kj_phrase_set_compile - make it ready for scanning; -KJ_ENOMEM, -KJ_EINVAL with the reason */
int kj_phrase_set_compile(struct kj_phrase_set *set, struct kj_reason *reason);

/* kj_phrase_set_size - how many phrases were added */
size_t kj_phrase_set_size(const struct kj_phrase_set *set);

/* kj_phrase_set_language - the name of a language by its number; NULL behind the last */
const char *kj_phrase_set_language(const struct kj_phrase_set *set, unsigned number);

struct kj_phrase_match {
	const struct kj_phrase *phrase; /* lives as long as the set */
	enum kj_view_kind view;
	size_t start, end; /* bytes in that view */
};

/* return non-zero to stop the scan: nothing more is reported */
typedef int kj_phrase_match_fn(void *context, const struct kj_phrase_match *match);

/* Every extortion makes one of these claims, and little honest mail does: a text is searched for them first. */
#define KJ_CLAIMS_OPENING                                                                                    \
	(1U << KJ_CLAIM_SEXUAL | 1U << KJ_CLAIM_RECORDED | 1U << KJ_CLAIM_THREAT | 1U << KJ_CLAIM_PROSECUTION | \
	    1U << KJ_CLAIM_AUTHORITY)

/* A text being scanned. */
struct kj_phrase_scan;

/*
 * kj_phrase_scan_begin - find the opening claims in a text, in the languages it may be written in
 *
 * Takes:  a compiled set and views, both borrowed until kj_phrase_scan_end(); whom to tell of each match.
 * Gives:  *ret_scan, also with -KJ_ELIMIT; untouched on any other failure.
 * Errors: -KJ_ELIMIT if an expression met its match limit: it is skipped, and named in the reason, which may be NULL; all
 *         else was found. -KJ_ENOMEM.
 * Threads: any number of scans of one set at a time; a scan belongs to one thread.
 */
int kj_phrase_scan_begin(const struct kj_phrase_set *set, const struct kj_views *views, kj_phrase_match_fn *fn,
    void *context, struct kj_phrase_scan **ret_scan, struct kj_reason *reason);

/*
 * kj_phrase_scan_rest - find all other claims, in some languages
 *
 * Takes:  the languages as bits, 1 << their number; each at most once in a scan.
 * Errors: as above.
 */
int kj_phrase_scan_rest(struct kj_phrase_scan *scan, uint64_t languages, struct kj_reason *reason);
#define KJ_LANGUAGES_ALL UINT64_MAX

/* kj_phrase_scan_languages - the languages that the text may be written in, as bits */
uint64_t kj_phrase_scan_languages(const struct kj_phrase_scan *scan);

/* kj_phrase_scan_end - NULL is allowed */
void kj_phrase_scan_end(struct kj_phrase_scan *scan);

#endif
