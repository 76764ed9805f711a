/*
 * test_message_phone.c - telephone numbers, and what looks like them
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/phone.h"
#include "suite.h"

static struct kj_arena *arena;

static void begin(void)
{
	arena = kj_arena_new((size_t)1 << 20);
}

static void end(void)
{
	kj_arena_free(arena);
}

/* All numbers as "digits [as written]". */
static const char *all_phones(const char *data)
{
	struct kj_text text = {data, strlen(data)};
	const struct kj_phone *phones;
	unsigned count;
	const char *all = "";

	ck_assert_int_eq(kj_phones_find(arena, &text, &phones, &count), 0);
	ck_assert((phones == NULL) == (count == 0));
	for (unsigned i = 0; i < count; i++)
		all = kj_arena_printf(arena, "%s%s%s [%.*s]", all, i ? ", " : "", phones[i].digits,
		    (int)(phones[i].end - phones[i].start), data + phones[i].start);
	return all;
}

static const struct {
	const char *label, *text, *want;
} numbers[] = {
    {"international, Japan", "call +81 3-1234-5678 now", "+81312345678 [+81 3-1234-5678]"},
    {"international, in one", "+819012345678", "+819012345678 [+819012345678]"},
    {"international, with the trunk prefix", "+81 (0)3-1234-5678", "+81312345678 [+81 (0)3-1234-5678]"},
    {"international, Britain", "+44 020 7946 0958.", "+442079460958 [+44 020 7946 0958]"},
    {"international, Italy keeps its 0", "+39 06 1234 5678", "+390612345678 [+39 06 1234 5678]"},
    {"international, France", "+33 1 23 45 67 89", "+33123456789 [+33 1 23 45 67 89]"},
    {"international, Germany", "+49 (30) 1234567", "+49301234567 [+49 (30) 1234567]"},
    {"international, America", "+1 (212) 555-0123", "+12125550123 [+1 (212) 555-0123]"},
    {"00 in front, announced", "Tel. 0044 20 7946 0958", "+442079460958 [0044 20 7946 0958]"},
    {"Tokyo", "03-1234-5678", "0312345678 [03-1234-5678]"},
    {"Tokyo in brackets", "(03)1234-5678", "0312345678 [(03)1234-5678]"},
    {"Tokyo with brackets inside", "03(1234)5678", "0312345678 [03(1234)5678]"},
    {"wide digits", "電話０３－１２３４－５６７８まで", "0312345678 [０３－１２３４－５６７８]"},
    {"wide brackets", "（０３）１２３４ー５６７８", "0312345678 [（０３）１２３４ー５６７８]"},
    {"a letter in front, announced", "TEL03-1234-5678", "0312345678 [03-1234-5678]"},
    {"free of charge", "0120-123-456", "0120123456 [0120-123-456]"},
    {"free of charge, long", "0800-123-4567", "08001234567 [0800-123-4567]"},
    {"mobile", "090-1234-5678", "09012345678 [090-1234-5678]"},
    {"mobile, announced, in one", "携帯：09012345678", "09012345678 [09012345678]"},
    {"country town", "0467-12-3456まで", "0467123456 [0467-12-3456]"},
    {"two of them", "03-1234-5678 / 090-1234-5678", "0312345678 [03-1234-5678], 09012345678 [090-1234-5678]"},
    {"the same twice is one", "03-1234-5678, (03)1234-5678", "0312345678 [03-1234-5678]"},
    {"behind a postcode", "〒100-0001 03-1234-5678", "0312345678 [03-1234-5678]"},
    {"behind a date", "2024-05-06 03-1234-5678", "0312345678 [03-1234-5678]"},
    {"America", "(212) 555-0123", "2125550123 [(212) 555-0123]"},
    {"America, hyphens", "212-555-0123", "2125550123 [212-555-0123]"},
    {"America, dots", "212.555.0123", "2125550123 [212.555.0123]"},
    {"America, free of charge", "1-800-555-0199", "18005550199 [1-800-555-0199]"},
    {"France", "01 23 45 67 89", "0123456789 [01 23 45 67 89]"},
    {"Germany", "030/1234567", "0301234567 [030/1234567]"},
    {"Germany, announced", "Telefon 030 1234567", "0301234567 [030 1234567]"},
    {"Britain, announced", "call 020 7946 0958", "02079460958 [020 7946 0958]"},
    {"an announced number in one", "Phone: 2125550123", "2125550123 [2125550123]"},

    {"a date", "2024-05-06, 06-05-2024, 01/02/2024 10:30", ""},
    {"a time", "09:00-17:00", ""},
    {"years", "2020-2024 and 1999/2000", ""},
    {"a price", "1,234,567 円, $212-555-0123, 0312-34-5678円", ""},
    {"a sum", "+20 000 000 000", ""},
    {"a sum of ones", "+10 000 000 000", ""},
    {"a postcode", "〒123-4567, 100-0001", ""},
    {"an address", "192.168.1.10, 10.0.0.1:8080", ""},
    {"an order", "注文番号 03-1234-5678, Order 212-555-0123, 123-1234567-1234567", ""},
    {"an account", "口座番号 012-3456789", ""},
    {"a card", "4111-1111-1111-1111, 0123-4567-8901-2345", ""},
    {"a book", "ISBN 978-4-04-123456-7, ISBN 0-306-40615-2", ""},
    {"an order in blanks", "030 1234567, 020 7946 0958", ""},
    {"digits alone", "09012345678 0312345678 2125550123", ""},
    {"lottery", "05 12 23 34 41 49", ""},
    {"in a URL", "http://example.com/03-1234-5678 https://x.com/?t=+81312345678", ""},
    {"in an address of mail", "03-1234-5678@example.com", ""},
    {"in a name", "X03-1234-5678, abc-03-1234-5678, 03-1234-5678a", ""},
    {"more groups", "03-1234-5678-9, 212-555-0123-4", ""},
    {"hotel is no word for it", "hotel 2125550123", ""},
    {"not an exchange", "212-155-0123, 112-555-0123", ""},
    {"brackets alone", "(((( +++ () +", ""},
    {"nothing", "", ""},
};

START_TEST(numbers_are_told_from_numbers)
{
	const char *all = all_phones(numbers[_i].text);

	ck_assert_msg(strcmp(all, numbers[_i].want) == 0, "%s: %s", numbers[_i].label, all);
}
END_TEST

START_TEST(no_more_than_the_limit_are_kept)
{
	struct kj_buf text = KJ_BUF_INIT((size_t)1 << 16);
	struct kj_text view;
	const struct kj_phone *phones;
	unsigned count;

	for (int i = 0; i < 40; i++)
		kj_buf_printf(&text, "03-1234-56%02d\n", i);
	view = (struct kj_text){text.data, text.len};
	ck_assert_int_eq(kj_phones_find(arena, &view, &phones, &count), 0);
	ck_assert_uint_eq(count, KJ_PHONES_MAX);
	kj_buf_free(&text);
}
END_TEST

static const char *const floods[] = {
    "1", "1-", "1 ", "(", "+", "(1", "01 ", "tel 1 ", "０", "03-1234-567 ", "-", "+1+"};

START_TEST(floods_are_read_in_time)
{
	struct kj_buf text = KJ_BUF_INIT((size_t)1 << 20);
	struct kj_text view;
	const struct kj_phone *phones;
	unsigned count;

	while (!text.truncated)
		kj_buf_add_str(&text, floods[_i]);
	view = (struct kj_text){text.data, text.len};
	ck_assert_int_eq(kj_phones_find(arena, &view, &phones, &count), 0);
	ck_assert_uint_eq(count, 0);
	kj_buf_free(&text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("phones");
	TCase *tc = tcase_create("phones");

	tcase_add_checked_fixture(tc, begin, end);
	add_rows(tc, numbers_are_told_from_numbers, numbers);
	tcase_add_test(tc, no_more_than_the_limit_are_kept);
	add_rows(tc, floods_are_read_in_time, floods);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
