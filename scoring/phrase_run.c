/*
 * phrase_run.c - running those expressions that may match
 *
 * An expression that a stranger's text drives into its match limit is skipped for that text and named; the limits (phrase_scan.c)
 * keep that below a few milliseconds (PCRE2's defaults allow some hundred).
 */
#include "phrase_engine.h"

#define EXPRESSION_REPEAT 64  /* matches of one expression in one part of a text that are all wanted ... */
#define EXPRESSION_STEP   200 /* ... and of the others one in so many bytes: a flood must not hide what comes behind it */

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

/* The beginning of the character at this place, or before it. */
static size_t whole(const struct kj_text *text, size_t at)
{
	while (at && at < text->len && ((unsigned char)text->data[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* Run on a part of the text that begins and ends with whole characters, for matches that begin at `last` or before;
 * look-behinds see what is before it. 0, or -KJ_ELIMIT when a match limit was met. */
static int run_to(struct run *run, size_t last, size_t end)
{
	struct kj_phrase_scan *scan = run->scan;
	const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(scan->match);

	pcre2_set_offset_limit(scan->limits, last);
	for (int i = 0; run->from < end && run->from <= last && !scan->stopped; i++) {
		int rc = pcre2_match(run->code, (PCRE2_SPTR)run->text->data, end, run->from, PCRE2_NO_UTF_CHECK,
		    scan->match, scan->limits);

		if (rc == PCRE2_ERROR_NOMATCH)
			return 0;
		if (rc < 0)
			return -KJ_ELIMIT;
		if (bounds[1] <= bounds[0])
			return 0; /* \K or a look-around made it empty */
		phrase_report(scan, run->form, bounds[0], bounds[1]);
		run->from = i < EXPRESSION_REPEAT ? bounds[1] : whole(run->text, bounds[1] + EXPRESSION_STEP);
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* How often the literals of a clause stand in the text; more than PLACES_CLAUSE_MAX if not every place was noted. */
static unsigned count_places(const struct kj_phrase_scan *scan, const struct clause *clause)
{
	unsigned count = 0;

	for (unsigned i = 0; i < clause->count; i++) {
		unsigned met = scan->met[scan->set->clause_literals[clause->first + i]];

		count += met > PLACES_MAX ? PLACES_CLAUSE_MAX + 1 : met;
	}
	return count;
}

/* The places of the clause that has the fewest, in order; 0 if they are too many. A match reaches over one of them. */
static unsigned gather_places(const struct kj_phrase_scan *scan, const struct form *form, uint32_t *places)
{
	const struct clause *clauses = &scan->set->clauses[form->first_clause], *best = clauses;
	unsigned fewest = PLACES_CLAUSE_MAX + 1, count = 0;

	for (unsigned i = 0; i < form->clause_count; i++) {
		unsigned places_of = count_places(scan, &clauses[i]);

		if (places_of < fewest) {
			fewest = places_of;
			best = &clauses[i];
		}
	}
	if (fewest > PLACES_CLAUSE_MAX)
		return 0;
	for (unsigned i = 0; i < best->count; i++) {
		unsigned number = scan->set->clause_literals[best->first + i];

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
	struct run run = {scan, form, code_of(scan->set, form), phrase_text_of(scan, form->pass), 0};
	uint32_t places[PLACES_CLAUSE_MAX];
	unsigned count = form->clause_count && form->reach ? gather_places(scan, form, places) : 0;

	if (!run.code)
		return -KJ_ENOMEM;
	if ((count ? run_around(&run, places, count) : run_to(&run, run.text->len, run.text->len)) < 0)
		return kj_fail(reason, KJ_ELIMIT, "%s:%u: the expression met its match limit", form->phrase->file,
		    form->phrase->line);
	return 0;
}

static int run_some(
    struct kj_phrase_scan *scan, const unsigned *numbers, unsigned count, struct kj_reason *reason)
{
	int rc = 0;

	for (unsigned i = 0; i < count && !scan->stopped; i++) {
		const struct form *form = &scan->set->forms[numbers[i]];
		int form_rc = 0;

		if (scan->valid[phrase_view_of(form->pass)] && may_match(scan, form))
			form_rc = run_expression(scan, form, reason);
		rc = form_rc < 0 ? form_rc : rc;
	}
	return rc;
}

int phrase_run(
    struct kj_phrase_scan *scan, const struct database *database, unsigned tries_before, struct kj_reason *reason)
{
	int rc = run_some(scan, scan->tries + tries_before, scan->try_count - tries_before, reason);
	int always_rc = run_some(scan, scan->set->always + database->first_always, database->always_count, reason);

	return rc < 0 ? rc : always_rc;
}
