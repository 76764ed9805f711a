/*
 * sight.c - what is remembered of a mail: its sighting
 *
 * Each signal's key is a hash, with the site's secret, of what mails of one campaign have in common.
 */
#include <stdarg.h>

#include "kanjiki/name.h"
#include "kanjiki/sender_age.h"
#include "kanjiki/sighting.h"
#include "kanjiki/template.h"
#include "pipeline/meet.h"

#define DNS_MAX 4096

/* A hash of texts, told apart by NULs; the first says what they are. End with NULL. */
static uint64_t hash_texts(const struct kj_mail *mail, const char *first, ...)
{
	struct kj_buf buf = KJ_BUF_INIT(DNS_MAX);
	const char *text = first;
	uint64_t hash;
	va_list list;

	va_start(list, first);
	for (; text; text = va_arg(list, const char *))
		kj_buf_add(&buf, text, strlen(text) + 1);
	va_end(list);
	hash = kj_hash(&mail->engine->key, kj_buf_str(&buf), buf.len);
	kj_buf_free(&buf);
	return hash;
}

static const char *prefix_text(const struct kj_addr *client, unsigned bits4, unsigned bits6, char out[KJ_ADDR_STRLEN])
{
	struct kj_addr prefix = kj_addr_mask(client, client->family == 4 ? bits4 : bits6);

	return kj_addr_format(&prefix, out);
}

/* The name of a machine that nobody gave one: strangers side by side have the same kind. */
static bool is_default_name(const struct kj_rules *rules, const char *name)
{
	for (unsigned i = 0; i < rules->default_helo_count; i++) {
		size_t len = strlen(rules->default_helos[i]);
		const char *rest = name + len;

		if (strncmp(rules->default_helos[i], name, len) != 0)
			continue;
		rest += strspn(rest, "0123456789abcdef-");
		if (*rest == '.' || !*rest)
			return true;
	}
	return false;
}

static void add_client(const struct kj_mail *mail, struct kj_sighting *sighting)
{
	const struct kj_facts *facts = &mail->facts;
	char text[KJ_ADDR_STRLEN], template[KJ_TEMPLATE_MAX];

	kj_sighting_add_key(
	    sighting, KJ_SIGNAL_PREFIX, hash_texts(mail, "prefix", prefix_text(&facts->client, 24, 56, text), NULL), 0);
	kj_sighting_add_key(
	    sighting, KJ_SIGNAL_WIDE, hash_texts(mail, "wide", prefix_text(&facts->client, 22, 48, text), NULL), 0);
	if (!is_default_name(kj_snapshot_rules(mail->generation->snapshot), facts->helo_name) &&
	    kj_template_helo(facts->helo_name, &facts->client, template))
		kj_sighting_add_key(sighting, KJ_SIGNAL_HELO, hash_texts(mail, "helo", template, NULL),
		    (uint32_t)hash_texts(mail, "name", facts->helo_name, NULL));
	if (kj_template_chain(facts->chain, facts->chain_count, template))
		kj_sighting_add_key(sighting, KJ_SIGNAL_CHAIN, hash_texts(mail, "received", template, NULL), 0);
}

/* Numbered names that follow the addresses; of IPv6 nobody fills a network that way. */
static void add_ptr(const struct kj_mail *mail, struct kj_sighting *sighting)
{
	const struct kj_facts *facts = &mail->facts;
	const struct kj_answer *rdns = kj_evidence_find(mail->evidence, KJ_ASK_FCRDNS, NULL);
	const char *name =
	    rdns && rdns->status == KJ_ANSWER_FOUND && rdns->name_count ? rdns->names[0] : facts->client_name;
	char text[KJ_ADDR_STRLEN], template[KJ_TEMPLATE_MAX];
	uint32_t number;

	if (facts->client.family == 4 && kj_template_ptr(name, &facts->client, template, &number))
		kj_sighting_add_key(sighting, KJ_SIGNAL_PTR,
		    hash_texts(mail, "ptr", template, prefix_text(&facts->client, 24, 0, text), NULL),
		    number << 8 | facts->client.bytes[3]);
}

static void add_name(struct kj_buf *buf, const char *name, const char *org)
{
	size_t len = strlen(name), org_len = strlen(org);

	/* The domain's own servers are called alike in all domains of a campaign. */
	if (kj_name_within(name, org))
		kj_buf_printf(buf, "%.*s{D}", (int)(len - org_len), name);
	else
		kj_buf_add(buf, name, len);
	kj_buf_add_char(buf, '\0');
}

static bool all_within(const struct kj_answer *names, const char *const *zones, unsigned zone_count)
{
	for (unsigned i = 0; i < names->name_count; i++)
		if (!kj_name_zone(names->names[i], zones, zone_count))
			return false;
	return true;
}

/*
 * Name servers, who runs the zone, where its mail goes, and what its SPF record says. Behind name servers that all
 * the world shares, only a record that names addresses tells one owner from another.
 */
static void add_dns(const struct kj_mail *mail, struct kj_sighting *sighting)
{
	const struct kj_rules *rules = kj_snapshot_rules(mail->generation->snapshot);
	const char *domain = mail->facts.sender_domain, *org = kj_name_org(domain);
	const struct kj_answer *ns = kj_evidence_find(mail->evidence, KJ_ASK_NS, org);
	const struct kj_answer *soa = kj_evidence_find(mail->evidence, KJ_ASK_SOA, org);
	const struct kj_answer *mx = kj_evidence_find(mail->evidence, KJ_ASK_MX, domain);
	const struct kj_answer *spf =
	    *mail->facts.sender ? kj_evidence_find(mail->evidence, KJ_ASK_SPF, mail->facts.sender) : NULL;
	struct kj_buf buf = KJ_BUF_INIT(DNS_MAX);
	char record[KJ_TEMPLATE_MAX] = "";

	if (!ns || !soa || ns->status != KJ_ANSWER_FOUND || soa->status != KJ_ANSWER_FOUND || !mx ||
	    !kj_answer_is_known(mx) || !spf || !kj_answer_is_known(spf))
		return;
	if (spf->spf_record)
		kj_template_spf(spf->spf_record, domain, record);
	if (all_within(ns, rules->shared_name_servers, rules->shared_name_server_count) && !strstr(record, "ip4:") &&
	    !strstr(record, "ip6:"))
		return;
	for (unsigned i = 0; i < ns->name_count; i++)
		add_name(&buf, ns->names[i], org);
	add_name(&buf, soa->name_count ? soa->names[0] : "", org);
	for (unsigned i = 0; i < mx->name_count; i++)
		add_name(&buf, mx->names[i], org);
	kj_buf_add_str(&buf, record);
	kj_sighting_add_key(sighting, KJ_SIGNAL_DNS, kj_hash(&mail->engine->key, kj_buf_str(&buf), buf.len), 0);
	kj_buf_free(&buf);
}

static void add_message(const struct kj_mail *mail, struct kj_sighting *sighting)
{
	const struct kj_facts *facts = &mail->facts;
	struct kj_persons persons = {
	    facts->rcpts, facts->rcpt_count, facts->message->from_name, kj_name_org(facts->sender_domain)};
	char template[KJ_TEMPLATE_MAX];

	if (kj_template_subject(&facts->subject.text[KJ_VIEW_WORDS], &persons, template)) {
		kj_sighting_text(sighting->subject, template);
		kj_sighting_add_key(sighting, KJ_SIGNAL_SUBJECT, hash_texts(mail, "subject", template, NULL), 0);
	}
	kj_sketch_make(&facts->visible, &persons, &mail->engine->key, &sighting->sketch);
	for (unsigned i = 0; i < facts->message->wallet_count; i++)
		if (facts->message->wallets[i].verified)
			kj_sighting_add_key(sighting, KJ_SIGNAL_WALLET,
			    hash_texts(mail, "wallet", facts->message->wallets[i].address, NULL), 0);
}

static void add_age(const struct kj_mail *mail, struct kj_sighting *sighting)
{
	enum kj_sender_age age = kj_sender_age(&mail->facts, mail->evidence, &sighting->since_s);

	if (age == KJ_AGE_KNOWN)
		sighting->flags = KJ_SIGHTING_KNOWN;
	else if (age == KJ_AGE_FRESH)
		sighting->flags = KJ_SIGHTING_FRESH | KJ_SIGHTING_RECENT;
	else if (age == KJ_AGE_RECENT)
		sighting->flags = KJ_SIGHTING_RECENT;
}

void kj_mail_sight(const struct kj_mail *mail, uint64_t id, struct kj_sighting *ret_sighting)
{
	const struct kj_facts *facts = &mail->facts;

	memset(ret_sighting, 0, sizeof *ret_sighting);
	ret_sighting->mail = id;
	ret_sighting->time_s = mail->now_s;
	ret_sighting->client = facts->client;
	kj_sighting_text(ret_sighting->domain, kj_name_org(facts->sender_domain));
	kj_sighting_text(ret_sighting->helo, facts->helo);
	add_age(mail, ret_sighting);
	add_client(mail, ret_sighting);
	add_ptr(mail, ret_sighting);
	add_dns(mail, ret_sighting);
	if (facts->message)
		add_message(mail, ret_sighting);
}
