/*
 * lookup_spf.h - KJ_ASK_SPF: may the address send for this sender?
 */
#ifndef KJ_LOOKUP_SPF_H
#define KJ_LOOKUP_SPF_H

#include "gather.h"

/* kj_lookup_spf - KJ_ANSWER_FOUND with spf, text, record and breadth, always: temperror is a result of SPF (RFC 7208 section 2.6.6) */
kj_lookup_fn kj_lookup_spf;

#endif
