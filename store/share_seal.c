/*
 * share_seal.c - sealing and opening
 */
#include "share_seal.h"

#include <endian.h>
#include <nettle/chacha-poly1305.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>

#include "kanjiki/err.h"

#define SEAL_VERSION	 1
#define HEAD_LEN (1 + KJ_SEAL_HOST)
#define NONCE_AT HEAD_LEN
#define DATA_AT	 (HEAD_LEN + CHACHA_POLY1305_NONCE_SIZE)

_Static_assert(KJ_SEAL_EXTRA == DATA_AT + CHACHA_POLY1305_DIGEST_SIZE, "the extra is head, nonce and tag");
_Static_assert(KJ_SEAL_KEY == CHACHA_POLY1305_KEY_SIZE && KJ_SEAL_KEY == SHA256_DIGEST_SIZE, "the key is a hash");

/* Each text with its NUL, so that no two lists of texts are the same bytes. */
static void hash_texts(const char *const texts[], size_t count, uint8_t out[SHA256_DIGEST_SIZE])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	for (size_t i = 0; i < count; i++)
		sha256_update(&ctx, strlen(texts[i]) + 1, (const uint8_t *)texts[i]);
	sha256_digest(&ctx, SHA256_DIGEST_SIZE, out);
}

void kj_seal_init(struct kj_seal *seal, const char *secret, const char *prefix)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	uint64_t words[2];

	hash_texts((const char *const[]){"kanjiki share hash 1", secret}, 2, digest);
	memcpy(words, digest, sizeof words);
	seal->hash_key = (struct kj_hash_key){le64toh(words[0]), le64toh(words[1])};
	hash_texts((const char *const[]){"kanjiki share seal 1", prefix, secret}, 3, seal->key);
}

/* The head is not secret, but nobody may change it. */
static void prepare(struct chacha_poly1305_ctx *ctx, const struct kj_seal *seal, const uint8_t *sealed)
{
	chacha_poly1305_set_key(ctx, seal->key);
	chacha_poly1305_set_nonce(ctx, sealed + NONCE_AT);
	chacha_poly1305_update(ctx, HEAD_LEN, sealed);
}

int kj_seal_close(const struct kj_seal *seal, const uint8_t host[KJ_SEAL_HOST], const uint8_t *data,
    size_t len, uint8_t *out)
{
	struct chacha_poly1305_ctx ctx;

	out[0] = SEAL_VERSION;
	memcpy(out + 1, host, KJ_SEAL_HOST);
	if (kj_random(out + NONCE_AT, CHACHA_POLY1305_NONCE_SIZE) < 0)
		return -KJ_EIO;
	prepare(&ctx, seal, out);
	chacha_poly1305_encrypt(&ctx, len, out + DATA_AT, data);
	chacha_poly1305_digest(&ctx, CHACHA_POLY1305_DIGEST_SIZE, out + DATA_AT + len);
	return 0;
}

const uint8_t *kj_seal_host(const uint8_t *sealed, size_t len)
{
	return len < KJ_SEAL_EXTRA || sealed[0] != SEAL_VERSION ? NULL : sealed + 1;
}

int kj_seal_open(const struct kj_seal *seal, const uint8_t *sealed, size_t len, uint8_t *out)
{
	struct chacha_poly1305_ctx ctx;
	uint8_t tag[CHACHA_POLY1305_DIGEST_SIZE];

	if (!kj_seal_host(sealed, len))
		return -KJ_EINVAL;
	len -= KJ_SEAL_EXTRA;
	prepare(&ctx, seal, sealed);
	chacha_poly1305_decrypt(&ctx, len, out, sealed + DATA_AT);
	chacha_poly1305_digest(&ctx, sizeof tag, tag);
	return memeql_sec(tag, sealed + DATA_AT + len, sizeof tag) ? 0 : -KJ_EINVAL;
}
