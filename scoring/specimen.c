/*
 * specimen.c - blackmail in quotation marks
 *
 * Whoever warns his colleagues prints a piece of the mail that came, in the quotation marks of his language. Short quotations are
 * in every text, and a mark may stand alone, so only what is long counts, up to the mark that closes it.
 */
#include "specimen.h"

#include "kanjiki/utf8.h"

#define SPANS_MAX  32
#define SPAN_MIN   80   /* bytes: a sentence, not a title */
#define SPAN_LIMIT 4000 /* bytes: a whole mail between marks is nobody's warning */

struct span {
	size_t start, end;
};

/* What opens a quotation, and what may close it. */
static const struct {
	uint32_t open, close, other;
} marks[] = {
    {'"', '"', 0x201d},
    {0xab, 0xbb, 0},
    {0xbb, 0xab, 0},
    {0x201c, 0x201d, 0x201c},
    {0x201d, 0x201d, 0},
    {0x201e, 0x201c, 0x201d},
    {0x300c, 0x300d, 0},
    {0x300e, 0x300f, 0},
    {0x2018, 0x2019, 0},
    {0x201a, 0x2018, 0},
};

#define MARKS (sizeof marks / sizeof *marks)

/* Behind the mark that closes a quotation of kind m, or 0 if none does. Up to *clear there is none: a text of opening marks
 * is gone through once. */
static size_t end_of(const struct kj_text *text, size_t m, size_t pos, size_t *clear)
{
	size_t limit = pos + SPAN_LIMIT < text->len ? pos + SPAN_LIMIT : text->len;

	pos = pos > *clear ? pos : *clear;
	while (pos < limit) {
		uint32_t code = kj_utf8_next(text->data, text->len, &pos);

		if (code == marks[m].close || (marks[m].other && code == marks[m].other))
			return pos;
	}
	*clear = pos;
	return 0;
}

/* The long quotations of a text. */
static unsigned find_spans(const struct kj_text *text, struct span *spans)
{
	size_t clear[MARKS] = {0};
	unsigned count = 0;

	for (size_t pos = 0; pos < text->len && count < SPANS_MAX;) {
		size_t start = pos, end = 0;
		uint32_t code = kj_utf8_next(text->data, text->len, &pos);

		for (size_t m = 0; m < MARKS && !end; m++)
			if (marks[m].open == code)
				end = end_of(text, m, pos, &clear[m]);
		if (!end)
			continue;
		if (end - start >= SPAN_MIN)
			spans[count++] = (struct span){start, end};
		pos = end;
	}
	return count;
}

static bool is_inside(const struct span *spans, unsigned count, size_t start, size_t end)
{
	for (unsigned i = 0; i < count; i++)
		if (start >= spans[i].start && end <= spans[i].end)
			return true;
	return false;
}

static bool has_wallet_outside(const struct kj_message *message, const struct span *spans, unsigned count)
{
	for (unsigned i = 0; i < message->wallet_count; i++)
		if (!is_inside(spans, count, message->wallets[i].start, message->wallets[i].end))
			return true;
	return false;
}

/* Groups may reach over the closing mark to a word behind it: where a claim begins is what counts. */
static bool all_inside(const struct kj_view_map *map, const struct claim_language *language, size_t first_cell,
    unsigned kinds, const struct span *spans, unsigned count)
{
	bool any = false;

	for (const struct claim_note *note = language->notes; note; note = note->next) {
		size_t start, end;

		if (!(kinds & 1U << note->match.phrase->category) || !claims_is_within(note, first_cell))
			continue;
		if (note->in_subject ||
		    !kj_view_map_span(map, note->match.view, note->match.start, note->match.end, &start, &end) ||
		    !is_inside(spans, count, start, start))
			return false;
		any = true;
	}
	return any;
}

bool specimen_is(const struct kj_message *message, const struct claim_language *language, size_t first_cell,
    unsigned kinds)
{
	struct span spans[SPANS_MAX];
	unsigned count = find_spans(&message->visible, spans);
	struct kj_view_map *map = NULL;
	bool is;

	if (!count || has_wallet_outside(message, spans, count) || kj_view_map_new(&message->visible, &map) < 0)
		return false;
	is = all_inside(map, language, first_cell, kinds, spans, count);
	kj_view_map_free(map);
	return is;
}
