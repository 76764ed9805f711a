/*
 * test_conf_files.c - a configuration in files: includes, what is missing, the life of a snapshot
 */
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf_load.h"
#include "kanjiki/checks.h"
#include "suite.h"

/* Files in a directory of their own. */
static char directory[PATH_MAX];

static void make_directory(void)
{
	char path[PATH_MAX + 16];

	snprintf(directory, sizeof directory, "/tmp/kanjiki-conf-[x]-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/d", directory);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void remove_directory(void)
{
	char command[PATH_MAX + 16];

	snprintf(command, sizeof command, "rm -r '%s'", directory);
	ck_assert_int_eq(system(command), 0);
}

static void write_file(const char *name, const char *text)
{
	char path[PATH_MAX + 64];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

/* Load `directory`/c, without phrases and with the lists of the source; what was complained about without the
 * directory's name. */
static int load_file(const char *text, struct kj_snapshot **ret_snapshot, struct kj_buf *ret_text)
{
	struct kj_complaints *complaints = kj_complaints_new();
	struct kj_buf buf = KJ_BUF_INIT(65536);
	char path[PATH_MAX + 16], lists[PATH_MAX];
	const char *p, *from;
	int rc;

	kj_buf_printf(&buf, "extortion = no lists = \"%s\"\n%s", source_path("lists", lists), text);
	write_file("c", kj_buf_str(&buf));
	kj_buf_clear(&buf);
	snprintf(path, sizeof path, "%s/c", directory);
	rc = kj_snapshot_load(path, ret_snapshot, complaints);
	complaints_text(complaints, &buf);
	for (from = kj_buf_str(&buf); (p = strstr(from, directory)); from = p + strlen(directory) + 1)
		kj_buf_add(ret_text, from, (size_t)(p - from));
	kj_buf_add_str(ret_text, from);
	kj_buf_free(&buf);
	kj_complaints_free(complaints);
	return rc;
}

static const struct {
	const char *label, *conf, *want;
} includes[] = {
    {"relative path and glob", "include \"d/deep\"\ninclude \"d/*.conf\"\ninclude \"none/*.conf\"\n", ""},
    {"missing file", "include \"d/none\"\n", "c:2:9: error: d/none: No such file or directory"},
    {"itself", "include \"c\"\n", "c:2:9: error: c: includes itself"},
    {"itself through another", "include \"d/cycle\"\n", "d/cycle:1:9: error: d/../c: includes itself"},
    {"a directory", "include \"d\"\n", "c:2:9: error: d: Is a directory"},
    {"nothing", "include \"\"\n", "c:2:9: error: include wants the path of a file"},
    {"an error there", "include \"d/wrong\"\nspf = maybe\n",
        "d/wrong:2:1: error: unknown setting \"tog\"; did you mean \"tag\"?\n"
        "c:3:7: error: \"spf\" is no or yes, not \"maybe\""},
    {"what is there is given here too", "deadline = 1s\ninclude \"d/deep\"\n",
        "d/deeper:1:1: error: \"deadline\" is already given at c:2:1"},
};

START_TEST(includes_are_found_or_explained)
{
	struct kj_buf text = KJ_BUF_INIT(65536);
	struct kj_snapshot *snapshot = NULL;
	int rc;

	make_directory();
	write_file("d/deep", "include \"deeper\"\n");
	write_file("d/deeper", "deadline = 2s");
	write_file("d/b.conf", "domain \"b.example\" { include \"tag\" }\n");
	write_file("d/a.conf", "domain \"a.example\" { }\n");
	write_file("d/tag", "tag = 1.0\n");
	write_file("d/cycle", "include \"../c\"\n");
	write_file("d/wrong", "\ntog = 1\n");
	rc = load_file(includes[_i].conf, &snapshot, &text);
	ck_assert_msg(strcmp(kj_buf_str(&text), includes[_i].want) == 0, "%s:\n%s\nwanted:\n%s",
	    includes[_i].label, kj_buf_str(&text), includes[_i].want);
	ck_assert_int_eq(rc, *includes[_i].want ? -KJ_EINVAL : 0);
	ck_assert((rc == 0) == (snapshot != NULL));
	if (snapshot) {
		ck_assert_uint_eq(kj_snapshot_settings(snapshot)->deadline_ms, 2000);
		ck_assert_uint_eq(kj_snapshot_policies(snapshot)->policy_count, 3);
		ck_assert_int_eq(kj_snapshot_policies(snapshot)->policies[2].tag_centi, 100);
	}
	kj_snapshot_unref(snapshot);
	remove_directory();
	kj_buf_free(&text);
}
END_TEST

START_TEST(includes_have_a_depth)
{
	struct kj_buf text = KJ_BUF_INIT(65536);
	struct kj_snapshot *snapshot = NULL;
	char name[16], conf[64];

	make_directory();
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof name, "d/%d", i);
		snprintf(conf, sizeof conf, "include \"%d\"\n", i + 1);
		write_file(name, conf);
	}
	ck_assert_int_eq(load_file("include \"d/0\"\n", &snapshot, &text), -KJ_EINVAL);
	ck_assert_str_eq(kj_buf_str(&text), "d/7:1:9: error: d/8: includes are nested too deeply");
	remove_directory();
	kj_buf_free(&text);
}
END_TEST

START_TEST(a_missing_file_or_list_is_said)
{
	struct kj_complaints *complaints = kj_complaints_new();
	struct kj_buf text = KJ_BUF_INIT(4096);
	struct kj_snapshot *snapshot = NULL;
	char path[PATH_MAX + 16];

	make_directory();
	snprintf(path, sizeof path, "%s/none", directory);
	ck_assert_int_eq(kj_snapshot_load(path, &snapshot, complaints), -KJ_EINVAL);
	complaints_text(complaints, &text);
	ck_assert_ptr_nonnull(strstr(kj_buf_str(&text), "/none: error: No such file or directory"));
	ck_assert_uint_eq(kj_complaints_get(complaints, 0)->line, 0);
	kj_buf_clear(&text);
	kj_complaints_free(complaints);
	ck_assert_ptr_null(snapshot);
	remove_directory();
	kj_buf_free(&text);
}
END_TEST

START_TEST(a_snapshot_lives_as_long_as_its_last_reference)
{
	struct kj_buf text = KJ_BUF_INIT(4096);
	struct kj_snapshot *snapshot = NULL, *other;

	make_directory();
	ck_assert_int_eq(load_file("", &snapshot, &text), 0);
	remove_directory();
	other = kj_snapshot_ref(snapshot);
	kj_snapshot_unref(snapshot);
	ck_assert_str_eq(kj_snapshot_settings(other)->user, "kanjiki");
	ck_assert_ptr_null(kj_snapshot_rules(other)->extortion);
	ck_assert_uint_gt(kj_snapshot_rules(other)->special_helo_count, 5);
	kj_snapshot_unref(other);
	kj_snapshot_unref(NULL);
	kj_buf_free(&text);
}
END_TEST

static void *borrow(void *object)
{
	struct kj_snapshot *snapshot = object;

	for (int i = 0; i < 20000; i++) {
		kj_snapshot_ref(snapshot);
		kj_snapshot_unref(snapshot);
	}
	kj_snapshot_unref(snapshot);
	return NULL;
}

START_TEST(many_threads_share_a_snapshot)
{
	struct kj_buf text = KJ_BUF_INIT(4096);
	struct kj_snapshot *snapshot = NULL;
	pthread_t threads[4];

	make_directory();
	ck_assert_int_eq(load_file("", &snapshot, &text), 0);
	remove_directory();
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, borrow, kj_snapshot_ref(snapshot)), 0);
	kj_snapshot_unref(snapshot);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	kj_buf_free(&text);
}
END_TEST

/* A symbol that no list weighs would never count, and nobody would notice. */
START_TEST(every_symbol_of_a_check_has_a_weight)
{
	struct kj_buf text = KJ_BUF_INIT(4096);
	struct kj_snapshot *snapshot = NULL;

	make_directory();
	ck_assert_int_eq(load_file("", &snapshot, &text), 0);
	remove_directory();
	for (size_t i = 0; kj_checks[i]; i++)
		for (size_t j = 0; kj_checks[i]->symbols && kj_checks[i]->symbols[j]; j++)
			ck_assert_msg(kj_symbol_find(&kj_snapshot_policies(snapshot)->weights,
			                  kj_checks[i]->symbols[j]) >= 0,
			    "%s", kj_checks[i]->symbols[j]);
	kj_snapshot_unref(snapshot);
	kj_buf_free(&text);
}
END_TEST

START_TEST(the_phrases_are_loaded_unless_switched_off)
{
	struct kj_complaints *complaints = kj_complaints_new();
	struct kj_snapshot *snapshot = NULL;
	char path[PATH_MAX + 16], conf[PATH_MAX + 16], lists[PATH_MAX];

	make_directory();
	snprintf(conf, sizeof conf, "lists = \"%s\"\n", source_path("lists", lists));
	write_file("c", conf);
	snprintf(path, sizeof path, "%s/c", directory);
	ck_assert_int_eq(kj_snapshot_load(path, &snapshot, complaints), 0);
	ck_assert_uint_eq(kj_complaints_count(complaints), 0);
	ck_assert_ptr_nonnull(kj_snapshot_rules(snapshot)->extortion);
	ck_assert_uint_gt(kj_phrase_set_size(kj_snapshot_rules(snapshot)->extortion), 100);
	kj_snapshot_unref(snapshot);
	remove_directory();
	kj_complaints_free(complaints);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conf_files");
	TCase *tc = tcase_create("conf_files");

	/* Compiling the phrases takes its time under sanitizers. */
	tcase_set_timeout(tc, 60);
	add_rows(tc, includes_are_found_or_explained, includes);
	tcase_add_test(tc, includes_have_a_depth);
	tcase_add_test(tc, a_missing_file_or_list_is_said);
	tcase_add_test(tc, a_snapshot_lives_as_long_as_its_last_reference);
	tcase_add_test(tc, many_threads_share_a_snapshot);
	tcase_add_test(tc, every_symbol_of_a_check_has_a_weight);
	tcase_add_test(tc, the_phrases_are_loaded_unless_switched_off);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
