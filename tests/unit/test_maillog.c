/*
 * test_maillog.c - what is read in the logs of Postfix and kanjikid
 */
#include <stdlib.h>
#include <time.h>

#include "ctl/log_pairs.h"
#include "ctl/log_time.h"
#include "ctl/maillog.h"
#include "suite.h"

#define NOW 1795665600 /* 2026-11-26T04:00:00Z */

/* All in UTC; the environment of a test program is its own. */
static void in_utc(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
}

static const char *iso(int64_t s, char out[32])
{
	time_t when = (time_t)s;
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return out;
}

static const struct {
	const char *label, *line, *want; /* NULL: no time */
} times[] = {
    {"syslog", "Nov 26 03:59:59 mx x: y", "2026-11-26T03:59:59Z"},
    {"syslog, a day of one digit", "Nov  6 03:59:59 mx x: y", "2026-11-06T03:59:59Z"},
    {"a date that is still to come is last year's", "Dec 31 23:59:59 mx x: y", "2025-12-31T23:59:59Z"},
    {"hours ahead it is another time zone, and now", "Nov 26 13:00:00 mx x: y", "2026-11-26T04:00:00Z"},
    {"two days ahead it is last year's", "Nov 28 04:00:00 mx x: y", "2025-11-28T04:00:00Z"},
    {"29 February is in a leap year", "Feb 29 12:00:00 mx x: y", "2024-02-29T12:00:00Z"},
    {"rsyslog", "2026-11-26T03:00:01.123456+00:00 mx x: y", "2026-11-26T03:00:01Z"},
    {"rsyslog in Japan", "2026-11-26T12:00:01.123456+09:00 mx x: y", "2026-11-26T03:00:01Z"},
    {"west of Greenwich", "2026-11-25T20:00:01.1-03:30 mx x: y", "2026-11-25T23:30:01Z"},
    {"journalctl -o short-iso", "2026-11-26T12:00:01+0900 mx x: y", "2026-11-26T03:00:01Z"},
    {"Zulu", "2026-11-26T03:00:01Z mx x: y", "2026-11-26T03:00:01Z"},
    {"without a zone it is local", "2026-11-26T03:00:01 mx x: y", "2026-11-26T03:00:01Z"},
    {"a year ahead is no time to learn from", "2027-11-26T03:00:01Z mx x: y", "2026-11-26T04:00:00Z"},
    {"no such month", "Foo 26 04:00:01 mx x: y", NULL},
    {"no such day", "Nov 32 04:00:01 mx x: y", NULL},
    {"day nought", "Nov  0 04:00:01 mx x: y", NULL},
    {"no such hour", "Nov 26 24:00:01 mx x: y", NULL},
    {"no such minute", "Nov 26 03:60:01 mx x: y", NULL},
    {"nothing behind it", "Nov 26 03:00:01", NULL},
    {"cut off", "Nov 26 03:", NULL},
    {"ISO, cut off", "2026-11-26T03:00", NULL},
    {"ISO with a bad zone", "2026-11-26T03:00:01+9 mx x: y", NULL},
    {"a number", "20261126", NULL},
    {"a header field", "Received: from x by y; Thu, 26 Nov 2026 04:00:01 +0000", NULL},
    {"nothing", "", NULL},
};

START_TEST(times_of_lines)
{
	struct kj_log_time time = {.now_s = NOW};
	char got[32];
	int64_t when;

	in_utc();
	if (!kj_log_time_read(&time, times[_i].line, &when))
		ck_assert_msg(!times[_i].want, "%s: no time", times[_i].label);
	else
		ck_assert_msg(times[_i].want && strcmp(iso(when, got), times[_i].want) == 0, "%s: %s", times[_i].label,
		    iso(when, got));
}
END_TEST

START_TEST(lines_of_one_hour_and_of_the_next_have_their_own_times)
{
	struct kj_log_time time = {.now_s = NOW};
	int64_t one, two, three;

	in_utc();
	ck_assert_uint_eq(kj_log_time_read(&time, "Nov 26 02:59:59 mx", &one), 16);
	ck_assert_uint_eq(kj_log_time_read(&time, "Nov 26 03:00:00 mx", &two), 16);
	ck_assert_uint_eq(kj_log_time_read(&time, "Nov 26 03:01:02 mx", &three), 16);
	ck_assert_int_eq(two - one, 1);
	ck_assert_int_eq(three - two, 62);
}
END_TEST

#define STAMP	"Nov 26 03:00:0"
#define SMTPD	" mx postfix/smtpd[71]: "
#define QMGR	" mx postfix/qmgr[70]: "
#define QUEUED	", size=1234, nrcpt=1 (queue active)"
#define CLIENT	STAMP "1" SMTPD "4D7E1A0C55: client=mail.example.net[192.0.2.1]"
#define SENDER	STAMP "2" QMGR "4D7E1A0C55: from=<a@example.net>" QUEUED
#define CLEANUP STAMP "1 mx postfix/cleanup[72]: 4D7E1A0C55: message-id=<1@example.net>"

/* Wanted: "client name helo sender queue-id; " for each mail. */
static const struct {
	const char *label, *lines[6], *want;
} logs[] = {
    {"smtpd and qmgr make a mail", {CLIENT, CLEANUP, SENDER},
        "192.0.2.1 mail.example.net - a@example.net 4D7E1A0C55; "},
    {"told once, however often it is tried", {CLIENT, SENDER, SENDER, SENDER},
        "192.0.2.1 mail.example.net - a@example.net 4D7E1A0C55; "},
    {"a client alone is none", {CLIENT, CLEANUP}, ""},
    {"a sender alone is a mail of our own", {CLEANUP, SENDER}, ""},
    {"the queue id counts", {CLIENT, STAMP "2" QMGR "4D7E1A0C56: from=<a@example.net>" QUEUED}, ""},
    {"so does the host", {CLIENT, STAMP "2 mx2 postfix/qmgr[70]: 4D7E1A0C55: from=<a@example.net>" QUEUED}, ""},
    {"two at a time",
        {CLIENT, STAMP "1" SMTPD "4D7E1A0C56: client=unknown[2001:db8::7]",
            STAMP "2" QMGR "4D7E1A0C56: from=<b@example.org>" QUEUED, SENDER},
        "2001:db8::7 unknown - b@example.org 4D7E1A0C56; 192.0.2.1 mail.example.net - a@example.net 4D7E1A0C55; "},
    {"a queue id that comes again is of the later mail",
        {CLIENT, STAMP "1" SMTPD "4D7E1A0C55: client=unknown[192.0.2.9]", SENDER},
        "192.0.2.9 unknown - a@example.net 4D7E1A0C55; "},
    {"long queue ids", {STAMP "1" SMTPD "3xY2kd1lGTz2v: client=x[192.0.2.1]",
                           STAMP "1" QMGR "3xY2kd1lGTz2v: from=<a@example.net>" QUEUED},
        "192.0.2.1 x - a@example.net 3xY2kd1lGTz2v; "},
    {"several instances", {STAMP "1 mx postfix-in/smtpd[1]: 4D7E1A: client=x[192.0.2.1]",
                              STAMP "1 mx postfix-in/qmgr[2]: 4D7E1A: from=<a@example.net>" QUEUED},
        "192.0.2.1 x - a@example.net 4D7E1A; "},
    {"a service with a name of its own", {STAMP "1 mx postfix/inbound/smtpd[1]: 4D7E1A: client=x[192.0.2.1]",
                                             STAMP "1 mx postfix/qmgr[2]: 4D7E1A: from=<a@example.net>" QUEUED},
        "192.0.2.1 x - a@example.net 4D7E1A; "},
    {"rsyslog's times", {"2026-11-26T03:00:01.000001+00:00" SMTPD "4D7E1A: client=x[192.0.2.1]",
                            "2026-11-26T03:00:01.000002+00:00" QMGR "4D7E1A: from=<a@example.net>" QUEUED},
        "192.0.2.1 x - a@example.net 4D7E1A; "},
    {"with the client's port", {STAMP "1" SMTPD "4D7E1A: client=x[192.0.2.1]:54321",
                                   STAMP "1" QMGR "4D7E1A: from=<a@example.net>" QUEUED},
        "192.0.2.1 x - a@example.net 4D7E1A; "},
    {"the null sender", {CLIENT, STAMP "2" QMGR "4D7E1A0C55: from=<>" QUEUED},
        "192.0.2.1 mail.example.net -  4D7E1A0C55; "},
    {"a sender that looks like the line's end", {CLIENT, STAMP "2" QMGR
                                                       "4D7E1A0C55: from=<\"x>, size=9\"@example.net>" QUEUED},
        "192.0.2.1 mail.example.net - \"x>, size=9\"@example.net 4D7E1A0C55; "},
    {"authenticated clients are passed over",
        {STAMP "1 mx postfix/submission/smtpd[1]: 4D7E1A0C55: client=x[192.0.2.1], sasl_method=PLAIN, "
               "sasl_username=u@example.jp",
            SENDER},
        ""},
    {"mail that comes back from a content filter is passed over",
        {STAMP "1" SMTPD "4D7E1A0C55: client=localhost[127.0.0.1], orig_queue_id=4D7E1A0C00, orig_client=x[192.0.2.1]",
            SENDER},
        ""},
    {"mail through a proxy in front of the queue is of the client there",
        {STAMP "1" SMTPD "NOQUEUE: client=x[192.0.2.1]",
            STAMP "1" SMTPD "4D7E1A0C55: client=localhost[127.0.0.1], orig_client=x[192.0.2.1]", SENDER},
        "192.0.2.1 x - a@example.net 4D7E1A0C55; "},
    {"what was refused is no mail",
        {STAMP "1" SMTPD "NOQUEUE: reject: RCPT from x[192.0.2.1]: 454 4.7.1 <b@example.org>: Relay access denied; "
                         "from=<a@example.net> to=<b@example.org> proto=ESMTP helo=<x>"},
        ""},
    {"a client without an address", {STAMP "1" SMTPD "4D7E1A0C55: client=unknown[unknown]", SENDER}, ""},
    {"a line that ends early", {CLIENT, STAMP "2" QMGR "4D7E1A0C55: from=<a@example.n"}, ""},
    {"kanjikid says all at once",
        {STAMP "1 mx kanjikid[9]: qid=4D7E1A0C55 client=192.0.2.1 helo=ary1.localhost from=a@example.net "
               "rcpts=u@example.jp action=accept score=1.20 terms=A=1.00,B=0.20 why=\"score 1.20 < 5.00\""},
        "192.0.2.1 unknown ary1.localhost a@example.net 4D7E1A0C55; "},
    {"in JSON, too",
        {STAMP "1 mx kanjikid[9]: {\"qid\":\"4D7E1A0C55\",\"client\":\"2001:db8::7\",\"helo\":\"\\\"x\\u001b\\\\\","
               "\"from\":\"\",\"score\":1.20,\"incomplete\":true}"},
        "2001:db8::7 unknown \"x\x1b\\  4D7E1A0C55; "},
    {"in one log with Postfix it is one mail, with the client's name",
        {CLIENT, STAMP "1 mx kanjikid[9]: qid=4D7E1A0C55 client=192.0.2.1 helo=h from=a@example.net", SENDER},
        "192.0.2.1 mail.example.net h a@example.net 4D7E1A0C55; "},
    {"what kanjikid passed unscored is no mail",
        {STAMP "1 mx kanjikid[9]: client=127.0.0.1 helo=x action=pass why=\"trusted network\""}, ""},
    {"nor is mail of this machine", {STAMP "1 mx kanjikid[9]: qid=1 client=local helo=\"\" from=a@example.net"}, ""},
    {"others' lines", {STAMP "1 mx sshd[1]: 4D7E1A0C55: client=x[192.0.2.1]", SENDER}, ""},
    {"a line without text", {STAMP "1 mx", STAMP "1 mx postfix/smtpd[71]", STAMP "1 mx postfix/smtpd[71]:"}, ""},
};

START_TEST(mails_in_logs)
{
	struct kj_maillog_mail mail;
	struct kj_maillog *log;
	char got[1024] = "", address[KJ_ADDR_STRLEN];
	size_t len = 0;

	in_utc();
	ck_assert_int_eq(kj_maillog_new(NOW, &log), 0);
	for (unsigned i = 0; i < 6 && logs[_i].lines[i]; i++)
		if (kj_maillog_read(log, logs[_i].lines[i], &mail) == KJ_MAILLOG_MAIL)
			len += (size_t)snprintf(got + len, sizeof got - len, "%s %s %s %s %s; ",
			    kj_addr_format(&mail.client, address), mail.client_name, *mail.helo ? mail.helo : "-",
			    mail.sender, mail.queue_id);
	ck_assert_msg(strcmp(got, logs[_i].want) == 0, "%s: %s", logs[_i].label, got);
	kj_maillog_free(log);
}
END_TEST

START_TEST(a_mail_came_when_it_was_accepted)
{
	struct kj_maillog_mail mail = {0};
	struct kj_maillog *log;

	in_utc();
	ck_assert_int_eq(kj_maillog_new(NOW, &log), 0);
	kj_maillog_read(log, CLIENT, &mail);
	ck_assert_int_eq(kj_maillog_read(log, SENDER, &mail), KJ_MAILLOG_MAIL);
	ck_assert_int_eq(mail.time_s, NOW - 3600 + 2);
	kj_maillog_free(log);
}
END_TEST

static const struct {
	const char *label, *line;
	enum kj_maillog_line want;
} kinds[] = {
    {"a mail's line", CLIENT, KJ_MAILLOG_OTHER},
    {"another program's", STAMP "1 mx cron[1]: x", KJ_MAILLOG_OTHER},
    {"no time", "qid=1 client=192.0.2.1 from=a@example.net", KJ_MAILLOG_STRANGE},
    {"half a line", "D7E1A0C55: from=<a@example.net>, size=1", KJ_MAILLOG_STRANGE},
    {"nothing", "", KJ_MAILLOG_STRANGE},
};

START_TEST(lines_that_are_of_no_log_are_told_apart)
{
	struct kj_maillog_mail mail;
	struct kj_maillog *log;

	in_utc();
	ck_assert_int_eq(kj_maillog_new(NOW, &log), 0);
	ck_assert_msg(kj_maillog_read(log, kinds[_i].line, &mail) == kinds[_i].want, "%s", kinds[_i].label);
	kj_maillog_free(log);
}
END_TEST

START_TEST(the_server_is_watched_while_its_own_programs_speak)
{
	struct kj_maillog_mail mail;
	struct kj_maillog *log;
	int64_t from, to;

	in_utc();
	ck_assert_int_eq(kj_maillog_new(NOW, &log), 0);
	ck_assert(!kj_maillog_span(log, &from, &to));
	kj_maillog_read(log, "Nov  1 00:00:00 mx cron[1]: x", &mail);
	kj_maillog_read(log, "Nov 26 02:00:00 mx postfix/smtpd[1]: connect from x[192.0.2.1]", &mail);
	kj_maillog_read(log, "Nov 26 01:00:00 mx postfix/qmgr[1]: 4D7E1A0C55: removed", &mail);
	ck_assert(kj_maillog_span(log, &from, &to));
	ck_assert_int_eq(from, NOW - 3 * 3600);
	ck_assert_int_eq(to, NOW - 2 * 3600);
	ck_assert(!kj_maillog_span(log, &from, &to));
	kj_maillog_free(log);
}
END_TEST

/* Whatever a log says, memory is that of the beginning; what is forgotten is the oldest. */
START_TEST(mails_that_never_end_make_room_for_later_ones)
{
	struct kj_maillog_mail mail;
	struct kj_maillog *log;
	unsigned told = 0, of_old = 0;
	char line[200];

	in_utc();
	ck_assert_int_eq(kj_maillog_new(NOW, &log), 0);
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(line, sizeof line, STAMP "1" SMTPD "%08X: client=x[192.0.2.1]", i);
		kj_maillog_read(log, line, &mail);
	}
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(line, sizeof line, STAMP "2" QMGR "%08X: from=<a@example.net>" QUEUED, i);
		if (kj_maillog_read(log, line, &mail) == KJ_MAILLOG_MAIL) {
			told++;
			of_old += i < 50000;
		}
	}
	ck_assert_uint_eq(told, 4096 * 4);
	ck_assert_uint_lt(of_old, 50);
	kj_maillog_free(log);
}
END_TEST

static const struct {
	const char *label, *line, *want;
} pairs[] = {
    {"logfmt", "a=1 b=\"two words\" c=", "a=1;b=two words;c=;"},
    {"JSON", "{\"a\":1,\"b\":\"two, words}\",\"c\":null}", "a=1;b=two, words};c=null;"},
    {"escapes", "a=\"\\\"\\\\\\n\\t\\u0007\\u3042\" b=\\x", "a=\"\\\n\t\a\xe3\x81\x82;b=\\x;"},
    {"a NUL cannot end a value early", "a=\"x\\u0000y\"", "a=x\xef\xbf\xbdy;"},
    {"a quote that is never closed", "a=1 b=\"x", "a=1;"},
    {"an escape that is never ended", "a=1 b=\"x\\", "a=1;"},
    {"words are no pairs", "a=1 word b=2", "a=1;"},
    {"nothing", "", ""},
};

START_TEST(pairs_are_read_as_they_were_written)
{
	const char *at = pairs[_i].line;
	struct kj_log_pair pair;
	char got[256] = "";
	size_t len = 0;

	while (kj_log_pair_next(&at, &pair))
		len += (size_t)snprintf(got + len, sizeof got - len, "%s=%s;", pair.key, pair.value);
	ck_assert_msg(strcmp(got, pairs[_i].want) == 0, "%s: %s", pairs[_i].label, got);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("maillog");
	TCase *tcase = tcase_create("maillog");

	add_rows(tcase, times_of_lines, times);
	tcase_add_test(tcase, lines_of_one_hour_and_of_the_next_have_their_own_times);
	add_rows(tcase, mails_in_logs, logs);
	tcase_add_test(tcase, a_mail_came_when_it_was_accepted);
	add_rows(tcase, lines_that_are_of_no_log_are_told_apart, kinds);
	tcase_add_test(tcase, the_server_is_watched_while_its_own_programs_speak);
	tcase_add_test(tcase, mails_that_never_end_make_room_for_later_ones);
	add_rows(tcase, pairs_are_read_as_they_were_written, pairs);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
