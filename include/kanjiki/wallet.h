/*
 * wallet.h - addresses of crypto currencies in a text, known by their checksums
 *
 * A pattern alone finds "addresses" in honest mail (0.3% of it); the checksum hardly ever does. An address that is split
 * by blanks, line ends, asterisks, dots, hyphens or invisible characters is joined again, if its checksum is right then.
 * What stands inside a URL or an e-mail address is none.
 */
#ifndef KJ_WALLET_H
#define KJ_WALLET_H

#include <stdbool.h>
#include <stddef.h>

#include "kanjiki/text.h"

struct kj_arena;

struct kj_wallet {
	const char *currency; /* "BTC", "LTC", "XMR", "ETH", ...: the first that uses this form of address */
	const char *address;  /* in one piece */
	size_t start, end;    /* bytes of the text it was found in */
	bool split;           /* it was in pieces there */
	bool verified;        /* false for ETH in one case only, which has no checksum (EIP-55) */
};

#define KJ_WALLETS_MAX 16 /* in one text */

/*
 * kj_wallets_find - the wallets of a text
 *
 * Takes:  UTF-8 as the sender wrote it, not a folded view: case matters.
 * Gives:  *ret_wallets in the arena, in the order of the text, each address once, and how many; 0 and NULL if none.
 * Errors: -KJ_ENOMEM.
 * Threads: safe, one arena per call.
 * Source: Base58Check; BIP 173 (bech32), BIP 350 (bech32m), EIP-55, CryptoNote's block base58.
 */
int kj_wallets_find(struct kj_arena *arena, const struct kj_text *text, const struct kj_wallet **ret_wallets,
    unsigned *ret_count);

#endif
