/*
 * checks_world.h - what tests of single checks share: facts, evidence and hits made anew for each test
 */
#ifndef KJ_TEST_CHECKS_WORLD_H
#define KJ_TEST_CHECKS_WORLD_H

#include "kanjiki/arena.h"
#include "kanjiki/checks.h"
#include "suite.h"

#define NOW 1800000000

static struct kj_arena *arena;
static struct kj_evidence *evidence;
static struct kj_hits *hits;

static const char *const specials[] = {"localhost", "local", "lan"};
static const struct kj_rules rules __attribute__((unused)) = {
    .spf = true, .crowd = true, .special_helos = specials, .special_helo_count = 3};

static inline void begin(void)
{
	arena = kj_arena_new(1 << 20);
	evidence = kj_evidence_new(arena);
	hits = kj_hits_new(arena);
}

static inline void end(void)
{
	kj_arena_free(arena);
}

static inline struct kj_addr addr(const char *text)
{
	struct kj_addr parsed;

	ck_assert_int_eq(kj_addr_parse(text, &parsed), 0);
	return parsed;
}

static inline struct kj_facts facts_of(const char *client, const char *helo)
{
	return (struct kj_facts){.client = addr(client),
	    .client_name = "",
	    .helo = helo,
	    .helo_name = helo,
	    .sender = "a@sender.example",
	    .sender_domain = "sender.example",
	    .subject_template = "",
	    .now_s = NOW};
}

/* Put a question and its answer as if somebody had asked. */
static inline void answer(struct kj_question question, struct kj_answer with)
{
	ck_assert_int_eq(kj_evidence_ask(evidence, &question), 0);
	kj_evidence_item(evidence, kj_evidence_count(evidence) - 1)->answer = with;
}

static inline bool has_hit(const char *symbol)
{
	for (unsigned i = 0; i < kj_hits_count(hits); i++)
		if (strcmp(kj_hits_get(hits, i)->symbol, symbol) == 0)
			return true;
	return false;
}

/* All hit symbols, joined by blanks. */
static inline const char *all_hits(void)
{
	const char *all = "";

	for (unsigned i = 0; i < kj_hits_count(hits); i++)
		all = kj_arena_printf(arena, "%s%s%s", all, i ? " " : "", kj_hits_get(hits, i)->symbol);
	return all;
}

/* A message with the fields and values that a header check looks at. */
static inline struct kj_message message_of(const struct kj_field *fields, unsigned count)
{
	return (struct kj_message){.fields = fields,
	    .field_count = count,
	    .subject = "",
	    .from_name = "",
	    .from_addr = "a@sender.example",
	    .message_id = "",
	    .date_s = NOW};
}

#endif
