/*
 * spf_print.c - an SPF check for people, and as JSON
 *
 * A line is a question, what came of it, and in brackets the term that asked and what it counts for:
 *
 *   TXT example.jp: "v=spf1 include:_spf.example.net -all"
 *     TXT _spf.example.net: "v=spf1 ip4:192.0.2.0/24 -all" [include:_spf.example.net, 1 of 10]
 *
 * Of the TXT records at a name that should have an SPF record only those are shown that are one, the others counted.
 */
#include <strings.h>

#include "ctl/print_safe.h"
#include "ctl/spf_way.h"
#include "kanjiki/err.h"
#include "kanjiki/record.h"

#define OBJECT_MAX_BYTES (4 * 1024 * 1024)
#define TERMS_MAX        10 /* RFC 7208 section 4.6.4 */

static const struct {
	const char *word, *text; /* for programs, for people */
} statuses[] = {
    [KJ_DNS_FOUND] = {"found", "found"},
    [KJ_DNS_NODATA] = {"nodata", "no record of this type"},
    [KJ_DNS_NXDOMAIN] = {"nxdomain", "no such name"},
    [KJ_DNS_TIMEOUT] = {"timeout", "no answer"},
    [KJ_DNS_SERVFAIL] = {"servfail", "server failure"},
    [KJ_DNS_BADNAME] = {"badname", "not asked: this is no DNS name"},
};

/* One record as text; what is no part of it in the answer's type is "". */
static void add_record(const struct kj_dns_record *record, enum kj_dns_type type, struct kj_buf *out)
{
	char addr[KJ_ADDR_STRLEN];

	switch (type) {
	case KJ_DNS_A:
	case KJ_DNS_AAAA: kj_buf_add_str(out, kj_addr_format(&record->addr, addr)); break;
	case KJ_DNS_MX:
		kj_buf_printf(out, "%u %s", record->preference, *record->name ? record->name : ".");
		break;
	case KJ_DNS_PTR: kj_buf_add_str(out, *record->name ? record->name : "."); break;
	default: kj_buf_add(out, record->text, record->text_len); break;
	}
}

static bool is_shown(const struct kj_spf_event *event, const struct kj_dns_record *record)
{
	return !event->is_record || strncasecmp(record->text, "v=spf1", 6) == 0;
}

/* Not only strings: a text may hold NULs. */
static void print_record(const struct kj_dns_record *record, enum kj_dns_type type)
{
	const char *quote = type == KJ_DNS_TXT ? "\"" : "";
	struct kj_buf text = KJ_BUF_INIT(OBJECT_MAX_BYTES);

	add_record(record, type, &text);
	fputs(quote, stdout);
	kj_print_safe(kj_buf_str(&text), text.len);
	fputs(quote, stdout);
	kj_buf_free(&text);
}

static void print_answer(const struct kj_spf_event *event)
{
	const struct kj_dns_answer *answer = event->answer;
	unsigned shown = 0;

	if (answer->status != KJ_DNS_FOUND) {
		fputs(statuses[answer->status].text, stdout);
		return;
	}
	for (unsigned i = 0; i < answer->count; i++) {
		if (!is_shown(event, &answer->records[i]))
			continue;
		fputs(shown++ ? ", " : "", stdout);
		print_record(&answer->records[i], event->type);
	}
	if (!shown)
		printf("no SPF record, but %u of other kinds", answer->count);
	else if (shown < answer->count)
		printf(", and %u of other kinds", answer->count - shown);
}

static void print_event(const struct kj_spf_event *event)
{
	printf("%*s%s ", (int)event->depth * 2, "", kj_dns_type_name(event->type));
	kj_print_safe(event->name, strlen(event->name));
	fputs(": ", stdout);
	print_answer(event);
	if (event->term) {
		fputs(" [", stdout);
		kj_print_safe(event->term, strlen(event->term));
		if (event->counted)
			printf(", %u of %d", event->counted, TERMS_MAX);
		fputs(event->is_void ? ", void]" : "]", stdout);
	}
	putchar('\n');
}

static bool is_helo(const struct kj_spf_request *request)
{
	return !strchr(request->sender, '@');
}

void kj_spf_print(const struct kj_spf_request *request, const struct kj_spf_way *way)
{
	const struct kj_spf_outcome *outcome = &way->outcome;

	printf("result: %s (", kj_spf_result_name(outcome->result));
	kj_print_safe(outcome->reason, strlen(outcome->reason));
	printf(")\nidentity: %s, %s", is_helo(request) ? "HELO" : "MAIL FROM",
	    *outcome->domain ? "domain " : "no domain");
	kj_print_safe(outcome->domain, strlen(outcome->domain));
	if (outcome->explanation) {
		fputs("\nexplanation: ", stdout);
		kj_print_safe(outcome->explanation, strlen(outcome->explanation));
	}
	if (outcome->breadth.plus_all)
		fputs("\nbreadth: everybody passes (+all)", stdout);
	else if (outcome->breadth.ip4_percent || outcome->breadth.ip6_percent)
		printf("\nbreadth: %u%% of IPv4 and %u%% of IPv6 pass", outcome->breadth.ip4_percent,
		    outcome->breadth.ip6_percent);
	printf("\n%u of %d terms that may ask the DNS, %lld ms\n", outcome->lookups, TERMS_MAX,
	    (long long)way->took_ms);
	for (unsigned i = 0; i < way->count; i++)
		print_event(&way->events[i]);
	if (way->incomplete)
		puts("(more, for which there was no memory)");
}

static void record_event(const struct kj_spf_event *event, struct kj_record *record)
{
	kj_record_begin(record, NULL, '{');
	kj_record_str(record, "type", kj_dns_type_name(event->type));
	kj_record_str(record, "name", event->name);
	kj_record_str(record, "status", statuses[event->answer->status].word);
	kj_record_begin(record, "answers", '[');
	for (unsigned i = 0; i < event->answer->count; i++) {
		struct kj_buf text = KJ_BUF_INIT(OBJECT_MAX_BYTES);

		add_record(&event->answer->records[i], event->type, &text);
		kj_record_str(record, NULL, kj_buf_str(&text));
		kj_buf_free(&text);
	}
	kj_record_end(record, ']');
	kj_record_str(record, "term", event->term);
	kj_record_str(record, "of", event->domain);
	kj_record_int(record, "depth", event->depth);
	kj_record_int(record, "counted", event->counted);
	kj_record_bool(record, "void", event->is_void);
	kj_record_end(record, '}');
}

static void record_breadth(const struct kj_spf_breadth *breadth, struct kj_record *record)
{
	kj_record_begin(record, "breadth", '{');
	kj_record_bool(record, "plus_all", breadth->plus_all);
	kj_record_int(record, "ip4_percent", breadth->ip4_percent);
	kj_record_int(record, "ip6_percent", breadth->ip6_percent);
	kj_record_int(record, "ip4_terms", breadth->ip4_terms);
	kj_record_int(record, "ip4_nets", breadth->ip4_nets);
	kj_record_int(record, "ip4_isolated", breadth->ip4_isolated);
	kj_record_end(record, '}');
}

int kj_spf_print_json(const struct kj_spf_request *request, const struct kj_spf_way *way)
{
	const struct kj_spf_outcome *outcome = &way->outcome;
	struct kj_record record;
	const char *text;
	bool whole;

	kj_record_open(&record, KJ_RECORD_JSON, OBJECT_MAX_BYTES);
	kj_record_str(&record, "result", kj_spf_result_name(outcome->result));
	kj_record_str(&record, "reason", outcome->reason);
	kj_record_str(&record, "explanation", outcome->explanation);
	kj_record_str(&record, "identity", is_helo(request) ? "helo" : "mailfrom");
	kj_record_str(&record, "domain", outcome->domain);
	kj_record_int(&record, "terms", outcome->lookups);
	kj_record_int(&record, "took_ms", way->took_ms);
	record_breadth(&outcome->breadth, &record);
	kj_record_begin(&record, "lookups", '[');
	for (unsigned i = 0; i < way->count; i++)
		record_event(&way->events[i], &record);
	kj_record_end(&record, ']');
	text = kj_record_close(&record);
	whole = !record.buf.truncated && !way->incomplete;
	if (whole)
		puts(text);
	kj_record_free(&record);
	return whole ? 0 : -KJ_ELIMIT;
}
