/*
 * phrase_groups.c - reading groups of words that stand near each other
 *
 * An expression has an order, and so a writer needs one for each order that a claim can come in; languages with a free order of
 * words have many. Groups have none: {send* publish*} {video* footage} {friends colleagues}. Every word is a literal.
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "phrase_form.h"

#define GROUPS_MAX  6
#define WORDS_MAX   400 /* of one phrase */
#define WORD_MAX    200 /* bytes */
#define NEAR        80  /* characters, unless the phrase says otherwise */
#define NEAR_DENSE  40
#define NEAR_MAX    400

/* A word in its view, if it is long enough to be looked for. */
static int fold_word(
    struct kj_arena *arena, const char *written, bool dense, struct kj_text *ret_view, struct kj_reason *reason)
{
	struct kj_text text = {written, strlen(written)};
	struct kj_views views;
	int rc = kj_views_make(arena, &text, &views);

	if (rc < 0)
		return rc;
	*ret_view = views.text[dense && views.text[KJ_VIEW_DENSE].len ? KJ_VIEW_DENSE : KJ_VIEW_WORDS];
	if (ret_view->len < (dense ? 2 : 3))
		return kj_fail(reason, KJ_EINVAL, "\"%s\" is too short a word", written);
	return 0;
}

/* Where reading a phrase stands. */
struct group_reader {
	const char *text, *at;
	struct form *form;
	struct kj_reason *reason;
	bool dense;
};

static int add_word(struct group_reader *reader, unsigned group, const struct kj_text *text, bool open)
{
	struct form *form = reader->form;
	struct word *word, *words;

	if (form->word_count == WORDS_MAX)
		return kj_fail(reader->reason, KJ_EINVAL, "more than %d words in one phrase", WORDS_MAX);
	words = realloc(form->words, (form->word_count + 1) * sizeof *words);
	if (!words)
		return -KJ_ENOMEM;
	form->words = words;
	word = &words[form->word_count];
	*word = (struct word){group, strndup(text->data, text->len), text->len, open};
	if (!word->text)
		return -KJ_ENOMEM;
	form->word_count++;
	return 0;
}

/* A word as the view has it. Latin words among those of a dense script (btc) stand in the dense view as well. */
static int add_folded_word(struct group_reader *reader, unsigned group, const char *written, bool open)
{
	struct kj_arena *arena = kj_arena_new(256 * WORD_MAX);
	struct kj_text view;
	int rc = arena ? fold_word(arena, written, reader->dense, &view, reader->reason) : -KJ_ENOMEM;

	if (rc == 0)
		rc = add_word(reader, group, &view, open);
	kj_arena_free(arena);
	return rc;
}

/* One word between blanks; a star at its end, lines for blanks. */
static int read_word(struct group_reader *reader, unsigned group)
{
	size_t len = strcspn(reader->at, " \t{}");
	struct kj_buf word = KJ_BUF_INIT(WORD_MAX), umlauts = KJ_BUF_INIT(WORD_MAX);
	bool open = len && reader->at[len - 1] == '*';
	int rc;

	for (size_t i = 0; i < len - open; i++)
		kj_buf_add_char(&word, (char)(reader->at[i] == '_' ? ' ' : reader->at[i]));
	rc = add_folded_word(reader, group, kj_buf_str(&word), open);
	if (rc == 0 && phrase_has_umlaut(kj_buf_str(&word))) {
		phrase_write_umlauts(kj_buf_str(&word), &umlauts);
		rc = add_folded_word(reader, group, kj_buf_str(&umlauts), open);
	}
	kj_buf_free(&word);
	kj_buf_free(&umlauts);
	reader->at += rc == 0 ? len : 0;
	return rc;
}

static void skip_blanks(struct group_reader *reader)
{
	reader->at += strspn(reader->at, " \t");
}

static int read_group(struct group_reader *reader, unsigned group)
{
	int rc = 0;

	if (*reader->at != '{')
		return kj_fail(reader->reason, KJ_EINVAL, "a group of words begins with \"{\"");
	if (group == GROUPS_MAX)
		return kj_fail(reader->reason, KJ_EINVAL, "more than %d groups of words", GROUPS_MAX);
	reader->at++;
	skip_blanks(reader);
	if (*reader->at == '}')
		return kj_fail(reader->reason, KJ_EINVAL, "an empty group of words");
	while (rc == 0 && *reader->at && *reader->at != '}' && *reader->at != '{') {
		rc = read_word(reader, group);
		skip_blanks(reader);
	}
	if (rc == 0 && *reader->at != '}')
		rc = kj_fail(reader->reason, KJ_EINVAL, "the closing \"}\" of a group is missing");
	reader->at += rc == 0;
	skip_blanks(reader);
	return rc;
}

/* The distance behind the groups. */
static int read_distance(struct group_reader *reader)
{
	char *end = (char *)reader->at;
	unsigned long near = reader->dense ? NEAR_DENSE : NEAR;

	if (*reader->at == '~')
		near = strtoul(reader->at + 1, &end, 10);
	if (*end || near < 1 || near > NEAR_MAX || (*reader->at && end == reader->at + 1))
		return kj_fail(reader->reason, KJ_EINVAL, "behind the groups stands a distance, ~1 to ~%d, or nothing", NEAR_MAX);
	reader->form->reach = near * (reader->dense ? 3 : 1);
	return 0;
}

int phrase_groups(
    struct kj_phrase_set *set, const struct kj_phrase *phrase, size_t *ret_offset, struct kj_reason *reason)
{
	struct group_reader reader = {.text = phrase->text, .at = phrase->text, .form = phrase_next_form(set, phrase),
	    .reason = reason, .dense = phrase_has_dense(phrase->text)};
	unsigned groups = 0;
	int rc = 0;

	if (!reader.form)
		return -KJ_ENOMEM;
	reader.form->pass = reader.dense ? PASS_DENSE : PASS_WORDS;
	while (rc == 0 && *reader.at && *reader.at != '~')
		rc = read_group(&reader, groups++);
	if (rc == 0 && groups < 2)
		rc = kj_fail(reason, KJ_EINVAL, "one group of words alone; write its words as phrases");
	if (rc == 0)
		rc = read_distance(&reader);
	*ret_offset = (size_t)(reader.at - reader.text);
	return rc;
}

/* --- Common words -------------------------------------------------------------------------------------------- */

static struct common *next_common(struct kj_phrase_set *set)
{
	unsigned room = set->common_room ? set->common_room * 2 : 256;
	struct common *commons;

	if (set->common_count == set->common_room) {
		commons = realloc(set->commons, room * sizeof *commons);
		if (!commons)
			return NULL;
		set->commons = commons;
		set->common_room = room;
	}
	return &set->commons[set->common_count];
}

void phrase_common_clear(struct common *common)
{
	free(common->text);
	free(common->spaced);
}

static int fill_common(struct common *common, const struct kj_text *view, bool dense)
{
	const char *blank = dense ? "" : " ";
	size_t size = view->len + 3;

	*common = (struct common){0, dense ? PASS_DENSE : PASS_WORDS, strndup(view->data, view->len), malloc(size), view->len};
	if (!common->text || !common->spaced) {
		phrase_common_clear(common);
		return -KJ_ENOMEM;
	}
	snprintf(common->spaced, size, "%s%s%s", blank, common->text, blank);
	return 0;
}

int phrase_common(struct kj_phrase_set *set, unsigned language, const char *word, size_t len, struct kj_reason *reason)
{
	struct kj_arena *arena = kj_arena_new(256 * WORD_MAX);
	const char *written = arena ? kj_arena_strndup(arena, word, len) : NULL;
	struct common *common = next_common(set);
	bool dense = written && phrase_has_dense(written);
	struct kj_text view;
	int rc = written && common ? fold_word(arena, written, dense, &view, reason) : -KJ_ENOMEM;

	if (rc == 0)
		rc = fill_common(common, &view, dense);
	if (rc == 0) {
		common->language = language;
		set->common_count++;
		set->have_common |= (uint64_t)1 << language;
	}
	kj_arena_free(arena);
	return rc;
}
