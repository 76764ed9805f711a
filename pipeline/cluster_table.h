/*
 * cluster_table.h - clusters as people read them
 *
 * What strangers wrote is printed without what a terminal obeys. Times are UTC. Threads: safe.
 */
#ifndef KJ_CLUSTER_TABLE_H
#define KJ_CLUSTER_TABLE_H

#include "kanjiki/cluster.h"

struct kj_buf;

/* kj_cluster_table - a row each, under a head */
void kj_cluster_table(const struct kj_cluster *clusters, unsigned count, struct kj_buf *out);

/* kj_cluster_story - one of them: what its mails have in common, the numbers in words, and its last mails, newest
 * first */
void kj_cluster_story(const struct kj_cluster *cluster, struct kj_buf *out);

#endif
