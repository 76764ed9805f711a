/*
 * view_map.h - both views with their origins
 */
#ifndef KJ_VIEW_MAP_H
#define KJ_VIEW_MAP_H

#include "message/view_pass.h"

struct view_pair {
	struct view_bytes text[KJ_VIEW_COUNT]; /* the dense one may have no data */
	struct kj_views counts;                /* its texts are not set */
};

/* All passes over a text; the pair is to be freed in either case. -KJ_ENOMEM. */
int view_pair_make(const struct kj_text *text, bool mapped, struct view_pair *pair);
void view_pair_free(struct view_pair *pair);

#endif
