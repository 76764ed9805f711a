/*
 * test_crowd_sketch.c - alike texts have alike sketches, others have not
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/sketch.h"
#include "suite.h"

#define TEXT_MAX ((size_t)1 << 20)

static const struct kj_hash_key key = {11, 12};
static struct kj_arena *arena;

static void begin(void)
{
	arena = kj_arena_new((size_t)64 << 20);
}

static void end(void)
{
	kj_arena_free(arena);
}

static struct kj_sketch sketch_of(const char *text, const char *rcpt, const char *name, const char *domain)
{
	const char *rcpts[] = {rcpt};
	struct kj_persons persons = {rcpts, 1, name, domain};
	struct kj_text whole = {text, strlen(text)};
	struct kj_sketch sketch;
	struct kj_views views;

	ck_assert_int_eq(kj_views_make(arena, &whole, &views), 0);
	kj_sketch_make(&views, &persons, &key, &sketch);
	return sketch;
}

static struct kj_sketch plain_sketch(const char *text)
{
	return sketch_of(text, "a@b.example", "", "");
}

/* The n-th word of a text; another one where it is replaced. Words of one seed are those of no other. */
static void add_word(struct kj_buf *buf, unsigned seed, unsigned n)
{
	uint32_t value = (seed * 10007 + n) * 2654435761U;

	for (int i = 0; i < 6; i++, value >>= 5)
		kj_buf_add_char(buf, (char)('a' + value % 26));
	kj_buf_add_char(buf, ' ');
}

/* One character, likewise. */
static void add_char(struct kj_buf *buf, unsigned seed, unsigned n)
{
	uint32_t code = 0x4e00 + (seed * 10007 + n) * 2654435761U % 0x5000;

	kj_buf_add_char(buf, (char)(0xe0 | code >> 12));
	kj_buf_add_char(buf, (char)(0x80 | (code >> 6 & 63)));
	kj_buf_add_char(buf, (char)(0x80 | (code & 63)));
}

/* A text of so many units, of which about `percent` are replaced. */
static struct kj_sketch made_sketch(
    void (*add)(struct kj_buf *, unsigned, unsigned), unsigned seed, unsigned count, unsigned percent)
{
	struct kj_buf buf = KJ_BUF_INIT(TEXT_MAX);
	struct kj_sketch sketch;

	for (unsigned i = 0; i < count; i++)
		add(&buf, (i * 7919 + seed) % 100 < percent ? seed + 1000 : seed, i);
	sketch = plain_sketch(kj_buf_str(&buf));
	kj_buf_free(&buf);
	return sketch;
}

#define TEXTS 40

/* The average over many texts, in tenths. */
static unsigned equal_tenths(
    void (*add)(struct kj_buf *, unsigned, unsigned), unsigned count, unsigned percent)
{
	unsigned sum = 0;

	for (unsigned seed = 1; seed <= TEXTS; seed++) {
		struct kj_sketch one = made_sketch(add, seed, count, 0),
		                 two = made_sketch(add, seed, count, percent);

		sum += kj_sketch_equal(&one, &two);
	}
	return sum * 10 / TEXTS;
}

/* Where one word in n is replaced, 3 runs in n differ: of p percent, (1 - p)^3 / (2 - (1 - p)^3) of all runs are
 * common. */
static const struct {
	const char *label;
	void (*add)(struct kj_buf *, unsigned, unsigned);
	unsigned count, percent, least, most;
} likenesses[] = {
    {"the same words", add_word, 150, 0, 320, 320},
    {"2% of the words", add_word, 150, 2, 265, 305},
    {"10% of the words", add_word, 150, 10, 150, 235},
    {"40% of the words", add_word, 150, 40, 10, 60},
    {"all words", add_word, 150, 100, 0, 5},
    {"few words, 10%", add_word, 40, 10, 140, 250},
    {"the same characters", add_char, 300, 0, 320, 320},
    {"2% of the characters", add_char, 300, 2, 235, 300},
    {"all characters", add_char, 300, 100, 0, 5},
};

START_TEST(texts_are_as_alike_as_their_runs)
{
	unsigned got = equal_tenths(likenesses[_i].add, likenesses[_i].count, likenesses[_i].percent);

	ck_assert_msg(got >= likenesses[_i].least && got <= likenesses[_i].most, "%s: %u.%u of 32",
	    likenesses[_i].label, got / 10, got % 10);
}
END_TEST

#define LETTER                                                                                               \
	"we looked at your account again and have seen that the last bill is still open, so please pay it "  \
	"soon at %s or write to us at %s if you think that this is wrong. with kind regards, your team of "  \
	"friends who always help %s"

static const char *letter(const char *hello, const char *url, const char *address, const char *name)
{
	return kj_arena_printf(arena, "%s, " LETTER, hello, url, address, name);
}

/* Each against the first. */
static const struct {
	const char *label, *hello, *url, *address, *name, *rcpt, *domain;
} personal[] = {
    {"the first", "Dear hanako@example.jp", "http://a.example/1", "x@a.example", "Ann Other",
        "hanako@example.jp", "a.example"},
    {"another recipient", "Dear taro.y@example.net", "http://a.example/1", "x@a.example", "Ann Other",
        "taro.y@example.net", "a.example"},
    {"another link", "Dear hanako@example.jp", "https://www.b.example:8080/q?z=12", "x@a.example",
        "Ann Other", "hanako@example.jp", "a.example"},
    {"a bare link", "Dear hanako@example.jp", "go.b.example/q?z=12", "x@a.example", "Ann Other",
        "hanako@example.jp", "b.example"},
    {"another name", "Dear hanako@example.jp", "http://a.example/1", "x@a.example", "Bob van Dam",
        "hanako@example.jp", "a.example"},
};

START_TEST(personal_mails_of_a_campaign_have_one_sketch)
{
	struct kj_sketch sketches[2];
	unsigned rows[] = {0, (unsigned)_i};

	for (int i = 0; i < 2; i++) {
		unsigned row = rows[i];

		sketches[i] = sketch_of(
		    letter(personal[row].hello, personal[row].url, personal[row].address, personal[row].name),
		    personal[row].rcpt, personal[row].name, personal[row].domain);
	}
	ck_assert_msg(kj_sketch_equal(&sketches[0], &sketches[1]) == KJ_SKETCH_LEN, "%s: %u",
	    personal[_i].label, kj_sketch_equal(&sketches[0], &sketches[1]));
}
END_TEST

static const struct {
	const char *label, *one, *two;
} numbers[] = {
    {"numbers", "bill 4711", "bill 9"},
    {"groups of digits", "bill 1,200.50", "bill 7"},
    {"words with digits", "bill 8f3ab2c1d", "bill x7"},
    {"addresses", "bill of x@a.example", "bill of y.z@b.example"},
    {"case and signs", "bill - Now!", "BILL now"},
};

START_TEST(what_changes_from_mail_to_mail_does_not_change_it)
{
	struct kj_sketch one = plain_sketch(letter(numbers[_i].one, "", "", "")),
	                 two = plain_sketch(letter(numbers[_i].two, "", "", ""));

	ck_assert_msg(kj_sketch_equal(&one, &two) == KJ_SKETCH_LEN, "%s", numbers[_i].label);
}
END_TEST

START_TEST(japanese_is_the_same_in_either_kana_and_with_any_signs)
{
	static const char
	    one[] = "近くに越してきたばかりで、まだ話し相手がいません。よかったら今夜、お話ししませんか。",
	    two[] = "近クニ越シテキタバカリデ まだ話し相手がいません！よかったら「今夜」お話ししませんか";
	struct kj_sketch a = plain_sketch(kj_arena_printf(arena, "%s%s%s%s", one, one, one, one)),
	                 b = plain_sketch(kj_arena_printf(arena, "%s%s%s%s", two, two, two, two));

	ck_assert_uint_gt(a.runs, 120);
	ck_assert_uint_eq(kj_sketch_equal(&a, &b), KJ_SKETCH_LEN);
}
END_TEST

static const struct {
	const char *label;
	void (*add)(struct kj_buf *, unsigned, unsigned);
	unsigned count, runs;
} lengths[] = {
    {"29 words", add_word, 29, 0},
    {"30 words", add_word, 30, 28},
    {"514 words", add_word, 514, 512},
    {"many words", add_word, 5000, 512},
    {"119 characters", add_char, 119, 0},
    {"120 characters", add_char, 120, 116},
    {"many characters", add_char, 5000, 512},
};

START_TEST(too_short_a_text_has_no_sketch)
{
	struct kj_sketch sketch = made_sketch(lengths[_i].add, 1, lengths[_i].count, 0);

	ck_assert_msg(sketch.runs == lengths[_i].runs, "%s: %u", lengths[_i].label, sketch.runs);
	ck_assert_uint_eq(kj_sketch_equal(&sketch, &sketch), sketch.runs ? KJ_SKETCH_LEN : 0);
}
END_TEST

START_TEST(numbers_are_no_text)
{
	struct kj_buf buf = KJ_BUF_INIT(TEXT_MAX);

	for (int i = 0; i < 500; i++)
		kj_buf_printf(&buf, "%d http://a%d.example/ a%d@b.example x%d\n", i, i, i, i);
	ck_assert_uint_eq(plain_sketch(kj_buf_str(&buf)).runs, 0);
	kj_buf_free(&buf);
}
END_TEST

START_TEST(without_the_key_nobody_knows_it)
{
	struct kj_text text = {letter("Dear friend", "", "", ""), 0};
	struct kj_persons persons = {NULL, 0, "", ""};
	struct kj_sketch one, two;
	struct kj_views views;

	text.len = strlen(text.data);
	ck_assert_int_eq(kj_views_make(arena, &text, &views), 0);
	kj_sketch_make(&views, &persons, &key, &one);
	kj_sketch_make(&views, &persons, &(struct kj_hash_key){11, 13}, &two);
	ck_assert_uint_lt(kj_sketch_equal(&one, &two), 4);
}
END_TEST

/* Hosts of any kind share sketches. */
START_TEST(a_sketch_is_the_same_everywhere)
{
	static const uint8_t want[8] = {0xcb, 0x85, 0xb2, 0x19, 0xb6, 0xfa, 0x87, 0x7e};
	struct kj_sketch sketch = plain_sketch(letter("Dear friend", "", "", ""));

	ck_assert_mem_eq(sketch.at, want, sizeof want);
}
END_TEST

START_TEST(a_band_is_four_bytes_and_its_number)
{
	struct kj_sketch sketch = {.runs = 1};

	for (int i = 0; i < KJ_SKETCH_LEN; i++)
		sketch.at[i] = (uint8_t)(0x80 + i);
	ck_assert_uint_eq(kj_sketch_band(&sketch, 0), 0x80818283);
	ck_assert_uint_eq(kj_sketch_band(&sketch, 7), 0x79c9d9e9f);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sketches");
	TCase *tcase = tcase_create("sketches");

	tcase_add_checked_fixture(tcase, begin, end);
	add_rows(tcase, texts_are_as_alike_as_their_runs, likenesses);
	add_rows(tcase, personal_mails_of_a_campaign_have_one_sketch, personal);
	add_rows(tcase, what_changes_from_mail_to_mail_does_not_change_it, numbers);
	tcase_add_test(tcase, japanese_is_the_same_in_either_kana_and_with_any_signs);
	add_rows(tcase, too_short_a_text_has_no_sketch, lengths);
	tcase_add_test(tcase, numbers_are_no_text);
	tcase_add_test(tcase, without_the_key_nobody_knows_it);
	tcase_add_test(tcase, a_sketch_is_the_same_everywhere);
	tcase_add_test(tcase, a_band_is_four_bytes_and_its_number);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
