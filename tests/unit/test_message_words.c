/*
 * test_message_words.c - encoded words, display names, parameters
 */

#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/message.h"
#include "kanjiki/utf8.h"
#include "message/encoded_word.h"
#include "message/header.h"
#include "message/param.h"
#include "suite.h"

static const struct {
	const char *label, *value, *want;
	unsigned marks;
} words[] = {
    {"plain", "Hello", "Hello", 0},
    {"utf-8 base64", "=?UTF-8?B?5p2x5Lqs?=", "東京", 0},
    {"quoted-printable with underscore", "=?utf-8?q?caf=C3=A9_au_lait?=", "café au lait", 0},
    {"blank between words is dropped", "=?utf-8?q?a?= =?utf-8?q?b?=", "ab", 0},
    {"blank beside text stays", "x =?utf-8?q?a?= y", "x a y", 0},
    {"split inside a utf-8 character",
        "=?utf-8?B?5p2x5Lqs4w==?= =?utf-8?B?gYvjgonjga7jgYrnn6XjgonjgZvjgafjgZk=?=", "東京からのお知らせです",
        0},
    {"split inside iso-2022-jp",
        "=?ISO-2022-JP?B?GyRCRWw1fiQ=?= =?iso-2022-jp?B?KyRpJE4kKkNOJGkkOyRHJDkbKEI=?=",
        "東京からのお知らせです", 0},
    {"base64 group split without padding", "=?utf-8?B?5p2x5L?= =?utf-8?B?qs?=", "東京", 0},
    {"base64 and quoted-printable joined", "=?utf-8?B?5p2x5A==?= =?utf-8?Q?=BA=AC?=", "東京", 0},
    {"different charsets are not joined", "=?utf-8?B?5p2x?= =?shift_jis?B?i54=?=", "東京", 0},
    {"iso-2022-jp with row 13", "=?iso-2022-jp?B?GyRCLSEbKEI=?=", "①", 0},
    {"shift_jis called iso-2022-jp",
        "=?iso-2022-jp?B?k4yLnoKpgueCzIKokm2C54K5gsWCtw==?=", "東京からのお知らせです", KJ_MARK_BAD_CHARSET},
    {"language suffix", "=?utf-8*ja?B?5p2x?=", "東", 0},
    {"blank inside a word", "=?utf-8?q?a b?=", "a b", 0},
    {"glued to text", "a=?utf-8?q?b?=c", "abc", 0},
    {"never ended", "=?utf-8?q?abc", "abc", KJ_MARK_BAD_ENCODING},
    {"never ended, words follow", "=?utf-8?q?a =?utf-8?q?b?=", "ab", KJ_MARK_BAD_ENCODING},
    {"never ended, base64", "=?utf-8?B?5p2x5Lqs", "東京", KJ_MARK_BAD_ENCODING},
    {"never ended, base64 and text", "=?utf-8?B?5p2x5Lqs and text", "東京 and text", KJ_MARK_BAD_ENCODING},
    {"half of its end lost", "=?utf-8?B?5p2x5Lqs?", "東京", KJ_MARK_BAD_ENCODING},
    {"split inside an escape sequence",
        "=?iso-2022-jp?B?GyRC?= =?iso-2022-jp?B?RWw1fhso?= =?iso-2022-jp?B?Qg==?=", "東京", 0},
    {"split inside a character, q then b", "=?shift_jis?Q?=93?= =?shift_jis?B?jIue?=", "東京", 0},
    {"folded between", "=?utf-8?Q?=E6=9D?=\r\n =?utf-8?Q?=B1?=", "東", 0},
    {"shift_jis beside iso-2022-jp", "=?shift_jis?B?k4w=?= =?iso-2022-jp?B?GyRCNX4bKEI=?=", "東京", 0},
    {"language on one of two", "=?utf-8*ja?Q?=E6=9D?= =?UTF-8?Q?=B1?=", "東", 0},
    {"unknown charset", "=?x-klingon?B?5p2x5Lqs?=", "東京", KJ_MARK_BAD_CHARSET},
    {"unencoded question mark", "=?utf-8?q?what? now?=", "what? now", 0},
    {"question mark before an encoded byte", "=?utf-8?q?what?=20now?=", "what? now", 0},
    {"digits behind a word", "=?utf-8?q?a?=20", "a20", 0},
    {"base64 without padding", "=?utf-8?B?5p2x5Lqs4w?=", "東京\xef\xbf\xbd", KJ_MARK_BAD_CHARSET},
    {"base64 with a line break", "=?utf-8?B?5p2x\r\n 5Lqs?=", "東京", 0},
    {"raw utf-8 beside a word", "東=?utf-8?B?5Lqs?=", "東京", KJ_MARK_NO_CHARSET},
    {"raw shift_jis behind a word of it", "=?shift_jis?B?k4w=?=\x8b\x9e", "東京", KJ_MARK_NO_CHARSET},
    {"an encoded word inside is shown", "=?utf-8?Q?=3D=3Futf-8=3Fq=3Fa=3F=3D?=", "=?utf-8?q?a?=", 0},
    {"no charset", "=?\?q?abc?=", "=?\?q?abc?=", 0},
    {"charset that never ends", "=?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?q?b?=",
        "=?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?q?b?=", 0},
    {"unknown encoding", "=?utf-8?x?abc?=", "=?utf-8?x?abc?=", 0},
    {"equals sign begins the text", "=?utf-8?q?=41?=", "A", 0},
    {"empty text", "a =?utf-8?q?\?= b", "a  b", 0},
    {"raw utf-8", "東京", "東京", KJ_MARK_NO_CHARSET},
    {"raw iso-2022-jp", "\x1b$BEl5~\x1b(B", "東京", KJ_MARK_NO_CHARSET},
    {"broken base64", "=?utf-8?B?5p2x!5Lqs?=", "東京", KJ_MARK_BAD_ENCODING},
    {"broken hexadecimal", "=?utf-8?Q?=4x?=", "=4x", KJ_MARK_BAD_ENCODING},
};

START_TEST(encoded_words_become_text)
{
	struct kj_arena *arena = kj_arena_new(10000);
	unsigned marks = 0;
	const char *text;

	ck_assert_int_eq(kj_encoded_word_decode(arena, words[_i].value, &marks, &text), 0);
	ck_assert_msg(strcmp(text, words[_i].want) == 0, "%s: got '%s'", words[_i].label, text);
	ck_assert_msg(marks == words[_i].marks, "%s: marks %#x", words[_i].label, marks);
	kj_arena_free(arena);
}
END_TEST

static const struct {
	const char *label, *from, *name, *addr;
} senders[] = {
    {"comma inside a word", "=?utf-8?Q?Yamada,_Taro?= <a@example.jp>", "Yamada, Taro", "a@example.jp"},
    {"colon inside a word", "=?utf-8?Q?Re:_x?= <a@example.jp>", "Re: x", "a@example.jp"},
    {"brackets inside a word", "=?utf-8?Q?X_(Y)_<z>?= <a@example.jp>", "X (Y) <z>", "a@example.jp"},
    {"address inside a word", "=?utf-8?Q?boss@example.com?= <a@example.jp>", "boss@example.com",
        "a@example.jp"},
    {"word inside quotes", "\"=?shift_jis?B?k4yLng==?=\" <a@example.jp>", "東京", "a@example.jp"},
    {"words inside quotes, escaped quotes around",
        "\"\\\"=?utf-8?B?5p2x?= =?utf-8?B?5Lqs?=\\\"\" <a@example.jp>", "\"東京\"", "a@example.jp"},
    {"quotes inside a word", "=?utf-8?Q?=22X=22?= <a@example.jp>", "\"X\"", "a@example.jp"},
    {"word without end", "=?utf-8?Q?X <a@example.jp>", "X", "a@example.jp"},
    {"raw iso-2022-jp in quotes", "\"\x1b$B!Z=EMW![\x1b(B\" <a@example.jp>", "【重要】", "a@example.jp"},
    {"raw shift_jis with a backslash in quotes", "\"\x95\\\x8e\xa6\x82\xb7\x82\xe9\" <a@example.jp>",
        "表示する", "a@example.jp"},
};

START_TEST(display_names_are_decoded)
{
	struct kj_arena *arena = kj_arena_new(100000);
	const char *name, *addr;
	unsigned marks = 0;

	ck_assert_int_eq(kj_header_mailbox(arena, senders[_i].from, &marks, &name, &addr), 0);
	ck_assert_msg(strcmp(name, senders[_i].name) == 0, "%s: name '%s'", senders[_i].label, name);
	ck_assert_msg(strcmp(addr, senders[_i].addr) == 0, "%s: addr '%s'", senders[_i].label, addr);
	kj_arena_free(arena);
}
END_TEST

static const struct {
	const char *label, *value, *want;
	unsigned marks;
} params[] = {
    {"token", "attachment; name=a.txt", "a.txt", 0},
    {"quoted", "attachment; NAME = \"a b;c.txt\"; x=y", "a b;c.txt", 0},
    {"escaped", "x; name=\"a\\\"b\\\\c\"", "a\"b\\c", 0},
    {"windows path", "x; name=\"C:\\dir\\file.txt\"", "C:\\dir\\file.txt", 0},
    {"unquoted with blanks", "x; name=my file.pdf ; y=z", "my file.pdf", 0},
    {"quote never closed", "x; name=\"my file.pdf; y=z", "my file.pdf", 0},
    {"semicolon forgotten", "x name=a.txt", "a.txt", 0},
    {"semicolon forgotten behind quotes", "x; y=\"z\" name=a.txt", "a.txt", 0},
    {"colon for the equals sign", "x; name: a.txt", "a.txt", 0},
    {"twice", "x; name=a.txt; name=b.txt", "a.txt", 0},
    {"missing", "x; surname=b", "", 0},
    {"empty", "x; name=", "", 0},
    {"encoded word", "x; name=\"=?utf-8?B?5p2x5Lqs?=.pdf\"", "東京.pdf", 0},
    {"encoded word, unquoted", "x; name==?utf-8?B?5p2x5Lqs?=", "東京", 0},
    {"encoded words over sections", "x; name*0=\"=?utf-8?B?5p2x\"; name*1=\"5Lqs?=.pdf\"", "東京.pdf", 0},
    {"extended", "x; name*=utf-8'ja'%E6%9D%B1%e4%ba%ac.pdf", "東京.pdf", 0},
    {"extended shift_jis", "x; name*=Shift_JIS''%93%8C%8B%9E", "東京", 0},
    {"extended, iso-2022-jp", "x; name*=iso-2022-jp''%1B%24BEl5~%1B%28B.pdf", "東京.pdf", 0},
    {"extended, quoted", "x; name*=\"utf-8''%E6%9D%B1\"", "東", 0},
    {"extended, no charset", "x; name*=''%E6%9D%B1", "東", KJ_MARK_NO_CHARSET},
    {"extended, no quotes", "x; name*=%E6%9D%B1", "東", KJ_MARK_NO_CHARSET},
    {"extended, one quote", "x; name*=utf-8'%E6%9D%B1", "東", 0},
    {"extended, an apostrophe is no charset", "x; name*=it's", "it's", 0},
    {"wrong percent signs", "x; name*=utf-8''100%_%4_%zz", "100%_%4_%zz", KJ_MARK_BAD_ENCODING},
    {"extended before plain", "x; name=a.txt; name*=utf-8''b.txt", "b.txt", 0},
    {"sections", "x; name*0=\"a\"; name*1=b; name*2=\"c d\"", "abc d", 0},
    {"sections out of order", "x; name*1=b; name*0=a; name*2=c", "abc", 0},
    {"sections with a gap", "x; name*0=a; name*2=c", "a", 0},
    {"sections without the first", "x; name=z; name*1=b", "z", 0},
    {"section twice", "x; name*0=a; name*0=b; name*1=c", "ac", 0},
    {"sections mixed", "x; name*0*=utf-8''%E6%9D%B1; name*1=\"%20 \"; name*2*=%E4%BA%AC", "東%20 京", 0},
    {"sections split inside a character", "x; name*0*=utf-8''%E6%9D; name*1*=%B1", "東", 0},
    {"section of a huge number", "x; name*99999999999999999999=a; name=b", "b", 0},
    {"raw utf-8", "x; name=\"東京.pdf\"", "東京.pdf", KJ_MARK_NO_CHARSET},
    {"raw shift_jis with a backslash", "x; name=\"\x95\\\x8e\xa6\x82\xb7\x82\xe9.pdf\"", "表示する.pdf",
        KJ_MARK_NO_CHARSET},
    {"raw iso-2022-jp", "x; name=\"\x1b$B!Z=EMW![\x1b(B.pdf\"", "【重要】.pdf", KJ_MARK_NO_CHARSET},
    {"nothing", "", "", 0},
    {"only semicolons", ";;;", "", 0},
};

START_TEST(parameters_become_text)
{
	struct kj_arena *arena = kj_arena_new(100000);
	const char *text = "untouched";
	unsigned marks = 0;

	ck_assert_int_eq(kj_param_text(arena, params[_i].value, "name", &marks, &text), 0);
	ck_assert_msg(strcmp(text, params[_i].want) == 0, "%s: got '%s'", params[_i].label, text);
	ck_assert_msg(marks == params[_i].marks, "%s: marks %#x", params[_i].label, marks);
	kj_arena_free(arena);
}
END_TEST

static const struct {
	const char *label, *value, *head, *charset;
} types[] = {
    {"usual", "Text/HTML; charset=\"UTF-8\"", "text/html", "utf-8"},
    {"no blank", "text/html;charset=utf-8;charset=iso-8859-1", "text/html", "utf-8"},
    {"single quotes", "text/html; charset='utf-8'", "text/html", "utf-8"},
    {"one quote", "text/html; charset=utf-8\"", "text/html", "utf-8"},
    {"comment", "text/plain; charset=us-ascii (Plain text)", "text/plain", "us-ascii"},
    {"comma", "text/plain; charset=utf-8, format=flowed", "text/plain", "utf-8"},
    {"no semicolon", "text/plain charset=utf-8", "text/plain", "utf-8"},
    {"blanks", " text/plain ; charset = utf-8 ", "text/plain", "utf-8"},
    {"no charset", "text/plain", "text/plain", ""},
};

START_TEST(types_and_charsets_are_read_leniently)
{
	struct kj_arena *arena = kj_arena_new(10000);

	ck_assert_str_eq(kj_param_head(arena, types[_i].value), types[_i].head);
	ck_assert_str_eq(kj_param_token(arena, types[_i].value, "charset"), types[_i].charset);
	kj_arena_free(arena);
}
END_TEST

/* Values of a megabyte. What is quadratic takes minutes here, and the test case has a time-out. */
static const struct {
	const char *label, *piece;
} hostile[] = {
    {"openings", "=?a?q?"},
    {"openings of base64", "=?a?b?"},
    {"ends with digits", "=?a?q?\?=AB"},
    {"unfinished ends", "=?a?q?\?=AB "},
    {"charsets", "=?aaaa"},
    {"undeclared pieces", "=?x?b?gYGB?= \xe9 "},
    {"parameters", "; name*1=a"},
    {"percent signs", "; name*=%%%"},
    {"quotes", "; name=\"a"},
    {"escapes", "\x1b$BEl\n"},
    {"padding", "=?utf-8?B?A=A=A=A=A=A=A=A="},
};

START_TEST(hostile_values_are_read_to_their_end)
{
	struct kj_arena *arena = kj_arena_new((size_t)64 << 20);
	struct kj_buf value = KJ_BUF_INIT((size_t)1 << 20);
	const char *text, *addr;
	unsigned marks = 0;

	while (!value.truncated)
		kj_buf_add_str(&value, hostile[_i].piece);
	kj_encoded_word_decode(arena, value.data, &marks, &text);
	kj_param_text(arena, value.data, "name", &marks, &text);
	kj_header_mailbox(arena, value.data, &marks, &text, &addr);
	kj_buf_free(&value);
	kj_arena_free(arena);
}
END_TEST

START_TEST(what_is_too_long_is_cut_behind_a_character_and_marked)
{
	struct kj_arena *arena = kj_arena_new((size_t)1 << 20);
	struct kj_buf value = KJ_BUF_INIT((size_t)1 << 20);
	const char *text = "";
	unsigned marks = 0;

	kj_buf_add_str(&value, "=?utf-8?q?xy?= ");
	for (int i = 0; i < 40000; i++)
		kj_buf_add_str(&value, "é");
	ck_assert_int_eq(kj_encoded_word_decode(arena, value.data, &marks, &text), 0);
	ck_assert(kj_utf8_valid(text, strlen(text)));
	ck_assert_uint_gt(strlen(text), 60000);
	ck_assert(marks & KJ_MARK_TEXT_CUT);
	kj_buf_free(&value);
	kj_arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("words");
	TCase *tcase = tcase_create("words");

	tcase_set_timeout(tcase, 120);
	add_rows(tcase, encoded_words_become_text, words);
	add_rows(tcase, display_names_are_decoded, senders);
	add_rows(tcase, parameters_become_text, params);
	add_rows(tcase, types_and_charsets_are_read_leniently, types);
	add_rows(tcase, hostile_values_are_read_to_their_end, hostile);
	tcase_add_test(tcase, what_is_too_long_is_cut_behind_a_character_and_marked);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
