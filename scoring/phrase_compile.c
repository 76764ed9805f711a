/*
 * phrase_compile.c - all forms of a set, ready for one pass
 *
 * Whatever is looked for comes down to literals: phrases, the words of groups, and those without which an expression cannot
 * match (phrase_factors.c), so that PCRE2, some thirty times slower than Hyperscan (or Vectorscan), is hardly called in
 * ordinary mail. The same word is needed by many forms and in several languages; each is one pattern only.
 *
 * There is one database of the common words of all languages, one of the opening claims of each, and one of its other claims.
 * One for the opening claims of all languages was tried: with twenty thousand literals Hyperscan has a candidate at nearly every
 * byte, and a text took five times as long as with those of one language.
 */
#include "kanjiki/arena.h"
#include "phrase_engine.h"
#include "phrase_factors.h"

#define FACTORS_MAX (256U << 20)

#define TAIL 8 /* bytes of a literal that an expression needs: enough to be rare, and many are then the same */

/* A clause with a literal shorter than this is met in most texts and rules little out; all its places would be reported. */
#define TELLING       4 /* bytes */
#define TELLING_DENSE 6

enum need { NEED_COMMON, NEED_PHRASE, NEED_GROUP, NEED_PIVOT, NEED_CLAUSE };

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

static bool is_common(const struct kj_phrase_set *set, unsigned language, const char *text, size_t len)
{
	for (unsigned i = 0; i < set->common_count; i++) {
		const struct common *common = &set->commons[i];

		if (common->language == language && common->len == len && memcmp(common->text, text, len) == 0)
			return true;
	}
	return false;
}

/* How telling a literal is: its length without blanks; a common word tells nothing. */
static size_t worth_of(const struct compiler *c, const struct form *form, const struct factor_literal *literal)
{
	const char *text = literal->data;
	size_t len = literal->len;

	for (; len && *text == ' '; text++)
		len--;
	while (len && text[len - 1] == ' ')
		len--;
	return is_common(c->set, form->phrase->language_number, text, len) ? 1 : len;
}

/* And a clause: of its literals the one that tells least. */
static size_t worth_of_clause(const struct compiler *c, const struct form *form, const struct factor_clause *clause)
{
	size_t least = SIZE_MAX, worth;

	for (const struct factor_literal *l = clause->literals; l; l = l->next) {
		worth = worth_of(c, form, l);
		least = worth < least ? worth : least;
	}
	return least;
}

/* The clause that fewest texts will meet. */
static const struct factor_clause *pivot_of(
    const struct compiler *c, const struct form *form, const struct factor_clause *clauses)
{
	const struct factor_clause *best = clauses;

	for (; clauses; clauses = clauses->next)
		if (worth_of_clause(c, form, clauses) > worth_of_clause(c, form, best))
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
	const struct factor_clause *pivot = pivot_of(c, form, factors.clauses);

	form->first_clause = c->set->clause_count;
	form->reach = factors.reach;
	for (const struct factor_clause *f = factors.clauses; f && !c->full; f = f->next) {
		struct wish new = {.need = f == pivot ? NEED_PIVOT : NEED_CLAUSE, .form = number};

		if (f != pivot && worth_of_clause(c, form, f) < (form->pass == PASS_DENSE ? TELLING_DENSE : TELLING))
			continue;
		new.clause = add_clause(c);
		form->clause_count++;
		for (const struct factor_literal *l = f->literals; l && !c->full; l = l->next) {
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

static bool is_in(const struct form *form, const struct database *database)
{
	enum role role = KJ_CLAIMS_OPENING & 1U << form->phrase->category ? ROLE_OPENING : ROLE_REST;

	return form->pass == database->pass && role == database->role &&
	       form->phrase->language_number == database->language;
}

static void want_form(struct compiler *c, unsigned number)
{
	const struct form *form = &c->set->forms[number];

	switch (form->phrase->kind) {
	case KJ_PHRASE_LITERAL:
		wish(c, &(struct wish){.text = form->text, .len = form->len, .need = NEED_PHRASE, .form = number});
		break;
	case KJ_PHRASE_EXPRESSION: want_expression(c, number); break;
	case KJ_PHRASE_NEAR: want_groups(c, number); break;
	}
}

static void want_all(struct compiler *c, const struct database *database)
{
	for (unsigned i = 0; i < c->set->common_count && database->role == ROLE_COMMON; i++) {
		const struct common *common = &c->set->commons[i];

		if (common->pass == database->pass)
			wish(c, &(struct wish){.text = common->spaced, .len = strlen(common->spaced), .need = NEED_COMMON,
			            .form = common->language});
	}
	for (unsigned i = 0; i < c->set->form_count && database->role != ROLE_COMMON && !c->full; i++)
		if (is_in(&c->set->forms[i], database))
			want_form(c, i);
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
		if (w->need <= NEED_GROUP) {
			set->uses[filled->uses++] = (struct use){w->form,
			    w->need == NEED_GROUP    ? w->group
			    : w->need == NEED_COMMON ? COMMON_WORD
			                             : NO_GROUP,
			    w->open};
			literal->use_count++;
		} else {
			set->clauses[w->clause].count++;
		}
		if (w->need == NEED_PIVOT) {
			set->pivots[filled->pivots++] = w->form;
			literal->pivot_count++;
		}
	}
	if (wishes[count - 1].need == NEED_PIVOT || wishes[count - 1].need == NEED_CLAUSE)
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
static int make_patterns(
    struct compiler *c, struct database *database, unsigned first_literal, struct kj_reason *reason)
{
	struct kj_phrase_set *set = c->set;
	unsigned count = set->literal_count - first_literal;
	const char **texts = calloc(count + 1U, sizeof *texts);
	unsigned *ids = calloc(count + 1U, sizeof *ids), *flags = calloc(count + 1U, sizeof *flags);
	size_t *lens = calloc(count + 1U, sizeof *lens);
	hs_compile_error_t *error = NULL;
	int rc = texts && ids && lens && flags ? 0 : -KJ_ENOMEM;

	for (size_t i = 0; i < c->count && rc == 0; i++) {
		unsigned number = c->wishes[i].literal - first_literal;

		texts[number] = c->wishes[i].text;
		lens[number] = c->wishes[i].len;
		ids[number] = c->wishes[i].literal;
		flags[number] = database->role == ROLE_COMMON ? HS_FLAG_SINGLEMATCH : 0;
	}
	if (rc == 0 && hs_compile_lit_multi(texts, flags, ids, lens, count, HS_MODE_BLOCK, NULL,
	                   &database->patterns, &error) != HS_SUCCESS)
		rc = kj_fail(reason, KJ_EINVAL, "the phrases do not compile: %s",
		    error && error->message ? error->message : "no reason given");
	else if (rc == 0 && hs_alloc_scratch(database->patterns, &set->scratch) != HS_SUCCESS)
		rc = -KJ_ENOMEM;
	hs_free_compile_error(error);
	free(texts);
	free(ids);
	free(flags);
	free(lens);
	return rc;
}

/* Fill a database; it stays empty if no form belongs to it. */
static int compile_database(
    struct compiler *c, struct database *database, struct filling *filled, struct kj_reason *reason)
{
	unsigned first_clause = c->set->clause_count, first_literal = c->set->literal_count;
	size_t end;

	c->count = 0;
	database->first_always = c->set->always_count;
	want_all(c, database);
	database->always_count = c->set->always_count - database->first_always;
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
	return make_patterns(c, database, first_literal, reason);
}

static int compile_role(
    struct compiler *c, enum role role, unsigned language, struct filling *filled, struct kj_reason *reason)
{
	struct kj_phrase_set *set = c->set;
	int rc = 0;

	for (int pass = 0; pass < PASS_COUNT && rc == 0; pass++) {
		struct database *database = &set->databases[set->database_count];

		*database = (struct database){.pass = (enum pass)pass, .role = role, .language = language};
		rc = compile_database(c, database, filled, reason);
		set->database_count += database->patterns || database->always_count;
	}
	return rc;
}

static int compile_all(struct compiler *c, struct kj_reason *reason)
{
	struct filling filled = {0, 0, 0};
	int rc = compile_role(c, ROLE_COMMON, 0, &filled, reason);

	for (unsigned language = 0; language < c->set->language_count && rc == 0; language++) {
		rc = compile_role(c, ROLE_OPENING, language, &filled, reason);
		if (rc == 0)
			rc = compile_role(c, ROLE_REST, language, &filled, reason);
	}
	return rc;
}

int kj_phrase_set_compile(struct kj_phrase_set *set, struct kj_reason *reason)
{
	struct compiler c = {.set = set, .arena = kj_arena_new(FACTORS_MAX)};
	int rc = 0;

	if (set->compiled || set->always) {
		kj_arena_free(c.arena);
		return set->compiled ? 0 : kj_fail(reason, KJ_EINVAL, "the phrases did not compile before");
	}
	set->always = calloc(set->form_count + 1U, sizeof *set->always);
	set->databases = calloc(PASS_COUNT * (2 * set->language_count + 1U), sizeof *set->databases);
	if (!c.arena || !set->always || !set->databases)
		rc = -KJ_ENOMEM;
	else
		rc = compile_all(&c, reason);
	kj_arena_free(c.arena);
	free(c.wishes);
	set->compiled = rc == 0;
	return rc;
}
