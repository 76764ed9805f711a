/*
 * crowd_mails.h - what the memory of the crowd is given to remember: made-up traffic of a large site
 *
 * Three mails of five come from senders who are well known, a third of these through pools; one in four from others
 * who come now and then; one in ten from a domain that was never seen before; one in twenty is of a campaign, of
 * which fifty are at work at any time, each for two days, from twelve /24s, with a domain for each mail. How often
 * which sender comes, and who says what, follows Zipf.
 *
 * Mail n is always the same mail. Threads: nothing is shared.
 */
#ifndef BENCH_CROWD_MAILS_H
#define BENCH_CROWD_MAILS_H

#include "bench/rng.h"
#include "kanjiki/sighting.h"

/* Estimates differ with the key. */
#define CROWD_KEY (&(const struct kj_hash_key){0x6b616e6a696b6931, 0x63726f7764313939})

/* crowd_mail - mail n of a site that gets so many a day */
void crowd_mail(uint64_t n, unsigned per_day, struct kj_sighting *ret_sighting);

#endif
