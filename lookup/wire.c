/*
 * wire.c - replies to answers, through ldns
 *
 * ldns gives every domain name uncompressed in wire form, and the strings of a TXT record with their length octet.
 * Its own conversions to text are not used: they escape differently and add a dot.
 */
#include "wire.h"

#include <ctype.h>
#include <ldns/ldns.h>

#include "answer.h"

#define NAME_TEXT_MAX (4 * KJ_QNAME_MAX)
#define TTL_LIMIT     0x7fffffffU /* RFC 2181 section 8: larger values count as 0 */

/* A domain name in wire form. */
struct dname {
	const uint8_t *data;
	size_t len;
};

/* What was found so far: the name that the chain has come to, and the least TTL on the way. */
struct chain {
	struct dname name;
	uint32_t ttl_s;
	unsigned count;
	size_t text_bytes;
};

static struct dname dname_of(const ldns_rdf *rdf)
{
	struct dname none = {NULL, 0};

	if (!rdf || ldns_rdf_get_type(rdf) != LDNS_RDF_TYPE_DNAME || ldns_rdf_size(rdf) > KJ_QNAME_MAX)
		return none;
	return (struct dname){ldns_rdf_data(rdf), ldns_rdf_size(rdf)};
}

static bool same_name(struct dname a, struct dname b)
{
	if (a.len != b.len || !a.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (tolower(a.data[i]) != tolower(b.data[i]))
			return false;
	return true;
}

static uint32_t ttl_of(const ldns_rr *rr)
{
	return ldns_rr_ttl(rr) > TTL_LIMIT ? 0 : ldns_rr_ttl(rr);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static bool is_about(const ldns_rr *rr, struct dname name, ldns_rr_type type)
{
	return ldns_rr_get_type(rr) == type && ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
	       same_name(dname_of(ldns_rr_owner(rr)), name);
}

/* Text form of a name into out (NAME_TEXT_MAX bytes); its length with the NUL. */
static size_t name_text(struct dname name, char *out)
{
	char *p = out;

	for (size_t at = 0; at < name.len && name.data[at]; at += name.data[at] + 1U) {
		if (p != out)
			*p++ = '.';
		for (size_t i = at + 1; i <= at + name.data[at] && i < name.len; i++) {
			uint8_t c = name.data[i];

			if (c > ' ' && c < 0x7f && c != '.' && c != '\\')
				*p++ = (char)tolower(c);
			else
				p += snprintf(p, 5, "\\%03u", c);
		}
	}
	*p++ = '\0';
	return (size_t)(p - out);
}

static const char *put_name(const ldns_rdf *rdf, char **text)
{
	char *start = *text;

	*text += name_text(dname_of(rdf), start);
	return start;
}

/* The shape of a record by type: which of its fields are names. */
static const struct shape {
	uint16_t type;
	int8_t fields; /* -1: any number from 1 */
	int8_t name, rname;
} shapes[] = {
    {KJ_DNS_A, 1, -1, -1},
    {KJ_DNS_AAAA, 1, -1, -1},
    {KJ_DNS_TXT, -1, -1, -1},
    {KJ_DNS_NS, 1, 0, -1},
    {KJ_DNS_CNAME, 1, 0, -1},
    {KJ_DNS_PTR, 1, 0, -1},
    {KJ_DNS_MX, 2, 1, -1},
    {KJ_DNS_SOA, 7, 0, 1},
};

static const struct shape *shape_of(uint16_t type)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (shapes[i].type == type)
			return &shapes[i];
	return NULL;
}

/* Whether the record has the fields that its shape promises. */
static bool well_formed(const ldns_rr *rr, const struct shape *shape)
{
	size_t fields = ldns_rr_rd_count(rr);

	if (shape->fields < 0 ? fields < 1 : fields != (size_t)shape->fields)
		return false;
	if (shape->name >= 0 && !dname_of(ldns_rr_rdf(rr, (size_t)shape->name)).len)
		return false;
	if (shape->rname >= 0 && !dname_of(ldns_rr_rdf(rr, (size_t)shape->rname)).len)
		return false;
	switch (shape->type) {
	case KJ_DNS_A: return ldns_rdf_size(ldns_rr_rdf(rr, 0)) == 4;
	case KJ_DNS_AAAA: return ldns_rdf_size(ldns_rr_rdf(rr, 0)) == 16;
	case KJ_DNS_MX: return ldns_rdf_size(ldns_rr_rdf(rr, 0)) == 2;
	default: return true;
	}
}

/* Bytes that the record's strings will take. */
static size_t text_need(const ldns_rr *rr, const struct shape *shape)
{
	char scratch[NAME_TEXT_MAX];
	size_t need = 0;

	if (shape->name >= 0)
		need += name_text(dname_of(ldns_rr_rdf(rr, (size_t)shape->name)), scratch);
	if (shape->rname >= 0)
		need += name_text(dname_of(ldns_rr_rdf(rr, (size_t)shape->rname)), scratch);
	if (shape->type == KJ_DNS_TXT)
		for (size_t i = 0; i < ldns_rr_rd_count(rr); i++)
			need += ldns_rdf_size(ldns_rr_rdf(rr, i));
	return need + 1;
}

static void put_strings(const ldns_rr *rr, struct kj_dns_record *record, char **text)
{
	char *start = *text, *p = start;

	for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
		const ldns_rdf *rdf = ldns_rr_rdf(rr, i);
		const uint8_t *data = ldns_rdf_data(rdf);
		size_t size = ldns_rdf_size(rdf);

		if (size < 2)
			continue;
		size = data[0] < size - 1 ? data[0] : size - 1;
		memcpy(p, data + 1, size);
		p += size;
	}
	record->text = start;
	record->text_len = (size_t)(p - start);
	*p++ = '\0';
	*text = p;
}

static void put_record(
    const ldns_rr *rr, const struct shape *shape, struct kj_dns_record *record, char **text)
{
	const uint8_t *data = ldns_rdf_data(ldns_rr_rdf(rr, 0));

	if (shape->type == KJ_DNS_A || shape->type == KJ_DNS_AAAA)
		record->addr = kj_addr_from_bytes(shape->type == KJ_DNS_A ? 4 : 6, data);
	if (shape->type == KJ_DNS_MX)
		record->preference = (uint16_t)(data[0] << 8 | data[1]);
	if (shape->name >= 0)
		record->name = put_name(ldns_rr_rdf(rr, (size_t)shape->name), text);
	if (shape->rname >= 0)
		record->rname = put_name(ldns_rr_rdf(rr, (size_t)shape->rname), text);
	if (shape->type == KJ_DNS_TXT)
		put_strings(rr, record, text);
}

/* Count the records of the type at the chain's present name; -KJ_EINVAL if one is not what it should be. */
static int count_records(const ldns_rr_list *answers, const struct shape *shape, struct chain *chain)
{
	chain->count = 0;
	for (size_t i = 0; i < ldns_rr_list_rr_count(answers); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(answers, i);

		if (!is_about(rr, chain->name, (ldns_rr_type)shape->type))
			continue;
		if (!well_formed(rr, shape))
			return -KJ_EINVAL;
		if (++chain->count > KJ_WIRE_RECORDS_MAX)
			return -KJ_ELIMIT;
		chain->ttl_s = least(chain->ttl_s, ttl_of(rr));
		chain->text_bytes += text_need(rr, shape);
	}
	return 0;
}

/* One CNAME further: 1 if there was one, 0 if not. */
static int follow(const ldns_rr_list *answers, struct chain *chain)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(answers); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(answers, i);

		if (!is_about(rr, chain->name, LDNS_RR_TYPE_CNAME))
			continue;
		if (!well_formed(rr, shape_of(KJ_DNS_CNAME)))
			return -KJ_EINVAL;
		chain->name = dname_of(ldns_rr_rdf(rr, 0));
		chain->ttl_s = least(chain->ttl_s, ttl_of(rr));
		return 1;
	}
	return 0;
}

/* Go along the chain until there are records of the type, or an end. */
static int walk(const ldns_rr_list *answers, const struct shape *shape, struct chain *chain)
{
	for (int hops = 0; hops <= KJ_WIRE_CNAMES_MAX; hops++) {
		int rc = count_records(answers, shape, chain);

		if (rc < 0 || chain->count)
			return rc;
		rc = follow(answers, chain);
		if (rc <= 0)
			return rc;
	}
	return -KJ_EINVAL;
}

/* RFC 2308 section 5: the lesser of the SOA record's TTL and its MINIMUM field. A reply without SOA that is not
 * authoritative, and that names other servers (a referral) or offers no recursion: the server did not look for us. */
static int negative_ttl(const ldns_pkt *packet, uint32_t *ttl_s)
{
	const ldns_rr_list *authority = ldns_pkt_authority(packet);
	bool referral = false;

	for (size_t i = 0; i < ldns_rr_list_rr_count(authority); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(authority, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA && ldns_rr_rd_count(rr) == 7 &&
		    ldns_rdf_size(ldns_rr_rdf(rr, 6)) == 4) {
			uint32_t minimum = ldns_rdf2native_int32(ldns_rr_rdf(rr, 6));

			*ttl_s = least(*ttl_s, least(ttl_of(rr), minimum));
			return 0;
		}
		referral |= ldns_rr_get_type(rr) == LDNS_RR_TYPE_NS;
	}
	if (!ldns_pkt_aa(packet) && (referral || !ldns_pkt_ra(packet)))
		return -KJ_EINVAL;
	*ttl_s = 0;
	return 0;
}

static int negative(const ldns_pkt *packet, const struct kj_query *query, struct chain *chain,
    struct kj_dns_answer **ret_answer)
{
	bool nxdomain = ldns_pkt_get_rcode(packet) == LDNS_RCODE_NXDOMAIN;
	struct kj_dns_record *records;
	struct kj_dns_answer *answer;
	char *text;

	if (negative_ttl(packet, &chain->ttl_s) < 0)
		return -KJ_EINVAL;
	answer = kj_dns_answer_new(nxdomain ? KJ_DNS_NXDOMAIN : KJ_DNS_NODATA, (enum kj_dns_type)query->type,
	    chain->ttl_s, 0, 0, &records, &text);
	if (!answer)
		return -KJ_ENOMEM;
	*ret_answer = answer;
	return 0;
}

static int positive(const ldns_pkt *packet, const struct shape *shape, const struct chain *chain,
    struct kj_dns_answer **ret_answer)
{
	const ldns_rr_list *answers = ldns_pkt_answer(packet);
	struct kj_dns_record *records;
	struct kj_dns_answer *answer;
	char *text;

	if (ldns_pkt_get_rcode(packet) != LDNS_RCODE_NOERROR)
		return -KJ_EINVAL;
	answer = kj_dns_answer_new(KJ_DNS_FOUND, (enum kj_dns_type)shape->type, chain->ttl_s, chain->count,
	    chain->text_bytes, &records, &text);
	if (!answer)
		return -KJ_ENOMEM;
	for (size_t i = 0; i < ldns_rr_list_rr_count(answers); i++)
		if (is_about(ldns_rr_list_rr(answers, i), chain->name, (ldns_rr_type)shape->type))
			put_record(ldns_rr_list_rr(answers, i), shape, records++, &text);
	*ret_answer = answer;
	return 0;
}

/* Records in the answer section, and none that says anything about the name or type asked: whoever sent this did not
 * say that there is no such record. */
static bool is_beside_the_point(
    const ldns_rr_list *answers, const struct kj_query *query, const struct chain *chain)
{
	return !chain->count && chain->name.data == query->name && ldns_rr_list_rr_count(answers) > 0;
}

int kj_wire_parse(
    const struct kj_query *query, const uint8_t *packet, size_t len, struct kj_dns_answer **ret_answer)
{
	struct chain chain = {{query->name, query->len}, TTL_LIMIT, 0, 0};
	const struct shape *shape = shape_of(query->type);
	ldns_pkt *parsed = NULL;
	int rc;

	if (!shape || ldns_wire2pkt(&parsed, packet, len) != LDNS_STATUS_OK)
		return -KJ_EINVAL;
	/* The upper bits of the response code are in the OPT record (RFC 6891 section 6.1.3): BADVERS looks like
	 * NOERROR without them. */
	rc = ldns_pkt_edns_extended_rcode(parsed) ? -KJ_EINVAL : walk(ldns_pkt_answer(parsed), shape, &chain);
	if (rc == 0 && is_beside_the_point(ldns_pkt_answer(parsed), query, &chain))
		rc = -KJ_EINVAL;
	if (rc == 0)
		rc = chain.count ? positive(parsed, shape, &chain, ret_answer)
		                 : negative(parsed, query, &chain, ret_answer);
	ldns_pkt_free(parsed);
	return rc;
}
