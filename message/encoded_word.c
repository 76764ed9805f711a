/*
 * encoded_word.c - RFC 2047 and 2231 section 5
 *
 * More is accepted than the standard allows, since readers show it: blanks inside a quoted-printable word, words
 * inside quoted strings, words glued to other text, words of any length. Decoded text is cut at TEXT_MAX.
 */
#include "encoded_word.h"

#include <glib.h>
#include <strings.h>

#include "charset.h"
#include "charset_guess.h"
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/err.h"
#include "kanjiki/message.h"
#include "kanjiki/utf8.h"
#include "transfer.h"

#define CHARSET_MAX 40
#define TEXT_MAX    ((size_t)65536)

struct word {
	const char *charset; /* up to a '*' (language) or '?' */
	size_t charset_len;
	char encoding; /* 'b' or 'q' */
	const char *text;
	size_t text_len;
	const char *end; /* behind "?=" */
};

struct decoder {
	struct kj_buf out;   /* UTF-8 so far */
	struct kj_buf bytes; /* of the words of one charset, transfer-decoded */
	struct kj_buf scratch;
	char charset[CHARSET_MAX]; /* of bytes */
	struct kj_base64 base64;
	unsigned marks;
	int err;
};

static bool parse_word(const char *p, struct word *word)
{
	const char *charset = p + 2, *mark, *text, *end;

	if (p[0] != '=' || p[1] != '?')
		return false;
	mark = charset + strcspn(charset, "? \t=");
	if (*mark != '?' || mark == charset || !mark[1] || mark[2] != '?')
		return false;
	text = mark + 3;
	/* "=" may begin the text of a quoted-printable word: "=?x?q?=41?=" has "?=" first at its end. */
	end = strstr(text, "?=");
	if (!end || !strchr("bBqQ", mark[1]))
		return false;
	*word = (struct word){
	    charset, strcspn(charset, "?*"), (char)(mark[1] | 0x20), text, (size_t)(end - text), end + 2};
	return word->charset_len > 0 && word->charset_len < CHARSET_MAX;
}

static void put_text(struct decoder *d, const char *charset, const char *data, size_t len)
{
	struct kj_charset_text text;
	int err = len ? kj_charset_decode(&d->scratch, charset, data, len, &text) : 0;

	if (err < 0)
		d->err = err;
	if (!len || err < 0)
		return;
	d->marks |= text.marks;
	kj_buf_add(&d->out, text.data, text.len);
}

/* Decode the charset of the words gathered so far. */
static void flush(struct decoder *d)
{
	if (!d->charset[0])
		return;
	if (!kj_base64_finish(&d->base64, &d->bytes))
		d->marks |= KJ_MARK_BAD_ENCODING;
	put_text(d, d->charset, kj_buf_str(&d->bytes), d->bytes.len);
	kj_buf_clear(&d->bytes);
	d->charset[0] = '\0';
}

static void take_word(struct decoder *d, const struct word *word)
{
	bool good;

	if (strlen(d->charset) != word->charset_len ||
	    strncasecmp(d->charset, word->charset, word->charset_len)) {
		flush(d);
		memcpy(d->charset, word->charset, word->charset_len);
		d->charset[word->charset_len] = '\0';
	}
	if (word->encoding == 'b') {
		good = kj_base64_decode(&d->base64, &d->bytes, word->text, word->text_len);
	} else {
		good = kj_base64_finish(&d->base64, &d->bytes);
		good &= kj_qp_decode(&d->bytes, word->text, word->text_len, true);
	}
	if (!good)
		d->marks |= KJ_MARK_BAD_ENCODING;
}

static void decode(struct decoder *d, const char *value)
{
	const char *plain = value, *p = value;
	struct word word;

	while ((p = strstr(p, "=?"))) {
		if (!parse_word(p, &word)) {
			p += 2;
			continue;
		}
		/* Blanks between two words are no text (RFC 2047 section 6.2). */
		if (plain == value || plain + strspn(plain, " \t\r\n") != p) {
			flush(d);
			put_text(d, "", plain, (size_t)(p - plain));
		}
		take_word(d, &word);
		p = plain = word.end;
	}
	flush(d);
	put_text(d, "", plain, strlen(plain));
}

int kj_encoded_word_decode(struct kj_arena *arena, const char *value, unsigned *marks, const char **ret_text)
{
	struct decoder d = {
	    .out = KJ_BUF_INIT(TEXT_MAX), .bytes = KJ_BUF_INIT(TEXT_MAX), .scratch = KJ_BUF_INIT(TEXT_MAX)};
	char *text;

	if (!strstr(value, "=?") && !kj_charset_has_8bit(value, strlen(value)) && !strchr(value, 0x1b)) {
		*ret_text = value;
		return 0;
	}
	decode(&d, value);
	text = d.err ? NULL : kj_arena_strndup(arena, kj_buf_str(&d.out), d.out.len);
	if (text) {
		*marks |= d.marks;
		*ret_text = text;
	}
	kj_buf_free(&d.out);
	kj_buf_free(&d.bytes);
	kj_buf_free(&d.scratch);
	return text ? 0 : -KJ_ENOMEM;
}

#define WORD_BYTES 45 /* become 60 of the 75 characters that a word may have (RFC 2047 section 2) */

static int is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return 0;
	return 1;
}

/* As many whole characters as go into one word, valid ones. */
static size_t fill_word(const char *text, size_t len, size_t *pos, char *out)
{
	size_t filled = 0;

	while (*pos < len) {
		size_t next = *pos;
		uint32_t code = kj_utf8_next(text, len, &next);
		char bytes[4];
		size_t size = kj_utf8_put(code < ' ' ? ' ' : code, bytes);

		if (filled + size > WORD_BYTES)
			break;
		memcpy(out + filled, bytes, size);
		filled += size;
		*pos = next;
	}
	return filled;
}

const char *kj_message_encode(struct kj_arena *arena, const char *text)
{
	size_t len = strlen(text);
	const char *all = "";

	if (is_printable(text))
		return kj_arena_strdup(arena, text);
	for (size_t pos = 0; pos < len && all;) {
		char word[WORD_BYTES];
		size_t filled = fill_word(text, len, &pos, word);
		char *base64 = g_base64_encode((const guchar *)word, filled);

		all = kj_arena_printf(arena, "%s%s=?UTF-8?B?%s?=", all, *all ? " " : "", base64);
		g_free(base64);
	}
	return all;
}
