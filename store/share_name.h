/*
 * share_name.h - the addresses of a host, asked so that nobody hangs
 *
 * getaddrinfo() waits as long as resolv.conf says, and cannot be called off. It runs in a thread of its own, which is
 * left to itself when nobody waits any more; there is one for each attempt to connect, and each ends with the
 * resolver's own timeouts.
 */
#ifndef KJ_SHARE_NAME_H
#define KJ_SHARE_NAME_H

#include <netdb.h>

struct kj_name_query;

/* kj_name_ask - begin; NULL when out of memory or threads */
struct kj_name_query *kj_name_ask(const char *host, const char *port);

/* kj_name_answer - 1 with the addresses, the query's own; 0 not yet; or a negative code of getaddrinfo(), for
 * gai_strerror() */
int kj_name_answer(const struct kj_name_query *query, const struct addrinfo **ret_list);

/* kj_name_forget - answered or not; NULL is allowed */
void kj_name_forget(struct kj_name_query *query);

#endif
