/*
 * test_message_unicode.c - the tables of letters against ICU's own data
 *
 * A look-alike and its Latin letter have the same skeleton (UTS #39), but for rows of our own.
 */
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>

#include "message/unicode/tables.h"
#include "suite.h"

/* The rows of message/unicode/own.txt that ICU's skeletons do not know. */
static const struct {
	uint32_t from, to;
	const char *why;
} own[] = {
    {0x262, 0x262, "small capital"},
    {0x274, 0x274, "small capital"},
    {0x280, 0x280, "small capital"},
    {0x299, 0x299, "small capital"},
    {0x29c, 0x29c, "small capital"},
    {0x29f, 0x29f, "small capital"},
    {0x1d00, 0x1d00, "small capital"},
    {0x1d05, 0x1d05, "small capital"},
    {0x1d07, 0x1d07, "small capital"},
    {0x1d0a, 0x1d0d, "small capitals"},
    {0x1d18, 0x1d18, "small capital"},
    {0x1d1b, 0x1d1b, "small capital"},
    {0xa730, 0xa730, "small capital"},
    {0xa7af, 0xa7af, "small capital"},
    {0x386, 0x38e, "Greek with an accent, which Latin letters lose"},
    {0x3ac, 0x3af, "Greek with an accent"},
    {0x3ca, 0x3ca, "Greek with an accent"},
    {0x3cc, 0x3ce, "Greek with an accent"},
    {0x3b5, 0x3c9, "small Greek letters near enough: epsilon, eta, kappa, tau, chi, omega"},
    {0x400, 0x401, "Cyrillic with an accent"},
    {0x407, 0x407, "Cyrillic with an accent"},
    {0x450, 0x451, "Cyrillic with an accent"},
    {0x457, 0x457, "Cyrillic with an accent"},
    {0x432, 0x44c, "small Cyrillic letters that look like small capitals"},
    {0x1f150, 0x1f169, "black circles"},
    {0x1f170, 0x1f189, "black squares"},
    {0x1f1e6, 0x1f1ff, "regional indicators"},
};

static bool is_own(uint32_t code)
{
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (code >= own[i].from && code <= own[i].to)
			return true;
	return false;
}

static int32_t skeleton(const USpoofChecker *checker, uint32_t code, UChar out[32])
{
	UErrorCode error = U_ZERO_ERROR;
	UChar text[2];
	int32_t len = 0;

	U16_APPEND_UNSAFE(text, len, code);
	len = uspoof_getSkeleton(checker, 0, text, len, out, 32, &error);
	ck_assert(U_SUCCESS(error));
	return len;
}

START_TEST(look_alikes_have_the_skeleton_of_their_letter)
{
	UErrorCode error = U_ZERO_ERROR;
	USpoofChecker *checker = uspoof_open(&error);
	unsigned rows = 0, same = 0;

	ck_assert(U_SUCCESS(error));
	for (uint32_t code = 0; code < 0x20000; code++) {
		uint32_t entry = letter_entry(code);
		UChar source[32], target[32];
		int32_t len;
		bool equal;

		if (!entry_alike(entry))
			continue;
		len = skeleton(checker, code, source);
		equal = len == skeleton(checker, (uint32_t)entry_letter(entry), target) &&
		        memcmp(source, target, (size_t)len * sizeof *source) == 0;
		ck_assert_msg(equal || is_own(code), "U+%04X is no %c", code, entry_letter(entry));
		rows++;
		same += equal;
	}
	uspoof_close(checker);
	ck_assert_uint_gt(rows, 400);
	ck_assert_uint_gt(same, 280);
}
END_TEST

START_TEST(no_entry_is_ASCII_or_of_a_script_without_look_alikes)
{
	for (uint32_t code = 0; code < 0x20000; code++) {
		uint32_t entry = letter_entry(code);

		if (!entry)
			continue;
		ck_assert_uint_ge(code, 0x80);
		ck_assert_msg(
		    u_isalpha((UChar32)code) || entry_alike(entry) == ALIKE_SYMBOL || code == 0x212e,
		    "U+%04X", code);
		ck_assert(!(code >= 0x590 && code < 0x10a0) && !(code >= 0x2e80 && code < 0xa4d0));
		ck_assert((entry_letter(entry) | 0x20) >= 'a' && (entry_letter(entry) | 0x20) <= 'z');
		ck_assert(!entry_second(entry) || (entry_second(entry) >= 'a' && entry_second(entry) <= 'z'));
	}
}
END_TEST

/* ICU decomposes é into e and a mark; the names have it, too, that the table is made from. */
START_TEST(plain_letters_are_what_they_decompose_to)
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *normaliser = unorm2_getNFCInstance(&error);

	ck_assert(U_SUCCESS(error));
	for (uint32_t code = 0x80; code < 0x20000; code++) {
		uint32_t entry = letter_entry(code);
		UChar parts[32];
		int32_t len = unorm2_getDecomposition(normaliser, (UChar32)code, parts, 32, &error);

		if (len > 0 && u_islower((UChar32)code) && parts[0] >= 'a' && parts[0] <= 'z' &&
		    code < 0x1f00)
			ck_assert_msg(!entry || entry_letter(entry) == (char)parts[0], "U+%04X", code);
		/* A composed letter that NFKC leaves composed must have its entry. */
		if (len == 2 && code >= 0xc0 && code < 0x1f00 && u_islower((UChar32)code) &&
		    parts[0] >= 'a' && parts[0] <= 'z' && parts[1] >= 0x300 && parts[1] < 0x370)
			ck_assert_msg(entry != 0, "U+%04X has no plain letter", code);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tables of letters");
	TCase *tcase = tcase_create("tables of letters");

	tcase_add_test(tcase, look_alikes_have_the_skeleton_of_their_letter);
	tcase_add_test(tcase, no_entry_is_ASCII_or_of_a_script_without_look_alikes);
	tcase_add_test(tcase, plain_letters_are_what_they_decompose_to);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
