/*
 * test_message_sentences.c - the same sentence in every encoding, under every label, in every place, is the same text
 *
 * Texts are compared as phrases see them, in the view of words: a wave dash is U+301C or U+FF5E as the converter
 * likes it.
 */
#include <glib.h>

#include "charset_sentences.h"
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/message.h"
#include "kanjiki/views.h"
#include "suite.h"

enum place { BODY_8BIT, BODY_BASE64, BODY_QP, SUBJECT_B, SUBJECT_Q, FILENAME, PLACES };

static const char *const place_names[PLACES] = {
    "8-bit body", "base64 body", "quoted-printable body", "subject, b", "subject, q", "file name"};

static const struct {
	const char *name, *text;
} sentences[] = {JAPANESE_SENTENCES};

static const struct {
	int sentence;
	const char *form, *label, *bytes;
	size_t len;
} japanese[] = {JAPANESE_FORMS};

static const struct {
	const char *language, *charset, *text, *bytes;
	size_t len;
} others[] = {OTHER_FORMS};

/* What stands in the place of the right label; "" is none. */
static const char *const labels[] = {"", "us-ascii", "x-unknown", "klingon", "utf-8", "iso-8859-1",
    "windows-1252", "shift_jis", "euc-jp", "iso-2022-jp", "gb2312", "big5", "euc-kr", "utf-7"};

/* What nobody can tell apart. */
static const struct {
	const char *form, *label; /* NULL: any but the right one */
	const char *why;
} undecidable[] = {
    {"utf-16le", NULL, "without a byte order mark nothing says UTF-16"},
    {"utf-16be", NULL, "without a byte order mark nothing says UTF-16"},
    {"utf-7", NULL, "it is ASCII with plus signs"},
};

static bool is_undecidable(const char *form, const char *label)
{
	for (size_t i = 0; i < sizeof undecidable / sizeof *undecidable; i++)
		if (strcmp(form, undecidable[i].form) == 0 &&
		    (!undecidable[i].label || strcmp(label, undecidable[i].label) == 0))
			return true;
	return false;
}

static char *hexed(const char *bytes, size_t len, char sign)
{
	struct kj_buf out = KJ_BUF_INIT(10000);

	for (size_t i = 0; i < len; i++)
		kj_buf_printf(&out, "%c%02X", sign, (unsigned char)bytes[i]);
	return out.data;
}

static void add_mail(struct kj_buf *mail, enum place place, const char *label, const char *bytes, size_t len)
{
	static const char *const encodings[] = {"8bit", "base64", "quoted-printable"};
	char *base64 = g_base64_encode((const guchar *)bytes, len);
	char *quoted = hexed(bytes, len, place == FILENAME ? '%' : '=');

	if (place <= BODY_QP) {
		kj_buf_printf(mail, "Content-Transfer-Encoding: %s\nContent-Type: text/plain%s%s\n\n",
		    encodings[place], *label ? "; charset=" : "", label);
		if (place == BODY_8BIT)
			kj_buf_add(mail, bytes, len);
		else
			kj_buf_add_str(mail, place == BODY_BASE64 ? base64 : quoted);
	} else if (place == FILENAME) {
		kj_buf_printf(mail, "Content-Disposition: attachment; filename*=%s''%s\n\n", label, quoted);
	} else {
		kj_buf_printf(mail, "Subject: =?%s?%c?%s?=\n\n", label, place == SUBJECT_B ? 'b' : 'q',
		    place == SUBJECT_B ? base64 : quoted);
	}
	g_free(base64);
	free(quoted);
}

static const char *text_at(const struct kj_message *message, enum place place)
{
	if (place <= BODY_QP)
		return message->visible.data;
	return place == FILENAME ? message->parts[0].filename : message->subject;
}

static const char *words_of(struct kj_arena *arena, const char *text)
{
	struct kj_views views;

	ck_assert_int_eq(kj_views_make(arena, &(struct kj_text){text, strlen(text)}, &views), 0);
	return views.text[KJ_VIEW_WORDS].data;
}

static const char *words_at(
    struct kj_arena *arena, enum place place, const char *label, const char *bytes, size_t len)
{
	struct kj_buf *mail = &(struct kj_buf){.max = 100000};
	const struct kj_message *message;
	struct kj_field *fields;
	unsigned count;
	size_t body;

	add_mail(mail, place, label, bytes, len);
	/* The copy has no byte behind it, so that the sanitizer sees a read beyond. */
	ck_assert_int_eq(kj_message_split(arena, mail->data, mail->len, &fields, &count, &body), 0);
	ck_assert_int_eq(kj_message_read(arena, fields, count, mail->data + body, mail->len - body, false,
	                     &kj_message_limits_default, &message),
	    0);
	kj_buf_free(mail);
	return words_of(arena, text_at(message, place));
}

/* One form under one label in all places. Answers how many went wrong. */
static int check(
    const char *name, const char *form, const char *label, const char *text, const char *bytes, size_t len)
{
	struct kj_arena *arena = kj_arena_new((size_t)4 << 20);
	const char *want = words_of(arena, text);
	int wrong = 0;

	for (enum place place = 0; place < PLACES; place++) {
		const char *got;

		if ((place == BODY_8BIT && strncmp(form, "utf-16", 6) == 0) || (place > BODY_QP && !*label))
			continue;
		got = words_at(arena, place, label, bytes, len);
		if (strcmp(got, want) == 0)
			continue;
		fprintf(
		    stderr, "# %s in %s called '%s', %s: '%s'\n", name, form, label, place_names[place], got);
		wrong++;
	}
	kj_arena_free(arena);
	return wrong;
}

START_TEST(japanese_is_the_same_in_every_encoding)
{
	const char *name = sentences[japanese[_i].sentence].name,
	           *text = sentences[japanese[_i].sentence].text;
	int wrong =
	    check(name, japanese[_i].form, japanese[_i].label, text, japanese[_i].bytes, japanese[_i].len);

	ck_assert_msg(!wrong, "%s in %s", name, japanese[_i].form);
}
END_TEST

START_TEST(japanese_is_the_same_under_every_label)
{
	const char *name = sentences[japanese[_i].sentence].name,
	           *text = sentences[japanese[_i].sentence].text;
	int wrong = 0;

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (!is_undecidable(japanese[_i].form, labels[i]))
			wrong += check(
			    name, japanese[_i].form, labels[i], text, japanese[_i].bytes, japanese[_i].len);
	ck_assert_msg(!wrong, "%s in %s", name, japanese[_i].form);
}
END_TEST

START_TEST(other_languages_are_the_same_under_every_label)
{
	int wrong = check(others[_i].language, others[_i].charset, others[_i].charset, others[_i].text,
	    others[_i].bytes, others[_i].len);

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (!is_undecidable(others[_i].charset, labels[i]))
			wrong += check(others[_i].language, others[_i].charset, labels[i], others[_i].text,
			    others[_i].bytes, others[_i].len);
	ck_assert_msg(!wrong, "%s in %s", others[_i].language, others[_i].charset);
}
END_TEST

/* The text of a cut mail is the beginning of the whole text, but for what the last character became. */
static int check_cut(
    struct kj_arena *arena, const char *want, const char *label, const char *bytes, size_t len)
{
	const char *got = words_at(arena, BODY_BASE64, label, bytes, len);
	size_t same = 0;

	while (got[same] && got[same] == want[same])
		same++;
	/* Two characters at most: the second of a pair may look like one of its own. */
	if (strlen(got + same) <= 6)
		return 0;
	fprintf(stderr, "# %s, %zu bytes: '%s'\n", label, len, got);
	return 1;
}

START_TEST(cut_japanese_is_the_beginning_of_the_text)
{
	const char *text = sentences[japanese[_i].sentence].text;
	int wrong = 0;

	for (size_t len = 1; len < japanese[_i].len; len++) {
		struct kj_arena *arena = kj_arena_new((size_t)4 << 20);

		wrong += check_cut(arena, words_of(arena, text), japanese[_i].label, japanese[_i].bytes, len);
		kj_arena_free(arena);
	}
	ck_assert_msg(!wrong, "%s", japanese[_i].form);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sentences");
	TCase *tcase = tcase_create("sentences");

	add_rows(tcase, japanese_is_the_same_in_every_encoding, japanese);
	add_rows(tcase, japanese_is_the_same_under_every_label, japanese);
	add_rows(tcase, cut_japanese_is_the_beginning_of_the_text, japanese);
	add_rows(tcase, other_languages_are_the_same_under_every_label, others);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
