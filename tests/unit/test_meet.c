/*
 * test_meet.c - mails meet the recent traffic: a site that has run for months, and what it makes of the next mail
 */
#include "engine_world.h"
#include "kanjiki/buf.h"

#define DAY 86400

static int family; /* of all clients */
static const char *list_id; /* of all mails; NULL: they are of no list */

static void start(void)
{
	open_engine("", false);
}

static void set_state(const char *sql)
{
	sqlite3 *db = open_state();

	run_sql(db, sql);
	sqlite3_close(db);
}

/* The warm-up is over long since. */
static void begin(void)
{
	char sql[128];

	make_dir();
	family = 4;
	list_id = NULL;
	start();
	close_engine();
	snprintf(sql, sizeof sql, "UPDATE site SET created_s = %d; INSERT INTO seen VALUES(1, %d, %d)", NOW - 100 * DAY,
	    NOW - 100 * DAY, NOW);
	set_state(sql);
}

static void end(void)
{
	close_engine();
	remove_dir();
}

/* Where sender n comes from: one network; of IPv6, each a /56 of his own in one /48. */
static struct kj_addr client_of(unsigned n)
{
	const uint8_t v4[4] = {198, 51, 100, (uint8_t)n};
	const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 1, (uint8_t)n, [15] = 1};

	return kj_addr_from_bytes(family, family == 4 ? v4 : v6);
}

/* Sender n: connection and MAIL. */
static void envelope_of(unsigned n, const char *name)
{
	struct kj_addr addr = client_of(n);
	char sender[32];

	snprintf(sender, sizeof sender, "<a@d%u.example>", n);
	kj_session_connect(session, &addr, name);
	kj_session_mail(session, sender, NULL);
	kj_session_rcpt(session, "user@example.jp");
}

/* A line of a log: no message, nor a HELO. */
static void learn(unsigned n, int64_t time_s)
{
	char name[32];

	snprintf(name, sizeof name, "mail.d%u.example", n);
	kj_session_now(session, time_s);
	envelope_of(n, name);
	kj_session_learn(session);
}

/* A mail that comes now; what is said of it. */
static const struct kj_verdict *receive_text(unsigned n, const char *name, const char *body)
{
	char from[32];

	snprintf(from, sizeof from, " a@d%u.example", n);
	envelope_of(n, name);
	kj_session_field(session, "From", from);
	if (list_id)
		kj_session_field(session, "List-Id", list_id);
	kj_session_field(session, "Subject", " about yesterday");
	kj_session_body(session, body, strlen(body));
	return kj_session_end(session, "4XYZ");
}

static const struct kj_verdict *receive(unsigned n)
{
	char body[64];

	snprintf(body, sizeof body, "The minutes of meeting %u are attached.\r\n", n);
	return receive_text(n, "unknown", body);
}

static bool has_term(const struct kj_verdict *verdict, const char *symbol)
{
	for (unsigned i = 0; i < verdict->term_count; i++)
		if (strncmp(verdict->terms[i].symbol, symbol, strlen(symbol)) == 0)
			return true;
	return false;
}

START_TEST(new_senders_of_one_network_are_seen_together)
{
	start();
	for (unsigned n = 1; n < 4; n++)
		ck_assert(!has_term(receive(n), "PREFIX_FRESH"));
	ck_assert(has_term(receive(4), "PREFIX_FRESH"));
}
END_TEST

START_TEST(a_whole_site_of_ipv6_is_seen_together_however_it_spreads)
{
	family = 6;
	start();
	for (unsigned n = 1; n < 8; n++)
		ck_assert(!has_term(receive(n), "PREFIX_FRESH"));
	ck_assert(has_term(receive(8), "PREFIX_FRESH_WIDE"));
}
END_TEST

static const char offer[] =
    "Dear customer, we have looked through all the offers of this autumn and picked the one that fits your house best: "
    "a heating that pays for itself within two winters, comes with all the paperwork done, and is built in by people of "
    "your own town. Answer until the end of the month, and the first winter is on us.\r\n";

START_TEST(one_text_of_new_senders_is_a_campaign)
{
	start();
	for (unsigned n = 1; n < 5; n++)
		receive_text(n, "unknown", offer);
	ck_assert(has_term(receive_text(5, "unknown", offer), "BODY_CLUSTER_5"));
}
END_TEST

/* Somebody has the mail of an account at a big provider forwarded to one here. */
START_TEST(a_campaign_is_one_also_if_some_of_it_comes_through_a_pool)
{
	start();
	for (unsigned n = 1; n < 15; n++)
		receive_text(n, n == 4 ? "mail-ej1.outbound.protection.outlook.com" : "unknown", offer);
	ck_assert(has_term(receive_text(20, "unknown", offer), "BODY_CLUSTER_8"));
}
END_TEST

/* The machines of a hoster, whom this site has known for long, are rented by anybody. */
START_TEST(a_borrowed_name_on_a_known_host_makes_no_honest_crowd)
{
	start();
	now_s = NOW - 20 * DAY;
	receive_text(4, "vm-a.hoster.example", "Hello.\r\n");
	now_s = NOW;
	for (unsigned n = 1; n < 15; n++)
		receive_text(n, "vm-b.hoster.example", offer);
	ck_assert(has_term(receive_text(20, "vm-b.hoster.example", offer), "BODY_CLUSTER_8"));
}
END_TEST

START_TEST(nor_does_he_who_calls_himself_a_list)
{
	start();
	now_s = NOW - 20 * DAY;
	receive_text(30, "vm-a.hoster.example", "Hello.\r\n");
	now_s = NOW;
	list_id = " <offers.example>";
	for (unsigned n = 1; n < 15; n++)
		receive_text(n, "vm-b.hoster.example", offer);
	ck_assert(has_term(receive_text(20, "vm-b.hoster.example", offer), "BODY_CLUSTER_8"));
}
END_TEST

START_TEST(after_weeks_without_mail_nobody_is_called_new)
{
	start();
	receive(1);
	close_engine();
	now_s += 13 * DAY;
	start();
	ck_assert(has_term(receive(2), "DOMAIN_FRESH"));
	close_engine();
	now_s += 15 * DAY;
	start();
	ck_assert(!has_term(receive(3), "DOMAIN_FRESH"));
	now_s += 15 * DAY;
	ck_assert(has_term(receive(4), "DOMAIN_FRESH"));
}
END_TEST

static void ignore(void *context, const char *line)
{
	(void)context, (void)line;
}

START_TEST(nor_where_the_mail_comes_weeks_after_the_daemon)
{
	start();
	now_s += 15 * DAY;
	kj_engine_sweep(engine, ignore, NULL);
	ck_assert(!has_term(receive(1), "DOMAIN_FRESH"));
}
END_TEST

START_TEST(a_clock_that_was_far_ahead_at_the_first_start_makes_no_endless_warm_up)
{
	char sql[80];

	snprintf(sql, sizeof sql, "UPDATE site SET created_s = %d", NOW + 300 * DAY);
	set_state(sql);
	start();
	now_s += 15 * DAY;
	ck_assert(has_term(receive(1), "DOMAIN_FRESH"));
}
END_TEST

/* The first days of a log are a warm-up, like those of a site. */
START_TEST(who_wrote_long_ago_in_a_log_is_not_new_in_it)
{
	struct kj_buf out = KJ_BUF_INIT(1000);

	open_engine("", true);
	for (unsigned n = 1; n < 5; n++)
		learn(n, NOW - 20 * DAY);
	for (unsigned n = 1; n < 5; n++)
		learn(n, NOW - 3600);
	close_engine();
	start();
	ck_assert_msg(kj_engine_learned(engine, "", &out), "%s", kj_buf_str(&out));
	kj_buf_free(&out);
	ck_assert(!has_term(receive(9), "PREFIX_FRESH"));
}
END_TEST

/* Tables that take nothing are what a full disk is. */
static const char *const full_tables[] = {"learned", "seen"};

START_TEST(what_was_not_kept_of_the_past_is_said_once)
{
	char sql[160];

	open_engine("", true);
	snprintf(sql, sizeof sql, "CREATE TRIGGER full BEFORE INSERT ON %s BEGIN SELECT RAISE(ABORT, 'disk full'); END",
	    full_tables[_i]);
	set_state(sql);
	for (unsigned n = 1; n < 250; n++)
		learn(n, NOW - 3600 + n);
	kj_engine_flush(engine, true);
	ck_assert_uint_eq(times_said, 1);
	ck_assert_str_eq(last_said, "event=crowd-not-kept reason=\"disk full\"");
}
END_TEST

START_TEST(a_few_mails_of_the_past_are_written_and_nothing_is_said)
{
	sqlite3 *db;

	open_engine("", true);
	learn(1, NOW - 3600);
	kj_engine_flush(engine, true);
	ck_assert_uint_eq(times_said, 0);
	db = open_state();
	ck_assert_int_eq(sqlite3_exec(db, "DELETE FROM learned", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_changes(db), 1);
	sqlite3_close(db);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("meet");
	TCase *tc = tcase_create("meet");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, new_senders_of_one_network_are_seen_together);
	tcase_add_test(tc, a_whole_site_of_ipv6_is_seen_together_however_it_spreads);
	tcase_add_test(tc, one_text_of_new_senders_is_a_campaign);
	tcase_add_test(tc, a_campaign_is_one_also_if_some_of_it_comes_through_a_pool);
	tcase_add_test(tc, a_borrowed_name_on_a_known_host_makes_no_honest_crowd);
	tcase_add_test(tc, nor_does_he_who_calls_himself_a_list);
	tcase_add_test(tc, after_weeks_without_mail_nobody_is_called_new);
	tcase_add_test(tc, nor_where_the_mail_comes_weeks_after_the_daemon);
	tcase_add_test(tc, a_clock_that_was_far_ahead_at_the_first_start_makes_no_endless_warm_up);
	tcase_add_test(tc, who_wrote_long_ago_in_a_log_is_not_new_in_it);
	add_rows(tc, what_was_not_kept_of_the_past_is_said_once, full_tables);
	tcase_add_test(tc, a_few_mails_of_the_past_are_written_and_nothing_is_said);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
