/*
 * phrase_compile.c - all forms of a set, ready for one pass
 *
 * Literals go to Hyperscan (or Vectorscan), one database per pass. Expressions are PCRE2's; the literals without which
 * an expression cannot match (phrase_factors.c) go to Hyperscan, too, so that PCRE2, some thirty times slower, is hardly
 * called in ordinary mail.
 */
#include "kanjiki/arena.h"
#include "phrase_engine.h"
#include "phrase_factors.h"

#define FACTORS_MAX (256U << 20)

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

/* The number of a new clause; -1 when out of memory. */
static int add_clause(struct kj_phrase_set *set, unsigned form, enum clause_kind kind)
{
	unsigned room = set->clause_room ? set->clause_room * 2 : 1024;
	struct clause *clauses;

	if (set->clause_count == set->clause_room) {
		clauses = realloc(set->clauses, room * sizeof *clauses);
		if (!clauses)
			return -1;
		set->clauses = clauses;
		set->clause_room = room;
	}
	set->clauses[set->clause_count] = (struct clause){form, kind};
	return (int)set->clause_count++;
}

/* The clauses of an expression get numbers. Of all but the pivot it is enough to be found once in a text. */
static void add_expression(
    struct kj_phrase_set *set, unsigned number, struct kj_arena *arena, struct patterns *out)
{
	struct form *form = &set->forms[number];
	struct factors factors = phrase_factors(arena, form->inner, form->options & PCRE2_UTF ? 4 : 1);
	struct factor_clause *pivot = pivot_of(factors.clauses);

	form->first_clause = set->clause_count;
	form->reach = factors.reach;
	for (struct factor_clause *c = factors.clauses; c; c = c->next) {
		unsigned flags = c == pivot && form->reach ? 0 : HS_FLAG_SINGLEMATCH;
		int clause = add_clause(set, number, c == pivot ? CLAUSE_PIVOT : CLAUSE_ONCE);

		if (clause < 0) {
			out->full = true;
			return;
		}
		if (c == pivot)
			form->pivot = (unsigned)clause;
		for (struct factor_literal *l = c->literals; l; l = l->next)
			patterns_add(out, l->data, l->len, flags, CLAUSE_ID + (unsigned)clause);
		form->clause_count++;
	}
	if (!form->clause_count)
		set->always[set->always_count++] = number;
}

static bool add_stem(struct kj_phrase_set *set, const struct stem *stem)
{
	unsigned room = set->stem_room ? set->stem_room * 2 : 1024;
	struct stem *stems;

	if (set->stem_count == set->stem_room) {
		stems = realloc(set->stems, room * sizeof *stems);
		if (!stems)
			return false;
		set->stems = stems;
		set->stem_room = room;
	}
	set->stems[set->stem_count++] = *stem;
	return true;
}

/* Every word of a group is a pattern, and reported wherever it stands. */
static void add_groups(struct kj_phrase_set *set, unsigned number, struct patterns *out)
{
	struct form *form = &set->forms[number];

	form->first_clause = set->clause_count;
	for (unsigned i = 0; i < form->word_count && !out->full; i++) {
		const struct word *word = &form->words[i];

		while (form->clause_count <= word->group && !out->full) {
			out->full = add_clause(set, number, CLAUSE_GROUP) < 0;
			form->clause_count++;
		}
		if (out->full || !add_stem(set, &(struct stem){form->first_clause + word->group, (unsigned)word->len, word->open}))
			out->full = true;
		else
			patterns_add(out, word->text, word->len, 0, STEM_ID + set->stem_count - 1);
	}
}

static int database_make(
    struct kj_phrase_set *set, enum pass pass, struct kj_arena *arena, struct kj_reason *reason)
{
	hs_compile_error_t *error = NULL;
	struct patterns p = {0};
	int rc = 0;

	for (unsigned i = 0; i < set->form_count; i++) {
		const struct form *form = &set->forms[i];

		if (form->pass != pass)
			continue;
		switch (form->phrase->kind) {
		case KJ_PHRASE_LITERAL: patterns_add(&p, form->text, form->len, 0, i); break;
		case KJ_PHRASE_EXPRESSION: add_expression(set, i, arena, &p); break;
		case KJ_PHRASE_NEAR: add_groups(set, i, &p); break;
		}
	}
	if (p.full)
		rc = -KJ_ENOMEM;
	else if (p.count && hs_compile_lit_multi(p.forms, p.flags, p.ids, p.lens, p.count, HS_MODE_BLOCK,
	                        NULL, &set->database[pass], &error) != HS_SUCCESS)
		rc = kj_fail(reason, KJ_EINVAL, "the phrases do not compile: %s",
		    error && error->message ? error->message : "no reason given");
	else if (p.count && hs_alloc_scratch(set->database[pass], &set->scratch) != HS_SUCCESS)
		rc = -KJ_ENOMEM;
	hs_free_compile_error(error);
	patterns_free(&p);
	return rc;
}

int kj_phrase_set_compile(struct kj_phrase_set *set, struct kj_reason *reason)
{
	struct kj_arena *arena = kj_arena_new(FACTORS_MAX);
	int rc = arena ? 0 : -KJ_ENOMEM;

	if (!set->always && rc == 0 && !(set->always = calloc(set->form_count + 1U, sizeof *set->always)))
		rc = -KJ_ENOMEM;
	for (int pass = 0; pass < PASS_COUNT && rc == 0 && !set->compiled; pass++)
		rc = database_make(set, (enum pass)pass, arena, reason);
	kj_arena_free(arena);
	set->compiled |= rc == 0;
	return rc;
}
