/*
 * urls.h - gathering the URLs of a message (url.h)
 *
 * Private to message/.
 */
#ifndef KJ_URLS_H
#define KJ_URLS_H

#include <stdbool.h>
#include <stddef.h>

#include "kanjiki/url.h"

struct kj_arena;

#define KJ_URLS_SLOTS (4 * KJ_URLS_MAX)

struct kj_urls {
	struct kj_arena *arena;
	struct kj_url *list; /* KJ_URLS_MAX of them; NULL while there are none */
	unsigned count;
	unsigned tries;                      /* hosts that were read: IDNA and the like take time */
	unsigned short slots[KJ_URLS_SLOTS]; /* number of an entry, from 1 on, by the hash of what makes it */
	bool over;                           /* there were more */
	bool full;                           /* out of memory */
};

enum kj_url_place { KJ_URL_SEEN = 0, KJ_URL_HIDDEN = 1 << 0, KJ_URL_QUOTED = 1 << 1 };

/* kj_urls_add_link - the target of a link, and the text that the link shows */
void kj_urls_add_link(
    struct kj_urls *urls, const char *href, const char *shown, size_t shown_len, unsigned place);

/* kj_urls_add_text - all bare URLs of a text. One pass. */
void kj_urls_add_text(struct kj_urls *urls, const char *text, size_t len, unsigned place);

/* kj_urls_add - one URL; what has no host is passed over */
void kj_urls_add(struct kj_urls *urls, const char *url, size_t len, unsigned place);

#endif
