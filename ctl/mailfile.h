/*
 * mailfile.h - mails as they lie on a disk: single files, mbox files, Maildir directories, standard input
 *
 * A file that begins with "From " is an mbox (RFC 4155) and may hold many mails; any other is one mail. A directory
 * must be a Maildir: its new/ and cur/ are read, each sorted by name. "-" is standard input, one mail or an mbox.
 */
#ifndef KJ_CTL_MAILFILE_H
#define KJ_CTL_MAILFILE_H

#include <stddef.h>

/* What is done with the mails. */
struct kj_mailfile_reader {
	/* One mail. name: the path; of an mbox "path:N", from 1. data lives for the call. */
	void (*mail)(void *context, const char *name, const char *data, size_t len);
	/* What could not be read; the others still are. */
	void (*error)(void *context, const char *path, const char *why);
	void *context;
};

#define KJ_MAILFILE_MAX_BYTES ((size_t)1 << 30)

/* kj_mailfile_split - hand the mail or the mails of a file whose bytes are here (NUL behind them) to the reader */
void kj_mailfile_split(const char *path, const char *data, size_t len, const struct kj_mailfile_reader *reader);

/* kj_mailfile_read - hand every mail of a path to the reader */
void kj_mailfile_read(const char *path, const struct kj_mailfile_reader *reader);

#endif
