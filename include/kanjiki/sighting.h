/*
 * sighting.h - what is remembered of one mail
 *
 * The pipeline makes it at the end of a mail, the memory (crowd.h) takes it in, the state file keeps it, and other
 * hosts are told. Keys are hashes with the site's secret; the few words in clear are there for people, who want to
 * see a campaign, not a number.
 */
#ifndef KJ_SIGHTING_H
#define KJ_SIGHTING_H

#include <stddef.h>
#include <stdint.h>

#include "kanjiki/addr.h"
#include "kanjiki/signal.h"
#include "kanjiki/sketch.h"

#define KJ_SIGHTING_KEYS  32
#define KJ_SIGHTING_TEXT  96   /* bytes of each text, with NUL; longer ones are cut at a character's end */
#define KJ_SIGHTING_BYTES 1024 /* encoded, at most */

enum kj_sighting_flag {
	KJ_SIGHTING_FRESH = 1 << 0,  /* the domain was first seen here within 3 days */
	KJ_SIGHTING_RECENT = 1 << 1, /* within 7 days */
	KJ_SIGHTING_KNOWN = 1 << 2,  /* earlier */
};

struct kj_sighting_key {
	enum kj_signal signal; /* KJ_SIGNAL_BODY has no key here: the sketch is its key */
	uint64_t key;
	uint32_t name; /* what may differ: a hash of the raw HELO; PTR: its number * 256 + the address's last byte */
};

struct kj_sighting {
	uint64_t mail;	/* the same for a retry of the same mail */
	uint64_t host;	/* which host of ours saw it; not sent, but filled in from who sent it (share.h) */
	int64_t time_s;
	struct kj_addr client;
	unsigned flags;		/* enum kj_sighting_flag */
	int64_t since_s;	/* when the domain was first seen, as far as this host knows; 0: not known */
	char domain[KJ_SIGHTING_TEXT]; /* org domain of the envelope sender */
	char helo[KJ_SIGHTING_TEXT];
	char subject[KJ_SIGHTING_TEXT]; /* template */
	struct kj_sketch sketch;
	struct kj_sighting_key keys[KJ_SIGHTING_KEYS];
	unsigned key_count;
};

/* kj_sighting_text - copy into one of its texts, cut at the end of a character */
void kj_sighting_text(char out[KJ_SIGHTING_TEXT], const char *text);

/* kj_sighting_add_key - add a key, unless it is there or there are KJ_SIGHTING_KEYS */
void kj_sighting_add_key(struct kj_sighting *sighting, enum kj_signal signal, uint64_t key, uint32_t name);

/* kj_sighting_encode - into out; returns the length. The form is the same on all machines; `host` is left out. */
size_t kj_sighting_encode(const struct kj_sighting *sighting, uint8_t out[KJ_SIGHTING_BYTES]);

/* kj_sighting_decode - -KJ_EINVAL for bytes that no kj_sighting_encode() wrote; they may be a stranger's */
int kj_sighting_decode(const uint8_t *data, size_t len, struct kj_sighting *ret_sighting);

#endif
