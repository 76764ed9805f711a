/*
 * specimen.h - whether a mail shows somebody else's blackmail in quotation marks
 *
 * Private to scoring/.
 */
#ifndef KJ_SPECIMEN_H
#define KJ_SPECIMEN_H

#include "claims.h"

/*
 * specimen_is - every claim of some kinds in a window, and every wallet, stands between quotation marks
 *
 * Takes:  the claims as bits: those that only a blackmailer makes.
 * Returns false also when there is no such claim, or no memory to find out.
 */
bool specimen_is(const struct kj_message *message, const struct claim_language *language, size_t first_cell,
    unsigned kinds);

#endif
