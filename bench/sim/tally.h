/*
 * tally.h - what became of the mails
 *
 * Plain data of fixed size: a child hands its own to the parent through a pipe as it is.
 */
#ifndef SIM_TALLY_H
#define SIM_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/sim/honest.h"
#include "kanjiki/session.h"

#define TALLY_SYMBOLS 32
#define TALLY_FAMILY  "crowd"

struct tally_symbol {
	char name[32];
	unsigned count;
};

struct tally_row {
	unsigned mails, fresh; /* all; of domains met within three days */
	unsigned tagged, tempfailed;
	unsigned by_crowd;                          /* the crowd's evidence alone reaches the tag threshold */
	unsigned pushed;                            /* tagged, and would not be without the crowd's evidence */
	int32_t most_centi;                         /* of the crowd's evidence in one mail */
	struct tally_symbol symbols[TALLY_SYMBOLS]; /* that scored: of the crowd for honest mail, all for campaigns */
};

/* What the honest mails of one run, or of all of them, came to. */
struct tally {
	struct tally_row classes[HONEST_CLASSES];
};

/* What one verdict says; all_symbols: also those of other families */
struct tally_mail {
	bool tagged, tempfailed, by_crowd, pushed;
};
struct tally_mail tally_take(struct tally_row *row, const struct kj_verdict *verdict, bool fresh, bool all_symbols);

/* tally_add - sum up */
void tally_row_add(struct tally_row *to, const struct tally_row *from);
void tally_add(struct tally *to, const struct tally *from);

#endif
