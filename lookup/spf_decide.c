/*
 * spf_decide.c - which term decided, in words; the text of exp= (RFC 7208 section 6.2)
 *
 * libspf2 tells the result but not the term. The guard knows of each DNS term whether it matched, so the deciding
 * one is found by a walk over the frames. This walk is also a second opinion: where it does not arrive at
 * libspf2's result, one of the two was misled, and not knowing (temperror) is the only honest result.
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "spf_guard.h"

#define WRITTEN_MAX     100  /* bytes of a term in a reason */
#define EXPLANATION_MAX 4096 /* bytes of a text for people */

struct decision {
	unsigned frame;                 /* where the walk ended, redirects followed */
	const struct kj_spf_term *term; /* NULL: none matched */
	unsigned child;                 /* include: its frame */
};

static struct decision walk(const struct kj_spf_run *run, unsigned frame);

const struct kj_spf_use *kj_spf_find_use(const struct kj_spf_run *run, unsigned frame, unsigned term)
{
	for (unsigned i = 0; i < run->use_count; i++)
		if (run->uses[i].frame == frame && run->uses[i].term == term)
			return &run->uses[i];
	return NULL;
}

/* Did the term match? An include does if the walk through its frame ends in a "+" (section 5.2). */
static bool matched(const struct kj_spf_run *run, unsigned frame, unsigned number, unsigned *ret_child)
{
	const struct kj_spf_term *term = &run->frames[frame].record->terms[number];
	const struct kj_spf_use *use = kj_spf_find_use(run, frame, number);
	struct decision inner;

	if (term->mechanism == KJ_SPF_ALL)
		return true;
	if (term->mechanism == KJ_SPF_IP4 || term->mechanism == KJ_SPF_IP6)
		return kj_spf_term_has(term, &run->check->values.client);
	if (term->mechanism != KJ_SPF_INCLUDE)
		return use && use->matched;
	if (!use || !use->child)
		return false;
	*ret_child = use->child;
	inner = walk(run, use->child);
	return inner.term && inner.term->qualifier == '+';
}

static struct decision walk(const struct kj_spf_run *run, unsigned frame)
{
	const struct kj_spf_record *record = run->frames[frame].record;
	struct decision decision = {.frame = frame};
	const struct kj_spf_use *use;

	for (unsigned i = 0; i < record->count; i++)
		if (matched(run, frame, i, &decision.child)) {
			decision.term = &record->terms[i];
			return decision;
		}
	use = record->redirect.text ? kj_spf_find_use(run, frame, KJ_SPF_REDIRECT) : NULL;
	return use && use->child ? walk(run, use->child) : decision;
}

static enum kj_spf_result result_of(const struct kj_spf_term *term)
{
	switch (term ? term->qualifier : '?') {
	case '+': return KJ_SPF_PASS;
	case '-': return KJ_SPF_FAIL;
	case '~': return KJ_SPF_SOFTFAIL;
	default: return KJ_SPF_NEUTRAL;
	}
}

/* "-all of example.jp", "matched ip4:192.0.2.0/24 of example.jp" */
static void describe(const struct kj_spf_run *run, const struct decision *decision, struct kj_buf *out)
{
	const struct kj_spf_text *written = &decision->term->written;
	int len = written->len < WRITTEN_MAX ? written->len : WRITTEN_MAX;

	if (decision->term->mechanism != KJ_SPF_ALL)
		kj_buf_add_str(out, "matched ");
	kj_buf_printf(out, "%.*s%s of %s", len, written->text, len < written->len ? "..." : "",
	    run->frames[decision->frame].domain);
}

enum kj_spf_step kj_spf_decide(struct kj_spf_run *run, enum kj_spf_result result)
{
	struct decision decision = walk(run, 0);
	struct kj_buf text = KJ_BUF_INIT(sizeof run->reason.text - 1);

	if (result_of(decision.term) != result)
		return kj_spf_conclude(
		    run, KJ_SPF_TEMPERROR, "libspf2 and its guard disagree about %s", run->check->domain);
	if (!decision.term)
		kj_buf_printf(&text, "no term of %s matched", run->frames[decision.frame].domain);
	while (decision.term) {
		describe(run, &decision, &text);
		if (decision.term->mechanism != KJ_SPF_INCLUDE)
			break;
		kj_buf_add_str(&text, ": ");
		decision = walk(run, decision.child);
	}
	snprintf(run->reason.text, sizeof run->reason.text, "%s", kj_buf_str(&text));
	kj_buf_free(&text);
	return KJ_SPF_GO;
}

/* The text behind exp=, expanded; NULL if it is no text for people. */
static const char *expand(
    struct kj_spf_run *run, const struct kj_dns_record *record, const struct kj_spf_macro_values *values)
{
	struct kj_buf out = KJ_BUF_INIT(EXPLANATION_MAX);
	const char *text = NULL;

	kj_spf_macro_expand(record->text, record->text_len, values, &out);
	for (size_t i = 0; i < out.len; i++)
		if (out.data[i] < ' ' || out.data[i] > '~')
			goto out;
	if (out.len)
		text = kj_arena_strdup(run->check->arena, out.data);
out:
	kj_buf_free(&out);
	return text;
}

enum kj_spf_step kj_spf_explanation(struct kj_spf_run *run, const char **ret_text)
{
	const struct kj_spf_frame *frame = &run->frames[walk(run, 0).frame];
	struct kj_spf_macro_values values = run->check->values;
	struct kj_spf_macro_facts facts = {0};
	const struct kj_dns_record *record;
	struct kj_spf_question *question;
	char name[KJ_NAME_STRLEN];

	*ret_text = NULL;
	if (!frame->record->explanation.text)
		return KJ_SPF_GO;
	run->asking = frame;
	run->asking_term = kj_spf_modifier("exp=", frame->record->explanation);
	if (kj_spf_target(run, frame, frame->record->explanation, name) == KJ_SPF_STOP)
		return KJ_SPF_STOP;
	question = kj_spf_ask(run, name, KJ_DNS_TXT);
	if (!question)
		return KJ_SPF_STOP;
	if (question->answer->status != KJ_DNS_FOUND || question->answer->count != 1)
		return KJ_SPF_GO;
	record = question->answer->records;
	if (kj_spf_macro_check(record->text, record->text_len, KJ_SPF_IN_EXPLANATION, &facts) < 0)
		return KJ_SPF_GO;
	values.domain = frame->domain;
	if (facts.uses_p && kj_spf_validated(run, frame->domain, &values.validated) == KJ_SPF_STOP)
		return KJ_SPF_STOP;
	*ret_text = expand(run, record, &values);
	return KJ_SPF_GO;
}
