/*
 * test_phrase_file.c - reading the phrases of a language
 */
#include <sys/stat.h>
#include <unistd.h>

#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "kanjiki/phrase_file.h"
#include "kanjiki/phrase_set.h"
#include "kanjiki/snapshot.h"
#include "suite.h"

static char folder[64], path[80];

static void write_file(const char *name, const char *text, size_t len)
{
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "wb");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	fclose(file);
}

static void set_up(void)
{
	snprintf(folder, sizeof folder, "/tmp/kj-phrases-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void tear_down(void)
{
	static const char *const names[] = {"en", "ja", "zh-hant", "README", "en~", "english"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

static const struct {
	const char *label, *text;
	unsigned phrases; /* that are taken */
	unsigned line, column;
	const char *complaint; /* NULL for none */
} files[] = {
    {"an empty file", "", 0, 0, 0, NULL},
    {"comments and empty lines", "# a\n\n   \n\t# b\n", 0, 0, 0, NULL},
    {"literals", "C hacked your device\nS adult site\n", 2, 0, 0, NULL},
    {"no line end at the end", "C hacked", 1, 0, 0, NULL},
    {"line ends of Windows, a byte order mark",
        "\xef\xbb\xbf"
        "C hacked\r\nD 48 hours\r\n",
        2, 0, 0, NULL},
    {"a comment behind a phrase", "C hacked # this one\n", 1, 0, 0, NULL},
    {"a '#' inside a phrase is its own", "C number#1\n", 1, 0, 0, NULL},
    {"an expression", "C /(i|we) hacked/\n", 1, 0, 0, NULL},
    {"an expression with slashes", "W /a/b c\\/d/ # e/f\n", 1, 0, 0, NULL},
    {"an expression with a '#'", "C /number # one/\n", 1, 0, 0, NULL},
    {"an unknown category", "C x y\nZ hacked\n", 1, 2, 1, "unknown category \"Z\"; a category is one of"},
    {"a small letter", "c hacked\n", 0, 1, 1, "unknown category \"c\"; did you mean \"C\"?"},
    {"a category written out", "  Deadline 48 hours\n", 0, 1, 3, "did you mean \"D\"?"},
    {"a phrase without category", "hacked your device\n", 0, 1, 1, "unknown category \"hacked\""},
    {"no phrase", "C\n", 0, 1, 2, "the phrase is missing"},
    {"only a comment", "C # hacked\n", 0, 1, 3, "the phrase is missing"},
    {"no closing slash", "C /hacked\n", 0, 1, 10, "closing slash"},
    {"a bad expression", "C ok\nC /hack(ed/\n", 1, 2, 11, "bad regular expression: missing"},
    {"columns are characters", "C /録画(/\n", 0, 1, 7, "bad regular expression"},
    {"an expression that matches nothing", "C /x*/\n", 0, 1, 4, "matches the empty text"},
    {"an empty expression", "C //\n", 0, 1, 4, "matches the empty text"},
    {"nothing is left", "C \u200b\n", 0, 1, 3, "nothing is left"},
    {"no valid UTF-8", "C \xff\xff\n", 0, 1, 3, "valid UTF-8"},
};

START_TEST(a_file_is_read_or_its_error_named)
{
	struct kj_phrase_set *set = kj_phrase_set_new();
	struct kj_complaints *complaints = kj_complaints_new();
	const struct kj_complaint *complaint;
	int rc;

	write_file("en", files[_i].text, strlen(files[_i].text));
	rc = kj_phrase_file_load(path, set, complaints);
	ck_assert_uint_eq(kj_phrase_set_size(set), files[_i].phrases);
	ck_assert_int_eq(rc, files[_i].complaint ? -KJ_EINVAL : 0);
	ck_assert_uint_eq(kj_complaints_errors(complaints), files[_i].complaint ? 1 : 0);
	if (files[_i].complaint) {
		complaint = kj_complaints_get(complaints, 0);
		ck_assert_msg(
		    strstr(complaint->text, files[_i].complaint), "%s: %s", files[_i].label, complaint->text);
		ck_assert_str_eq(complaint->file, path);
		ck_assert_uint_eq(complaint->line, files[_i].line);
		ck_assert_uint_eq(complaint->column, files[_i].column);
	}
	kj_complaints_free(complaints);
	kj_phrase_set_free(set);
}
END_TEST

START_TEST(a_nul_byte_is_an_error_of_its_line_alone)
{
	struct kj_phrase_set *set = kj_phrase_set_new();
	struct kj_complaints *complaints = kj_complaints_new();

	write_file("en", "C a\0b\nC good\n", 13);
	ck_assert_int_eq(kj_phrase_file_load(path, set, complaints), -KJ_EINVAL);
	ck_assert_uint_eq(kj_phrase_set_size(set), 1);
	kj_complaints_free(complaints);
	kj_phrase_set_free(set);
}
END_TEST

START_TEST(all_bad_lines_of_a_file_are_named)
{
	struct kj_phrase_set *set = kj_phrase_set_new();
	struct kj_complaints *complaints = kj_complaints_new();

	write_file("en", "Y a\nC /(/\nC fine\nq b\n", 21);
	ck_assert_int_eq(kj_phrase_file_load(path, set, complaints), -KJ_EINVAL);
	ck_assert_uint_eq(kj_complaints_errors(complaints), 3);
	ck_assert_uint_eq(kj_complaints_get(complaints, 2)->line, 4);
	kj_complaints_free(complaints);
	kj_phrase_set_free(set);
}
END_TEST

START_TEST(a_missing_file_or_folder_is_an_error)
{
	struct kj_phrase_set *set = kj_phrase_set_new();
	struct kj_complaints *complaints = kj_complaints_new();

	snprintf(path, sizeof path, "%s/nothing", folder);
	ck_assert_int_eq(kj_phrase_file_load(path, set, complaints), -KJ_EIO);
	ck_assert_int_eq(kj_phrase_dir_load(path, set, complaints), -KJ_EIO);
	ck_assert_uint_eq(kj_complaints_errors(complaints), 2);
	kj_complaints_free(complaints);
	kj_phrase_set_free(set);
}
END_TEST

START_TEST(a_folder_gives_the_files_named_by_languages)
{
	struct kj_phrase_set *set = kj_phrase_set_new();
	struct kj_complaints *complaints = kj_complaints_new();

	write_file("en", "C one\n", 6);
	write_file("ja", "C two\n", 6);
	write_file("zh-hant", "C three\n", 8);
	write_file("README", "not a phrase\n", 13);
	write_file("en~", "C old\n", 6);
	write_file("english", "C old\n", 6);
	ck_assert_int_eq(kj_phrase_dir_load(folder, set, complaints), 0);
	ck_assert_uint_eq(kj_phrase_set_size(set), 3);
	ck_assert_uint_eq(kj_complaints_count(complaints), 0);
	kj_complaints_free(complaints);
	kj_phrase_set_free(set);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("phrase file");
	TCase *tcase = tcase_create("phrase file");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	add_rows(tcase, a_file_is_read_or_its_error_named, files);
	tcase_add_test(tcase, a_nul_byte_is_an_error_of_its_line_alone);
	tcase_add_test(tcase, all_bad_lines_of_a_file_are_named);
	tcase_add_test(tcase, a_missing_file_or_folder_is_an_error);
	tcase_add_test(tcase, a_folder_gives_the_files_named_by_languages);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
