/*
 * test_conf_crowd.c - the memory of the recent traffic, the Redis it is shared through, and what many senders share
 */
#include "conf_load.h"
#include "suite.h"

struct row {
	const char *label, *conf, *want;
};

#define SECRET "0123456789abcdef"
#define NEEDED                                                                                                       \
	"redis: \"server\" needs a \"secret\", the same on all hosts: without it whoever gets at the Redis could read who " \
	"writes to whom, and invent mails; make one with: openssl rand -hex 16"
#define SERVER_FORMS "must be \"unix:/path\", \"host:port\", \"192.0.2.1:port\" or \"[2001:db8::1]:port\""

static const struct row complaints[] = {
    {"no memory", "crowd { memory = 0 }", ""},
    {"least memory", "crowd { memory = 1MiB }", ""},
    {"most memory", "crowd { memory = 4GiB }", ""},
    {"less than the least", "crowd { memory = 1023KiB }",
        "t:1:18: error: crowd: \"memory\" (1023KiB) must be 1MiB at least, or 0 for no memory of the recent traffic"},
    {"more than the most", "crowd { memory = 5GiB }",
        "t:1:18: error: \"memory\" (5GiB) must lie between 0 and 4GiB"},
    {"a Redis with all it needs", "redis { server = \"redis.example.net\" secret = \"" SECRET "\" }", ""},
    {"a secret kept for later", "redis { secret = \"" SECRET "\" }", ""},
    {"no secret", "redis { server = \"unix:/r\" }", "t:1:18: error: " NEEDED},
    {"an empty secret", "redis { secret = \"\" server = \"unix:/r\" }", "t:1:30: error: " NEEDED},
    {"a wrong secret is not missing too", "redis { server = \"unix:/r\" secret = \"\t\" }",
        "t:1:37: error: \"secret\" (...) must not hold control characters"},
    {"an unreadable secret is not missing too", "redis { server = \"unix:/r\" secret = !!! }",
        "t:1:37: error: unexpected character; text with such characters belongs in quotes"},
    {"a secret of the wrong shape is not missing too", "redis { server = \"unix:/r\" secret = [] }",
        "t:1:37: error: \"secret\" wants a text in quotes, not a list"},
    {"a short secret, also without server", "redis { secret = \"0123456789abcde\" }",
        "t:1:18: error: redis: \"secret\" must have 16 characters at least; make one with: openssl rand -hex 16"},
    {"a short secret of long characters", "redis { secret = \"秘密秘密秘密秘密\" }",
        "t:1:18: error: redis: \"secret\" must have 16 characters at least; make one with: openssl rand -hex 16"},
    {"TLS over a unix socket", "redis { server = \"unix:/r\" secret = \"" SECRET "\"\ntls = yes }",
        "t:2:7: error: redis: there is no TLS over a unix socket; leave out \"tls\", or give a host as server"},
    {"certificates for nothing", "redis { ca-file = \"/etc/ca.pem\" }",
        "t:1:19: error: redis: \"ca-file\" means nothing without \"tls = yes\""},
    {"certificates wherever it was started", "redis { tls = yes ca-file = \"ca.pem\" }",
        "t:1:29: error: redis: \"ca-file\" (ca.pem) must have an absolute path"},
    {"a Redis like a setting", "redis = \"unix:/run/redis/redis.sock\"",
        "t:1:1: error: \"redis\" is a block: redis { server = ... }"},
    {"a pool of one label", "shared-pools = [\"mail.example.jp\", \"jp\"]",
        "t:1:36: error: \"shared-pools\" (jp) must be a domain of two labels at least"},
    {"a range upside down", "shared-name-servers = \"ns-[9-1].example.jp\"",
        "t:1:23: error: \"shared-name-servers\" (ns-[9-1].example.jp) must be a domain, perhaps with a range of numbers like "
        "\"ns-[00-63].example.com\""},
    {"an address", "shared-pools = \"192.0.2.1\"",
        "t:1:16: error: \"shared-pools\" (192.0.2.1) must be a domain of two labels at least"},
};

START_TEST(what_does_not_go_together_is_explained)
{
	struct loaded loaded;

	load_text(&loaded, complaints[_i].conf, strlen(complaints[_i].conf), NULL);
	ck_assert_msg(strcmp(kj_buf_str(&loaded.text), complaints[_i].want) == 0, "%s:\n%s\nwanted:\n%s",
	    complaints[_i].label, kj_buf_str(&loaded.text), complaints[_i].want);
	unload(&loaded);
}
END_TEST

/* With a secret; good ones arrive as they were written, others are explained. */
static const struct {
	const char *server;
	bool good;
} servers[] = {
    {"unix:/run/redis/redis.sock", true},
    {"redis.example.net:6379", true},
    {"redis.example.net", true},
    {"redis", true},
    {"192.0.2.1", true},
    {"192.0.2.1:65535", true},
    {"[2001:db8::1]", true},
    {"[::1]:6379", true},
    {"unix:", false},
    {"unix:redis.sock", false},
    {"/run/redis/redis.sock", false},
    {"redis://redis.example.net", false},
    {"redis.example.net:", false},
    {"redis.example.net:0", false},
    {"redis.example.net:65536", false},
    {"redis.example.net:6379/0", false},
    {"redis example", false},
    {":6379", false},
    {"6379", false},
    {"192.0.2.256", false},
    {"::1", false},
    {"2001:db8::1:6379", false},
    {"[::1", false},
    {"[::1]6379", false},
    {"[192.0.2.1]:6379", false},
    {"[redis]:6379", false},
};

START_TEST(a_server_is_a_socket_or_a_host_with_or_without_port)
{
	struct loaded loaded;
	char conf[256];

	snprintf(conf, sizeof conf, "redis { server = \"%s\"\nsecret = \"" SECRET "\" }", servers[_i].server);
	load_text(&loaded, conf, strlen(conf), NULL);
	if (servers[_i].good)
		ck_assert_msg(loaded.text.len == 0, "%s: %s", servers[_i].server, kj_buf_str(&loaded.text));
	else
		ck_assert_msg(strncmp(kj_buf_str(&loaded.text), "t:1:18: error: \"server\" (", 24) == 0, "%s: %s",
		    servers[_i].server, kj_buf_str(&loaded.text));
	ck_assert_str_eq(loaded.build.top.settings.share.server, servers[_i].good ? servers[_i].server : "");
	unload(&loaded);
}
END_TEST

START_TEST(a_wrong_server_is_told_what_is_right)
{
	static const char conf[] = "redis { server = \"::1\" }";
	struct loaded loaded;

	load_text(&loaded, conf, strlen(conf), NULL);
	ck_assert_str_eq(kj_buf_str(&loaded.text), "t:1:18: error: \"server\" (::1) " SERVER_FORMS);
	unload(&loaded);
}
END_TEST

/* Whatever is wrong with these, no complaint may have "hush" in it. */
static const char *const secrets[] = {
    "redis { password = \"hush\x01\" }",
    "redis { password = \"hu\\qsh\" secret = \"hush\" }",
    "redis { secret = \"hush\" }",
    "redis { secret = [\"hush\"] }",
    "redis { password = [\"hush\" \"hush\"] }",
    "redis { password = 5hush }",
    "redis { password = hush hush }",
    "redis { password = hush, hush }",
    "redis { password = hush\x7fhush }",
    "redis { password = hush=hush }",
    "redis { password = hush hush=hush }",
    "redis { password = hush hush = \"hush\" hush2 = 1 }",
    "redis { password = hush {\n",
    "redis { password = hush hush {\n",
    "redis { password = hush hush { hush = 1 }\n",
    "redis { password = 1hush \"hush\" { } }",
    "redis { password hush }",
    "redis { password \"hush\" }",
    "redis { password: hush }",
    "redis { password =\n\thush hush }",
    "redis { password = # to come\n\n\thush=hush hush\n }",
    "redis { secret = \"hush }",
    "redis { secret = hush\"hush\" }",
    "redis { password = ]hush }",
    "redis { password = \"hush\" password = \"hush\" }",
    "redis { server = \"redis://user:hush@redis.example.net:6379\" }",
    "redis { server = [\"redis://user:hush@redis.example.net:6379\"] }",
    "redis = \"redis://user:hush@redis.example.net:6379\"",
    "redis = redis://user:hush",
    "password = \"hush\"",
    "log { secret = hush }",
    "dnsbl \"bl.example\" { key = hush=hush }",
    "dnsbl \"bl.example\" { key = \"h u s h\" key = 1hush }",
    "dnsbl \"bl.example\" { key = hush hush { }",
};

START_TEST(no_complaint_shows_a_secret)
{
	struct loaded loaded;

	load_text(&loaded, secrets[_i], strlen(secrets[_i]), NULL);
	ck_assert_uint_gt(kj_complaints_errors(loaded.complaints), 0);
	ck_assert_msg(!strstr(kj_buf_str(&loaded.text), "hush"), "%s\n%s", secrets[_i], kj_buf_str(&loaded.text));
	unload(&loaded);
}
END_TEST

/* Hiding must not cost more than it has to. */
static const struct row shown[] = {
    {"in front of it", "redis { sever = \"x\" password = \"x\" }",
        "t:1:9: error: unknown setting \"sever\"; did you mean \"server\"?"},
    {"in the next line", "redis { password = \"x\"\nsever = \"x\" }",
        "t:2:1: error: unknown setting \"sever\"; did you mean \"server\"?"},
    {"behind it in the same line", "redis { password = \"x\" sever = \"x\" }",
        "t:1:24: error: unknown name behind a secret, not shown; text with blanks or signs belongs in quotes"},
    {"a sign in an unquoted password", "redis { password = a!b }",
        "t:1:21: error: unexpected character; text with such characters belongs in quotes"},
    {"a password that looks like an include", "redis { password = include\n}", ""},
    {"known settings behind it", "redis { secret = \"" SECRET "\" password = \"x\" user = \"u\" prefix = \"p:\" }", ""},
};

START_TEST(what_is_no_secret_is_shown)
{
	struct loaded loaded;

	load_text(&loaded, shown[_i].conf, strlen(shown[_i].conf), NULL);
	ck_assert_msg(strcmp(kj_buf_str(&loaded.text), shown[_i].want) == 0, "%s:\n%s\nwanted:\n%s", shown[_i].label,
	    kj_buf_str(&loaded.text), shown[_i].want);
	unload(&loaded);
}
END_TEST

START_TEST(an_empty_file_remembers_64_MiB_and_shares_nothing)
{
	const struct kj_share_config *share;
	struct loaded loaded;

	load_text(&loaded, "", 0, NULL);
	share = &loaded.build.top.settings.share;
	ck_assert_uint_eq(loaded.build.top.settings.crowd_bytes, (size_t)64 << 20);
	ck_assert_str_eq(share->server, "");
	ck_assert_str_eq(share->user, "");
	ck_assert_str_eq(share->password, "");
	ck_assert_str_eq(share->ca_file, "");
	ck_assert_str_eq(share->prefix, "kanjiki:");
	ck_assert_str_eq(share->secret, "");
	ck_assert(!share->tls);
	unload(&loaded);
}
END_TEST

START_TEST(what_is_configured_arrives)
{
	static const char conf[] = "crowd { memory = 256MiB }\n"
	                           "redis {\n server = \"redis.example.net:6380\" user = \"kanjiki\"\n"
	                           " password = \"a b\\\"c\\\\d=#{} é\"\n tls = yes ca-file = \"/etc/ca.pem\"\n"
	                           " prefix = \"mx:\"\n secret = \"秘密0123456789abcd\"\n}\n";
	const struct kj_share_config *share;
	struct loaded loaded;

	load_text(&loaded, conf, strlen(conf), NULL);
	ck_assert_str_eq(kj_buf_str(&loaded.text), "");
	share = &loaded.build.top.settings.share;
	ck_assert_uint_eq(loaded.build.top.settings.crowd_bytes, (size_t)256 << 20);
	ck_assert_str_eq(share->server, "redis.example.net:6380");
	ck_assert_str_eq(share->user, "kanjiki");
	ck_assert_str_eq(share->password, "a b\"c\\d=#{} é");
	ck_assert(share->tls);
	ck_assert_str_eq(share->ca_file, "/etc/ca.pem");
	ck_assert_str_eq(share->prefix, "mx:");
	ck_assert_str_eq(share->secret, "秘密0123456789abcd");
	unload(&loaded);
}
END_TEST

static bool has(const char *const *names, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

START_TEST(shared_names_add_to_those_of_the_list)
{
	static const char conf[] = "shared-pools = \"Relay.example.jp.\"\n"
	                           "shared-name-servers = [\"ns[8-11].example.jp\", \"dns.example\"]\n";
	struct loaded without, with;
	const struct kj_rules *rules = &with.build.rules;

	load_text(&without, "", 0, NULL);
	load_text(&with, conf, strlen(conf), NULL);
	ck_assert_str_eq(kj_buf_str(&with.text), "");
	ck_assert_uint_eq(rules->shared_pool_count, without.build.rules.shared_pool_count + 1);
	ck_assert(has(rules->shared_pools, rules->shared_pool_count, "relay.example.jp"));
	ck_assert(has(rules->shared_pools, rules->shared_pool_count, "protection.outlook.com"));
	ck_assert_uint_eq(rules->shared_name_server_count, without.build.rules.shared_name_server_count + 5);
	ck_assert(has(rules->shared_name_servers, rules->shared_name_server_count, "ns8.example.jp"));
	ck_assert(has(rules->shared_name_servers, rules->shared_name_server_count, "ns11.example.jp"));
	unload(&with);
	unload(&without);
}
END_TEST

START_TEST(ranges_of_the_list_are_written_out)
{
	struct loaded loaded;
	const struct kj_rules *rules = &loaded.build.rules;

	load_text(&loaded, "", 0, NULL);
	ck_assert(has(rules->shared_name_servers, rules->shared_name_server_count, "awsdns-00.com"));
	ck_assert(has(rules->shared_name_servers, rules->shared_name_server_count, "awsdns-07.net"));
	ck_assert(has(rules->shared_name_servers, rules->shared_name_server_count, "awsdns-63.co.uk"));
	ck_assert(!has(rules->shared_name_servers, rules->shared_name_server_count, "awsdns-64.co.uk"));
	for (unsigned i = 0; i < rules->shared_name_server_count; i++)
		ck_assert(!strpbrk(rules->shared_name_servers[i], "[]"));
	unload(&loaded);
}
END_TEST

/* What a range is; want: how many names, 0 for no range at all, -1 for an error. */
static const struct {
	const char *name;
	int want;
} ranges[] = {
    {"example.com", 0},
    {"ns-[0-9].example.com", 10},
    {"[000-999].example.com", 1000},
    {"ns[5-5].example.com", 1},
    {"ns[10-9].example.com", -1},
    {"ns[-9].example.com", -1},
    {"ns[1-].example.com", -1},
    {"ns[1].example.com", -1},
    {"ns[0-1000].example.com", -1},
    {"ns[0000-0001].example.com", -1},
    {"ns[0-9.example.com", -1},
    {"ns0-9].example.com", -1},
    {"ns[0-9][0-9].example.com", -1},
    {"ns[a-z].example.com", -1},
    {"ns[99999999999999999999-1].example.com", -1},
};

START_TEST(a_range_has_one_to_three_digits_and_an_order)
{
	struct kj_name_range range;
	int rc = kj_name_range_parse(ranges[_i].name, &range);

	if (ranges[_i].want < 0)
		ck_assert_msg(rc == -KJ_EINVAL, "%s", ranges[_i].name);
	else
		ck_assert_msg(rc == 0 && (range.digits ? (int)(range.last - range.first + 1) : 0) == ranges[_i].want, "%s",
		    ranges[_i].name);
}
END_TEST

/* A family that could not open the gate, or symbols of another one, would make the whole change idle. */
START_TEST(the_crowd_has_a_gate_and_its_symbols)
{
	static const char *const symbols[] = {"PREFIX_FRESH_16", "HELO_TEMPLATE", "SUBJ_TEMPLATE_RCPT_5", "BODY_CLUSTER_8",
	    "DNS_CLUSTER_3", "WALLET_REUSED", "CROWD_FRESH", "BURST", "DOMAIN_FRESH", "DOMAIN_RECENT"};
	struct loaded loaded;
	int family;

	load_text(&loaded, "", 0, NULL);
	family = kj_build_find_family(&loaded.build, "crowd");
	ck_assert_int_ge(family, 0);
	ck_assert_int_eq(loaded.build.families[family].cap_centi, 600);
	ck_assert_int_eq(loaded.build.families[family].gate_centi, 500);
	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
		int symbol = kj_build_find_symbol(&loaded.build, symbols[i]);

		ck_assert_msg(symbol >= 0, "%s", symbols[i]);
		ck_assert_msg(loaded.build.symbols[symbol].family == (unsigned)family, "%s", symbols[i]);
	}
	unload(&loaded);
}
END_TEST

/* Each symbol that the table of signals names has a weight, and a higher tier never weighs less than a lower one. */
START_TEST(every_tier_weighs_as_much_as_the_one_below)
{
	struct loaded loaded;

	load_text(&loaded, "", 0, NULL);
	for (int s = 0; s < KJ_SIGNALS; s++) {
		int32_t below = 0;

		for (int t = 0; t < KJ_TIERS && kj_signals[s].tiers[t].domains; t++) {
			const struct kj_tier *tier = &kj_signals[s].tiers[t];
			int symbol = kj_build_find_symbol(&loaded.build, tier->symbol);

			ck_assert_msg(symbol >= 0, "%s", tier->symbol);
			ck_assert_int_ge(loaded.build.symbols[symbol].score_centi, below);
			below = loaded.build.symbols[symbol].score_centi;
			ck_assert(!tier->variant || kj_build_find_symbol(&loaded.build, tier->variant) >= 0);
		}
	}
	unload(&loaded);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conf_crowd");
	TCase *tc = tcase_create("conf_crowd");

	add_rows(tc, what_does_not_go_together_is_explained, complaints);
	add_rows(tc, a_server_is_a_socket_or_a_host_with_or_without_port, servers);
	tcase_add_test(tc, a_wrong_server_is_told_what_is_right);
	add_rows(tc, no_complaint_shows_a_secret, secrets);
	add_rows(tc, what_is_no_secret_is_shown, shown);
	tcase_add_test(tc, an_empty_file_remembers_64_MiB_and_shares_nothing);
	tcase_add_test(tc, what_is_configured_arrives);
	tcase_add_test(tc, shared_names_add_to_those_of_the_list);
	tcase_add_test(tc, ranges_of_the_list_are_written_out);
	add_rows(tc, a_range_has_one_to_three_digits_and_an_order, ranges);
	tcase_add_test(tc, the_crowd_has_a_gate_and_its_symbols);
	tcase_add_test(tc, every_tier_weighs_as_much_as_the_one_below);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
