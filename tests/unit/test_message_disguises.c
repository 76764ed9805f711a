/*
 * test_message_disguises.c - look-alikes, letters set apart, digits in place of letters; and all that is none of it
 */
#include "kanjiki/arena.h"
#include "kanjiki/clock.h"
#include "kanjiki/views.h"
#include "suite.h"

static const struct {
	const char *label, *text, *words;
	unsigned lookalikes, spaced;
} disguises[] = {
    {"Cyrillic among Latin letters", "I hаvе hасkеd уоur ореrаting sуstеm",
        "i have hacked your operating system", 5, 0},
    {"capitals before they are folded", "ВITСОIN РАYMЕNT", "bitcoin payment", 2, 0},
    {"a word of two parts", "раssword", "password", 1, 0},
    {"words of look-alikes alone", "web каm сору of аll", "web kam copy of all", 3, 0},
    {"an article, in company", "I have а video, hаcked", "i have a video, hacked", 2, 0},
    {"with diacritics", "yоùr wёbcаm", "your webcam", 2, 0},
    {"with an overlay", "yо\u0336ur wе\u0336b", "your web", 2, 0},
    {"Greek", "yουr wεbcαm iη mγ", "your webcam in my", 4, 0},
    {"Armenian", "yօսr ԝebcam", "your webcam", 2, 0},
    {"Cherokee and Lisu", "ᏔᎬᏴcam ꓪꓰꓐcam", "webcam webcam", 2, 0},
    {"a digit inside", "wеbс4m", "webcam", 2, 0},
    {"small capitals", "ʏᴏᴜʀ ᴡᴇʙᴄᴀᴍ", "your webcam", 2, 0},
    {"black circles and squares", "🅗🅐🅒🅚🅔🅓 🆈🅾🆄", "hacked you", 2, 0},
    {"regional indicators that are no flags", "🇭🇦🇨🇰🇪🇩", "hacked", 1, 0},
    {"regional indicators one by one", "🇼 🇪 🇧 🇨 🇦 🇲", "webcam", 0, 1},
    {"letters in white circles", "ⓗⓐⓒⓚⓔⓓ", "hacked", 0, 0},
    {"in Russian, a Latin word with changes", "Мы взломали ваш аккаунт. Вitсоin кошелёк",
        "мы взломали ваш аккаунт. bitcoin кошелёк", 1, 0},

    {"blanks", "your w e b c a m is", "your webcam is", 0, 1},
    {"dots", "your w.e.b.c.a.m.", "your webcam.", 0, 1},
    {"hyphens, underscores, asterisks", "w-e-b-c w_e_b_c w*e*b*c", "webc webc webc", 0, 3},
    {"two blanks between words", "I  r e c o r d e d   y o u  o n  v i d e o", "i recorded you on video", 0,
        4},
    {"short words before the first long one", "y o u  w a t c h e d", "you watched", 0, 2},
    {"a comma between words", "y o u ,  h a c k e d", "you , hacked", 0, 2},
    {"line ends", "w e b c\r\na m e r a", "webc amera", 0, 2},
    {"a blank ends a word with signs", "w.e.b.c a.m.e.r.a", "webc amera", 0, 2},
    {"another sign begins anew", "I w.e.b.c.a.m", "i webcam", 0, 1},
    {"in quotes", "\"w e b c a m\" \u201cc a m e r a\u201d", "\"webcam\" \"camera\"", 0, 2},
    {"full-width, in Japanese", "あ「ｗ ｅ ｂ ｃ ａ ｍ」です", "あ「webcam」です", 0, 1},
    {"ideographic blanks", "w\u3000e\u3000b\u3000c\u3000a\u3000m", "webcam", 0, 1},
    {"with accents", "é c o l e", "ecole", 0, 1},
    {"with Cyrillic letters of many words", "hаcked: w е b с а m", "hacked: webcam", 4, 1},
    {"with a digit", "(h 4 c k e d)", "(hacked)", 1, 1},
    {"at the end", "p o r n", "porn", 0, 1},

    {"digits", "h4ck3d p0rn passw0rd w3bc4m", "hacked porn password webcam", 4, 0},
    {"signs", "pa$$word b!tc0in m@sturb@te", "password bitcoin masturbate", 3, 0},
    {"capitals", "H4CKED, V!DE0S", "hacked, videos", 2, 0},
    {"after signs", "(h4cked!!!)", "(hacked!!!)", 1, 0},
    {"beyond ASCII around", "私のp0rn。", "私のporn。", 1, 0},

    {"Russian", "Добрый день, ваш заказ готов: Xerox. Он сам всё, со мной.",
        "добрый день, ваш заказ готов: xerox. он сам всё, со мной.", 0, 0},
    {"Russian with Latin stems", "USB-кабель, PDF и SMSка, Skypeа, Wordе",
        "usb-кабель, pdf и smsка, skypeа, wordе", 0, 0},
    {"Russian look-alikes alone", "нет, тема: место", "нет, тема: место", 0, 0},
    {"Ukrainian", "Привіт, її об'єкт і Windows", "привіт, її об'єкт і windows", 0, 0},
    {"a Russian name in English", "Dear Sir, Москва is not the same as сор",
        "dear sir, москва is not the same as сор", 0, 0},
    {"Greek text", "Καλημέρα, το Bitcoin και η κάμερα. Ο ΝΙΚΟΣ", "καλημέρα, το bitcoin και η κάμερα. ο νικοσ",
        0, 0},
    {"Serbian in both scripts", "Beograd je lep grad. Београд је леп, то је ово.",
        "beograd je lep grad. београд је леп, то је ово.", 0, 0},
    {"Armenian text", "Բարեւ, ու Bitcoin", "բարեւ, ու bitcoin", 0, 0},
    {"mathematics", "The energy E = mc², α + β = γ, ρgh, Δx, sin θ, cosα",
        "the energy e = mc2, α + β = γ, ρgh, δx, sin θ, cosα", 0, 0},
    {"faces in Japanese", "(´Д｀) о, キター", "('д') о, キター", 0, 0},
    {"flags", "Teams: 🇯🇵🇺🇸 🇩🇪", "teams: 🇯🇵🇺🇸 🇩🇪", 0, 0},
    {"a car park, a blood group", "🅿 available, 🅰", "🅿 available, 🅰", 0, 0},
    {"phonetic letters", "[ˈwɛb.kæm] ɪn", "[ˈweb.kaem] in", 0, 0},

    {"lists with comma and blank", "a, b, c, d and a,b,c,d", "a, b, c, d and a,b,c,d", 0, 0},
    {"the alphabet", "A B C D E F G", "a b c d e f g", 0, 0},
    {"one letter over and over", "x x x x x", "x x x x x", 0, 0},
    {"figures", "1 2 3 4 5 6, 1.2.3.4, A 1 B 2 C 3", "1 2 3 4 5 6, 1.2.3.4, a 1 b 2 c 3", 0, 0},
    {"three letters", "U.S.A. and e.g. y o u", "u.s.a. and e.g. y o u", 0, 0},
    {"initials", "J. R. R. T. Smith", "j. r. r. t. smith", 0, 0},
    {"names tied to words", "www.w.e.b.c.example.com w-e-b-c-foo foo-w-e-b-c",
        "www.w.e.b.c.example.com w-e-b-c-foo foo-w-e-b-c", 0, 0},
    {"Cyrillic letters set apart", "в е б к", "в е б к", 0, 0},

    {"product names", "h264 b2b mp3 mp3player covid19 win10 win7pro p2p md5sum log4j i18n office365 ipv4only",
        "h264 b2b mp3 mp3player covid19 win10 win7pro p2p md5sum log4j i18n office365 ipv4only", 0, 0},
    {"quantities", "48h 3rd 10kg $500 500$ US$500 B4 4U", "48h 3rd 10kg $500 500$ us$500 b4 4u", 0, 0},
    {"order numbers", "AB3CD4EF X7K4M2 a3f5e0b7 ZX81-4AB12", "ab3cd4ef x7k4m2 a3f5e0b7 zx81-4ab12", 0, 0},
    {"addresses", "user0name@example.com r0ot.a@b4d.org bob@host p@ssword",
        "user0name@example.com r0ot.a@b4d.org bob@host p@ssword", 0, 0},
    {"URLs and paths", "http://h4cked.com/p0rn www.p0rnsite.com c:\\p0rnx file_n0w_x a=p0rn",
        "http://h4cked.com/p0rn www.p0rnsite.com c:\\p0rnx file_n0w_x a=p0rn", 0, 0},
    {"a wallet", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "1boatslrhtknngkdxeeobr76b53lettpyt bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", 0, 0},
    {"hashes", "da39a3ee5e6b4b0d3255bfef95601890afd80709 dec0ded",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709 dec0ded", 0, 0},
    {"a blank forgotten", "Hello!How are you", "hello!how are you", 0, 0},
    {"a one may be i or l", "h1cked", "h1cked", 0, 0},
};

START_TEST(a_disguise_is_taken_off_and_nothing_else)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_text text = {disguises[_i].text, strlen(disguises[_i].text)};
	struct kj_views out;

	ck_assert_int_eq(kj_views_make(arena, &text, &out), 0);
	ck_assert_msg(strcmp(out.text[KJ_VIEW_WORDS].data, disguises[_i].words) == 0, "%s: words are \"%s\"",
	    disguises[_i].label, out.text[KJ_VIEW_WORDS].data);
	ck_assert_msg(out.lookalikes == disguises[_i].lookalikes, "%s: %u look-alikes", disguises[_i].label,
	    out.lookalikes);
	ck_assert_msg(out.spaced_words == disguises[_i].spaced, "%s: %u words set apart", disguises[_i].label,
	    out.spaced_words);
	kj_arena_free(arena);
}
END_TEST

static const struct {
	const char *label, *text, *dense;
	unsigned run;
} runs[] = {
    {"no word can be told", "i r e c o r d e d y o u m y n a m e", "irecordedyoumyname", 18},
    {"over two lines, and words after it", "i r e c o r d e d y o u r f\ni l m s, and more.",
        "irecordedyourfilmsandmore", 14},
    {"long enough in one line", "i r e c o r d e d y o u r f i l\nm s. And more.",
        "irecordedyourfilmsandmore", 16},
    {"single words", "h a c k e d  y o u r  w e b c a m", "", 6},
    {"none", "recorded you", "", 0},
};

START_TEST(letters_set_apart_throughout_have_a_dense_view)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_text text = {runs[_i].text, strlen(runs[_i].text)};
	struct kj_views out;
	const char *want = runs[_i].run < KJ_SPACED_RUN_LONG ? "" : runs[_i].dense;

	ck_assert_int_eq(kj_views_make(arena, &text, &out), 0);
	ck_assert_msg(strcmp(out.text[KJ_VIEW_DENSE].data, want) == 0, "%s: dense is \"%s\"", runs[_i].label,
	    out.text[KJ_VIEW_DENSE].data);
	ck_assert_msg(out.spaced_run == runs[_i].run, "%s: a run of %u", runs[_i].label, out.spaced_run);
	kj_arena_free(arena);
}
END_TEST

START_TEST(letters_set_apart_are_found_at_any_place)
{
	for (size_t before = 0; before < 20; before++) {
		struct kj_arena *arena = kj_arena_new(1 << 20);
		char data[40] = "abcdefghijklmnopqrstuvwxyz";
		struct kj_text text = {data, before + 8};
		struct kj_views out;

		memcpy(data + before, " p o r n", 8);
		ck_assert_int_eq(kj_views_make(arena, &text, &out), 0);
		ck_assert_uint_eq(out.spaced_words, 1);
		kj_arena_free(arena);
	}
}
END_TEST

/* Texts made to take long: 256 KiB of each, four times as much in no more than some twenty times the time. */
static const struct {
	const char *label, *unit;
} hostile[] = {
    {"one endless word", "a"},
    {"one endless word of digits and letters", "h4ck3d"},
    {"signs and letters", "a@b$c!"},
    {"singles", "w e b c a m "},
    {"singles with changing signs", "a.b-c d_e*"},
    {"short groups", "a b  "},
    {"figures", "1 2 3 "},
    {"combining marks of two orders", "\u0301\u0316"},
    {"half-width sound marks and others", "\uff9e\u0316"},
    {"alternating scripts", "aаαա"},
    {"alternating words", "aа сору α "},
    {"regional indicators", "🇯🇵🇭"},
    {"flags", "🇯🇵"},
    {"joiners", "a\u200d"},
    {"the longest expansion", "\ufdfa"},
    {"no UTF-8", "\xff"},
    {"Hangul parts", "\u1100\u1161"},
};

static int64_t ms_for(const char *unit, size_t len)
{
	struct kj_arena *arena = kj_arena_new(256 << 20);
	char *data = malloc(len);
	struct kj_text text = {data, len};
	struct kj_views out;
	int64_t start = kj_clock_mono_ms(kj_clock_system());

	ck_assert_ptr_nonnull(data);
	for (size_t i = 0; i < len; i++)
		data[i] = unit[i % strlen(unit)];
	ck_assert_int_eq(kj_views_make(arena, &text, &out), 0);
	free(data);
	kj_arena_free(arena);
	return kj_clock_mono_ms(kj_clock_system()) - start;
}

START_TEST(hostile_text_takes_linear_time)
{
	int64_t once = ms_for(hostile[_i].unit, 256 << 10), four = ms_for(hostile[_i].unit, 1 << 20);

	ck_assert_msg(
	    four <= 20 * (once + 10), "%s: %d ms, then %d ms", hostile[_i].label, (int)once, (int)four);
	ck_assert_msg(four < 10000, "%s: %d ms", hostile[_i].label, (int)four);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("disguises");
	TCase *tcase = tcase_create("disguises");

	add_rows(tcase, a_disguise_is_taken_off_and_nothing_else, disguises);
	add_rows(tcase, letters_set_apart_throughout_have_a_dense_view, runs);
	tcase_add_test(tcase, letters_set_apart_are_found_at_any_place);
	add_rows(tcase, hostile_text_takes_linear_time, hostile);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
