/*
 * sightings.h - made-up mails for the tests of the crowd
 */
#ifndef KJ_TEST_SIGHTINGS_H
#define KJ_TEST_SIGHTINGS_H

#include <stdio.h>

#include "kanjiki/sighting.h"

/* Of the memories of the tests: estimates differ with the key, so it is always the same. */
#define CROWD_KEY (&(const struct kj_hash_key){0x6b616e6a696b6931, 0x63726f7764313939})

#define DAY 86400
#define NOW 1800000000

/* sighting_of - mail n: from a client, a /24 and a domain of its own; without keys */
static inline struct kj_sighting sighting_of(unsigned n, int64_t time_s)
{
	const uint8_t client[4] = {(uint8_t)(10 + n / 65536), (uint8_t)(n / 256), (uint8_t)n, (uint8_t)(n % 250 + 1)};
	struct kj_sighting sighting = {.mail = n * 2654435761U + 1ULL, .time_s = time_s};

	sighting.client = kj_addr_from_bytes(4, client);
	snprintf(sighting.domain, sizeof sighting.domain, "d%u.example", n);
	snprintf(sighting.helo, sizeof sighting.helo, "ary%u.localhost", n);
	snprintf(sighting.subject, sizeof sighting.subject, "{R}様 #");
	return sighting;
}

/* sighting_with - the same with one key; the name differs from mail to mail */
static inline struct kj_sighting sighting_with(unsigned n, int64_t time_s, enum kj_signal signal, uint64_t key)
{
	struct kj_sighting sighting = sighting_of(n, time_s);

	kj_sighting_add_key(&sighting, signal, key, n);
	return sighting;
}

/* sketch_of - the sketch of text n, which is alike to no other */
static inline struct kj_sketch sketch_of(unsigned n)
{
	struct kj_sketch sketch = {.runs = 100};
	uint32_t state = n * 2654435761U + 12345;

	for (int i = 0; i < KJ_SKETCH_LEN; i++) {
		state = state * 1664525 + 1013904223;
		sketch.at[i] = (uint8_t)(state >> 24);
	}
	return sketch;
}

#endif
