/*
 * template_subject.c - the subject without recipient, names, links and numbers
 */
#include "crowd/fold.h"
#include "crowd/template_put.h"

#define LEFT_MIN  6
#define CHARS_MIN 3

static const char *const marks[] = {
    [FOLD_BLANK] = " ",
    [FOLD_NUMBER] = "#",
    [FOLD_RCPT] = "{R}",
    [FOLD_LOCAL] = "{L}",
    [FOLD_NAME] = "{N}",
    [FOLD_URL] = "{U}",
    [FOLD_ADDRESS] = NULL,
};

static size_t characters(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

size_t kj_template_subject(
    const struct kj_text *subject, const struct kj_persons *persons, char out[KJ_TEMPLATE_MAX])
{
	struct template_out template;
	struct fold_walk walk;
	struct fold fold;
	size_t left = 0, chars = 0;

	fold_begin(&fold, persons);
	fold_walk_begin(&walk, &fold, subject->data, subject->len);
	template_begin(&template, out);
	while (!template.full && fold_walk_next(&walk)) {
		const char *text = subject->data + walk.piece_at;

		if (marks[walk.kind])
			template_put_str(&template, marks[walk.kind]);
		else
			template_put(&template, text, walk.piece_len);
		chars += walk.kind == FOLD_CHAR;
		if (walk.kind == FOLD_WORD || walk.kind == FOLD_CHAR || walk.kind == FOLD_ADDRESS)
			left += characters(text, walk.piece_len);
	}
	return template_end(&template, chars >= CHARS_MIN || left >= LEFT_MIN);
}
