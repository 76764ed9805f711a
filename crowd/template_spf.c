/*
 * template_spf.c - the SPF record without what differs between domains of one owner
 *
 * Networks come first and in order, since scripts that write records shuffle them. What no longer fits into the
 * template is left out: two records with the same first ten networks are one owner's all the same.
 */
#include "crowd/template_put.h"
#include "kanjiki/name.h"

#define RECORD_MAX  2048
#define NETS_MAX    64
#define TERMS_MAX   32
#define V4_BITS     24
#define V6_BITS     48
#define SPF_VERSION "v=spf1"
#define OWN         "{D}"

struct net {
	char sign; /* '-', '~', '?'; 0 for "+" */
	struct kj_prefix prefix;
};

struct term {
	const char *text;
	size_t len;
};

struct record {
	const char *domain, *org;
	size_t domain_len, org_len;
	struct net nets[NETS_MAX];
	unsigned net_count;
	struct term terms[TERMS_MAX];
	unsigned term_count;
	char text[RECORD_MAX]; /* of the terms, one behind the other */
	size_t len;
	bool tells;
};

static bool is_of_label(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool ends_name(const char *text)
{
	return !is_of_label(*text) && (*text != '.' || !is_of_label(text[1]));
}

/* How long the domain's own name, or its org domain, is here; or 0. */
static size_t own_at(const struct record *record, const char *term, size_t at)
{
	if (at && is_of_label(term[at - 1]))
		return 0;
	if (record->domain_len && strncmp(term + at, record->domain, record->domain_len) == 0 &&
	    ends_name(term + at + record->domain_len))
		return record->domain_len;
	if (record->org_len && strncmp(term + at, record->org, record->org_len) == 0 &&
	    ends_name(term + at + record->org_len))
		return record->org_len;
	return 0;
}

/* "a", "mx:{D}", "ptr/24", "all": everybody's. */
static bool says_nothing(const struct term *term)
{
	static const char *const names[] = {"all", "a", "mx", "ptr"};
	size_t at = term->len && strchr("-~?", term->text[0]) ? 1 : 0;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t end = at + strlen(names[i]);

		if (end > term->len || strncmp(term->text + at, names[i], end - at) != 0)
			continue;
		if (term->len - end > strlen(OWN) && strncmp(term->text + end, ":" OWN, strlen(":" OWN)) == 0)
			end += strlen(":" OWN);
		if (end == term->len || term->text[end] == '/')
			return true;
	}
	return false;
}

static void add_term(struct record *record, const struct term *term)
{
	for (unsigned i = 0; i < record->term_count; i++)
		if (record->terms[i].len == term->len &&
		    memcmp(record->terms[i].text, term->text, term->len) == 0)
			return;
	record->tells |= !says_nothing(term);
	record->terms[record->term_count++] = *term;
	record->len += term->len;
}

/* The term, folded. It never grows but by "{D}" for a domain of one or two bytes, so RECORD_MAX is checked. */
static void fold_term(struct record *record, const char *text)
{
	struct term term = {record->text + record->len, 0};
	char *out = record->text + record->len;

	if (record->term_count == TERMS_MAX)
		return;
	for (size_t at = 0; text[at];) {
		size_t own = own_at(record, text, at);

		if (record->len + term.len + strlen(OWN) >= RECORD_MAX)
			return;
		memcpy(out + term.len, own ? OWN : text + at, own ? strlen(OWN) : 1);
		term.len += own ? strlen(OWN) : 1;
		at += own ? own : 1;
	}
	add_term(record, &term);
}

static int compare_nets(const struct net *a, const struct net *b)
{
	int rc = a->prefix.addr.family - b->prefix.addr.family;

	if (!rc)
		rc = memcmp(a->prefix.addr.bytes, b->prefix.addr.bytes, sizeof a->prefix.addr.bytes);
	if (!rc)
		rc = a->prefix.bits - b->prefix.bits;
	return rc ? rc : a->sign - b->sign;
}

static void add_net(struct record *record, const struct net *net)
{
	unsigned at = record->net_count;
	int rc = 1;

	while (at && (rc = compare_nets(net, record->nets + at - 1)) < 0)
		at--;
	record->tells = true;
	if ((at && rc == 0) || at == NETS_MAX)
		return;
	/* The last one makes room where there is none: which are kept does not depend on their order. */
	if (record->net_count < NETS_MAX)
		record->net_count++;
	memmove(record->nets + at + 1, record->nets + at, (record->net_count - at - 1) * sizeof *net);
	record->nets[at] = *net;
}

/* The number behind '/'; more than there can be where it is none. */
static unsigned bits_of(const char *slash)
{
	unsigned bits = 0;

	if (!slash)
		return 128;
	for (const char *p = slash + 1; *p >= '0' && *p <= '9' && bits <= 128; p++)
		bits = bits * 10 + (unsigned)(*p - '0');
	return bits;
}

/* "-ip4:192.0.2.7/30" as a net; false if it is none. */
static bool net_of(const char *term, struct net *ret_net)
{
	char sign = strchr("-~?", *term) ? *term : '\0', text[KJ_ADDR_STRLEN];
	const char *value = term + (sign != 0), *slash;
	unsigned bits, most;
	size_t len;

	if (strncmp(value, "ip4:", 4) != 0 && strncmp(value, "ip6:", 4) != 0)
		return false;
	value += 4;
	slash = strchr(value, '/');
	len = slash ? (size_t)(slash - value) : strlen(value);
	if (len >= sizeof text)
		return false;
	memcpy(text, value, len);
	text[len] = '\0';
	if (kj_addr_parse(text, &ret_net->prefix.addr) < 0)
		return false;
	most = ret_net->prefix.addr.family == 4 ? V4_BITS : V6_BITS;
	bits = bits_of(slash);
	ret_net->sign = sign;
	ret_net->prefix.bits = (uint8_t)(bits < most ? bits : most);
	ret_net->prefix.addr = kj_addr_mask(&ret_net->prefix.addr, ret_net->prefix.bits);
	return true;
}

static void take_term(struct record *record, const char *term)
{
	struct net net;

	if (*term == '+')
		term++;
	if (!*term)
		return;
	if (net_of(term, &net))
		add_net(record, &net);
	else
		fold_term(record, term);
}

static void put_net(struct template_out *out, const struct net *net)
{
	char text[KJ_ADDR_STRLEN + 16], addr[KJ_ADDR_STRLEN];
	const char sign[2] = {net->sign, '\0'};
	int len = snprintf(text, sizeof text, " %sip%u:%s/%u", sign, net->prefix.addr.family,
	    kj_addr_format(&net->prefix.addr, addr), net->prefix.bits);

	template_put(out, text, (size_t)len);
}

static size_t write_record(const struct record *record, char *data)
{
	struct template_out out;

	template_begin(&out, data);
	template_put_str(&out, SPF_VERSION);
	for (unsigned i = 0; i < record->net_count && !out.full; i++)
		put_net(&out, record->nets + i);
	for (unsigned i = 0; i < record->term_count; i++)
		if (out.len + 1 + record->terms[i].len < KJ_TEMPLATE_MAX && !out.full) {
			template_put_str(&out, " ");
			template_put(&out, record->terms[i].text, record->terms[i].len);
		}
	return template_end(&out, record->tells);
}

/* The record in lower case, cut into strings at its blanks. Returns its length. */
static size_t cut_record(const char *text, char out[RECORD_MAX])
{
	size_t len = 0;

	for (; text[len] && len < RECORD_MAX - 1; len++) {
		char c = text[len];

		out[len] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : (c > 0 && c <= ' ') ? '\0' : c;
	}
	/* A term that was cut is none. */
	while (text[len] && len && out[len - 1])
		len--;
	out[len] = '\0';
	return len;
}

size_t kj_template_spf(const char *text, const char *domain, char out[KJ_TEMPLATE_MAX])
{
	struct record record;
	char lower[RECORD_MAX];
	size_t len = cut_record(text, lower);

	out[0] = '\0';
	if (strcmp(lower, SPF_VERSION) != 0)
		return 0;
	record.domain = domain;
	record.org = *domain ? kj_name_org(domain) : domain;
	record.domain_len = strlen(domain);
	record.org_len = strlen(record.org);
	record.net_count = record.term_count = 0;
	record.len = 0;
	record.tells = false;
	for (size_t at = strlen(SPF_VERSION); at < len; at += strlen(lower + at) + 1)
		take_term(&record, lower + at);
	return write_record(&record, out);
}
