/*
 * inbox.c - what comes back from the servers
 *
 * A packet that fits no open try - wrong id, wrong question, not a reply - is counted and otherwise as if it had
 * never come: the question goes on waiting for the true one, unless many have the right question and a wrong id. Late
 * copies of answers already used are counted as well.
 */
#include "flight.h"

#include <errno.h>

#include "kanjiki/clock.h"
#include "wire.h"

#define DNS_HEADER 12

static struct kj_try *find_try(
    struct kj_resolver *r, const struct kj_socket *sock, const uint8_t *packet, size_t len)
{
	uint16_t id;

	if (len < DNS_HEADER)
		return NULL;
	id = kj_reply_id(packet);
	for (struct kj_try *try = r->tries[id % KJ_TRY_BUCKETS]; try; try = try->chain)
		if (try->id == id && try->socket == sock && kj_reply_fits(&try->flight->query, packet, len))
			return try;
	return NULL;
}

/* The packet fits no try: whether it is somebody's guess at one on this socket. */
static void reject(struct kj_resolver *r, struct kj_socket *sock, const uint8_t *packet, size_t len)
{
	struct kj_flight *flight = NULL;
	struct kj_query query;

	sock->rejected++;
	r->stats.rejected_packets++;
	if (sock->tries && kj_query_read(&query, packet, len) == 0)
		flight = kj_flight_find(r, &query, kj_hash(&r->key, query.name, query.len) + query.type);
	if (flight && flight->tries[sock->server].socket == sock && kj_reply_fits(&flight->query, packet, len))
		kj_flight_missed(r, flight, sock->server, kj_clock_mono_ms(r->clock));
}

/* Read a reply without the lock, then act on it. */
static void read_reply(struct kj_resolver *r, const struct kj_inbox *in)
{
	enum kj_rcode rcode = kj_reply_rcode(in->packet);
	struct kj_dns_answer *answer = NULL;
	int rc = -KJ_EINVAL;

	if (rcode == KJ_RCODE_NOERROR || rcode == KJ_RCODE_NXDOMAIN) {
		pthread_mutex_unlock(&r->lock);
		rc = kj_wire_parse(&in->flight->query, in->packet, in->len, &answer);
		pthread_mutex_lock(&r->lock);
	}
	kj_flight_settle(r, in->flight, in->server, rc, answer, kj_clock_mono_ms(r->clock));
	kj_dns_answer_unref(answer);
}

static void take(struct kj_resolver *r, const struct kj_inbox *in)
{
	enum kj_rcode rcode = kj_reply_rcode(in->packet);
	int64_t now_ms = kj_clock_mono_ms(r->clock);

	kj_upstream_answered(&r->upstream.servers[in->server], now_ms);
	if (in->cut || kj_reply_truncated(in->packet))
		kj_flight_by_tcp(r, in->flight, in->server, now_ms);
	else if (rcode == KJ_RCODE_FORMERR || rcode == KJ_RCODE_NOTIMP)
		kj_flight_plainly(r, in->flight, in->server, now_ms);
	else
		read_reply(r, in);
}

static int receive(struct kj_resolver *r, const struct kj_socket *sock, struct mmsghdr *messages)
{
	struct iovec parts[KJ_INBOX_PACKETS];

	for (unsigned i = 0; i < KJ_INBOX_PACKETS; i++) {
		parts[i] = (struct iovec){r->packets[i], KJ_INBOX_BYTES};
		messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &parts[i], .msg_iovlen = 1}};
	}
	return recvmmsg(sock->fd, messages, KJ_INBOX_PACKETS, MSG_DONTWAIT, NULL);
}

void kj_inbox_udp(struct kj_resolver *r, struct kj_socket *sock)
{
	struct mmsghdr messages[KJ_INBOX_PACKETS];
	int count;

	/* Closed since epoll reported it. */
	if (sock->fd < 0)
		return;
	count = receive(r, sock, messages);
	if (count < 0 && errno != EAGAIN && errno != EINTR)
		kj_socket_refused(r, sock, kj_clock_mono_ms(r->clock));
	for (int i = 0; i < count; i++) {
		struct kj_inbox in = {NULL, sock->server, r->packets[i], messages[i].msg_len,
		    messages[i].msg_hdr.msg_flags & MSG_TRUNC};
		struct kj_try *try = find_try(r, sock, in.packet, in.len);

		if (!try) {
			reject(r, sock, in.packet, in.len);
			continue;
		}
		in.flight = try->flight;
		kj_try_release(r, try);
		take(r, &in);
	}
}

void kj_inbox_tcp(struct kj_resolver *r, struct kj_tcp *tcp)
{
	struct kj_inbox in = {tcp->flight, tcp->flight->server, NULL, 0, false};
	int rc = kj_tcp_step(tcp);

	if (rc == 0)
		return;
	in.packet = tcp->in;
	in.len = tcp->in_len;
	/* Truncated once more over TCP, a server contradicts itself. */
	if (rc < 0)
		kj_flight_tcp_failed(r, in.flight, kj_clock_mono_ms(r->clock));
	else if (!kj_reply_fits(&in.flight->query, in.packet, in.len) || kj_reply_truncated(in.packet))
		kj_flight_settle(r, in.flight, in.server, -KJ_EINVAL, NULL, kj_clock_mono_ms(r->clock));
	else
		read_reply(r, &in);
}
