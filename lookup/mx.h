/*
 * mx.h - KJ_ASK_MX, KJ_ASK_MX_HOSTS: where does mail for the name go? (RFC 5321 section 5.1, RFC 7505)
 */
#ifndef KJ_LOOKUP_MX_H
#define KJ_LOOKUP_MX_H

#include "gather.h"

#define KJ_MX_HOSTS_MAX 16 /* the most preferred ones */

/*
 * kj_lookup_mx - the hosts, most preferred first, those of one preference by name
 *
 * A name without MX is its own host if it has an address. Found if there is a host, or a null MX (the one name is "");
 * not found if there is neither MX nor address.
 */
kj_lookup_fn kj_lookup_mx;

/*
 * kj_lookup_mx_hosts - the same, and the IPv4 addresses of the hosts, sorted, each once
 *
 * Hosts whose addresses cannot be found out make the answer partial, not unknown.
 */
kj_lookup_fn kj_lookup_mx_hosts;

#endif
