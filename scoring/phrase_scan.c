/*
 * phrase_scan.c - the one pass of a compiled phrase set over the views of a text
 *
 * A scan comes from the set's pool and goes back there, so that there are as many as there were at one time, and no
 * thread-local state is left behind when a set is freed.
 *
 * In the pass phrases are reported, and of the other literals it is noted that, and where, they were met. An expression has one
 * clause, its pivot, that is met least: if none of its literals was, it is never looked at again, so that a mail pays for the
 * phrases it comes near to, and not for all that are loaded. Of a group of words the last place is kept: when all groups of a
 * phrase have one near the others, that is a match.
 * Expressions are run by phrase_run.c.
 */
#include <limits.h>

#include "kanjiki/utf8.h"
#include "phrase_engine.h"

#define MATCH_LIMIT       100000
#define DEPTH_LIMIT       1000
#define HEAP_LIMIT_KIB    (20 * 1024)
#define JIT_STACK_START   (32 * 1024)
#define JIT_STACK_MAX     (512 * 1024)

/* --- The pool ------------------------------------------------------------------------------------------------ */

void phrase_scan_free(struct kj_phrase_scan *scan)
{
	if (!scan)
		return;
	hs_free_scratch(scan->scratch);
	pcre2_match_data_free(scan->match);
	pcre2_match_context_free(scan->limits);
	pcre2_jit_stack_free(scan->stack);
	free(scan->met);
	free(scan->first);
	free(scan->last);
	free(scan->places);
	free(scan->seen);
	free(scan->spans);
	free(scan->tries);
	free(scan->tried);
	free(scan);
}

static struct kj_phrase_scan *scan_new(const struct kj_phrase_set *set)
{
	struct kj_phrase_scan *scan = calloc(1, sizeof *scan);

	if (!scan)
		return NULL;
	scan->match = pcre2_match_data_create(1, NULL);
	scan->limits = pcre2_match_context_create(NULL);
	scan->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
	scan->met = calloc(set->literal_count + 1U, 1);
	scan->first = calloc(set->slot_count + 1U, sizeof *scan->first);
	scan->last = calloc(set->slot_count + 1U, sizeof *scan->last);
	scan->places = calloc(PLACES_ALL_MAX, sizeof *scan->places);
	scan->seen = calloc(set->group_count + 1U, 1);
	scan->spans = calloc(set->group_count + 1U, sizeof *scan->spans);
	scan->tries = calloc(set->form_count + 1U, sizeof *scan->tries);
	scan->tried = calloc(set->form_count + 1U, 1);
	if (!scan->match || !scan->limits || !scan->stack || !scan->met || !scan->first || !scan->last ||
	    !scan->places || !scan->seen || !scan->spans || !scan->tries || !scan->tried ||
	    (set->scratch && hs_clone_scratch(set->scratch, &scan->scratch) != HS_SUCCESS)) {
		phrase_scan_free(scan);
		return NULL;
	}
	pcre2_set_match_limit(scan->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(scan->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(scan->limits, HEAP_LIMIT_KIB);
	pcre2_jit_stack_assign(scan->limits, NULL, scan->stack);
	return scan;
}

/* The pool and the code of expressions are what changes of a compiled set; its lock makes that invisible. */
static struct kj_phrase_scan *scan_take(const struct kj_phrase_set *set)
{
	struct kj_phrase_set *pool = (struct kj_phrase_set *)set;
	struct kj_phrase_scan *scan;

	pthread_mutex_lock(&pool->lock);
	scan = pool->idle;
	if (scan)
		pool->idle = scan->next;
	pthread_mutex_unlock(&pool->lock);
	return scan ? scan : scan_new(set);
}

void kj_phrase_scan_end(struct kj_phrase_scan *scan)
{
	struct kj_phrase_set *pool = scan ? (struct kj_phrase_set *)scan->set : NULL;

	if (!scan)
		return;
	pthread_mutex_lock(&pool->lock);
	scan->next = pool->idle;
	pool->idle = scan;
	pthread_mutex_unlock(&pool->lock);
}

/* --- The pass ------------------------------------------------------------------------------------------------ */

static uint32_t code_before(const char *data, size_t at)
{
	size_t pos = at - 1;

	while (pos && at - pos < 4 && ((unsigned char)data[pos] & 0xc0) == 0x80)
		pos--;
	return kj_utf8_next(data, at, &pos);
}

static uint32_t code_at(const char *data, size_t len, size_t pos)
{
	return kj_utf8_next(data, len, &pos);
}

/* A literal that begins or ends at these places does not do so inside a word. */
static bool begins_well(const struct kj_text *text, size_t start, size_t end)
{
	return !start || !phrase_is_word(code_at(text->data, end, start)) ||
	       !phrase_is_word(code_before(text->data, start));
}

static bool ends_well(const struct kj_text *text, size_t end)
{
	return end == text->len || !phrase_is_word(code_before(text->data, end)) ||
	       !phrase_is_word(code_at(text->data, text->len, end));
}

int phrase_report(struct kj_phrase_scan *scan, const struct form *form, size_t start, size_t end)
{
	struct kj_phrase_match match = {form->phrase, phrase_view_of(form->pass), start, end};

	scan->stopped = scan->fn(scan->context, &match) != 0;
	return scan->stopped;
}

/* Where a literal of an expression stands, unless there is no more room for it. */
static void note_place(struct kj_phrase_scan *scan, unsigned number, size_t end)
{
	const struct literal *literal = &scan->set->literals[number];
	uint32_t place;

	if (scan->met[number] == PLACES_MAX || scan->place_count == PLACES_ALL_MAX)
		scan->met[number] = PLACES_MAX + 1;
	if (scan->met[number] > PLACES_MAX)
		return;
	scan->places[scan->place_count] = (struct place){(uint32_t)end, 0};
	place = ++scan->place_count;
	if (scan->met[number]++)
		scan->places[scan->last[literal->slot] - 1].next = place;
	else
		scan->first[literal->slot] = place;
	scan->last[literal->slot] = place;
}

/* The expressions that have this literal in their pivot are worth a try. */
static void note_tries(struct kj_phrase_scan *scan, const struct literal *literal)
{
	for (unsigned i = 0; i < literal->pivot_count; i++) {
		unsigned form = scan->set->pivots[literal->first_pivot + i];

		if (!scan->tried[form])
			scan->tries[scan->try_count++] = form;
		scan->tried[form] = 1;
	}
}

/* A word of a group; reports the phrase if the other groups are near. */
static int note_word(struct kj_phrase_scan *scan, const struct form *form, unsigned group, size_t start, size_t end)
{
	struct span all = {(uint32_t)start, (uint32_t)end};

	scan->seen[group] = 1;
	scan->spans[group] = all;
	for (unsigned g = form->first_group; g < form->first_group + form->group_count; g++) {
		const struct span *span = &scan->spans[g];

		if (!scan->seen[g])
			return 0;
		all.start = span->start < all.start ? span->start : all.start;
		all.end = span->end > all.end ? span->end : all.end;
	}
	return all.end - all.start <= form->reach ? phrase_report(scan, form, all.start, all.end) : 0;
}

static void use(struct kj_phrase_scan *scan, const struct use *use, size_t start, size_t end, bool ends_well)
{
	if (use->group == COMMON_WORD)
		scan->common[use->form]++;
	else if (use->group == NO_GROUP && ends_well)
		phrase_report(scan, &scan->set->forms[use->form], start, end);
	else if (use->group != NO_GROUP && (ends_well || use->open))
		note_word(scan, &scan->set->forms[use->form], use->group, start, end);
}

static int use_literal(struct kj_phrase_scan *scan, const struct literal *literal, size_t end)
{
	const struct kj_text *text = phrase_text_of(scan, scan->pass);
	size_t start = end - literal->len;
	bool is_run = scan->pass == PASS_RUNS, ends = is_run || ends_well(text, end);

	if (!is_run && !begins_well(text, start, end))
		return 0;
	for (unsigned i = 0; i < literal->use_count && !scan->stopped; i++)
		use(scan, &scan->set->uses[literal->first_use + i], start, end, ends);
	return scan->stopped;
}

static int on_literal(
    unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
	struct kj_phrase_scan *scan = context;
	const struct literal *literal = &scan->set->literals[id];

	(void)from; /* literals have one length, so the costly start-of-match tracking is not needed */
	(void)flags;
	if (literal->slot != NO_SLOT) {
		if (!scan->met[id])
			note_tries(scan, literal);
		note_place(scan, id, (size_t)to);
	}
	return literal->use_count ? use_literal(scan, literal, (size_t)to) : 0;
}

static int walk(struct kj_phrase_scan *scan, const struct database *database, struct kj_reason *reason)
{
	const struct kj_text *text = phrase_text_of(scan, database->pass);
	unsigned len = text->len < UINT_MAX ? (unsigned)text->len : UINT_MAX, before = scan->try_count;
	hs_error_t hs = HS_SUCCESS;

	if (!len || (database->pass == PASS_RUNS && scan->views->spaced_run < KJ_SPACED_RUN_LONG))
		return 0;
	scan->pass = database->pass;
	if (database->patterns)
		hs = hs_scan(database->patterns, text->data, len, 0, scan->scratch, on_literal, scan);
	if (hs != HS_SUCCESS)
		return hs == HS_SCAN_TERMINATED ? 0 : -KJ_ENOMEM;
	return phrase_run(scan, database, before, reason);
}

/* Walk with all databases of a role; a failure of one expression does not end it. */
static int walk_all(struct kj_phrase_scan *scan, enum role role, uint64_t languages, struct kj_reason *reason)
{
	int rc = 0;

	for (unsigned i = 0; i < scan->set->database_count && rc != -KJ_ENOMEM && !scan->stopped; i++) {
		const struct database *database = &scan->set->databases[i];
		int walk_rc = 0;

		if (database->role == role && (role == ROLE_COMMON || languages & (uint64_t)1 << database->language))
			walk_rc = walk(scan, database, reason);
		rc = walk_rc < 0 ? walk_rc : rc;
	}
	return rc;
}

/* Which languages the text may be written in. */
static int find_languages(struct kj_phrase_scan *scan)
{
	int rc;

	scan->languages = KJ_LANGUAGES_ALL;
	/* Where letters are set apart throughout, common words cannot be told from what stands around them. */
	if (scan->views->text[KJ_VIEW_WORDS].len <= TEXT_SHORT || scan->views->spaced_run >= KJ_SPACED_RUN_LONG)
		return 0;
	memset(scan->common, 0, sizeof scan->common);
	rc = walk_all(scan, ROLE_COMMON, 0, NULL);
	for (unsigned i = 0; i < scan->set->language_count; i++)
		if (scan->set->have_common & (uint64_t)1 << i && scan->common[i] < COMMON_MIN)
			scan->languages &= ~((uint64_t)1 << i);
	return rc;
}

static void start_anew(struct kj_phrase_scan *scan)
{
	scan->stopped = false;
	for (unsigned i = 0; i < scan->try_count; i++)
		scan->tried[scan->tries[i]] = 0;
	scan->place_count = scan->try_count = 0;
	memset(scan->met, 0, scan->set->literal_count);
	memset(scan->seen, 0, scan->set->group_count);
	/* Views are valid UTF-8; what else somebody hands over is not for PCRE2, which is told not to look. */
	for (int view = 0; view < KJ_VIEW_COUNT; view++)
		scan->valid[view] = kj_utf8_valid(scan->views->text[view].data, scan->views->text[view].len);
}

int kj_phrase_scan_begin(const struct kj_phrase_set *set, const struct kj_views *views, kj_phrase_match_fn *fn,
    void *context, struct kj_phrase_scan **ret_scan, struct kj_reason *reason)
{
	struct kj_phrase_scan *scan = set->compiled ? scan_take(set) : NULL;
	int rc;

	if (!scan)
		return -KJ_ENOMEM;
	scan->set = set;
	scan->views = views;
	scan->fn = fn;
	scan->context = context;
	start_anew(scan);
	rc = find_languages(scan);
	if (rc == 0)
		rc = walk_all(scan, ROLE_OPENING, scan->languages, reason);
	if (rc < 0 && rc != -KJ_ELIMIT)
		kj_phrase_scan_end(scan);
	else
		*ret_scan = scan;
	return rc;
}

int kj_phrase_scan_rest(struct kj_phrase_scan *scan, uint64_t languages, struct kj_reason *reason)
{
	return walk_all(scan, ROLE_REST, languages, reason);
}

uint64_t kj_phrase_scan_languages(const struct kj_phrase_scan *scan)
{
	return scan->languages;
}
