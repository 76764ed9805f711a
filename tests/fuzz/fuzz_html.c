/*
 * fuzz_html.c - an HTML document, its links, and the same document stripped
 */
#include "fuzz.h"
#include "kanjiki/arena.h"
#include "message/html.h"
#include "message/html_charset.h"
#include "message/html_strip.h"
#include "message/urls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_arena *arena = kj_arena_new((size_t)4 << 20);
	struct kj_urls urls = {.arena = arena};
	struct kj_streams streams = KJ_STREAMS_INIT(4096);
	char charset[KJ_HTML_CHARSET_MAX];

	streams.urls = &urls;
	kj_html_read(&streams, (const char *)data, size, size % 2);
	kj_html_strip(&streams, (const char *)data, size, size % 2);
	kj_streams_search(&streams);
	if (strlen(kj_html_charset((const char *)data, size, charset)) >= sizeof charset)
		abort();
	kj_streams_free(&streams);
	kj_arena_free(arena);
	return 0;
}
