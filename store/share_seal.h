/*
 * share_seal.h - a sighting that only hosts with the same secret can read or make
 *
 * ChaCha20-Poly1305 (RFC 8439) with a random nonce for each: version (1 byte), who sealed it (8), nonce (12), what is
 * sealed, tag (16). The key is made of the secret and the prefix, so that two sites in one Redis cannot take each
 * other's for their own. It keeps nobody from telling an old one again: the memory knows the mails that it has
 * (crowd.h). Threads: safe.
 */
#ifndef KJ_SHARE_SEAL_H
#define KJ_SHARE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "kanjiki/hash.h"

#define KJ_SEAL_KEY   32
#define KJ_SEAL_HOST  8
#define KJ_SEAL_EXTRA (1 + KJ_SEAL_HOST + 12 + 16) /* bytes that sealing adds */

struct kj_seal {
	uint8_t key[KJ_SEAL_KEY];
	struct kj_hash_key hash_key; /* of the secret alone */
};

void kj_seal_init(struct kj_seal *seal, const char *secret, const char *prefix);

/* kj_seal_close - seal len bytes to out, which has room for KJ_SEAL_EXTRA more; -KJ_EIO without random bytes */
int kj_seal_close(const struct kj_seal *seal, const uint8_t host[KJ_SEAL_HOST], const uint8_t *data,
    size_t len, uint8_t *out);

/* kj_seal_host - who says that he sealed it (kj_seal_open() proves it); NULL if it is too short or of another
 * version */
const uint8_t *kj_seal_host(const uint8_t *sealed, size_t len);

/* kj_seal_open - to out, which has room for len - KJ_SEAL_EXTRA bytes; -KJ_EINVAL if it was not sealed with this
 * secret */
int kj_seal_open(const struct kj_seal *seal, const uint8_t *sealed, size_t len, uint8_t *out);

#endif
