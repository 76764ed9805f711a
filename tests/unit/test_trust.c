/*
 * test_trust.c - whose Authentication-Results count, and which of them are removed as forgeries
 *
 * Whole sessions, offline, in the orders in which Postfix shows the fields of OpenDKIM and OpenDMARC to the milter
 * behind them (tests/e2e/postfix_authres.py watches the real ones).
 */
#include <stdarg.h>
#include <unistd.h>

#include "kanjiki/buf.h"
#include "kanjiki/clock.h"
#include "kanjiki/engine.h"
#include "kanjiki/session.h"
#include "kanjiki/snapshot.h"
#include "suite.h"

#define SIGNATURE "DKIM-Signature: v=1; a=rsa-sha256; d=news.example; s=k1; h=from; bh=AA==; b=AA=="
#define BY_CLIENT "Received: from a.example ([192.0.2.9]) by b.example; Mon, 3 Jun 2024 10:00:02 +0900"
#define PASS      "Authentication-Results: mx.example.jp; dkim=pass header.d=news.example"
#define WITH_ID   "Authentication-Results: mx.example.jp/4XYZ; dkim=pass header.d=news.example"
#define FAIL      "Authentication-Results: mx.example.jp; dkim=fail header.d=news.example"
#define DMARC     "Authentication-Results: mx.example.jp; dmarc=pass (p=reject dis=none) header.from=news.example"
#define MANY      "a=b;c=b;d=b;e=b;f=b;g=b;h=b;i=b;j=b;k=b;l=b;m=b;n=b;o=b;p=b;q=b;r=b;s=b;t=b;u=b;"
#define TRUSTED   "trusted-authserv-ids = [\"mx.example.jp\"]\n"
#define STRICT    TRUSTED "authserv-queue-id = required\n"

/* The numbers of the Authentication-Results that are removed, the highest first. */
static const struct {
	const char *label, *conf, *fields[8];
	bool aligned;
	const char *removed;
} rows[] = {
    {"OpenDMARC above OpenDKIM", TRUSTED, {DMARC, PASS, SIGNATURE, BY_CLIENT}, true, ""},
    {"nothing is trusted unless so configured", "", {DMARC, PASS, SIGNATURE, BY_CLIENT}, false, "2 1"},
    {"another host's fields are nobody's business", TRUSTED,
        {PASS, SIGNATURE, "Authentication-Results: other.example; dkim=pass header.d=news.example"}, true,
        ""},
    {"and prove nothing", TRUSTED,
        {"Authentication-Results: other.example; dkim=pass header.d=news.example", SIGNATURE}, false, ""},
    {"a trusted name that is not ours", "trusted-authserv-ids = [\"filter.example.jp\"]\n",
        {"Authentication-Results: filter.example.jp; dkim=pass header.d=news.example", SIGNATURE}, true, ""},
    {"capitals and quotes", TRUSTED,
        {"Authentication-Results: \"MX.Example.jp\" 1; dkim=pass header.d=news.example", SIGNATURE}, true,
        ""},

    {"forged below the client's Received", TRUSTED, {SIGNATURE, BY_CLIENT, PASS}, false, "1"},
    {"forged, and nothing is signed", TRUSTED, {PASS, BY_CLIENT}, false, "1"},
    {"forged, and only its lines are", TRUSTED, {DMARC, PASS, "DKIM-Signature: d=news.example"}, false, "2"},
    {"forged, and another domain signed", TRUSTED,
        {"Authentication-Results: mx.example.jp; dkim=pass header.d=bank.example", SIGNATURE}, false, "1"},
    {"forged below what OpenDKIM found", TRUSTED, {DMARC, FAIL, SIGNATURE, PASS}, false, "3"},
    {"forged with something new in it", TRUSTED,
        {FAIL, "Authentication-Results: mx.example.jp; x=y; dkim=pass header.d=news.example", SIGNATURE},
        false, "2"},
    {"forged behind more than is read", TRUSTED,
        {PASS, "Authentication-Results: mx.example.jp; " MANY MANY "dkim=pass header.d=news.example",
            SIGNATURE},
        true, "2"},
    {"forged behind what does not parse", TRUSTED,
        {PASS, "Authentication-Results: mx.example.jp; ??; spf=pass", SIGNATURE}, true, "2"},
    {"one forged, one true", TRUSTED, {PASS, SIGNATURE, PASS}, true, "2"},
    {"a field that says nothing", TRUSTED, {PASS, SIGNATURE, "Authentication-Results: mx.example.jp; none"},
        true, "2"},

    {"the queue id proves it", STRICT, {WITH_ID, BY_CLIENT}, true, ""},
    {"wherever it stands", STRICT, {BY_CLIENT, WITH_ID}, true, ""},
    {"quoted, as newer filters do", STRICT,
        {"Authentication-Results: \"mx.example.jp/4XYZ\"; dkim=pass header.d=news.example"}, true, ""},
    {"without it nothing does", STRICT, {PASS, SIGNATURE, BY_CLIENT}, false, "1"},
    {"another queue id is a forgery", TRUSTED,
        {"Authentication-Results: mx.example.jp/4XYZ1; dkim=pass header.d=news.example", SIGNATURE}, false,
        "1"},
    {"of our own name, too", "",
        {"Authentication-Results: mx.example.jp/4XYZ1; dkim=pass header.d=news.example", SIGNATURE}, false,
        "1"},
    {"forged beside one with it", STRICT, {WITH_ID, SIGNATURE, PASS, BY_CLIENT, PASS}, true, "3 2"},
};

static int64_t wall_s(void *context)
{
	(void)context;
	return 1800000000;
}

static int64_t mono_ms(void *context)
{
	(void)context;
	return 1000;
}

static const struct kj_clock fixed_clock = {wall_s, mono_ms, NULL};
static struct kj_engine *engine;
static struct kj_session *session;

static void start(const char *conf)
{
	struct kj_engine_options options = {.clock = &fixed_clock, .offline = true, .dry_run = true};
	struct kj_complaints *complaints = kj_complaints_new();
	char path[] = "/tmp/kj-trust-XXXXXX";
	struct kj_snapshot *snapshot = NULL;
	struct kj_reason reason = {""};
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	dprintf(fd, "lists = \"%s/lists\"\nstate = \"\"\nextortion = no\nauthserv-id = \"mx.example.jp\"\n%s",
	    getenv("KJ_SRCDIR"), conf);
	close(fd);
	ck_assert_msg(kj_snapshot_load(path, &snapshot, complaints) == 0, "%s",
	    kj_complaints_count(complaints) ? kj_complaints_get(complaints, 0)->text : "");
	unlink(path);
	kj_complaints_free(complaints);
	ck_assert_int_eq(kj_engine_new(snapshot, &options, &engine, &reason), 0);
	kj_snapshot_unref(snapshot);
	session = kj_session_new(engine);
}

static void stop(void)
{
	kj_session_free(session);
	kj_engine_free(engine);
	session = NULL;
	engine = NULL;
}

static void connect_from(const char *client)
{
	struct kj_addr addr;

	ck_assert_int_eq(kj_addr_parse(client, &addr), 0);
	ck_assert_int_eq(kj_session_connect(session, &addr, "unknown"), KJ_WAY_ON);
	kj_session_mail(session, "<bounce@esp.example>", NULL);
	kj_session_rcpt(session, "<user@example.jp>");
}

/* "Name: value" */
static void field(const char *line)
{
	char name[64];

	snprintf(name, sizeof name, "%.*s", (int)strcspn(line, ":"), line);
	kj_session_field(session, name, line + strlen(name) + 1);
}

static const struct kj_verdict *end_mail(void)
{
	field("From: News <a@news.example>");
	kj_session_body(session, "Hello.\r\n", 8);
	return kj_session_end(session, "4XYZ");
}

static bool has_term(const struct kj_verdict *verdict, const char *symbol)
{
	for (unsigned i = 0; i < verdict->term_count; i++)
		if (strcmp(verdict->terms[i].symbol, symbol) == 0)
			return true;
	return false;
}

static void list_removed(const struct kj_verdict *verdict, struct kj_buf *buf)
{
	for (unsigned i = 0; i < verdict->edit_count; i++)
		if (verdict->edits[i].kind == KJ_EDIT_DELETE &&
		    strcmp(verdict->edits[i].name, "Authentication-Results") == 0)
			kj_buf_printf(buf, "%s%u", buf->len ? " " : "", verdict->edits[i].index);
}

START_TEST(a_field_is_believed_or_removed)
{
	struct kj_buf removed = KJ_BUF_INIT(1024);
	const struct kj_verdict *verdict;

	start(rows[_i].conf);
	connect_from("198.51.100.9");
	for (unsigned i = 0; i < 8 && rows[_i].fields[i]; i++)
		field(rows[_i].fields[i]);
	verdict = end_mail();
	list_removed(verdict, &removed);
	ck_assert_msg(has_term(verdict, "DKIM_ALIGNED") == rows[_i].aligned, "%s: aligned", rows[_i].label);
	ck_assert_msg(strcmp(kj_buf_str(&removed), rows[_i].removed) == 0, "%s: removed %s", rows[_i].label,
	    kj_buf_str(&removed));
	kj_buf_free(&removed);
}
END_TEST

#define RELAY   TRUSTED "trusted-relays = [\"192.0.2.0/28\"]\n"
#define INNER   "Received: from inner ([192.0.2.2]) by relay.example.jp; Mon, 3 Jun 2024 10:00:02 +0900"
#define OUTSIDE "Received: from a.example ([203.0.113.9]) by inner; Mon, 3 Jun 2024 10:00:01 +0900"

static const struct {
	const char *label, *fields[8];
	bool aligned;
} relayed[] = {
    {"the relay's filter wrote it", {INNER, PASS, OUTSIDE, SIGNATURE}, true},
    {"the client did", {INNER, OUTSIDE, PASS, SIGNATURE}, false},
};

START_TEST(the_fields_of_a_trusted_relay_end_at_the_true_peer)
{
	start(RELAY);
	connect_from("192.0.2.1");
	for (unsigned i = 0; i < 8 && relayed[_i].fields[i]; i++)
		field(relayed[_i].fields[i]);
	ck_assert_msg(has_term(end_mail(), "DKIM_ALIGNED") == relayed[_i].aligned, "%s", relayed[_i].label);
}
END_TEST

START_TEST(forgeries_beyond_all_limits_are_removed_all_the_same)
{
	const struct kj_verdict *verdict;
	unsigned removed = 0;

	start(TRUSTED "limits { fields = 100 }\n");
	connect_from("198.51.100.9");
	field(PASS);
	field(SIGNATURE);
	for (unsigned i = 0; i < 500; i++)
		field(PASS);
	verdict = end_mail();
	for (unsigned i = 0; i < verdict->edit_count; i++)
		removed += verdict->edits[i].kind == KJ_EDIT_DELETE;
	ck_assert_uint_eq(removed, 500);
	ck_assert(!verdict->incomplete);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trust");
	TCase *tc = tcase_create("trust");

	tcase_add_checked_fixture(tc, NULL, stop);
	add_rows(tc, a_field_is_believed_or_removed, rows);
	add_rows(tc, the_fields_of_a_trusted_relay_end_at_the_true_peer, relayed);
	tcase_add_test(tc, forgeries_beyond_all_limits_are_removed_all_the_same);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
