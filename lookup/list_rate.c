/*
 * list_rate.c - windows of distinct clients
 */
#include "list_rate.h"

#include <stddef.h>
#include <string.h>

#define CLIENTS_MIN    50
#define JUMP_PERMYRIAD 3000
#define JUMP_TIMES     10
#define WEIGHT         5 /* a window is a fifth of the new average */
#define SLOTS          (2 * KJ_LIST_RATE_CLIENTS)

/* The window into the average. */
static void turn(struct kj_list_rate *rate, uint32_t share)
{
	rate->usual_permyriad =
	    rate->has_usual ? (rate->usual_permyriad * (WEIGHT - 1) + share) / WEIGHT : share;
	rate->has_usual = true;
	memset(rate->slots, 0, sizeof rate->slots);
	rate->clients = rate->listed = 0;
}

/* Counts only what is new: a client, or its first listing. */
static void count(struct kj_list_rate *rate, uint64_t client, bool listed)
{
	size_t i = client % SLOTS;

	while (rate->slots[i].client && rate->slots[i].client != client)
		i = (i + 1) % SLOTS;
	if (!rate->slots[i].client)
		rate->clients++;
	if (listed && !rate->slots[i].listed) {
		rate->listed++;
		rate->slots[i].listed = true;
	}
	rate->slots[i].client = client;
}

bool kj_list_rate_note(struct kj_list_rate *rate, uint64_t client, bool listed, uint32_t *ret_share_permyriad,
    uint32_t *ret_usual_permyriad)
{
	uint32_t share;
	bool jumps;

	if (!client)
		return false;
	count(rate, client, listed);
	if (rate->clients < CLIENTS_MIN)
		return false;
	share = rate->listed * 10000 / rate->clients;
	jumps = rate->has_usual && share > JUMP_PERMYRIAD && share > JUMP_TIMES * rate->usual_permyriad;
	if (jumps) {
		*ret_share_permyriad = share;
		*ret_usual_permyriad = rate->usual_permyriad;
	}
	if (jumps || rate->clients == KJ_LIST_RATE_CLIENTS)
		turn(rate, share);
	return jumps;
}
