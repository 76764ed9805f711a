/*
 * phrase_compile.c - all forms of a set, ready for one pass
 *
 * Whatever is looked for comes down to literals: phrases, the words of groups, and those without which an expression cannot
 * match (phrase_factors.c), so that PCRE2, some thirty times slower than Hyperscan (or Vectorscan), is hardly called in
 * ordinary mail. The same word is needed by many forms and in several languages; each is one pattern only.
 */
#include "kanjiki/arena.h"
#include "phrase_engine.h"
#include "phrase_factors.h"

#define FACTORS_MAX (256U << 20)

#define TAIL 8 /* bytes of a literal that an expression needs: enough to be rare, and many are then the same */

enum need { NEED_PHRASE, NEED_GROUP, NEED_PIVOT, NEED_CLAUSE };

/* Somebody needs a literal. */
struct wish {
	const char *text;
	size_t len;
	enum need need;
	unsigned form, clause, group;
	bool open;
	unsigned literal; /* the one that fulfils it */
};

struct compiler {
	struct kj_phrase_set *set;
	struct kj_arena *arena; /* of what phrase_factors() gives */
	struct wish *wishes;
	size_t count, room;
	unsigned clause_room;
	bool full; /* out of memory */
};

static void wish(struct compiler *c, const struct wish *wish)
{
	size_t room = c->room ? c->room * 2 : 4096;
	struct wish *wishes;

	if (c->count == c->room) {
		wishes = realloc(c->wishes, room * sizeof *wishes);
		c->full |= !wishes;
		if (!wishes)
			return;
		c->wishes = wishes;
		c->room = room;
	}
	c->wishes[c->count++] = *wish;
}

/* --- What the forms need ------------------------------------------------------------------------------------- */

/* The clause that fewest texts will meet, by the length of its literals. */
static struct factor_clause *pivot_of(struct factor_clause *clauses)
{
	struct factor_clause *best = clauses;

	for (; clauses; clauses = clauses->next)
		if (clauses->shortest > best->shortest)
			best = clauses;
	return best;
}

/* The number of a new clause. */
static unsigned add_clause(struct compiler *c)
{
	struct kj_phrase_set *set = c->set;
	unsigned room = c->clause_room ? c->clause_room * 2 : 1024;
	struct clause *clauses;

	if (set->clause_count == c->clause_room) {
		clauses = realloc(set->clauses, room * sizeof *clauses);
		c->full |= !clauses;
		if (!clauses)
			return 0;
		set->clauses = clauses;
		c->clause_room = room;
	}
	set->clauses[set->clause_count] = (struct clause){0, 0};
	return set->clause_count++;
}

static void want_expression(struct compiler *c, unsigned number)
{
	struct form *form = &c->set->forms[number];
	struct factors factors = phrase_factors(c->arena, form->inner, form->options & PCRE2_UTF ? 4 : 1);
	struct factor_clause *pivot = pivot_of(factors.clauses);

	form->first_clause = c->set->clause_count;
	form->reach = factors.reach;
	for (struct factor_clause *f = factors.clauses; f && !c->full; f = f->next) {
		struct wish new = {.need = f == pivot ? NEED_PIVOT : NEED_CLAUSE, .form = number};

		new.clause = add_clause(c);
		if (f == pivot)
			form->pivot = new.clause;
		form->clause_count++;
		for (struct factor_literal *l = f->literals; l && !c->full; l = l->next) {
			new.len = l->len < TAIL ? l->len : TAIL;
			new.text = l->data + l->len - new.len;
			wish(c, &new);
		}
	}
	if (!form->clause_count)
		c->set->always[c->set->always_count++] = number;
}

static void want_groups(struct compiler *c, unsigned number)
{
	struct form *form = &c->set->forms[number];

	form->first_group = c->set->group_count;
	for (unsigned i = 0; i < form->word_count; i++) {
		const struct word *word = &form->words[i];

		if (word->group >= form->group_count)
			form->group_count = word->group + 1;
		wish(c, &(struct wish){.text = word->text, .len = word->len, .need = NEED_GROUP, .form = number,
		            .group = form->first_group + word->group, .open = word->open});
	}
	c->set->group_count += form->group_count;
}

static void want_all(struct compiler *c, enum pass pass)
{
	for (unsigned i = 0; i < c->set->form_count && !c->full; i++) {
		const struct form *form = &c->set->forms[i];

		if (form->pass != pass)
			continue;
		switch (form->phrase->kind) {
		case KJ_PHRASE_LITERAL:
			wish(c, &(struct wish){.text = form->text, .len = form->len, .need = NEED_PHRASE, .form = i});
			break;
		case KJ_PHRASE_EXPRESSION: want_expression(c, i); break;
		case KJ_PHRASE_NEAR: want_groups(c, i); break;
		}
	}
}

/* --- From wishes to literals --------------------------------------------------------------------------------- */

static int by_text(const struct wish *a, const struct wish *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->text, b->text, len);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int by_text_and_need(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;
	int order = by_text(x, y);

	if (order)
		return order;
	return x->need != y->need ? (x->need > y->need) - (x->need < y->need) : (x->form > y->form) - (x->form < y->form);
}

static void *grow(void *array, size_t count, size_t more, size_t size, bool *full)
{
	void *grown = realloc(array, (count + more + 1) * size);

	*full |= !grown;
	return grown ? grown : array;
}

/* Arrays of the set that can take all wishes more. The counts are how far they are filled. */
struct filling {
	unsigned uses, pivots, clause_literals;
};

static bool make_room(struct compiler *c, const struct filling *filled)
{
	struct kj_phrase_set *set = c->set;

	set->literals = grow(set->literals, set->literal_count, c->count, sizeof *set->literals, &c->full);
	set->uses = grow(set->uses, filled->uses, c->count, sizeof *set->uses, &c->full);
	set->pivots = grow(set->pivots, filled->pivots, c->count, sizeof *set->pivots, &c->full);
	set->clause_literals =
	    grow(set->clause_literals, filled->clause_literals, c->count, sizeof *set->clause_literals, &c->full);
	return !c->full;
}

/* The wishes of one text, which are in the order of their need. */
static void fulfil(struct kj_phrase_set *set, struct wish *wishes, size_t count, struct filling *filled)
{
	struct literal *literal = &set->literals[set->literal_count];

	*literal = (struct literal){.len = (unsigned)wishes->len, .first_use = filled->uses, .first_pivot = filled->pivots, .slot = NO_SLOT};
	for (size_t i = 0; i < count; i++) {
		struct wish *w = &wishes[i];

		w->literal = set->literal_count;
		if (w->need == NEED_PHRASE || w->need == NEED_GROUP) {
			set->uses[filled->uses++] =
			    (struct use){w->form, w->need == NEED_GROUP ? w->group : NO_GROUP, w->open};
			literal->use_count++;
		} else {
			set->clauses[w->clause].count++;
		}
		if (w->need == NEED_PIVOT) {
			set->pivots[filled->pivots++] = w->form;
			literal->pivot_count++;
		}
	}
	if (literal->pivot_count)
		literal->slot = set->slot_count++;
	set->literal_count++;
}

/* Which literals belong to each clause. */
static void fill_clauses(struct compiler *c, unsigned first_clause, struct filling *filled)
{
	struct kj_phrase_set *set = c->set;

	for (unsigned i = first_clause; i < set->clause_count; i++) {
		set->clauses[i].first = filled->clause_literals;
		filled->clause_literals += set->clauses[i].count;
		set->clauses[i].count = 0;
	}
	for (size_t i = 0; i < c->count; i++) {
		const struct wish *w = &c->wishes[i];
		struct clause *clause;

		if (w->need != NEED_PIVOT && w->need != NEED_CLAUSE)
			continue;
		clause = &set->clauses[w->clause];
		set->clause_literals[clause->first + clause->count++] = w->literal;
	}
}

/* Hyperscan wants its patterns as parallel arrays. */
static int make_database(struct compiler *c, enum pass pass, unsigned first_literal, struct kj_reason *reason)
{
	struct kj_phrase_set *set = c->set;
	unsigned count = set->literal_count - first_literal;
	const char **texts = calloc(count + 1U, sizeof *texts);
	unsigned *ids = calloc(count + 1U, sizeof *ids);
	size_t *lens = calloc(count + 1U, sizeof *lens);
	hs_compile_error_t *error = NULL;
	int rc = texts && ids && lens ? 0 : -KJ_ENOMEM;

	for (size_t i = 0; i < c->count && rc == 0; i++) {
		unsigned number = c->wishes[i].literal - first_literal;

		texts[number] = c->wishes[i].text;
		lens[number] = c->wishes[i].len;
		ids[number] = c->wishes[i].literal;
	}
	if (rc == 0 && hs_compile_lit_multi(texts, NULL, ids, lens, count, HS_MODE_BLOCK, NULL, &set->database[pass],
	                   &error) != HS_SUCCESS)
		rc = kj_fail(reason, KJ_EINVAL, "the phrases do not compile: %s",
		    error && error->message ? error->message : "no reason given");
	else if (rc == 0 && hs_alloc_scratch(set->database[pass], &set->scratch) != HS_SUCCESS)
		rc = -KJ_ENOMEM;
	hs_free_compile_error(error);
	free(texts);
	free(ids);
	free(lens);
	return rc;
}

static int compile_pass(struct compiler *c, enum pass pass, struct filling *filled, struct kj_reason *reason)
{
	unsigned first_clause = c->set->clause_count, first_literal = c->set->literal_count;
	size_t end;

	c->count = 0;
	want_all(c, pass);
	if (c->full || !make_room(c, filled))
		return -KJ_ENOMEM;
	if (!c->count)
		return 0;
	qsort(c->wishes, c->count, sizeof *c->wishes, by_text_and_need);
	for (size_t i = 0; i < c->count; i = end) {
		for (end = i + 1; end < c->count && by_text(&c->wishes[i], &c->wishes[end]) == 0;)
			end++;
		fulfil(c->set, &c->wishes[i], end - i, filled);
	}
	fill_clauses(c, first_clause, filled);
	return make_database(c, pass, first_literal, reason);
}

int kj_phrase_set_compile(struct kj_phrase_set *set, struct kj_reason *reason)
{
	struct compiler c = {.set = set, .arena = kj_arena_new(FACTORS_MAX)};
	struct filling filled = {0, 0, 0};
	int rc = 0;

	if (set->compiled || set->always) {
		kj_arena_free(c.arena);
		return set->compiled ? 0 : kj_fail(reason, KJ_EINVAL, "the phrases did not compile before");
	}
	set->always = calloc(set->form_count + 1U, sizeof *set->always);
	if (!c.arena || !set->always)
		rc = -KJ_ENOMEM;
	for (int pass = 0; pass < PASS_COUNT && rc == 0; pass++)
		rc = compile_pass(&c, (enum pass)pass, &filled, reason);
	kj_arena_free(c.arena);
	free(c.wishes);
	set->compiled = rc == 0;
	return rc;
}
