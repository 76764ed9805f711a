/*
 * fuzz_maillog.c - a log of Postfix or kanjikid, line by line
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/maillog.h"
#include "fuzz.h"

#define NOW 1795665600 /* 2026-11-26T04:00:00Z */

static void use(const char *text)
{
	if (strlen(text) > 4096)
		abort();
}

/* A copy of each line by itself, so that the sanitizer sees a read behind its end. */
static void read_line(struct kj_maillog *log, const char *data, size_t len)
{
	struct kj_maillog_mail mail;
	char *line = strndup(data, len);

	if (line && kj_maillog_read(log, line, &mail) == KJ_MAILLOG_MAIL) {
		free(line);
		line = NULL;
		use(mail.client_name);
		use(mail.helo);
		use(mail.sender);
		use(mail.queue_id);
		if (mail.client.family == 0 || mail.time_s > NOW)
			abort();
	}
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct kj_maillog *log;

	if (kj_maillog_new(NOW, &log) < 0)
		return 0;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		if (!stop)
			stop = end;
		read_line(log, at, (size_t)(stop - at));
		at = stop + (stop < end);
	}
	kj_maillog_free(log);
	return 0;
}
