/*
 * phrase_scan.c - running a compiled phrase set over the views of a text
 *
 * A scan takes a worker (Hyperscan scratch, PCRE2 match data and JIT stack) from the set's pool and gives it back,
 * so that there are as many as there were scans at one time, and no thread-local state is left behind when a
 * set is freed.
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

struct scan {
	const struct kj_phrase_set *set;
	const struct kj_text *text;
	enum kj_view_kind view;
	unsigned categories;
	struct worker *worker;
	kj_phrase_match_fn *fn;
	void *context;
	bool stopped;
};

void phrase_worker_free(struct worker *worker)
{
	if (!worker)
		return;
	hs_free_scratch(worker->scratch);
	pcre2_match_data_free(worker->match);
	pcre2_match_context_free(worker->context);
	pcre2_jit_stack_free(worker->stack);
	free(worker->met);
	free(worker->places);
	free(worker);
}

static struct worker *worker_new(const struct kj_phrase_set *set)
{
	struct worker *worker = calloc(1, sizeof *worker);

	if (!worker)
		return NULL;
	worker->match = pcre2_match_data_create(1, NULL);
	worker->context = pcre2_match_context_create(NULL);
	worker->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
	worker->met = malloc(set->clause_count + 1U);
	worker->places = malloc((set->clause_count + 1U) * sizeof *worker->places);
	if (!worker->match || !worker->context || !worker->stack || !worker->met || !worker->places ||
	    (set->scratch && hs_clone_scratch(set->scratch, &worker->scratch) != HS_SUCCESS)) {
		phrase_worker_free(worker);
		return NULL;
	}
	pcre2_set_match_limit(worker->context, MATCH_LIMIT);
	pcre2_set_depth_limit(worker->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(worker->context, HEAP_LIMIT_KIB);
	pcre2_jit_stack_assign(worker->context, NULL, worker->stack);
	return worker;
}

/* The pool is the one part of a compiled set that changes; its lock makes that invisible from outside. */
static struct worker *worker_take(const struct kj_phrase_set *set)
{
	struct kj_phrase_set *pool = (struct kj_phrase_set *)set;
	struct worker *worker;

	pthread_mutex_lock(&pool->lock);
	worker = pool->idle;
	if (worker)
		pool->idle = worker->next;
	pthread_mutex_unlock(&pool->lock);
	return worker ? worker : worker_new(set);
}

static void worker_give(const struct kj_phrase_set *set, struct worker *worker)
{
	struct kj_phrase_set *pool = (struct kj_phrase_set *)set;

	pthread_mutex_lock(&pool->lock);
	worker->next = pool->idle;
	pool->idle = worker;
	pthread_mutex_unlock(&pool->lock);
}

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

/* Neither end of a literal lies inside a word. */
static bool stands_alone(const struct kj_text *text, size_t start, size_t end)
{
	if (start && phrase_is_word(code_at(text->data, end, start)) &&
	    phrase_is_word(code_before(text->data, start)))
		return false;
	return end == text->len || !phrase_is_word(code_before(text->data, end)) ||
	       !phrase_is_word(code_at(text->data, text->len, end));
}

static int report(struct scan *scan, const struct entry *entry, size_t start, size_t end)
{
	struct kj_phrase_match match = {&entry->phrase, scan->view, start, end};

	scan->stopped = scan->fn(scan->context, &match) != 0;
	return scan->stopped;
}

static bool is_wanted(const struct scan *scan, const struct entry *entry)
{
	return scan->categories & 1U << entry->phrase.category;
}

static void note_place(struct worker *worker, unsigned clause, size_t end)
{
	unsigned char *met = &worker->met[clause];

	if (*met < PLACES_MAX)
		worker->places[clause][*met] = (uint32_t)end;
	if (*met <= PLACES_MAX)
		++*met;
}

static int on_pattern(
    unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
	struct scan *scan = context;
	const struct entry *entry;
	size_t start, end = (size_t)to;

	(void)from; /* literals have one length, so the costly start-of-match tracking is not needed */
	(void)flags;
	if (id >= FACTOR_ID) {
		note_place(scan->worker, id - FACTOR_ID, end);
		return 0;
	}
	entry = &scan->set->entries[id];
	start = end - entry->form_len;
	if (!is_wanted(scan, entry))
		return 0;
	return stands_alone(scan->text, start, end) ? report(scan, entry, start, end) : 0;
}

static bool may_match(const struct scan *scan, const struct entry *entry)
{
	for (unsigned i = 0; i < entry->clause_count; i++)
		if (!scan->worker->met[entry->first_clause + i])
			return false;
	return true;
}

/* Run on a part of the text that begins and ends with whole characters; look-behinds see what is before it. 0, or
 * -KJ_ELIMIT when a match limit was met. *from moves behind the last match. */
static int run_between(struct scan *scan, const struct entry *entry, size_t *from, size_t end)
{
	PCRE2_SPTR data = (PCRE2_SPTR)scan->text->data;
	const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(scan->worker->match);

	for (int i = 0; i < EXPRESSION_REPEAT && *from < end && !scan->stopped; i++) {
		int rc = pcre2_match(entry->code, data, end, *from, PCRE2_NO_UTF_CHECK, scan->worker->match,
		    scan->worker->context);

		if (rc == PCRE2_ERROR_NOMATCH)
			return 0;
		if (rc < 0)
			return -KJ_ELIMIT;
		if (bounds[1] <= bounds[0])
			return 0; /* \K or a look-around made it empty */
		report(scan, entry, bounds[0], bounds[1]);
		*from = bounds[1];
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

/* Run around the places of the pivot, where they are known; places that are near to each other are one part. */
static int run_expression(struct scan *scan, const struct entry *entry)
{
	const struct worker *worker = scan->worker;
	size_t reach = entry->reach, from = 0;
	unsigned count = reach && entry->clause_count ? worker->met[entry->pivot] : 0;
	int rc = 0;

	if (!count || count > PLACES_MAX)
		return run_between(scan, entry, &from, scan->text->len);
	for (unsigned i = 0; i < count && rc == 0 && !scan->stopped;) {
		const uint32_t *places = worker->places[entry->pivot];
		size_t start = places[i] > reach ? places[i] - reach : 0, end = places[i] + reach;

		while (++i < count && places[i] <= end + reach)
			end = places[i] + reach;
		/* Room for the look-ahead behind the last character, which may have four bytes. */
		end = end + 4 < scan->text->len ? whole(scan->text, end + 4) : scan->text->len;
		from = start > from ? whole(scan->text, start) : from;
		rc = run_between(scan, entry, &from, end);
	}
	return rc;
}

static int run_expressions(struct scan *scan, struct kj_reason *reason)
{
	int rc = 0;

	for (size_t i = 0; i < scan->set->count && !scan->stopped; i++) {
		const struct entry *entry = &scan->set->entries[i];

		if (!entry->code || entry->view != scan->view || !is_wanted(scan, entry) ||
		    !may_match(scan, entry))
			continue;
		if (run_expression(scan, entry) < 0)
			rc = kj_fail(reason, KJ_ELIMIT, "%s:%u: the expression met its match limit",
			    entry->phrase.file, entry->phrase.line);
	}
	return rc;
}

/* Views are valid UTF-8; what else somebody hands over is not for PCRE2, which is told not to look. */
static int scan_view(struct scan *scan, struct kj_reason *reason)
{
	const hs_database_t *database = scan->set->database[scan->view];
	unsigned len = scan->text->len < UINT_MAX ? (unsigned)scan->text->len : UINT_MAX;
	hs_error_t hs = HS_SUCCESS;

	memset(scan->worker->met, 0, scan->set->clause_count);
	if (database)
		hs = hs_scan(database, scan->text->data, len, 0, scan->worker->scratch, on_pattern, scan);
	if (hs != HS_SUCCESS)
		return hs == HS_SCAN_TERMINATED ? 0 : -KJ_ENOMEM;
	return kj_utf8_valid(scan->text->data, len) ? run_expressions(scan, reason) : 0;
}

int kj_phrase_set_scan(const struct kj_phrase_set *set, const struct kj_views *views, unsigned categories,
    kj_phrase_match_fn *fn, void *context, struct kj_reason *reason)
{
	struct worker *worker = set->compiled ? worker_take(set) : NULL;
	struct scan scan = {.set = set, .categories = categories, .fn = fn, .context = context};
	int rc = 0, view_rc;

	if (!worker)
		return -KJ_ENOMEM;
	scan.worker = worker;
	for (int view = 0; view < KJ_VIEW_COUNT && !scan.stopped; view++) {
		scan.view = (enum kj_view_kind)view;
		scan.text = &views->text[view];
		view_rc = scan.text->len ? scan_view(&scan, reason) : 0;
		rc = view_rc < 0 ? view_rc : rc;
	}
	worker_give(set, worker);
	return rc;
}
