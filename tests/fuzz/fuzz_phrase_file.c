/*
 * fuzz_phrase_file.c - any bytes as a file of phrases, which then is compiled and run over its own text
 */
#include <unistd.h>

#include "fuzz.h"
#include "kanjiki/arena.h"
#include "kanjiki/phrase_file.h"
#include "kanjiki/phrase_set.h"
#include "kanjiki/snapshot.h"

static int pass_over(void *context, const struct kj_phrase_match *match)
{
	const struct kj_views *views = context;

	if (match->end > views->text[match->view].len || match->start >= match->end)
		__builtin_trap();
	return 0;
}

static void scan(const struct kj_phrase_set *set, const uint8_t *data, size_t size)
{
	struct kj_arena *arena = kj_arena_new(16 << 20);
	struct kj_text text = {(const char *)data, size};
	struct kj_phrase_scan *scan = NULL;
	struct kj_views views;

	if (kj_views_make(arena, &text, &views) == 0 &&
	    kj_phrase_scan_begin(set, &views, pass_over, &views, &scan, NULL) == 0)
		kj_phrase_scan_rest(scan, KJ_LANGUAGES_ALL, NULL);
	kj_phrase_scan_end(scan);
	kj_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_complaints *complaints = kj_complaints_new();
	struct kj_phrase_set *set = kj_phrase_set_new();
	char path[] = "/tmp/kj-fuzz-phrases-XXXXXX";
	struct kj_reason reason;
	int fd = mkstemp(path);
	FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;

	if (file && fwrite(data, 1, size, file) == size && fclose(file) == 0) {
		kj_phrase_file_load(path, set, complaints);
		if (kj_phrase_set_compile(set, &reason) == 0)
			scan(set, data, size);
	}
	unlink(path);
	kj_phrase_set_free(set);
	kj_complaints_free(complaints);
	return 0;
}
