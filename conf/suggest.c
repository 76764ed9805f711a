/*
 * suggest.c - "did you mean ...?"
 */
#include <ctype.h>
#include <stdarg.h>

#include "schema.h"

#define LONGEST 64U

static bool same(char a, char b)
{
	/* RDNS_NONE for rdns-none is no mistake worth counting. */
	if ((a == '_' || a == '-') && (b == '_' || b == '-'))
		return true;
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Insertions, deletions, changed letters and swapped neighbours that lead from a to b (the optimal string
 * alignment distance); three rows of the matrix are enough.
 */
static unsigned distance(const char *a, const char *b)
{
	size_t len = strlen(b);
	unsigned rows[3][LONGEST + 1], *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= len; j++)
		above[j] = (unsigned)j;
	for (size_t i = 1; a[i - 1]; i++) {
		unsigned *oldest = before;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= len; j++) {
			row[j] = least(above[j], row[j - 1]) + 1;
			row[j] = least(row[j], above[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[len];
}

void kj_suggest(struct kj_suggestion *suggestion, const char *candidate)
{
	size_t len = strlen(suggestion->name);
	unsigned d;

	if (len > LONGEST || strlen(candidate) > LONGEST)
		return;
	d = distance(suggestion->name, candidate);
	/* One mistake in three letters is a slip of the finger, more is another word. */
	if (d > (len + 2) / 3 || d >= strlen(candidate) || (suggestion->nearest && d >= suggestion->distance))
		return;
	suggestion->nearest = candidate;
	suggestion->distance = d;
}

void kj_complain_unknown(struct kj_conf_sink *sink, const struct kj_place *place, const char *what,
    const struct kj_suggestion *suggestion)
{
	if (suggestion->nearest)
		kj_complain_at(sink, place, "unknown %s \"%s\"; did you mean \"%s\"?", what, suggestion->name,
		    suggestion->nearest);
	else
		kj_complain_at(sink, place, "unknown %s \"%s\"", what, suggestion->name);
}

void kj_complain_at(struct kj_conf_sink *sink, const struct kj_place *place, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	kj_complain(sink->complaints, false, place->file, place->line, place->column, "%s", text);
}
