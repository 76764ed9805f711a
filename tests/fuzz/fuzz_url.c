/*
 * fuzz_url.c - a text, for the URLs and telephone numbers in it; and as a link
 *
 * Checks what the contracts promise: hosts are in normal form, org domains a part of them, numbers are dialled digits, and
 * places lie in the text.
 */
#include "fuzz.h"
#include "kanjiki/arena.h"
#include "kanjiki/name.h"
#include "kanjiki/phone.h"
#include "message/urls.h"

static void check_urls(const struct kj_urls *urls)
{
	char again[KJ_NAME_STRLEN];

	if (urls->count > KJ_URLS_MAX)
		abort();
	for (unsigned i = 0; i < urls->count; i++) {
		const struct kj_url *url = &urls->list[i];
		size_t host = strlen(url->host), org = strlen(url->org);

		if (!host || org > host || strcmp(url->host + host - org, url->org) != 0 ||
		    strlen(url->text) > KJ_URL_MAX)
			abort();
		if (kj_name_normalise(url->host, again) < 0 || strcmp(again, url->host) != 0)
			abort();
		if (url->shown_host && (!url->is_link || kj_name_same_org(url->shown_host, url->host)))
			abort();
		for (unsigned k = 0; k < i; k++)
			if (urls->list[k].is_link == url->is_link &&
			    strcmp(urls->list[k].host, url->host) == 0)
				abort();
	}
}

static void check_phones(const struct kj_text *text, const struct kj_phone *phones, unsigned count)
{
	size_t last = 0;

	if (count > KJ_PHONES_MAX)
		abort();
	for (unsigned i = 0; i < count; i++) {
		const char *digits = phones[i].digits + (phones[i].digits[0] == '+');

		if (phones[i].start < last || phones[i].end <= phones[i].start || phones[i].end > text->len)
			abort();
		if (strspn(digits, "0123456789") != strlen(digits) || strlen(digits) < 9 ||
		    strlen(digits) > 15)
			abort();
		last = phones[i].end;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_arena *arena = kj_arena_new((size_t)4 << 20);
	struct kj_urls urls = {.arena = arena};
	char *copy = kj_arena_strndup(arena, (const char *)data, size);
	struct kj_text text = {copy, copy ? strlen(copy) : 0};
	const struct kj_phone *phones;
	unsigned count;

	if (copy) {
		kj_urls_add_link(&urls, copy, copy, text.len, KJ_URL_SEEN);
		if (strchr(copy, '\n'))
			kj_urls_add_link(
			    &urls, copy, strchr(copy, '\n'), strlen(strchr(copy, '\n')), KJ_URL_SEEN);
		kj_urls_add_text(&urls, copy, text.len, KJ_URL_HIDDEN);
		check_urls(&urls);
		if (kj_phones_find(arena, &text, &phones, &count) == 0)
			check_phones(&text, phones, count);
	}
	kj_arena_free(arena);
	return 0;
}
