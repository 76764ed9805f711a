/*
 * list_times.c - a ring of times; sorted only when somebody asks
 */
#include "list_times.h"

#include <stdlib.h>
#include <string.h>

void kj_list_times_add(struct kj_list_times *times, uint32_t ms)
{
	times->ms[times->next] = ms;
	times->next = (times->next + 1) % KJ_LIST_TIMES;
	if (times->count < KJ_LIST_TIMES)
		times->count++;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

uint32_t kj_list_times_share(const struct kj_list_times *times, unsigned percent)
{
	uint32_t sorted[KJ_LIST_TIMES];

	if (!times->count)
		return 0;
	memcpy(sorted, times->ms, times->count * sizeof *sorted);
	qsort(sorted, times->count, sizeof *sorted, compare);
	return sorted[(times->count - 1) * percent / 100];
}
