/*
 * phrase_factors.c - the literals an expression cannot do without, and how far it can reach from them
 *
 * (i|we) (hacked|cracked) your (\w+ ){0,3}(phone|laptop) can match only where there is hacked or cracked, and " your ",
 * and phone or laptop. Such literals are found for all expressions in the one pass for phrases, and an expression
 * is run only when each of its clauses was met: in ordinary mail hardly any. Hyperscan's own prefilter mode does the
 * same with automata; for gaps like the one above they took seconds to compile and a millisecond to scan ten
 * kilobytes.
 *
 * An expression that does not reach far is run only around the places where one of its literals was found. Of what
 * may be repeated without bound a sane number is counted: a word of more than 24 letters in a gap, or a group
 * more than 12 times, may then end a match early.
 *
 * The reader knows the common syntax. What it does not know makes it say nothing, which costs time but no match.
 * Letters between U+0080 and U+2FFF break a literal: the expression is caseless, and what their case folds to is PCRE2's
 * knowledge.
 */
#include "phrase_factors.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/arena.h"
#include "kanjiki/utf8.h"

#define SHORTEST  3 /* bytes; with 5 fewer expressions are ruled out, and a scan takes half as long again */
#define DEPTH_MAX 16
#define RUN_MAX   128
#define REACH_MAX 3000 /* bytes; beyond that, looking around a place is no gain */

#define UNBOUNDED     SIZE_MAX
#define ATOM_REPEATS  24 /* what an unbounded number is taken for */
#define GROUP_REPEATS 12

struct reader {
	struct kj_arena *arena;
	const char *text;
	size_t len, pos;
	unsigned depth;
	bool lost;    /* met what it does not know */
	bool looks;   /* met a look-around, which may reach anywhere */
	size_t unit;  /* bytes that a class can match */
	size_t reach; /* of what was read last */
	char run[RUN_MAX];
	size_t run_len;
};

static struct factor_clause *read_alternatives(struct reader *reader);

static void append(struct factor_clause **list, struct factor_clause *clauses)
{
	while (*list)
		list = &(*list)->next;
	*list = clauses;
}

/* The run of literal bytes ends here and becomes a clause of its own. */
static void end_run(struct reader *reader, struct factor_clause **list)
{
	struct factor_clause *clause;
	struct factor_literal *literal;
	size_t len = reader->run_len;

	reader->run_len = 0;
	if (len < SHORTEST)
		return;
	clause = kj_arena_alloc(reader->arena, sizeof *clause);
	literal = kj_arena_alloc(reader->arena, sizeof *literal);
	if (!clause || !literal || !(literal->data = kj_arena_strndup(reader->arena, reader->run, len))) {
		reader->lost = true;
		return;
	}
	literal->len = len;
	*clause = (struct factor_clause){NULL, literal, len};
	append(list, clause);
}

/* The bound behind the comma of {2,5}, or without comma the one number. */
static size_t read_most(const char *at, int least)
{
	size_t inside = strcspn(at, "}");
	const char *comma = memchr(at, ',', inside);

	if (!comma)
		return (size_t)least;
	return isdigit((unsigned char)comma[1]) ? (size_t)strtoul(comma + 1, NULL, 10) : UNBOUNDED;
}

/* The quantifier at this place: the least number of times, -1 if there is none; and the most. */
static int read_quantifier(struct reader *reader, size_t *ret_most)
{
	const char *at = reader->text + reader->pos;
	int least = -1;

	*ret_most = 1;
	if (*at == '?' || *at == '*' || *at == '+') {
		least = *at == '+';
		*ret_most = *at == '?' ? 1 : UNBOUNDED;
		reader->pos++;
	} else if (*at == '{' && (isdigit((unsigned char)at[1]) || at[1] == ',')) {
		least = (int)strtol(at + 1, NULL, 10);
		*ret_most = read_most(at, least);
		reader->pos += strcspn(at, "}") + (strchr(at, '}') != NULL);
	}
	if (least >= 0 && (reader->text[reader->pos] == '?' || reader->text[reader->pos] == '+'))
		reader->pos++;
	return least;
}

static void skip_class(struct reader *reader)
{
	const char *text = reader->text;

	reader->pos += text[reader->pos + 1] == '^' ? 2 : 1;
	reader->pos += text[reader->pos] == ']';
	while (text[reader->pos] && text[reader->pos] != ']') {
		reader->lost |= text[reader->pos] == '['; /* [:alpha:] */
		reader->pos += text[reader->pos] == '\\' && text[reader->pos + 1] ? 2 : 1;
	}
	reader->pos += text[reader->pos] == ']';
}

/* An escape: the code point it stands for, or 0 for a class or an assertion. */
static uint32_t read_escape(struct reader *reader)
{
	char c = reader->text[reader->pos + 1];

	if (!isalnum((unsigned char)c)) {
		reader->pos++;
		return kj_utf8_next(reader->text, reader->len, &reader->pos);
	}
	reader->lost |= !strchr("wWdDsSbBhH", c);
	reader->pos += 2;
	return 0;
}

/* A code point of its own, or 0 for what stands for several. */
static uint32_t read_atom(struct reader *reader)
{
	switch (reader->text[reader->pos]) {
	case '[': skip_class(reader); return 0;
	case '.':
	case '^':
	case '$': reader->pos++; return 0;
	case '\\':
		if (reader->pos + 1 < reader->len)
			return read_escape(reader);
		break;
	}
	return kj_utf8_next(reader->text, reader->len, &reader->pos);
}

/* Behind the '(': whether what is in the group must be in the text. */
static bool read_group_head(struct reader *reader)
{
	const char *at = reader->text + reader->pos;

	reader->lost |= *at == '*';
	if (*at != '?')
		return true;
	if (at[1] == ':') {
		reader->pos += 2;
		return true;
	}
	if (at[1] == '=' || at[1] == '!')
		reader->pos += 2;
	else if (at[1] == '<' && (at[2] == '=' || at[2] == '!'))
		reader->pos += 3;
	else
		reader->lost = true;
	return false;
}

/* So many bytes, so many times; never more than REACH_MAX and one. */
static size_t repeated(size_t bytes, size_t most, size_t sane)
{
	most = most == UNBOUNDED ? sane : most;
	return bytes && most > REACH_MAX / bytes ? REACH_MAX + 1 : bytes * most;
}

static void read_group(struct reader *reader, struct factor_clause **list)
{
	struct factor_clause *inner;
	size_t most;
	bool needed;
	int least;

	end_run(reader, list);
	reader->pos++;
	needed = read_group_head(reader);
	reader->looks |= !needed;
	reader->lost |= reader->depth == DEPTH_MAX;
	if (reader->lost)
		return;
	reader->depth++;
	inner = read_alternatives(reader);
	reader->depth--;
	reader->pos += reader->text[reader->pos] == ')';
	least = read_quantifier(reader, &most);
	reader->reach = repeated(reader->reach, most, GROUP_REPEATS);
	if (least != 0 && needed)
		append(list, inner);
}

static void read_literal(struct reader *reader, struct factor_clause **list)
{
	uint32_t code = read_atom(reader);
	size_t most, len;
	int least = read_quantifier(reader, &most);
	char bytes[4];

	/* The other case of a letter beyond ASCII may be longer. */
	reader->reach = repeated(code && code < 0x80 ? 1 : reader->unit, most, ATOM_REPEATS);
	if (!code || (code >= 0x80 && code < 0x3000) || least == 0) {
		end_run(reader, list);
		return;
	}
	len = kj_utf8_put(code < 0x80 ? (uint32_t)tolower((int)code) : code, bytes);
	if (reader->run_len + len > RUN_MAX)
		end_run(reader, list);
	memcpy(reader->run + reader->run_len, bytes, len);
	reader->run_len += len;
	if (least > 0)
		end_run(reader, list);
}

static struct factor_clause *read_sequence(struct reader *reader)
{
	struct factor_clause *list = NULL;
	size_t reach = 0;

	while (!reader->lost && reader->pos < reader->len && !strchr("|)", reader->text[reader->pos])) {
		if (reader->text[reader->pos] == '(')
			read_group(reader, &list);
		else
			read_literal(reader, &list);
		reach += reader->reach;
	}
	end_run(reader, &list);
	reader->reach = reach;
	return list;
}

static struct factor_clause *best_of(struct factor_clause *list)
{
	struct factor_clause *best = list;

	for (; list; list = list->next)
		if (list->shortest > best->shortest)
			best = list;
	return best;
}

/* Of alternatives, the best clause of each together make one; if any has none, nothing is sure. */
static struct factor_clause *read_alternatives(struct reader *reader)
{
	struct factor_clause *first = read_sequence(reader), *all, *other;
	size_t reach = reader->reach;
	struct factor_literal **end;

	if (reader->text[reader->pos] != '|')
		return first; /* the reach is its own */
	all = best_of(first);
	while (!reader->lost && reader->text[reader->pos] == '|') {
		reader->pos++;
		other = best_of(read_sequence(reader));
		reach = reader->reach > reach ? reader->reach : reach;
		if (!all || !other) {
			all = NULL;
			continue;
		}
		for (end = &all->literals; *end; end = &(*end)->next)
			;
		*end = other->literals;
		all->shortest = other->shortest < all->shortest ? other->shortest : all->shortest;
	}
	if (all)
		all->next = NULL;
	reader->reach = reach;
	return all;
}

struct factors phrase_factors(struct kj_arena *arena, const char *expression, size_t unit)
{
	struct reader reader = {.arena = arena, .text = expression, .len = strlen(expression), .unit = unit};
	struct factors factors = {.clauses = read_alternatives(&reader)};

	if (reader.lost || reader.pos < reader.len)
		return (struct factors){NULL, 0};
	if (!reader.looks && reader.reach <= REACH_MAX)
		factors.reach = reader.reach;
	return factors;
}
