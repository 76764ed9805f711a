/*
 * phrase_set.c - collecting phrases and making them ready for one pass
 *
 * Literals go to Hyperscan (or Vectorscan), one database per view. Expressions go to PCRE2 with JIT; Hyperscan
 * gets a coarser form of them, in its prefilter mode, which matches at least where the expression does: in ordinary
 * mail few prefilters fire, and PCRE2, some thirty times slower, is hardly called. An expression that Hyperscan
 * does not take is simply always run. The form is coarser because gaps like (\w+ ){0,6} between alternatives, exact in
 * Unicode, cost Hyperscan minutes to compile; `.*` in their place costs milliseconds.
 *
 * The forms are in lower case already, as the views are, so that the literals need no caseless matching.
 * What is compiled is never changed again; phrase_scan.c runs it.
 */
#include "phrase_engine.h"

#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/utf8.h"

#define PHRASES_MAX 100000
#define TEXT_MAX    2000 /* bytes of one phrase */
#define OPTIONS     (PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_MATCH_INVALID_UTF)
#define FILTER_FLAGS                                                                                         \
	(HS_FLAG_UTF8 | HS_FLAG_UCP | HS_FLAG_CASELESS | HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH |              \
	    HS_FLAG_PREFILTER)

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
	free(entry->coarse);
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
	for (int view = 0; view < KJ_VIEW_COUNT; view++) {
		hs_free_database(set->literals[view]);
		hs_free_database(set->filter[view]);
	}
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

/* A quantifier at pos: its end, and whether it repeats without a small bound. */
static size_t quantifier_end(const char *text, size_t pos, bool *ret_many)
{
	*ret_many = text[pos] == '*' || text[pos] == '+' || text[pos] == '{';
	if (text[pos] == '{' && (text[pos + 1] < '0' || text[pos + 1] > '9'))
		*ret_many = false; /* a brace that means itself */
	else if (text[pos] == '{')
		pos += strcspn(text + pos, "}") + (strchr(text + pos, '}') != NULL);
	else if (*ret_many)
		pos++;
	if (*ret_many && (text[pos] == '?' || text[pos] == '+'))
		pos++;
	return pos;
}

/* Where the atom at pos ends: an escape, a class, or one byte. */
static size_t atom_end(const char *text, size_t pos)
{
	if (text[pos] == '\\' && text[pos + 1]) {
		pos += 2;
		return text[pos] == '{' && strchr("xpP", text[pos - 1]) ? pos + strcspn(text + pos, "}") + 1
		                                                        : pos;
	}
	if (text[pos] != '[')
		return pos + 1;
	pos += text[pos + 1] == '^' ? 2 : 1;
	pos += text[pos] == ']';
	while (text[pos] && text[pos] != ']')
		pos += text[pos] == '\\' && text[pos + 1] ? 2 : 1;
	return pos + (text[pos] != '\0');
}

#define GROUPS_MAX 32

/* The coarser form: repeated groups, and repeated words or any characters, become `.*`, \w becomes `.`. */
static void coarsen(const char *text, struct kj_buf *out)
{
	size_t groups[GROUPS_MAX], depth = 0, end, next;
	bool many, wide;

	for (size_t pos = 0; text[pos]; pos = next) {
		size_t start = out->len;

		end = atom_end(text, pos);
		next = quantifier_end(text, end, &many);
		wide = strncmp(text + pos, "\\w", 2) == 0 || text[pos] == '.';
		if (text[pos] == '(' && depth < GROUPS_MAX)
			groups[depth] = start;
		depth += text[pos] == '(';
		if (text[pos] == ')' && depth && depth-- <= GROUPS_MAX) {
			start = groups[depth];
			wide = true;
		}
		if (wide && many) {
			out->len = start;
			kj_buf_add_str(out, ".*");
		} else if (wide && text[pos] == '\\') {
			kj_buf_add_char(out, '.');
			next = end;
		} else {
			kj_buf_add(out, text + pos, end - pos);
			next = end;
		}
	}
}

static pcre2_code *expression_compile(
    const char *text, size_t len, size_t *ret_offset, struct kj_reason *reason)
{
	PCRE2_SIZE offset;
	int error;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, len, OPTIONS, &error, &offset, NULL);
	PCRE2_UCHAR words[120];

	if (code)
		return code;
	pcre2_get_error_message(error, words, sizeof words);
	if (ret_offset)
		*ret_offset = offset;
	kj_fail(reason, KJ_EINVAL, "bad regular expression: %s", (const char *)words);
	return NULL;
}

/* Compile twice: as written, for exact complaints, and between its word boundaries, for use. */
static int expression_form(struct entry *entry, size_t *ret_offset, struct kj_reason *reason)
{
	const char *text = entry->phrase.text;
	pcre2_code *plain = expression_compile(text, strlen(text), ret_offset, reason);
	struct kj_buf form = KJ_BUF_INIT(2 * TEXT_MAX);
	uint32_t empty = 0;
	bool dense;
	int rc = 0;

	if (!plain)
		return -KJ_EINVAL;
	pcre2_pattern_info(plain, PCRE2_INFO_MATCHEMPTY, &empty);
	pcre2_code_free(plain);
	if (empty || !*text)
		return kj_fail(reason, KJ_EINVAL, "the regular expression matches the empty text");
	fold_expression(text, strlen(text), &form, &dense);
	entry->view = dense ? KJ_VIEW_DENSE : KJ_VIEW_WORDS;
	entry->form = strdup(dense ? kj_buf_str(&form) : text);
	kj_buf_clear(&form);
	if (entry->form) {
		entry->form_len = strlen(entry->form);
		kj_buf_printf(&form, "(?<!" PHRASE_NO_WORD ")(?:%s)(?!" PHRASE_NO_WORD ")", entry->form);
		entry->code = expression_compile(kj_buf_str(&form), form.len, NULL, reason);
		rc = entry->code ? 0 : -KJ_EINVAL;
		/* Without JIT it is slower, no worse. */
		if (entry->code)
			pcre2_jit_compile(entry->code, PCRE2_JIT_COMPLETE);
		kj_buf_clear(&form);
		coarsen(entry->form, &form);
		entry->coarse = strdup(kj_buf_str(&form));
	}
	kj_buf_free(&form);
	return entry->form && (rc < 0 || entry->coarse) ? rc : -KJ_ENOMEM;
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
	unsigned count;
};

static int patterns_take(
    const struct kj_phrase_set *set, enum kj_view_kind view, bool regex, struct patterns *out)
{
	size_t room = set->count + 1;

	*out = (struct patterns){calloc(room, sizeof *out->forms), calloc(room, sizeof *out->flags),
	    calloc(room, sizeof *out->ids), calloc(room, sizeof *out->lens), 0};
	if (!out->forms || !out->flags || !out->ids || !out->lens)
		return -KJ_ENOMEM;
	for (size_t i = 0; i < set->count; i++) {
		const struct entry *entry = &set->entries[i];

		if (entry->view != view || entry->phrase.regex != regex || (regex && !entry->filtered))
			continue;
		out->forms[out->count] = regex ? entry->coarse : entry->form;
		out->flags[out->count] = regex ? FILTER_FLAGS : 0;
		out->ids[out->count] = (unsigned)i;
		out->lens[out->count++] = entry->form_len;
	}
	return 0;
}

static void patterns_free(struct patterns *patterns)
{
	free(patterns->forms);
	free(patterns->flags);
	free(patterns->ids);
	free(patterns->lens);
}

static int database_make(const struct kj_phrase_set *set, enum kj_view_kind view, bool regex,
    hs_database_t **ret_database, struct kj_reason *reason)
{
	hs_compile_error_t *error = NULL;
	struct patterns p;
	hs_error_t hs = HS_SUCCESS;
	int rc = patterns_take(set, view, regex, &p);

	if (rc == 0 && p.count) {
		hs = regex ? hs_compile_multi(
		                 p.forms, p.flags, p.ids, p.count, HS_MODE_BLOCK, NULL, ret_database, &error)
		           : hs_compile_lit_multi(p.forms, p.flags, p.ids, p.lens, p.count, HS_MODE_BLOCK,
		                 NULL, ret_database, &error);
		if (hs != HS_SUCCESS)
			rc = kj_fail(reason, KJ_EINVAL, "the phrases do not compile: %s",
			    error && error->message ? error->message : "no reason given");
		hs_free_compile_error(error);
	}
	patterns_free(&p);
	return rc;
}

/* Ask Hyperscan of each expression whether it takes it, so that one it refuses costs only itself. */
static void filters_choose(struct kj_phrase_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct entry *entry = &set->entries[i];
		hs_compile_error_t *error = NULL;
		hs_expr_info_t *info = NULL;

		if (!entry->phrase.regex)
			continue;
		entry->filtered =
		    hs_expression_info(entry->coarse, FILTER_FLAGS, &info, &error) == HS_SUCCESS;
		free(info);
		hs_free_compile_error(error);
	}
}

int kj_phrase_set_compile(struct kj_phrase_set *set, struct kj_reason *reason)
{
	int rc = 0;

	if (set->compiled)
		return 0;
	filters_choose(set);
	for (int view = 0; view < KJ_VIEW_COUNT && rc == 0; view++) {
		rc = database_make(set, (enum kj_view_kind)view, false, &set->literals[view], reason);
		if (rc == 0)
			rc = database_make(set, (enum kj_view_kind)view, true, &set->filter[view], reason);
		if (rc == 0 && set->literals[view] &&
		    hs_alloc_scratch(set->literals[view], &set->scratch) != HS_SUCCESS)
			rc = -KJ_ENOMEM;
		if (rc == 0 && set->filter[view] &&
		    hs_alloc_scratch(set->filter[view], &set->scratch) != HS_SUCCESS)
			rc = -KJ_ENOMEM;
	}
	set->compiled = rc == 0;
	return rc;
}
