/*
 * crowd.c - who sends the generated mails
 *
 * One in eight clients has no PTR record, one in eight says HELO with another name, one in sixteen is on the
 * blocklist: all the ways through the connection checks are walked, none of them by everybody.
 */
#include "bench/crowd.h"

#include "bench/rng.h"

void crowd_client(const struct crowd *crowd, unsigned n, struct client *client)
{
	unsigned number = n % (crowd->nets * crowd->hosts);
	unsigned net = number % crowd->nets, host = number / crowd->nets + 1;
	struct rng rng = rng_for(0, 1, number);
	unsigned kind = rng_below(&rng, 8);

	snprintf(client->addr, sizeof client->addr, "198.%u.%u.%u", 18 + net / 256, net % 256, host);
	snprintf(client->domain, sizeof client->domain, "sender%03u.example", net);
	snprintf(client->name, sizeof client->name, "mx%u.sender%03u.example", host, net);
	memcpy(client->helo, client->name, sizeof client->helo);
	if (kind == 0)
		snprintf(client->name, sizeof client->name, "unknown");
	if (kind == 1)
		snprintf(
		    client->helo, sizeof client->helo, "relay.sender%03u.example", (net + 1) % crowd->nets);
	client->listed = rng_below(&rng, 16) == 0;
}

void crowd_print(const struct crowd *crowd, FILE *out)
{
	struct client client;

	for (unsigned n = 0; n < crowd->nets * crowd->hosts; n++) {
		crowd_client(crowd, n, &client);
		fprintf(out, "client\t%s\t%s\t%s\t%s\t%s\n", client.addr, client.name, client.helo,
		    client.domain, client.listed ? "listed" : "clean");
	}
}
