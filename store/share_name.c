/*
 * share_name.c - a question that two hold: who asked, and who is being asked; the last one clears up
 */
#include "share_name.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>

struct kj_name_query {
	atomic_uint holders;
	atomic_bool done; /* the two below are there */
	int rc;
	struct addrinfo *list;
	char *host, *port;
};

static void release(struct kj_name_query *query)
{
	if (atomic_fetch_sub(&query->holders, 1) != 1)
		return;
	if (query->list)
		freeaddrinfo(query->list);
	free(query->host);
	free(query->port);
	free(query);
}

static void *resolve(void *context)
{
	struct kj_name_query *query = context;
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};

	query->rc = getaddrinfo(query->host, query->port, &hints, &query->list);
	atomic_store(&query->done, true);
	release(query);
	return NULL;
}

static int start(struct kj_name_query *query)
{
	pthread_attr_t attr;
	pthread_t thread;
	int rc;

	if (pthread_attr_init(&attr) != 0)
		return -1;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &attr, resolve, query);
	pthread_attr_destroy(&attr);
	return rc == 0 ? 0 : -1;
}

struct kj_name_query *kj_name_ask(const char *host, const char *port)
{
	struct kj_name_query *query = calloc(1, sizeof *query);

	if (!query)
		return NULL;
	query->host = strdup(host);
	query->port = strdup(port);
	atomic_init(&query->holders, 2);
	if (query->host && query->port && start(query) == 0)
		return query;
	atomic_store(&query->holders, 1);
	release(query);
	return NULL;
}

int kj_name_answer(const struct kj_name_query *query, const struct addrinfo **ret_list)
{
	if (!atomic_load(&query->done))
		return 0;
	if (query->rc != 0)
		return query->rc;
	*ret_list = query->list;
	return 1;
}

void kj_name_forget(struct kj_name_query *query)
{
	if (query)
		release(query);
}
