/*
 * url.c - the URLs of a message, each host once
 *
 * Hosts are kept in a hash table, so that a mail of a hundred thousand links costs a hundred thousand look-ups. Both what
 * is kept and how many hosts are read at all is limited: the normalisation of an international name takes microseconds.
 */
#include "kanjiki/url.h"

#include "kanjiki/addr.h"
#include "kanjiki/arena.h"
#include "kanjiki/name.h"
#include "url_host.h"
#include "urls.h"

#define TRIES_MAX 4096
#define SHOWN_MAX 512 /* a longer text of a link is no URL */

/* The entry of a host, or the free slot where it belongs. Nobody gains by collisions: the table is small and never full. */
static unsigned short *slot_of(struct kj_urls *urls, const char *host, bool is_link)
{
	unsigned hash = is_link ? 2166136261U : 84696351U;

	for (const char *p = host; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619U;
	for (unsigned i = (hash ^ hash >> 15) % KJ_URLS_SLOTS;; i = (i + 1) % KJ_URLS_SLOTS) {
		const struct kj_url *url = urls->slots[i] ? &urls->list[urls->slots[i] - 1] : NULL;

		if (!url || (url->is_link == is_link && strcmp(url->host, host) == 0))
			return &urls->slots[i];
	}
}

/* Cut at a length, but not inside a character. */
static size_t cut(const char *text, size_t len)
{
	if (len <= KJ_URL_MAX)
		return len;
	for (len = KJ_URL_MAX; len && ((unsigned char)text[len] & 0xc0) == 0x80; len--)
		;
	return len;
}

static const char *org_of(const char *host)
{
	struct kj_addr addr;

	return kj_addr_parse(host, &addr) == 0 ? host : kj_name_org(host);
}

/* A new entry in that slot; NULL if there can be none. */
static struct kj_url *new_entry(
    struct kj_urls *urls, unsigned short *slot, const char *text, size_t len, const char *host, bool is_link)
{
	struct kj_url *url;

	if (urls->count == KJ_URLS_MAX) {
		urls->over = true;
		return NULL;
	}
	if (!urls->list)
		urls->list = kj_arena_array(urls->arena, KJ_URLS_MAX, sizeof *urls->list);
	url = urls->list ? &urls->list[urls->count] : NULL;
	if (!url || !(url->text = kj_arena_strndup(urls->arena, text, cut(text, len))) ||
	    !(url->host = kj_arena_strdup(urls->arena, host))) {
		urls->full = true;
		return NULL;
	}
	url->org = org_of(url->host);
	url->is_link = is_link;
	url->hidden = url->quoted = true;
	*slot = (unsigned short)++urls->count;
	return url;
}

static struct kj_url *enter(struct kj_urls *urls, const char *text, size_t len, bool is_link, unsigned place)
{
	char host[KJ_NAME_STRLEN];
	unsigned short *slot;
	struct kj_url *url;

	urls->over |= urls->tries == TRIES_MAX;
	if (urls->full || urls->tries == TRIES_MAX)
		return NULL;
	urls->tries++;
	if (kj_url_host(text, len, host) < 0 && (is_link || kj_url_host_shown(text, len, host) < 0))
		return NULL;
	slot = slot_of(urls, host, is_link);
	url = *slot ? &urls->list[*slot - 1] : new_entry(urls, slot, text, len, host, is_link);
	if (url) {
		url->hidden &= (place & KJ_URL_HIDDEN) != 0;
		url->quoted &= (place & KJ_URL_QUOTED) != 0;
	}
	return url;
}

void kj_urls_add(struct kj_urls *urls, const char *url, size_t len, unsigned place)
{
	enter(urls, url, len, false, place);
}

/* Browsers drop line ends and tabs inside an address, and blanks around it. */
static size_t clean(const char *href, char *out, size_t size)
{
	size_t len = 0;

	for (; *href && len < size; href++)
		if (!strchr("\t\r\n", *href) && (len || (unsigned char)*href > ' '))
			out[len++] = *href;
	while (len && (unsigned char)out[len - 1] <= ' ')
		len--;
	return len;
}

static void note_shown(struct kj_urls *urls, struct kj_url *url, const char *shown, size_t len)
{
	char host[KJ_NAME_STRLEN];

	while (len && (unsigned char)*shown <= ' ') {
		shown++;
		len--;
	}
	while (len && (unsigned char)shown[len - 1] <= ' ')
		len--;
	if (!len || len > SHOWN_MAX || kj_url_host_shown(shown, len, host) < 0 ||
	    strcmp(org_of(host), url->org) == 0)
		return;
	url->shown_host = kj_arena_strdup(urls->arena, host);
	urls->full |= !url->shown_host;
}

void kj_urls_add_link(
    struct kj_urls *urls, const char *href, const char *shown, size_t shown_len, unsigned place)
{
	char copy[2 * KJ_URL_MAX];
	size_t len = clean(href, copy, sizeof copy);
	struct kj_url *url = enter(urls, copy, len, true, place);

	if (url && !url->shown_host && place == KJ_URL_SEEN)
		note_shown(urls, url, shown, shown_len);
}
