/*
 * log_file.c - the lines of a file, plain or compressed by gzip
 *
 * zlib reads plain files as they are, so nobody has to ask which of the two a file is.
 */
#include "ctl/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>
#include <zlib.h>

#include "kanjiki/buf.h"

#define GZIP_BUFFER (1U << 17)

struct kj_log_file {
	gzFile gz;
	uint64_t number;
	bool over, skipping; /* at the end; within a line that is too long */
	size_t at, end;	     /* of what is in data and was not handed out */
	char data[KJ_LOG_LINE_MAX];
};

int kj_log_file_open(const char *path, struct kj_log_file **ret_file, struct kj_reason *reason)
{
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	struct kj_log_file *file;

	if (fd < 0)
		return kj_fail(reason, KJ_EIO, "%s", strerrordesc_np(errno));
	file = calloc(1, sizeof *file);
	if (file)
		file->gz = gzdopen(fd, "rb");
	if (!file || !file->gz) {
		free(file);
		close(fd);
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	}
	gzbuffer(file->gz, GZIP_BUFFER);
	*ret_file = file;
	return 0;
}

void kj_log_file_close(struct kj_log_file *file)
{
	if (!file)
		return;
	gzclose(file->gz);
	free(file);
}

/* Move what is left to the front, and read on. Returns false if nothing more came. */
static bool fill(struct kj_log_file *file)
{
	int got;

	memmove(file->data, file->data + file->at, file->end - file->at);
	file->end -= file->at;
	file->at = 0;
	file->data[file->end] = '\0';
	if (file->over || file->end == sizeof file->data - 1)
		return false;
	got = gzread(file->gz, file->data + file->end, (unsigned)(sizeof file->data - 1 - file->end));
	file->over = got <= 0;
	file->end += got > 0 ? (size_t)got : 0;
	file->data[file->end] = '\0';
	return got > 0;
}

const char *kj_log_file_head(struct kj_log_file *file, size_t *ret_len)
{
	if (!file->end)
		fill(file);
	*ret_len = file->end;
	return file->data;
}

/* The next piece: a line, the rest of the file, or as much of a line as there is room for. *ret_whole: its end was
 * seen. */
static char *next_piece(struct kj_log_file *file, bool *ret_whole)
{
	char *start, *stop;
	bool any;

	do
		stop = memchr(file->data + file->at, '\n', file->end - file->at);
	while (!stop && fill(file));
	start = file->data + file->at;
	any = file->at < file->end;
	*ret_whole = stop != NULL;
	if (stop)
		*stop = '\0';
	file->at = stop ? (size_t)(stop + 1 - file->data) : file->end;
	return any ? start : NULL;
}

char *kj_log_file_line(struct kj_log_file *file)
{
	char *piece;
	bool whole, skip;

	do {
		skip = file->skipping;
		piece = next_piece(file, &whole);
		file->skipping = !whole;
	} while (piece && skip);
	file->number += piece != NULL;
	return piece;
}

uint64_t kj_log_file_number(const struct kj_log_file *file)
{
	return file->number;
}

void kj_log_file_rest(struct kj_log_file *file, struct kj_buf *out)
{
	do {
		kj_buf_add(out, file->data + file->at, file->end - file->at);
		file->at = file->end;
	} while (!out->truncated && fill(file));
}

int kj_log_file_check(struct kj_log_file *file, struct kj_reason *reason)
{
	int code = Z_OK;
	const char *text = gzerror(file->gz, &code), *why = strstr(text, ": ");

	if (code == Z_OK || code == Z_STREAM_END)
		return 0;
	/* zlib puts a name of its own in front. */
	if (code == Z_ERRNO)
		return kj_fail(reason, KJ_EIO, "%s", strerrordesc_np(errno));
	return kj_fail(reason, KJ_EIO, "the compressed file is damaged or ends early: %s", why ? why + 2 : text);
}
