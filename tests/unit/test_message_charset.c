/*
 * test_message_charset.c - charsets
 */
#include "kanjiki/arena.h"
#include "kanjiki/message.h"
#include "kanjiki/utf8.h"
#include "message/charset.h"
#include "suite.h"

/* "This is safe Japanese mail", circled 1, (KK), sum sign - NEC row 13 -, half-width "test", full-width tilde. */
#define SENTENCE "日本の安心なメールです。①㈱と∑、ﾃｽﾄ～"
#define IN_SJIS                                                                                              \
	"\x93\xfa\x96{\x82\xcc\x88\xc0\x90S\x82\xc8\x83\x81\x81[\x83\x8b\x82\xc5\x82\xb7\x81\x42\x87@"       \
	"\x87\x8a\x82\xc6"                                                                                   \
	"\x87\x94\x81\x41\xc3\xbd\xc4\x81`"
#define IN_EUC                                                                                               \
	"\xc6\xfc\xcb\xdc\xa4\xce\xb0\xc2\xbf\xb4\xa4\xca\xa5\xe1\xa1\xbc\xa5\xeb\xa4\xc7\xa4\xb9\xa1\xa3"   \
	"\xad\xa1\xad\xea"                                                                                   \
	"\xa4\xc8\xad\xf4\xa1\xa2\x8e\xc3\x8e\xbd\x8e\xc4\xa1\xc1"
#define IN_JIS    "\x1b$BF|K\\$N0B?4$J%a!<%k$G$9!#-!-j$H-t!\"\x1b(IC=D\x1b$B!A\x1b(B"
#define IN_JIS_SO "\x1b$BF|K\\$N0B?4$J%a!<%k$G$9!#-!-j$H-t!\"\x1b(B\x0e\x43=D\x0f\x1b$B!A\x1b(B"
#define IN_JIS8   "\x1b$BF|K\\$N0B?4$J%a!<%k$G$9!#-!-j$H-t!\"\x1b(B\xc3\xbd\xc4\x1b$B!A\x1b(B"

enum { FINE, BAD = KJ_MARK_BAD_CHARSET, NONE = KJ_MARK_NO_CHARSET };

static const struct {
	const char *label, *charset, *bytes, *want;
	unsigned marks;
} charsets[] = {
    {"utf-8", "UTF-8", SENTENCE, SENTENCE, FINE},
    {"shift_jis", "Shift_JIS", IN_SJIS, SENTENCE, FINE},
    {"cp932", "cp932", IN_SJIS, SENTENCE, FINE},
    {"euc-jp", "EUC-JP", IN_EUC, SENTENCE, FINE},
    {"iso-2022-jp with row 13 and half-width kana", "ISO-2022-JP", IN_JIS, SENTENCE, FINE},
    {"iso-2022-jp with shifted kana", "iso-2022-jp", IN_JIS_SO, SENTENCE, FINE},
    {"iso-2022-jp with 8-bit kana", "iso-2022-jp", IN_JIS8, SENTENCE, BAD},
    {"shift_jis called iso-2022-jp", "iso-2022-jp", IN_SJIS, SENTENCE, BAD},
    {"euc-jp called iso-2022-jp", "iso-2022-jp", IN_EUC, SENTENCE, BAD},
    {"utf-8 called iso-2022-jp", "iso-2022-jp", SENTENCE, SENTENCE, BAD},
    {"shift_jis called utf-8", "utf-8", IN_SJIS, SENTENCE, BAD},
    {"euc-jp called utf-8", "utf-8", IN_EUC, SENTENCE, BAD},
    {"iso-2022-jp called utf-8", "utf-8", IN_JIS, SENTENCE, BAD},
    {"utf-8 called iso-8859-1", "iso-8859-1", SENTENCE, SENTENCE, BAD},
    {"utf-8 called us-ascii", "us-ascii", SENTENCE, SENTENCE, BAD},
    {"utf-8 called something unknown", "x-no-such", SENTENCE, SENTENCE, BAD},
    {"euc-jp called shift_jis", "shift_jis", IN_EUC, SENTENCE, BAD},
    {"utf-8 called shift_jis", "shift_jis", SENTENCE, SENTENCE, BAD},
    {"nothing said, utf-8", "", SENTENCE, SENTENCE, NONE},
    {"nothing said, shift_jis", "", IN_SJIS, SENTENCE, NONE},
    {"nothing said, euc-jp", "", IN_EUC, SENTENCE, NONE},
    {"nothing said, iso-2022-jp", "", IN_JIS, SENTENCE, NONE},
    {"ascii, nothing said", "", "plain", "plain", FINE},
    {"unterminated escape ends with its line", "iso-2022-jp", "\x1b$BF|K\\\nend", "日本\nend", FINE},
    {"backslash and tilde in iso-2022-jp", "iso-2022-jp", "\x1b(J\\~\x1b(B", "\\~", FINE},
    {"jis x 0212", "iso-2022-jp-1", "\x1b$(D0!\x1b(B", "丂", FINE},
    {"gb2312", "gb2312", "\xc4\xe3\xba\xc3\xa3\xac\xd5\xe2\xca\xc7", "你好，这是", FINE},
    {"gb18030 of four bytes", "gb18030", "\x81\x30\x84\x36", "¥", FINE},
    {"big5", "Big5", "\xa7\x41\xa6n\xa1\x41\xb3o\xacO", "你好，這是", FINE},
    {"euc-kr", "euc-kr", "\xbe\xc8\xb3\xe7\xc7\xcf\xbc\xbc\xbf\xe4", "안녕하세요", FINE},
    {"cp949 called ks_c_5601-1987", "ks_c_5601-1987", "\x8c\x63\xb9\xe6\xb0\xa2\xc7\xcf", "똠방각하", FINE},
    {"koi8-r", "koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет", FINE},
    {"windows-1251", "windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет", FINE},
    {"windows-1252 called iso-8859-1", "iso-8859-1", "\x93M\xfcller\x94 \x96 \x80", "“Müller” – €", FINE},
    {"iso-8859-2", "iso-8859-2", "P\xf8\xedli\xb9", "Příliš", FINE},
    {"windows-1252, nothing said", "", "caf\xe9 M\xfcller", "café Müller", NONE},
    {"quotes of windows-1252 are not shift_jis", "utf-8", "this week\x92s code, \x93really\x94, don\x92t",
        "this week’s code, “really”, don’t", BAD},
    {"utf-7", "utf-7", "+ZeVnLA- x", "日本 x", FINE},
    {"hz", "hz-gb-2312", "~{VP9z~} x", "中国 x", FINE},
    {"one wrong byte stays one", "utf-8", "日本の安心なメールです。\xff日本",
        "日本の安心なメールです。\xef\xbf\xbd日本", BAD},
    {"a character cut at the end", "utf-8", "日本の安心なメールです。\xe6\x97",
        "日本の安心なメールです。\xef\xbf\xbd", BAD},
    {"big5, nothing said", "", "\xa7\x41\xa6n\xa1\x41\xb3o\xacO\xa7\xda\xaa\xba\xac\xdd\xaak",
        "你好，這是我的看法", NONE},
    {"koi8-r, nothing said", "", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет", NONE},
    {"windows-1251 called iso-8859-1", "iso-8859-1",
        "\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?", "Привет, как дела?", BAD},
    {"two accents do not make it Czech", "iso-8859-1", "\xe8 gi\xe0", "è già", FINE},
    {"a superscript does not make it Polish", "iso-8859-1", "100 m\xb2, 30 m\xb3", "100 m², 30 m³", FINE},
    {"names in capitals stay", "windows-1252", "\xc5SA \xd6STERG\xc5RD", "ÅSA ÖSTERGÅRD", FINE},
    {"utf-8 with a mark", "iso-8859-1", "\xef\xbb\xbf日本", "日本", BAD},
    {"hz, nothing said", "", "~{VP9z~} x", "中国 x", NONE},
    {"a brace behind a tilde is not hz", "", "~{a} ~}", "~{a} ~}", FINE},
    {"iso-2022-kr, nothing said", "us-ascii", "\x1b$)C\x0e>H3gGO<<?d\x0f", "안녕하세요", NONE},
    {"korean inside iso-2022-jp-2", "iso-2022-jp-2", "\x1b$(C>H3g\x1b(B", "안녕", FINE},
    {"utf-8 that calls itself utf-16", "utf-16", "<p>caf\xc3\xa9</p>", "<p>café</p>", BAD},
    {"shift_jis called utf-7", "utf-7", IN_SJIS, SENTENCE, BAD},
    {"iso-2022-jp called hz", "hz-gb-2312", IN_JIS, SENTENCE, BAD},
    {"cut inside an escape sequence", "iso-2022-jp", "\x1b$BF|K\\\x1b(", "日本?", BAD},
    {"lone escape", "iso-2022-jp", "a\x1b", "a", BAD},
};

START_TEST(every_charset_becomes_the_same_utf8)
{
	struct kj_buf scratch = KJ_BUF_INIT(1000);
	struct kj_charset_text text;
	/* An exact copy: the sanitizer sees a read beyond it. */
	size_t len = strlen(charsets[_i].bytes);
	char *bytes = malloc(len);

	memcpy(bytes, charsets[_i].bytes, len);
	ck_assert_int_eq(kj_charset_decode(&scratch, charsets[_i].charset, bytes, len, &text), 0);
	ck_assert_msg(
	    text.len == strlen(charsets[_i].want) && memcmp(text.data, charsets[_i].want, text.len) == 0,
	    "%s: got '%.*s'", charsets[_i].label, (int)text.len, text.data);
	ck_assert_msg(text.marks == charsets[_i].marks, "%s: marks %#x", charsets[_i].label, text.marks);
	kj_buf_free(&scratch);
	free(bytes);
}
END_TEST

START_TEST(utf16_is_decoded_and_nul_bytes_never_survive)
{
	static const char utf16[] = "A\0\0\0\xe5\x65"; /* A, NUL, U+65E5 */
	struct kj_buf scratch = KJ_BUF_INIT(1000);
	struct kj_charset_text text;

	ck_assert_int_eq(kj_charset_decode(&scratch, "utf-16le", utf16, 6, &text), 0);
	ck_assert_str_eq(text.data, "A 日");
	ck_assert_int_eq(kj_charset_decode(&scratch, "utf-8", "a\0b", 3, &text), 0);
	ck_assert_str_eq(text.data, "a b");
	ck_assert_int_eq(kj_charset_decode(&scratch, "", "", 0, &text), 0);
	ck_assert_uint_eq(text.len, 0);
	kj_buf_free(&scratch);
}
END_TEST

START_TEST(a_full_buffer_cuts_the_text_and_says_so)
{
	struct kj_buf scratch = KJ_BUF_INIT(10);
	struct kj_charset_text text;

	ck_assert_int_eq(kj_charset_decode(&scratch, "shift_jis", IN_SJIS, strlen(IN_SJIS), &text), 0);
	ck_assert_uint_eq(text.len, 10);
	ck_assert_uint_eq(text.marks, KJ_MARK_TEXT_CUT);
	kj_buf_free(&scratch);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("charset");
	TCase *tcase = tcase_create("charset");

	add_rows(tcase, every_charset_becomes_the_same_utf8, charsets);
	tcase_add_test(tcase, utf16_is_decoded_and_nul_bytes_never_survive);
	tcase_add_test(tcase, a_full_buffer_cuts_the_text_and_says_so);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
