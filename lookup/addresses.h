/*
 * addresses.h - KJ_ASK_ADDRESSES: where is the name?
 */
#ifndef KJ_LOOKUP_ADDRESSES_H
#define KJ_LOOKUP_ADDRESSES_H

#include "gather.h"

/*
 * kj_lookup_addresses - A and AAAA in parallel
 *
 * Found if one of them is; not found if both are not. One missing and the other unknown is unknown.
 */
kj_lookup_fn kj_lookup_addresses;

#endif
