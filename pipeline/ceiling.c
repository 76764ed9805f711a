/*
 * ceiling.c - a sliding hour in slots of a minute
 */
#include "pipeline/ceiling.h"

#define MINUTE_MS 60000

void kj_ceiling_init(struct kj_ceiling *ceiling)
{
	memset(ceiling, 0, sizeof *ceiling);
	pthread_mutex_init(&ceiling->lock, NULL);
}

void kj_ceiling_destroy(struct kj_ceiling *ceiling)
{
	pthread_mutex_destroy(&ceiling->lock);
}

void kj_ceiling_count(struct kj_ceiling *ceiling, int64_t mono_ms, bool put_off)
{
	int64_t minute = mono_ms / MINUTE_MS;
	unsigned slot = (unsigned)(minute % KJ_CEILING_MINUTES);

	pthread_mutex_lock(&ceiling->lock);
	if (ceiling->slots[slot].minute != minute) {
		ceiling->slots[slot].minute = minute;
		ceiling->slots[slot].mails = ceiling->slots[slot].put_off = 0;
	}
	ceiling->slots[slot].mails++;
	ceiling->slots[slot].put_off += put_off;
	pthread_mutex_unlock(&ceiling->lock);
}

bool kj_ceiling_reached(struct kj_ceiling *ceiling, int64_t mono_ms, uint32_t permyriad, uint32_t floor)
{
	int64_t minute = mono_ms / MINUTE_MS;
	uint64_t mails = 0, put_off = 0;

	pthread_mutex_lock(&ceiling->lock);
	for (unsigned i = 0; i < KJ_CEILING_MINUTES; i++)
		if (minute - ceiling->slots[i].minute < KJ_CEILING_MINUTES) {
			mails += ceiling->slots[i].mails;
			put_off += ceiling->slots[i].put_off;
		}
	pthread_mutex_unlock(&ceiling->lock);
	return put_off >= floor && put_off * 10000 >= mails * permyriad;
}
