/*
 * test_meet.c - mails meet the recent traffic: a site that has run for months, and what it makes of the next mail; offline
 */
#include <sqlite3.h>
#include <unistd.h>

#include "kanjiki/buf.h"
#include "kanjiki/clock.h"
#include "kanjiki/engine.h"
#include "kanjiki/session.h"
#include "kanjiki/snapshot.h"
#include "suite.h"

#define NOW 1800000000
#define DAY 86400

/* A clock that the test moves. */
static int64_t now_s, mono_ms = 1000;

static int64_t test_wall_s(void *context)
{
	(void)context;
	return now_s;
}

static int64_t test_mono_ms(void *context)
{
	(void)context;
	return mono_ms;
}

static const struct kj_clock test_clock = {test_wall_s, test_mono_ms, NULL};

static char dir[32], conf_path[64], state_path[64];
static struct kj_engine *engine;
static struct kj_session *session;
static int family; /* of all clients */
static const char *list_id; /* of all mails; NULL: they are of no list */

static void open_engine(bool learn)
{
	struct kj_engine_options options = {.clock = &test_clock, .offline = true, .learn = learn};
	struct kj_complaints *complaints = kj_complaints_new();
	struct kj_snapshot *snapshot = NULL;
	struct kj_reason reason = {""};

	ck_assert_int_eq(kj_snapshot_load(conf_path, &snapshot, complaints), 0);
	ck_assert_msg(kj_engine_new(snapshot, &options, &engine, &reason) == 0, "%s", reason.text);
	kj_snapshot_unref(snapshot);
	kj_complaints_free(complaints);
	session = kj_session_new(engine);
}

static void close_engine(void)
{
	kj_session_free(session);
	kj_engine_free(engine);
	session = NULL;
	engine = NULL;
}

static void run_sql(const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(state_path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* The warm-up is over long since. */
static void begin(void)
{
	char sql[128];
	FILE *file;

	snprintf(dir, sizeof dir, "/tmp/kj-meet-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf_path, sizeof conf_path, "%s/kanjiki.conf", dir);
	snprintf(state_path, sizeof state_path, "%s/state.db", dir);
	file = fopen(conf_path, "w");
	ck_assert_ptr_nonnull(file);
	fprintf(file, "lists = \"%s/lists\"\nstate = \"%s\"\nauthserv-id = \"mx.example.jp\"\n", getenv("KJ_SRCDIR"), state_path);
	fclose(file);
	family = 4;
	list_id = NULL;
	now_s = NOW;
	open_engine(false);
	close_engine();
	snprintf(sql, sizeof sql, "UPDATE site SET created_s = %d; INSERT INTO seen VALUES(1, %d, %d)", NOW - 100 * DAY,
	    NOW - 100 * DAY, NOW);
	run_sql(sql);
}

static void end(void)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	char path[80];

	close_engine();
	unlink(conf_path);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s%s", state_path, suffixes[i]);
		unlink(path);
	}
	rmdir(dir);
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
	open_engine(false);
	for (unsigned n = 1; n < 4; n++)
		ck_assert(!has_term(receive(n), "PREFIX_FRESH"));
	ck_assert(has_term(receive(4), "PREFIX_FRESH"));
}
END_TEST

START_TEST(a_whole_site_of_ipv6_is_seen_together_however_it_spreads)
{
	family = 6;
	open_engine(false);
	for (unsigned n = 1; n < 8; n++)
		ck_assert(!has_term(receive(n), "PREFIX_FRESH"));
	ck_assert(has_term(receive(8), "PREFIX_FRESH_WIDE"));
}
END_TEST

static const char offer[] =
    "Dear customer, we have looked through all the offers of this autumn and picked the one that fits your house best: a heating "
    "that pays for itself within two winters, comes with all the paperwork done, and is built in by people of your own town. "
    "Answer until the end of the month, and the first winter is on us.\r\n";

START_TEST(one_text_of_new_senders_is_a_campaign)
{
	open_engine(false);
	for (unsigned n = 1; n < 5; n++)
		receive_text(n, "unknown", offer);
	ck_assert(has_term(receive_text(5, "unknown", offer), "BODY_CLUSTER_5"));
}
END_TEST

/* Somebody has the mail of an account at a big provider forwarded to one here. */
START_TEST(a_campaign_is_one_also_if_some_of_it_comes_through_a_pool)
{
	open_engine(false);
	for (unsigned n = 1; n < 15; n++)
		receive_text(n, n == 4 ? "mail-ej1.outbound.protection.outlook.com" : "unknown", offer);
	ck_assert(has_term(receive_text(20, "unknown", offer), "BODY_CLUSTER_8"));
}
END_TEST

/* The machines of a hoster, whom this site has known for long, are rented by anybody. */
START_TEST(a_borrowed_name_on_a_known_host_makes_no_honest_crowd)
{
	open_engine(false);
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
	open_engine(false);
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
	open_engine(false);
	receive(1);
	close_engine();
	now_s += 13 * DAY;
	open_engine(false);
	ck_assert(has_term(receive(2), "DOMAIN_FRESH"));
	close_engine();
	now_s += 15 * DAY;
	open_engine(false);
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
	open_engine(false);
	now_s += 15 * DAY;
	kj_engine_sweep(engine, ignore, NULL);
	ck_assert(!has_term(receive(1), "DOMAIN_FRESH"));
}
END_TEST

START_TEST(a_clock_that_was_far_ahead_at_the_first_start_makes_no_endless_warm_up)
{
	char sql[80];

	snprintf(sql, sizeof sql, "UPDATE site SET created_s = %d", NOW + 300 * DAY);
	run_sql(sql);
	open_engine(false);
	now_s += 15 * DAY;
	ck_assert(has_term(receive(1), "DOMAIN_FRESH"));
}
END_TEST

/* The first days of a log are a warm-up, like those of a site. */
START_TEST(who_wrote_long_ago_in_a_log_is_not_new_in_it)
{
	struct kj_buf out = KJ_BUF_INIT(1000);

	open_engine(true);
	for (unsigned n = 1; n < 5; n++)
		learn(n, NOW - 20 * DAY);
	for (unsigned n = 1; n < 5; n++)
		learn(n, NOW - 3600);
	close_engine();
	open_engine(false);
	ck_assert_msg(kj_engine_learned(engine, "", &out), "%s", kj_buf_str(&out));
	kj_buf_free(&out);
	ck_assert(!has_term(receive(9), "PREFIX_FRESH"));
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
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
