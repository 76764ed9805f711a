/*
 * wallet_check.h - whether a string is an address, by its checksum
 *
 * Private to message/. Threads: all calls are safe. No call looks beyond len.
 */
#ifndef KJ_WALLET_CHECK_H
#define KJ_WALLET_CHECK_H

#include <stdbool.h>
#include <stddef.h>

enum kj_wallet_form { KJ_WALLET_NONE, KJ_WALLET_FORMAT_ONLY, KJ_WALLET_VERIFIED };

#define KJ_BASE58_MIN 25 /* letters of a Base58Check address */
#define KJ_BASE58_MAX 35
#define KJ_ETH_LEN    42 /* "0x" and 40 hexadecimal digits */
#define KJ_SEGWIT_MAX 63
#define KJ_XMR_LEN    95  /* CryptoNote: 69 bytes */
#define KJ_XMR_LONG   106 /* with a payment id: 77 bytes */

/* kj_base58_is - a letter of Base58 (no 0, O, I, l); kj_bech32_is - of the data of bech32, in lower case */
bool kj_base58_is(char c);
bool kj_bech32_is(char c);

/* kj_base58check - Base58Check with this version byte, 20 bytes of payload */
bool kj_base58check(const char *text, size_t len, unsigned version);

/* kj_segwit_check - a segwit address with that human-readable part ("bc"), in lower case: version 0 in bech32 (BIP 173),
 * any other in bech32m (BIP 350) */
bool kj_segwit_check(const char *text, size_t len, const char *hrp);

/* kj_ethereum_check - EIP-55 says that mixed case is a checksum; one case only has none */
enum kj_wallet_form kj_ethereum_check(const char *text, size_t len);

/* kj_cryptonote_check - a Monero address: block base58, network byte, four bytes of Keccak-256 */
bool kj_cryptonote_check(const char *text, size_t len);

#endif
