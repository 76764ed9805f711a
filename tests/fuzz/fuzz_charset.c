/*
 * fuzz_charset.c - bytes in a charset: the first line of the input is the charset's name
 */
#include "fuzz.h"
#include "kanjiki/message.h"
#include "kanjiki/utf8.h"
#include "message/charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_buf scratch = KJ_BUF_INIT(4096);
	struct kj_charset_text text;
	char charset[32] = "";
	size_t line = 0;

	while (line < size && line < sizeof charset - 1 && data[line] != '\n')
		line++;
	if (line)
		memcpy(charset, data, line);
	line += line < size;
	if (kj_charset_decode(&scratch, charset, (const char *)data + line, size - line, &text) == 0) {
		/* A full buffer may end inside a character. */
		if (text.len &&
		    (memchr(text.data, '\0', text.len) ||
		        (!(text.marks & KJ_MARK_TEXT_CUT) && !kj_utf8_valid(text.data, text.len))))
			abort();
	}
	kj_buf_free(&scratch);
	return 0;
}
