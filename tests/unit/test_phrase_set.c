/*
 * test_phrase_set.c - literals, regular expressions and groups of words, found in one pass
 */
#include <pthread.h>

#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/phrase_set.h"
#include "suite.h"

static struct kj_phrase_set *own_set(const struct kj_phrase *phrases, size_t count)
{
	struct kj_phrase_set *set = kj_phrase_set_new();
	struct kj_reason reason = {""};

	for (size_t i = 0; i < count; i++)
		ck_assert_msg(kj_phrase_set_add(set, &phrases[i], NULL, &reason) == 0, "%s", reason.text);
	ck_assert_msg(kj_phrase_set_compile(set, &reason) == 0, "%s", reason.text);
	return set;
}

static int count_match(void *context, const struct kj_phrase_match *match)
{
	unsigned *count = context;

	(void)match;
	++*count;
	return 0;
}

/* Everything that a set finds; what the scan of expressions returned. */
static int scan_all(
    const struct kj_phrase_set *set, const struct kj_views *views, unsigned *count, struct kj_reason *reason)
{
	struct kj_phrase_scan *scan;
	int rc;

	ck_assert_int_eq(kj_phrase_scan_begin(set, views, count_match, count, &scan, reason), 0);
	rc = kj_phrase_scan_rest(scan, KJ_LANGUAGES_ALL, reason);
	kj_phrase_scan_end(scan);
	return rc;
}

static const struct {
	const char *phrase, *text;
	enum kj_phrase_kind kind;
	unsigned matches;
} scans[] = {
    {"btc", "BTC btc, (btc) xbtc btcx 1btc btc1", KJ_PHRASE_LITERAL, 3},
    {"btc", "ビットコインbtcを", KJ_PHRASE_LITERAL, 1},
    {"étage", "étage rétage étages Étage etage", KJ_PHRASE_LITERAL, 3},
    {"etage", "étage", KJ_PHRASE_LITERAL, 1},
    {"Gerät", "Gerät geraet gerat GERÄT Gera", KJ_PHRASE_LITERAL, 4},
    {"geräte? gehackt", "Gerät gehackt, Geraete gehackt, gerate gehackt", KJ_PHRASE_EXPRESSION, 3},
    {"hacked your phone", "i h a c k e d y o u r p h o n e l a s t n i g h t", KJ_PHRASE_LITERAL, 1},
    {"hacked it", "i h a c k e d i t l a s t n i g h t", KJ_PHRASE_LITERAL, 0}, /* too short to be told from chance */
    {"{send* publish*} {video footage}", "I will publish the video", KJ_PHRASE_NEAR, 1},
    {"{send* publish*} {video footage}", "that video is what I am sending", KJ_PHRASE_NEAR, 1},
    {"{send* publish*} {video footage}", "I send videos; resend the video", KJ_PHRASE_NEAR, 1},
    {"{send* publish*} {video footage} ~12", "video, and then I send it", KJ_PHRASE_NEAR, 0},
    {"{send* publish*} {video footage} ~24", "video, and then I send it", KJ_PHRASE_NEAR, 1},
    {"{send*} {the_video} {friends}", "your friends: I send them the  video", KJ_PHRASE_NEAR, 1},
    {"{send*} {the_video} {friends}", "your friends: I send them a video", KJ_PHRASE_NEAR, 0},
    {"{gerät*} {gehackt}", "gehackt sind deine Geräte, deine Geraete", KJ_PHRASE_NEAR, 2},
    {"{動画 映像} {送信 拡散}", "拡 散する、この 動画を", KJ_PHRASE_NEAR, 1},
    {"{動画 video} {送信 拡散}", "videoを送信", KJ_PHRASE_NEAR, 1},
    {"ビットコイン", "びっとこいん ﾋﾞｯﾄ ｺｲﾝ ビット・コイン", KJ_PHRASE_LITERAL, 3},
    {"サーバ", "サーバーさば", KJ_PHRASE_LITERAL, 2},
    {"(i|we) hacked", "I hacked; wifi hacked; we  hacked", KJ_PHRASE_EXPRESSION, 2},
    {"hacked your (\\w+ ){0,2}(phone|laptop)", "hacked your very own phone, hacked your x y z phone", KJ_PHRASE_EXPRESSION,
        1},
    {"hacked(up)? it", "hacked it hackedup it hackedx it", KJ_PHRASE_EXPRESSION, 2},
    {"(abc)?def", "def abcdef", KJ_PHRASE_EXPRESSION, 2},
    {"a{2}bc", "aabc abc", KJ_PHRASE_EXPRESSION, 1},
    {"a\\.b+cde", "a.bbcde axbcde", KJ_PHRASE_EXPRESSION, 1},
    {"[xyz]{3}", "xyz xyzx", KJ_PHRASE_EXPRESSION, 1},
    {"(?!not )\\w+ sent", "not sent is sent", KJ_PHRASE_EXPRESSION, 1},
    {"ÉCOLE|école", "École", KJ_PHRASE_EXPRESSION, 1},
    {"あなた(の|様の)?デバイス", "あなた の\nデバイス あなたでばいす", KJ_PHRASE_EXPRESSION, 2},
    {"請.{0,3}致電", "请立即, 請立即致電021-5555 vip請致電", KJ_PHRASE_EXPRESSION, 2},
    {"[$€]\\d+", "US$500, 5$500x", KJ_PHRASE_EXPRESSION, 1},
    {"サーバー?に侵入", "サーバに侵入、サーバーに侵入", KJ_PHRASE_EXPRESSION, 2},
};

START_TEST(a_phrase_matches_so_often)
{
	struct kj_phrase phrase = {"en", 0, KJ_CLAIM_COMPROMISE, scans[_i].phrase, scans[_i].kind, "en", 1};
	struct kj_phrase_set *set = own_set(&phrase, 1);
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_text text = {scans[_i].text, strlen(scans[_i].text)};
	struct kj_views views;
	unsigned count = 0;

	ck_assert_int_eq(kj_views_make(arena, &text, &views), 0);
	ck_assert_int_eq(scan_all(set, &views, &count, NULL), 0);
	ck_assert_msg(count == scans[_i].matches, "%s: %u matches", scans[_i].phrase, count);
	kj_arena_free(arena);
	kj_phrase_set_free(set);
}
END_TEST

/* Few places of its literal are looked around one by one; with many the whole text is searched. */
static const unsigned false_starts[] = {0, 1, 2, 23, 24, 25, 26, 200};

START_TEST(a_match_is_found_behind_any_number_of_false_starts)
{
	static const struct kj_phrase phrase = {"en", 0, KJ_CLAIM_COMPROMISE, "hacked your (\\w+ ){0,2}phone", KJ_PHRASE_EXPRESSION, "own", 1};
	struct kj_phrase_set *set = own_set(&phrase, 1);
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_buf buf = KJ_BUF_INIT(1 << 16);
	struct kj_views views;
	unsigned matches = 0;

	for (unsigned i = 0; i < false_starts[_i]; i++)
		kj_buf_printf(&buf, "hacked your mind. %s", i % 3 ? "" : "Nobody knows how, nor who it was, nor why it took so long. ");
	kj_buf_add_str(&buf, "Hacked your very own phone");
	ck_assert_int_eq(kj_views_make(arena, &(struct kj_text){kj_buf_str(&buf), buf.len}, &views), 0);
	ck_assert_int_eq(scan_all(set, &views, &matches, NULL), 0);
	ck_assert_uint_eq(matches, 1);
	kj_buf_free(&buf);
	kj_arena_free(arena);
	kj_phrase_set_free(set);
}
END_TEST

static int keep_end(void *context, const struct kj_phrase_match *match)
{
	size_t *end = context;

	*end = match->end > *end ? match->end : *end;
	return 0;
}

START_TEST(a_match_is_found_behind_any_number_of_matches)
{
	static const struct kj_phrase phrase = {"en", 0, KJ_CLAIM_SEXUAL, "hacked (\\w+ ){0,2}phone", KJ_PHRASE_EXPRESSION, "own", 1};
	struct kj_phrase_set *set = own_set(&phrase, 1);
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_buf buf = KJ_BUF_INIT(1 << 16);
	struct kj_phrase_scan *scan;
	struct kj_views views;
	size_t end = 0;

	for (unsigned i = 0; i < 200; i++)
		kj_buf_add_str(&buf, "hacked phone, ");
	for (unsigned i = 0; i < 300; i++)
		kj_buf_add_str(&buf, "nothing ");
	kj_buf_add_str(&buf, "hacked your own phone");
	ck_assert_int_eq(kj_views_make(arena, &(struct kj_text){kj_buf_str(&buf), buf.len}, &views), 0);
	ck_assert_int_eq(kj_phrase_scan_begin(set, &views, keep_end, &end, &scan, NULL), 0);
	ck_assert_uint_eq(end, views.text[KJ_VIEW_WORDS].len);
	kj_phrase_scan_end(scan);
	kj_buf_free(&buf);
	kj_arena_free(arena);
	kj_phrase_set_free(set);
}
END_TEST

START_TEST(an_expression_that_runs_wild_is_stopped_and_named)
{
	static const struct kj_phrase phrases[] = {
	    {"en", 0, KJ_CLAIM_COMPROMISE, "(a+)+b", KJ_PHRASE_EXPRESSION, "lists/en", 7},
	    {"en", 0, KJ_CLAIM_COMPROMISE, "tail", KJ_PHRASE_LITERAL, "lists/en", 8},
	    {"en", 0, KJ_CLAIM_COMPROMISE, "ta[i]l", KJ_PHRASE_EXPRESSION, "lists/en", 9},
	};
	struct kj_phrase_set *set = own_set(phrases, 3);
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_reason reason = {""};
	struct kj_text text;
	struct kj_views views;
	unsigned count = 0;

	text.data =
	    kj_arena_printf(arena, "%s tail b", (char *)memset(kj_arena_alloc(arena, 5001), 'a', 5000));
	text.len = strlen(text.data);
	ck_assert_int_eq(kj_views_make(arena, &text, &views), 0);
	ck_assert_int_eq(
	    scan_all(set, &views, &count, &reason), -KJ_ELIMIT);
	ck_assert_str_eq(reason.text, "lists/en:7: the expression met its match limit");
	ck_assert_uint_eq(count, 2);
	kj_arena_free(arena);
	kj_phrase_set_free(set);
}
END_TEST

/* A longer text is searched for a language only if it has words of it. */
static const struct {
	const char *label, *text;
	unsigned times; /* the text is repeated */
	uint64_t languages;
	unsigned matches;
} gates[] = {
    {"three common words", "the end of your work will be; hacked phone. ", 60, 1, 60},
    {"two of them, again and again", "the end of your work; hacked phone. ", 60, 0, 0},
    {"inside of other words", "bathed yours candy willow the; hacked phone. ", 60, 0, 0},
    {"a short text", "hacked phone", 1, UINT64_MAX, 1},
    {"letters set apart throughout", "t h e y o u r a n d w i l l h a c k e d p h o n e ", 100, UINT64_MAX, 100},
};

START_TEST(a_language_is_looked_for_where_its_words_are)
{
	static const struct kj_phrase phrase = {"en", 0, KJ_CLAIM_SEXUAL, "hacked phone", KJ_PHRASE_LITERAL, "en", 1};
	struct kj_phrase_set *set = kj_phrase_set_new();
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_buf text = KJ_BUF_INIT(1 << 16);
	struct kj_phrase_scan *scan;
	struct kj_views views;
	unsigned count = 0;

	ck_assert_int_eq(kj_phrase_set_add(set, &phrase, NULL, NULL), 0);
	ck_assert_int_eq(kj_phrase_set_common(set, "en", "the your and will", NULL, NULL), 0);
	ck_assert_int_eq(kj_phrase_set_compile(set, NULL), 0);
	for (unsigned i = 0; i < gates[_i].times; i++)
		kj_buf_add_str(&text, gates[_i].text);
	ck_assert_int_eq(kj_views_make(arena, &(struct kj_text){kj_buf_str(&text), text.len}, &views), 0);
	ck_assert_int_eq(kj_phrase_scan_begin(set, &views, count_match, &count, &scan, NULL), 0);
	ck_assert_msg((kj_phrase_scan_languages(scan) & 1) == (gates[_i].languages & 1), "%s", gates[_i].label);
	ck_assert_msg(count == gates[_i].matches, "%s: %u matches", gates[_i].label, count);
	kj_phrase_scan_end(scan);
	kj_buf_free(&text);
	kj_arena_free(arena);
	kj_phrase_set_free(set);
}
END_TEST

static const struct {
	const char *phrase;
	enum kj_phrase_kind kind;
	size_t offset;
	const char *reason; /* begins so */
} mistakes[] = {
    {"", KJ_PHRASE_LITERAL, 0, "nothing is left"},
    {"\u200b", KJ_PHRASE_LITERAL, 0, "nothing is left"},
    {"a(b", KJ_PHRASE_EXPRESSION, 3, "bad regular expression"},
    {"a*", KJ_PHRASE_EXPRESSION, 0, "the regular expression matches the empty text"},
    {"{send} video", KJ_PHRASE_NEAR, 7, "a group of words begins with"},
    {"{send}", KJ_PHRASE_NEAR, 6, "one group of words alone"},
    {"{send} {}", KJ_PHRASE_NEAR, 8, "an empty group"},
    {"{send} {video", KJ_PHRASE_NEAR, 13, "the closing"},
    {"{send} {of}", KJ_PHRASE_NEAR, 8, "\"of\" is too short"},
    {"{send} {video} ~0", KJ_PHRASE_NEAR, 15, "behind the groups stands a distance"},
    {"{send} {video} ~9x", KJ_PHRASE_NEAR, 15, "behind the groups stands a distance"},
    {"{aaa} {bbb} {ccc} {ddd} {eee} {fff} {ggg}", KJ_PHRASE_NEAR, 36, "more than 6 groups"},
};

START_TEST(a_mistake_is_named_with_its_place)
{
	struct kj_phrase phrase = {"en", 0, KJ_CLAIM_COMPROMISE, mistakes[_i].phrase, mistakes[_i].kind, "en", 1};
	struct kj_phrase_set *set = kj_phrase_set_new();
	struct kj_reason reason = {""};
	size_t offset = 99;

	ck_assert_int_eq(kj_phrase_set_add(set, &phrase, &offset, &reason), -KJ_EINVAL);
	ck_assert_msg(strncmp(reason.text, mistakes[_i].reason, strlen(mistakes[_i].reason)) == 0, "%s: %s",
	    mistakes[_i].phrase, reason.text);
	ck_assert_uint_eq(offset, mistakes[_i].offset);
	ck_assert_uint_eq(kj_phrase_set_size(set), 0);
	kj_phrase_set_free(set);
}
END_TEST

static const struct kj_phrase shared[] = {
    {"en", 0, KJ_CLAIM_COMPROMISE, "hacked your (\\w+ ){0,2}phone", KJ_PHRASE_EXPRESSION, "own", 1},
    {"en", 0, KJ_CLAIM_WALLET, "bitcoin wallet", KJ_PHRASE_LITERAL, "own", 2},
    {"en", 0, KJ_CLAIM_THREAT, "{send*} {video} {friends}", KJ_PHRASE_NEAR, "own", 3},
};

struct worker {
	const struct kj_phrase_set *set;
	unsigned count;
};

static void *scan_often(void *context)
{
	static const char words[] = "I hacked your new phone. Send money to the bitcoin wallet or the video goes to friends.";
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_text text = {words, strlen(words)};
	struct worker *worker = context;
	struct kj_views views;

	if (kj_views_make(arena, &text, &views) == 0)
		for (int i = 0; i < 50; i++)
			scan_all(worker->set, &views, &worker->count, NULL);
	kj_arena_free(arena);
	return NULL;
}

/* An expression is compiled by whichever thread needs it first. */
START_TEST(threads_share_a_set)
{
	struct kj_phrase_set *set = own_set(shared, sizeof shared / sizeof *shared);
	struct worker workers[4] = {{set, 0}, {set, 0}, {set, 0}, {set, 0}};
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, scan_often, &workers[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 4; i++)
		ck_assert_uint_eq(workers[i].count, 150);
	kj_phrase_set_free(set);
}
END_TEST

START_TEST(letters_and_categories_belong_together)
{
	for (int c = 0; c < KJ_CLAIM_COUNT; c++)
		ck_assert_int_eq(kj_category_of_letter(kj_category_letter((enum kj_category)c)), c);
	ck_assert_int_eq(kj_category_of_letter('H'), KJ_CLAIM_HOTLINE);
	ck_assert_int_eq(kj_category_of_letter('h'), -KJ_EINVAL);
	ck_assert_int_eq(kj_category_of_letter('\0'), -KJ_EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("phrase_set");
	TCase *tcase = tcase_create("phrases");

	add_rows(tcase, a_phrase_matches_so_often, scans);
	add_rows(tcase, a_match_is_found_behind_any_number_of_false_starts, false_starts);
	tcase_add_test(tcase, a_match_is_found_behind_any_number_of_matches);
	tcase_add_test(tcase, an_expression_that_runs_wild_is_stopped_and_named);
	add_rows(tcase, a_mistake_is_named_with_its_place, mistakes);
	add_rows(tcase, a_language_is_looked_for_where_its_words_are, gates);
	tcase_add_test(tcase, threads_share_a_set);
	tcase_add_test(tcase, letters_and_categories_belong_together);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
