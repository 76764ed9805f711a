/*
 * cmd_score.c - kanjikictl score: what would the daemon say to these mails?
 *
 * The way of a mail here is that of the daemon: the same engine and session, fed from a file instead of by the
 * MTA. Only the memory of deferrals stays untouched, so that looking at a mail has no effect on the next one.
 */
#include <getopt.h>

#include "ctl/command.h"
#include "ctl/config_file.h"
#include "ctl/envelope.h"
#include "ctl/mail_walk.h"
#include "ctl/mailfile.h"
#include "ctl/verdict_print.h"
#include "kanjiki/arena.h"
#include "kanjiki/clock.h"
#include "kanjiki/engine.h"
#include "kanjiki/message.h"
#include "kanjiki/session.h"
#include "kanjiki/snapshot.h"

#define ARENA_MAX_BYTES ((size_t)64 << 20) /* fields and envelope of one mail; its body stays where it is */

struct score {
	struct kj_snapshot *snapshot;
	struct kj_engine *engine;
	struct kj_envelope given; /* by options */
	const char *conf_path;
	bool offline, json, failed;
};

static void complain(void *context, const char *path, const char *why)
{
	struct score *score = context;

	fflush(stdout);
	fprintf(stderr, "kanjikictl: %s: %s\n", path, why);
	score->failed = true;
}

static const char *print_verdict(const struct score *score, const char *name,
    const struct kj_envelope *envelope, const struct kj_verdict *verdict)
{
	if (score->json)
		return kj_verdict_print_json(name, envelope, verdict) < 0 ? "its verdict is too long to print"
		                                                          : NULL;
	kj_verdict_print(name, envelope, verdict);
	return NULL;
}

/* Score and print one mail; NULL, or why not. */
static const char *score_in(
    struct score *score, struct kj_arena *arena, const char *name, const char *data, size_t len)
{
	struct kj_session *session = kj_session_new(score->engine);
	struct kj_envelope envelope = score->given;
	const char *why = "out of memory";
	struct kj_field *fields;
	unsigned field_count;
	size_t body;

	if (session && kj_message_split(arena, data, len, &fields, &field_count, &body) == 0 &&
	    kj_envelope_complete(
	        arena, fields, field_count, kj_snapshot_settings(score->snapshot), &envelope) == 0) {
		kj_mail_walk(session, &envelope, fields, field_count, data + body, len - body);
		why = print_verdict(score, name, &envelope, kj_session_end(session, envelope.queue_id));
	}
	kj_session_free(session);
	return why;
}

static void score_mail(void *context, const char *name, const char *data, size_t len)
{
	struct kj_arena *arena = kj_arena_new(ARENA_MAX_BYTES);
	const char *why = "out of memory";

	if (arena)
		why = score_in(context, arena, name, data, len);
	if (why)
		complain(context, name, why);
	kj_arena_free(arena);
}

static int score_files(struct score *score, char **files)
{
	struct kj_mailfile_reader reader = {.mail = score_mail, .error = complain, .context = score};
	struct kj_engine_options options = {
	    .clock = kj_clock_system(), .offline = score->offline, .dry_run = true};
	struct kj_reason reason = {""};

	if (kj_config_file_load(score->conf_path, &score->snapshot) < 0)
		return KJ_CTL_FAILED;
	if (kj_engine_new(score->snapshot, &options, &score->engine, &reason) < 0) {
		fprintf(stderr, "kanjikictl: %s\n", reason.text);
		score->failed = true;
	} else {
		for (; *files; files++)
			kj_mailfile_read(*files, &reader);
		kj_engine_free(score->engine);
	}
	kj_snapshot_unref(score->snapshot);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs("kanjikictl: cannot write to standard output\n", stderr);
		score->failed = true;
	}
	return score->failed ? KJ_CTL_FAILED : KJ_CTL_OK;
}

enum { OFFLINE = 256, JSON, CLIENT_IP, CLIENT_NAME, HELO, MAIL_FROM, RCPT };

static const struct option options[] = {
    {"offline", no_argument, NULL, OFFLINE},
    {"json", no_argument, NULL, JSON},
    {"config", required_argument, NULL, 'c'},
    {"client-ip", required_argument, NULL, CLIENT_IP},
    {"client-name", required_argument, NULL, CLIENT_NAME},
    {"helo", required_argument, NULL, HELO},
    {"mail-from", required_argument, NULL, MAIL_FROM},
    {"rcpt", required_argument, NULL, RCPT},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int add_rcpt(struct kj_envelope *given, const char *rcpt)
{
	if (given->rcpt_count == KJ_ENVELOPE_RCPTS) {
		fprintf(stderr, "kanjikictl: more than %d recipients\n", KJ_ENVELOPE_RCPTS);
		return -1;
	}
	given->rcpts[given->rcpt_count++] = rcpt;
	return 0;
}

static int set_client(struct kj_envelope *given, const char *text)
{
	if (kj_addr_parse(text, &given->client) == 0)
		return 0;
	fprintf(stderr, "kanjikictl: \"%s\" is no IP address\n", text);
	return -1;
}

/* Take one option; 0, or -1 for one that is wrong. */
static int take_option(struct score *score, int option)
{
	switch (option) {
	case OFFLINE: score->offline = true; return 0;
	case JSON: score->json = true; return 0;
	case 'c': score->conf_path = optarg; return 0;
	case CLIENT_IP: return set_client(&score->given, optarg);
	case CLIENT_NAME: score->given.client_name = optarg; return 0;
	case HELO: score->given.helo = optarg; return 0;
	case MAIL_FROM: score->given.sender = optarg; return 0;
	case RCPT: return add_rcpt(&score->given, optarg);
	default: return -1;
	}
}

static int run(int argc, char **argv)
{
	struct score score = {.conf_path = NULL};
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'h')
			return kj_command_usage(&kj_cmd_score, KJ_CTL_OK);
		if (take_option(&score, option) < 0)
			return kj_command_usage(&kj_cmd_score, KJ_CTL_USAGE);
	}
	if (optind == argc)
		return kj_command_usage(&kj_cmd_score, KJ_CTL_USAGE);
	return score_files(&score, argv + optind);
}

const struct kj_command kj_cmd_score = {
    .name = "score",
    .about = "score mails from files as the daemon would",
    .usage = "usage: kanjikictl score [OPTION]... FILE...\n"
             "\n"
             "Scores mails without delivering or delaying anything. A FILE is a mail, an mbox (it begins "
             "with \"From \"),\n"
             "a Maildir directory, or - for standard input. What the envelope options leave out is taken "
             "from the mail's\n"
             "own Received, Return-Path and Delivered-To headers.\n"
             "\n"
             "      --offline           ask the network nothing\n"
             "      --json              one JSON object per mail and line\n"
             "  -c, --config FILE       this configuration; without it " KJ_CONF_FILE ",\n"
             "                          or the built-in defaults if there is none\n"
             "      --client-ip IP      address of the client\n"
             "      --client-name NAME  its name as the MTA verified it\n"
             "      --helo NAME         what it said in HELO or EHLO\n"
             "      --mail-from ADDR    envelope sender; \"\" or \"<>\" is the null sender\n"
             "      --rcpt ADDR         envelope recipient; may be repeated\n"
             "\n"
             "Exit status 1 if a file could not be read; the others are scored all the same.\n",
    .run = run,
};
