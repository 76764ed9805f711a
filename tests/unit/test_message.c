/*
 * test_message.c - whole messages
 */
#include <pthread.h>
#include <stdint.h>

#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/err.h"
#include "kanjiki/message.h"
#include "suite.h"

static struct kj_arena *arena;

static void make_arena(void)
{
	arena = kj_arena_new((size_t)8 << 20);
}

static void free_arena(void)
{
	kj_arena_free(arena);
}

static const struct kj_message *read_limited(
    const char *mail, size_t len, const struct kj_message_limits *limits)
{
	const struct kj_message *message = NULL;
	struct kj_field *fields;
	unsigned count;
	size_t body;

	ck_assert_int_eq(kj_message_split(arena, mail, len, &fields, &count, &body), 0);
	ck_assert_int_eq(
	    kj_message_read(arena, fields, count, mail + body, len - body, false, limits, &message), 0);
	return message;
}

static const struct kj_message *read_mail(const char *mail)
{
	return read_limited(mail, strlen(mail), &kj_message_limits_default);
}

static const struct {
	const char *label, *mail;
	unsigned fields;
	const char *last_value, *body;
} splits[] = {
    {"LF", "A: 1\nB: 2\n\nbody\n", 2, " 2", "body\n"},
    {"CRLF", "A: 1\r\nB: 2\r\n\r\nbody\r\n", 2, " 2", "body\r\n"},
    {"folded", "A: 1\nB: 2\n\t3\n\nbody", 2, " 2\n\t3", "body"},
    {"folded CRLF", "B: 2\r\n 3\r\n\r\nbody", 1, " 2\r\n 3", "body"},
    {"mbox", "From a@example.com Mon Jul  1 10:00:00 2024\nA: 1\n\nbody", 1, " 1", "body"},
    {"blank before the colon", "A : 1\n\nbody", 1, " 1", "body"},
    {"header only", "A: 1\nB: 2", 2, " 2", ""},
    {"no header", "\nbody", 0, "", "body"},
    {"no empty line", "A: 1\nThis is the body\n", 1, " 1", "This is the body\n"},
    {"no field at all", "just text\n", 0, "", "just text\n"},
    {"empty value", "A:\n\nbody", 1, "", "body"},
    {"nothing", "", 0, "", ""},
};

START_TEST(a_file_is_cut_into_fields_and_body)
{
	struct kj_field *fields;
	unsigned count;
	size_t body;

	ck_assert_int_eq(
	    kj_message_split(arena, splits[_i].mail, strlen(splits[_i].mail), &fields, &count, &body), 0);
	ck_assert_msg(count == splits[_i].fields, "%s: %u fields", splits[_i].label, count);
	ck_assert_str_eq(splits[_i].mail + body, splits[_i].body);
	if (count)
		ck_assert_str_eq(fields[count - 1].value, splits[_i].last_value);
}
END_TEST

static const struct {
	const char *label, *from, *name, *addr;
} senders[] = {
    {"bare", "a@Example.COM", "", "a@example.com"},
    {"angle", "<A@Example.COM>", "", "A@example.com"},
    {"name", "Taro Yamada <taro@example.jp>", "Taro Yamada", "taro@example.jp"},
    {"quoted name", "\"Yamada, \\\"Taro\\\"\" <taro@example.jp>", "Yamada, \"Taro\"", "taro@example.jp"},
    {"encoded name", "=?utf-8?B?5p2x5Lqs?= <a@example.jp>", "東京", "a@example.jp"},
    {"encoded and quoted name", "\"=?utf-8?B?5p2x5Lqs?=\" <a@example.jp>", "東京", "a@example.jp"},
    {"comment as name", "a@example.jp (Taro (T.) Yamada)", "Taro (T.) Yamada", "a@example.jp"},
    {"blank in the angle", "X < a@example.jp >", "X", "a@example.jp"},
    {"two mailboxes", "A <a@example.jp>, B <b@example.net>", "A", "a@example.jp"},
    {"two bare mailboxes", "a@example.jp, b@example.net", "", "a@example.jp"},
    {"comma in an unquoted name", "Yamada, Taro <a@example.jp>", "Yamada, Taro", "a@example.jp"},
    {"address as name", "\"boss@example.com\" <x@example.net>", "boss@example.com", "x@example.net"},
    {"route", "<@relay.example:a@example.jp>", "", "a@example.jp"},
    {"group", "undisclosed-recipients:;", ";", ""},
    {"no address", "Taro", "Taro", ""},
    {"unclosed", "Taro <taro@example.jp", "Taro", "taro@example.jp"},
    {"nothing", "", "", ""},
};

START_TEST(the_first_mailbox_is_read)
{
	char mail[200];
	const struct kj_message *m;

	snprintf(mail, sizeof mail, "From: %s\n\nx", senders[_i].from);
	m = read_mail(mail);
	ck_assert_msg(
	    strcmp(m->from_name, senders[_i].name) == 0, "%s: name '%s'", senders[_i].label, m->from_name);
	ck_assert_msg(
	    strcmp(m->from_addr, senders[_i].addr) == 0, "%s: addr '%s'", senders[_i].label, m->from_addr);
}
END_TEST

static const struct {
	const char *date;
	int64_t want;
} dates[] = {
    {"Mon, 1 Jul 2024 10:00:00 +0900", 1719795600},
    {"Mon, 1 Jul 2024 10:00:00 +0900 (JST)", 1719795600},
    {"1 Jul 2024 01:00:00 GMT", 1719795600},
    {"1 Jul 24 01:00 UT", 1719795600},
    {"Sun, 30 Jun 2024 21:00:00 EDT", 1719795600},
    {"Sun, 30 Jun 2024 18:00:00 -0700", 1719795600},
    {"", -1},
    {"yesterday", -1},
    {"99 Foo 99999 99:99:99 +9999", -1},
};

START_TEST(dates_are_seconds_since_1970)
{
	char mail[200];

	snprintf(mail, sizeof mail, "Date: %s\n\nx", dates[_i].date);
	ck_assert_msg(read_mail(mail)->date_s == dates[_i].want, "'%s': %lld", dates[_i].date,
	    (long long)read_mail(mail)->date_s);
}
END_TEST

START_TEST(fields_are_decoded_and_missing_ones_are_empty)
{
	const struct kj_message *m =
	    read_mail("Subject: =?utf-8?B?5p2x?=\r\n =?utf-8?B?5Lqs?= x\r\nMessage-ID: <1@example.jp>\r\n"
	              "In-Reply-To: <0@example.jp>\r\nPrecedence: list\r\nAuto-Submitted: no\r\n\r\nx");

	ck_assert_str_eq(m->subject, "東京 x");
	ck_assert_str_eq(m->message_id, "1@example.jp");
	ck_assert(m->is_reply);
	ck_assert(m->is_list);
	ck_assert(!m->is_auto);
	ck_assert_str_eq(kj_message_field(m, "PRECEDENCE"), " list");
	ck_assert_ptr_null(kj_message_field(m, "From"));
	m = read_mail("\nx");
	ck_assert_str_eq(m->subject, "");
	ck_assert_str_eq(m->from_name, "");
	ck_assert_str_eq(m->from_addr, "");
	ck_assert_str_eq(m->message_id, "");
	ck_assert_int_eq(m->date_s, -1);
	ck_assert(!m->is_reply && !m->is_list && !m->is_auto);
	ck_assert(read_mail("Auto-Submitted: auto-replied\n\nx")->is_auto);
	ck_assert(read_mail("List-Id: <x.example>\n\nx")->is_list);
}
END_TEST

#define ALTERNATIVE(plain, html)                                                                             \
	"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n" plain         \
	"\n--b\nContent-Type: text/html\n\n" html "\n--b--\n"

static const struct {
	const char *label, *mail, *visible, *hidden, *quoted;
	unsigned parts, marks;
} mails[] = {
    {"plain", "A: 1\n\nhello\n", "hello", "", "", 1, 0},
    {"CRLF", "A: 1\r\n\r\nhello\r\nworld\r\n", "hello\nworld", "", "", 1, 0},
    {"base64", "Content-Transfer-Encoding: BASE64\nContent-Type: text/plain; charset=\"UTF-8\"\n\n5p2x5Lqs\n",
        "東京", "", "", 1, 0},
    {"quoted-printable",
        "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; "
        "charset=utf-8\n\n=E6=9D=B1=\n=E4=BA=AC",
        "東京", "", "", 1, 0},
    {"broken base64", "Content-Transfer-Encoding: base64\n\naGVs*bG8=\n", "hello", "", "", 1,
        KJ_MARK_BAD_ENCODING},
    {"undeclared utf-8", "\n東京\n", "東京", "", "", 1, KJ_MARK_NO_CHARSET},
    {"html alone",
        "Content-Type: text/html\n\n<p>a<span style='display:none'>h</span><blockquote>q</blockquote>", "a",
        "h", "q", 1, 0},
    {"quoted lines", "\nmine\n> theirs\n>> older\n> \nmine too\n", "mine\nmine too", "", "theirs\nolder", 1,
        0},
    {">From of mbox is no quotation", "\nx\n>From here on\n", "x\nFrom here on", "", "", 1, 0},
    {"flowed", "Content-Type: text/plain; format=flowed\n\nlong \nline\n stuffed\n-- \nsig\n",
        "long line\nstuffed\n-- \nsig", "", "", 1, 0},
    {"flowed, blanks deleted", "Content-Type: text/plain; format=flowed; delsp=yes\n\nweb \ncam\n", "webcam",
        "", "", 1, 0},
    {"mixed", "Content-Type: multipart/mixed; boundary=b\n\npre\n--b\n\none\n--b\n\ntwo\n--b--\npost\n",
        "one\n\ntwo", "", "", 3, 0},
    {"attachment is not read",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Disposition: attachment; "
        "filename=x.txt\n\ntwo\n--b--\n",
        "one", "", "", 3, 0},
    {"the same twice is once",
        ALTERNATIVE("Hello dear reader\nof this mail\n", "<p>Hello dear   reader of this mail</p>"),
        "Hello dear reader of this mail", "", "", 3, 0},
    {"what only the plain text says is kept",
        ALTERNATIVE("Hello dear reader\nI recorded you all\n", "<p>Hello dear reader</p>"),
        "Hello dear reader\n\nI recorded you all", "", "", 3, 0},
    {"forwarded message is quoted",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\n"
        "Subject: x\nContent-Type: text/html\n\n<p>theirs</p>\n--b--\n",
        "see below", "", "theirs", 4, 0},
    {"message alone", "Content-Type: message/rfc822\n\nSubject: x\n\ntheirs\n", "", "", "theirs", 2, 0},
    {"bounce",
        "Content-Type: multipart/report; boundary=b\n\n--b\n\nfailed\n--b\nContent-Type: "
        "message/delivery-status\n\n"
        "Action: failed\n\n--b\nContent-Type: text/rfc822-headers\n\nSubject: x\n\n--b--\n",
        "failed", "", "Action: failed\n\nSubject: x", 4, 0},
    {"nested",
        "Content-Type: multipart/related; boundary=a\n\n--a\nContent-Type: multipart/alternative; "
        "boundary=b\n\n--b\n\nplain text "
        "here\n--b\nContent-Type: text/html\n\n<b>plain text here</b>\n--b--\n--a\nContent-Type: "
        "image/png\n\nx\n--a--\n",
        "plain text here", "", "", 5, 0},
    {"boundary never ends", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n", "one", "", "", 2,
        KJ_MARK_BAD_MIME},
    {"boundary never comes", "Content-Type: multipart/mixed; boundary=b\n\nonly text\n", "only text", "", "",
        2, KJ_MARK_BAD_MIME},
    {"no boundary parameter", "Content-Type: multipart/mixed\n\nonly text\n", "only text", "", "", 2,
        KJ_MARK_BAD_MIME},
    {"unreadable type", "Content-Type: ;;;\n\ntext\n", "text", "", "", 1, 0},
    {"picture", "Content-Type: image/png\n\nxxx", "", "", "", 1, 0},
    {"folded type", "Content-Type: multipart/mixed;\n\tboundary=\"b\"\n\n--b\n\none\n--b--\n", "one", "", "",
        2, 0},
    {"no body", "A: 1\n", "", "", "", 1, 0},
};

START_TEST(mails_become_streams)
{
	const struct kj_message *m = read_mail(mails[_i].mail);
	const char *label = mails[_i].label;

	ck_assert_msg(
	    strcmp(m->visible.data, mails[_i].visible) == 0, "%s: visible '%s'", label, m->visible.data);
	ck_assert_msg(
	    strcmp(m->hidden.data, mails[_i].hidden) == 0, "%s: hidden '%s'", label, m->hidden.data);
	ck_assert_msg(
	    strcmp(m->quoted.data, mails[_i].quoted) == 0, "%s: quoted '%s'", label, m->quoted.data);
	ck_assert_msg(m->visible.len == strlen(m->visible.data), "%s: length", label);
	ck_assert_msg(m->part_count == mails[_i].parts, "%s: %u parts", label, m->part_count);
	ck_assert_msg(m->marks == mails[_i].marks, "%s: marks %#x", label, m->marks);
}
END_TEST

START_TEST(parts_are_described)
{
	const struct kj_message *m =
	    read_mail("Content-Type: multipart/mixed; boundary=\"=_0123456789abcdef0123456789abcdef\"\n\n"
	              "--=_0123456789abcdef0123456789abcdef\nContent-Type: TEXT/Plain; charset=ISO-2022-JP\n"
	              "Content-Transfer-Encoding: 7BIT\n\nx\n"
	              "--=_0123456789abcdef0123456789abcdef\nContent-Type: application/pdf; "
	              "name=\"=?utf-8?B?5p2x5Lqs?=.pdf\"\n"
	              "Content-Disposition: attachment\n\nx\n"
	              "--=_0123456789abcdef0123456789abcdef\nContent-Type: application/pdf\n"
	              "Content-Disposition: ATTACHMENT; filename*=utf-8''%E6%9D%B1%E4%BA%AC.pdf\n\nx\n"
	              "--=_0123456789abcdef0123456789abcdef\nContent-Type: application/pdf\n"
	              "Content-Disposition: inline; filename*0*=utf-8''%E6%9D%B1; filename*1=a.pdf\n\nx\n"
	              "--=_0123456789abcdef0123456789abcdef--\n");

	ck_assert_uint_eq(m->part_count, 5);
	ck_assert_str_eq(m->parts[0].boundary, "=_0123456789abcdef0123456789abcdef");
	ck_assert_str_eq(m->parts[0].type, "multipart/mixed");
	ck_assert_uint_eq(m->parts[0].depth, 0);
	ck_assert_str_eq(m->parts[1].type, "text/plain");
	ck_assert_str_eq(m->parts[1].charset, "iso-2022-jp");
	ck_assert_str_eq(m->parts[1].encoding, "7bit");
	ck_assert_uint_eq(m->parts[1].depth, 1);
	ck_assert_str_eq(m->parts[2].filename, "東京.pdf");
	ck_assert(m->parts[2].attachment);
	ck_assert_str_eq(m->parts[3].filename, "東京.pdf");
	ck_assert(m->parts[3].attachment);
	ck_assert_str_eq(m->parts[4].filename, "東a.pdf");
	ck_assert(!m->parts[4].attachment);
}
END_TEST

static const struct {
	const char *label, *mail;
	struct kj_message_limits limits;
	unsigned mark;
	const char *visible;
} limited[] = {
    {"body", "\nabcdef", {3, 100, 9, 9, 9, 9}, KJ_MARK_BODY_CUT, "abc"},
    {"text", "\nabcdef", {100, 3, 9, 9, 9, 9}, KJ_MARK_TEXT_CUT, "abc"},
    {"text, between characters", "Content-Type: text/plain; charset=utf-8\n\na東京", {100, 6, 9, 9, 9, 9},
        KJ_MARK_TEXT_CUT, "a東"},
    {"fields", "A: 1\nB: 2\nC: 3\n\nx", {100, 100, 9, 9, 2, 9}, KJ_MARK_FIELDS, "x"},
    {"received", "Received: by a\nReceived: by b\n\nx", {100, 100, 9, 9, 9, 1}, KJ_MARK_RECEIVED, "x"},
    {"parts", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--\n",
        {100, 100, 9, 2, 9, 9}, KJ_MARK_PARTS, "one"},
    {"depth",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nContent-Type: multipart/mixed; "
        "boundary=c\n\n--c\n\ndeep\n--c--\n--b--\n",
        {200, 100, 1, 9, 9, 9}, KJ_MARK_DEPTH, "one"},
};

START_TEST(each_limit_sets_its_mark)
{
	const struct kj_message *m =
	    read_limited(limited[_i].mail, strlen(limited[_i].mail), &limited[_i].limits);

	ck_assert_msg(m->marks == limited[_i].mark, "%s: marks %#x", limited[_i].label, m->marks);
	ck_assert_str_eq(m->visible.data, limited[_i].visible);
	ck_assert_uint_le(m->field_count, limited[_i].limits.fields);
	ck_assert_uint_le(m->received_count, limited[_i].limits.received);
}
END_TEST

START_TEST(what_a_text_may_have_too_many_of_sets_its_mark)
{
	static const struct {
		unsigned mark;
		const char *before, *after;
	} items[] = {
	    {KJ_MARK_WALLETS, "0xde0b295669a9fd93d5f28d9ec85e40f4cb697b", "\n"},
	    {KJ_MARK_PHONES, "call +49 30 9018 20", "\n"},
	    {KJ_MARK_BLOBS, "VGhpcyBpcyBhIHRleHQgdGhhdCBpcyBsb25nIGVub3VnaCB0byBiZSBkZWNvZGVk", "\n\n"},
	};

	for (size_t i = 0; i < sizeof items / sizeof *items; i++)
		for (unsigned count = 15; count <= 16; count++) {
			struct kj_buf mail = KJ_BUF_INIT(1 << 16);
			const struct kj_message *m;

			kj_buf_add_str(&mail, "\n");
			for (unsigned k = 0; k < count; k++) {
				kj_buf_add_str(&mail, items[i].before);
				if (items[i].mark != KJ_MARK_BLOBS)
					kj_buf_printf(&mail, "%02u", k);
				kj_buf_add_str(&mail, items[i].after);
			}
			m = read_mail(kj_buf_str(&mail));
			ck_assert_msg(m->marks == (count == 16 ? items[i].mark : 0), "%u of \"%s\": marks %#x", count,
			    items[i].before, m->marks);
			kj_buf_free(&mail);
		}
}
END_TEST

START_TEST(nul_bytes_do_not_end_the_text)
{
	static const char mail[] = "Subject: a\0b\n\nbefore\0after\n";
	const struct kj_message *m = read_limited(mail, sizeof mail - 1, &kj_message_limits_default);

	ck_assert_str_eq(m->subject, "a b");
	ck_assert_str_eq(m->visible.data, "before after");
}
END_TEST

START_TEST(received_lines_come_in_order)
{
	const struct kj_message *m =
	    read_mail("Received: from a.example by b.example; 1 Jul 2024 01:00:00 GMT\n"
	              "Received: by ary058.localhost (Postfix, from userid 1002)\n\nx");

	ck_assert_uint_eq(m->received_count, 2);
	ck_assert_str_eq(m->received[0].by, "b.example");
	ck_assert_int_eq(m->received[1].userid, 1002);
}
END_TEST

START_TEST(links_are_counted)
{
	ck_assert_uint_eq(
	    read_mail("\nsee http://example.com/ and\nhttps://example.net www.example.org\n")->links, 3);
	ck_assert_uint_eq(
	    read_mail("Content-Type: text/html\n\n<a href='http://example.com/'>x</a>")->links, 1);
	ck_assert_uint_eq(read_mail("\n> http://example.com/\n")->links, 0);
}
END_TEST

#define SECRET "I have recorded you with your own camera. Pay 500 dollars to my bitcoin wallet within 48 hours, or everybody sees it."

static const struct {
	const char *label, *body, *want;
} blobs[] = {
    {"in lines", "Hello\nSSBoYXZlIHJlY29yZGVkIHlvdSB3aXRoIHlvdXIgb3duIGNhbWVyYS4gUGF5IDUwMCBkb2xsYXJz\nIHRvIG15IGJpdGNvaW4gd2FsbGV0IHdpdGhpbiA0OCBob3Vycywgb3IgZXZlcnlib2R5IHNlZXMg\naXQu\nbye\n", "Hello\nSSBoYXZlIHJlY29yZGVkIHlvdSB3aXRoIHlvdXIgb3duIGNhbWVyYS4gUGF5IDUwMCBkb2xsYXJz\nIHRvIG15IGJpdGNvaW4gd2FsbGV0IHdpdGhpbiA0OCBob3Vycywgb3IgZXZlcnlib2R5IHNlZXMg\naXQu\nbye\n\n\n" SECRET},
    {"in one word", "Hello SSBoYXZlIHJlY29yZGVkIHlvdSB3aXRoIHlvdXIgb3duIGNhbWVyYS4gUGF5IDUwMCBkb2xsYXJzIHRvIG15IGJpdGNvaW4gd2FsbGV0IHdpdGhpbiA0OCBob3Vycywgb3IgZXZlcnlib2R5IHNlZXMgaXQu bye\n", "Hello SSBoYXZlIHJlY29yZGVkIHlvdSB3aXRoIHlvdXIgb3duIGNhbWVyYS4gUGF5IDUwMCBkb2xsYXJzIHRvIG15IGJpdGNvaW4gd2FsbGV0IHdpdGhpbiA0OCBob3Vycywgb3IgZXZlcnlib2R5IHNlZXMgaXQu bye\n\n\n" SECRET},
    {"a word on the next line", "SSBoYXZlIHJlY29yZGVkIHlvdSB3aXRoIHlvdXIgb3duIGNhbWVyYS4gUGF5IDUwMCBkb2xsYXJz\nIHRvIG15IGJpdGNvaW4gd2FsbGV0IHdpdGhpbiA0OCBob3Vycywgb3IgZXZlcnlib2R5IHNlZXMg\naXQu\nregards\n", "SSBoYXZlIHJlY29yZGVkIHlvdSB3aXRoIHlvdXIgb3duIGNhbWVyYS4gUGF5IDUwMCBkb2xsYXJz\nIHRvIG15IGJpdGNvaW4gd2FsbGV0IHdpdGhpbiA0OCBob3Vycywgb3IgZXZlcnlib2R5IHNlZXMg\naXQu\nregards\n\n\n" SECRET},
    {"part of a word", "x:SSBoYXZlIHJlY29yZGVkIHlvdSB3aXRoIHlvdXIgb3duIGNhbWVyYS4gUGF5IDUwMCBkb2xsYXJzIHRvIG15IGJpdGNvaW4gd2FsbGV0IHdpdGhpbiA0OCBob3Vycywgb3IgZXZlcnlib2R5IHNlZXMgaXQu\n", "x:SSBoYXZlIHJlY29yZGVkIHlvdSB3aXRoIHlvdXIgb3duIGNhbWVyYS4gUGF5IDUwMCBkb2xsYXJzIHRvIG15IGJpdGNvaW4gd2FsbGV0IHdpdGhpbiA0OCBob3Vycywgb3IgZXZlcnlib2R5IHNlZXMgaXQu"},
    {"of no text", "KXK7BE2W3yhxugNMld4ncLkCS5TdJm+4AUqT3CVutwBJktskbbb/SJHaI2y1/keQ2SJrtP1Gj9gharP8RY7XIGmy+0SN1h9osfpDjNUeZ7D5QovUHWav+EGK0xxlrvdAidIbZK32P4jRGmOs9T6H0Bliq/Q9hs8Y\n", "KXK7BE2W3yhxugNMld4ncLkCS5TdJm+4AUqT3CVutwBJktskbbb/SJHaI2y1/keQ2SJrtP1Gj9gharP8RY7XIGmy+0SN1h9osfpDjNUeZ7D5QovUHWav+EGK0xxlrvdAidIbZK32P4jRGmOs9T6H0Bliq/Q9hs8Y"},
    {"short", "SGVsbG8gd29ybGQsIHRoaXMgaXMgc2hvcnQ=\n", "SGVsbG8gd29ybGQsIHRoaXMgaXMgc2hvcnQ="},
};

START_TEST(base64_inside_a_text_is_read_once)
{
	const struct kj_message *m = read_mail(kj_arena_printf(arena, "\n%s", blobs[_i].body));

	ck_assert_msg(strcmp(m->visible.data, blobs[_i].want) == 0, "%s: '%s'", blobs[_i].label, m->visible.data);
}
END_TEST

static const struct {
	const char *label, *html, *visible;
	unsigned marks;
} charsets[] = {
    {"in a meta", "<meta charset=shift_jis><p>\x93\x8c\x8b\x9e", "東京", 0},
    {"in a meta's content", "<META http-equiv=Content-Type content='text/html; charset=\"Shift_JIS\"'>\x93\x8c\x8b\x9e", "東京", 0},
    {"in a comment is none", "<!-- <meta charset=utf-16> --><meta charset=koi8-r>\xf4\xd2\xc9", "Три", 0},
    {"UTF-16 is UTF-8", "<meta charset=utf-16>\xe6\x9d\xb1", "東", 0},
    {"nowhere", "<meta name=x>\xe6\x9d\xb1", "東", KJ_MARK_NO_CHARSET},
};

START_TEST(html_may_declare_its_own_charset)
{
	const struct kj_message *m =
	    read_mail(kj_arena_printf(arena, "Content-Type: text/html\n\n%s", charsets[_i].html));

	ck_assert_msg(strcmp(m->visible.data, charsets[_i].visible) == 0, "%s: '%s'", charsets[_i].label, m->visible.data);
	ck_assert_msg(m->marks == charsets[_i].marks, "%s: marks %#x", charsets[_i].label, m->marks);
	ck_assert_str_eq(m->parts[0].charset, "");
}
END_TEST

START_TEST(urls_and_phones_of_all_parts_are_found)
{
	const struct kj_message *m = read_mail("Content-Type: multipart/mixed; boundary=b\n\n"
					       "--b\n\nsee http://a.com/ or\n> http://b.com/\n"
					       "--b\nContent-Type: text/html\n\n<!--c--><a href='http://c.com/'>03-1234-5678</a>\n"
					       "--b--\n");

	ck_assert_uint_eq(m->url_count, 3);
	ck_assert_str_eq(m->urls[0].host, "a.com");
	ck_assert_str_eq(m->urls[1].host, "b.com");
	ck_assert(!m->urls[0].quoted && m->urls[1].quoted && !m->urls[1].is_link);
	ck_assert_str_eq(m->urls[2].host, "c.com");
	ck_assert(m->urls[2].is_link);
	ck_assert_uint_eq(m->links, 2);
	ck_assert_uint_eq(m->phone_count, 1);
	ck_assert_str_eq(m->phones[0].digits, "0312345678");
	ck_assert_int_eq(strncmp(m->visible.data + m->phones[0].start, "03-1234-5678", 12), 0);
	ck_assert_uint_eq(m->phones[0].end - m->phones[0].start, 12);
	ck_assert_str_eq(m->comments.data, "c");
}
END_TEST

START_TEST(a_cut_body_is_noted)
{
	const struct kj_message *m;

	ck_assert_int_eq(kj_message_read(arena, NULL, 0, "x", 1, true, &kj_message_limits_default, &m), 0);
	ck_assert_uint_eq(m->marks, KJ_MARK_BODY_CUT);
}
END_TEST

START_TEST(thousands_of_nested_parts_are_survived)
{
	struct kj_buf mail = KJ_BUF_INIT((size_t)4 << 20);
	const struct kj_message *m;

	kj_buf_add_str(&mail, "Content-Type: multipart/mixed; boundary=b0\n\n");
	for (unsigned i = 0; i < 10000; i++)
		kj_buf_printf(&mail, "--b%u\nContent-Type: multipart/mixed; boundary=b%u\n\n", i, i + 1);
	m = read_limited(mail.data, mail.len, &kj_message_limits_default);
	ck_assert_uint_ne(m->marks & (KJ_MARK_DEPTH | KJ_MARK_PARTS), 0);
	ck_assert_uint_le(m->part_count, 256);
	kj_buf_free(&mail);
}
END_TEST

START_TEST(out_of_memory_is_the_only_failure)
{
	static const char mail[] =
	    "Subject: =?utf-8?B?5p2x?=\nFrom: A <a@example.jp>\nReceived: from a\n by b\n" ALTERNATIVE(
	        "one", "<p>two</p>");
	bool failed = false, read = false;

	for (size_t limit = 0; limit < 40000; limit += 100) {
		struct kj_arena *small = kj_arena_new(limit);
		const struct kj_message *m = NULL;
		struct kj_field *fields;
		unsigned count;
		size_t body;
		int err = kj_message_split(small, mail, sizeof mail - 1, &fields, &count, &body);

		if (!err)
			err = kj_message_read(small, fields, count, mail + body, sizeof mail - 1 - body,
			    false, &kj_message_limits_default, &m);
		ck_assert(err == 0 || (err == -KJ_ENOMEM && !m));
		failed |= err != 0;
		read |= err == 0;
		kj_arena_free(small);
	}
	ck_assert(failed && read);
}
END_TEST

static void *read_many(void *unused)
{
	for (int i = 0; i < 200; i++) {
		struct kj_arena *own = kj_arena_new((size_t)1 << 20);
		static const char body[] =
		    "--b\nContent-Type: text/html; charset=shift_jis\n\n<p>\x93\x8c\x8b\x9e</p>\n--b--\n";
		const struct kj_field field = {"Content-Type", " multipart/mixed; boundary=b"};
		const struct kj_message *m;

		if (kj_message_read(
		        own, &field, 1, body, sizeof body - 1, false, &kj_message_limits_default, &m) < 0 ||
		    strcmp(m->visible.data, "東京") != 0)
			unused = NULL;
		kj_arena_free(own);
	}
	return unused;
}

START_TEST(several_threads_read_at_once)
{
	pthread_t threads[4];
	void *result;

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, read_many, threads), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &result);
		ck_assert_ptr_nonnull(result);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("message");
	TCase *tcase = tcase_create("message");

	tcase_add_checked_fixture(tcase, make_arena, free_arena);
	tcase_add_test(tcase, several_threads_read_at_once); /* first: GMime is initialised by all at once */
	add_rows(tcase, a_file_is_cut_into_fields_and_body, splits);
	add_rows(tcase, the_first_mailbox_is_read, senders);
	add_rows(tcase, dates_are_seconds_since_1970, dates);
	tcase_add_test(tcase, fields_are_decoded_and_missing_ones_are_empty);
	add_rows(tcase, mails_become_streams, mails);
	tcase_add_test(tcase, parts_are_described);
	add_rows(tcase, each_limit_sets_its_mark, limited);
	tcase_add_test(tcase, what_a_text_may_have_too_many_of_sets_its_mark);
	tcase_add_test(tcase, nul_bytes_do_not_end_the_text);
	tcase_add_test(tcase, received_lines_come_in_order);
	tcase_add_test(tcase, links_are_counted);
	add_rows(tcase, base64_inside_a_text_is_read_once, blobs);
	add_rows(tcase, html_may_declare_its_own_charset, charsets);
	tcase_add_test(tcase, urls_and_phones_of_all_parts_are_found);
	tcase_add_test(tcase, a_cut_body_is_noted);
	tcase_add_test(tcase, thousands_of_nested_parts_are_survived);
	tcase_add_test(tcase, out_of_memory_is_the_only_failure);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
