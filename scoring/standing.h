/*
 * standing.h - whether a sender has a name to lose: it is proven, and known here for long
 *
 * Private to scoring/. It never lowers a score by itself; a check may ask it where honest and dishonest mail say the
 * same.
 */
#ifndef KJ_STANDING_H
#define KJ_STANDING_H

#include "kanjiki/checks.h"

enum standing {
	STANDING_UNKNOWN, /* nothing was asked or answered: no reason to think well or ill */
	STANDING_BAD,     /* the name in From is not proven, or is new here */
	STANDING_GOOD,    /* proven, and seen for the first time 30 days ago or earlier */
};

/* standing_ask - put the questions that standing_of() needs, beside those of the SPF check */
void standing_ask(const struct kj_facts *facts, struct kj_evidence *evidence);

enum standing standing_of(const struct kj_facts *facts, const struct kj_evidence *evidence);

#endif
