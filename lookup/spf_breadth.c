/*
 * spf_breadth.c - how much the records of a check let pass
 *
 * A record that lets the whole world pass says nothing, and one that lists many single addresses far apart is written by
 * somebody who has many single addresses far apart. Both are facts about the record, not about this client, so terms count
 * wherever they stand before the first `all`. Includes and redirects count as far as they were evaluated: a walk through
 * the others would cost a stranger's choice of DNS questions for mail that passes by its first term. Whoever hides an
 * `all` behind a term that matches has a result that the record earns without it.
 *
 * Only what passes ("+") is added up, and nothing is taken away for what fails before it.
 */
#include "spf_guard.h"

#define SMALL_BITS 29 /* this prefix length and longer is a handful of addresses */

/* Addresses by their first 32 bits, which is exact for IPv4, and for IPv6 as exact as a percentage needs. */
struct range {
	uint32_t first, last;
	bool is_small;
};

struct ranges {
	struct range *list;
	size_t count, size;
	uint8_t family;
	bool plus_all;
};

static void add_range(struct ranges *ranges, const uint8_t *address, unsigned bits)
{
	uint32_t first =
	    (uint32_t)address[0] << 24 | (uint32_t)address[1] << 16 | (uint32_t)address[2] << 8 | address[3];
	uint32_t mask = bits == 0 ? 0 : bits < 32 ? ~0U << (32 - bits) : ~0U;

	if (ranges->count < ranges->size)
		ranges->list[ranges->count++] =
		    (struct range){first & mask, first | ~mask, bits >= SMALL_BITS};
}

/* Where an a or mx term leads is not known here, but with /0 it is everywhere, and with /1 it is one half or the other. */
static void add_term(struct ranges *ranges, const struct kj_spf_term *term)
{
	static const uint8_t anywhere[4];
	unsigned bits = ranges->family == 6 ? term->bits6 : term->bits4;

	if (term->mechanism == (ranges->family == 6 ? KJ_SPF_IP6 : KJ_SPF_IP4))
		add_range(ranges, term->address, bits);
	else if ((term->mechanism == KJ_SPF_A || term->mechanism == KJ_SPF_MX) && bits <= 1)
		add_range(ranges, anywhere, bits);
}

static void collect(const struct kj_spf_run *run, unsigned frame, struct ranges *ranges)
{
	const struct kj_spf_record *record = run->frames[frame].record;
	const struct kj_spf_use *use;

	for (unsigned i = 0; i < record->count; i++) {
		const struct kj_spf_term *term = &record->terms[i];

		if (term->mechanism == KJ_SPF_ALL) {
			ranges->plus_all |= term->qualifier == '+';
			return;
		}
		if (term->qualifier != '+')
			continue;
		use = term->mechanism == KJ_SPF_INCLUDE ? kj_spf_find_use(run, frame, i) : NULL;
		if (use && use->child)
			collect(run, use->child, ranges);
		else
			add_term(ranges, term);
	}
	use = record->redirect.text ? kj_spf_find_use(run, frame, KJ_SPF_REDIRECT) : NULL;
	if (use && use->child)
		collect(run, use->child, ranges);
}

static int by_first(const void *a, const void *b)
{
	uint32_t one = ((const struct range *)a)->first, two = ((const struct range *)b)->first;

	return (one > two) - (one < two);
}

/* How much of the address space the sorted ranges cover together. */
static uint8_t percent_of(const struct ranges *ranges)
{
	uint64_t covered = 0, next = 0; /* all below next is accounted for */

	for (size_t i = 0; i < ranges->count; i++) {
		const struct range *range = &ranges->list[i];
		uint64_t first = range->first > next ? range->first : next;

		if (range->last >= first) {
			covered += range->last - first + 1;
			next = (uint64_t)range->last + 1;
		}
	}
	return (uint8_t)(covered * 100 >> 32);
}

static void measure(const struct kj_spf_run *run, struct ranges *ranges, uint8_t *ret_percent)
{
	ranges->count = 0;
	collect(run, 0, ranges);
	qsort(ranges->list, ranges->count, sizeof *ranges->list, by_first);
	*ret_percent = percent_of(ranges);
}

/* The ip4 terms of the first record alone, into sorted ranges. */
static void collect_own(const struct kj_spf_run *run, struct ranges *ranges)
{
	const struct kj_spf_record *record = run->frames[0].record;

	ranges->count = 0;
	for (unsigned i = 0; i < record->count && record->terms[i].mechanism != KJ_SPF_ALL; i++)
		if (record->terms[i].mechanism == KJ_SPF_IP4 && record->terms[i].qualifier == '+')
			add_range(ranges, record->terms[i].address, record->terms[i].bits4);
	qsort(ranges->list, ranges->count, sizeof *ranges->list, by_first);
}

/* Count terms, their /24s, and those that stand alone. */
static void enumerate(const struct ranges *ranges, struct kj_spf_breadth *breadth)
{
	uint64_t next = 0; /* behind everything so far */

	breadth->ip4_terms = (uint32_t)ranges->count;
	for (size_t i = 0; i < ranges->count; i++) {
		const struct range *range = &ranges->list[i];
		bool apart_before = i == 0 || range->first > next;
		bool apart_behind = i + 1 == ranges->count || range[1].first > (uint64_t)range->last + 1;

		breadth->ip4_nets += i == 0 || range->first >> 8 != range[-1].first >> 8;
		breadth->ip4_isolated += range->is_small && apart_before && apart_behind;
		if ((uint64_t)range->last + 1 > next)
			next = (uint64_t)range->last + 1;
	}
}

struct kj_spf_breadth kj_spf_breadth_of(const struct kj_spf_run *run)
{
	struct kj_spf_breadth breadth = {0};
	struct ranges ranges = {.family = 4};

	if (run->result == KJ_SPF_NONE || run->result == KJ_SPF_TEMPERROR || run->result == KJ_SPF_PERMERROR)
		return breadth;
	for (unsigned i = 0; i < run->frame_count; i++)
		ranges.size += run->frames[i].record->count;
	if (!ranges.size)
		return breadth;
	ranges.list = malloc(ranges.size * sizeof *ranges.list);
	if (!ranges.list)
		return breadth;
	measure(run, &ranges, &breadth.ip4_percent);
	collect_own(run, &ranges);
	enumerate(&ranges, &breadth);
	ranges.family = 6;
	measure(run, &ranges, &breadth.ip6_percent);
	breadth.plus_all = ranges.plus_all;
	free(ranges.list);
	return breadth;
}
