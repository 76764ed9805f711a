/*
 * test_message_views.c - the views of words and of dense text; disguises in test_message_disguises.c
 */
#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "kanjiki/utf8.h"
#include "kanjiki/views.h"
#include "suite.h"

static const struct {
	const char *label, *text, *words, *dense;
	unsigned invisible;
} views[] = {
    {"empty", "", "", "", 0},
    {"blanks alone", " \t\r\n ", "", "", 0},
    {"ASCII in lower case", "I HACKED Your Device", "i hacked your device", "", 0},
    {"runs of blanks are one", "  a\r\n\r\n\t b  ", "a b", "", 0},
    {"control characters go", "a\001b\177c", "abc", "", 0},
    {"a back-tick is an apostrophe", "you`ve", "you've", "", 0},
    {"curled quotes", "I\u2019ve \u201cproof\u201d \u2013 ok", "i've \"proof\" - ok", "", 0},
    {"no-break and ideographic blanks", "a\u00a0b\u3000c\u2003\u2003d", "a b c d", "", 0},
    {"capitals beyond ASCII", "ÄÖÜ ÉCOLE straße", "aou ecole strasse", "", 0},
    {"full-width letters", "ＢＩＴＣＯＩＮ", "bitcoin", "", 0},
    {"mathematical letters", "\U0001d41b\U0001d422\U0001d42d coin", "bit coin", "", 0},
    {"soft hyphen", "pass\u00adword", "password", "", 0},
    {"zero-width characters", "h\u200bac\u200d\u2060ke\ufeffd", "hacked", "", 4},
    {"zero-width between blanks is in no word", "a \u200b b", "a b", "", 0},
    {"joiners of an emoji are in no word", "\U0001f468\u200d\U0001f469 x", "\U0001f468\U0001f469 x", "", 0},
    {"overlay marks", "b\u0335i\u0336t\u0337c\u0338oin", "bitcoin", "", 0},
    {"no valid UTF-8",
        "a\xff"
        "b",
        "a\ufffd"
        "b",
        "", 0},
    {"half-width katakana", "ﾋﾞｯﾄｺｲﾝ", "ビットコイン", "びっとこいん", 0},
    {"sound marks that stand alone", "ヒ\u309bット", "ビット", "びっと", 0},
    {"dense text has no blanks or marks", "全 デバ イス、へ。\n（アクセス）", "全 デバ イス、へ。 (アクセス)",
        "全でばいすへあくせす", 0},
    {"long-vowel marks", "サーバー サーバ", "サーバー サーバ", "さばさば", 0},
    {"Latin stays in dense text", "BTC で 48 時間", "btc で 48 時間", "btcで48時間", 0},
    {"Kangxi radicals", "\u2f00\u2f0a", "一入", "一入", 0},
    {"Hangul", "비트 코인", "비트 코인", "비트코인", 0},
    {"radicals of the supplement", "\u2e88\u2ef3", "刀龟", "刀龟", 0},
    {"German", "Überweisen Größe Maß", "uberweisen grosse mass", "", 0},
    {"Czech", "Příliš žluťoučký kůň", "prilis zlutoucky kun", "", 0},
    {"Polish", "Zażółć gęślą jaźń", "zazolc gesla jazn", "", 0},
    {"French", "Œuvre à Noël, ça", "oeuvre a noel, ca", "", 0},
    {"Danish and Croatian", "Ærø, đak", "aero, dak", "", 0},
    {"Turkish", "İSTANBUL ısı", "istanbul isi", "", 0},
    {"Vietnamese", "Tiếng Việt đã", "tieng viet da", "", 0},
    {"decorated", "y\u00f2u\u0300\u0320r w\u0334e\u0301b\u20ddcam", "your webcam", "", 0},
    {"ligatures", "of\ufb01ce", "office", "", 0},
    {"marks of other letters stay", "й ё и\u0301", "й ё и\u0301", "", 0},
    {"Greek accents stay", "Καλημέρα ΰ", "καλημέρα ΰ", "", 0},
    {"voicing marks stay", "か\u3099 ガ", "が ガ", "がが", 0},
    {"Hangul is composed", "\u1100\u1161\u11a8", "각", "각", 0},
    {"katakana and ideographs that look alike", "ト卜ロ口一ー二ニ", "ト卜ロ口一ー二ニ", "と卜ろ口一二に", 0},
    {"traditional Chinese stays", "臺灣 體驗 发", "臺灣 體驗 发", "臺灣體驗发", 0},
    {"Arabic", "العربية", "العربية", "", 0},
    {"Persian joiners are in no word", "می\u200cخواهم", "میخواهم", "", 0},
    {"Hindi", "हिन्दी में", "हिन्दी में", "", 0},
    {"zero-width in Japanese", "録\u200b画", "録画", "録画", 1},
};

START_TEST(a_text_has_these_views)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_text text = {views[_i].text, strlen(views[_i].text)};
	struct kj_views out;

	ck_assert_int_eq(kj_views_make(arena, &text, &out), 0);
	ck_assert_msg(strcmp(out.text[KJ_VIEW_WORDS].data, views[_i].words) == 0, "%s: words are \"%s\"",
	    views[_i].label, out.text[KJ_VIEW_WORDS].data);
	ck_assert_msg(strcmp(out.text[KJ_VIEW_DENSE].data, views[_i].dense) == 0, "%s: dense is \"%s\"",
	    views[_i].label, out.text[KJ_VIEW_DENSE].data);
	ck_assert_uint_eq(out.text[KJ_VIEW_WORDS].len, strlen(views[_i].words));
	ck_assert_uint_eq(out.text[KJ_VIEW_DENSE].len, strlen(views[_i].dense));
	ck_assert_uint_eq(out.invisible_in_words, views[_i].invisible);
	ck_assert_msg(
	    !out.lookalikes && !out.spaced_words && !out.spaced_run, "%s: a disguise", views[_i].label);
	kj_arena_free(arena);
}
END_TEST

START_TEST(a_text_that_grows_eighteenfold_is_folded_whole)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	char data[300];
	struct kj_text text = {data, sizeof data};
	struct kj_views out;

	for (size_t i = 0; i < sizeof data; i += 3)
		memcpy(data + i, "\ufdfa", 3);
	ck_assert_int_eq(kj_views_make(arena, &text, &out), 0);
	ck_assert_uint_gt(out.text[KJ_VIEW_WORDS].len, 100 * 18);
	kj_arena_free(arena);
}
END_TEST

/* What one code point becomes, in words that hold nothing else. */
static const struct {
	const char *label;
	uint32_t code;
	const char *plain;
} plains[] = {
    {"small ASCII", 'a', "a"},
    {"capital ASCII", 'Z', "z"},
    {"digit", '7', "7"},
    {"composed", 0xe9, "e"},
    {"composed capital", 0xc9, "e"},
    {"sharp s", 0xdf, "ss"},
    {"ae", 0xc6, "ae"},
    {"l with stroke", 0x142, "l"},
    {"capital I with dot", 0x130, "i"},
    {"curled apostrophe", 0x2019, "'"},
    {"no-break blank", 0xa0, " "},
    {"soft hyphen", 0xad, ""},
    {"Cyrillic stays Cyrillic", 0x410, "а"},
    {"short i", 0x419, "й"},
    {"small capital", 0x1d0d, "m"},
    {"full-width", 0xff21, "a"},
    {"katakana stays katakana", 0x30ab, "カ"},
    {"half-width katakana", 0xff76, "カ"},
    {"ideograph", 0x76d7, "盗"},
    {"radical", 0x2e88, "刀"},
    {"surrogate", 0xd800, "\ufffd"},
    {"beyond Unicode", 0x110000, "\ufffd"},
};

START_TEST(a_code_point_becomes)
{
	char out[KJ_VIEW_PLAIN_MAX];
	size_t len = kj_view_plain(plains[_i].code, out);

	ck_assert_msg(len == strlen(plains[_i].plain) && memcmp(out, plains[_i].plain, len) == 0,
	    "%s: \"%.*s\"", plains[_i].label, (int)len, out);
}
END_TEST

/* Letters that look like others or are decorations become what they look like among others only, and a blank at an
 * end goes; all else is the same alone as in a text. */
START_TEST(every_code_point_becomes_what_the_view_makes_of_it)
{
	for (uint32_t code = 1; code < 0x30000; code++) {
		struct kj_arena *arena = kj_arena_new(1 << 20);
		char data[6] = "|", out[KJ_VIEW_PLAIN_MAX + 2] = "|";
		struct kj_text text = {data, 1 + kj_utf8_put(code, data + 1)};
		size_t len = 1 + kj_view_plain(code, out + 1);
		struct kj_views made;

		ck_assert_int_eq(kj_views_make(arena, &text, &made), 0);
		while (out[len - 1] == ' ')
			len--;
		out[len] = '\0';
		ck_assert_msg(strcmp(made.text[KJ_VIEW_WORDS].data, out) == 0, "U+%04X: \"%s\", alone \"%s\"",
		    code, made.text[KJ_VIEW_WORDS].data, out);
		kj_arena_free(arena);
	}
}
END_TEST

START_TEST(a_full_arena_leaves_the_views_untouched)
{
	struct kj_arena *arena = kj_arena_new(64);
	struct kj_text texts[] = {{"abc", 3}, {"あいう", 9}};
	struct kj_views out = {.invisible_in_words = 77};

	while (kj_arena_alloc(arena, 1))
		;
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(kj_views_make(arena, &texts[i], &out), -KJ_ENOMEM);
	ck_assert_uint_eq(out.invisible_in_words, 77);
	kj_arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("views");
	TCase *tcase = tcase_create("views");

	add_rows(tcase, a_text_has_these_views, views);
	add_rows(tcase, a_code_point_becomes, plains);
	tcase_add_test(tcase, every_code_point_becomes_what_the_view_makes_of_it);
	tcase_add_test(tcase, a_text_that_grows_eighteenfold_is_folded_whole);
	tcase_add_test(tcase, a_full_arena_leaves_the_views_untouched);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
