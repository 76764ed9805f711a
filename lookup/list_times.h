/*
 * list_times.h - how long the last answers of a list took
 */
#ifndef KJ_LIST_TIMES_H
#define KJ_LIST_TIMES_H

#include <stdint.h>

#define KJ_LIST_TIMES 256

struct kj_list_times {
	uint32_t ms[KJ_LIST_TIMES];
	unsigned count, next;
};

void kj_list_times_add(struct kj_list_times *times, uint32_t ms);

/* kj_list_times_share - so many of a hundred took no longer; 0 if there are none */
uint32_t kj_list_times_share(const struct kj_list_times *times, unsigned percent);

#endif
