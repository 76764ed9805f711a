/*
 * test_message_structure.c - broken structure: what a reader sees is found, and there is a mark
 */

#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/message.h"
#include "suite.h"

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"
#define BAD   KJ_MARK_BAD_MIME

static const struct {
	const char *label, *mail, *visible, *quoted;
	unsigned marks;
} mails[] = {
    {"final boundary missing", MIXED "--b\n\none\n--b\n\ntwo\n", "one\n\ntwo", "", BAD},
    {"blanks behind the boundary", MIXED "--b  \n\none\n--b\t\n\ntwo\n--b-- \n", "one\n\ntwo", "", 0},
    {"CRLF", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b--\r\n", "one", "", 0},
    {"CR alone", "Content-Type: multipart/mixed; boundary=b\n\n--b\r\rone\r--b\r\rtwo\r--b--\r", "one\n\ntwo",
        "", BAD},
    {"CR alone in plain text", "A: 1\n\none\r> two\rthree\r", "one\nthree", "two", BAD},
    {"quoted boundary with blanks",
        "Content-Type: multipart/mixed; boundary=\"a b\"\n\n--a b\n\none\n--a b--\n", "one", "", 0},
    {"unquoted boundary with signs",
        "Content-Type: multipart/mixed; boundary=----=_a:b?c\n\n------=_a:b?c\n\none\n"
        "------=_a:b?c--\n",
        "one", "", 0},
    {"boundary of the same name inside",
        MIXED
        "--b\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\none\n--b--\n--b\n\ntwo\n--b--\n",
        "one\n\ntwo", "", 0},
    {"boundary that begins with the outer one",
        MIXED
        "--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n\none\n--bb--\n--b\n\ntwo\n--b--\n",
        "one\n\ntwo", "", 0},
    {"inner one never closed",
        MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\none\n--b\n\ntwo\n--b--\n",
        "one\n\ntwo", "", BAD},
    {"only the final boundary", MIXED "one\n--b--\ntwo\n", "one\n\ntwo", "", BAD},
    {"boundary only mentioned", MIXED "there is no --b here\n", "there is no --b here", "", BAD},
    {"no empty line behind the fields of a part", MIXED "--b\nContent-Type: text/plain\none two\n--b--\n",
        "one two", "", BAD},
    {"no fields and no empty line", MIXED "--b\none two\n--b--\n", "one two", "", BAD},
    {"no empty line, in an inner part",
        MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: "
              "text/plain\none\n--c--\n--b--\n",
        "one", "", BAD},
    {"field folded without a blank",
        MIXED "--b\nContent-Type: text/plain;\ncharset=utf-8\n\n\xc3\xa9\n--b--\n", "é", "", BAD},
    {"signature in a part", MIXED "--b\n\none\n-- \nContent manager\n--b--\n", "one\n-- \nContent manager",
        "", 0},
    {"no boundary parameter, but boundaries",
        "Content-Type: multipart/mixed\n\n--x\nContent-Type: text/plain\nContent-Transfer-Encoding: "
        "base64\n\n"
        "b25l\n--x--\n",
        "one", "", BAD},
    {"another boundary than declared",
        MIXED "--x=1  \nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nb25l\n--x=1--\n",
        "one", "", BAD},
    {"two types, multipart second",
        "Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n", "one",
        "", BAD},
    {"two types, the first counts", "Content-Type: text/html\nContent-Type: text/plain\n\n<p>one</p>", "one",
        "", BAD},
    {"the same type twice", "Content-Type: text/html\nContent-Type: text/html\n\n<p>one</p>", "one", "", 0},
    {"two types in a part",
        MIXED "--b\nContent-Type: text/html\nContent-Type: text/plain\n\n<p>one</p>\n--b--\n", "one", "",
        BAD},
    {"charset twice", "Content-Type: text/html;charset=utf-8;charset=iso-8859-1\n\n<p>\xc3\xa9</p>", "é", "",
        0},
    {"semicolon missing", "Content-Type: text/html charset=utf-8\n\n<p>\xc3\xa9</p>", "é", "", 0},
    {"unknown kind of text", "Content-Type: text/x-note\n\none\n", "one", "", 0},
    {"style sheet", "Content-Type: text/css\n\nb {}\n", "", "", 0},
    {"encoding in quotes", "Content-Transfer-Encoding: \"base64\"\n\nb25l\n", "one", "", 0},
    {"encoding with a comment", "Content-Transfer-Encoding: base64 (yes)\n\nb25l\n", "one", "", 0},
    {"encoding misspelt", "Content-Transfer-Encoding: base-64\n\nb25l\n", "one", "", 0},
    {"encoding unknown", "Content-Transfer-Encoding: x-none\n\none\n", "one", "", 0},
    {"uuencode", "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n#;VYE\n`\nend\n", "one", "", 0},
    {"uuencode cut", "Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n#;VYE\n", "one", "",
        KJ_MARK_BAD_ENCODING},
    {"message in base64",
        MIXED "--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: "
              "base64\n\nU3ViamVjdDogeAoKdGhlaXJzCg==\n"
              "--b--\n",
        "", "Subject: x\n\ntheirs", 0},
    {"message in a message",
        "Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nSubject: x\n\ntheirs\n", "",
        "theirs", 0},
    {"digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ntheirs\n--b--\n", "",
        "theirs", 0},
    {"flowed and quoted", "Content-Type: text/plain; format=flowed; delsp=yes\n\n> the \n> irs\nweb \ncam\n",
        "webcam", "theirs", 0},
    {"flowed without a semicolon",
        "Content-Type: text/plain; charset=\"utf-8\" format=flowed\n\nlong \nline\n", "long line", "", 0},
    {"raw shift_jis in a file name does not spoil the part",
        MIXED
        "--b\nContent-Type: text/plain; name=\"\x95\\\x8e\xa6.txt\"; charset=utf-8\n\n\xc3\xa9\n--b--\n",
        "é", "", KJ_MARK_NO_CHARSET},
};

static const struct kj_message *read_mail(struct kj_arena *arena, const char *mail, size_t len)
{
	const struct kj_message *message = NULL;
	struct kj_field *fields;
	unsigned count;
	size_t body;

	ck_assert_int_eq(kj_message_split(arena, mail, len, &fields, &count, &body), 0);
	ck_assert_int_eq(kj_message_read(arena, fields, count, mail + body, len - body, false,
	                     &kj_message_limits_default, &message),
	    0);
	return message;
}

START_TEST(a_reader_s_text_is_found)
{
	struct kj_arena *arena = kj_arena_new((size_t)1 << 20);
	const struct kj_message *m = read_mail(arena, mails[_i].mail, strlen(mails[_i].mail));
	const char *label = mails[_i].label;

	ck_assert_msg(
	    strcmp(m->visible.data, mails[_i].visible) == 0, "%s: visible '%s'", label, m->visible.data);
	ck_assert_msg(
	    strcmp(m->quoted.data, mails[_i].quoted) == 0, "%s: quoted '%s'", label, m->quoted.data);
	ck_assert_msg(m->marks == mails[_i].marks, "%s: marks %#x", label, m->marks);
	kj_arena_free(arena);
}
END_TEST

static const char *const filename_fields[] = {
    "Content-Type: application/pdf; name=\"=?utf-8?B?5p2x5Lqs?=.pdf\"",
    "Content-Disposition: attachment; filename=\"=?iso-2022-jp?B?GyRCRWw1fhsoQg==?=.pdf\"",
    "Content-Disposition: attachment; filename*=utf-8''%E6%9D%B1%E4%BA%AC.pdf",
    "Content-Disposition: attachment; filename*1*=%8B%9E.pdf; filename*0*=shift_jis''%93%8C",
    "Content-Disposition: attachment; filename=\"東京.pdf\"",
    "Content-Disposition: attachment; filename=\"\x93\x8c\x8b\x9e.pdf\"",
    "Content-Disposition: attachment; filename=\"\x1b$BEl5~\x1b(B.pdf\"",
    "Content-Disposition: attachment;\n\tfilename=\"=?utf-8?B?5p2x?=\n =?utf-8?B?5Lqs?=.pdf\"",
};

START_TEST(file_names_are_decoded_in_mails_and_in_parts)
{
	struct kj_arena *arena = kj_arena_new((size_t)1 << 20);
	struct kj_buf mail = KJ_BUF_INIT(10000);
	const struct kj_message *m;

	kj_buf_printf(&mail, "%s\n\nx", filename_fields[_i]);
	m = read_mail(arena, mail.data, mail.len);
	ck_assert_str_eq(m->parts[0].filename, "東京.pdf");
	kj_buf_clear(&mail);
	kj_buf_printf(&mail, MIXED "--b\n%s\n\nx\n--b--\n", filename_fields[_i]);
	m = read_mail(arena, mail.data, mail.len);
	ck_assert_str_eq(m->parts[1].filename, "東京.pdf");
	kj_buf_free(&mail);
	kj_arena_free(arena);
}
END_TEST

/* Mails of a megabyte made of one piece. Whatever is quadratic in them takes minutes, and the test case has a time-out. */
static const struct {
	const char *label, *begin, *piece;
} hostile[] = {
    {"boundaries", MIXED, "--b\n"},
    {"other boundaries", MIXED, "--c\n"},
    {"boundaries without an end", MIXED, "--"},
    {"boundaries with fields", "Content-Type: multipart/mixed\n\n", "--\"\nContent-"},
    {"fields of a part", MIXED "--b\n", "Content-Type: text/plain\n"},
    {"returns", MIXED, "--b\r"},
    {"types", "", "Content-Type: text/plain; charset=x\n"},
    {"nested messages", "", "Content-Type: message/rfc822\n\n"},
    {"escapes", "Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B\n!"},
    {"kana lines", "Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B", "$\"\n"},
    {"hz", "A: 1\n\n", "~{"},
    {"undeclared", "A: 1\n\n", "\xe9\x81 "},
};

START_TEST(hostile_mails_are_read_to_their_end)
{
	struct kj_arena *arena = kj_arena_new((size_t)256 << 20);
	struct kj_buf mail = KJ_BUF_INIT((size_t)1 << 20);

	kj_buf_add_str(&mail, hostile[_i].begin);
	while (!mail.truncated)
		kj_buf_add_str(&mail, hostile[_i].piece);
	read_mail(arena, mail.data, mail.len);
	kj_buf_free(&mail);
	kj_arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("structure");
	TCase *tcase = tcase_create("structure");

	tcase_set_timeout(tcase, 120);
	add_rows(tcase, a_reader_s_text_is_found, mails);
	add_rows(tcase, file_names_are_decoded_in_mails_and_in_parts, filename_fields);
	add_rows(tcase, hostile_mails_are_read_to_their_end, hostile);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
