/*
 * dnsbl.h - one DNS list out of its definition and the operator's block
 */
#ifndef KJ_CONF_DNSBL_H
#define KJ_CONF_DNSBL_H

#include "build.h"
#include "kanjiki/dnsbl.h"

/* Where a list is described: the block that came with the program, the operator's, or both; one of them is there. */
struct kj_dnsbl_source {
	const struct kj_node *known, *own;
	const char *zone;      /* normalised */
	struct kj_place place; /* of what brought the list in, for complaints */
};

/*
 * kj_dnsbl_read - settings of the known block, over them those of the own one, and the symbols of the codes
 *
 * Codes of the own block stand for all codes of the known one. Returns false after a complaint that leaves no list.
 */
bool kj_dnsbl_read(struct kj_build *build, const struct kj_dnsbl_source *source, struct kj_dnsbl *ret_dnsbl);

#endif
