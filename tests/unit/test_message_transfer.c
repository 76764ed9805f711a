/*
 * test_message_transfer.c - base64, quoted-printable, uuencode
 */

#include "message/transfer.h"
#include "suite.h"

static const struct {
	const char *label, *data, *want;
	bool good;
} base64[] = {
    {"whole", "SGVsbG8=", "Hello", true},
    {"lines", "SGVs\r\nbG8=\r\n", "Hello", true},
    {"two pieces joined", "SGVsbG8=\r\nSGVsbG8=\r\n", "HelloHello", true},
    {"no padding", "SGVsbG8", "Hello", true},
    {"strange characters", "SG*Vsb-G8=", "Hello", false},
    {"a footer behind it", "SGVsbG8=\r\n_____ list footer, unsubscribe\r\n", "Hello", false},
    {"cut inside a byte", "SGVsb", "Hel", false},
    {"padding in the middle", "SGU=bG8=", "Helo", true},
    {"padding in the middle, then a strange character", "SGVsbG8=\nSGV*sbG8=\n", "Hello", false},
    {"a line of words in the middle", "SGVs\nDear list, see you.\nbG8=\n", "Hello", false},
    {"a line of words first", "This is base64, really:\nSGVsbG8=\n", "Hello", false},
    {"CR alone", "SGVs\rbG8=\r", "Hello", true},
    {"only padding", "====", "", true},
    {"nothing", "", "", true},
};

START_TEST(base64_decodes_what_it_can)
{
	struct kj_buf out = KJ_BUF_INIT(100);
	struct kj_base64 state = {0};
	bool good = kj_base64_decode(&state, &out, base64[_i].data, strlen(base64[_i].data));

	good &= kj_base64_finish(&state, &out);
	ck_assert_msg(strcmp(kj_buf_str(&out), base64[_i].want) == 0, "%s: got '%s'", base64[_i].label,
	    kj_buf_str(&out));
	ck_assert_msg(good == base64[_i].good, "%s", base64[_i].label);
	kj_buf_free(&out);
}
END_TEST

static const struct {
	const char *label, *data, *want;
	bool good;
} quoted[] = {
    {"octets", "a=3Db=e3", "a=b\xe3", true},
    {"soft break", "foo=\r\nbar=\nbaz", "foobarbaz", true},
    {"blanks before a soft line end", "foo= \t\r\nbar", "foobar", true},
    {"underscore is itself", "a_b", "a_b", true},
    {"no digits", "a=zz", "a=zz", false},
    {"lower-case digits", "=e6=9d=b1", "東", true},
    {"soft break of CR alone", "foo=\rbar", "foobar", true},
    {"soft break of CR alone, blanks before", "foo=  \rbar", "foobar", true},
    {"soft break at the end", "foo=\r\n", "foo", true},
    {"one digit at the end", "foo=4", "foo=4", false},
    {"equals sign at the end", "a=", "a", true},
};

START_TEST(quoted_printable_decodes_what_it_can)
{
	struct kj_buf out = KJ_BUF_INIT(100);
	bool good = kj_qp_decode(&out, quoted[_i].data, strlen(quoted[_i].data), false);

	ck_assert_msg(strcmp(kj_buf_str(&out), quoted[_i].want) == 0, "%s: got '%s'", quoted[_i].label,
	    kj_buf_str(&out));
	ck_assert_msg(good == quoted[_i].good, "%s", quoted[_i].label);
	kj_buf_free(&out);
}
END_TEST

static const struct {
	const char *label, *data, *want;
	bool good;
} uu[] = {
    {"whole", "begin 644 x.txt\n%2&5L;&\\ \n`\nend\n", "Hello", true},
    {"CRLF", "begin 644 x.txt\r\n%2&5L;&\\ \r\n`\r\nend\r\n", "Hello", true},
    {"blank at the end lost", "begin 644 x.txt\n%2&5L;&\\\n`\nend\n", "Hello", true},
    {"two lines", "begin 644 x.txt\n#2&5L\n\";&\\ \n`\nend\n", "Hello", true},
    {"no begin", "%2&5L;&\\ \n`\nend\n", "Hello", true},
    {"no end", "begin 644 x.txt\n%2&5L;&\\ \n", "Hello", false},
    {"line cut", "begin 644 x.txt\n%2&5L\nend\n", "Hel", false},
    {"strange line", "begin 644 x.txt\n#2&5L\n\x7f\n\";&\\ \nend\n", "Hello", false},
    {"nothing", "", "", false},
};

START_TEST(uuencode_decodes_what_it_can)
{
	struct kj_buf out = KJ_BUF_INIT(100);
	bool good = kj_uu_decode(&out, uu[_i].data, strlen(uu[_i].data));

	ck_assert_msg(
	    strcmp(kj_buf_str(&out), uu[_i].want) == 0, "%s: got '%s'", uu[_i].label, kj_buf_str(&out));
	ck_assert_msg(good == uu[_i].good, "%s", uu[_i].label);
	kj_buf_free(&out);
}
END_TEST

/* What is quadratic takes minutes here, and the test case has a time-out. */
START_TEST(a_line_of_a_megabyte_is_decoded_to_its_end)
{
	static const char *const pieces[] = {"A=", "= ", "=\t", "A A*", "\n"};
	struct kj_buf data = KJ_BUF_INIT((size_t)1 << 20), out = KJ_BUF_INIT((size_t)4 << 20);
	struct kj_base64 state = {0};

	while (!data.truncated)
		kj_buf_add_str(&data, pieces[_i]);
	kj_base64_decode(&state, &out, data.data, data.len);
	kj_qp_decode(&out, data.data, data.len, false);
	kj_uu_decode(&out, data.data, data.len);
	ck_assert_uint_le(out.len, 3 * data.len);
	kj_buf_free(&data);
	kj_buf_free(&out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("transfer");
	TCase *tcase = tcase_create("transfer");

	add_rows(tcase, base64_decodes_what_it_can, base64);
	add_rows(tcase, quoted_printable_decodes_what_it_can, quoted);
	add_rows(tcase, uuencode_decodes_what_it_can, uu);
	tcase_add_loop_test(tcase, a_line_of_a_megabyte_is_decoded_to_its_end, 0, 5);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
