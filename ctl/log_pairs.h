/*
 * log_pairs.h - key and value of a line that kj_record wrote (record.h), back again
 */
#ifndef KJ_CTL_LOG_PAIRS_H
#define KJ_CTL_LOG_PAIRS_H

#include <stdbool.h>

struct kj_log_pair {
	char key[32];
	char value[1024]; /* escapes undone; what is too long is cut */
};

/*
 * kj_log_pair_next - the next pair of a logfmt line or of a flat JSON object
 *
 * *at moves behind it. Returns false at the end, and at what is no pair. Threads: safe.
 */
bool kj_log_pair_next(const char **at, struct kj_log_pair *ret_pair);

#endif
