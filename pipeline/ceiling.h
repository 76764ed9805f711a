/*
 * ceiling.h - how many mails were put off within the last hour
 *
 * The last line of defence against our own mistakes: beyond a share of all mail (but never below a floor), nothing
 * more is put off, only tagged. Threads: safe.
 */
#ifndef KJ_CEILING_H
#define KJ_CEILING_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define KJ_CEILING_MINUTES 60

struct kj_ceiling {
	pthread_mutex_t lock;
	struct {
		int64_t minute; /* monotonic, which this slot counts */
		uint32_t mails, put_off;
	} slots[KJ_CEILING_MINUTES];
};

void kj_ceiling_init(struct kj_ceiling *ceiling);
void kj_ceiling_destroy(struct kj_ceiling *ceiling);

/* kj_ceiling_count - one mail was judged, and put off or not */
void kj_ceiling_count(struct kj_ceiling *ceiling, int64_t mono_ms, bool put_off);

/* kj_ceiling_reached - whether floor mails, and permyriad of 10,000 of all, were put off within the hour */
bool kj_ceiling_reached(struct kj_ceiling *ceiling, int64_t mono_ms, uint32_t permyriad, uint32_t floor);

#endif
