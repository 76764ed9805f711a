/*
 * claims.c - collecting what a mail claims
 *
 * The opening claims come first, all others only in the languages that have one: most mail is done before them.
 */
#include "claims.h"

#include "kanjiki/arena.h"

#define ADDRESS_MIN 25    /* characters without a blank: a wallet itself, not a word for it */
#define NOTES_MAX   16384 /* more matches than that are counted, but not quoted */

static size_t count_chars(const char *data, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)data[i] & 0xc0) != 0x80;
	return count;
}

static void measure(struct claims *claims, struct claim_ruler *ruler, const struct kj_text *text)
{
	size_t count = text->len / CLAIM_RULER + 1;

	*ruler = (struct claim_ruler){text, kj_arena_array(claims->arena, count, sizeof *ruler->marks), 0};
	claims->full |= !ruler->marks;
	for (size_t i = 0; i < count && ruler->marks; i++) {
		size_t at = i * CLAIM_RULER, left = text->len - at;

		ruler->marks[i] = (uint32_t)ruler->chars;
		ruler->chars += count_chars(text->data + at, left < CLAIM_RULER ? left : CLAIM_RULER);
	}
}

/* The cell of a place in a text. All views, and the text itself, are laid over the characters of the view of words, in
 * proportion: they differ by little but blanks, and a window is no matter of a few characters. Bytes would be: Japanese
 * has three times as many. */
static unsigned cell_on(const struct claims *claims, const struct claim_ruler *ruler, size_t at)
{
	size_t mark = at / CLAIM_RULER, before = mark * CLAIM_RULER, cell;
	unsigned long long chars = ruler->marks[mark] + count_chars(ruler->text->data + before, at - before);

	cell = (size_t)(chars * claims->views_of_visible[KJ_VIEW_WORDS].chars / (ruler->chars ? ruler->chars : 1) / CLAIM_CELL);
	return (unsigned)(cell < claims->cell_count ? cell : claims->cell_count - 1);
}

unsigned claims_cell(const struct claims *claims, size_t at)
{
	return cell_on(claims, &claims->visible, at);
}

static struct claim_language *language_of(struct claims *claims, const struct kj_phrase *phrase)
{
	struct claim_language *language = &claims->languages[phrase->language_number];

	if (language->cells)
		return language;
	language->cells = kj_arena_array(claims->arena, claims->cell_count, sizeof *language->cells);
	language->name = phrase->language;
	claims->full |= !language->cells;
	return language->cells ? language : NULL;
}

/* Another phrase, at another place: 詐欺 in 詐欺メール tells nothing new. */
static void note_narration(struct claims *claims, const struct kj_phrase_match *match)
{
	for (unsigned i = 0; i < claims->narration_count; i++)
		if (claims->narrations[i] == match->phrase || claims->narration_at[i] == match->start)
			return;
	if (claims->narration_count == CLAIM_NARRATIONS)
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

static void keep_note(struct claims *claims, struct claim_language *language, const struct kj_phrase_match *match,
    unsigned cell)
{
	struct claim_note *note;

	if (claims->note_count == NOTES_MAX)
		return;
	note = kj_arena_alloc(claims->arena, sizeof *note);
	claims->full |= !note;
	if (!note)
		return;
	*note = (struct claim_note){language->notes, *match, claims->in_subject, cell};
	language->notes = note;
	claims->note_count++;
}

static int on_match(void *context, const struct kj_phrase_match *match)
{
	struct claims *claims = context;
	struct claim_language *language = language_of(claims, match->phrase);
	unsigned claim = 1U << match->phrase->category, cell = 0;

	if (!language)
		return claims->full;
	if (claim == CLAIM(NARRATED))
		note_narration(claims, match);
	if (claim == CLAIM(WALLET) && !claims->has_wallet)
		claims->has_wallet = is_address(claims, match);
	if (claims->in_subject) {
		if (!(language->subject & claim))
			keep_note(claims, language, match, cell);
		language->subject |= claim;
	} else {
		cell = cell_on(claims, &claims->views_of_visible[match->view], match->start);
		if (!(language->cells[cell] & claim))
			keep_note(claims, language, match, cell);
		language->cells[cell] |= (uint16_t)claim;
	}
	return claims->full;
}

/* A text being collected from: the visible one, or the subject. */
struct source {
	const struct kj_views *views;
	bool in_subject;
	struct kj_phrase_scan *scan;
};

static void point_at(struct claims *claims, const struct source *source)
{
	claims->views = source->views;
	claims->in_subject = source->in_subject;
}

/* What a scan says of itself. */
static void note_result(struct claims *claims, int rc, const struct kj_reason *reason)
{
	if (rc == -KJ_ENOMEM)
		claims->full = true;
	else if (rc < 0 && !*claims->limit.text)
		claims->limit = *reason;
}

static void find_openings(struct claims *claims, struct source *source, const struct kj_phrase_set *phrases)
{
	struct kj_reason reason = {""};

	point_at(claims, source);
	if (!claims->full)
		note_result(claims,
		    kj_phrase_scan_begin(phrases, source->views, on_match, claims, &source->scan, &reason), &reason);
}

static void find_rest(struct claims *claims, const struct source *source, uint64_t languages)
{
	struct kj_reason reason = {""};

	point_at(claims, source);
	if (!claims->full)
		note_result(claims, kj_phrase_scan_rest(source->scan, languages, &reason), &reason);
}

/* Addresses whose checksum is right are wallets in any language. */
static void add_wallets(struct claims *claims, const struct kj_message *message)
{
	static const struct kj_phrase address = {.language = "any", .language_number = CLAIM_LANGUAGES_MAX - 1};
	struct claim_language *any = message->wallet_count ? language_of(claims, &address) : NULL;

	for (unsigned i = 0; any && !claims->full && i < message->wallet_count; i++) {
		unsigned cell = claims_cell(claims, message->wallets[i].start);

		claims->has_wallet = true;
		any->cells[cell] |= CLAIM(WALLET);
	}
}

/* The languages that make an opening claim somewhere, as bits. */
static uint64_t opened_languages(const struct claims *claims)
{
	uint64_t opened = 0;

	for (unsigned i = 0; i < KJ_PHRASE_LANGUAGES_MAX; i++) {
		const struct claim_language *language = &claims->languages[i];
		unsigned set = language->subject;

		for (size_t cell = 0; language->cells && cell < claims->cell_count; cell++)
			set |= language->cells[cell];
		if (set & KJ_CLAIMS_OPENING)
			opened |= (uint64_t)1 << i;
	}
	return opened;
}

bool claims_collect(struct kj_arena *arena, const struct kj_facts *facts, const struct kj_phrase_set *phrases,
    struct claims *ret_claims)
{
	struct source sources[] = {{&facts->visible, false, NULL}, {&facts->subject, true, NULL}};
	struct claims *claims = ret_claims;
	uint64_t opened;

	*claims = (struct claims){.arena = arena};
	for (int view = 0; view < KJ_VIEW_COUNT; view++)
		measure(claims, &claims->views_of_visible[view], &facts->visible.text[view]);
	claims->cell_count = claims->views_of_visible[KJ_VIEW_WORDS].chars / CLAIM_CELL + 1;
	for (int i = 0; i < 2; i++)
		find_openings(claims, &sources[i], phrases);
	opened = claims->full ? 0 : opened_languages(claims);
	for (int i = 0; i < 2 && opened; i++)
		find_rest(claims, &sources[i], opened);
	for (int i = 0; i < 2; i++)
		kj_phrase_scan_end(sources[i].scan);
	if (opened && (facts->message->wallet_count || facts->message->phone_count))
		measure(claims, &claims->visible, &facts->message->visible);
	if (opened && !claims->full)
		add_wallets(claims, facts->message);
	return opened && !claims->full;
}

unsigned claims_in_window(const struct claims *claims, const struct claim_language *language, size_t first)
{
	const struct claim_language *any = &claims->languages[CLAIM_LANGUAGES_MAX - 1];
	unsigned set = language->subject;

	for (size_t cell = first; cell < first + CLAIM_WINDOW && cell < claims->cell_count; cell++) {
		set |= language->cells[cell];
		if (any->cells)
			set |= any->cells[cell];
	}
	return set & ~CLAIM(NARRATED);
}

bool claims_is_within(const struct claim_note *note, size_t first_cell)
{
	return note->in_subject || (note->cell >= first_cell && note->cell < first_cell + CLAIM_WINDOW);
}

/* The subject is read last. */
static bool is_earlier(const struct claim_note *a, const struct claim_note *b)
{
	if (a->in_subject != b->in_subject)
		return b->in_subject;
	if (a->cell != b->cell)
		return a->cell < b->cell;
	return a->match.view == b->match.view && a->match.start < b->match.start;
}

const struct claim_note *claims_note(
    const struct claim_language *language, enum kj_category category, size_t first_cell)
{
	const struct claim_note *best = NULL;

	for (const struct claim_note *note = language->notes; note; note = note->next)
		if (note->match.phrase->category == category && claims_is_within(note, first_cell) &&
		    (!best || is_earlier(note, best)))
			best = note;
	return best;
}
