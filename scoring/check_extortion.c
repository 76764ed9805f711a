/*
 * check_extortion.c - blackmail and false prosecution, known by claims that stand together
 *
 * No single phrase is evidence: bitcoin, deadlines and passwords are in honest mail too. Phrases (lists/extortion/)
 * are sorted by what they claim; each claim counts once, within a window of the visible text; the subject lies in
 * every window. Only certain claims together make a core:
 *
 *   blackmail    (R evidence or T threat) and (P payment or W wallet) and (C compromise or S accusation)
 *   exposure     three of C, S, R, T: nothing honest makes three of these claims to its reader; the demand may be in a
 *                picture or an attached document
 *   hush money   R and T and (P or W): evidence, what happens with it, and the price of nothing happening
 *   menace       T and (P or W) and (D deadline or X secrecy): bombs, hired killers, DDoS ransoms, which claim no
 *                hacked device
 *   silence      R and W and (D or X): evidence, and a wallet to pay into, before the time is up
 *   prosecution  L lawsuit and D and (S or U unpaid) and (H sole contact or X or A authority)
 *   false police A and L and X and (D or P): an authority that sues, wants something soon, and that nobody may hear of
 *   bribe        A and W and (S or L): no authority takes cryptocurrency
 *
 * All claims of a core come from one language, so that loose words of a mail in two languages do not add up; only a
 * wallet that is known by its checksum belongs to every language. Without a core, two of the claims no honest mail makes
 * to its reader, one of them more than C, are a hint.
 *
 * The window was measured on real mail: with 600 characters a quarter of the cores of five becomes smaller; with 2,400
 * or the whole text hardly any grows, and ordinary spam begins to have cores by chance.
 *
 * What others write about such mail is kept apart by wording first: the phrases are claims in the first person
 * to a second. Quoted text does not come here. A warning that tells what blackmailers claim has the claims, too. It
 * speaks of scammers more than once (N), and it gives no wallet to pay into; then a core is only "described". With a
 * wallet in it nothing may be known against its sender's name, and it must not threaten, as the receipt of an exchange does not, or
 * speak of scammers at length, or be a list mail with many links, as a newsletter that prints a whole specimen, or have
 * the blackmail in quotation marks (specimen.c). So whoever adds warning words to his blackmail must leave out the address
 * he wants to be paid at, or look like a warning to his victim, too. A list header alone lowers nothing: extortion is posted
 * to mailing lists like any spam. Lawyers and collectors sue, set deadlines and want calls: their core is held low where the
 * sender is known for long and is proven to be who he says; a blackmailer's never is.
 *
 * Every core has one of R, T, L and A: these (and S, for hints) open the search (KJ_CLAIMS_OPENING).
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/checks.h"
#include "kanjiki/hits.h"
#include "claims.h"
#include "specimen.h"
#include "standing.h"

#define NARRATIONS      2 /* different phrases of N that make a mail without a wallet a tale about others ... */
#define NARRATIONS_MANY 4 /* ... and one with a wallet */
#define LINKS_MANY      4
#define QUOTE_MAX  36 /* bytes */
#define REASON_MAX 280

#define NEVER_HONEST                                                                                         \
	(CLAIM(COMPROMISE) | CLAIM(RECORDED) | CLAIM(SEXUAL) | CLAIM(THREAT) | CLAIM(PROSECUTION))

/* What follows if the victim does not do as he is told; a receipt with a warning in it says nothing of the kind. */
#define THREATS (CLAIM(THREAT) | CLAIM(PROSECUTION) | CLAIM(AUTHORITY))

static const struct core {
	const char *name;
	unsigned groups[4]; /* one claim at least of each */
	bool may_be_honest; /* from a sender who is known */
} cores[] = {
    {"blackmail",
        {CLAIM(RECORDED) | CLAIM(THREAT), CLAIM(PAYMENT) | CLAIM(WALLET), CLAIM(COMPROMISE) | CLAIM(SEXUAL)}, false},
    {"exposure", {CLAIM(COMPROMISE), CLAIM(SEXUAL), CLAIM(RECORDED) | CLAIM(THREAT)}, false},
    {"exposure", {CLAIM(RECORDED), CLAIM(THREAT), CLAIM(COMPROMISE) | CLAIM(SEXUAL)}, false},
    {"hush money", {CLAIM(RECORDED), CLAIM(THREAT), CLAIM(PAYMENT) | CLAIM(WALLET)}, false},
    {"menace", {CLAIM(THREAT), CLAIM(PAYMENT) | CLAIM(WALLET), CLAIM(DEADLINE) | CLAIM(SECRECY)}, false},
    {"silence", {CLAIM(RECORDED), CLAIM(WALLET), CLAIM(DEADLINE) | CLAIM(SECRECY)}, false},
    {"prosecution",
        {CLAIM(PROSECUTION), CLAIM(DEADLINE), CLAIM(SEXUAL) | CLAIM(UNPAID),
            CLAIM(HOTLINE) | CLAIM(SECRECY) | CLAIM(AUTHORITY)}, true},
    {"false police",
        {CLAIM(AUTHORITY), CLAIM(PROSECUTION), CLAIM(SECRECY), CLAIM(DEADLINE) | CLAIM(PAYMENT)}, true},
    {"bribe", {CLAIM(AUTHORITY), CLAIM(WALLET), CLAIM(SEXUAL) | CLAIM(PROSECUTION)}, false},
};

struct finding {
	const struct core *core; /* NULL for a hint */
	const struct claim_language *language;
	unsigned claims, count;
	size_t cell; /* where the window begins */
};

static const struct core *core_of(unsigned claims)
{
	for (size_t c = 0; c < sizeof cores / sizeof *cores; c++) {
		size_t g = 0;

		while (g < 4 && (!cores[c].groups[g] || (cores[c].groups[g] & claims)))
			g++;
		if (g == 4)
			return &cores[c];
	}
	return NULL;
}

static bool is_better(const struct finding *a, const struct finding *b)
{
	if (!a->core != !b->core)
		return a->core != NULL;
	return a->count > b->count;
}

/* The window with the most to say: a core before none, then the number of claims. */
static struct finding best_window(const struct claims *claims)
{
	struct finding best = {0};

	for (unsigned i = 0; i < KJ_PHRASE_LANGUAGES_MAX; i++)
		for (size_t cell = 0; claims->languages[i].cells && cell < claims->cell_count; cell++) {
			unsigned set = claims_in_window(claims, &claims->languages[i], cell);
			struct finding here = {core_of(set), &claims->languages[i], set,
			    (unsigned)__builtin_popcount(set), cell};

			if (is_better(&here, &best))
				best = here;
		}
	return best;
}

/* --- What is known for the sender ---------------------------------------------------------------------------- */

static void ask(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	if (rules->extortion)
		standing_ask(facts, evidence);
}

/* Does the mail tell of such claims, rather than make them? */
static bool is_narrated(const struct claims *claims, const struct finding *finding, const struct kj_message *message,
    enum standing standing)
{
	if (claims->narration_count >= NARRATIONS && !claims->has_wallet)
		return true;
	if (!claims->narration_count || standing == STANDING_BAD)
		return false;
	if (claims->narration_count >= NARRATIONS && !(finding->claims & THREATS))
		return true;
	return claims->narration_count >= NARRATIONS_MANY || (message->is_list && message->links >= LINKS_MANY) ||
	       specimen_is(message, finding->language, finding->cell, NEVER_HONEST);
}

static const char *symbol_of(
    const struct claims *claims, const struct finding *finding, const struct kj_message *message, enum standing standing)
{
	if (finding->core && is_narrated(claims, finding, message, standing))
		return "EXTORTION_DESCRIBED";
	if (finding->core && finding->core->may_be_honest && standing == STANDING_GOOD)
		return "EXTORTION_KNOWN_SENDER";
	if (finding->core)
		return finding->count >= 5   ? "EXTORTION_CORE_5"
		       : finding->count == 4 ? "EXTORTION_CORE_4"
		                             : "EXTORTION_CORE_3";
	return __builtin_popcount(finding->claims & NEVER_HONEST) >= 2 ? "EXTORTION_HINT" : NULL;
}

/* --- The reason ---------------------------------------------------------------------------------------------- */

/* One line of the sender's own words. */
static void quote(struct kj_buf *reason, const char *text, size_t len)
{
	bool cut = len > QUOTE_MAX, blank = false;

	if (cut)
		for (len = QUOTE_MAX; len && ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] <= ' ') {
			blank = true;
			continue;
		}
		if (blank)
			kj_buf_add_char(reason, ' ');
		blank = false;
		kj_buf_add_char(reason, (char)(text[i] == '"' ? '\'' : text[i]));
	}
}

/* The wallet in the window, if there is one whose checksum is right. */
static const struct kj_wallet *wallet_in(const struct claims *claims, const struct kj_message *message, size_t first)
{
	for (unsigned i = 0; i < message->wallet_count; i++) {
		unsigned cell = claims_cell(claims, message->wallets[i].start);

		if (cell >= first && cell < first + CLAIM_WINDOW)
			return &message->wallets[i];
	}
	return NULL;
}

/* The telephone number that stands next to a demand to call back: within a cell before or behind it. */
static const char *phone_near(const struct claims *claims, const struct kj_message *message, const struct claim_note *note)
{
	for (unsigned i = 0; i < message->phone_count && !note->in_subject; i++) {
		unsigned cell = claims_cell(claims, message->phones[i].start);

		if (cell <= note->cell + 1 && note->cell <= cell + 1)
			return message->phones[i].digits;
	}
	return NULL;
}

/* The texts that notes quote from. */
struct originals {
	const struct kj_message *message;
	struct kj_text subject;
	struct kj_view_map *of_visible, *of_subject;
};

static void quote_note(struct kj_buf *reason, const struct originals *originals, const struct claim_note *note)
{
	const struct kj_view_map *map = note->in_subject ? originals->of_subject : originals->of_visible;
	const struct kj_text *text = note->in_subject ? &originals->subject : &originals->message->visible;
	size_t start, end;

	if (kj_view_map_span(map, note->match.view, note->match.start, note->match.end, &start, &end))
		quote(reason, text->data + start, end - start);
}

/* `en blackmail: C "hacked your device", R "recorded you", W BTC "1Boat..."`, and `H 0312345678 "call us"` */
static void explain(struct claims *claims, const struct kj_message *message, const struct finding *finding,
    struct kj_buf *reason)
{
	struct originals originals = {.message = message, .subject = {message->subject, strlen(message->subject)}};
	const char *gap = " ";

	claims->full |= kj_view_map_new(&message->visible, &originals.of_visible) < 0 ||
	                kj_view_map_new(&originals.subject, &originals.of_subject) < 0;
	kj_buf_printf(
	    reason, "%s %s:", finding->language->name, finding->core ? finding->core->name : "claims");
	for (unsigned c = 0; c < KJ_CLAIM_COUNT && !claims->full; c++) {
		enum kj_category category = (enum kj_category)c;
		const struct kj_wallet *wallet =
		    category == KJ_CLAIM_WALLET ? wallet_in(claims, message, finding->cell) : NULL;
		const struct claim_note *note = claims_note(finding->language, category, finding->cell);
		const char *what = wallet ? wallet->currency : NULL;

		if (!(finding->claims & 1U << c) || (!wallet && !note))
			continue;
		if (category == KJ_CLAIM_HOTLINE)
			what = phone_near(claims, message, note);
		kj_buf_printf(reason, "%s%c%s%s \"", gap, kj_category_letter(category), what ? " " : "", what ? what : "");
		if (wallet)
			quote(reason, wallet->address, strlen(wallet->address));
		else
			quote_note(reason, &originals, note);
		kj_buf_add_char(reason, '"');
		gap = ", ";
	}
	kj_view_map_free(originals.of_visible);
	kj_view_map_free(originals.of_subject);
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules,
    const struct kj_evidence *evidence, struct kj_hits *hits)
{
	struct kj_buf reason = KJ_BUF_INIT(REASON_MAX);
	struct claims claims;
	struct finding finding;
	const char *symbol;
	bool any;

	if (!rules->extortion || !facts->message)
		return;
	any = claims_collect(kj_hits_arena(hits), facts, rules->extortion, &claims);
	if (*claims.limit.text)
		kj_hits_add(hits, "PHRASE_LIMIT", "%s", claims.limit.text);
	finding = any ? best_window(&claims) : (struct finding){0};
	symbol = finding.language
	             ? symbol_of(&claims, &finding, facts->message, standing_of(facts, evidence))
	             : NULL;
	if (symbol) {
		explain(&claims, facts->message, &finding, &reason);
		kj_hits_add(hits, symbol, "%s", kj_buf_str(&reason));
	}
	if (claims.full)
		kj_hits_add(hits, "PHRASE_LIMIT", "no memory for what this text claims");
	kj_buf_free(&reason);
}

static const char *const symbols[] = {"EXTORTION_CORE_3", "EXTORTION_CORE_4", "EXTORTION_CORE_5",
    "EXTORTION_HINT", "EXTORTION_DESCRIBED", "EXTORTION_KNOWN_SENDER", "PHRASE_LIMIT", NULL};
const struct kj_check kj_check_extortion = {"extortion", symbols, KJ_STAGE_END, ask, judge};
