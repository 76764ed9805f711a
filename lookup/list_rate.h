/*
 * list_rate.h - how many of the clients a list lists, now and usually
 *
 * Clients are counted once each, by a hash of their address, in windows of 50 to 100; a full window goes into a moving average.
 * A list jumps if it lists more than 30% of a window, and more than ten times its usual share. Each jump also moves
 * the average, so that what stays is the new usual.
 */
#ifndef KJ_LIST_RATE_H
#define KJ_LIST_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define KJ_LIST_RATE_CLIENTS 100

struct kj_list_rate {
	struct {
		uint64_t client; /* 0: empty */
		bool listed;
	} slots[2 * KJ_LIST_RATE_CLIENTS];
	unsigned clients, listed;
	uint32_t usual_permyriad;
	bool has_usual;
};

/*
 * kj_list_rate_note - a client was asked for; true if the list jumps with it
 *
 * Gives: then the share of this window and the usual one, in 1/10,000. The window begins anew.
 */
bool kj_list_rate_note(struct kj_list_rate *rate, uint64_t client, bool listed, uint32_t *ret_share_permyriad,
    uint32_t *ret_usual_permyriad);

#endif
