/*
 * test_message_views.c - the views of words and of dense text
 */
#include "kanjiki/arena.h"
#include "kanjiki/err.h"
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
    {"capitals beyond ASCII", "ÄÖÜ ÉCOLE straße", "äöü école strasse", "", 0},
    {"full-width letters", "ＢＩＴＣＯＩＮ", "bitcoin", "", 0},
    {"mathematical letters", "\U0001d41b\U0001d422\U0001d42d coin", "bit coin", "", 0},
    {"soft hyphen", "pass\u00adword", "password", "", 1},
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
	tcase_add_test(tcase, a_text_that_grows_eighteenfold_is_folded_whole);
	tcase_add_test(tcase, a_full_arena_leaves_the_views_untouched);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
