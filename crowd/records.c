/*
 * records.c - the last mails, and those worth keeping longer
 */
#include "memory.h"

/* With a key that nobody knows: names that have the same 32 bits are found in a minute, and would count as one
 * domain. */
uint32_t records_hash_domain(const struct kj_crowd *crowd, const char *domain)
{
	return (uint32_t)kj_hash(&crowd->key, domain, strlen(domain));
}

void records_hash_client(
    const struct kj_crowd *crowd, const struct kj_addr *client, uint32_t *ret_host, uint32_t *ret_net)
{
	/* One customer line of IPv6 is a /64. A network is what KJ_SIGNAL_PREFIX takes for one: with the whole site of a
	 * /48, those of KJ_SIGNAL_WIDE could never be two. */
	struct kj_addr host = kj_addr_mask(client, client->family == 4 ? 32 : 64);
	struct kj_addr net = kj_addr_mask(client, client->family == 4 ? 24 : 56);

	*ret_host = (uint32_t)kj_hash(&crowd->key, host.bytes, sizeof host.bytes);
	*ret_net = (uint32_t)kj_hash(&crowd->key, net.bytes, sizeof net.bytes);
}

/* One text more behind those that are there, cut at a character's end where it is too long. */
static char *add_text(char *at, const char *text, size_t max)
{
	size_t len = strnlen(text, KJ_SIGHTING_TEXT - 1);

	if (len > max) {
		len = max;
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(at, text, len);
	at[len] = '\0';
	return at + len + 1;
}

static void pack(struct record *record, const struct kj_sighting *sighting)
{
	char *at = record->text, *end = record->text + sizeof record->text;

	at = add_text(at, sighting->domain, 40);
	at = add_text(at, sighting->helo, 32);
	add_text(at, sighting->subject, (size_t)(end - at) - 1);
}

uint32_t records_put(struct kj_crowd *crowd, const struct kj_sighting *sighting)
{
	uint32_t number = crowd->record_next;
	struct record *record = &crowd->records[number % crowd->record_max];

	crowd->record_next = number == NUMBER_MASK ? 1 : number + 1;
	*record = (struct record){
	    .number = number,
	    .time_s = (uint32_t)sighting->time_s,
	    .domain = records_hash_domain(crowd, sighting->domain),
	    .mail = sighting->mail,
	    .client = sighting->client,
	    .flags = (uint8_t)sighting->flags,
	    .runs = sighting->sketch.runs,
	};
	records_hash_client(crowd, &sighting->client, &record->host, &record->net);
	memcpy(record->sketch, sighting->sketch.at, KJ_SKETCH_LEN);
	pack(record, sighting);
	return number;
}

struct record *records_get(struct kj_crowd *crowd, uint32_t ref)
{
	uint32_t number = ref & NUMBER_MASK;
	struct record *record;

	if (ref & IS_ALIAS || !number)
		return NULL;
	record = ref & IS_KEPT ? &crowd->kept[number % crowd->kept_max] : &crowd->records[number % crowd->record_max];
	return record->number == number ? record : NULL;
}

uint32_t records_keep(struct kj_crowd *crowd, uint32_t ref)
{
	struct record *record = records_get(crowd, ref);
	uint32_t number;

	if (!record || ref & IS_KEPT || record->flags & KJ_SIGHTING_KNOWN)
		return ref;
	if (record->kept && records_get(crowd, record->kept | IS_KEPT))
		return record->kept | IS_KEPT;
	number = crowd->kept_next;
	crowd->kept_next = number == NUMBER_MASK ? 1 : number + 1;
	record->kept = number;
	crowd->kept[number % crowd->kept_max] = *record;
	crowd->kept[number % crowd->kept_max].number = number;
	return number | IS_KEPT;
}
