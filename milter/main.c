/*
 * main.c - kanjikid's command line
 */
#include <getopt.h>
#include <malloc.h>
#include <stdbool.h>
#include <sysexits.h>

#include "kanjiki/snapshot.h"
#include "milter/daemon.h"

static const char usage[] =
    "usage: kanjikid [-c FILE] [-t]\n"
    "       kanjikid -V | -h\n"
    "\n"
    "The mail-scoring milter. It stays in the foreground; a service manager keeps it.\n"
    "\n"
    "  -c, --config FILE  read this configuration instead of " KJ_CONF_FILE "\n"
    "  -t, --test         read and check the configuration, say what is wrong, and leave\n"
    "  -V, --version      print the version\n"
    "  -h, --help         print this\n"
    "\n"
    "Exit status (sysexits.h): 0 stopped as told, 64 wrong usage, 67 no such user, 69 a socket or the\n"
    "state file cannot be used, 71 the system refused, 78 the configuration is wrong.\n";

/* glibc gives each of many threads a heap of its own, up to eight per core; so many sessions need a quarter more memory
 * for it and are no faster. */
#define HEAPS 4

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"test", no_argument, NULL, 't'},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int check(const char *conf_path)
{
	struct kj_complaints *complaints = kj_complaints_new();
	struct kj_snapshot *snapshot = NULL;
	int status;

	if (!complaints)
		return EX_OSERR;
	status = kj_snapshot_load(conf_path, &snapshot, complaints);
	for (unsigned i = 0; i < kj_complaints_count(complaints); i++) {
		struct kj_buf line = KJ_BUF_INIT(4096);

		kj_complaint_print(kj_complaints_get(complaints, i), &line);
		fprintf(stderr, "%s\n", kj_buf_str(&line));
		kj_buf_free(&line);
	}
	if (status < 0 && kj_complaints_errors(complaints) == 0)
		fprintf(stderr, "%s: %s\n", conf_path, kj_strerror(status));
	kj_complaints_free(complaints);
	kj_snapshot_unref(snapshot);
	return status < 0 ? EX_CONFIG : 0;
}

int main(int argc, char **argv)
{
	const char *conf_path = KJ_CONF_FILE;
	bool test = false;
	int option;

	mallopt(M_ARENA_MAX, HEAPS);
	while ((option = getopt_long(argc, argv, "c:tVh", options, NULL)) != -1)
		switch (option) {
		case 'c': conf_path = optarg; break;
		case 't': test = true; break;
		case 'V': printf("kanjikid %s\n", PACKAGE_VERSION); return 0;
		case 'h': fputs(usage, stdout); return 0;
		default: fputs(usage, stderr); return EX_USAGE;
		}
	if (optind != argc) {
		fputs(usage, stderr);
		return EX_USAGE;
	}
	return test ? check(conf_path) : kj_daemon_run(conf_path);
}
