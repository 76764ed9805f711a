/*
 * fuzz_charset.c - bytes in a charset: the first byte picks one of the table, or none
 */
#include "fuzz.h"
#include "kanjiki/message.h"
#include "kanjiki/utf8.h"
#include "message/charset.h"
#include "message/charset_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_buf scratch = KJ_BUF_INIT(4096);
	const struct kj_charset *charset;
	struct kj_charset_text text;

	if (!size)
		return 0;
	charset = kj_charset_at(data[0]);
	if (kj_charset_decode(
	        &scratch, charset ? charset->name : "", (const char *)data + 1, size - 1, &text) == 0) {
		/* A full buffer may end inside a character. */
		if (text.len &&
		    (memchr(text.data, '\0', text.len) ||
		        (!(text.marks & KJ_MARK_TEXT_CUT) && !kj_utf8_valid(text.data, text.len))))
			abort();
	}
	kj_buf_free(&scratch);
	return 0;
}
