/*
 * evidence_text.c - "7/8 (spf: timeout)"
 */
#include "pipeline/mail.h"

#define TEXT_MAX 800

const char *kj_evidence_text(struct kj_arena *arena, struct kj_evidence *evidence)
{
	struct kj_buf buf = KJ_BUF_INIT(TEXT_MAX);
	unsigned count = kj_evidence_count(evidence), missing = 0;
	const char *text;

	kj_buf_printf(&buf, "%u/%u", kj_evidence_have(evidence), count);
	for (unsigned i = 0; i < count; i++) {
		const struct kj_item *item = kj_evidence_item(evidence, i);
		const char *why = kj_item_missing(item);

		if (why)
			kj_buf_printf(&buf, "%s%s: %s", missing++ ? ", " : " (", item->question.label, why);
	}
	if (missing)
		kj_buf_add_char(&buf, ')');
	text = kj_arena_strdup(arena, kj_buf_str(&buf));
	kj_buf_free(&buf);
	return text;
}
