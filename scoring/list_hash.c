/*
 * list_hash.c - SHA-1 and SHA-256 are nettle's
 */
#include "kanjiki/list_hash.h"

#include <nettle/sha1.h>
#include <nettle/sha2.h>

#define ADDRESS_MAX 512 /* RFC 5321 allows 64 + 1 + 255 octets; what lies beyond is not hashed */

static char *to_hex(const uint8_t *digest, size_t size, char *out)
{
	for (size_t i = 0; i < size; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
	return out;
}

/* Five bits a letter, the last ones filled up with zeros. */
static char *to_base32(const uint8_t *digest, size_t size, char *out)
{
	size_t count = (size * 8 + 4) / 5;

	for (size_t i = 0; i < count; i++) {
		size_t bit = i * 5, at = bit / 8;
		unsigned pair = (unsigned)digest[at] << 8 | (at + 1 < size ? digest[at + 1] : 0);

		out[i] = "abcdefghijklmnopqrstuvwxyz234567"[pair >> (11 - bit % 8) & 31];
	}
	out[count] = '\0';
	return out;
}

char *kj_list_hash(enum kj_list_hash hash, const char *address, char *out)
{
	uint8_t lower[ADDRESS_MAX], digest[SHA256_DIGEST_SIZE];
	bool is_sha1 = hash == KJ_LIST_SHA1 || hash == KJ_LIST_SHA1_BASE32;
	size_t len = strnlen(address, sizeof lower), size = is_sha1 ? SHA1_DIGEST_SIZE : SHA256_DIGEST_SIZE;
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;

	for (size_t i = 0; i < len; i++)
		lower[i] =
		    (uint8_t)(address[i] >= 'A' && address[i] <= 'Z' ? address[i] - 'A' + 'a' : address[i]);
	if (is_sha1) {
		sha1_init(&sha1);
		sha1_update(&sha1, len, lower);
		sha1_digest(&sha1, SHA1_DIGEST_SIZE, digest);
	} else {
		sha256_init(&sha256);
		sha256_update(&sha256, len, lower);
		sha256_digest(&sha256, SHA256_DIGEST_SIZE, digest);
	}
	return hash == KJ_LIST_SHA1 || hash == KJ_LIST_SHA256 ? to_hex(digest, size, out)
	                                                      : to_base32(digest, size, out);
}
