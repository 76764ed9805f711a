/*
 * wallet_check.c - Base58Check, bech32, EIP-55 and CryptoNote's base58
 *
 * SHA-256 and the Keccak permutation are nettle's. The Keccak of Ethereum and Monero is the one before FIPS 202: its padding
 * begins with 0x01 instead of 0x06, so nettle's SHA-3 itself would be the wrong hash.
 */
#include "wallet_check.h"

#include <nettle/sha2.h>
#include <nettle/sha3.h>
#include <stdint.h>

#define BASE58_BYTES   25
#define KECCAK_RATE    136 /* bytes, of Keccak-256 */
#define BLOCK_LETTERS  11  /* of CryptoNote's base58: eight bytes */
#define BLOCK_BYTES    8
#define XMR_TAIL       7 /* letters of the last block: five bytes */
#define XMR_TAIL_BYTES 5
#define XMR_BYTES_MAX  77
#define BECH32M_CONST  0x2bc830a3U

static const char base58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
static const char bech32[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static int digit_in(const char *letters, char c)
{
	const char *at = c ? strchr(letters, c) : NULL;

	return at ? (int)(at - letters) : -1;
}

bool kj_base58_is(char c)
{
	return (c >= '1' && c <= '9') || (c >= 'A' && c <= 'Z' && c != 'I' && c != 'O') || (c >= 'a' && c <= 'z' && c != 'l');
}

bool kj_bech32_is(char c)
{
	return digit_in(bech32, c) >= 0;
}

/* --- Base58Check --------------------------------------------------------------------------------------------- */

/* A number in base 58 as exactly so many bytes, big-endian. */
static bool from_base58(const char *text, size_t len, uint8_t *out, size_t size)
{
	memset(out, 0, size);
	for (size_t i = 0; i < len; i++) {
		int carry = digit_in(base58, text[i]);

		if (carry < 0)
			return false;
		for (size_t k = size; k-- > 0;) {
			carry += 58 * out[k];
			out[k] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry)
			return false;
	}
	return true;
}

static void sha256(const uint8_t *data, size_t len, uint8_t *out)
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, len, data);
	sha256_digest(&ctx, SHA256_DIGEST_SIZE, out);
}

bool kj_base58check(const char *text, size_t len, unsigned version)
{
	uint8_t bytes[BASE58_BYTES], hash[SHA256_DIGEST_SIZE];
	size_t ones = 0, zeros = 0;

	if (len < KJ_BASE58_MIN || len > KJ_BASE58_MAX || !from_base58(text, len, bytes, sizeof bytes) ||
	    bytes[0] != version)
		return false;
	/* One letter '1' for each leading zero byte, no more and no less. */
	while (ones < len && text[ones] == '1')
		ones++;
	while (zeros < sizeof bytes && !bytes[zeros])
		zeros++;
	if (ones != zeros)
		return false;
	sha256(bytes, sizeof bytes - 4, hash);
	sha256(hash, sizeof hash, hash);
	return memcmp(hash, bytes + sizeof bytes - 4, 4) == 0;
}

/* --- Segwit -------------------------------------------------------------------------------------------------- */

static uint32_t polymod(uint32_t sum, unsigned value)
{
	static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	uint32_t top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (int i = 0; i < 5; i++)
		sum ^= top >> i & 1 ? generator[i] : 0;
	return sum;
}

/* Bytes of the witness program in so many letters, checksum and version not counted. */
static bool is_program(unsigned version, size_t letters)
{
	size_t bytes = letters * 5 / 8;

	return letters * 5 % 8 < 5 && (version ? bytes >= 2 && bytes <= 40 : bytes == 20 || bytes == 32);
}

bool kj_segwit_check(const char *text, size_t len, const char *hrp)
{
	size_t head = strlen(hrp);
	uint32_t sum = 1;
	int version;

	if (len < head + 8 || strncmp(text, hrp, head) != 0 || text[head] != '1')
		return false;
	version = digit_in(bech32, text[head + 1]);
	if (version < 0 || version > 16 || !is_program((unsigned)version, len - head - 8))
		return false;
	for (size_t i = 0; i < head; i++)
		sum = polymod(sum, (unsigned char)hrp[i] >> 5);
	sum = polymod(sum, 0);
	for (size_t i = 0; i < head; i++)
		sum = polymod(sum, hrp[i] & 31);
	for (size_t i = head + 1; i < len; i++) {
		int digit = digit_in(bech32, text[i]);

		if (digit < 0)
			return false;
		sum = polymod(sum, (unsigned)digit);
	}
	return sum == (version ? BECH32M_CONST : 1);
}

/* --- Keccak -------------------------------------------------------------------------------------------------- */

/* Of less than one block. */
static void keccak256(const uint8_t *data, size_t len, uint8_t out[32])
{
	struct sha3_state state = {{0}};
	uint8_t block[KECCAK_RATE] = {0};

	memcpy(block, data, len);
	block[len] = 0x01;
	block[KECCAK_RATE - 1] |= 0x80;
	for (size_t i = 0; i < KECCAK_RATE; i++)
		state.a[i / 8] ^= (uint64_t)block[i] << 8 * (i % 8);
	sha3_permute(&state);
	for (size_t i = 0; i < 32; i++)
		out[i] = (uint8_t)(state.a[i / 8] >> 8 * (i % 8));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum kj_wallet_form kj_ethereum_check(const char *text, size_t len)
{
	bool upper = false, lower = false;
	uint8_t hash[32];
	char small[40];

	if (len != KJ_ETH_LEN || text[0] != '0' || text[1] != 'x')
		return KJ_WALLET_NONE;
	for (size_t i = 0; i < sizeof small; i++) {
		char c = text[2 + i];

		upper |= c >= 'A' && c <= 'F';
		lower |= c >= 'a' && c <= 'f';
		small[i] = (char)(is_digit(c) ? c : c | 0x20);
		if (!is_digit(c) && (small[i] < 'a' || small[i] > 'f'))
			return KJ_WALLET_NONE;
	}
	if (!upper || !lower)
		return KJ_WALLET_FORMAT_ONLY;
	keccak256((const uint8_t *)small, sizeof small, hash);
	for (size_t i = 0; i < sizeof small; i++) {
		bool high = hash[i / 2] >> (i % 2 ? 0 : 4) & 8;

		if (!is_digit(small[i]) && high != (text[2 + i] != small[i]))
			return KJ_WALLET_NONE;
	}
	return KJ_WALLET_VERIFIED;
}

/* The bytes of the network: standard, subaddress, with payment id. */
static bool is_monero(uint8_t network, size_t len)
{
	return len == KJ_XMR_LONG ? network == 19 : network == 18 || network == 42;
}

bool kj_cryptonote_check(const char *text, size_t len)
{
	uint8_t bytes[XMR_BYTES_MAX], hash[32];
	size_t size = 0;

	if (len != KJ_XMR_LEN && len != KJ_XMR_LONG)
		return false;
	for (; len > XMR_TAIL + size / BLOCK_BYTES * BLOCK_LETTERS; size += BLOCK_BYTES)
		if (!from_base58(text + size / BLOCK_BYTES * BLOCK_LETTERS, BLOCK_LETTERS, bytes + size, BLOCK_BYTES))
			return false;
	if (!from_base58(text + len - XMR_TAIL, XMR_TAIL, bytes + size, XMR_TAIL_BYTES))
		return false;
	size += XMR_TAIL_BYTES;
	if (!is_monero(bytes[0], len))
		return false;
	keccak256(bytes, size - 4, hash);
	return memcmp(hash, bytes + size - 4, 4) == 0;
}
