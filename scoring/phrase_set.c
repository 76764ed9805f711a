/*
 * phrase_set.c - collecting phrases and making them ready for one pass
 *
 * Literals go to Hyperscan (or Vectorscan), one database per view. Expressions go to PCRE2 with JIT; the literals
 * without which an expression cannot match (phrase_factors.c) go to Hyperscan, too, so that PCRE2, some thirty times
 * slower, is hardly called in ordinary mail.
 *
 * The forms are in lower case already, as the views are, so that the literals need no caseless matching.
 * What is compiled is never changed again; phrase_scan.c runs it.
 */
#include "phrase_engine.h"

#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/utf8.h"
#include "phrase_factors.h"

#define FACTORS_MAX (64U << 20)
#define PHRASES_MAX 100000
#define TEXT_MAX    2000 /* bytes of one phrase */
#define CHECKED_AS  (PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_DOTALL)
#define WORD        "a-z0-9_\\x80-\\xff" /* what \w stands for among bytes */

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

static void entry_clear(struct entry *entry)
{
	free((char *)entry->phrase.language);
	free((char *)entry->phrase.text);
	free((char *)entry->phrase.file);
	free(entry->form);
	pcre2_code_free(entry->code);
}

void kj_phrase_set_free(struct kj_phrase_set *set)
{
	if (!set)
		return;
	while (set->idle) {
		struct worker *worker = set->idle;

		set->idle = worker->next;
		phrase_worker_free(worker);
	}
	for (size_t i = 0; i < set->count; i++)
		entry_clear(&set->entries[i]);
	free(set->entries);
	for (int view = 0; view < KJ_VIEW_COUNT; view++)
		hs_free_database(set->database[view]);
	hs_free_scratch(set->scratch);
	pthread_mutex_destroy(&set->lock);
	free(set);
}

size_t kj_phrase_set_size(const struct kj_phrase_set *set)
{
	return set->count;
}

/* The literal as it stands in its view; the dense one if there is such a view of it. */
static int literal_form(struct entry *entry, struct kj_reason *reason)
{
	struct kj_text text = {entry->phrase.text, strlen(entry->phrase.text)};
	struct kj_arena *arena = kj_arena_new(64 * TEXT_MAX);
	struct kj_views views;
	int rc = arena ? kj_views_make(arena, &text, &views) : -KJ_ENOMEM;

	if (rc == 0) {
		entry->view = views.text[KJ_VIEW_DENSE].len ? KJ_VIEW_DENSE : KJ_VIEW_WORDS;
		entry->form_len = views.text[entry->view].len;
		entry->form = strdup(views.text[entry->view].data);
		if (!entry->form)
			rc = -KJ_ENOMEM;
		else if (!entry->form_len)
			rc =
			    kj_fail(reason, KJ_EINVAL, "nothing is left of the phrase once it is normalised");
	}
	kj_arena_free(arena);
	return rc;
}

static bool is_kana_to_fold(uint32_t code)
{
	return (code >= 0x30a1 && code <= 0x30f6) || code == 0x30fd || code == 0x30fe;
}

/* An expression for the dense view, folded code point by code point. Escapes are ASCII and stay as they are; a
 * long-vowel mark goes together with the quantifier behind it. */
static void fold_expression(const char *text, size_t len, struct kj_buf *out, bool *ret_dense)
{
	char bytes[4];

	*ret_dense = false;
	for (size_t pos = 0; pos < len;) {
		uint32_t code = kj_utf8_next(text, len, &pos);

		if (code == 0x30fc) {
			while (pos < len && strchr("?*+", text[pos]))
				pos++;
			continue;
		}
		*ret_dense |= (code >= 0x3041 && code < 0xa000) || (code >= 0xac00 && code < 0xd800) ||
		              (code >= 0x20000 && code < 0x40000);
		kj_buf_add(out, bytes, kj_utf8_put(is_kana_to_fold(code) ? code - 0x60 : code, bytes));
	}
}

static pcre2_code *expression_compile(
    const char *text, size_t len, uint32_t options, size_t *ret_offset, struct kj_reason *reason)
{
	PCRE2_SIZE offset;
	int error;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, len, options, &error, &offset, NULL);
	PCRE2_UCHAR words[120];

	if (code)
		return code;
	pcre2_get_error_message(error, words, sizeof words);
	if (ret_offset)
		*ret_offset = offset;
	kj_fail(reason, KJ_EINVAL, "bad regular expression: %s", (const char *)words);
	return NULL;
}

/* Whether an expression is ASCII alone, and has a letter in upper case that is no escape. */
static bool is_ascii(const char *text, bool *ret_upper)
{
	*ret_upper = false;
	for (; *text; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
		*ret_upper |= *text >= 'A' && *text <= 'Z';
		text += *text == '\\' && text[1];
	}
	return true;
}

/* \w and \W among bytes: every byte beyond ASCII is part of a letter. */
static void spell_words(const char *text, struct kj_buf *out)
{
	bool in_class = false;

	for (; *text; text++) {
		if (*text == '\\' && text[1] == 'w') {
			kj_buf_add_str(out, in_class ? WORD : "[" WORD "]");
			text++;
		} else if (*text == '\\' && text[1] == 'W' && !in_class) {
			kj_buf_add_str(out, "[^" WORD "]");
			text++;
		} else {
			in_class = *text == '[' || (in_class && *text != ']');
			kj_buf_add_char(out, *text);
			if (*text == '\\' && text[1])
				kj_buf_add_char(out, *++text);
		}
	}
}

/*
 * The expression for use, between its word boundaries. One of ASCII alone runs on the bytes of the view: without
 * Unicode's classes and cases PCRE2's code is several times as fast, and the view is folded and valid UTF-8 anyway.
 * Only a gap of any characters (.{0,30}) then counts bytes.
 */
static pcre2_code *expression_for_use(struct entry *entry, struct kj_reason *reason)
{
	struct kj_buf form = KJ_BUF_INIT(20 * TEXT_MAX);
	uint32_t options = CHECKED_AS;
	bool upper;
	pcre2_code *code;

	entry->on_bytes = entry->view == KJ_VIEW_WORDS && is_ascii(entry->form, &upper);
	if (entry->on_bytes) {
		options = PCRE2_DOTALL | (upper ? PCRE2_CASELESS : 0);
		kj_buf_add_str(&form, "(?<!" PHRASE_NO_WORD_BYTE ")(?:");
		spell_words(entry->form, &form);
		kj_buf_add_str(&form, ")(?!" PHRASE_NO_WORD_BYTE ")");
	} else {
		kj_buf_printf(&form, "(?<!" PHRASE_NO_WORD ")(?:%s)(?!" PHRASE_NO_WORD ")", entry->form);
	}
	code = form.truncated ? NULL : expression_compile(kj_buf_str(&form), form.len, options, NULL, reason);
	/* Without JIT it is slower, no worse. */
	if (code)
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	kj_buf_free(&form);
	return code;
}

/* Compile twice: as written, for exact complaints, and for use. */
static int expression_form(struct entry *entry, size_t *ret_offset, struct kj_reason *reason)
{
	const char *text = entry->phrase.text;
	pcre2_code *plain = expression_compile(text, strlen(text), CHECKED_AS, ret_offset, reason);
	struct kj_buf form = KJ_BUF_INIT(2 * TEXT_MAX);
	uint32_t empty = 0;
	bool dense;

	if (!plain)
		return -KJ_EINVAL;
	pcre2_pattern_info(plain, PCRE2_INFO_MATCHEMPTY, &empty);
	pcre2_code_free(plain);
	if (empty || !*text)
		return kj_fail(reason, KJ_EINVAL, "the regular expression matches the empty text");
	fold_expression(text, strlen(text), &form, &dense);
	entry->view = dense ? KJ_VIEW_DENSE : KJ_VIEW_WORDS;
	entry->form = strdup(dense ? kj_buf_str(&form) : text);
	kj_buf_free(&form);
	if (!entry->form)
		return -KJ_ENOMEM;
	entry->form_len = strlen(entry->form);
	entry->code = expression_for_use(entry, reason);
	return entry->code ? 0 : -KJ_EINVAL;
}

static struct entry *next_entry(struct kj_phrase_set *set)
{
	size_t room = set->room ? set->room * 2 : 256;
	struct entry *entries;

	if (set->count == set->room) {
		entries = realloc(set->entries, room * sizeof *entries);
		if (!entries)
			return NULL;
		set->entries = entries;
		set->room = room;
	}
	return &set->entries[set->count];
}

int kj_phrase_set_add(
    struct kj_phrase_set *set, const struct kj_phrase *phrase, size_t *ret_offset, struct kj_reason *reason)
{
	struct entry entry = {.phrase = *phrase}, *place;
	int rc;

	if (ret_offset)
		*ret_offset = 0;
	if (set->compiled || set->count == PHRASES_MAX)
		return kj_fail(reason, KJ_EINVAL, "no phrase can be added any more");
	if (strlen(phrase->text) > TEXT_MAX || !kj_utf8_valid(phrase->text, strlen(phrase->text)))
		return kj_fail(reason, KJ_EINVAL, "a phrase is valid UTF-8 of at most %d bytes", TEXT_MAX);
	entry.phrase.language = strdup(phrase->language);
	entry.phrase.text = strdup(phrase->text);
	entry.phrase.file = strdup(phrase->file ? phrase->file : "");
	place = next_entry(set);
	if (!entry.phrase.language || !entry.phrase.text || !entry.phrase.file || !place)
		rc = -KJ_ENOMEM;
	else
		rc = phrase->regex ? expression_form(&entry, ret_offset, reason)
		                   : literal_form(&entry, reason);
	if (rc < 0) {
		entry_clear(&entry);
		return rc;
	}
	*place = entry;
	set->count++;
	return 0;
}

/* Hyperscan wants its patterns as parallel arrays. */
struct patterns {
	const char **forms;
	unsigned *flags, *ids;
	size_t *lens;
	unsigned count, room;
	bool full; /* out of memory */
};

static void patterns_grow(struct patterns *p)
{
	unsigned room = p->room ? p->room * 2 : 1024;
	const char **forms = realloc(p->forms, room * sizeof *forms);
	unsigned *flags, *ids;
	size_t *lens;

	p->forms = forms ? forms : p->forms;
	flags = realloc(p->flags, room * sizeof *flags);
	p->flags = flags ? flags : p->flags;
	ids = realloc(p->ids, room * sizeof *ids);
	p->ids = ids ? ids : p->ids;
	lens = realloc(p->lens, room * sizeof *lens);
	p->lens = lens ? lens : p->lens;
	if (forms && flags && ids && lens)
		p->room = room;
	else
		p->full = true;
}

static void patterns_add(struct patterns *p, const char *form, size_t len, unsigned flags, unsigned id)
{
	if (p->count == p->room)
		patterns_grow(p);
	if (p->full)
		return;
	p->forms[p->count] = form;
	p->flags[p->count] = flags;
	p->ids[p->count] = id;
	p->lens[p->count++] = len;
}

static void patterns_free(struct patterns *patterns)
{
	free(patterns->forms);
	free(patterns->flags);
	free(patterns->ids);
	free(patterns->lens);
}

/* The clause that fewest texts will meet, by the length of its literals. */
static struct factor_clause *pivot_of(struct factor_clause *clauses)
{
	struct factor_clause *best = clauses;

	for (; clauses; clauses = clauses->next)
		if (clauses->shortest > best->shortest)
			best = clauses;
	return best;
}

/* The clauses of an expression get numbers. Of all but the pivot it is enough to be found once in a scan. */
static void add_clauses(
    struct kj_phrase_set *set, struct entry *entry, struct kj_arena *arena, struct patterns *out)
{
	struct factors factors = phrase_factors(arena, entry->form, entry->on_bytes ? 1 : 4);
	struct factor_clause *pivot = pivot_of(factors.clauses);

	entry->first_clause = set->clause_count;
	entry->reach = factors.reach;
	for (struct factor_clause *c = factors.clauses; c; c = c->next) {
		unsigned flags = c == pivot && entry->reach ? 0 : HS_FLAG_SINGLEMATCH;

		if (c == pivot)
			entry->pivot = set->clause_count;
		for (struct factor_literal *l = c->literals; l; l = l->next)
			patterns_add(out, l->data, l->len, flags, FACTOR_ID + set->clause_count);
		set->clause_count++;
		entry->clause_count++;
	}
}

static int database_make(
    struct kj_phrase_set *set, enum kj_view_kind view, struct kj_arena *arena, struct kj_reason *reason)
{
	hs_compile_error_t *error = NULL;
	struct patterns p = {0};
	int rc = 0;

	for (size_t i = 0; i < set->count; i++) {
		struct entry *entry = &set->entries[i];

		if (entry->view == view && entry->phrase.regex)
			add_clauses(set, entry, arena, &p);
		else if (entry->view == view)
			patterns_add(&p, entry->form, entry->form_len, 0, (unsigned)i);
	}
	if (p.full)
		rc = -KJ_ENOMEM;
	else if (p.count && hs_compile_lit_multi(p.forms, p.flags, p.ids, p.lens, p.count, HS_MODE_BLOCK,
	                        NULL, &set->database[view], &error) != HS_SUCCESS)
		rc = kj_fail(reason, KJ_EINVAL, "the phrases do not compile: %s",
		    error && error->message ? error->message : "no reason given");
	else if (p.count && hs_alloc_scratch(set->database[view], &set->scratch) != HS_SUCCESS)
		rc = -KJ_ENOMEM;
	hs_free_compile_error(error);
	patterns_free(&p);
	return rc;
}

int kj_phrase_set_compile(struct kj_phrase_set *set, struct kj_reason *reason)
{
	struct kj_arena *arena = kj_arena_new(FACTORS_MAX);
	int rc = arena ? 0 : -KJ_ENOMEM;

	for (int view = 0; view < KJ_VIEW_COUNT && rc == 0 && !set->compiled; view++)
		rc = database_make(set, (enum kj_view_kind)view, arena, reason);
	kj_arena_free(arena);
	set->compiled |= rc == 0;
	return rc;
}
