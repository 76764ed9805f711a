/*
 * phrase_set.c - collecting phrases
 */
#include "phrase_engine.h"

#include "kanjiki/utf8.h"

#define PHRASES_MAX 100000
#define TEXT_MAX    2000 /* bytes of one phrase */

static const char letters[KJ_CLAIM_COUNT + 1] = "CSRTPDWXILAHUN";

int kj_category_of_letter(char letter)
{
	const char *at = letter ? strchr(letters, letter) : NULL;

	return at ? (int)(at - letters) : -KJ_EINVAL;
}

char kj_category_letter(enum kj_category category)
{
	return category < KJ_CLAIM_COUNT ? letters[category] : '?';
}

struct kj_phrase_set *kj_phrase_set_new(void)
{
	struct kj_phrase_set *set = calloc(1, sizeof *set);

	if (set && pthread_mutex_init(&set->lock, NULL) != 0) {
		free(set);
		return NULL;
	}
	return set;
}

static void phrase_free(struct kj_phrase *phrase)
{
	if (!phrase)
		return;
	free((char *)phrase->language);
	free((char *)phrase->text);
	free((char *)phrase->file);
	free(phrase);
}

static void form_clear(struct form *form)
{
	free(form->text);
	free(form->inner);
	pcre2_code_free(form->code);
	for (unsigned i = 0; i < form->word_count; i++)
		free(form->words[i].text);
	free(form->words);
}

void kj_phrase_set_free(struct kj_phrase_set *set)
{
	if (!set)
		return;
	while (set->idle) {
		struct kj_phrase_scan *scan = set->idle;

		set->idle = scan->next;
		phrase_scan_free(scan);
	}
	for (unsigned i = 0; i < set->form_count; i++)
		form_clear(&set->forms[i]);
	for (size_t i = 0; i < set->count; i++)
		phrase_free(set->phrases[i]);
	free(set->forms);
	free(set->phrases);
	free(set->clauses);
	free(set->literals);
	free(set->uses);
	free(set->clause_literals);
	free(set->pivots);
	free(set->always);
	for (unsigned i = 0; i < set->language_count; i++)
		free(set->languages[i]);
	for (unsigned i = 0; i < set->common_count; i++)
		phrase_common_clear(&set->commons[i]);
	free(set->commons);
	for (unsigned i = 0; i < set->database_count; i++)
		hs_free_database(set->databases[i].patterns);
	free(set->databases);
	hs_free_scratch(set->scratch);
	pthread_mutex_destroy(&set->lock);
	free(set);
}

size_t kj_phrase_set_size(const struct kj_phrase_set *set)
{
	return set->count;
}

const char *kj_phrase_set_language(const struct kj_phrase_set *set, unsigned number)
{
	return number < set->language_count ? set->languages[number] : NULL;
}

/* A copy; NULL when out of memory. */
static struct kj_phrase *phrase_copy(const struct kj_phrase *phrase)
{
	struct kj_phrase *copy = malloc(sizeof *copy);

	if (!copy)
		return NULL;
	*copy = *phrase;
	copy->language = strdup(phrase->language);
	copy->text = strdup(phrase->text);
	copy->file = strdup(phrase->file ? phrase->file : "");
	if (copy->language && copy->text && copy->file)
		return copy;
	phrase_free(copy);
	return NULL;
}

/* The number of a language, a new one if need be; -KJ_ENOMEM, -KJ_EINVAL with the reason. */
static int language_number(struct kj_phrase_set *set, const char *language, struct kj_reason *reason)
{
	for (unsigned i = 0; i < set->language_count; i++)
		if (strcmp(set->languages[i], language) == 0)
			return (int)i;
	if (set->language_count == KJ_PHRASE_LANGUAGES_MAX)
		return kj_fail(reason, KJ_EINVAL, "more than %d languages", KJ_PHRASE_LANGUAGES_MAX);
	set->languages[set->language_count] = strdup(language);
	return set->languages[set->language_count] ? (int)set->language_count++ : -KJ_ENOMEM;
}

static bool make_room(struct kj_phrase_set *set)
{
	size_t room = set->room ? set->room * 2 : 256;
	struct kj_phrase **phrases;

	if (set->count < set->room)
		return true;
	phrases = realloc(set->phrases, room * sizeof *phrases);
	if (!phrases)
		return false;
	set->phrases = phrases;
	set->room = room;
	return true;
}

int kj_phrase_set_add(
    struct kj_phrase_set *set, const struct kj_phrase *phrase, size_t *ret_offset, struct kj_reason *reason)
{
	unsigned forms = set->form_count;
	struct kj_phrase *copy;
	size_t offset = 0;
	int rc, number;

	if (!ret_offset)
		ret_offset = &offset;
	*ret_offset = 0;
	if (set->compiled || set->count == PHRASES_MAX)
		return kj_fail(reason, KJ_EINVAL, "no phrase can be added any more");
	if (strlen(phrase->text) > TEXT_MAX || !kj_utf8_valid(phrase->text, strlen(phrase->text)))
		return kj_fail(reason, KJ_EINVAL, "a phrase is valid UTF-8 of at most %d bytes", TEXT_MAX);
	number = language_number(set, phrase->language, reason);
	if (number < 0)
		return number;
	copy = make_room(set) ? phrase_copy(phrase) : NULL;
	rc = copy ? phrase_forms(set, copy, ret_offset, reason) : -KJ_ENOMEM;
	if (rc < 0) {
		while (set->form_count > forms)
			form_clear(&set->forms[--set->form_count]);
		phrase_free(copy);
		return rc;
	}
	copy->language_number = (unsigned)number;
	set->phrases[set->count++] = copy;
	return 0;
}

int kj_phrase_set_common(struct kj_phrase_set *set, const char *language, const char *words, size_t *ret_offset,
    struct kj_reason *reason)
{
	size_t offset = 0;
	int number = language_number(set, language, reason), rc = number;

	if (!ret_offset)
		ret_offset = &offset;
	*ret_offset = 0;
	if (set->compiled)
		return kj_fail(reason, KJ_EINVAL, "no words can be added any more");
	while (rc >= 0 && words[*ret_offset]) {
		const char *word = words + *ret_offset;
		size_t len = strcspn(word, " \t");

		rc = len ? phrase_common(set, (unsigned)number, word, len, reason) : 0;
		if (rc >= 0)
			*ret_offset += len + strspn(word + len, " \t");
	}
	return rc < 0 ? rc : 0;
}
