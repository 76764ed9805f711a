/*
 * test_scoring_lists.c - what DNS lists of each kind are asked about, and that keys stay where they are
 */
#include "kanjiki/arena.h"
#include "kanjiki/checks.h"
#include "kanjiki/list_hash.h"
#include "suite.h"

static struct kj_arena *arena;
static struct kj_evidence *evidence;
static struct kj_hits *hits;

static void begin(void)
{
	arena = kj_arena_new(1 << 20);
	evidence = kj_evidence_new(arena);
	hits = kj_hits_new(arena);
}

static void end(void)
{
	kj_arena_free(arena);
}

static const struct {
	enum kj_list_hash hash;
	const char *address, *want;
} hash_rows[] = {
    {KJ_LIST_SHA1, "a@b.example", "894741fd17a1c947e869490b15afe8ad678a0cef"},
    {KJ_LIST_SHA1, "A@B.Example", "894741fd17a1c947e869490b15afe8ad678a0cef"},
    {KJ_LIST_SHA256, "a@b.example", "ebb18a030bf15174f5714e24d63af1a81355c951ea7389bd2a9bd18e3d0c2477"},
    {KJ_LIST_SHA1_BASE32, "a@b.example", "rfdud7ixuheup2djjefrll7ivvtyudhp"},
    {KJ_LIST_SHA256_BASE32, "A@b.example", "5oyyuayl6fixj5lrjysnmoxrvajvlskr5jzytpjktpiy4pimer3q"},
};

START_TEST(addresses_are_hashed_in_lower_case)
{
	char out[KJ_LIST_HASH_STRLEN];

	ck_assert_str_eq(kj_list_hash(hash_rows[_i].hash, hash_rows[_i].address, out), hash_rows[_i].want);
}
END_TEST

#define URL(host_, org_)                                                                                     \
	{                                                                                                    \
		.text = "", .host = host_, .org = org_, .is_link = true                                      \
	}
#define LIST(label_, zone_) .zone = zone_, .query_zone = zone_, .label = label_
static const struct kj_url urls[] = {
    URL("a.one.example", "one.example"),
    URL("b.one.example", "one.example"),
    {.text = "", .host = "hidden.example", .org = "hidden.example", .hidden = true},
    {.text = "", .host = "quoted.example", .org = "quoted.example", .quoted = true},
    URL("www.two.example", "two.example"),
    URL("192.0.2.80", "192.0.2.80"),
    URL("bare", "bare"),
};
static const struct kj_field fields[] = {{"Reply-To", " \"Reply, Inc.\" <Reply@other.example>"}};
static const struct kj_message message = {
    .urls = urls,
    .url_count = 7,
    .from_addr = "boss@mail.from.example",
    .fields = fields,
    .field_count = 1,
};
static const struct kj_facts mail = {
    .client = {4, {192, 0, 2, 1}},
    .helo = "helo.host.example",
    .helo_name = "helo.host.example",
    .sender = "a@bounce.sender.example",
    .sender_domain = "bounce.sender.example",
    .message = &message,
};

static const struct kj_check *const list_checks[] = {
    &kj_check_dnsbl, &kj_check_dnsbl_helo, &kj_check_dnsbl_sender, &kj_check_dnsbl_content};

static void ask_all(const struct kj_facts *facts, const struct kj_dnsbl *list)
{
	struct kj_rules rules = {.dnsbls = list, .dnsbl_count = 1};

	for (size_t i = 0; i < sizeof list_checks / sizeof *list_checks; i++)
		list_checks[i]->ask(facts, &rules, evidence);
}

/* All names asked for, without the zone "l.example", joined by blanks. */
static const char *names_asked(void)
{
	const char *all = "";

	for (unsigned i = 0; i < kj_evidence_count(evidence); i++) {
		const char *name = kj_evidence_item(evidence, i)->question.name;

		all = kj_arena_printf(
		    arena, "%s%s%.*s", all, i ? " " : "", (int)(strlen(name) - strlen(".l.example")), name);
	}
	return all;
}

static const struct {
	const char *label;
	struct kj_dnsbl list;
	const char *want;
} ask_rows[] = {
    {"client", {LIST("l", "l.example"), .asks = KJ_LIST_CLIENT, .ipv4 = true}, "1.2.0.192"},
    {"helo by org", {LIST("l", "l.example"), .asks = KJ_LIST_HELO}, "host.example"},
    {"helo by host", {LIST("l", "l.example"), .asks = KJ_LIST_HELO, .by_host = true}, "helo.host.example"},
    {"sender and From", {LIST("l", "l.example"), .asks = KJ_LIST_SENDER}, "sender.example from.example"},
    {"sender by host, From's org", {LIST("l", "l.example"), .asks = KJ_LIST_SENDER, .by_host = true},
        "bounce.sender.example from.example"},
    {"links by org: seen before hidden", {LIST("l", "l.example"), .asks = KJ_LIST_URL},
        "one.example two.example hidden.example"},
    {"links by host: one of each org first", {LIST("l", "l.example"), .asks = KJ_LIST_URL, .by_host = true},
        "a.one.example www.two.example hidden.example b.one.example"},
    {"links that are addresses", {LIST("l", "l.example"), .asks = KJ_LIST_URL, .ipv4 = true},
        "one.example two.example 80.2.0.192 hidden.example"},
    {"hashes of sender, From, Reply-To",
        {LIST("l", "l.example"), .asks = KJ_LIST_EMAIL_HASH, .hash = KJ_LIST_SHA1_BASE32},
        "obrbwspnbwxj4udjwbwf57sencn35h4g gygsu543kmj7gu5bhce3uzgwppefenss 2i7ewifawuzlqhsqavjlwawvxvpv4cvx"},
};

START_TEST(each_kind_of_list_is_asked_about_its_own)
{
	ask_all(&mail, &ask_rows[_i].list);
	ck_assert_msg(
	    strcmp(names_asked(), ask_rows[_i].want) == 0, "%s: %s", ask_rows[_i].label, names_asked());
}
END_TEST

START_TEST(no_more_than_twenty_hosts_of_a_mail)
{
	static const struct kj_dnsbl list = {LIST("l", "l.example"), .asks = KJ_LIST_URL};
	struct kj_url many[60];
	struct kj_message crowded = {.urls = many, .url_count = 60, .from_addr = ""};
	struct kj_facts facts = {
	    .helo = "", .helo_name = "", .sender = "", .sender_domain = "", .message = &crowded};

	for (int i = 0; i < 60; i++) {
		const char *host = kj_arena_printf(arena, "h%d.o%d.example", i, i / 2);

		many[i] = (struct kj_url){.text = "", .host = host, .org = strchr(host, '.') + 1};
	}
	ask_all(&facts, &list);
	ck_assert_uint_eq(kj_evidence_count(evidence), 20);
	ck_assert_str_eq(kj_evidence_item(evidence, 19)->question.name, "o19.example.l.example");
}
END_TEST

START_TEST(a_key_is_asked_with_and_never_said)
{
	static const struct kj_dnsbl_code codes[] = {{{.first = 0x7f000002, .last = 0x7f000002}, "BAD"}};
	static const struct kj_dnsbl list = {.zone = "l.example",
	    .query_zone = "sEcReT.l.example",
	    .label = "l",
	    .asks = KJ_LIST_CLIENT | KJ_LIST_URL,
	    .ipv4 = true,
	    .codes = codes,
	    .code_count = 1};
	struct kj_rules rules = {.dnsbls = &list, .dnsbl_count = 1};
	struct kj_addr code = {4, {127, 0, 0, 2}};
	struct kj_item *item;

	ask_all(&mail, &list);
	item = kj_evidence_item(evidence, 0);
	ck_assert_str_eq(item->question.secret_name, "1.2.0.192.sEcReT.l.example");
	ck_assert_str_eq(item->question.name, "1.2.0.192.l.example");
	item->answer = (struct kj_answer){.status = KJ_ANSWER_FOUND, .addrs = &code, .addr_count = 1};
	kj_check_dnsbl.judge(&mail, &rules, evidence, hits);
	ck_assert_str_eq(kj_hits_get(hits, 0)->reason, "192.0.2.1 is listed by l with 127.0.0.2");
}
END_TEST

START_TEST(a_hit_says_where_the_name_was)
{
	static const struct kj_dnsbl_code codes[] = {{{.first = 0x7f000102, .last = 0x7f000102}, "DOMAIN"}};
	static const struct kj_dnsbl list = {
	    LIST("dbl", "l.example"), .asks = KJ_LIST_URL | KJ_LIST_HELO, .codes = codes, .code_count = 1};
	struct kj_rules rules = {.dnsbls = &list, .dnsbl_count = 1};
	struct kj_addr code = {4, {127, 0, 1, 2}};

	ask_all(&mail, &list);
	for (unsigned i = 1; i < kj_evidence_count(evidence); i++)
		kj_evidence_item(evidence, i)->answer =
		    (struct kj_answer){.status = KJ_ANSWER_FOUND, .addrs = &code, .addr_count = 1};
	kj_check_dnsbl.judge(&mail, &rules, evidence, hits);
	ck_assert_uint_eq(kj_hits_count(hits), 1);
	ck_assert_str_eq(kj_hits_get(hits, 0)->reason, "link a.one.example is listed by dbl with 127.0.1.2");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scoring_lists");
	TCase *tc = tcase_create("lists");

	tcase_add_checked_fixture(tc, begin, end);
	add_rows(tc, addresses_are_hashed_in_lower_case, hash_rows);
	add_rows(tc, each_kind_of_list_is_asked_about_its_own, ask_rows);
	tcase_add_test(tc, no_more_than_twenty_hosts_of_a_mail);
	tcase_add_test(tc, a_key_is_asked_with_and_never_said);
	tcase_add_test(tc, a_hit_says_where_the_name_was);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
