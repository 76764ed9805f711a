/*
 * proof.h - whether the name in From is proven
 */
#ifndef KJ_PROOF_H
#define KJ_PROOF_H

#include <stdbool.h>

struct kj_facts;

/*
 * kj_proof_by_dkim - a filter that may be believed found a signature of From's own organisation good
 *
 * Alignment is relaxed (RFC 7489 section 3.1.1): the org domains are the same. Where two fields speak of DKIM, both must
 * say so: whoever adds a field can take a proof away, and not give one.
 *
 * Takes:  facts with a message.
 * Gives:  out (KJ_NAME_STRLEN bytes), the signing domain, if true.
 * Threads: safe.
 */
bool kj_proof_by_dkim(const struct kj_facts *facts, char *out);

#endif
