/*
 * mail_encode.c - charsets and transfer encodings of the generated mails
 *
 * Encoders of our own rather than GMime's: the load generator shares no library with the filter that it measures
 * but its buffers.
 */
#include <errno.h>
#include <iconv.h>

#include "bench/mail_text.h"

void encode_charset(const char *charset, const struct kj_buf *text, struct kj_buf *out)
{
	iconv_t conv = iconv_open(charset, "UTF-8");
	char *in = text->data, piece[4096], *to;
	size_t left = text->len, room;

	if (conv == (iconv_t)-1) {
		kj_buf_add(out, text->data, text->len);
		return;
	}
	while (left) {
		to = piece;
		room = sizeof piece;
		if (iconv(conv, &in, &left, &to, &room) == (size_t)-1 && errno != E2BIG) {
			in++;
			left--;
		}
		kj_buf_add(out, piece, sizeof piece - room);
	}
	to = piece;
	room = sizeof piece;
	iconv(conv, NULL, NULL, &to, &room); /* back to the initial state (ISO-2022-JP: ESC ( B) */
	kj_buf_add(out, piece, sizeof piece - room);
	iconv_close(conv);
}

static const char base64_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void base64_quad(const uint8_t *data, size_t len, struct kj_buf *out)
{
	uint32_t bits = (uint32_t)data[0] << 16;
	char quad[4];

	if (len > 1)
		bits |= (uint32_t)data[1] << 8;
	if (len > 2)
		bits |= data[2];
	for (unsigned i = 0; i < 4; i++)
		quad[i] = i <= len ? base64_letters[bits >> (18 - 6 * i) & 63] : '=';
	kj_buf_add(out, quad, 4);
}

static void base64_run(const uint8_t *data, size_t len, size_t line, struct kj_buf *out)
{
	size_t at = 0;

	for (; at < len; at += 3) {
		if (line && at && at % line == 0)
			kj_buf_add_str(out, "\r\n");
		base64_quad(data + at, len - at < 3 ? len - at : 3, out);
	}
}

void encode_base64(const void *data, size_t len, struct kj_buf *out)
{
	base64_run(data, len, 57, out);
	kj_buf_add_str(out, "\r\n");
}

void encode_quoted(const void *data, size_t len, struct kj_buf *out)
{
	const uint8_t *bytes = data;
	unsigned column = 0;

	for (size_t i = 0; i < len; i++) {
		bool line_end = bytes[i] == '\n' || (bytes[i] == '\r' && i + 1 < len && bytes[i + 1] == '\n');

		if (line_end) {
			kj_buf_add_char(out, (char)bytes[i]);
			column = 0;
			continue;
		}
		if (column > 72) {
			kj_buf_add_str(out, "=\r\n");
			column = 0;
		}
		if (bytes[i] >= ' ' && bytes[i] < 127 && bytes[i] != '=') {
			kj_buf_add_char(out, (char)bytes[i]);
			column++;
		} else {
			kj_buf_printf(out, "=%02X", bytes[i]);
			column += 3;
		}
	}
}

void encode_word(const char *charset, const char *text, struct kj_buf *out)
{
	struct kj_buf plain = KJ_BUF_INIT(1024), coded = KJ_BUF_INIT(1024);

	kj_buf_add_str(&plain, text);
	encode_charset(charset, &plain, &coded);
	kj_buf_printf(out, "=?%s?B?", charset);
	base64_run((const uint8_t *)coded.data, coded.len, 0, out);
	kj_buf_add_str(out, "?=");
	kj_buf_free(&plain);
	kj_buf_free(&coded);
}
