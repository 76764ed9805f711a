/*
 * phrase_scan.c - running a compiled phrase set over the views of a text
 *
 * A scan comes from the set's pool and goes back there, so that there are as many as there were at one time, and no
 * thread-local state is left behind when a set is freed.
 *
 * In the pass the literals are reported, and the places of the literals of expressions noted. Each expression has one
 * clause, its pivot, whose places matter: an expression whose pivot was not met is never looked at again, so that a mail
 * pays for the phrases it comes near to, and not for all that are loaded. Of a group of words the last place is kept: when
 * all groups of a phrase have one near the others, that is a match.
 *
 * An expression that a stranger's text drives into its match limit is skipped for that text and named; the limits
 * keep that below a few milliseconds (PCRE2's defaults allow some hundred).
 */
#include <limits.h>

#include "kanjiki/utf8.h"
#include "phrase_engine.h"

#define MATCH_LIMIT       100000
#define DEPTH_LIMIT       1000
#define HEAP_LIMIT_KIB    (20 * 1024)
#define JIT_STACK_START   (32 * 1024)
#define JIT_STACK_MAX     (512 * 1024)
#define EXPRESSION_REPEAT 64 /* matches of one expression in one text */

static enum kj_view_kind view_of(enum pass pass)
{
	return pass == PASS_WORDS ? KJ_VIEW_WORDS : KJ_VIEW_DENSE;
}

static const struct kj_text *text_of(const struct kj_phrase_scan *scan, enum pass pass)
{
	return &scan->views->text[view_of(pass)];
}

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
	free(scan->tries);
	free(scan);
}

static struct kj_phrase_scan *scan_new(const struct kj_phrase_set *set)
{
	struct kj_phrase_scan *scan = calloc(1, sizeof *scan);
	size_t clauses = set->clause_count + 1U;

	if (!scan)
		return NULL;
	scan->match = pcre2_match_data_create(1, NULL);
	scan->limits = pcre2_match_context_create(NULL);
	scan->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
	scan->met = malloc(clauses);
	scan->first = malloc(clauses * sizeof *scan->first);
	scan->last = malloc(clauses * sizeof *scan->last);
	scan->places = malloc(PLACES_ALL_MAX * sizeof *scan->places);
	scan->tries = malloc((set->form_count + 1U) * sizeof *scan->tries);
	if (!scan->match || !scan->limits || !scan->stack || !scan->met || !scan->first || !scan->last ||
	    !scan->places || !scan->tries ||
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

static int report(struct kj_phrase_scan *scan, const struct form *form, size_t start, size_t end)
{
	struct kj_phrase_match match = {form->phrase, view_of(form->pass), start, end};

	scan->stopped = scan->fn(scan->context, &match) != 0;
	return scan->stopped;
}

/* Where a pivot stands; when there is no room for it, the whole text is searched. */
static void note_place(struct kj_phrase_scan *scan, unsigned clause, size_t end)
{
	uint32_t number;

	if (!scan->met[clause])
		scan->tries[scan->try_count++] = scan->set->clauses[clause].form;
	if (scan->met[clause] == PLACES_MAX || scan->place_count == PLACES_ALL_MAX)
		scan->met[clause] = PLACES_MAX + 1;
	if (scan->met[clause] > PLACES_MAX)
		return;
	scan->places[scan->place_count] = (struct place){(uint32_t)end, 0};
	number = ++scan->place_count;
	if (scan->met[clause]++)
		scan->places[scan->last[clause] - 1].next = number;
	else
		scan->first[clause] = number;
	scan->last[clause] = number;
}

/* A word of a group; reports the phrase if the other groups are near. */
static int note_word(struct kj_phrase_scan *scan, const struct stem *stem, size_t end)
{
	const struct form *form = &scan->set->forms[scan->set->clauses[stem->clause].form];
	const struct kj_text *text = text_of(scan, form->pass);
	size_t start = end - stem->len, from = start, to = end;

	if (!begins_well(text, start, end) || !(stem->open || ends_well(text, end)))
		return 0;
	scan->first[stem->clause] = (uint32_t)start;
	scan->last[stem->clause] = (uint32_t)end;
	scan->met[stem->clause] = 1;
	for (unsigned c = form->first_clause; c < form->first_clause + form->clause_count; c++) {
		if (!scan->met[c])
			return 0;
		from = scan->first[c] < from ? scan->first[c] : from;
		to = scan->last[c] > to ? scan->last[c] : to;
	}
	return to - from <= form->reach ? report(scan, form, from, to) : 0;
}

static int on_pattern(
    unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
	struct kj_phrase_scan *scan = context;
	const struct kj_text *text = text_of(scan, scan->pass);
	const struct form *form;
	size_t start, end = (size_t)to;

	(void)from; /* literals have one length, so the costly start-of-match tracking is not needed */
	(void)flags;
	if (id >= CLAUSE_ID) {
		if (scan->set->clauses[id - CLAUSE_ID].kind == CLAUSE_PIVOT)
			note_place(scan, id - CLAUSE_ID, end);
		else
			scan->met[id - CLAUSE_ID] = 1;
		return 0;
	}
	if (id >= STEM_ID)
		return note_word(scan, &scan->set->stems[id - STEM_ID], end);
	form = &scan->set->forms[id];
	start = end - form->len;
	if (form->pass == PASS_RUNS || (begins_well(text, start, end) && ends_well(text, end)))
		return report(scan, form, start, end);
	return 0;
}

static int walk(struct kj_phrase_scan *scan, enum pass pass)
{
	const hs_database_t *database = scan->set->database[pass];
	const struct kj_text *text = text_of(scan, pass);
	unsigned len = text->len < UINT_MAX ? (unsigned)text->len : UINT_MAX;
	hs_error_t hs;

	if (!database || !len || (pass == PASS_RUNS && scan->views->spaced_run < KJ_SPACED_RUN_LONG))
		return 0;
	scan->pass = pass;
	hs = hs_scan(database, text->data, len, 0, scan->scratch, on_pattern, scan);
	return hs == HS_SUCCESS || hs == HS_SCAN_TERMINATED ? 0 : -KJ_ENOMEM;
}

int kj_phrase_scan_begin(const struct kj_phrase_set *set, const struct kj_views *views, kj_phrase_match_fn *fn,
    void *context, struct kj_phrase_scan **ret_scan)
{
	struct kj_phrase_scan *scan = set->compiled ? scan_take(set) : NULL;
	int rc = 0;

	if (!scan)
		return -KJ_ENOMEM;
	scan->set = set;
	scan->views = views;
	scan->fn = fn;
	scan->context = context;
	scan->stopped = false;
	scan->place_count = scan->try_count = 0;
	memset(scan->met, 0, set->clause_count);
	for (int pass = 0; pass < PASS_COUNT && rc == 0 && !scan->stopped; pass++)
		rc = walk(scan, (enum pass)pass);
	/* Views are valid UTF-8; what else somebody hands over is not for PCRE2, which is told not to look. */
	for (int view = 0; view < KJ_VIEW_COUNT; view++)
		scan->valid[view] = kj_utf8_valid(views->text[view].data, views->text[view].len);
	if (rc < 0) {
		kj_phrase_scan_end(scan);
		return rc;
	}
	*ret_scan = scan;
	return 0;
}

/* --- Expressions --------------------------------------------------------------------------------------------- */

/* The code of an expression, compiled when it is needed for the first time; NULL when out of memory. */
static const pcre2_code *code_of(const struct kj_phrase_set *set, const struct form *form)
{
	struct form *own = (struct form *)form;
	pthread_mutex_t *lock = &((struct kj_phrase_set *)set)->lock;
	pcre2_code *code = atomic_load_explicit(&own->code, memory_order_acquire);

	if (code)
		return code;
	pthread_mutex_lock(lock);
	code = atomic_load_explicit(&own->code, memory_order_relaxed);
	if (!code && (code = phrase_compile_code(form, NULL))) {
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without JIT it is slower, no worse */
		atomic_store_explicit(&own->code, code, memory_order_release);
	}
	pthread_mutex_unlock(lock);
	return code;
}

static bool may_match(const struct kj_phrase_scan *scan, const struct form *form)
{
	for (unsigned i = 0; i < form->clause_count; i++)
		if (!scan->met[form->first_clause + i])
			return false;
	return true;
}

/* An expression at work. */
struct run {
	struct kj_phrase_scan *scan;
	const struct form *form;
	const pcre2_code *code;
	const struct kj_text *text;
	size_t from; /* behind the last match */
};

/* Run on a part of the text that begins and ends with whole characters; look-behinds see what is before it. 0, or
 * -KJ_ELIMIT when a match limit was met. */
static int run_to(struct run *run, size_t end)
{
	struct kj_phrase_scan *scan = run->scan;
	const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(scan->match);

	for (int i = 0; i < EXPRESSION_REPEAT && run->from < end && !scan->stopped; i++) {
		int rc = pcre2_match(run->code, (PCRE2_SPTR)run->text->data, end, run->from, PCRE2_NO_UTF_CHECK,
		    scan->match, scan->limits);

		if (rc == PCRE2_ERROR_NOMATCH)
			return 0;
		if (rc < 0)
			return -KJ_ELIMIT;
		if (bounds[1] <= bounds[0])
			return 0; /* \K or a look-around made it empty */
		report(scan, run->form, bounds[0], bounds[1]);
		run->from = bounds[1];
	}
	return 0;
}

/* The beginning of the character at this place, or before it. */
static size_t whole(const struct kj_text *text, size_t at)
{
	while (at && at < text->len && ((unsigned char)text->data[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* Run around the places of the pivot; places that are near to each other are one part. */
static int run_around(struct run *run)
{
	const struct kj_phrase_scan *scan = run->scan;
	size_t reach = run->form->reach;
	uint32_t number = scan->first[run->form->pivot];
	int rc = 0;

	while (number && rc == 0 && !scan->stopped) {
		const struct place *place = &scan->places[number - 1];
		size_t start = place->end > reach ? place->end - reach : 0, end = place->end + reach;

		while ((number = place->next)) {
			place = &scan->places[number - 1];
			if (place->end > end + reach)
				break;
			end = place->end + reach;
		}
		/* Room for the look-ahead behind the last character, which may have four bytes. */
		end = end + 4 < run->text->len ? whole(run->text, end + 4) : run->text->len;
		run->from = start > run->from ? whole(run->text, start) : run->from;
		rc = run_to(run, end);
	}
	return rc;
}

static int run_expression(struct kj_phrase_scan *scan, const struct form *form, struct kj_reason *reason)
{
	struct run run = {scan, form, code_of(scan->set, form), text_of(scan, form->pass), 0};
	bool everywhere = !form->clause_count || !form->reach || scan->met[form->pivot] > PLACES_MAX;

	if (!run.code)
		return -KJ_ENOMEM;
	if ((everywhere ? run_to(&run, run.text->len) : run_around(&run)) < 0)
		return kj_fail(reason, KJ_ELIMIT, "%s:%u: the expression met its match limit", form->phrase->file,
		    form->phrase->line);
	return 0;
}

static int run_some(struct kj_phrase_scan *scan, const unsigned *numbers, unsigned count, unsigned categories,
    uint64_t languages, struct kj_reason *reason)
{
	int rc = 0;

	for (unsigned i = 0; i < count && !scan->stopped; i++) {
		const struct form *form = &scan->set->forms[numbers[i]];
		int form_rc = 0;

		if ((categories & 1U << form->phrase->category) &&
		    (languages & (uint64_t)1 << form->phrase->language_number) && text_of(scan, form->pass)->len &&
		    scan->valid[view_of(form->pass)] && may_match(scan, form))
			form_rc = run_expression(scan, form, reason);
		rc = form_rc < 0 ? form_rc : rc;
	}
	return rc;
}

int kj_phrase_scan_run(
    struct kj_phrase_scan *scan, unsigned categories, uint64_t languages, struct kj_reason *reason)
{
	int rc = run_some(scan, scan->tries, scan->try_count, categories, languages, reason);
	int always_rc = run_some(scan, scan->set->always, scan->set->always_count, categories, languages, reason);

	return rc < 0 ? rc : always_rc;
}
