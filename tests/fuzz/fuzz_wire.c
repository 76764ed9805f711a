/*
 * fuzz_wire.c - replies from the network: the head by hand, the rest through ldns
 *
 * Input: a reply packet as it came. It is asked for in each type, under the name of its own question, as a forger
 * would send it.
 */
#include "fuzz.h"

#include "lookup/wire.h"

static const enum kj_dns_type types[] = {
    KJ_DNS_A, KJ_DNS_NS, KJ_DNS_CNAME, KJ_DNS_SOA, KJ_DNS_PTR, KJ_DNS_MX, KJ_DNS_TXT, KJ_DNS_AAAA};

/* Every byte of the answer must be readable, and every string end where it says. */
static size_t touch(const struct kj_dns_answer *answer)
{
	size_t sum = 0;

	if ((answer->status == KJ_DNS_FOUND) != (answer->count > 0) || answer->count > KJ_WIRE_RECORDS_MAX)
		abort();
	for (unsigned i = 0; i < answer->count; i++) {
		const struct kj_dns_record *record = &answer->records[i];

		sum += strlen(record->name) + strlen(record->rname);
		for (size_t j = 0; j < record->text_len; j++)
			sum += (unsigned char)record->text[j];
		if (record->text[record->text_len] != '\0')
			abort();
		for (const char *p = record->name; *p; p++)
			if (*p <= ' ' || *p >= 0x7f || (*p >= 'A' && *p <= 'Z'))
				abort();
	}
	return sum;
}

/* The query that the packet says it answers; false if it has no question. */
static bool own_query(struct kj_query *query, const uint8_t *data, size_t size)
{
	size_t at = 12;

	while (at < size && data[at] && data[at] < 64)
		at += data[at] + 1U;
	if (at >= size || data[at] || at - 11 > KJ_QNAME_MAX)
		return false;
	query->len = (uint8_t)(at - 11);
	memcpy(query->name, data + 12, query->len);
	for (size_t i = 0; i < query->len; i++)
		if (query->name[i] >= 'A' && query->name[i] <= 'Z')
			query->name[i] |= 0x20;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kj_query query;
	size_t sum = 0;

	if (!own_query(&query, data, size))
		return 0;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct kj_dns_answer *answer = NULL;

		query.type = (uint16_t)types[i];
		sum += kj_reply_fits(&query, data, size);
		if (kj_wire_parse(&query, data, size, &answer) == 0)
			sum += touch(answer);
		kj_dns_answer_unref(answer);
	}
	if (sum == SIZE_MAX)
		abort(); /* uses the sum, so that no read is optimised away */
	return 0;
}
