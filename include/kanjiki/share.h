/*
 * share.h - several MX hosts that remember together, through one Redis
 *
 * Each host tells the others what it saw (sighting.h), in a stream that all of them read; so every host has the whole
 * memory, and none has to ask for it while a mail waits. Since when a domain is known is kept beside it, as the least
 * of what all hosts say. All that is written can be written twice without harm. What lies in Redis is sealed with the
 * site's secret (ChaCha20-Poly1305): who gets at the Redis can neither read who writes to whom nor invent sightings.
 *
 * One thread talks to Redis: all that is due goes out together and comes back together. When Redis is slow or gone,
 * everybody carries on with what he has; what was to be told waits (the newest 65,536 sightings, of 16 MiB at most),
 * and is told when it is back. A Redis that lost its data is told these again. A mail never waits longer than it is
 * willing to.
 *
 * Redis 6.2 or later. An ACL user needs ~PREFIX* and +xadd +xread +xrange +xlen +zadd +zmscore +zrangebyscore +zrem.
 * With TLS it must not ask for a certificate of ours (tls-auth-clients no). Who can write to Redis can still delete,
 * tell an old sighting again, and change since when a domain is known if he knows its hash.
 *
 * Threads: all calls are safe; events come from the thread of the share.
 */
#ifndef KJ_SHARE_H
#define KJ_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "kanjiki/err.h"
#include "kanjiki/sighting.h"

struct kj_clock;
struct kj_share;

/* Strings are never NULL. */
struct kj_share_config {
	const char *server;   /* "unix:/run/redis/redis.sock", "redis.example.net:6379", "192.0.2.1", "[::1]:6379" */
	const char *user;     /* ACL user; "" for none */
	const char *password; /* "" for none */
	bool tls;	      /* the certificate is checked, with the server's name */
	const char *ca_file;  /* whose certificates are trusted; "" for the system's */
	const char *prefix;   /* of all keys in Redis: "kanjiki:" */
	const char *secret;   /* the site's, the same on all hosts */
};

struct kj_share_events {
	/* another host saw this */
	void (*sighting)(void *context, const struct kj_sighting *sighting);
	/* it changed; said once for each change; and while it is gone, when the reason is another one, once a minute at
	 * most */
	void (*state)(void *context, bool connected, const char *why);
	void *context;
};

/* kj_share_new - start; Redis need not be there. -KJ_EINVAL (server, certificates) and -KJ_ENOMEM with the reason. */
int kj_share_new(const struct kj_share_config *config, const struct kj_share_events *events,
    const struct kj_clock *clock, struct kj_share **ret_share, struct kj_reason *reason);

/* kj_share_free - tell what is still to be told, if that takes less than a second, and end; no event comes that had
 * not begun before. NULL is allowed */
void kj_share_free(struct kj_share *share);

/* kj_share_hash_key - the key for all hashes that hosts share, made of the secret. Pure. */
void kj_share_hash_key(const struct kj_share_config *config, struct kj_hash_key *ret_key);

/* kj_share_put - tell the others, and since when (since_s, or time_s if that is 0) the domain is known; never waits */
void kj_share_put(struct kj_share *share, const struct kj_sighting *sighting);

/*
 * kj_share_ask - since when is this domain known to any host?
 *
 * Returns at once with a number for kj_share_wait(). It also makes the share read what the others have told: after
 * the wait the events have come for all that was told before the question.
 */
uint64_t kj_share_ask(struct kj_share *share, const char *domain);

/*
 * kj_share_wait - until the answer is there, or until deadline_ms of the monotonic clock
 *
 * Returns true with *ret_since_s (0: known to nobody); false if there is none, at once while Redis is gone. Call it
 * once for each question.
 */
bool kj_share_wait(struct kj_share *share, uint64_t question, int64_t deadline_ms, int64_t *ret_since_s);

/* kj_share_is_up - the other hosts can be told and heard, as far as is known */
bool kj_share_is_up(struct kj_share *share);

struct kj_share_stats {
	bool connected;
	uint64_t told, heard, refused; /* sightings sent; received; received and not of our secret, or damaged */
	uint64_t dropped;	       /* not told, for too many waited */
	uint32_t waiting;
	uint64_t round_trips;
};
void kj_share_stats(struct kj_share *share, struct kj_share_stats *ret_stats);

#endif
