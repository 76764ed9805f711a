/*
 * cluster_table.c - clusters as people read them
 */
#include "pipeline/cluster_table.h"

#include "kanjiki/buf.h"
#include "kanjiki/clock.h"
#include "kanjiki/utf8.h"

#define EXAMPLES  3
#define COUNT_MAX 16
#define NET_MAX	  (KJ_ADDR_STRLEN + 4)

/* What of its mails is shown as an example of what they share. */
enum shown { HELO, DOMAIN_NAME, SUBJECT, NET };

static const struct {
	enum shown shown;
	unsigned bits4, bits6; /* NET: of the network */
} examples[KJ_SIGNALS] = {
	[KJ_SIGNAL_PREFIX] = {NET, 24, 56},
	[KJ_SIGNAL_WIDE] = {NET, 22, 48},
	[KJ_SIGNAL_HELO] = {.shown = HELO},
	[KJ_SIGNAL_PTR] = {NET, 24, 56},
	[KJ_SIGNAL_CHAIN] = {.shown = HELO},
	[KJ_SIGNAL_SUBJECT] = {.shown = SUBJECT},
	[KJ_SIGNAL_BODY] = {.shown = SUBJECT},
	[KJ_SIGNAL_DNS] = {.shown = DOMAIN_NAME},
	[KJ_SIGNAL_WALLET] = {.shown = SUBJECT},
};

static void add_safe(struct kj_buf *out, const char *text)
{
	size_t len = strlen(text);
	char bytes[4];

	for (size_t pos = 0; pos < len;) {
		uint32_t code = kj_utf8_next(text, len, &pos);

		kj_buf_add(out, bytes, kj_utf8_put(kj_utf8_is_order(code) ? '?' : code, bytes));
	}
}

/* "~40" if it is estimated; up to 16 are counted. */
static const char *count_of(const struct kj_cluster *cluster, unsigned count, char out[COUNT_MAX])
{
	snprintf(out, COUNT_MAX, "%s%u", cluster->estimated && count > KJ_CLUSTER_MEMBERS ? "~" : "", count);
	return out;
}

static const char *net_of(const struct kj_addr *client, enum kj_signal signal, char out[NET_MAX])
{
	unsigned bits = client->family == 6 ? examples[signal].bits6 : examples[signal].bits4;
	struct kj_addr net = kj_addr_mask(client, bits);
	char text[KJ_ADDR_STRLEN];

	if (client->family)
		snprintf(out, NET_MAX, "%s/%u", kj_addr_format(&net, text), bits);
	else
		out[0] = '\0';
	return out;
}

static const char *example_of(const struct kj_member *member, enum kj_signal signal, char net[NET_MAX])
{
	switch (examples[signal].shown) {
	case HELO: return member->helo;
	case DOMAIN_NAME: return member->domain;
	case SUBJECT: return member->subject;
	case NET: return net_of(&member->client, signal, net);
	}
	return "";
}

/* Up to three that differ, with two blanks between them: subjects have blanks and commas of their own. */
static void add_examples(const struct kj_cluster *cluster, struct kj_buf *out)
{
	struct kj_buf seen[EXAMPLES] = {KJ_BUF_INIT(1024), KJ_BUF_INIT(1024), KJ_BUF_INIT(1024)};
	unsigned count = 0;
	char net[NET_MAX];

	for (unsigned i = 0; i < cluster->member_count && count < EXAMPLES; i++) {
		const char *text = example_of(&cluster->members[i], cluster->signal, net);
		bool known = !*text;

		for (unsigned j = 0; j < count && !known; j++)
			known = strcmp(kj_buf_str(&seen[j]), text) == 0;
		if (!known)
			kj_buf_add_str(&seen[count++], text);
	}
	for (unsigned i = 0; i < count; i++) {
		kj_buf_add_str(out, i ? "  " : "");
		add_safe(out, kj_buf_str(&seen[i]));
	}
	if (!count)
		kj_buf_add_char(out, '-');
	for (unsigned i = 0; i < EXAMPLES; i++)
		kj_buf_free(&seen[i]);
}

void kj_cluster_table(const struct kj_cluster *clusters, unsigned count, struct kj_buf *out)
{
	static const char head[] = "%-25s %-8s %7s %6s %6s %6s %6s %8s  %-17s  %-17s  %s\n";
	static const char row[] = "%-25s %-8s %7s %6s %6s %6s %6s %8.1f  %-17s  %-17s  ";
	char id[KJ_CLUSTER_ID_LEN], domains[COUNT_MAX], fresh[COUNT_MAX], known[COUNT_MAX], ips[COUNT_MAX],
	    nets[COUNT_MAX], first[KJ_CLOCK_UTC_LEN], last[KJ_CLOCK_UTC_LEN];

	kj_buf_printf(out, head, "ID", "SIGNAL", "DOMAINS", "FRESH", "KNOWN", "IPS", "NETS", "MAILS/H", "FIRST", "LAST",
	    "EXAMPLE");
	for (unsigned i = 0; i < count; i++) {
		const struct kj_cluster *cluster = &clusters[i];

		kj_buf_printf(out, row, kj_cluster_id(cluster->signal, cluster->id, id),
		    kj_signals[cluster->signal].name, count_of(cluster, cluster->domains, domains),
		    count_of(cluster, cluster->fresh, fresh), count_of(cluster, cluster->known, known),
		    count_of(cluster, cluster->clients, ips), count_of(cluster, cluster->nets, nets),
		    cluster->per_hour, kj_clock_utc_minute(cluster->first_s, first),
		    kj_clock_utc_minute(cluster->last_s, last));
		add_examples(cluster, out);
		kj_buf_add_char(out, '\n');
	}
}

static void tell_member(const struct kj_member *member, struct kj_buf *out)
{
	char when[KJ_CLOCK_UTC_LEN], client[KJ_ADDR_STRLEN];
	const struct {
		const char *before, *text;
	} parts[] = {{"  HELO ", member->helo}, {"  from ", member->domain}, {"  subject ", member->subject}};

	kj_buf_printf(out, "  %s  %s", kj_clock_utc(member->time_s, when),
	    member->client.family ? kj_addr_format(&member->client, client) : "-");
	for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
		kj_buf_add_str(out, parts[i].before);
		add_safe(out, *parts[i].text ? parts[i].text : "-");
		if (parts[i].text == member->domain && member->fresh)
			kj_buf_add_str(out, " (new)");
	}
	kj_buf_add_char(out, '\n');
}

/* "3 days", "12 hours": windows are whole ones. */
static void tell_window(uint32_t seconds, struct kj_buf *out)
{
	unsigned hours = seconds / 3600;

	if (hours % 24)
		kj_buf_printf(out, "%u hours", hours);
	else
		kj_buf_printf(out, "%u %s", hours / 24, hours == 24 ? "day" : "days");
}

static void tell_numbers(const struct kj_cluster *cluster, struct kj_buf *out)
{
	const struct {
		unsigned count;
		const char *what;
	} numbers[] = {
	    {cluster->domains, "sender domains"},
	    {cluster->fresh, "of them new here"},
	    {cluster->known, "of them known for long"},
	    {cluster->clients, "client addresses"},
	    {cluster->nets, "networks (/24 or /56)"},
	};
	char count[COUNT_MAX];

	for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
		kj_buf_printf(out, "  %6s %s\n", count_of(cluster, numbers[i].count, count), numbers[i].what);
	if (cluster->names)
		kj_buf_printf(out, "  %6s HELO or host names\n", count_of(cluster, cluster->names, count));
	kj_buf_printf(out, "  %6.1f mails an hour of late%s\n", cluster->per_hour,
	    cluster->burst ? ", many more than usual" : "");
	if (cluster->in_order)
		kj_buf_add_str(out, "  the numbers in the names follow the addresses\n");
}

void kj_cluster_story(const struct kj_cluster *cluster, struct kj_buf *out)
{
	const struct kj_signal_row *row = &kj_signals[cluster->signal];
	char id[KJ_CLUSTER_ID_LEN], first[KJ_CLOCK_UTC_LEN], last[KJ_CLOCK_UTC_LEN];

	kj_buf_printf(out, "%s: %s, within ", kj_cluster_id(cluster->signal, cluster->id, id), row->about);
	tell_window(row->window_s, out);
	kj_buf_add_str(out, "\n  in common: ");
	add_examples(cluster, out);
	kj_buf_printf(out, "\n  first %s, last %s\n", kj_clock_utc(cluster->first_s, first),
	    kj_clock_utc(cluster->last_s, last));
	tell_numbers(cluster, out);
	kj_buf_printf(out, "the last %u mails\n", cluster->member_count);
	for (unsigned i = 0; i < cluster->member_count; i++)
		tell_member(&cluster->members[i], out);
}
