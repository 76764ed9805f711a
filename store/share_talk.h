/*
 * share_talk.h - one cycle with Redis: everything that is due as one run of commands, and what the replies mean
 *
 * Knows the commands and the keys, but no sockets and no threads. In Redis lie, behind the prefix:
 *   sightings  a stream; field "s" of each entry is a sealed sighting; trimmed to about 200,000
 *   first      a sorted set: hash of a domain (8 bytes) -> when it was first seen, the least that anybody said
 *   last       the same -> when it was last seen; by it, domains are forgotten after 180 days
 * A cycle: kj_talk_begin() gives the commands, kj_talk_hear() takes the replies until all are there, kj_talk_end()
 * clears up, also after half of them. Threads: one at a time.
 */
#ifndef KJ_SHARE_TALK_H
#define KJ_SHARE_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/err.h"
#include "share_ring.h"
#include "share_seal.h"

#define KJ_TALK_TOLD	  512  /* in one cycle */
#define KJ_TALK_QUESTIONS 1024 /* the same */
#define KJ_TALK_STREAM	  200000

struct kj_clock;
struct kj_talk;

struct kj_talk_config {
	const char *user, *password, *prefix;
	const struct kj_seal *seal;
	uint8_t host[KJ_SEAL_HOST]; /* whose own sightings are passed over */
	const struct kj_clock *clock;
	void (*sighting)(void *context, const struct kj_sighting *sighting);
	void *context;
};

/* What is due, and what came of it. */
struct kj_cycle {
	bool first; /* on a new connection */
	struct kj_told told[KJ_TALK_TOLD];
	unsigned told_count;
	uint64_t questions[KJ_TALK_QUESTIONS]; /* hashes of domains */
	unsigned question_count;

	int64_t since_s[KJ_TALK_QUESTIONS]; /* 0: known to nobody */
	bool more; /* others have told more than was read */
	bool lost; /* Redis lost what had been in the stream: it is read from its beginning, and all is told again */
	uint64_t heard, refused;
};

/* kj_talk_new - strings are copied, the seal is not; NULL when out of memory */
struct kj_talk *kj_talk_new(const struct kj_talk_config *config);
void kj_talk_free(struct kj_talk *talk); /* NULL is allowed */

/* kj_talk_begin - the commands, good until kj_talk_end(); -KJ_ENOMEM, -KJ_EIO (no random bytes) */
int kj_talk_begin(struct kj_talk *talk, struct kj_cycle *cycle, const char **ret_data, size_t *ret_len);

/* kj_talk_hear - 1 all is said, 0 more is to come; negative with the reason: Redis refused something, or is none */
int kj_talk_hear(struct kj_talk *talk, struct kj_cycle *cycle, const void *data, size_t len, struct kj_reason *reason);

void kj_talk_end(struct kj_talk *talk);

#endif
