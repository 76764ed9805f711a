/*
 * hash.h - keyed hashing of strangers' bytes
 *
 * SipHash-2-4 (Aumasson, Bernstein 2012): without the key nobody can choose mails or names that collide.
 * Threads: safe.
 */
#ifndef KJ_HASH_H
#define KJ_HASH_H

#include <stddef.h>
#include <stdint.h>

struct kj_hash_key {
	uint64_t k0, k1;
};

/* kj_hash_key_random - a key from the kernel's random source; -KJ_EIO */
int kj_hash_key_random(struct kj_hash_key *ret_key);

uint64_t kj_hash(const struct kj_hash_key *key, const void *data, size_t len);

/* kj_random - fill out with random bytes (kernel source); -KJ_EIO */
int kj_random(void *out, size_t len);

#endif
