/*
 * fuzz_wallet.c - any bytes as a text with wallets; each lies inside the text and is found again in its own address
 */
#include "fuzz.h"
#include "kanjiki/arena.h"
#include "kanjiki/text.h"
#include "kanjiki/wallet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	const struct kj_wallet *wallets, *again;
	unsigned count, count_again;

	if (kj_wallets_find(arena, &(struct kj_text){(const char *)data, size}, &wallets, &count) == 0)
		for (unsigned i = 0; i < count; i++) {
			struct kj_text address = {wallets[i].address, strlen(wallets[i].address)};

			if (wallets[i].start >= wallets[i].end || wallets[i].end > size ||
			    kj_wallets_find(arena, &address, &again, &count_again) < 0 || count_again != 1 ||
			    strcmp(again->address, address.data) != 0)
				__builtin_trap();
		}
	kj_arena_free(arena);
	return 0;
}
