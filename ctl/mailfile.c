/*
 * mailfile.c - mails from files
 *
 * A file is read into memory as a whole rather than mapped: a mapped file that shrinks while it is read ends the
 * program, and a pipe cannot be mapped.
 *
 * In an mbox a mail begins at a "From " line at the start of the file or behind an empty line, which belongs to
 * the separator. ">From " is left as it is: whether the writer quoted (mboxrd) or the author wrote it (mboxo) cannot be
 * told.
 */
#include "ctl/mailfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kanjiki/buf.h"

#define NAME_MAX_BYTES 4352 /* PATH_MAX, and a number */
#define FROM_LINE      "From "

static bool is_from_line(const char *at, const char *end)
{
	return (size_t)(end - at) >= strlen(FROM_LINE) && memcmp(at, FROM_LINE, strlen(FROM_LINE)) == 0;
}

static const char *next_line(const char *at, const char *end)
{
	const char *line_end = memchr(at, '\n', (size_t)(end - at));

	return line_end ? line_end + 1 : end;
}

static bool is_empty_line(const char *at)
{
	return *at == '\n' || (*at == '\r' && at[1] == '\n');
}

/* The mails of an mbox are told apart by number; one alone goes by the file's own name. */
static void read_mbox(
    const char *path, const char *data, const char *end, const struct kj_mailfile_reader *reader)
{
	unsigned number = 1;

	while (data < end) {
		const char *start = next_line(data, end), *at = start, *stop = end, *next = end;
		char name[NAME_MAX_BYTES];

		for (; at < end; at = next_line(at, end)) {
			const char *behind = next_line(at, end);

			if (is_empty_line(at) && is_from_line(behind, end)) {
				stop = at;
				next = behind;
				break;
			}
		}
		/* A mail without a body has no line between its header and the separator but that one. */
		if (number == 1 && next == end)
			snprintf(name, sizeof name, "%s", path);
		else
			snprintf(name, sizeof name, "%s:%u", path, number++);
		reader->mail(reader->context, name, start, (size_t)(stop - start));
		data = next;
	}
}

/* Everything there is to read, NUL behind it. Returns false with errno set. */
static bool slurp(int fd, struct kj_buf *buf)
{
	char *chunk = malloc(1 << 16);
	ssize_t got = -1;

	if (!chunk)
		return false;
	while ((got = read(fd, chunk, 1 << 16)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			kj_buf_add(buf, chunk, (size_t)got);
	free(chunk);
	if (got == 0 && buf->truncated) {
		errno = EFBIG;
		return false;
	}
	return got == 0;
}

void kj_mailfile_split(const char *path, const char *data, size_t len, const struct kj_mailfile_reader *reader)
{
	if (is_from_line(data, data + len))
		read_mbox(path, data, data + len, reader);
	else
		reader->mail(reader->context, path, data, len);
}

static void read_descriptor(int fd, const char *path, const struct kj_mailfile_reader *reader)
{
	struct kj_buf buf = KJ_BUF_INIT(KJ_MAILFILE_MAX_BYTES);

	if (slurp(fd, &buf))
		kj_mailfile_split(path, kj_buf_str(&buf), buf.len, reader);
	else
		reader->error(reader->context, path, strerrordesc_np(errno));
	kj_buf_free(&buf);
}

static void read_file(const char *path, const struct kj_mailfile_reader *reader)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		reader->error(reader->context, path, strerrordesc_np(errno));
		return;
	}
	read_descriptor(fd, path, reader);
	close(fd);
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* strcmp() rather than alphasort(), whose order depends on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* new/ or cur/ of a Maildir. Returns false if there is none. */
static bool read_folder(const char *path, const char *folder, const struct kj_mailfile_reader *reader)
{
	char name[NAME_MAX_BYTES];
	struct dirent **entries;
	int count;

	snprintf(name, sizeof name, "%s/%s", path, folder);
	count = scandir(name, &entries, not_hidden, by_name);
	if (count < 0) {
		if (errno != ENOENT)
			reader->error(reader->context, name, strerrordesc_np(errno));
		return errno != ENOENT;
	}
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof name, "%s/%s/%s", path, folder, entries[i]->d_name);
		read_file(name, reader);
		free(entries[i]);
	}
	free(entries);
	return true;
}

static void read_maildir(const char *path, const struct kj_mailfile_reader *reader)
{
	bool has_new = read_folder(path, "new", reader);
	bool has_cur = read_folder(path, "cur", reader);

	if (!has_new && !has_cur)
		reader->error(
		    reader->context, path, "this directory is no Maildir: it has neither new/ nor cur/");
}

void kj_mailfile_read(const char *path, const struct kj_mailfile_reader *reader)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		read_descriptor(STDIN_FILENO, path, reader);
	else if (stat(path, &st) < 0)
		reader->error(reader->context, path, strerrordesc_np(errno));
	else if (S_ISDIR(st.st_mode))
		read_maildir(path, reader);
	else
		read_file(path, reader);
}
