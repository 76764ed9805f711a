/*
 * evidence.h - the questions of one mail and their answers, by name
 *
 * The checks put questions here; `pipeline/` carries them out and puts the answers in; the checks look them up
 * again. "Evidence 4/5" is the number of answers that are knowledge over the number of questions.
 */
#ifndef KJ_EVIDENCE_H
#define KJ_EVIDENCE_H

#include "kanjiki/question.h"

struct kj_arena;
struct kj_evidence;

struct kj_item {
	struct kj_question question;
	struct kj_answer answer;
};

/* kj_evidence_new - empty, in the arena; NULL when the arena is full */
struct kj_evidence *kj_evidence_new(struct kj_arena *arena);

/*
 * kj_evidence_ask - put a question, unless the same one (kind, name, address, sender) is there already
 *
 * Takes: question; its strings are copied. Returns 0 or -KJ_ENOMEM.
 */
int kj_evidence_ask(struct kj_evidence *evidence, const struct kj_question *question);

unsigned kj_evidence_count(const struct kj_evidence *evidence);
struct kj_item *kj_evidence_item(struct kj_evidence *evidence, unsigned index);

/* kj_evidence_find - the answer to a question that was put; NULL if it never was. name may be NULL where the
 * kind has only one question (FCRDNS). */
const struct kj_answer *kj_evidence_find(const struct kj_evidence *evidence, enum kj_question_kind kind,
    const char *name);

/* kj_evidence_have - how many answers are knowledge (temperror of SPF is none) */
unsigned kj_evidence_have(const struct kj_evidence *evidence);

/* kj_evidence_is_blind - of all questions to the network not one was answered: our name servers are gone. Single
 * answers that are missing are another matter: who sends the mail decides whether his own names resolve. */
bool kj_evidence_is_blind(const struct kj_evidence *evidence);

/* kj_evidence_is_repeated - an earlier item of the same label is missing for the same reason: one list that is asked about
 * twenty links is one thing to say */
bool kj_evidence_is_repeated(const struct kj_evidence *evidence, unsigned index);

/* kj_item_missing - why this item is no knowledge, as a word ("timeout"), or NULL if it is */
const char *kj_item_missing(const struct kj_item *item);

#endif
