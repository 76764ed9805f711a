/*
 * lookup_rivals.c - our resolver, ldns's blocking one, c-ares and libunbound behind one interface
 *
 * Each hands over a parsed answer, and each is told of the server in its own way. ldns and c-ares keep no answers.
 */
#include "bench/lookup_rivals.h"

#include <ares.h>
#include <ldns/ldns.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/select.h>
#include <unbound.h>

#include "kanjiki/clock.h"
#include "kanjiki/resolver.h"

#define DEADLINE_MS 20000

/* Ours: who asked sleeps until the last answer is there. */
struct ours {
	struct kj_resolver *resolver;
	pthread_mutex_t lock;
	pthread_cond_t done;
	unsigned open, found;
};

static void *ours_open(uint16_t port)
{
	struct ours *ours = calloc(1, sizeof *ours);
	struct kj_resolver_config config = {.server_count = 1};
	char server[32];

	snprintf(server, sizeof server, "127.0.0.1:%u", port);
	config.servers = (const char *[]){server};
	pthread_mutex_init(&ours->lock, NULL);
	pthread_cond_init(&ours->done, NULL);
	if (kj_resolver_new(&config, kj_clock_system(), &ours->resolver, NULL) == 0)
		return ours;
	free(ours);
	return NULL;
}

static void ours_close(void *self)
{
	kj_resolver_free(((struct ours *)self)->resolver);
	free(self);
}

static void ours_done(void *context, const struct kj_dns_answer *answer)
{
	struct ours *ours = context;

	pthread_mutex_lock(&ours->lock);
	ours->found += answer->status == KJ_DNS_FOUND;
	if (--ours->open == 0)
		pthread_cond_signal(&ours->done);
	pthread_mutex_unlock(&ours->lock);
}

static unsigned ours_ask_all(void *self, char **names, unsigned count)
{
	struct ours *ours = self;
	int64_t deadline_ms = kj_clock_mono_ms(kj_clock_system()) + DEADLINE_MS;
	unsigned found;

	ours->open = count;
	ours->found = 0;
	for (unsigned i = 0; i < count; i++)
		if (kj_resolver_ask(ours->resolver, names[i], KJ_DNS_A, deadline_ms, ours_done, ours) < 0)
			return 0;
	pthread_mutex_lock(&ours->lock);
	while (ours->open)
		pthread_cond_wait(&ours->done, &ours->lock);
	found = ours->found;
	pthread_mutex_unlock(&ours->lock);
	return found;
}

static bool ours_ask(void *self, const char *name)
{
	return ours_ask_all(self, (char *[]){(char *)(uintptr_t)name}, 1) == 1;
}

/* ldns: asks and waits, a socket for each question. */
static void *blocking_open(uint16_t port)
{
	ldns_resolver *resolver = ldns_resolver_new();
	ldns_rdf *server = ldns_rdf_new_frm_str(LDNS_RDF_TYPE_A, "127.0.0.1");

	ldns_resolver_push_nameserver(resolver, server);
	ldns_rdf_deep_free(server);
	ldns_resolver_set_port(resolver, port);
	ldns_resolver_set_recursive(resolver, true);
	return resolver;
}

static void blocking_close(void *self)
{
	ldns_resolver_deep_free(self);
}

static bool blocking_ask(void *self, const char *name)
{
	ldns_rdf *dname = ldns_dname_new_frm_str(name);
	ldns_pkt *packet = ldns_resolver_query(self, dname, LDNS_RR_TYPE_A, LDNS_RR_CLASS_IN, LDNS_RD);
	bool found = packet && ldns_pkt_ancount(packet) > 0;

	ldns_pkt_free(packet);
	ldns_rdf_deep_free(dname);
	return found;
}

/* c-ares: the asking thread runs the loop. */
struct cares {
	ares_channel channel;
	unsigned open, found;
};

static void *cares_open(uint16_t port)
{
	struct cares *cares = calloc(1, sizeof *cares);
	char server[32];

	snprintf(server, sizeof server, "127.0.0.1:%u", port);
	if (ares_library_init(ARES_LIB_INIT_ALL) == 0 && ares_init(&cares->channel) == 0 &&
	    ares_set_servers_ports_csv(cares->channel, server) == 0)
		return cares;
	free(cares);
	return NULL;
}

static void cares_close(void *self)
{
	ares_destroy(((struct cares *)self)->channel);
	ares_library_cleanup();
	free(self);
}

static void cares_done(void *context, int status, int timeouts, unsigned char *packet, int len)
{
	struct cares *cares = context;
	struct ares_addrttl addrs[16];
	int count = 16;

	(void)timeouts;
	cares->open--;
	cares->found += status == ARES_SUCCESS &&
	                ares_parse_a_reply(packet, len, NULL, addrs, &count) == ARES_SUCCESS && count > 0;
}

static unsigned cares_ask_all(void *self, char **names, unsigned count)
{
	struct cares *cares = self;
	struct timeval most = {1, 0}, wait;
	fd_set in, out;

	cares->open = count;
	cares->found = 0;
	for (unsigned i = 0; i < count; i++)
		ares_query(cares->channel, names[i], 1, 1, cares_done, cares);
	while (cares->open) {
		int fds;

		FD_ZERO(&in);
		FD_ZERO(&out);
		fds = ares_fds(cares->channel, &in, &out);
		select(fds, &in, &out, NULL, ares_timeout(cares->channel, &most, &wait));
		ares_process(cares->channel, &in, &out);
	}
	return cares->found;
}

static bool cares_ask(void *self, const char *name)
{
	return cares_ask_all(self, (char *[]){(char *)(uintptr_t)name}, 1) == 1;
}

/* libunbound: as a forwarder; all at once with its own thread. */
struct unbound {
	struct ub_ctx *ctx;
	unsigned open, found;
};

static bool unbound_configure(struct ub_ctx *ctx, const char *server)
{
	static const char *const options[][2] = {
	    {"do-not-query-localhost:", "no"}, {"module-config:", "iterator"}, {"qname-minimisation:", "no"}};

	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (ub_ctx_set_option(ctx, options[i][0], options[i][1]) != 0)
			return false;
	/* The last of them ends the configuration: by default it knows that there is nothing under "test." */
	return ub_ctx_set_fwd(ctx, server) == 0 && ub_ctx_async(ctx, 1) == 0 &&
	       ub_ctx_zone_remove(ctx, "test.") == 0;
}

static void *unbound_open(uint16_t port)
{
	struct unbound *unbound = calloc(1, sizeof *unbound);
	char server[32];

	snprintf(server, sizeof server, "127.0.0.1@%u", port);
	unbound->ctx = ub_ctx_create();
	if (unbound->ctx && unbound_configure(unbound->ctx, server))
		return unbound;
	ub_ctx_delete(unbound->ctx);
	free(unbound);
	return NULL;
}

static void unbound_close(void *self)
{
	ub_ctx_delete(((struct unbound *)self)->ctx);
	free(self);
}

static void unbound_done(void *context, int status, struct ub_result *result)
{
	struct unbound *unbound = context;

	unbound->open--;
	unbound->found += status == 0 && result->havedata;
	ub_resolve_free(result);
}

static unsigned unbound_ask_all(void *self, char **names, unsigned count)
{
	struct unbound *unbound = self;

	unbound->open = count;
	unbound->found = 0;
	for (unsigned i = 0; i < count; i++)
		if (ub_resolve_async(unbound->ctx, names[i], 1, 1, unbound, unbound_done, NULL) != 0)
			return 0;
	while (unbound->open && ub_wait(unbound->ctx) == 0)
		;
	return unbound->found;
}

static bool unbound_ask(void *self, const char *name)
{
	struct unbound *unbound = self;
	struct ub_result *result = NULL;
	bool found = ub_resolve(unbound->ctx, name, 1, 1, &result) == 0 && result->havedata;

	ub_resolve_free(result);
	return found;
}

const struct rival rivals[RIVALS] = {
    {"kanjiki", ours_open, ours_close, ours_ask_all, ours_ask},
    {"ldns_resolver_query", blocking_open, blocking_close, NULL, blocking_ask},
    {"c-ares", cares_open, cares_close, cares_ask_all, cares_ask},
    {"libunbound", unbound_open, unbound_close, unbound_ask_all, unbound_ask},
};
