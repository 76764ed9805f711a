/*
 * tally.c - what became of the mails
 */
#include "bench/sim/tally.h"

#include <string.h>

static void count_symbol(struct tally_row *row, const char *name, unsigned count)
{
	for (unsigned i = 0; i < TALLY_SYMBOLS; i++) {
		struct tally_symbol *symbol = &row->symbols[i];

		if (!*symbol->name)
			snprintf(symbol->name, sizeof symbol->name, "%s", name);
		if (strncmp(symbol->name, name, sizeof symbol->name - 1) == 0) {
			symbol->count += count;
			return;
		}
	}
}

static bool of_crowd(const struct kj_term *term)
{
	return strcmp(term->family, TALLY_FAMILY) == 0;
}

static int32_t crowd_centi(const struct kj_verdict *verdict)
{
	int32_t sum = 0;

	for (unsigned i = 0; i < verdict->term_count; i++)
		if (of_crowd(&verdict->terms[i]))
			sum += verdict->terms[i].score_centi;
	return sum;
}

struct tally_mail tally_take(struct tally_row *row, const struct kj_verdict *verdict, bool fresh, bool all_symbols)
{
	int32_t crowd = crowd_centi(verdict);
	struct tally_mail mail = {
	    .tagged = verdict->action >= KJ_ACTION_TAG,
	    .tempfailed = verdict->action == KJ_ACTION_TEMPFAIL,
	    .by_crowd = crowd >= verdict->required_centi && verdict->required_centi > 0,
	};

	mail.pushed = mail.tagged && verdict->score_centi - crowd < verdict->required_centi;
	row->mails++;
	row->fresh += fresh;
	row->tagged += mail.tagged;
	row->tempfailed += mail.tempfailed;
	row->by_crowd += mail.by_crowd;
	row->pushed += mail.pushed;
	if (crowd > row->most_centi)
		row->most_centi = crowd;
	for (unsigned i = 0; i < verdict->term_count; i++)
		if (verdict->terms[i].score_centi > 0 && (all_symbols || of_crowd(&verdict->terms[i])))
			count_symbol(row, verdict->terms[i].symbol, 1);
	return mail;
}

void tally_row_add(struct tally_row *to, const struct tally_row *from)
{
	to->mails += from->mails;
	to->fresh += from->fresh;
	to->tagged += from->tagged;
	to->tempfailed += from->tempfailed;
	to->by_crowd += from->by_crowd;
	to->pushed += from->pushed;
	if (from->most_centi > to->most_centi)
		to->most_centi = from->most_centi;
	for (unsigned i = 0; i < TALLY_SYMBOLS && *from->symbols[i].name; i++)
		count_symbol(to, from->symbols[i].name, from->symbols[i].count);
}

void tally_add(struct tally *to, const struct tally *from)
{
	for (unsigned i = 0; i < HONEST_CLASSES; i++)
		tally_row_add(&to->classes[i], &from->classes[i]);
}
