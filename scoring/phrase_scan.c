/*
 * phrase_scan.c - running a compiled phrase set over the views of a text
 *
 * A scan comes from the set's pool and goes back there, so that there are as many as there were at one time, and no
 * thread-local state is left behind when a set is freed.
 *
 * In the pass phrases are reported, and of the other literals it is noted that, and where, they were met. An expression has one
 * clause, its pivot, that is met least: if none of its literals was, it is never looked at again, so that a mail pays for the
 * phrases it comes near to, and not for all that are loaded. Of a group of words the last place is kept: when all groups of a
 * phrase have one near the others, that is a match.
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

static int report(struct kj_phrase_scan *scan, const struct form *form, size_t start, size_t end)
{
	struct kj_phrase_match match = {form->phrase, view_of(form->pass), start, end};

	scan->stopped = scan->fn(scan->context, &match) != 0;
	return scan->stopped;
}

/* Where a literal of a pivot stands; when there is no room for it, the whole text is searched. */
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
	return all.end - all.start <= form->reach ? report(scan, form, all.start, all.end) : 0;
}

static int use_literal(struct kj_phrase_scan *scan, const struct literal *literal, size_t end)
{
	const struct use *uses = &scan->set->uses[literal->first_use];
	const struct kj_text *text = text_of(scan, scan->pass);
	size_t len = literal->len, start = end - len;
	bool well, ends;

	well = scan->pass == PASS_RUNS || begins_well(text, start, end);
	ends = scan->pass == PASS_RUNS || ends_well(text, end);
	for (unsigned i = 0; i < literal->use_count && well && !scan->stopped; i++) {
		const struct form *form = &scan->set->forms[uses[i].form];

		if (uses[i].group == NO_GROUP && ends)
			report(scan, form, start, end);
		else if (uses[i].group != NO_GROUP && (ends || uses[i].open))
			note_word(scan, form, uses[i].group, start, end);
	}
	return scan->stopped;
}

static int on_literal(
    unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
	struct kj_phrase_scan *scan = context;
	const struct literal *literal = &scan->set->literals[id];

	(void)from; /* literals have one length, so the costly start-of-match tracking is not needed */
	(void)flags;
	if (literal->slot == NO_SLOT) {
		scan->met[id] = 1;
	} else {
		if (!scan->met[id])
			note_tries(scan, literal);
		note_place(scan, id, (size_t)to);
	}
	return literal->use_count ? use_literal(scan, literal, (size_t)to) : 0;
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
	hs = hs_scan(database, text->data, len, 0, scan->scratch, on_literal, scan);
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
	for (unsigned i = 0; i < scan->try_count; i++)
		scan->tried[scan->tries[i]] = 0;
	scan->place_count = scan->try_count = 0;
	memset(scan->met, 0, set->literal_count);
	memset(scan->seen, 0, set->group_count);
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

static bool is_met(const struct kj_phrase_scan *scan, const struct clause *clause)
{
	for (unsigned i = 0; i < clause->count; i++)
		if (scan->met[scan->set->clause_literals[clause->first + i]])
			return true;
	return false;
}

static bool may_match(const struct kj_phrase_scan *scan, const struct form *form)
{
	for (unsigned i = 0; i < form->clause_count; i++)
		if (!is_met(scan, &scan->set->clauses[form->first_clause + i]))
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

/* Run on a part of the text that begins and ends with whole characters, for matches that begin at `last` or before;
 * look-behinds see what is before it. 0, or -KJ_ELIMIT when a match limit was met. */
static int run_to(struct run *run, size_t last, size_t end)
{
	struct kj_phrase_scan *scan = run->scan;
	const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(scan->match);

	pcre2_set_offset_limit(scan->limits, last);
	for (int i = 0; i < EXPRESSION_REPEAT && run->from < end && run->from <= last && !scan->stopped; i++) {
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

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The places of all literals of a pivot, in order; 0 if they are too many, or were not all noted. */
static unsigned gather_places(const struct kj_phrase_scan *scan, const struct form *form, uint32_t *places)
{
	const struct clause *pivot = &scan->set->clauses[form->pivot];
	unsigned count = 0;

	for (unsigned i = 0; i < pivot->count; i++) {
		unsigned number = scan->set->clause_literals[pivot->first + i];

		if (count + scan->met[number] > PLACES_CLAUSE_MAX || scan->met[number] > PLACES_MAX)
			return 0;
		for (uint32_t at = scan->met[number] ? scan->first[scan->set->literals[number].slot] : 0; at;
		     at = scan->places[at - 1].next)
			places[count++] = scan->places[at - 1].end;
	}
	qsort(places, count, sizeof *places, by_number);
	return count;
}

/* Run around these places; those that are near to each other are one part. */
static int run_around(struct run *run, const uint32_t *places, unsigned count)
{
	size_t reach = run->form->reach;
	int rc = 0;

	for (unsigned i = 0; i < count && rc == 0 && !run->scan->stopped;) {
		size_t start = places[i] > reach ? places[i] - reach : 0, end = places[i] + reach;

		while (++i < count && places[i] <= end + reach)
			end = places[i] + reach;
		/* Room for the look-ahead behind the last character, which may have four bytes. */
		end = end + 4 < run->text->len ? whole(run->text, end + 4) : run->text->len;
		run->from = start > run->from ? whole(run->text, start) : run->from;
		rc = run_to(run, places[i - 1], end);
	}
	return rc;
}

static int run_expression(struct kj_phrase_scan *scan, const struct form *form, struct kj_reason *reason)
{
	struct run run = {scan, form, code_of(scan->set, form), text_of(scan, form->pass), 0};
	uint32_t places[PLACES_CLAUSE_MAX];
	unsigned count = form->clause_count && form->reach ? gather_places(scan, form, places) : 0;

	if (!run.code)
		return -KJ_ENOMEM;
	if ((count ? run_around(&run, places, count) : run_to(&run, run.text->len, run.text->len)) < 0)
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
