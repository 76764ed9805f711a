/*
 * evidence.c - questions and answers of one mail
 *
 * A mail has ten or twenty questions, a hundred if it is full of links, so a plain array and linear search are the fastest table there is.
 */
#include "kanjiki/evidence.h"

#include "kanjiki/arena.h"
#include "kanjiki/err.h"

#define ITEMS_MAX 256

struct kj_evidence {
	struct kj_arena *arena;
	struct kj_item *items[ITEMS_MAX];
	unsigned count;
};

struct kj_evidence *kj_evidence_new(struct kj_arena *arena)
{
	struct kj_evidence *evidence = kj_arena_alloc(arena, sizeof *evidence);

	if (evidence)
		evidence->arena = arena;
	return evidence;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_question(const struct kj_question *a, const struct kj_question *b)
{
	return a->kind == b->kind && same_text(a->name, b->name) && kj_addr_equal(&a->addr, &b->addr) &&
	       same_text(a->sender, b->sender) && same_text(a->helo, b->helo);
}

/* Copy a string that may be NULL; *failed is set when the arena is full. */
static const char *copy(struct kj_arena *arena, const char *text, bool *failed)
{
	const char *dup = text ? kj_arena_strdup(arena, text) : NULL;

	if (text && !dup)
		*failed = true;
	return dup;
}

int kj_evidence_ask(struct kj_evidence *evidence, const struct kj_question *question)
{
	struct kj_item *item;
	bool failed = false;

	for (unsigned i = 0; i < evidence->count; i++)
		if (same_question(&evidence->items[i]->question, question))
			return 0;
	if (evidence->count == ITEMS_MAX)
		return -KJ_ENOMEM;
	item = kj_arena_alloc(evidence->arena, sizeof *item);
	if (!item)
		return -KJ_ENOMEM;
	item->question = *question;
	item->question.label = copy(evidence->arena, question->label, &failed);
	item->question.name = copy(evidence->arena, question->name, &failed);
	item->question.secret_name = copy(evidence->arena, question->secret_name, &failed);
	item->question.sender = copy(evidence->arena, question->sender, &failed);
	item->question.helo = copy(evidence->arena, question->helo, &failed);
	if (failed)
		return -KJ_ENOMEM;
	evidence->items[evidence->count++] = item;
	return 0;
}

unsigned kj_evidence_count(const struct kj_evidence *evidence)
{
	return evidence->count;
}

struct kj_item *kj_evidence_item(struct kj_evidence *evidence, unsigned index)
{
	return index < evidence->count ? evidence->items[index] : NULL;
}

const struct kj_answer *kj_evidence_find(
    const struct kj_evidence *evidence, enum kj_question_kind kind, const char *name)
{
	for (unsigned i = 0; i < evidence->count; i++) {
		const struct kj_item *item = evidence->items[i];

		if (item->question.kind == kind && (!name || same_text(item->question.name, name)))
			return &item->answer;
	}
	return NULL;
}

const char *kj_item_missing(const struct kj_item *item)
{
	if (!kj_answer_is_known(&item->answer))
		return kj_answer_status_name(item->answer.status);
	if (item->question.kind == KJ_ASK_SPF && item->answer.spf == KJ_SPF_TEMPERROR)
		return "temperror";
	return NULL;
}

bool kj_evidence_is_repeated(const struct kj_evidence *evidence, unsigned index)
{
	const struct kj_item *item = evidence->items[index];
	const char *why = kj_item_missing(item);

	for (unsigned i = 0; i < index && why; i++)
		if (same_text(evidence->items[i]->question.label, item->question.label) &&
		    same_text(kj_item_missing(evidence->items[i]), why))
			return true;
	return false;
}

unsigned kj_evidence_have(const struct kj_evidence *evidence)
{
	unsigned have = 0;

	for (unsigned i = 0; i < evidence->count; i++)
		have += !kj_item_missing(evidence->items[i]);
	return have;
}

bool kj_evidence_is_blind(const struct kj_evidence *evidence)
{
	bool asked = false;

	for (unsigned i = 0; i < evidence->count; i++) {
		const struct kj_item *item = evidence->items[i];

		if (item->question.kind == KJ_ASK_FIRST_SEEN || item->answer.status == KJ_ANSWER_DISABLED)
			continue;
		if (!kj_item_missing(item))
			return false;
		asked = true;
	}
	return asked;
}
