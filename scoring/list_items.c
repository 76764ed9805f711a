/*
 * list_items.c - addresses, names, hosts and hashes in front of a list's zone
 */
#include "list_items.h"

#include "kanjiki/list_hash.h"

/* To whom items are handed. */
struct sink {
	const struct kj_dnsbl *list;
	const struct kj_facts *facts;
	kj_list_item_fn *fn;
	void *context;
};

static void give(const struct sink *sink, const char *name, const char *what, const char *role)
{
	struct kj_list_item item = {.what = what, .role = role};

	if (strlen(name) + 1 + strlen(sink->list->query_zone) >= sizeof item.name)
		return; /* no list can list what fits into no query */
	memcpy(item.name, name, strlen(name) + 1);
	sink->fn(sink->context, &item);
}

static void give_addr(const struct sink *sink, const struct kj_addr *addr, const char *role)
{
	char reverse[KJ_ADDR_REVERSELEN], text[KJ_ADDR_STRLEN];

	if ((addr->family == 4 && sink->list->ipv4) || (addr->family == 6 && sink->list->ipv6))
		give(sink, kj_addr_reverse(addr, reverse), kj_addr_format(addr, text), role);
}

/* A domain as the list wants it; names that nobody can own are not asked for. */
static void give_name(const struct sink *sink, const char *name, const char *role)
{
	if (kj_name_is_fqdn(name))
		give(sink, sink->list->by_host ? name : kj_name_org(name), name, role);
}

static void give_hash(const struct sink *sink, const char *address, const char *role)
{
	char hash[KJ_LIST_HASH_STRLEN];

	if (*address && strchr(address, '@'))
		give(sink, kj_list_hash(sink->list->hash, address, hash), address, role);
}

static void give_from(const struct sink *sink)
{
	char from[KJ_NAME_STRLEN];

	if (kj_name_of_address(sink->facts->message->from_addr, from) == 0 && kj_name_is_fqdn(from))
		give(sink, kj_name_org(from), from, "From");
}

/* The first address in Reply-To; whatever is odd about it makes no hash that anybody lists. */
static void give_reply_to(const struct sink *sink)
{
	const char *field = kj_message_field(sink->facts->message, "Reply-To"),
	           *at = field ? strchr(field, '@') : NULL;
	static const char ends[] = " \t\r\n<>,;:()\"";
	char address[KJ_NAME_STRLEN + 65];
	const char *start = at;
	size_t len;

	if (!at)
		return;
	while (start > field && !strchr(ends, start[-1]))
		start--;
	len = (size_t)(at - start) + strcspn(at, ends);
	if (start == at || len >= sizeof address)
		return;
	memcpy(address, start, len);
	address[len] = '\0';
	give_hash(sink, address, "Reply-To");
}

/* The hosts chosen so far; none is asked about twice. */
struct hosts {
	const struct kj_url *urls[KJ_LIST_URLS_MAX];
	unsigned count;
};

static bool is_chosen(const struct hosts *hosts, const struct kj_url *url, bool by_host)
{
	for (unsigned i = 0; i < hosts->count; i++)
		if (strcmp(by_host ? hosts->urls[i]->host : hosts->urls[i]->org,
		        by_host ? url->host : url->org) == 0)
			return true;
	return false;
}

/* Quoted URLs are other people's words: whoever answers a mail is not to blame for it. */
static void choose(struct hosts *hosts, const struct kj_message *message, bool hidden, bool by_host)
{
	for (unsigned i = 0; i < message->url_count && hosts->count < KJ_LIST_URLS_MAX; i++) {
		const struct kj_url *url = &message->urls[i];

		if (!url->quoted && url->hidden == hidden && !is_chosen(hosts, url, by_host))
			hosts->urls[hosts->count++] = url;
	}
}

static void give_urls(const struct sink *sink)
{
	struct hosts hosts = {.count = 0};
	struct kj_addr addr;

	choose(&hosts, sink->facts->message, false, false);
	choose(&hosts, sink->facts->message, true, false);
	if (sink->list->by_host) {
		choose(&hosts, sink->facts->message, false, true);
		choose(&hosts, sink->facts->message, true, true);
	}
	for (unsigned i = 0; i < hosts.count; i++) {
		if (kj_addr_parse(hosts.urls[i]->host, &addr) == 0)
			give_addr(sink, &addr, "link");
		else
			give_name(sink, hosts.urls[i]->host, "link");
	}
}

void kj_list_items(const struct kj_dnsbl *list, enum kj_stage stage, const struct kj_facts *facts,
    kj_list_item_fn *fn, void *context)
{
	struct sink sink = {list, facts, fn, context};

	if (stage == KJ_STAGE_CONNECT && list->asks & KJ_LIST_CLIENT)
		give_addr(&sink, &facts->client, "client");
	if (stage == KJ_STAGE_HELO && list->asks & KJ_LIST_HELO)
		give_name(&sink, facts->helo_name, "HELO");
	if (stage == KJ_STAGE_MAIL && list->asks & KJ_LIST_SENDER)
		give_name(&sink, facts->sender_domain, "sender");
	if (stage == KJ_STAGE_MAIL && list->asks & KJ_LIST_EMAIL_HASH)
		give_hash(&sink, facts->sender, "sender");
	if (stage != KJ_STAGE_END || !facts->message)
		return;
	if (list->asks & KJ_LIST_SENDER)
		give_from(&sink);
	if (list->asks & KJ_LIST_URL)
		give_urls(&sink);
	if (list->asks & KJ_LIST_EMAIL_HASH) {
		give_hash(&sink, facts->message->from_addr, "From");
		give_reply_to(&sink);
	}
}
