/*
 * fuzz_spf_record.c - the SPF parser and macro expansion
 *
 * The input is a record. What the parser takes must hold to its word: terms lie within the record's limits, every
 * domain-spec checks and expands, and what comes out is a DNS name or nothing.
 */
#include "fuzz.h"

#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/name.h"
#include "spf_macro.h"
#include "spf_record.h"

static const struct kj_spf_macro_values values[] = {
    {.local = "strong-bad",
        .sender_domain = "email.example.com",
        .domain = "email.example.com",
        .helo = "mx.example",
        .receiver = "mx.example.jp",
        .validated = "unknown",
        .client = {4, {192, 0, 2, 3}}},
    {.local = "a.b..c-+,/_=\xe3\x81\x82",
        .sender_domain = "x",
        .domain = "",
        .helo = "[ ]%",
        .receiver = ".",
        .validated = "",
        .client = {6, {0x20, 1, 0xd, 0xb8}},
        .now_s = 1},
};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void expand(struct kj_spf_text spec)
{
	char name[KJ_NAME_STRLEN];

	if (!spec.text)
		return;
	must(kj_spf_macro_check(spec.text, spec.len, KJ_SPF_IN_DOMAIN, NULL) == 0);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		kj_spf_macro_target(spec.text, spec.len, &values[i], name);
		must(strlen(name) < KJ_NAME_STRLEN && !strstr(name, "..") && name[0] != '.');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_arena *arena = kj_arena_new(4U << 20);
	const char *text = (const char *)data;
	const struct kj_spf_record *record = NULL;
	struct kj_buf out = KJ_BUF_INIT(4096);
	struct kj_reason reason;

	if (kj_spf_record_parse(arena, text, size, &record, &reason) == 0) {
		must(kj_spf_record_is(text, size) && record->count <= KJ_SPF_TERMS_MAX);
		for (unsigned i = 0; i < record->count; i++) {
			must(record->terms[i].bits4 <= 32 && record->terms[i].bits6 <= 128);
			expand(record->terms[i].domain);
		}
		expand(record->redirect);
		expand(record->explanation);
	} else {
		must(memchr(reason.text, '\0', sizeof reason.text) != NULL);
	}
	if (kj_spf_macro_check(text, size, KJ_SPF_IN_EXPLANATION, NULL) == 0)
		kj_spf_macro_expand(text, size, &values[size % 2], &out);
	kj_buf_free(&out);
	kj_arena_free(arena);
	return 0;
}
