/*
 * test_lookup_domains.c - where a domain takes its mail, and who runs its zone
 */
#include "kanjiki/buf.h"
#include "kanjiki/lookups.h"
#include "lookup_world.h"
#include "suite.h"

static const struct kj_answer *ask_one(struct kj_resolver *resolver, enum kj_question_kind kind,
    const char *name, struct kj_lookups **ret_lookups)
{
	struct kj_question question = {.kind = kind, .name = name};

	*ret_lookups = kj_lookups_new(resolver, kj_clock_system(), 5000);
	ck_assert_int_eq(kj_lookups_ask(*ret_lookups, &question), 0);
	kj_lookups_wait(*ret_lookups, now_ms() + 5000);
	return kj_lookups_answer(*ret_lookups, 0);
}

/* "found: name name | addr addr, partial" */
static void describe(const struct kj_answer *answer, struct kj_buf *out)
{
	char addr[KJ_ADDR_STRLEN];

	kj_buf_printf(out, "%s:", kj_answer_status_name(answer->status));
	for (unsigned i = 0; i < answer->name_count; i++)
		kj_buf_printf(out, " %s", *answer->names[i] ? answer->names[i] : ".");
	for (unsigned i = 0; i < answer->addr_count; i++)
		kj_buf_printf(out, "%s %s", i ? "" : " |", kj_addr_format(&answer->addrs[i], addr));
	kj_buf_add_str(out, answer->partial ? ", partial" : "");
}

static const struct {
	enum kj_question_kind kind;
	const char *label, *name, *want;
} rows[] = {
    {KJ_ASK_MX, "by preference, then by name", "domain.example",
        "found: z.domain.example a.domain.example b.domain.example c.domain.example"},
    {KJ_ASK_MX, "a null MX", "null.domain.example", "found: ."},
    {KJ_ASK_MX, "a null MX through an alias", "alias.domain.example", "found: ."},
    {KJ_ASK_MX, "the root beside a host", "mixed.domain.example", "found: a.domain.example"},
    {KJ_ASK_MX, "without MX, the address", "implicit.domain.example", "found: implicit.domain.example"},
    {KJ_ASK_MX, "without MX, the IPv6 address", "implicit6.domain.example",
        "found: implicit6.domain.example"},
    {KJ_ASK_MX, "neither MX nor address", "text.domain.example", "not found:"},
    {KJ_ASK_MX, "no such name", "missing.domain.example", "not found:"},
    {KJ_ASK_MX, "no name at all", "a..domain.example", "not found:"},
    {KJ_ASK_MX, "nobody to ask", "elsewhere.example", "servfail:"},
    {KJ_ASK_MX_HOSTS, "addresses once, sorted", "domain.example",
        "found: z.domain.example a.domain.example b.domain.example c.domain.example"
        " | 192.0.2.3 192.0.2.7 192.0.2.9"},
    {KJ_ASK_MX_HOSTS, "a null MX is nowhere", "null.domain.example", "found: ."},
    {KJ_ASK_MX_HOSTS, "one host unknown", "broken.domain.example",
        "found: a.domain.example host.elsewhere.example | 192.0.2.3 192.0.2.7, partial"},
    {KJ_ASK_MX_HOSTS, "all hosts unknown", "lost.domain.example", "found: host.elsewhere.example, partial"},
    {KJ_ASK_MX_HOSTS, "without MX, the address", "implicit.domain.example",
        "found: implicit.domain.example | 192.0.2.3"},
    {KJ_ASK_MX_HOSTS, "neither MX nor address", "text.domain.example", "not found:"},
    {KJ_ASK_NS, "sorted", "domain.example", "found: ns.example.jp ns1.domain.example ns2.domain.example"},
    {KJ_ASK_NS, "no zone", "a.domain.example", "not found:"},
    {KJ_ASK_NS, "nobody to ask", "elsewhere.example", "servfail:"},
    {KJ_ASK_SOA, "whom to write to, and the master", "domain.example",
        "found: the\\046master.domain.example ns2.domain.example"},
    {KJ_ASK_SOA, "no zone", "a.domain.example", "not found:"},
    {KJ_ASK_SOA, "nobody to ask", "elsewhere.example", "servfail:"},
};

START_TEST(a_domain_says_where_it_is)
{
	struct kj_resolver *resolver = resolver_with((const char *[]){nsd_server, NULL}, 300);
	struct kj_buf got = KJ_BUF_INIT(1000);
	struct kj_lookups *lookups;

	describe(ask_one(resolver, rows[_i].kind, rows[_i].name, &lookups), &got);
	ck_assert_msg(
	    strcmp(kj_buf_str(&got), rows[_i].want) == 0, "%s: %s", rows[_i].label, kj_buf_str(&got));
	kj_buf_free(&got);
	kj_lookups_free(lookups);
	kj_resolver_free(resolver);
}
END_TEST

static const struct script halves[] = {
    {"mx-unknown.test", ACT_RCODE, 2, KJ_DNS_MX},
    {"mx-unknown.test", ACT_ANSWER, 0, KJ_DNS_A},
    {"a-unknown.test", ACT_NODATA, 0, KJ_DNS_MX},
    {"a-unknown.test", ACT_SILENT, 0, KJ_DNS_A},
    {"a-unknown.test", ACT_NODATA, 0, KJ_DNS_AAAA},
    {"aaaa-unknown.test", ACT_NODATA, 0, KJ_DNS_MX},
    {"aaaa-unknown.test", ACT_NODATA, 0, KJ_DNS_A},
    {"aaaa-unknown.test", ACT_RCODE, 2, KJ_DNS_AAAA},
    {"a-is-enough.test", ACT_NODATA, 0, KJ_DNS_MX},
    {"a-is-enough.test", ACT_ANSWER, 0, KJ_DNS_A},
    {"a-is-enough.test", ACT_RCODE, 2, KJ_DNS_AAAA},
    {"nothing.test", ACT_RCODE, 3, KJ_DNS_MX},
    {0},
};

static const struct {
	const char *name, *want;
	unsigned packets; /* at most, without repetitions */
} half_rows[] = {
    {"mx-unknown.test", "servfail:", 0},
    {"a-unknown.test", "timeout:", 0},
    {"aaaa-unknown.test", "servfail:", 0},
    {"a-is-enough.test", "found: a-is-enough.test", 0},
    {"nothing.test", "not found:", 1},
};

START_TEST(nowhere_is_said_only_if_all_of_it_is_known)
{
	struct responder *responder = responder_start(halves);
	struct kj_resolver *resolver = resolver_with((const char *[]){responder->server, NULL}, 50);
	struct kj_buf got = KJ_BUF_INIT(1000);
	struct kj_lookups *lookups;

	describe(ask_one(resolver, KJ_ASK_MX, half_rows[_i].name, &lookups), &got);
	ck_assert_str_eq(kj_buf_str(&got), half_rows[_i].want);
	if (half_rows[_i].packets)
		ck_assert_uint_eq(responder->udp, half_rows[_i].packets);
	kj_buf_free(&got);
	kj_lookups_free(lookups);
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

/* Each step of a lookup may be the one at which nobody waits any more. */
START_TEST(a_mail_may_be_dropped_at_every_step)
{
	static const struct script slow[] = {{"", ACT_DELAY, 3, 0}, {0}};
	static const enum kj_question_kind kinds[] = {KJ_ASK_MX, KJ_ASK_MX_HOSTS, KJ_ASK_NS, KJ_ASK_SOA};
	struct responder *responder = responder_start(slow);
	struct kj_resolver *resolver = resolver_with((const char *[]){responder->server, NULL}, PATIENT);
	char name[40];

	for (int i = 0; i < 40; i++) {
		struct kj_lookups *lookups = kj_lookups_new(resolver, kj_clock_system(), 5000);

		snprintf(name, sizeof name, "d%d.test", i);
		ck_assert_int_eq(
		    kj_lookups_ask(lookups, &(struct kj_question){.kind = kinds[i % 4], .name = name}), 0);
		kj_lookups_wait(lookups, now_ms() + i % 10);
		kj_lookups_free(lookups);
	}
	kj_resolver_free(resolver);
	responder_stop(responder);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lookup_domains");
	TCase *tcase = tcase_create("lookup_domains");

	nsd_start();
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	add_rows(tcase, a_domain_says_where_it_is, rows);
	add_rows(tcase, nowhere_is_said_only_if_all_of_it_is_known, half_rows);
	tcase_add_test(tcase, a_mail_may_be_dropped_at_every_step);
	int failed = suite_run(suite);

	nsd_stop();
	return failed;
}
