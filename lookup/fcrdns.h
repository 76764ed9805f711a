/*
 * fcrdns.h - KJ_ASK_FCRDNS: what is the address called, and does that name lead back to it? (RFC 8601 section 2.7.3)
 */
#ifndef KJ_LOOKUP_FCRDNS_H
#define KJ_LOOKUP_FCRDNS_H

#include "gather.h"

#define KJ_FCRDNS_NAMES_MAX 10 /* as RFC 7208 section 4.6.4 for "ptr": the first ten, the rest is ignored */

/*
 * kj_lookup_fcrdns - PTR, then the addresses of each name in parallel
 *
 * KJ_ANSWER_FOUND with names (those that lead back first) and fcrdns pass or fail; KJ_ANSWER_NOT_FOUND with
 * KJ_FCRDNS_NONE if there is no PTR record. If no name leads back but the addresses of one are unknown, the status
 * says why, with the names that were seen.
 */
kj_lookup_fn kj_lookup_fcrdns;

#endif
