/*
 * cluster.c - the names of clusters
 */
#include "kanjiki/cluster.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kanjiki/err.h"

#define DIGITS 16

char *kj_cluster_id(enum kj_signal signal, uint64_t id, char out[KJ_CLUSTER_ID_LEN])
{
	snprintf(out, KJ_CLUSTER_ID_LEN, "%s-%016" PRIx64, kj_signals[signal].name, id);
	return out;
}

int kj_cluster_id_parse(const char *text, enum kj_signal *ret_signal, uint64_t *ret_id)
{
	const char *hyphen = strrchr(text, '-');
	char name[KJ_CLUSTER_ID_LEN];
	int signal;

	if (!hyphen || (size_t)(hyphen - text) >= sizeof name || strlen(hyphen + 1) != DIGITS ||
	    strspn(hyphen + 1, "0123456789abcdef") != DIGITS)
		return -KJ_EINVAL;
	snprintf(name, sizeof name, "%.*s", (int)(hyphen - text), text);
	signal = kj_signal_find(name);
	if (signal < 0)
		return -KJ_EINVAL;
	*ret_signal = (enum kj_signal)signal;
	*ret_id = strtoull(hyphen + 1, NULL, 16);
	return 0;
}
