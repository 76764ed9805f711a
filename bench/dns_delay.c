/*
 * dns_delay.c - a DNS server that is some milliseconds away, on a line that may lose packets
 *
 * Passes every datagram on to a server at once and every answer back after the delay. The delay is the same for all,
 * so answers leave in the order they came: a ring, no heap. Each asking socket gets a socket of its own towards the
 * server; when there are too many, the one that came first is given up (its answers are lost, as they may be with
 * UDP). No TCP: nothing in the benchmark's zones is large enough to need it.
 *
 * With a loss, so many of a hundred questions and as many of the answers are lost at random.
 *
 * Usage: dns_delay LISTEN_PORT SERVER_PORT DELAY_MS [LOSS_PERCENT] (all on 127.0.0.1; listen port 0: any). Prints the
 * port that it listens on, then works until a signal ends it.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ASKERS  512
#define RING    16384
#define UDP_MAX 4096

struct asker {
	int fd; /* towards the server; -1: free */
	struct sockaddr_in addr;
};

struct answer {
	uint64_t due_ns;
	struct sockaddr_in to;
	uint16_t len;
	uint8_t data[UDP_MAX];
};

struct relay {
	int epoll_fd, fd;
	struct sockaddr_in server;
	uint64_t delay_ns;
	double loss; /* from 0 to 1 */
	struct asker askers[ASKERS];
	unsigned next_asker;
	struct answer *ring;
	unsigned head, count;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port)};

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return addr;
}

static bool lost(const struct relay *relay)
{
	return relay->loss > 0 && drand48() < relay->loss;
}

static bool watch(struct relay *relay, int fd, uint32_t number)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = number};

	return epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static struct asker *new_asker(struct relay *relay, const struct sockaddr_in *from)
{
	unsigned number = relay->next_asker++ % ASKERS;
	struct asker *asker = &relay->askers[number];

	if (asker->fd >= 0)
		close(asker->fd);
	asker->addr = *from;
	asker->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (asker->fd >= 0 &&
	    connect(asker->fd, (struct sockaddr *)&relay->server, sizeof relay->server) == 0 &&
	    watch(relay, asker->fd, number))
		return asker;
	return NULL;
}

static struct asker *find_asker(struct relay *relay, const struct sockaddr_in *from)
{
	for (unsigned i = 0; i < ASKERS; i++)
		if (relay->askers[i].fd >= 0 && relay->askers[i].addr.sin_port == from->sin_port)
			return &relay->askers[i];
	return new_asker(relay, from);
}

static void take_questions(struct relay *relay)
{
	struct sockaddr_in from;
	socklen_t from_len = sizeof from;
	uint8_t data[UDP_MAX];
	struct asker *asker;
	ssize_t len;

	while ((len = recvfrom(relay->fd, data, sizeof data, 0, (struct sockaddr *)&from, &from_len)) >= 0) {
		asker = find_asker(relay, &from);
		if (asker && !lost(relay))
			send(asker->fd, data, (size_t)len, 0);
		from_len = sizeof from;
	}
}

static void take_answers(struct relay *relay, struct asker *asker)
{
	struct answer *answer;
	ssize_t len;

	while (relay->count < RING) {
		answer = &relay->ring[(relay->head + relay->count) % RING];
		len = recv(asker->fd, answer->data, sizeof answer->data, 0);
		if (len < 0)
			return;
		if (lost(relay))
			continue;
		answer->len = (uint16_t)len;
		answer->to = asker->addr;
		answer->due_ns = now_ns() + relay->delay_ns;
		relay->count++;
	}
}

static void send_due(struct relay *relay)
{
	struct answer *answer;

	for (; relay->count; relay->count--, relay->head = (relay->head + 1) % RING) {
		answer = &relay->ring[relay->head];
		if (answer->due_ns > now_ns())
			return;
		sendto(relay->fd, answer->data, answer->len, 0, (struct sockaddr *)&answer->to,
		    sizeof answer->to);
	}
}

static void serve(struct relay *relay)
{
	struct epoll_event events[64];
	struct timespec wait;
	uint64_t now, due;
	int count;

	for (;;) {
		send_due(relay);
		now = now_ns();
		due = relay->count ? relay->ring[relay->head].due_ns : now + 1000000000;
		due = due > now ? due - now : 0;
		wait = (struct timespec){(time_t)(due / 1000000000), (long)(due % 1000000000)};
		count = epoll_pwait2(relay->epoll_fd, events, 64, &wait, NULL);
		for (int i = 0; i < count; i++) {
			if (events[i].data.u32 == ASKERS)
				take_questions(relay);
			else
				take_answers(relay, &relay->askers[events[i].data.u32]);
		}
	}
}

static bool open_relay(struct relay *relay, uint16_t port)
{
	struct sockaddr_in addr = loopback(port);
	socklen_t len = sizeof addr;

	for (unsigned i = 0; i < ASKERS; i++)
		relay->askers[i].fd = -1;
	relay->ring = calloc(RING, sizeof *relay->ring);
	relay->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	relay->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (!relay->ring || bind(relay->fd, (struct sockaddr *)&addr, sizeof addr) < 0 ||
	    !watch(relay, relay->fd, ASKERS) || getsockname(relay->fd, (struct sockaddr *)&addr, &len) < 0)
		return false;
	printf("%u\n", ntohs(addr.sin_port));
	fflush(stdout);
	return true;
}

int main(int argc, char **argv)
{
	static struct relay relay;

	if (argc != 4 && argc != 5) {
		fputs("usage: dns_delay LISTEN_PORT SERVER_PORT DELAY_MS [LOSS_PERCENT]\n", stderr);
		return 2;
	}
	relay.server = loopback((uint16_t)strtoul(argv[2], NULL, 10));
	relay.delay_ns = strtoul(argv[3], NULL, 10) * 1000000u;
	relay.loss = argc > 4 ? strtod(argv[4], NULL) / 100 : 0;
	srand48(7);
	if (!open_relay(&relay, (uint16_t)strtoul(argv[1], NULL, 10))) {
		perror("dns_delay");
		return 1;
	}
	serve(&relay);
}
