/*
 * rdns.h - what the name of a client's address tells
 */
#ifndef KJ_RDNS_H
#define KJ_RDNS_H

#include <stdbool.h>

#include "kanjiki/addr.h"

struct kj_evidence;
struct kj_facts;

/*
 * kj_rdns_confirmed - the client's name, if it leads back to the client; NULL if there is none
 *
 * Where nobody could be asked (a mail from a log or a file), what the MTA found out then is as good. Pure.
 */
const char *kj_rdns_confirmed(const struct kj_facts *facts, const struct kj_evidence *evidence);

/*
 * kj_rdns_is_generic - the name is made of the address, or has a word like "dynamic": it is the line's, not the
 * sender's
 *
 * Takes a normalised name. Pure.
 */
bool kj_rdns_is_generic(const char *name, const struct kj_addr *addr);

#endif
