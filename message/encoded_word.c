/*
 * encoded_word.c - RFC 2047 and 2231 section 5
 *
 * More is accepted than the standard allows, since readers show it: blanks and question marks inside a
 * quoted-printable word, words inside quoted strings, words glued to other text, words of any length, words without
 * an end. Decoded text is cut at TEXT_MAX, with a mark.
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
#define PIECES_MAX  500 /* of one value: guessing a charset takes up to 0.1 ms */

struct word {
	const char *charset; /* up to a '*' (language) or '?' */
	size_t charset_len;
	char encoding; /* 'b' or 'q' */
	const char *text;
	size_t text_len;
	const char *end; /* behind "?=" */
	bool ended;      /* there is one */
};

struct decoder {
	struct kj_buf out;   /* UTF-8 so far */
	struct kj_buf bytes; /* of the words of one charset, transfer-decoded */
	struct kj_buf scratch;
	char charset[CHARSET_MAX]; /* of bytes */
	char beside[CHARSET_MAX];  /* of the last word: raw bytes around it are likely to be in it, too */
	struct kj_base64 base64;
	unsigned pieces, marks;
	int err;
};

/* "=?charset?b?": answers how long that is, 0 if it is none. */
static size_t parse_opening(const char *p, struct word *word)
{
	const char *charset = p + 2, *mark;

	if (p[0] != '=' || p[1] != '?')
		return 0;
	mark = charset + strcspn(charset, "? \t=\"");
	if (*mark != '?' || mark == charset || !mark[1] || mark[2] != '?' || !strchr("bBqQ", mark[1]))
		return 0;
	word->charset = charset;
	word->charset_len = strcspn(charset, "?*");
	word->encoding = (char)(mark[1] | 0x20);
	word->text = mark + 3;
	return word->charset_len > 0 && word->charset_len < CHARSET_MAX ? (size_t)(mark + 3 - p) : 0;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* "?=" inside of quoted-printable text: an unencoded question mark before an encoded byte, with the real end later. */
static bool ends_later(const char *mark)
{
	const char *p = mark + 2;

	if (!is_hex(p[0]) || !is_hex(p[1]))
		return false;
	for (; *p && *p != ' ' && *p != '\t' && !(p[0] == '=' && p[1] == '?'); p++)
		if (p[0] == '?' && p[1] == '=')
			return true;
	return false;
}

/*
 * Where the text of a word ends
 *
 * At "?=". Where that was forgotten: in front of the next word, else at a blank behind base64, else at the end of the
 * value. "=" may begin the text: "=?x?q?=41?=" has "?=" first at its end.
 */
static const char *text_end(const struct word *word)
{
	struct word next;
	const char *p = word->text, *blank = NULL;

	for (; *p; p++) {
		if (p[0] == '?' && p[1] == '=' && (word->encoding == 'b' || !ends_later(p)))
			return p;
		if (!blank && p[0] == ' ')
			blank = p;
		if (p[0] == '=' && p[1] == '?' && parse_opening(p, &next))
			return p;
	}
	return word->encoding == 'b' && blank ? blank : p;
}

static bool parse_word(const char *p, struct word *word)
{
	const char *end;

	if (!parse_opening(p, word))
		return false;
	end = text_end(word);
	word->ended = end[0] == '?' && end[1] == '=';
	word->text_len = (size_t)(end - word->text);
	word->end = end + (word->ended ? 2 : 0);
	while (!word->ended && word->text_len && strchr(" ?", word->text[word->text_len - 1]))
		word->text_len--;
	return true;
}

size_t kj_encoded_word_length(const char *p)
{
	struct word word;

	return parse_word(p, &word) && word.ended ? (size_t)(word.end - p) : 0;
}

static void put_text(struct decoder *d, const char *charset, const char *data, size_t len)
{
	struct kj_charset_text text;
	int err;

	d->pieces += len > 0;
	err = len ? kj_charset_decode(&d->scratch, charset, data, len, &text) : 0;

	if (err < 0)
		d->err = err;
	if (!len || err < 0)
		return;
	d->marks |= text.marks;
	kj_buf_add(&d->out, text.data, text.len);
}

/* What is not encoded. Raw bytes in it are in no declared charset; that of the word before is tried first. */
static void put_plain(struct decoder *d, const char *text, size_t len)
{
	bool raw = kj_charset_has_8bit(text, len);

	d->marks |= raw ? KJ_MARK_NO_CHARSET : 0;
	put_text(d, raw ? d->beside : "", text, len);
}

/* Decode the charset of the words gathered so far. */
static void flush(struct decoder *d)
{
	if (!d->charset[0])
		return;
	if (!kj_base64_finish(&d->base64, &d->bytes))
		d->marks |= KJ_MARK_BAD_ENCODING;
	d->marks |= d->bytes.truncated ? KJ_MARK_TEXT_CUT : 0;
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
		memcpy(d->beside, d->charset, sizeof d->beside);
	}
	if (word->encoding == 'b') {
		good = kj_base64_decode(&d->base64, &d->bytes, word->text, word->text_len);
	} else {
		good = kj_base64_finish(&d->base64, &d->bytes);
		good &= kj_qp_decode(&d->bytes, word->text, word->text_len, true);
	}
	if (!good || !word->ended)
		d->marks |= KJ_MARK_BAD_ENCODING;
}

static const char *next_opening(const char *p)
{
	while ((p = strchr(p, '=')) && p[1] != '?')
		p++;
	return p;
}

static void decode(struct decoder *d, const char *value)
{
	const char *plain = value, *p = value;
	struct word word;

	while (d->pieces < PIECES_MAX && (p = next_opening(p))) {
		if (!parse_word(p, &word)) {
			p += 2;
			continue;
		}
		/* Blanks between two words are no text (RFC 2047 section 6.2). */
		if (plain == value || plain + strspn(plain, " \t\r\n") != p) {
			flush(d);
			put_plain(d, plain, (size_t)(p - plain));
		}
		take_word(d, &word);
		p = plain = word.end;
	}
	flush(d);
	if (d->pieces < PIECES_MAX)
		put_plain(d, plain, strlen(plain));
	else
		d->marks |= KJ_MARK_TEXT_CUT;
}

static bool is_raw(const char *value)
{
	return kj_charset_has_8bit(value, strlen(value)) || strchr(value, 0x1b);
}

/* How much of a text that was cut off is whole characters. */
static size_t whole_length(const struct kj_buf *text)
{
	size_t len = text->len, pos = len;

	while (text->truncated && pos && len - pos < 4 && ((unsigned char)text->data[pos - 1] & 0xc0) == 0x80)
		pos--;
	return text->truncated && pos && (unsigned char)text->data[pos - 1] >= 0xc0 ? pos - 1 : len;
}

static int finish(struct decoder *d, struct kj_arena *arena, unsigned *marks, const char **ret_text)
{
	char *text = d->err ? NULL : kj_arena_strndup(arena, kj_buf_str(&d->out), whole_length(&d->out));

	if (text) {
		*marks |= d->marks | (d->out.truncated ? KJ_MARK_TEXT_CUT : 0);
		*ret_text = text;
	}
	kj_buf_free(&d->out);
	kj_buf_free(&d->bytes);
	kj_buf_free(&d->scratch);
	return text ? 0 : -KJ_ENOMEM;
}

int kj_encoded_word_decode(struct kj_arena *arena, const char *value, unsigned *marks, const char **ret_text)
{
	struct decoder d = {
	    .out = KJ_BUF_INIT(TEXT_MAX), .bytes = KJ_BUF_INIT(TEXT_MAX), .scratch = KJ_BUF_INIT(TEXT_MAX)};

	if (!next_opening(value) && !is_raw(value)) {
		*ret_text = value;
		return 0;
	}
	decode(&d, value);
	return finish(&d, arena, marks, ret_text);
}

int kj_encoded_word_raw(struct kj_arena *arena, const char *value, unsigned *marks, const char **ret_text)
{
	struct decoder d = {
	    .out = KJ_BUF_INIT(TEXT_MAX), .bytes = KJ_BUF_INIT(TEXT_MAX), .scratch = KJ_BUF_INIT(TEXT_MAX)};

	if (!is_raw(value)) {
		*ret_text = value;
		return 0;
	}
	put_plain(&d, value, strlen(value));
	return finish(&d, arena, marks, ret_text);
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
