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
 *   menace       T and (P or W) and (D deadline or X secrecy): bombs, hired killers, DDoS ransoms, which claim no
 *                hacked device
 *   silence      R and W and (D or X): evidence, and a wallet to pay into, before the time is up
 *   prosecution  L lawsuit and D and (S or U unpaid) and (H sole contact or X or A authority)
 *   bribe        A and W and (S or L): no authority takes cryptocurrency
 *
 * All claims of a core come from one language, so that loose words of a mail in two languages do not add up; only a
 * wallet belongs to every language. Without a core, two of the claims no honest mail makes to its reader, one of
 * them more than C, are a hint.
 *
 * The window was measured on real mail: with 600 characters a quarter of the cores of five becomes smaller; with 2,400
 * or the whole text hardly any grows, and ordinary spam begins to have cores by chance.
 *
 * What others write about such mail is kept apart by wording first: the phrases are claims in the first person
 * to a second. Quoted text does not come here. A warning that tells what blackmailers claim has the claims, too. It
 * speaks of scammers more than once (N), and it gives no wallet to pay into; then a core is only "described". With one
 * such word, or with a wallet in it, a mail must also be a list mail with many links, as a newsletter that prints a
 * whole specimen. So whoever adds warning words to his blackmail must leave out the address he wants to be paid at.
 * A list header alone lowers nothing: extortion is posted to mailing lists like any spam.
 *
 * The text is cut into cells of CELL characters, and what is kept is a set of claims per cell and language: however
 * often a text repeats a phrase, it fills nothing up and pushes nothing out. Every core has one of R, T, L and A:
 * these (and S, for hints) are looked for first, and the other expressions are run only on mail that has one. The
 * phrases for the reason come from one more scan, which only mail with a result pays for.
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/checks.h"
#include "kanjiki/hits.h"

#define CELL          200 /* characters */
#define WINDOW_CELLS  6   /* 1,200 characters */
#define LANGUAGES_MAX 32
#define LINKS_MANY    4
#define NARRATIONS    2  /* different phrases of N that make a mail a tale about others */
#define ADDRESS_MIN   25 /* characters without a blank: a wallet itself, not a word for it */
#define QUOTE_MAX     36 /* bytes */
#define REASON_MAX    280

#define M(claim) (1U << KJ_CLAIM_##claim)
/* Without one of these there is nothing to say; most mail is done once it has none. */
#define OPENING      (M(SEXUAL) | M(RECORDED) | M(THREAT) | M(PROSECUTION) | M(AUTHORITY))
#define NEVER_HONEST (M(COMPROMISE) | M(RECORDED) | M(SEXUAL) | M(THREAT) | M(PROSECUTION))

static const struct core {
	const char *name;
	unsigned groups[4]; /* one claim at least of each */
} cores[] = {
    {"blackmail", {M(RECORDED) | M(THREAT), M(PAYMENT) | M(WALLET), M(COMPROMISE) | M(SEXUAL)}},
    {"exposure", {M(COMPROMISE), M(SEXUAL), M(RECORDED) | M(THREAT)}},
    {"exposure", {M(RECORDED), M(THREAT), M(COMPROMISE) | M(SEXUAL)}},
    {"menace", {M(THREAT), M(PAYMENT) | M(WALLET), M(DEADLINE) | M(SECRECY)}},
    {"silence", {M(RECORDED), M(WALLET), M(DEADLINE) | M(SECRECY)}},
    {"prosecution",
        {M(PROSECUTION), M(DEADLINE), M(SEXUAL) | M(UNPAID), M(HOTLINE) | M(SECRECY) | M(AUTHORITY)}},
    {"bribe", {M(AUTHORITY), M(WALLET), M(SEXUAL) | M(PROSECUTION)}},
};

struct language {
	const char *name;
	unsigned subject; /* sets of claims */
	uint16_t *cells;
};

struct claims {
	const struct kj_views *views; /* being scanned */
	bool in_subject, full;
	struct kj_arena *arena;
	struct language languages[LANGUAGES_MAX];
	unsigned language_count;
	size_t cell_count;
	size_t chars[KJ_VIEW_COUNT]; /* of the visible text */
	const struct kj_phrase *narrations[NARRATIONS];
	size_t narration_at[NARRATIONS];
	unsigned narration_count; /* NARRATIONS at most */
	bool address;             /* a wallet stands in the text */
};

struct finding {
	const struct core *core; /* NULL for a hint */
	const struct language *language;
	unsigned claims, count;
	size_t cell; /* where the window begins */
};

static size_t count_chars(const struct kj_text *text)
{
	size_t count = 0;

	for (size_t i = 0; i < text->len; i++)
		count += ((unsigned char)text->data[i] & 0xc0) != 0x80;
	return count;
}

/* The cell of a match. Both views are laid over the length of the view of words, in proportion: a dense view
 * lacks little but blanks, and a window is no matter of a few characters. */
static size_t cell_of(const struct claims *claims, const struct kj_phrase_match *match)
{
	size_t len = claims->views->text[match->view].len;
	size_t cell = (size_t)((unsigned long long)match->start * claims->chars[KJ_VIEW_WORDS] /
	                       (len ? len : 1) / CELL);

	return cell < claims->cell_count ? cell : claims->cell_count - 1;
}

static struct language *language_of(struct claims *claims, const char *name)
{
	struct language *language;

	for (unsigned i = 0; i < claims->language_count; i++)
		if (strcmp(claims->languages[i].name, name) == 0)
			return &claims->languages[i];
	if (claims->language_count == LANGUAGES_MAX)
		return NULL;
	language = &claims->languages[claims->language_count];
	language->cells = kj_arena_array(claims->arena, claims->cell_count, sizeof *language->cells);
	language->name = name;
	claims->full |= !language->cells;
	claims->language_count += language->cells != NULL;
	return language->cells ? language : NULL;
}

/* Another phrase, at another place: 詐欺 in 詐欺メール tells nothing new. */
static void note_narration(struct claims *claims, const struct kj_phrase_match *match)
{
	for (unsigned i = 0; i < claims->narration_count; i++)
		if (claims->narrations[i] == match->phrase || claims->narration_at[i] == match->start)
			return;
	if (claims->narration_count == NARRATIONS)
		return;
	claims->narrations[claims->narration_count] = match->phrase;
	claims->narration_at[claims->narration_count++] = match->start;
}

static bool is_address(const struct claims *claims, const struct kj_phrase_match *match)
{
	const char *text = claims->views->text[match->view].data;
	size_t run = 0;

	for (size_t i = match->start; i < match->end && run < ADDRESS_MIN; i++)
		run = text[i] == ' ' || (unsigned char)text[i] >= 0x80 ? 0 : run + 1;
	return run >= ADDRESS_MIN;
}

static int on_match(void *context, const struct kj_phrase_match *match)
{
	struct claims *claims = context;
	struct language *language = language_of(claims, match->phrase->language);
	unsigned claim = 1U << match->phrase->category;

	if (claim == M(NARRATED))
		note_narration(claims, match);
	if (claim == M(WALLET) && !claims->address)
		claims->address = is_address(claims, match);
	if (language && claims->in_subject)
		language->subject |= claim;
	else if (language)
		language->cells[cell_of(claims, match)] |= (uint16_t)claim;
	return claims->full;
}

static void collect_some(struct claims *claims, const struct kj_facts *facts,
    const struct kj_phrase_set *phrases, unsigned categories)
{
	claims->views = &facts->visible;
	claims->in_subject = false;
	kj_phrase_set_scan(phrases, claims->views, categories, on_match, claims, NULL);
	claims->views = &facts->subject;
	claims->in_subject = true;
	kj_phrase_set_scan(phrases, claims->views, categories, on_match, claims, NULL);
}

/* Whether there is anything to look at, with all claims collected. */
static bool collect(struct claims *claims, const struct kj_facts *facts, const struct kj_phrase_set *phrases)
{
	for (int view = 0; view < KJ_VIEW_COUNT; view++)
		claims->chars[view] = count_chars(&facts->visible.text[view]);
	claims->cell_count = claims->chars[KJ_VIEW_WORDS] / CELL + 1;
	collect_some(claims, facts, phrases, OPENING);
	if (claims->language_count && !claims->full)
		collect_some(claims, facts, phrases, KJ_CLAIMS_ALL & ~OPENING);
	return claims->language_count && !claims->full;
}

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

/* What of a window of some language; wallets of all languages count in each. */
static unsigned window_claims(const struct claims *claims, const struct language *language, size_t first)
{
	unsigned set = language->subject;

	for (size_t cell = first; cell < first + WINDOW_CELLS && cell < claims->cell_count; cell++) {
		set |= language->cells[cell];
		for (unsigned i = 0; i < claims->language_count; i++)
			set |= claims->languages[i].cells[cell] & M(WALLET);
	}
	return set & ~M(NARRATED);
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

	for (unsigned i = 0; i < claims->language_count; i++)
		for (size_t cell = 0; cell < claims->cell_count; cell++) {
			unsigned set = window_claims(claims, &claims->languages[i], cell);
			struct finding here = {core_of(set), &claims->languages[i], set,
			    (unsigned)__builtin_popcount(set), cell};

			if (is_better(&here, &best))
				best = here;
		}
	return best;
}

/* Does the mail tell of such claims, rather than make them? */
static bool is_narrated(const struct claims *claims, const struct kj_message *message)
{
	if (claims->narration_count >= NARRATIONS && !claims->address)
		return true;
	return claims->narration_count && message->is_list && message->links >= LINKS_MANY;
}

/* The first phrase of each claim of a finding, in the order of the claims. */
struct quotes {
	const struct claims *claims;
	const struct finding *finding;
	bool in_subject;
	char text[KJ_CLAIM_COUNT][QUOTE_MAX + 1];
};

static void quote(char *out, const char *text, size_t len)
{
	if (len > QUOTE_MAX)
		for (len = QUOTE_MAX; len && ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	memcpy(out, text, len);
	out[len] = '\0';
	for (char *p = out; *p; p++)
		if (*p == '"')
			*p = '\'';
}

/* A literal is quoted as the list writes it, which reads better than the dense view. */
static int on_quote(void *context, const struct kj_phrase_match *match)
{
	struct quotes *quotes = context;
	const struct kj_phrase *phrase = match->phrase;
	const struct finding *finding = quotes->finding;
	const struct kj_text *view = &quotes->claims->views->text[match->view];
	size_t cell = quotes->in_subject ? finding->cell : cell_of(quotes->claims, match);

	if (*quotes->text[phrase->category] || cell < finding->cell || cell >= finding->cell + WINDOW_CELLS)
		return 0;
	if (strcmp(phrase->language, finding->language->name) != 0 && phrase->category != KJ_CLAIM_WALLET)
		return 0;
	if (phrase->regex)
		quote(quotes->text[phrase->category], view->data + match->start, match->end - match->start);
	else
		quote(quotes->text[phrase->category], phrase->text, strlen(phrase->text));
	return 0;
}

/* `en blackmail: C "hacked your device", R "recorded you", P "bitcoin"` */
static void explain(struct claims *claims, const struct kj_facts *facts, const struct kj_phrase_set *phrases,
    const struct finding *finding, struct kj_buf *reason)
{
	struct quotes quotes = {.claims = claims, .finding = finding};
	const char *gap = " ";

	claims->views = &facts->visible;
	kj_phrase_set_scan(phrases, claims->views, finding->claims, on_quote, &quotes, NULL);
	claims->views = &facts->subject;
	quotes.in_subject = true;
	kj_phrase_set_scan(phrases, claims->views, finding->claims, on_quote, &quotes, NULL);
	kj_buf_printf(
	    reason, "%s %s:", finding->language->name, finding->core ? finding->core->name : "claims");
	for (unsigned c = 0; c < KJ_CLAIM_COUNT; c++)
		if ((finding->claims & 1U << c) && *quotes.text[c]) {
			kj_buf_printf(reason, "%s%c \"%s\"", gap, kj_category_letter((enum kj_category)c),
			    quotes.text[c]);
			gap = ", ";
		}
}

static const char *symbol_of(
    const struct claims *claims, const struct finding *finding, const struct kj_message *message)
{
	if (finding->core && is_narrated(claims, message))
		return "EXTORTION_DESCRIBED";
	if (finding->core)
		return finding->count >= 5   ? "EXTORTION_CORE_5"
		       : finding->count == 4 ? "EXTORTION_CORE_4"
		                             : "EXTORTION_CORE_3";
	return __builtin_popcount(finding->claims & NEVER_HONEST) >= 2 ? "EXTORTION_HINT" : NULL;
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules,
    const struct kj_evidence *evidence, struct kj_hits *hits)
{
	struct claims claims = {.arena = kj_hits_arena(hits)};
	struct kj_buf reason = KJ_BUF_INIT(REASON_MAX);
	struct finding finding;
	const char *symbol;

	(void)evidence;
	if (!rules->extortion || !facts->message || !collect(&claims, facts, rules->extortion))
		return;
	finding = best_window(&claims);
	symbol = finding.language ? symbol_of(&claims, &finding, facts->message) : NULL;
	if (symbol) {
		explain(&claims, facts, rules->extortion, &finding, &reason);
		kj_hits_add(hits, symbol, "%s", kj_buf_str(&reason));
	}
	kj_buf_free(&reason);
}

static const char *const symbols[] = {"EXTORTION_CORE_3", "EXTORTION_CORE_4", "EXTORTION_CORE_5",
    "EXTORTION_HINT", "EXTORTION_DESCRIBED", NULL};
const struct kj_check kj_check_extortion = {"extortion", symbols, KJ_STAGE_END, NULL, judge};
