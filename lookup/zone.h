/*
 * zone.h - KJ_ASK_NS, KJ_ASK_SOA: who runs the zone? (RFC 1035 sections 3.3.11 and 3.3.13)
 */
#ifndef KJ_LOOKUP_ZONE_H
#define KJ_LOOKUP_ZONE_H

#include "gather.h"

#define KJ_ZONE_SERVERS_MAX 16

/* kj_lookup_ns - the name servers by name; not found if the name is no zone */
kj_lookup_fn kj_lookup_ns;

/* kj_lookup_soa - two names: RNAME, which is whom to write to, and MNAME; not found if the name is no zone */
kj_lookup_fn kj_lookup_soa;

#endif
