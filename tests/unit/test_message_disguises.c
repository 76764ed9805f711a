/*
 * test_message_disguises.c - look-alikes, and all that is none of it
 */
#include "kanjiki/arena.h"
#include "kanjiki/clock.h"
#include "kanjiki/views.h"
#include "suite.h"

static const struct {
	const char *label, *text, *words;
	unsigned lookalikes;
} disguises[] = {
    {"Cyrillic among Latin letters", "I hаvе hасkеd уоur ореrаting sуstеm",
        "i have hacked your operating system", 5},
    {"capitals before they are folded", "ВITСОIN РАYMЕNT", "bitcoin payment", 2},
    {"a word of two parts", "раssword", "password", 1},
    {"words of look-alikes alone", "web каm сору of аll", "web kam copy of all", 3},
    {"an article, in company", "I have а video, hаcked", "i have a video, hacked", 2},
    {"with diacritics", "yоùr wёbcаm", "your webcam", 2},
    {"with an overlay", "yо\u0336ur wе\u0336b", "your web", 2},
    {"Greek", "yουr wεbcαm iη mγ", "your webcam in my", 4},
    {"Armenian", "yօսr ԝebcam", "your webcam", 2},
    {"Cherokee and Lisu", "ᏔᎬᏴcam ꓪꓰꓐcam", "webcam webcam", 2},
    {"small capitals", "ʏᴏᴜʀ ᴡᴇʙᴄᴀᴍ", "your webcam", 2},
    {"black circles and squares", "🅗🅐🅒🅚🅔🅓 🆈🅾🆄", "hacked you", 2},
    {"regional indicators that are no flags", "🇭🇦🇨🇰🇪🇩", "hacked", 1},
    {"letters in white circles", "ⓗⓐⓒⓚⓔⓓ", "hacked", 0},
    {"in Russian, a Latin word with changes", "Мы взломали ваш аккаунт. Вitсоin кошелёк",
        "мы взломали ваш аккаунт. bitcoin кошелёк", 1},

    {"Russian", "Добрый день, ваш заказ готов: Xerox. Он сам всё, со мной.",
        "добрый день, ваш заказ готов: xerox. он сам всё, со мной.", 0},
    {"Russian with Latin stems", "USB-кабель, PDF и SMSка, Skypeа, Wordе",
        "usb-кабель, pdf и smsка, skypeа, wordе", 0},
    {"Russian look-alikes alone", "нет, тема: место", "нет, тема: место", 0},
    {"Ukrainian", "Привіт, її об'єкт і Windows", "привіт, її об'єкт і windows", 0},
    {"a Russian name in English", "Dear Sir, Москва is not the same as сор",
        "dear sir, москва is not the same as сор", 0},
    {"Greek text", "Καλημέρα, το Bitcoin και η κάμερα. Ο ΝΙΚΟΣ", "καλημέρα, το bitcoin και η κάμερα. ο νικοσ",
        0},
    {"Serbian in both scripts", "Beograd je lep grad. Београд је леп, то је ово.",
        "beograd je lep grad. београд је леп, то је ово.", 0},
    {"Armenian text", "Բարեւ, ու Bitcoin", "բարեւ, ու bitcoin", 0},
    {"mathematics", "The energy E = mc², α + β = γ, ρgh, Δx, sin θ, cosα",
        "the energy e = mc2, α + β = γ, ρgh, δx, sin θ, cosα", 0},
    {"faces in Japanese", "(´Д｀) о, キター", "('д') о, キター", 0},
    {"flags", "Teams: 🇯🇵🇺🇸 🇩🇪", "teams: 🇯🇵🇺🇸 🇩🇪", 0},
    {"a car park, a blood group", "🅿 available, 🅰", "🅿 available, 🅰", 0},
    {"phonetic letters", "[ˈwɛb.kæm] ɪn", "[ˈweb.kaem] in", 0},
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
	kj_arena_free(arena);
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
	add_rows(tcase, hostile_text_takes_linear_time, hostile);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
