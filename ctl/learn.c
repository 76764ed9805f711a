/*
 * learn.c - the mails of the past
 *
 * Each mail goes the engine's way like one that comes now, but at its own time, and ends in kj_session_learn()
 * instead of a verdict. What a log does not say - HELO, subject, text - is then not there to be learnt.
 */
#include "ctl/learn.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "ctl/as_user.h"
#include "ctl/command.h"
#include "ctl/config_file.h"
#include "ctl/daemon_client.h"
#include "ctl/learn_private.h"
#include "kanjiki/clock.h"
#include "kanjiki/engine.h"
#include "kanjiki/snapshot.h"

void kj_learn_complain(void *context, const char *path, const char *why)
{
	struct learn *learn = context;

	fflush(stdout);
	fprintf(stderr, "kanjikictl: %s: %s\n", path, why);
	learn->failed = true;
}

struct source {
	const char *path;
	unsigned place;
	int64_t first_s; /* of a log; of all others the end of time */
};

/* What is no regular file can be read only once. */
static int64_t beginning_of(const struct learn *learn, const char *path)
{
	struct kj_reason reason = {""};
	struct kj_log_file *file;
	int64_t first_s = INT64_MAX;
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || kj_log_file_open(path, &file, &reason) < 0)
		return first_s;
	if (!kj_learn_is_log(learn, file, &first_s))
		first_s = INT64_MAX;
	kj_log_file_close(file);
	return first_s;
}

static int by_time(const void *a, const void *b)
{
	const struct source *one = a, *two = b;

	if (one->first_s != two->first_s)
		return one->first_s < two->first_s ? -1 : 1;
	return one->place < two->place ? -1 : 1;
}

/* Oldest log first: mail.log, mail.log.1, mail.log.2.gz come from a shell in the other order. */
static void learn_all(struct learn *learn, const char *const *files, unsigned count)
{
	struct source *sources = calloc(count, sizeof *sources);

	if (!sources) {
		kj_learn_complain(learn, "learn", "out of memory");
		return;
	}
	for (unsigned i = 0; i < count; i++)
		sources[i] = (struct source){files[i], i, beginning_of(learn, files[i])};
	qsort(sources, count, sizeof *sources, by_time);
	for (unsigned i = 0; i < count; i++)
		kj_learn_file(learn, sources[i].path);
	free(sources);
	if (learn->from_s)
		learn->shortened = kj_engine_watched(learn->engine, learn->from_s, learn->to_s);
}

static void print_summary(const struct learn *learn)
{
	char first[KJ_CLOCK_UTC_LEN], last[KJ_CLOCK_UTC_LEN];
	bool full;
	uint64_t domains = kj_domain_set_count(learn->domains, &full);

	printf("learnt %" PRIu64 " mails of %s%" PRIu64 " sender domains", learn->mails,
	    full ? "more than " : "", domains);
	if (learn->mails)
		printf(", from %s to %s", kj_clock_utc(learn->first_s, first), kj_clock_utc(learn->last_s, last));
	printf("\n");
	if (learn->shortened)
		printf("all mail was seen from %s to %s, which shortens the warm-up\n",
		    kj_clock_utc(learn->from_s, first), kj_clock_utc(learn->to_s, last));
	if (learn->passed)
		printf("passed over %" PRIu64 " mails of trusted networks\n", learn->passed);
	if (learn->undated)
		printf("passed over %" PRIu64 " mails without a date\n", learn->undated);
	if (learn->strange)
		printf("did not understand %" PRIu64 " of %" PRIu64 " lines\n", learn->strange, learn->lines);
}

/* The daemon takes in what lies in the state file; without one the next start does. */
static void tell_daemon(struct learn *learn, const char *socket_path)
{
	bool absent = true;
	int status = KJ_CTL_OK;

	fflush(stdout);
	if (*socket_path)
		status = kj_daemon_tell(socket_path, "learned", &absent);
	if (absent)
		printf("no daemon listens; the next one takes it in when it starts\n");
	else if (status == KJ_CTL_OK)
		printf("the daemon has taken it in\n");
	else
		learn->failed = true;
}

/* The state file took nothing: said once, for it may be thousands of mails. */
static void say_aside(void *context, bool is_warning, const char *line)
{
	struct learn *learn = context;

	if (is_warning)
		kj_learn_complain(learn, kj_snapshot_settings(learn->snapshot)->state, line);
}

/* The engine opens, and at its end writes, the state file. */
static int open_engine(struct learn *learn, struct kj_reason *reason)
{
	struct kj_engine_options options = {.clock = kj_clock_system(),
	    .offline = true,
	    .learn = true,
	    .say = say_aside,
	    .say_context = learn};
	const struct kj_settings *settings = kj_snapshot_settings(learn->snapshot);
	int rc;

	if (!*settings->state)
		return kj_fail(reason, KJ_EINVAL,
		    "the configuration has no state file (`state`) that could keep anything");
	umask(0077); /* as the daemon: the file holds the site's secret */
	rc = kj_as_user_begin(settings->user, reason);
	if (rc < 0)
		return rc;
	rc = kj_engine_new(learn->snapshot, &options, &learn->engine, reason);
	kj_as_user_end();
	return rc;
}

static int begin(struct learn *learn, struct kj_reason *reason)
{
	int rc = open_engine(learn, reason);

	if (rc < 0)
		return rc;
	learn->now_s = kj_clock_wall_s(kj_clock_system());
	learn->session = kj_session_new(learn->engine);
	learn->domains = kj_domain_set_new();
	if (!learn->session || !learn->domains || kj_maillog_new(learn->now_s, &learn->log) < 0)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	return 0;
}

static void end(struct learn *learn)
{
	struct kj_reason reason = {""};

	kj_maillog_free(learn->log);
	kj_session_free(learn->session);
	/* Should it fail now, files are written as root, which SQLite gives to the owner of the state file. */
	(void)kj_as_user_begin(kj_snapshot_settings(learn->snapshot)->user, &reason);
	if (learn->engine)
		kj_engine_flush(learn->engine, true);
	kj_engine_free(learn->engine);
	kj_as_user_end();
}

int kj_learn_files(const char *conf_path, const char *socket_path, const char *const *files, unsigned count)
{
	struct learn learn = {.now_s = 0};
	struct kj_reason reason = {""};
	int rc;

	if (kj_config_file_load(conf_path, &learn.snapshot) < 0)
		return KJ_CTL_FAILED;
	rc = begin(&learn, &reason);
	if (rc == 0)
		learn_all(&learn, files, count);
	else
		fprintf(stderr, "kanjikictl: %s\n", reason.text);
	end(&learn);
	if (rc == 0) {
		print_summary(&learn);
		tell_daemon(
		    &learn, socket_path ? socket_path : kj_snapshot_settings(learn.snapshot)->control_socket);
	}
	kj_domain_set_free(learn.domains);
	kj_snapshot_unref(learn.snapshot);
	return rc < 0 || learn.failed ? KJ_CTL_FAILED : KJ_CTL_OK;
}
