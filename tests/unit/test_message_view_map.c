/*
 * test_message_view_map.c - what a place in a view was in the text
 */
#include "kanjiki/err.h"
#include "kanjiki/views.h"
#include "suite.h"

static const struct {
	const char *label, *text;
	enum kj_view_kind kind;
	const char *found, *wanted;
} places[] = {
    {"ASCII", "I HACKED Your Device.", KJ_VIEW_WORDS, "your device", "Your Device"},
    {"runs of blanks", "your \r\n\t webcam", KJ_VIEW_WORDS, "your webcam", "your \r\n\t webcam"},
    {"control characters", "xweb\001camx", KJ_VIEW_WORDS, "webcam", "web\001cam"},
    {"composed letters", "y\u00f2ur w\u00e9bcam!", KJ_VIEW_WORDS, "your webcam", "y\u00f2ur w\u00e9bcam"},
    {"decomposed letters", "a cafe\u0301 b", KJ_VIEW_WORDS, "cafe", "cafe\u0301"},
    {"one of two letters of a pair", "\u00e6x", KJ_VIEW_WORDS, "e", "\u00e6"},
    {"zero-width characters inside", "a h\u200back\u00aded b", KJ_VIEW_WORDS, "hacked", "h\u200back\u00aded"},
    {"zero-width characters around", "a\u200bhacked\u200bb", KJ_VIEW_WORDS, "hacked", "hacked"},
    {"look-alikes", "I hасkеd it", KJ_VIEW_WORDS, "hacked", "hасkеd"},
    {"letters set apart", "your w e b c a m is", KJ_VIEW_WORDS, "webcam is", "w e b c a m is"},
    {"a short word before it", "I  y o u  h a c k e d", KJ_VIEW_WORDS, "you", "y o u"},
    {"digits for letters", "a h4ck3d b", KJ_VIEW_WORDS, "hacked", "h4ck3d"},
    {"regional indicators", "a 🇭🇦🇨🇰🇪🇩 b", KJ_VIEW_WORDS, "hacked", "🇭🇦🇨🇰🇪🇩"},
    {"half-width katakana", "のﾋﾞｯﾄを", KJ_VIEW_WORDS, "ビット", "ﾋﾞｯﾄ"},
    {"invalid bytes", "\xff\xfehacked\xff", KJ_VIEW_WORDS, "hacked", "hacked"},
    {"dense text", "全 デバ イス、へ。", KJ_VIEW_DENSE, "でばいす", "デバ イス"},
    {"dense half-width text", "のﾋﾞｯ ﾄｺｲﾝを", KJ_VIEW_DENSE, "びっとこいん", "ﾋﾞｯ ﾄｺｲﾝ"},
    {"dense text of letters set apart", "i r e c o r d e d y o u r f i l m", KJ_VIEW_DENSE, "your",
        "y o u r"},
    {"long-vowel marks", "サーバーが", KJ_VIEW_DENSE, "さば", "サーバ"},
};

START_TEST(a_place_in_a_view_was_this_in_the_text)
{
	struct kj_text text = {places[_i].text, strlen(places[_i].text)};
	struct kj_view_map *map;
	size_t start, end, from, to;
	const char *view, *at;

	ck_assert_int_eq(kj_view_map_new(&text, &map), 0);
	view = kj_view_map_views(map)->text[places[_i].kind].data;
	at = strstr(view, places[_i].found);
	ck_assert_msg(at != NULL, "%s: the view is \"%s\"", places[_i].label, view);
	start = (size_t)(at - view);
	end = start + strlen(places[_i].found);
	ck_assert(kj_view_map_span(map, places[_i].kind, start, end, &from, &to));
	ck_assert_msg(to - from == strlen(places[_i].wanted) &&
	                  memcmp(text.data + from, places[_i].wanted, to - from) == 0,
	    "%s: it was \"%.*s\"", places[_i].label, (int)(to - from), text.data + from);
	kj_view_map_free(map);
}
END_TEST

START_TEST(a_span_outside_of_a_view_was_nothing)
{
	struct kj_text text = {"abc", 3};
	struct kj_view_map *map;
	size_t from = 77, to = 78;

	ck_assert_int_eq(kj_view_map_new(&text, &map), 0);
	ck_assert(!kj_view_map_span(map, KJ_VIEW_WORDS, 0, 4, &from, &to));
	ck_assert(!kj_view_map_span(map, KJ_VIEW_WORDS, 2, 2, &from, &to));
	ck_assert(!kj_view_map_span(map, KJ_VIEW_WORDS, 2, 1, &from, &to));
	ck_assert(!kj_view_map_span(map, KJ_VIEW_DENSE, 0, 1, &from, &to));
	ck_assert_uint_eq(from + to, 77 + 78);
	kj_view_map_free(map);
	kj_view_map_free(NULL);
}
END_TEST

START_TEST(a_text_too_long_has_no_map)
{
	struct kj_text text = {"", (16U << 20) + 1};
	struct kj_view_map *map = NULL;

	ck_assert_int_eq(kj_view_map_new(&text, &map), -KJ_ENOMEM);
	ck_assert_ptr_null(map);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("view maps");
	TCase *tcase = tcase_create("view maps");

	add_rows(tcase, a_place_in_a_view_was_this_in_the_text, places);
	tcase_add_test(tcase, a_span_outside_of_a_view_was_nothing);
	tcase_add_test(tcase, a_text_too_long_has_no_map);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
