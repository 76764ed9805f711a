/*
 * evidence_text.c - "7/8 (spf: timeout)"
 */
#include "pipeline/mail.h"

#define TEXT_MAX 800

const char *kj_evidence_text(struct kj_arena *arena, struct kj_evidence *evidence)
{
	struct kj_buf missing = KJ_BUF_INIT(TEXT_MAX);
	unsigned count = kj_join_missing(evidence, &missing);
	const char *text = kj_arena_printf(arena, "%u/%u%s%s%s", kj_evidence_have(evidence), kj_evidence_count(evidence),
	    count ? " (" : "", kj_buf_str(&missing), count ? ")" : "");

	kj_buf_free(&missing);
	return text;
}
