/*
 * engine_world.h - what tests of whole mails share: an engine, offline, with the project's lists, a configuration and
 * a state file in a directory of its own, and a clock that the test moves
 */
#ifndef KJ_TEST_ENGINE_WORLD_H
#define KJ_TEST_ENGINE_WORLD_H

#include <sqlite3.h>
#include <unistd.h>

#include "kanjiki/clock.h"
#include "kanjiki/engine.h"
#include "kanjiki/session.h"
#include "kanjiki/snapshot.h"
#include "suite.h"

#define NOW 1800000000

static int64_t now_s;
static char dir[32], conf_path[64], state_path[64];
static struct kj_engine *engine;
static struct kj_session *session;
static unsigned times_said; /* how often the engine said something beside the mails, */
static char last_said[256]; /* and what */

static int64_t test_wall_s(void *context)
{
	(void)context;
	return now_s;
}

static int64_t test_mono_ms(void *context)
{
	(void)context;
	return 1000;
}

static const struct kj_clock test_clock = {test_wall_s, test_mono_ms, NULL};

static void hear_engine(void *context, bool is_warning, const char *line)
{
	(void)context, (void)is_warning;
	times_said++;
	snprintf(last_said, sizeof last_said, "%s", line);
}

static void make_dir(void)
{
	now_s = NOW;
	times_said = 0;
	snprintf(dir, sizeof dir, "/tmp/kj-engine-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf_path, sizeof conf_path, "%s/kanjiki.conf", dir);
	snprintf(state_path, sizeof state_path, "%s/state.db", dir);
}

static void remove_dir(void)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	char path[80];

	unlink(conf_path);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s%s", state_path, suffixes[i]);
		unlink(path);
	}
	rmdir(dir);
}

/* A configuration with these settings beside the usual ones. */
static struct kj_snapshot *load(const char *settings)
{
	struct kj_complaints *complaints = kj_complaints_new();
	struct kj_snapshot *snapshot = NULL;
	FILE *file = fopen(conf_path, "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file, "lists = \"%s/lists\"\nstate = \"%s\"\nauthserv-id = \"mx.example.jp\"\n%s", getenv("KJ_SRCDIR"),
	    state_path, settings);
	fclose(file);
	ck_assert_msg(kj_snapshot_load(conf_path, &snapshot, complaints) == 0, "%s",
	    kj_complaints_count(complaints) ? kj_complaints_get(complaints, 0)->text : "");
	kj_complaints_free(complaints);
	return snapshot;
}

static void open_engine(const char *settings, bool learn)
{
	struct kj_engine_options options = {
	    .clock = &test_clock, .offline = true, .learn = learn, .say = hear_engine};
	struct kj_snapshot *snapshot = load(settings);
	struct kj_reason reason = {""};

	ck_assert_msg(kj_engine_new(snapshot, &options, &engine, &reason) == 0, "%s", reason.text);
	kj_snapshot_unref(snapshot);
	session = kj_session_new(engine);
}

static void close_engine(void)
{
	kj_session_free(session);
	kj_engine_free(engine);
	session = NULL;
	engine = NULL;
}

/* Somebody else has the state file open. */
static sqlite3 *open_state(void)
{
	sqlite3 *db = NULL;

	ck_assert_int_eq(sqlite3_open(state_path, &db), SQLITE_OK);
	return db;
}

static void run_sql(sqlite3 *db, const char *sql)
{
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

#endif
