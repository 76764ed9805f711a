/*
 * query.c - DNS queries and the head of replies, byte by byte (RFC 1035 section 4.1)
 */
#include "query.h"

#include <ctype.h>

#define HEADER    12
#define LABEL_MAX 63
#define CLASS_IN  1

int kj_query_init(struct kj_query *query, const char *name, enum kj_dns_type type)
{
	size_t len = 0;

	for (const char *label = name; *label;) {
		size_t n = strcspn(label, ".");

		if (n == 0 || n > LABEL_MAX || len + n + 2 > KJ_QNAME_MAX)
			return -KJ_EINVAL;
		query->name[len++] = (uint8_t)n;
		for (size_t i = 0; i < n; i++)
			query->name[len++] = (uint8_t)tolower((unsigned char)label[i]);
		label += n;
		if (*label == '.')
			label++;
	}
	if (len == 0)
		return -KJ_EINVAL;
	query->name[len++] = 0;
	query->len = (uint8_t)len;
	query->type = (uint16_t)type;
	return 0;
}

static uint8_t *put16(uint8_t *p, unsigned value)
{
	*p++ = (uint8_t)(value >> 8);
	*p++ = (uint8_t)value;
	return p;
}

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

size_t kj_query_write(const struct kj_query *query, uint16_t id, bool edns, uint8_t *out)
{
	uint8_t *p = put16(out, id);

	p = put16(p, 0x0100); /* RD */
	p = put16(p, 1);
	p = put16(p, 0);
	p = put16(p, 0);
	p = put16(p, edns);
	memcpy(p, query->name, query->len);
	p = put16(p + query->len, query->type);
	p = put16(p, CLASS_IN);
	if (edns) {
		*p++ = 0; /* the root */
		p = put16(p, 41);
		p = put16(p, KJ_EDNS_PAYLOAD);
		memset(p, 0, 6); /* extended rcode, version, flags, no options */
		p += 6;
	}
	return (size_t)(p - out);
}

int kj_query_read(struct kj_query *query, const uint8_t *packet, size_t len)
{
	const uint8_t *p = packet + HEADER;
	size_t left = len < HEADER ? 0 : len - HEADER, at = 0;

	if (!left || get16(packet + 4) != 1)
		return -KJ_EINVAL;
	while (at < left && p[at]) {
		if (p[at] > LABEL_MAX)
			return -KJ_EINVAL;
		at += p[at] + 1U;
	}
	if (++at > KJ_QNAME_MAX || at + 4 > left || get16(p + at + 2) != CLASS_IN)
		return -KJ_EINVAL;
	for (size_t i = 0; i < at; i++)
		query->name[i] = (uint8_t)tolower(p[i]);
	query->len = (uint8_t)at;
	query->type = (uint16_t)get16(p + at);
	return 0;
}

uint16_t kj_reply_id(const uint8_t *packet)
{
	return (uint16_t)get16(packet);
}

enum kj_rcode kj_reply_rcode(const uint8_t *packet)
{
	return packet[3] & 15;
}

bool kj_reply_truncated(const uint8_t *packet)
{
	return packet[2] & 2;
}

bool kj_reply_fits(const struct kj_query *query, const uint8_t *packet, size_t len)
{
	const uint8_t *p = packet + HEADER;

	if (len < HEADER || (packet[2] & 0xf8) != 0x80)
		return false;
	if (get16(packet + 4) == 0)
		return kj_reply_rcode(packet) == KJ_RCODE_FORMERR ||
		       kj_reply_rcode(packet) == KJ_RCODE_NOTIMP;
	if (get16(packet + 4) != 1 || len < HEADER + (size_t)query->len + 4)
		return false;
	/* Length octets are at most 63 and so no letters: one pass folds the case of the whole name. */
	for (size_t i = 0; i < query->len; i++)
		if (tolower(p[i]) != query->name[i])
			return false;
	return get16(p + query->len) == query->type && get16(p + query->len + 2) == CLASS_IN;
}
