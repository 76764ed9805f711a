/*
 * pieces.h - what software and people write again and again, as templates (text.h)
 *
 * What many unrelated senders have in common is what the crowd must not trip over: small print, the footers of
 * newsletter services, the notices of web software, a handful of subjects.
 */
#ifndef SIM_PIECES_H
#define SIM_PIECES_H

#include "bench/sim/text.h"

struct piece {
	const char *subject, *body;
};

/* One of a kind; both languages have the same kinds. */
enum piece_kind {
	PIECE_PERSON,     /* people write to people */
	PIECE_COMMON,     /* the same, under a subject that everybody uses, and short */
	PIECE_NEWSLETTER, /* much text of its own */
	PIECE_PICTURE,    /* a newsletter that is one picture: the footer is nearly all of its text */
	PIECE_WEB,        /* WordPress, shops, contact forms */
	PIECE_SERVICE,    /* helpdesks, invoices, signatures: a provider's text under a customer's name */
	PIECE_INVITATION, /* calendars, e-cards */
	PIECE_MACHINE,    /* cron, monitoring, scanners */
	PIECE_BOUNCE,
	PIECE_AWAY,
	PIECE_SALE,
	PIECE_ACCOUNT, /* big services to their users: receipts, codes, shipping */
	PIECE_WARNING, /* long, and often copied by phishers */
	PIECE_SPAM,
	PIECE_KINDS,
};

/* piece_of - one of the kind; which of them goes by `which`, so that a sender can stay with his */
const struct piece *piece_of(enum piece_kind kind, enum text_language language, unsigned which);

/* small_print - the lines below the mails of some; "" for most */
const char *small_print(enum text_language language, unsigned habit);

#endif
