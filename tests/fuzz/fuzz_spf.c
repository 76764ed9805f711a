/*
 * fuzz_spf.c - records and answers through the whole SPF evaluator
 *
 * The input is a small world in lines: client address, HELO, sender (domain x.test), then one DNS record a line.
 * A record line is a letter for the name (a is a.test, and so on; @ is the client's reverse name), a letter
 * for the type, and the data:
 *
 *   T text   A address (IPv4 or IPv6)   M mail host   P name
 *   S SERVFAIL for TXT   X no answer for A and AAAA   Y no answer for MX and PTR   N no data of any type
 *
 * Each world is checked three times: with answers at once, late in order, and late in reverse order. The results
 * must agree, the callback must come exactly once, the limits must hold, no answer may leak, and libspf2 and the
 * guard must never disagree. The second time the way is observed, which must make no difference, and the questions told
 * must fit the outcome.
 */
#include "fuzz.h"

#include "answer_table.h"
#include "kanjiki/question.h"
#include "kanjiki/spf.h"

#define FIELD_MAX 4096

struct told {
	int times;
	bool gave_up; /* too much work, which depends on how often the check had to run */
	enum kj_spf_result result;
	unsigned events, counted; /* observed */
};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void observe(void *context, const struct kj_spf_event *event)
{
	struct told *told = context;

	must(told->times == 0 && event->name && event->domain && event->answer);
	must(event->depth <= 11 && event->counted <= 10 && (event->term || event->depth == 0));
	must(!event->term || memchr(event->term, '\0', event->term_len) == NULL);
	must(told->events++ < 250);
	told->counted += event->counted > 0;
}

static void must_be_plausible(const struct kj_spf_breadth *breadth)
{
	must(breadth->ip4_percent <= 100 && breadth->ip6_percent <= 100);
	must(breadth->ip4_isolated <= breadth->ip4_terms && breadth->ip4_nets <= breadth->ip4_terms);
	must(!breadth->ip4_terms || breadth->ip4_nets);
}

static void done(void *context, const struct kj_spf_outcome *outcome)
{
	struct told *told = context;

	told->times++;
	told->result = outcome->result;
	told->gave_up = strncmp(outcome->reason, "too much", 8) == 0;
	must_be_plausible(&outcome->breadth);
	must(told->counted <= outcome->lookups);
	must(outcome->reason && outcome->domain && outcome->lookups <= 10);
	must(strncmp(outcome->reason, "libspf2", 7) != 0);
}

/* The next line as a string; false at the end. */
static bool next_line(const uint8_t **data, size_t *size, char *line, size_t *ret_len)
{
	const uint8_t *end;
	size_t len;

	if (!*size)
		return false;
	end = memchr(*data, '\n', *size);
	len = end ? (size_t)(end - *data) : *size;
	*ret_len = len < FIELD_MAX ? len : FIELD_MAX;
	memcpy(line, *data, *ret_len);
	line[*ret_len] = '\0';
	*size -= end ? len + 1 : len;
	*data += end ? len + 1 : len;
	return true;
}

static void add_record(struct kj_resolver *table, const struct kj_addr *client, const char *line, size_t len)
{
	static const enum kj_dns_type types[] = {KJ_DNS_A, KJ_DNS_AAAA, KJ_DNS_MX, KJ_DNS_PTR, KJ_DNS_TXT};
	char name[KJ_ADDR_REVERSELEN + 20], reverse[KJ_ADDR_REVERSELEN];
	struct kj_addr addr;

	if (len < 2)
		return;
	snprintf(name, sizeof name, "%c.test", line[0]);
	if (line[0] == '@')
		snprintf(name, sizeof name, "%s.%s", kj_addr_reverse(client, reverse),
		    client->family == 6 ? "ip6.arpa" : "in-addr.arpa");
	switch (line[1]) {
	case 'T': answer_table_txt(table, name, line + 2, len - 2); break;
	case 'A':
		if (kj_addr_parse(line + 2, &addr) == 0)
			answer_table_addr(table, name, addr);
		break;
	case 'M': answer_table_name(table, name, KJ_DNS_MX, line + 2); break;
	case 'P': answer_table_name(table, name, KJ_DNS_PTR, line + 2); break;
	case 'S': answer_table_status(table, name, KJ_DNS_TXT, KJ_DNS_SERVFAIL); break;
	case 'X':
		answer_table_status(table, name, KJ_DNS_A, KJ_DNS_TIMEOUT);
		answer_table_status(table, name, KJ_DNS_AAAA, KJ_DNS_TIMEOUT);
		break;
	case 'Y':
		answer_table_status(table, name, KJ_DNS_MX, KJ_DNS_TIMEOUT);
		answer_table_status(table, name, KJ_DNS_PTR, KJ_DNS_SERVFAIL);
		break;
	case 'N':
		for (size_t i = 0; i < sizeof types / sizeof *types; i++)
			answer_table_status(table, name, types[i], KJ_DNS_NODATA);
		break;
	}
}

static struct told check(const uint8_t *data, size_t size, int mode)
{
	static char helo[FIELD_MAX + 1], sender[FIELD_MAX + 1], line[FIELD_MAX + 1];
	struct kj_resolver *table = answer_table_new(mode > 0);
	struct kj_spf_request request = {.helo = helo, .sender = sender, .observe = mode == 1 ? observe : NULL};
	struct told told = {0};
	size_t len;

	helo[0] = sender[0] = '\0';
	if (!next_line(&data, &size, line, &len) || kj_addr_parse(line, &request.client) < 0)
		request.client = (struct kj_addr){4, {192, 0, 2, 1}};
	next_line(&data, &size, helo, &len);
	next_line(&data, &size, sender, &len);
	while (next_line(&data, &size, line, &len))
		add_record(table, &request.client, line, len);
	must(kj_spf_check(table, &request, done, &told) == 0);
	while (answer_table_deliver(table, mode == 2))
		;
	must(told.times == 1 && answer_table_references(table) == 0 && answer_table_asked(table) <= 160);
	answer_table_free(table);
	return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told first = check(data, size, 0);

	for (int mode = 1; mode <= 2; mode++) {
		struct told told = check(data, size, mode);

		must(told.result == first.result || told.gave_up || first.gave_up);
	}
	return 0;
}
