/*
 * test_pipeline.c - sessions from connect to verdict, with the real configuration, lists and state file, offline
 */
#include <stdarg.h>

#include "engine_world.h"
#include "kanjiki/buf.h"
#include "pipeline/ceiling.h"

/* Every sender here is new, which is not what these tests are about. */
static const char *usual_with(const char *settings)
{
	static char all[1024];
	int len = snprintf(all, sizeof all, "warm-up = 0s\nweights { DOMAIN_FRESH = 0 }\n%s", settings);

	ck_assert_int_lt(len, (int)sizeof all);
	return all;
}

static void start(const char *settings)
{
	open_engine(usual_with(settings), false);
}

static void end(void)
{
	close_engine();
	remove_dir();
}

static enum kj_way connect_from(const char *client)
{
	struct kj_addr addr;

	ck_assert_int_eq(kj_addr_parse(client, &addr), 0);
	return kj_session_connect(session, &addr, "unknown");
}

static const char extortion[] = "Hello. I hacked your device and I have full access to it. I recorded a video of you "
                                "through your webcam while you visited adult websites. You have 48 hours to transfer $900 "
                                "in bitcoin to my wallet. If you do not pay I will send the video to all your contacts. Do not go to "
                                "the police.\r\n";
static const char innocent[] = "The minutes of the meeting are attached.\r\n";

/* One mail on the open connection; recipients end with NULL. */
static const struct kj_verdict *send_mail(const char *sender, const char *body, ...)
{
	va_list rcpts;
	const char *rcpt;

	ck_assert_int_eq(kj_session_mail(session, sender, NULL), KJ_WAY_ON);
	va_start(rcpts, body);
	while ((rcpt = va_arg(rcpts, const char *)))
		kj_session_rcpt(session, rcpt);
	va_end(rcpts);
	kj_session_field(session, "From", " A Sender <a@sender.example>");
	kj_session_field(session, "To", " user@example.jp");
	kj_session_field(session, "Subject", " about yesterday");
	kj_session_body(session, body, strlen(body));
	return kj_session_end(session, "4XYZ");
}

static const char *edit_value(const struct kj_verdict *verdict, const char *name)
{
	for (unsigned i = 0; i < verdict->edit_count; i++)
		if (verdict->edits[i].kind != KJ_EDIT_DELETE && strcmp(verdict->edits[i].name, name) == 0)
			return verdict->edits[i].value;
	return NULL;
}

static unsigned deletions(const struct kj_verdict *verdict, const char *name, unsigned index)
{
	unsigned count = 0;

	for (unsigned i = 0; i < verdict->edit_count; i++)
		count += verdict->edits[i].kind == KJ_EDIT_DELETE && strcmp(verdict->edits[i].name, name) == 0 &&
		         (!index || verdict->edits[i].index == index);
	return count;
}

START_TEST(trusted_local_and_authenticated_mail_passes)
{
	start("trusted-networks = [\"192.0.2.0/24\"]\n");
	ck_assert_int_eq(connect_from("192.0.2.9"), KJ_WAY_PASS);
	ck_assert_int_eq(kj_session_connect(session, NULL, "localhost"), KJ_WAY_PASS);
	ck_assert_int_eq(connect_from("198.51.100.9"), KJ_WAY_ON);
	kj_session_helo(session, "client.example.jp");
	ck_assert_int_eq(kj_session_mail(session, "<a@sender.example>", "user"), KJ_WAY_PASS);
	ck_assert_int_eq(kj_session_end(session, "4XYZ")->action, KJ_ACTION_PASS);
}
END_TEST

START_TEST(local_mail_is_scored_if_so_configured)
{
	start("local-mail = score\n");
	ck_assert_int_eq(kj_session_connect(session, NULL, "localhost"), KJ_WAY_ON);
	ck_assert_int_eq(send_mail("<a@sender.example>", extortion, "user@example.jp", NULL)->action, KJ_ACTION_TAG);
}
END_TEST

START_TEST(an_innocent_mail_is_accepted_with_its_evidence)
{
	const struct kj_verdict *verdict;

	start("");
	connect_from("198.51.100.9");
	kj_session_helo(session, "mx.sender.example");
	verdict = send_mail("<a@sender.example>", innocent, "user@example.jp", NULL);
	ck_assert_int_eq(verdict->action, KJ_ACTION_ACCEPT);
	ck_assert_str_eq(edit_value(verdict, "X-Spam-Status"), "No, score=0.00 required=5.00 tests=DOMAIN_FRESH=0.00");
	ck_assert_str_eq(edit_value(verdict, "X-Kanjiki-Evidence"),
	    "1/8 (rdns: disabled, helo: disabled, spf: disabled, spf-helo: disabled, mx: disabled, ns: disabled, soa: disabled)");
	ck_assert_str_eq(edit_value(verdict, "Authentication-Results"), "mx.example.jp; none");
	ck_assert_ptr_null(edit_value(verdict, "X-Spam-Flag"));
}
END_TEST

START_TEST(a_session_carries_several_mails_and_forgets_aborted_ones)
{
	start("");
	connect_from("198.51.100.9");
	kj_session_helo(session, "ary058.localhost");
	ck_assert_int_eq(send_mail("<a@sender.example>", extortion, "user@example.jp", NULL)->action, KJ_ACTION_TEMPFAIL);
	ck_assert_int_eq(send_mail("<a@sender.example>", innocent, "user@example.jp", NULL)->score_centi, 250);
	kj_session_mail(session, "<a@sender.example>", NULL);
	kj_session_body(session, extortion, strlen(extortion));
	kj_session_reset(session);
	ck_assert_int_eq(send_mail("<b@sender.example>", innocent, "user@example.jp", NULL)->score_centi, 250);
}
END_TEST

START_TEST(a_second_helo_replaces_the_first)
{
	start("");
	connect_from("198.51.100.9");
	kj_session_helo(session, "ary058.localhost");
	kj_session_helo(session, "mx.sender.example");
	ck_assert_int_eq(send_mail("<a@sender.example>", innocent, "user@example.jp", NULL)->score_centi, 0);
}
END_TEST

START_TEST(forged_fields_are_removed_from_the_highest_index_down)
{
	const struct kj_verdict *verdict;
	unsigned last = 100;

	start("");
	connect_from("198.51.100.9");
	kj_session_mail(session, "<a@sender.example>", NULL);
	kj_session_rcpt(session, "<user@example.jp>");
	kj_session_field(session, "X-Spam-Flag", " NO");
	kj_session_field(session, "x-spam-flag", " NO");
	kj_session_field(session, "X-Spam-Status", " No, score=-100");
	kj_session_field(session, "Authentication-Results", " other.example; spf=pass");
	kj_session_field(session, "Authentication-Results", " (x (y)) MX.example.jp; spf=pass");
	kj_session_field(session, "Authentication-Results", " mx.example.jpx; spf=pass");
	kj_session_field(session, "Authentication-Results", " \"mx.example.jp\" 1; dkim=pass");
	kj_session_body(session, innocent, strlen(innocent));
	verdict = kj_session_end(session, NULL);
	ck_assert_uint_eq(deletions(verdict, "X-Spam-Flag", 0), 2);
	ck_assert_uint_eq(deletions(verdict, "X-Spam-Status", 1), 1);
	ck_assert_uint_eq(deletions(verdict, "Authentication-Results", 0), 2);
	ck_assert_uint_eq(deletions(verdict, "Authentication-Results", 2), 1);
	ck_assert_uint_eq(deletions(verdict, "Authentication-Results", 4), 1);
	for (unsigned i = 0; i < verdict->edit_count; i++)
		if (strcmp(verdict->edits[i].name, "Authentication-Results") == 0 &&
		    verdict->edits[i].kind == KJ_EDIT_DELETE) {
			ck_assert_uint_lt(verdict->edits[i].index, last);
			last = verdict->edits[i].index;
		}
}
END_TEST

START_TEST(a_tempfailed_mail_is_delivered_tagged_at_the_minimum_age)
{
	const struct kj_verdict *verdict;

	start("");
	connect_from("198.51.100.9");
	kj_session_helo(session, "ary058.localhost");
	verdict = send_mail("<a@sender.example>", extortion, "user@example.jp", NULL);
	ck_assert_int_eq(verdict->action, KJ_ACTION_TEMPFAIL);
	ck_assert_uint_eq(verdict->edit_count, 0);
	ck_assert_ptr_nonnull(verdict->reply);
	close_engine();

	/* The daemon was restarted, and the retry comes from another address under another name. */
	now_s += 300;
	start("");
	connect_from("203.0.113.7");
	kj_session_helo(session, "ary059.localhost");
	verdict = send_mail("<b@other.example>", extortion, "user@example.jp", NULL);
	ck_assert_int_eq(verdict->action, KJ_ACTION_TAG);
	ck_assert_str_eq(edit_value(verdict, "X-Spam-Flag"), "YES");
	ck_assert_ptr_nonnull(strstr(verdict->why, "attempt 2 after 300 s"));
}
END_TEST

START_TEST(a_state_file_that_refuses_ends_in_a_tag)
{
	const struct kj_verdict *verdict;
	sqlite3 *other;

	start("");
	other = open_state();
	run_sql(other, "BEGIN IMMEDIATE");
	connect_from("198.51.100.9");
	kj_session_helo(session, "ary058.localhost");
	verdict = send_mail("<a@sender.example>", extortion, "user@example.jp", NULL);
	ck_assert_int_eq(verdict->action, KJ_ACTION_TAG);
	ck_assert_ptr_nonnull(strstr(verdict->why, "not put off: database is locked"));
	ck_assert_int_eq(sqlite3_close(other), SQLITE_OK);
}
END_TEST

START_TEST(bounces_and_duty_mailboxes_are_never_put_off)
{
	start("");
	connect_from("198.51.100.9");
	kj_session_helo(session, "ary058.localhost");
	ck_assert_int_eq(send_mail("<>", extortion, "user@example.jp", NULL)->action, KJ_ACTION_TAG);
	ck_assert_int_eq(
	    send_mail("<a@sender.example>", extortion, "Abuse@example.jp", "user@example.jp", NULL)->action, KJ_ACTION_TAG);
}
END_TEST

static const char two_policies[] = "subject-prefix = \"[SPAM] \"\n"
                                   "domain \"lenient.example\" { tag = 20.0 tempfail = never }\n"
                                   "domain \"tagonly.example\" { tempfail = never subject-prefix = \"[S] \" }\n"
                                   "domain \"plain.example\" { tempfail = never subject-prefix = \"\" }\n";

START_TEST(the_mildest_action_of_all_recipients_is_taken)
{
	const struct kj_verdict *verdict;

	start(two_policies);
	connect_from("198.51.100.9");
	kj_session_helo(session, "ary058.localhost");
	verdict = send_mail("<a@s.example>", extortion, "u@tagonly.example", "u@lenient.example", NULL);
	ck_assert_int_eq(verdict->action, KJ_ACTION_ACCEPT);
	ck_assert_str_eq(verdict->policy, "lenient.example");
	verdict = send_mail("<a@s.example>", extortion, "u@other.example", "u@tagonly.example", NULL);
	ck_assert_int_eq(verdict->action, KJ_ACTION_TAG);
	ck_assert_str_eq(edit_value(verdict, "Subject"), "[S] about yesterday");
	verdict = send_mail("<a@s.example>", extortion, "u@plain.example", "u@tagonly.example", NULL);
	ck_assert_int_eq(verdict->action, KJ_ACTION_TAG);
	ck_assert_ptr_null(edit_value(verdict, "Subject"));
	verdict = send_mail("<a@s.example>", extortion, "u@sub.tagonly.example", NULL);
	ck_assert_str_eq(verdict->policy, "tagonly.example");
}
END_TEST

START_TEST(a_subject_prefix_beyond_ascii_is_encoded)
{
	const struct kj_verdict *verdict;

	start("subject-prefix = \"【迷惑】\"\ntempfail = never\n");
	connect_from("198.51.100.9");
	verdict = send_mail("<a@s.example>", extortion, "u@example.jp", NULL);
	ck_assert_str_eq(edit_value(verdict, "Subject"), "=?UTF-8?B?44CQ6L+35oOR44CR?= about yesterday");
}
END_TEST

START_TEST(split_puts_recipients_of_another_policy_off)
{
	char conf[1024];

	snprintf(conf, sizeof conf, "split = yes\n%s", two_policies);
	start(conf);
	connect_from("198.51.100.9");
	kj_session_mail(session, "<a@s.example>", NULL);
	ck_assert_int_eq(kj_session_rcpt(session, "<u@tagonly.example>"), KJ_WAY_ON);
	ck_assert_int_eq(kj_session_rcpt(session, "<u@lenient.example>"), KJ_WAY_PUT_OFF);
	ck_assert_int_eq(kj_session_rcpt(session, "<v@tagonly.example>"), KJ_WAY_ON);
}
END_TEST

START_TEST(mail_of_a_trusted_relay_is_judged_on_the_true_peer)
{
	struct kj_record record;
	const char *line;

	start("trusted-relays = [\"192.0.2.0/28\"]\n");
	ck_assert_int_eq(connect_from("192.0.2.1"), KJ_WAY_ON);
	kj_session_helo(session, "relay.example.jp");
	kj_session_mail(session, "<a@sender.example>", NULL);
	kj_session_rcpt(session, "<user@example.jp>");
	kj_session_field(session, "Received", " from inner.example.jp (inner.example.jp [192.0.2.2])\n\tby relay.example.jp"
	                                      " (Postfix) with ESMTP id 1; Mon, 3 Jun 2024 10:00:02 +0900");
	kj_session_field(session, "Received", " from ary058.localhost (unknown [103.232.15.114])\n\tby inner.example.jp"
	                                      " (Postfix) with ESMTP id 2; Mon, 3 Jun 2024 10:00:01 +0900");
	kj_session_field(session, "Received", " by ary058.localhost (Postfix, from userid 1002)\n\tid 3; Mon, 3 Jun 2024"
	                                      " 10:00:00 +0900");
	kj_session_body(session, innocent, strlen(innocent));
	ck_assert_int_eq(kj_session_end(session, "4XYZ")->score_centi, 250 + 100);
	kj_session_report(session, KJ_RECORD_LOGFMT, &record);
	line = kj_record_close(&record);
	ck_assert_msg(strstr(line, "client=103.232.15.114 helo=ary058.localhost") != NULL, "%s", line);
	ck_assert_msg(strstr(line, "terms=\"HELO_SPECIAL=2.50,RCV_SEED_PARTIAL=1.00,") != NULL, "%s", line);
	kj_record_free(&record);
}
END_TEST

START_TEST(mail_that_never_left_our_hosts_passes)
{
	start("trusted-relays = [\"192.0.2.0/28\"]\n");
	connect_from("192.0.2.1");
	kj_session_mail(session, "<a@sender.example>", NULL);
	kj_session_field(session, "Received", " from inner.example.jp (inner.example.jp [192.0.2.2]) by relay.example.jp"
	                                      " (Postfix) with ESMTP id 1; Mon, 3 Jun 2024 10:00:02 +0900");
	kj_session_body(session, extortion, strlen(extortion));
	ck_assert_int_eq(kj_session_end(session, "4XYZ")->action, KJ_ACTION_PASS);
}
END_TEST

START_TEST(no_memory_ends_in_accept_and_says_so)
{
	const struct kj_verdict *verdict;
	char value[2000];

	start("limits { memory = 1MiB }\n");
	memset(value, 'x', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	connect_from("198.51.100.9");
	kj_session_helo(session, "ary058.localhost");
	kj_session_mail(session, "<a@sender.example>", NULL);
	for (int i = 0; i < 900; i++)
		kj_session_field(session, "X-Long", value);
	kj_session_body(session, extortion, strlen(extortion));
	verdict = kj_session_end(session, "4XYZ");
	ck_assert_int_eq(verdict->action, KJ_ACTION_ACCEPT);
	ck_assert(verdict->incomplete);
	ck_assert_str_eq(edit_value(verdict, "X-Kanjiki-Evidence"), "0/0 (kanjiki: out of memory)");
}
END_TEST

START_TEST(what_lies_beyond_a_limit_is_counted_and_named)
{
	struct kj_record record;
	char block[4096];
	const char *line;

	start("limits { body = 64KiB fields = 10 }\n");
	memset(block, 'x', sizeof block);
	connect_from("198.51.100.9");
	kj_session_mail(session, "<a@sender.example>", NULL);
	for (int i = 0; i < 11; i++)
		kj_session_field(session, "X-Field", " value");
	for (int i = 0; i < 100; i++)
		kj_session_body(session, block, sizeof block);
	ck_assert_int_eq(kj_session_end(session, "4XYZ")->action, KJ_ACTION_ACCEPT);
	kj_session_report(session, KJ_RECORD_LOGFMT, &record);
	line = kj_record_close(&record);
	ck_assert_msg(strstr(line, "size=409600 marks=body-cut,fields") != NULL, "%s", line);
	kj_record_free(&record);
}
END_TEST

START_TEST(a_reload_is_for_the_mails_after_it)
{
	struct kj_snapshot *strict;

	start("");
	connect_from("198.51.100.9");
	kj_session_helo(session, "ary058.localhost");
	strict = load(usual_with("tag = 2.0\n"));
	ck_assert_int_eq(kj_engine_reload(engine, strict, NULL), 0);
	kj_snapshot_unref(strict);
	ck_assert_int_eq(send_mail("<a@s.example>", innocent, "u@example.jp", NULL)->action, KJ_ACTION_ACCEPT);
	ck_assert_int_eq(send_mail("<a@s.example>", innocent, "u@example.jp", NULL)->action, KJ_ACTION_TAG);
}
END_TEST

static void keep_line(void *context, const char *line)
{
	kj_buf_add_str(context, line);
}

START_TEST(what_never_came_back_is_said_once)
{
	struct kj_buf said = KJ_BUF_INIT(4096);

	start("");
	connect_from("198.51.100.9");
	kj_session_helo(session, "ary058.localhost");
	send_mail("<a@sender.example>", extortion, "user@example.jp", NULL);
	now_s += 86400;
	kj_engine_sweep(engine, keep_line, &said);
	ck_assert_ptr_nonnull(strstr(kj_buf_str(&said), "event=never-came-back from=a@sender.example"));
	kj_buf_clear(&said);
	kj_engine_sweep(engine, keep_line, &said);
	ck_assert_uint_eq(said.len, 0);
	kj_buf_free(&said);
}
END_TEST

START_TEST(the_ceiling_has_a_floor_a_share_and_an_hour)
{
	struct kj_ceiling ceiling;

	kj_ceiling_init(&ceiling);
	for (int i = 0; i < 9; i++)
		kj_ceiling_count(&ceiling, 1000, true);
	ck_assert(!kj_ceiling_reached(&ceiling, 1000, 50, 10));
	kj_ceiling_count(&ceiling, 1000, true);
	ck_assert(kj_ceiling_reached(&ceiling, 1000, 50, 10));
	for (int i = 0; i < 1991; i++)
		kj_ceiling_count(&ceiling, 2000, false);
	ck_assert(!kj_ceiling_reached(&ceiling, 2000, 50, 10));
	kj_ceiling_count(&ceiling, 2000, true);
	ck_assert(kj_ceiling_reached(&ceiling, 59 * 60000, 50, 10));
	ck_assert(!kj_ceiling_reached(&ceiling, 61 * 60000, 50, 10));
	kj_ceiling_destroy(&ceiling);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pipeline");
	TCase *tc = tcase_create("pipeline");

	tcase_add_checked_fixture(tc, make_dir, end);
	tcase_add_test(tc, trusted_local_and_authenticated_mail_passes);
	tcase_add_test(tc, local_mail_is_scored_if_so_configured);
	tcase_add_test(tc, an_innocent_mail_is_accepted_with_its_evidence);
	tcase_add_test(tc, a_session_carries_several_mails_and_forgets_aborted_ones);
	tcase_add_test(tc, a_second_helo_replaces_the_first);
	tcase_add_test(tc, forged_fields_are_removed_from_the_highest_index_down);
	tcase_add_test(tc, a_tempfailed_mail_is_delivered_tagged_at_the_minimum_age);
	tcase_add_test(tc, a_state_file_that_refuses_ends_in_a_tag);
	tcase_add_test(tc, bounces_and_duty_mailboxes_are_never_put_off);
	tcase_add_test(tc, the_mildest_action_of_all_recipients_is_taken);
	tcase_add_test(tc, a_subject_prefix_beyond_ascii_is_encoded);
	tcase_add_test(tc, split_puts_recipients_of_another_policy_off);
	tcase_add_test(tc, mail_of_a_trusted_relay_is_judged_on_the_true_peer);
	tcase_add_test(tc, mail_that_never_left_our_hosts_passes);
	tcase_add_test(tc, no_memory_ends_in_accept_and_says_so);
	tcase_add_test(tc, what_lies_beyond_a_limit_is_counted_and_named);
	tcase_add_test(tc, a_reload_is_for_the_mails_after_it);
	tcase_add_test(tc, what_never_came_back_is_said_once);
	tcase_add_test(tc, the_ceiling_has_a_floor_a_share_and_an_hour);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
