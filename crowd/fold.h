/*
 * fold.h - a text in the view of words, piece by piece, with what changes from mail to mail told apart
 *
 * Subjects and texts are folded in the same way, so this is where they are cut. Time is linear in the text: each
 * token is searched once for a link, whatever pieces it consists of.
 */
#ifndef KJ_FOLD_H
#define KJ_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kanjiki/template.h"
#include "kanjiki/views.h"

/* A mail to more recipients than that is not made for one of them. */
#define FOLD_RCPTS 8
/* Bytes; each is compared wherever a word begins. */
#define FOLD_WORD_MAX 128
#define FOLD_STORE    ((FOLD_RCPTS + 1) * FOLD_WORD_MAX + KJ_VIEW_PLAIN_MAX)

enum fold_kind {
	FOLD_BLANK,   /* one or several */
	FOLD_SIGN,    /* one character that is neither letter nor digit */
	FOLD_CHAR,    /* one character of a script that writes no blanks */
	FOLD_WORD,    /* letters of other scripts, up to whatever is none */
	FOLD_NUMBER,  /* digits, with dots and commas between them */
	FOLD_RCPT,    /* a recipient's address */
	FOLD_LOCAL,   /* its local part */
	FOLD_NAME,    /* the display name of From */
	FOLD_URL,     /* or any token with the sender's domain in it */
	FOLD_ADDRESS, /* somebody else's address */
};

struct fold_word {
	const char *text; /* as in the view */
	size_t len;
	enum fold_kind kind;
};

/* The persons, made ready. */
struct fold {
	struct fold_word words[2 * FOLD_RCPTS + 1]; /* in the order in which they are tried */
	unsigned count;
	const char *domain;
	size_t domain_len;
	bool first[256]; /* a word begins with that byte */
	char store[FOLD_STORE];
	size_t stored;
};

/* A walk over a text, and the piece it stands at. */
struct fold_walk {
	const struct fold *fold;
	const char *data;
	size_t len, at, no_link_until;
	bool in_word; /* the last piece was of a word or a number */
	enum fold_kind kind;
	size_t piece_at, piece_len;
	uint32_t code; /* of FOLD_SIGN and FOLD_CHAR */
};

/* fold_begin - persons is borrowed while fold is used */
void fold_begin(struct fold *fold, const struct kj_persons *persons);

void fold_walk_begin(struct fold_walk *walk, const struct fold *fold, const char *data, size_t len);

/* fold_walk_next - on to the next piece; false at the end */
bool fold_walk_next(struct fold_walk *walk);

#endif
