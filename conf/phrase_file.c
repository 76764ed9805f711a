/*
 * phrase_file.c - reading lists/extortion/<language>
 *
 * A file is read as a whole and all its errors are reported, so that one run shows an editor every bad line.
 */
#include "kanjiki/phrase_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>

#include "kanjiki/phrase_set.h"
#include "kanjiki/snapshot.h"
#include "kanjiki/utf8.h"

#define FILE_MAX     (4U << 20)
#define LANGUAGE_MAX 16

/* The categories by name, for people who write the word where the letter belongs. */
static const struct {
	char letter;
	const char *name;
} categories[] = {
    {'C', "compromise"},
    {'S', "sexual"},
    {'R', "recorded"},
    {'T', "threat"},
    {'P', "payment"},
    {'D', "deadline"},
    {'W', "wallet"},
    {'X', "secrecy"},
    {'I', "proof"},
    {'L', "prosecution"},
    {'A', "authority"},
    {'H', "hotline"},
    {'U', "unpaid"},
    {'N', "narrated"},
};

struct reader {
	const char *path;
	const char *language;
	struct kj_phrase_set *set;
	struct kj_complaints *complaints;
	unsigned line;
	int rc;
};

static void complain(struct reader *reader, const char *line, const char *at, const char *text)
{
	unsigned column = 1;

	for (size_t pos = 0; line + pos < at; column++)
		kj_utf8_next(line, (size_t)(at - line), &pos);
	kj_complain(reader->complaints, false, reader->path, reader->line, column, "%s", text);
	reader->rc = -KJ_EINVAL;
}

/* The letter somebody may have meant: the small one, or the word for it; 0 if that is not to be told. */
static char meant(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof categories / sizeof *categories; i++) {
		const char *name = categories[i].name;

		if (len == 1 && toupper((unsigned char)*word) == categories[i].letter)
			return categories[i].letter;
		if (len >= 3 && len <= strlen(name)) {
			size_t same = 0;

			while (same < len && tolower((unsigned char)word[same]) == name[same])
				same++;
			if (same == len)
				return categories[i].letter;
		}
	}
	return 0;
}

static void complain_category(struct reader *reader, const char *line, const char *word, size_t len)
{
	char text[200], letter = meant(word, len);
	int shown = (int)(len < 32 ? len : 32);

	if (letter)
		snprintf(text, sizeof text, "unknown category \"%.*s\"; did you mean \"%c\"?", shown, word,
		    letter);
	else
		snprintf(text, sizeof text,
		    "unknown category \"%.*s\"; a category is one of the letters C S R T P D W X "
		    "I L A H U N",
		    shown, word);
	complain(reader, line, word, text);
}

/* Where an expression ends: at the first slash with nothing behind it but a comment. NULL if nowhere. */
static char *closing_slash(char *phrase)
{
	for (char *p = strchr(phrase + 1, '/'); p; p = strchr(p + 1, '/')) {
		size_t blanks = strspn(p + 1, " \t");

		if (!p[1 + blanks] || (blanks && p[1 + blanks] == '#'))
			return p;
	}
	return NULL;
}

/* Cut comment and trailing blanks off the text behind the category. A slash or a '#' in an expression is its own. */
static void cut_comment(char *phrase)
{
	char *end = *phrase == '/' ? closing_slash(phrase) : NULL;

	if (end) {
		end[1] = '\0';
		return;
	}
	end = phrase;
	while (*end && !((*end == ' ' || *end == '\t') && end[strspn(end, " \t")] == '#'))
		end++;
	while (end > phrase && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
}

static enum kj_phrase_kind kind_of(const char *text)
{
	return *text == '/' ? KJ_PHRASE_EXPRESSION : *text == '{' ? KJ_PHRASE_NEAR : KJ_PHRASE_LITERAL;
}

static void add_phrase(struct reader *reader, const char *line, int category, char *text)
{
	struct kj_phrase phrase = {
	    reader->language, 0, (enum kj_category)category, text, kind_of(text), reader->path, reader->line};
	size_t len = strlen(text), offset = 0;
	struct kj_reason reason = {""};
	int rc;

	if (phrase.kind == KJ_PHRASE_EXPRESSION) {
		if (len < 2 || text[len - 1] != '/') {
			complain(reader, line, text + len,
			    "the closing slash of the regular expression is missing");
			return;
		}
		text[len - 1] = '\0';
		phrase.text = text + 1;
	}
	rc = kj_phrase_set_add(reader->set, &phrase, &offset, &reason);
	if (rc == -KJ_ENOMEM)
		reader->rc = rc;
	else if (rc < 0)
		complain(reader, line, phrase.text + offset, reason.text);
}

/* "* und nicht sie": words of the language that any text in it has. */
static void add_common(struct reader *reader, const char *line, char *words)
{
	struct kj_reason reason = {""};
	size_t offset = 0;
	int rc;

	cut_comment(words);
	rc = kj_phrase_set_common(reader->set, reader->language, words, &offset, &reason);
	if (rc == -KJ_ENOMEM)
		reader->rc = rc;
	else if (rc < 0)
		complain(reader, line, words + offset, reason.text);
}

static void read_line(struct reader *reader, char *line)
{
	char *word = line + strspn(line, " \t"), *text;
	size_t len = strcspn(word, " \t");
	int category;

	if (!*word || *word == '#')
		return;
	if (len == 1 && *word == '*') {
		add_common(reader, line, word + 1 + strspn(word + 1, " \t"));
		return;
	}
	category = len == 1 ? kj_category_of_letter(*word) : -KJ_EINVAL;
	if (category < 0) {
		complain_category(reader, line, word, len);
		return;
	}
	text = word + len + strspn(word + len, " \t");
	cut_comment(text);
	if (!*text || *text == '#')
		complain(reader, line, text, "the phrase is missing");
	else
		add_phrase(reader, line, category, text);
}

/* The whole file, NUL-terminated, without a byte order mark; NULL after a complaint. */
static char *slurp(struct reader *reader, size_t *ret_len)
{
	FILE *file = fopen(reader->path, "re");
	char *data = malloc(FILE_MAX + 1);
	size_t len = 0;

	errno = file && data ? 0 : errno;
	if (file && data)
		len = fread(data, 1, FILE_MAX + 1, file);
	if (!data) {
		reader->rc = -KJ_ENOMEM;
	} else if (!file || ferror(file)) {
		kj_complain(
		    reader->complaints, false, reader->path, 0, 0, "cannot be read: %s", strerror(errno));
		reader->rc = -KJ_EIO;
	} else if (len > FILE_MAX) {
		kj_complain(
		    reader->complaints, false, reader->path, 0, 0, "is larger than %u bytes", FILE_MAX);
		reader->rc = -KJ_EINVAL;
	} else {
		data[len] = '\0';
		*ret_len = len;
	}
	if (file)
		fclose(file);
	if (reader->rc < 0) {
		free(data);
		return NULL;
	}
	return data;
}

static void read_lines(struct reader *reader, char *data, size_t len)
{
	char *line = data, *end;

	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	for (reader->line = 1; line < data + len && reader->rc != -KJ_ENOMEM;
	     reader->line++, line = end + 1) {
		end = memchr(line, '\n', (size_t)(data + len - line));
		if (!end)
			end = data + len;
		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
		if (strlen(line) + 1 < (size_t)(end - line))
			complain(reader, line, line + strlen(line), "a NUL byte");
		else
			read_line(reader, line);
	}
}

int kj_phrase_file_load(const char *path, struct kj_phrase_set *set, struct kj_complaints *complaints)
{
	const char *slash = strrchr(path, '/');
	struct reader reader = {
	    .path = path, .language = slash ? slash + 1 : path, .set = set, .complaints = complaints};
	size_t len;
	char *data = slurp(&reader, &len);

	if (data)
		read_lines(&reader, data, len);
	free(data);
	return reader.rc;
}

/* "en", "zh-hant": two or three letters, and subtags behind hyphens. Anything else lies beside the lists. */
static int is_language_file(const struct dirent *entry)
{
	const char *name = entry->d_name;
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz");

	if (len < 2 || len > 3 || strlen(name) > LANGUAGE_MAX)
		return 0;
	for (name += len; *name == '-'; name += len + 1) {
		len = strspn(name + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
		if (!len)
			return 0;
	}
	return !*name;
}

static int load_each(const char *path, struct dirent **entries, int count, struct kj_phrase_set *set,
    struct kj_complaints *complaints)
{
	char file[PATH_MAX];
	int rc = 0, file_rc;

	for (int i = 0; i < count; i++) {
		snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
		file_rc = kj_phrase_file_load(file, set, complaints);
		rc = file_rc < 0 ? file_rc : rc;
	}
	return rc;
}

int kj_phrase_dir_load(const char *path, struct kj_phrase_set *set, struct kj_complaints *complaints)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_language_file, alphasort), rc;

	if (count < 0) {
		kj_complain(complaints, false, path, 0, 0, "cannot be read: %s", strerror(errno));
		return -KJ_EIO;
	}
	rc = load_each(path, entries, count, set, complaints);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return rc;
}
