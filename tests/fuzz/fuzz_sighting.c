/*
 * fuzz_sighting.c - sightings as another host may send them
 *
 * What is taken is exactly what would be sent: a second form of the same sighting would be a second mail to nobody,
 * and a way to say more than the form has room for.
 */
#include "fuzz.h"

#include <string.h>

#include "kanjiki/sighting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_sighting sighting;
	uint8_t again[KJ_SIGHTING_BYTES];

	if (kj_sighting_decode(data, size, &sighting) < 0)
		return 0;
	if (strnlen(sighting.domain, KJ_SIGHTING_TEXT) == KJ_SIGHTING_TEXT ||
	    strnlen(sighting.helo, KJ_SIGHTING_TEXT) == KJ_SIGHTING_TEXT ||
	    strnlen(sighting.subject, KJ_SIGHTING_TEXT) == KJ_SIGHTING_TEXT || sighting.key_count > KJ_SIGHTING_KEYS)
		abort();
	if (kj_sighting_encode(&sighting, again) != size || memcmp(again, data, size) != 0)
		abort();
	return 0;
}
