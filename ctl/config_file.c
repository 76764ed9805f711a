/*
 * config_file.c - reading kanjiki.conf for a command
 */
#include "ctl/config_file.h"

#include <unistd.h>

#include "kanjiki/snapshot.h"

#define LINE_MAX_BYTES 4096

static void print_complaints(const struct kj_complaints *complaints)
{
	for (unsigned i = 0; i < kj_complaints_count(complaints); i++) {
		struct kj_buf line = KJ_BUF_INIT(LINE_MAX_BYTES);

		kj_complaint_print(kj_complaints_get(complaints, i), &line);
		fprintf(stderr, "%s\n", kj_buf_str(&line));
		kj_buf_free(&line);
	}
}

int kj_config_file_load(const char *path, struct kj_snapshot **ret_snapshot)
{
	struct kj_complaints *complaints = kj_complaints_new();
	int status;

	if (!path && access(KJ_CONF_FILE, F_OK) == 0)
		path = KJ_CONF_FILE;
	status = complaints ? kj_snapshot_load(path, ret_snapshot, complaints) : -KJ_ENOMEM;
	if (complaints)
		print_complaints(complaints);
	if (status < 0 && (!complaints || kj_complaints_errors(complaints) == 0))
		fprintf(stderr, "kanjikictl: %s: %s\n", path ? path : "built-in configuration",
		    kj_strerror(status));
	kj_complaints_free(complaints);
	return status < 0 ? -1 : 0;
}
