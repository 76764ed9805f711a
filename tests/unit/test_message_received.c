/*
 * test_message_received.c - Received lines of several MTAs
 */
#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "kanjiki/received.h"
#include "suite.h"

static const struct {
	const char *label, *value;
	const char *helo, *rdns, *addr, *by, *with, *for_rcpt;
	int64_t userid, date_s;
} lines[] = {
    {"Postfix",
        " from mail.example.com (mx1.example.com [192.0.2.25])\n"
        "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\n"
        "\t(No client certificate requested)\n"
        "\tby mx.example.jp (Postfix) with ESMTPS id 4ABC123\n\tfor <taro@example.jp>; Mon, 1 Jul 2024 "
        "10:00:00 +0900 (JST)",
        "mail.example.com", "mx1.example.com", "192.0.2.25", "mx.example.jp", "esmtps", "taro@example.jp", -1,
        1719795600},
    {"Postfix, no reverse name",
        "from ary058.localhost (unknown [103.232.15.114]) by mx.example.jp (Postfix) with SMTP id 1",
        "ary058.localhost", "unknown", "103.232.15.114", "mx.example.jp", "smtp", "", -1, -1},
    {"Postfix, IPv6",
        "from a.example (a.example [IPv6:2001:db8::25]) by b.example (Postfix) with ESMTP id 1; 1 Jul 2024 "
        "01:00:00 GMT",
        "a.example", "a.example", "2001:db8::25", "b.example", "esmtp", "", -1, 1719795600},
    {"Postfix, local user",
        "by ary058.localhost (Postfix, from userid 1002) id 2A3B; Mon, 1 Jul 2024 10:00:00 +0900", "", "", "",
        "ary058.localhost", "", "", 1002, 1719795600},
    {"Postfix inside",
        "from localhost (unknown [10.190.116.153]) by localhost (Postfix) with ESMTP id 5; 1 Jul 2024 "
        "01:00:00 +0000",
        "localhost", "unknown", "10.190.116.153", "localhost", "esmtp", "", -1, 1719795600},
    {"Postfix, local user too large", "by x.example (Postfix, from userid 99999999999999999999) id 2", "", "",
        "", "x.example", "", "", -1, -1},
    {"Sendmail",
        "from relay.example.net (host.example.net [198.51.100.7] (may be forged)) by mx.example.jp "
        "(8.15.2/8.15.2) with ESMTP id "
        "x61; Mon, 1 Jul 2024 10:00:00 +0900",
        "relay.example.net", "host.example.net", "198.51.100.7", "mx.example.jp", "esmtp", "", -1,
        1719795600},
    {"Sendmail with ident",
        "from relay.example.net (nobody@host.example.net [198.51.100.7]) by mx.example.jp with SMTP",
        "relay.example.net", "host.example.net", "198.51.100.7", "mx.example.jp", "smtp", "", -1, -1},
    {"Sendmail with ident server",
        "from relay.example.net (IDENT:root@host.example.net [198.51.100.7]) by mx.example.jp with SMTP",
        "relay.example.net", "host.example.net", "198.51.100.7", "mx.example.jp", "smtp", "", -1, -1},
    {"Sendmail, no reverse name", "from relay.example.net ([198.51.100.7]) by mx.example.jp with SMTP",
        "relay.example.net", "", "198.51.100.7", "mx.example.jp", "smtp", "", -1, -1},
    {"Exim",
        "from host.example.net ([198.51.100.7] helo=relay.example.net) by mx.example.jp with esmtps (TLS1.3) "
        "tls TLS_AES "
        "(Exim 4.96) (envelope-from <a@example.net>) id 1abc for taro@example.jp; Mon, 01 Jul 2024 01:00:00 "
        "+0000",
        "relay.example.net", "host.example.net", "198.51.100.7", "mx.example.jp", "esmtps", "taro@example.jp",
        -1, 1719795600},
    {"Exim without reverse name",
        "from [198.51.100.7] (port=4711 helo=relay.example.net) by mx.example.jp with smtp",
        "relay.example.net", "", "198.51.100.7", "mx.example.jp", "smtp", "", -1, -1},
    {"Exim with port",
        "from host.example.net ([198.51.100.7]:4711 helo=[10.0.0.1]) by mx.example.jp with esmtp",
        "[10.0.0.1]", "host.example.net", "198.51.100.7", "mx.example.jp", "esmtp", "", -1, -1},
    {"qmail",
        "from unknown (HELO ary058.localhost) (103.232.15.114)\n  by mx.example.jp with SMTP; 1 Jul 2024 "
        "01:00:00 -0000",
        "ary058.localhost", "unknown", "103.232.15.114", "mx.example.jp", "smtp", "", -1, 1719795600},
    {"qmail with reverse name",
        "from host.example.net (HELO relay) (user@198.51.100.7) by mx.example.jp with SMTP", "relay",
        "host.example.net", "198.51.100.7", "mx.example.jp", "smtp", "", -1, -1},
    {"qmail, same name", "from host.example.net (198.51.100.7) by mx.example.jp with SMTP",
        "host.example.net", "", "198.51.100.7", "mx.example.jp", "smtp", "", -1, -1},
    {"qmail by itself", "(qmail 4711 invoked by uid 89); 1 Jul 2024 01:00:00 -0000", "", "", "", "", "", "",
        -1, 1719795600},
    {"Exchange",
        "from EX1.corp.example (192.0.2.33) by EX2.corp.example (192.0.2.34) with Microsoft SMTP Server "
        "(version=TLS1_2, "
        "cipher=X) id 15.1.1; Mon, 1 Jul 2024 01:00:00 +0000",
        "ex1.corp.example", "", "192.0.2.33", "ex2.corp.example", "microsoft", "", -1, 1719795600},
    {"Exchange, IPv6", "from A.PROD.EXAMPLE (2001:db8:1::5) by B.PROD.EXAMPLE (2001:db8:1::6) with HTTPS",
        "a.prod.example", "", "2001:db8:1::5", "b.prod.example", "https", "", -1, -1},
    {"final dot in the name", "from m.example.com (m.example.com. [192.0.2.1]) by mx.example with ESMTPS",
        "m.example.com", "m.example.com", "192.0.2.1", "mx.example", "esmtps", "", -1, -1},
    {"Yahoo's EHLO", "from 192.0.2.1  (EHLO m.example.com) (192.0.2.1) by mx.example with SMTP",
        "m.example.com", "192.0.2.1", "192.0.2.1", "mx.example", "smtp", "", -1, -1},
    {"fetchmail", "from pop.example.net [192.0.2.9] by localhost with POP3 (fetchmail-6.4)",
        "pop.example.net", "", "192.0.2.9", "localhost", "pop3", "", -1, -1},
    {"address literal as HELO", "from [192.0.2.5] (cpe.example.net [192.0.2.5]) by mx.example (Postfix)",
        "[192.0.2.5]", "cpe.example.net", "192.0.2.5", "mx.example", "", "", -1, -1},
    {"qmail with an address as ident",
        "from unknown (HELO ?10.0.0.1?) (a@b.example@192.0.2.9) by mx.example with SMTP", "?10.0.0.1?",
        "unknown", "192.0.2.9", "mx.example", "smtp", "", -1, -1},
    {"reverse name without a dot", "from a (a [192.0.2.9]) by b with SMTP", "a", "a", "192.0.2.9", "b",
        "smtp", "", -1, -1},
    {"nonsense", "((((()))) ;;; from", "", "", "", "", "", "", -1, -1},
    {"unclosed comment", "from a.example (b.example [192.0.2.1", "a.example", "b.example", "192.0.2.1", "",
        "", "", -1, -1},
    {"empty", "", "", "", "", "", "", "", -1, -1},
};

START_TEST(received_lines_are_understood)
{
	struct kj_arena *arena = kj_arena_new(100000);
	struct kj_received got;
	char addr[KJ_ADDR_STRLEN];
	const char *label = lines[_i].label;

	ck_assert_int_eq(kj_received_parse(arena, lines[_i].value, &got), 0);
	ck_assert_msg(strcmp(got.helo, lines[_i].helo) == 0, "%s: helo '%s'", label, got.helo);
	ck_assert_msg(strcmp(got.rdns, lines[_i].rdns) == 0, "%s: rdns '%s'", label, got.rdns);
	ck_assert_msg(
	    strcmp(kj_addr_format(&got.addr, addr), lines[_i].addr) == 0, "%s: addr '%s'", label, addr);
	ck_assert_msg(strcmp(got.by, lines[_i].by) == 0, "%s: by '%s'", label, got.by);
	ck_assert_msg(strcmp(got.with, lines[_i].with) == 0, "%s: with '%s'", label, got.with);
	ck_assert_msg(strcmp(got.for_rcpt, lines[_i].for_rcpt) == 0, "%s: for '%s'", label, got.for_rcpt);
	ck_assert_msg(got.userid == lines[_i].userid, "%s: userid %lld", label, (long long)got.userid);
	ck_assert_msg(got.date_s == lines[_i].date_s, "%s: date %lld", label, (long long)got.date_s);
	kj_arena_free(arena);
}
END_TEST

START_TEST(memory_is_the_only_failure)
{
	struct kj_arena *arena = kj_arena_new(8);
	struct kj_received got = {.userid = 7};

	ck_assert_int_eq(kj_received_parse(arena, " from a.example by\n b.example", &got), -KJ_ENOMEM);
	ck_assert_int_eq(got.userid, 7);
	kj_arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("received");
	TCase *tcase = tcase_create("received");

	add_rows(tcase, received_lines_are_understood, lines);
	tcase_add_test(tcase, memory_is_the_only_failure);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
