/*
 * test_conf_values.c - what a configuration says when it is right: defaults, values, policies, lists
 */
#include "conf/number.h"
#include "conf_load.h"
#include "suite.h"

static void load_good(struct loaded *loaded, const char *conf)
{
	load_text(loaded, conf, strlen(conf), NULL);
	ck_assert_str_eq(kj_buf_str(&loaded->text), "");
}

static const struct kj_policy *policy_of(const struct kj_build *build, const char *domain)
{
	for (unsigned i = 0; i < build->policies.policy_count; i++)
		if (strcmp(build->policies.policies[i].domain, domain) == 0)
			return &build->policies.policies[i];
	ck_abort_msg("no policy for %s", domain);
}

static int32_t score_of(const struct kj_build *build, const char *domain, const char *symbol)
{
	const struct kj_policy *policy = policy_of(build, domain);

	for (unsigned i = 0; i < build->policies.weights.symbol_count; i++)
		if (strcmp(build->policies.weights.symbols[i].name, symbol) == 0)
			return policy->score_centi[i];
	ck_abort_msg("no symbol %s", symbol);
}

START_TEST(an_empty_file_has_the_documented_defaults)
{
	struct kj_message_limits limits = {1 << 20, 256 << 10, 32, 256, 1000, 50};
	struct loaded loaded;
	const struct kj_settings *s = &loaded.build.top.settings;

	load_good(&loaded, "");
	ck_assert_str_eq(s->socket, "unix:/run/kanjiki/milter.sock");
	ck_assert_uint_eq(s->socket_mode, 0660);
	ck_assert_str_eq(s->control_socket, "/run/kanjiki/control.sock");
	ck_assert_str_eq(s->user, "kanjiki");
	ck_assert_str_eq(s->state, "/var/lib/kanjiki/state.db");
	ck_assert_str_ne(s->authserv_id, "");
	ck_assert(s->log_format == KJ_RECORD_LOGFMT && !s->log_syslog && !s->score_local);
	ck_assert_uint_eq(s->trusted_network_count, 2);
	ck_assert_uint_eq(s->trusted_networks[0].bits, 8);
	ck_assert_uint_eq(s->trusted_networks[1].bits, 128);
	ck_assert_uint_eq(s->trusted_relay_count, 0);
	ck_assert_uint_eq(s->trusted_authserv_id_count, 0);
	ck_assert(!s->authserv_queue_id);
	ck_assert_uint_eq(s->deadline_ms, 5000);
	ck_assert_uint_eq(s->limits.body_bytes, limits.body_bytes);
	ck_assert_uint_eq(s->limits.text_bytes, limits.text_bytes);
	ck_assert_uint_eq(s->limits.depth, limits.depth);
	ck_assert_uint_eq(s->limits.parts, limits.parts);
	ck_assert_uint_eq(s->limits.fields, limits.fields);
	ck_assert_uint_eq(s->limits.received, limits.received);
	ck_assert_uint_eq(s->memory_bytes, 16 << 20);
	ck_assert_uint_eq(s->defer_min_age_s, 300);
	ck_assert_uint_eq(s->defer_attempts, 3);
	ck_assert_uint_eq(s->defer_keep_s, 5 * 86400);
	ck_assert_uint_eq(s->defer_ceiling_permyriad, 50);
	ck_assert_uint_eq(s->defer_floor, 50);
	ck_assert_uint_eq(s->warm_up_s, 14 * 86400);
	ck_assert_uint_eq(s->resolver.server_count, 0);
	ck_assert_uint_eq(s->resolver.retry_ms, 300);
	ck_assert_uint_eq(s->resolver.attempts, 5);
	ck_assert_uint_eq(s->resolver.in_flight_max, 256);
	ck_assert_uint_eq(s->resolver.queue_max, 262144);
	ck_assert_uint_eq(s->resolver.cache_max, 32768);
	ck_assert_uint_eq(s->resolver.cache_bytes_max, 16 << 20);
	ck_assert_uint_eq(s->resolver.ttl_max_s, 86400);
	ck_assert_uint_eq(s->resolver.negative_ttl_max_s, 3600);
	ck_assert_uint_eq(s->resolver.failure_ttl_s, 5);
	ck_assert_str_eq(loaded.build.top.lists, KJ_LISTS_DIR);
	ck_assert(loaded.build.top.extortion && loaded.build.rules.spf && !loaded.build.policies.split);
	ck_assert_uint_eq(loaded.build.rules.dnsbl_count, 0);
	unload(&loaded);
}
END_TEST

START_TEST(values_arrive_in_their_units)
{
	struct loaded loaded;
	const struct kj_settings *s = &loaded.build.top.settings;

	load_good(&loaded,
	    "socket = \"inet6:8899@[::1]\" socket-mode = 0600 control-socket = \"\" state = \"\"\n"
	    "trusted-authserv-ids = [\"MX.example.jp\"] authserv-queue-id = required\n"
	    "authserv-id = mx.example.jp lists = \"/srv/lists\" local-mail = score spf = no split = yes\n"
	    "trusted-networks = [] trusted-relays = [\"192.0.2.0/24\", \"2001:db8::1\"]\n"
	    "deadline = 1.5s warm-up = 2w special-helos = [\"Example.\"]\n"
	    "log { format = json target = syslog }\n"
	    "limits { body = 0.5MiB text = 8192 memory = 1GiB }\n"
	    "resolver { servers = [\"127.0.0.1\", \"[::1]:5353\", \"192.0.2.53:53\", \"2001:db8::53\"] }\n"
	    "deferral { ceiling = 12.34% min-age = 0.5m }\n");
	ck_assert_str_eq(s->socket, "inet6:8899@[::1]");
	ck_assert_uint_eq(s->socket_mode, 0600);
	ck_assert_str_eq(s->control_socket, "");
	ck_assert_str_eq(s->state, "");
	ck_assert_str_eq(s->authserv_id, "mx.example.jp");
	ck_assert_uint_eq(s->trusted_authserv_id_count, 1);
	ck_assert_str_eq(s->trusted_authserv_ids[0], "mx.example.jp");
	ck_assert(s->authserv_queue_id);
	ck_assert_str_eq(loaded.build.top.lists, "/srv/lists");
	ck_assert(s->score_local && !loaded.build.rules.spf && loaded.build.policies.split);
	ck_assert_uint_eq(s->trusted_network_count, 0);
	ck_assert_uint_eq(s->trusted_relay_count, 2);
	ck_assert_uint_eq(s->trusted_relays[0].bits, 24);
	ck_assert_uint_eq(s->trusted_relays[1].addr.family, 6);
	ck_assert_uint_eq(s->deadline_ms, 1500);
	ck_assert_uint_eq(s->warm_up_s, 14 * 86400);
	ck_assert_uint_eq(loaded.build.rules.special_helo_count, 1);
	ck_assert_str_eq(loaded.build.rules.special_helos[0], "example");
	ck_assert(s->log_format == KJ_RECORD_JSON && s->log_syslog);
	ck_assert_uint_eq(s->limits.body_bytes, 512 << 10);
	ck_assert_uint_eq(s->limits.text_bytes, 8192);
	ck_assert_uint_eq(s->memory_bytes, 1 << 30);
	ck_assert_uint_eq(s->resolver.server_count, 4);
	ck_assert_str_eq(s->resolver.servers[1], "[::1]:5353");
	ck_assert_uint_eq(s->defer_ceiling_permyriad, 1234);
	ck_assert_uint_eq(s->defer_min_age_s, 30);
	unload(&loaded);
}
END_TEST

START_TEST(escapes_are_resolved)
{
	struct loaded loaded;

	load_good(&loaded, "subject-prefix = \"a\\\\b\\\"c\"");
	ck_assert_str_eq(loaded.build.policies.policies[0].subject_prefix, "a\\b\"c");
	unload(&loaded);
}
END_TEST

START_TEST(the_default_policy_has_the_weights_of_the_lists)
{
	struct loaded loaded;
	const struct kj_weights *weights = &loaded.build.policies.weights;
	const struct kj_policy *policy;

	load_good(&loaded, "");
	policy = &loaded.build.policies.policies[0];
	ck_assert_uint_eq(loaded.build.policies.policy_count, 1);
	ck_assert_str_eq(policy->domain, "");
	ck_assert_int_eq(policy->tag_centi, 500);
	ck_assert_int_eq(policy->tempfail_centi, 800);
	ck_assert(policy->tempfail);
	ck_assert_ptr_null(policy->subject_prefix);
	ck_assert_uint_eq(weights->family_count, 9);
	for (unsigned i = 0; i < weights->family_count; i++) {
		const struct kj_family *family = &weights->families[i];
		bool is_list = strcmp(family->name, "dnsbl") == 0,
		     is_crowd = strcmp(family->name, "crowd") == 0,
		     is_extortion = strcmp(family->name, "extortion") == 0;

		ck_assert_int_gt(family->cap_centi, 0);
		ck_assert_int_eq(family->gate_centi, is_list ? 1 : is_crowd ? 500 : is_extortion ? 600 : 0);
		ck_assert_int_eq(family->firm_centi, is_extortion ? 400 : 0);
	}
	for (unsigned i = 0; i < weights->symbol_count; i++) {
		ck_assert_int_eq(policy->score_centi[i], weights->symbols[i].score_centi);
		ck_assert_uint_lt(weights->symbols[i].family, weights->family_count);
		ck_assert_str_ne(weights->symbols[i].about, "");
		ck_assert_msg(weights->symbols[i].score_centi >= 0 ||
		                  strcmp(weights->symbols[i].name, "AUTH_MATURE") == 0,
		    "%s subtracts", weights->symbols[i].name);
		ck_assert(i == 0 || strcmp(weights->symbols[i - 1].name, weights->symbols[i].name) < 0);
	}
	ck_assert_int_eq(score_of(&loaded.build, "", "HELO_SPECIAL"), 250);
	ck_assert_int_eq(score_of(&loaded.build, "", "EXTORTION_CORE_5"), 1000);
	ck_assert_int_eq(score_of(&loaded.build, "", "SPF_PASS"), 0);
	unload(&loaded);
}
END_TEST

START_TEST(a_domain_inherits_what_it_does_not_say)
{
	struct loaded loaded;
	const struct kj_build *build = &loaded.build;

	load_good(&loaded,
	    "tag = 4.0 tempfail = 7.0 subject-prefix = \"[SPAM] \"\n"
	    "weights { RDNS_NONE = 0.2  MSGID = 0 }\n"
	    "domain \"b.example\" { tempfail = never weights { RDNS_NONE = -1 SPF_FAIL = 3.5 } }\n"
	    "domain \"a.例え.example.\" { tag = 6.5 subject-prefix = \"\" }\n"
	    "domain \"a.example\" { tempfail = 9 }\n");
	ck_assert_uint_eq(build->policies.policy_count, 4);
	for (unsigned i = 2; i < 4; i++)
		ck_assert_int_lt(
		    strcmp(build->policies.policies[i - 1].domain, build->policies.policies[i].domain), 0);
	ck_assert(!policy_of(build, "b.example")->tempfail);
	ck_assert_int_eq(policy_of(build, "b.example")->tag_centi, 400);
	ck_assert_str_eq(policy_of(build, "b.example")->subject_prefix, "[SPAM] ");
	ck_assert_int_eq(score_of(build, "b.example", "RDNS_NONE"), -100);
	ck_assert_int_eq(score_of(build, "b.example", "SPF_FAIL"), 350);
	ck_assert_int_eq(score_of(build, "b.example", "MSGID"), 0);
	ck_assert_int_eq(score_of(build, "b.example", "DATE_PAST"), 50);
	ck_assert_int_eq(policy_of(build, "a.xn--r8jz45g.example")->tag_centi, 650);
	ck_assert_int_eq(policy_of(build, "a.xn--r8jz45g.example")->tempfail_centi, 700);
	ck_assert_ptr_null(policy_of(build, "a.xn--r8jz45g.example")->subject_prefix);
	ck_assert_int_eq(score_of(build, "a.example", "RDNS_NONE"), 20);
	ck_assert_int_eq(policy_of(build, "a.example")->tempfail_centi, 900);
	ck_assert_int_eq(score_of(build, "", "RDNS_NONE"), 20);
	ck_assert_int_eq(score_of(build, "", "SPF_FAIL"), 150);
	unload(&loaded);
}
END_TEST

START_TEST(never_holds_for_all_domains_but_those_that_say_otherwise)
{
	struct loaded loaded;

	load_good(
	    &loaded, "tempfail = never domain \"a.example\" { } domain \"b.example\" { tempfail = 5.0 }");
	ck_assert(!policy_of(&loaded.build, "")->tempfail);
	ck_assert(!policy_of(&loaded.build, "a.example")->tempfail);
	ck_assert(policy_of(&loaded.build, "b.example")->tempfail);
	ck_assert_int_eq(policy_of(&loaded.build, "b.example")->tempfail_centi, 500);
	unload(&loaded);
}
END_TEST

static const struct {
	const char *text;
	uint32_t first, last, mask;
} codes[] = {
    {"127.0.0.3", 0x7f000003, 0x7f000003, 0},
    {"127.0.0.10-127.0.0.11", 0x7f00000a, 0x7f00000b, 0},
    {"127.0.1.0-127.0.1.255", 0x7f000100, 0x7f0001ff, 0},
    {"mask 0x06", 0, 0, 6},
    {"mask 64", 0, 0, 64},
    {"mask 0xffffff", 0, 0, 0xffffff},
};

START_TEST(codes_are_single_ranges_or_masks)
{
	struct kj_code_range range;

	ck_assert_ptr_null(kj_code_range_parse(codes[_i].text, &range));
	ck_assert_uint_eq(range.first, codes[_i].first);
	ck_assert_uint_eq(range.last, codes[_i].last);
	ck_assert_uint_eq(range.mask, codes[_i].mask);
}
END_TEST

START_TEST(other_codes_are_refused)
{
	static const char *const bad[] = {"", "127.0.0", "127.0.0.256", "126.0.0.1", "127.0.0.1-",
	    "-127.0.0.1", "mask", "mask ", "mask x", "mask 0x1000000", "mask -1",
	    "127.0.0.1-127.0.0.2-127.0.0.3", "127.0.0.1 ", "127.0.0.1111111111111111111111111"};
	struct kj_code_range range;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(kj_code_range_parse(bad[i], &range) != NULL, "%s", bad[i]);
}
END_TEST

START_TEST(dns_lists_bring_their_symbols)
{
	struct loaded loaded;
	const struct kj_build *build = &loaded.build;
	const struct kj_dnsbl *dnsbl;

	load_good(&loaded,
	    "dnsbl \"Zen.Example.\" {\n label = zen ipv6 = no score = 2.0 blocked = \"127.0.0.1\"\n"
	    " code \"127.0.0.3\" { symbol = ZEN_CSS score = 3.5 about = \"snowshoe\" }\n"
	    " code \"127.0.0.4-127.0.0.7\" { symbol = ZEN_XBL }\n"
	    " code \"mask 0x30\" { symbol = ZEN_XBL }\n"
	    " code \"127.0.0.9\" { }\n}\n"
	    "dnsbl \"1-bl.example\" { }\nweights { ZEN_CSS = 1.0 }\n"
	    "domain \"a.example\" { weights { DNSBL_1_BL_EXAMPLE = 0 } }\n");
	ck_assert_uint_eq(build->rules.dnsbl_count, 2);
	dnsbl = &build->rules.dnsbls[0];
	ck_assert_str_eq(dnsbl->zone, "zen.example");
	ck_assert_str_eq(dnsbl->label, "zen");
	ck_assert(dnsbl->ipv4 && !dnsbl->ipv6);
	ck_assert_uint_eq(dnsbl->blocked_count, 1);
	ck_assert_uint_eq(dnsbl->blocked[0].first, 0x7f000001);
	ck_assert_uint_eq(dnsbl->code_count, 4);
	ck_assert_str_eq(dnsbl->codes[0].symbol, "ZEN_CSS");
	ck_assert_uint_eq(dnsbl->codes[1].range.last, 0x7f000007);
	ck_assert_uint_eq(dnsbl->codes[2].range.mask, 0x30);
	ck_assert_str_eq(dnsbl->codes[2].symbol, "ZEN_XBL");
	ck_assert_str_eq(dnsbl->codes[3].symbol, "DNSBL_ZEN_EXAMPLE");
	dnsbl = &build->rules.dnsbls[1];
	ck_assert_str_eq(dnsbl->label, "1-bl.example");
	ck_assert_uint_eq(dnsbl->code_count, 1);
	ck_assert_uint_eq(dnsbl->codes[0].range.first, 0x7f000000);
	ck_assert_uint_eq(dnsbl->codes[0].range.last, 0x7fffffff);
	ck_assert_str_eq(dnsbl->codes[0].symbol, "DNSBL_1_BL_EXAMPLE");
	ck_assert_int_eq(score_of(build, "", "ZEN_CSS"), 100);
	ck_assert_int_eq(score_of(build, "", "ZEN_XBL"), 200);
	ck_assert_int_eq(score_of(build, "", "DNSBL_ZEN_EXAMPLE"), 200);
	ck_assert_int_eq(score_of(build, "", "DNSBL_1_BL_EXAMPLE"), 300);
	ck_assert_int_eq(score_of(build, "a.example", "DNSBL_1_BL_EXAMPLE"), 0);
	for (unsigned i = 0; i < build->policies.weights.symbol_count; i++) {
		const struct kj_symbol *symbol = &build->policies.weights.symbols[i];

		if (strncmp(symbol->name, "ZEN_", 4) == 0)
			ck_assert_str_eq(build->policies.weights.families[symbol->family].name, "dnsbl");
		if (strcmp(symbol->name, "ZEN_CSS") == 0)
			ck_assert_str_eq(symbol->about, "snowshoe");
	}
	unload(&loaded);
}
END_TEST

/* Settings by their rows: every field of two structures of the same block. */
static void compare_rows(const struct kj_block *block, const void *a, const void *b)
{
	for (const struct kj_setting *s = block->settings; s && s->name; s++) {
		const char *fa = (const char *)a + s->offset, *fb = (const char *)b + s->offset;

		switch (s->type) {
		case KJ_TYPE_TEXT:
		case KJ_TYPE_SYMBOL:
		case KJ_TYPE_SOCKET:
		case KJ_TYPE_PATH:
		case KJ_TYPE_HOST:
		case KJ_TYPE_SECRET:
		case KJ_TYPE_PASSWORD:
		case KJ_TYPE_REDIS:
			ck_assert_str_eq(
			    *(const char *const *)(const void *)fa, *(const char *const *)(const void *)fb);
			break;
		case KJ_TYPE_SERVERS:
		case KJ_TYPE_NAMES:
		case KJ_TYPE_DOMAINS:
		case KJ_TYPE_PREFIXES:
		case KJ_TYPE_CODES: break; /* compared by the caller */
		default: ck_assert_msg(memcmp(fa, fb, s->width) == 0, "%s", s->name);
		}
	}
	for (int i = 0; block->blocks && block->blocks[i]; i++)
		if (block->blocks[i]->kind == KJ_BLOCK_GROUP)
			compare_rows(block->blocks[i], a, b);
}

/* The sample, with "#" taken from lines that begin with `mark`; other comments stay. */
static void read_sample(struct kj_buf *buf, bool examples)
{
	char path[PATH_MAX], line[1024];
	FILE *file = fopen(source_path("conf/kanjiki.conf.sample", path), "r");

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file)) {
		bool setting = line[0] == '#' && line[1] != ' ' && line[1] != '\n';
		bool example = examples && strncmp(line, "#     ", 6) == 0;

		kj_buf_add_str(buf, line + (setting || example));
	}
	fclose(file);
	ck_assert(!buf->truncated);
}

static void every_setting_is_in(const struct kj_block *block, const char *text)
{
	char wanted[64];

	for (const struct kj_setting *s = block->settings; s && s->name; s++) {
		snprintf(wanted, sizeof wanted, "%s = ", s->name);
		ck_assert_msg(strstr(text, wanted) != NULL, "%s is not in the sample", s->name);
		ck_assert_ptr_nonnull(s->help);
	}
	for (int i = 0; block->blocks && block->blocks[i]; i++) {
		ck_assert_msg(strstr(text, block->blocks[i]->name) != NULL, "%s", block->blocks[i]->name);
		every_setting_is_in(block->blocks[i], text);
	}
}

START_TEST(a_known_list_is_asked_if_it_is_named_or_has_a_block)
{
	struct loaded loaded;
	const struct kj_dnsbl *zen, *dbl, *dqs;

	load_good(&loaded, "use-dnsbls = [\"zen.spamhaus.org\", \"dbl.spamhaus.org\"]\n"
	                   "dnsbl \"dbl.spamhaus.org\" { label = dbl timeout = 800ms asks = url }\n"
	                   "dnsbl \"zen.dq.spamhaus.net\" { key = \"SeCrEt\" }\n"
	                   "dnsbl \"combined.mail.abusix.zone\" { key = x }\n");
	ck_assert_uint_eq(loaded.build.rules.dnsbl_count, 4);
	zen = &loaded.build.rules.dnsbls[0];
	ck_assert_str_eq(zen->zone, "zen.spamhaus.org");
	ck_assert_ptr_eq(zen->query_zone, zen->zone);
	ck_assert_uint_eq(zen->asks, KJ_LIST_CLIENT);
	ck_assert_uint_eq(zen->listed_count, 1);
	ck_assert_str_eq(zen->listed[0], "2.0.0.127");
	ck_assert_str_eq(zen->unlisted[0], "1.0.0.127");
	ck_assert_int_eq(score_of(&loaded.build, "", "RBL_CSS"), 350);
	dbl = &loaded.build.rules.dnsbls[1];
	ck_assert_str_eq(dbl->label, "dbl");
	ck_assert_uint_eq(dbl->timeout_ms, 800);
	ck_assert_uint_eq(dbl->asks, KJ_LIST_URL);
	ck_assert(dbl->by_host && !dbl->ipv4 && !dbl->ipv6);
	ck_assert_str_eq(dbl->listed[0], "dbltest.com");
	ck_assert_str_eq(dbl->unlisted[0], "invalid");
	dqs = &loaded.build.rules.dnsbls[2];
	ck_assert_str_eq(dqs->zone, "zen.dq.spamhaus.net");
	ck_assert_str_eq(dqs->query_zone, "secret.zen.dq.spamhaus.net");
	ck_assert_uint_eq(loaded.build.rules.dnsbls[3].listed_count, 2);
	ck_assert_str_eq(loaded.build.rules.dnsbls[3].listed[1], "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0");
	unload(&loaded);
}
END_TEST

START_TEST(every_known_list_can_be_asked)
{
	struct kj_buf conf = KJ_BUF_INIT(65536);
	struct loaded loaded;
	unsigned count = 0;

	load_good(&loaded, "");
	for (const struct kj_node *node = loaded.build.known_dnsbls->children; node; node = node->next, count++)
		kj_buf_printf(&conf, "dnsbl \"%s\" { key = x }\n", node->title);
	unload(&loaded);
	load_good(&loaded, kj_buf_str(&conf));
	ck_assert_uint_gt(count, 15);
	ck_assert_uint_eq(loaded.build.rules.dnsbl_count, count);
	for (unsigned i = 0; i < count; i++)
		for (unsigned c = 0; c < loaded.build.rules.dnsbls[i].code_count; c++)
			ck_assert_str_ne(loaded.build.rules.dnsbls[i].codes[c].symbol, "");
	unload(&loaded);
	kj_buf_free(&conf);
}
END_TEST

START_TEST(a_known_lists_codes_are_replaced_as_a_whole)
{
	struct loaded loaded;

	load_good(&loaded, "dnsbl \"zen.spamhaus.org\" { code \"127.0.0.2\" { symbol = MINE score = 1.0 } }");
	ck_assert_uint_eq(loaded.build.rules.dnsbls[0].code_count, 1);
	ck_assert_int_lt(kj_build_find_symbol(&loaded.build, "RBL_CSS"), 0);
	unload(&loaded);
}
END_TEST

START_TEST(test_points_follow_what_a_list_is_asked)
{
	struct loaded loaded;
	const struct kj_dnsbl *dnsbls;

	load_good(&loaded, "dnsbl \"a.example\" { }\n"
	                   "dnsbl \"b.example\" { asks = [client, url] ipv6 = no }\n"
	                   "dnsbl \"c.example\" { asks = email-hash test-listed = \"A@b.example\" }\n"
	                   "dnsbl \"d.example\" { test-listed = [] test-unlisted = [\"192.0.2.1\", \"::ffff:7f00:1\"] }\n");
	dnsbls = loaded.build.rules.dnsbls;
	ck_assert_uint_eq(dnsbls[0].listed_count, 1);
	ck_assert_uint_eq(dnsbls[0].unlisted_count, 2);
	ck_assert_uint_eq(dnsbls[1].listed_count, 2);
	ck_assert_str_eq(dnsbls[1].listed[1], "test");
	ck_assert_str_eq(dnsbls[2].listed[0], "894741fd17a1c947e869490b15afe8ad678a0cef");
	ck_assert_uint_eq(dnsbls[2].unlisted_count, 0);
	ck_assert_uint_eq(dnsbls[3].listed_count, 0);
	ck_assert_str_eq(dnsbls[3].unlisted[0], "1.2.0.192");
	ck_assert_str_eq(dnsbls[3].unlisted[1], "1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0");
	unload(&loaded);
}
END_TEST

START_TEST(the_sample_has_every_setting_with_its_default)
{
	struct kj_buf sample = KJ_BUF_INIT(65536);
	struct loaded from_sample, defaults;

	read_sample(&sample, false);
	load_good(&from_sample, kj_buf_str(&sample));
	load_good(&defaults, "");
	every_setting_is_in(&kj_block_conf, kj_buf_str(&sample));
	from_sample.build.top.lists = KJ_LISTS_DIR;
	compare_rows(&kj_block_conf, &from_sample.build.top, &defaults.build.top);
	ck_assert_uint_eq(from_sample.build.top.settings.trusted_network_count, 2);
	ck_assert_mem_eq(from_sample.build.top.settings.trusted_networks,
	    defaults.build.top.settings.trusted_networks, 2 * sizeof(struct kj_prefix));
	ck_assert_uint_eq(from_sample.build.top.settings.trusted_relay_count, 0);
	ck_assert_uint_eq(from_sample.build.top.settings.resolver.server_count, 0);
	ck_assert_uint_eq(
	    from_sample.build.rules.special_helo_count, defaults.build.rules.special_helo_count);
	for (unsigned i = 0; i < defaults.build.rules.special_helo_count; i++)
		ck_assert_str_eq(
		    from_sample.build.rules.special_helos[i], defaults.build.rules.special_helos[i]);
	ck_assert_uint_eq(from_sample.build.policies.policy_count, 1);
	ck_assert_mem_eq(from_sample.build.policies.policies[0].score_centi,
	    defaults.build.policies.policies[0].score_centi,
	    defaults.build.policies.weights.symbol_count * sizeof(int32_t));
	ck_assert_uint_eq(from_sample.build.rules.dnsbl_count, 0);
	ck_assert_uint_eq(from_sample.build.top.shared_pool_count, 0);
	ck_assert_uint_eq(from_sample.build.top.shared_name_server_count, 0);
	unload(&from_sample);
	unload(&defaults);
	kj_buf_free(&sample);
}
END_TEST

START_TEST(the_examples_of_the_sample_are_right)
{
	struct kj_buf sample = KJ_BUF_INIT(65536);
	struct loaded loaded;

	read_sample(&sample, true);
	load_good(&loaded, kj_buf_str(&sample));
	ck_assert_uint_eq(loaded.build.rules.dnsbl_count, 5);
	ck_assert_uint_eq(loaded.build.policies.policy_count, 2);
	unload(&loaded);
	kj_buf_free(&sample);
}
END_TEST

/* A limit that cannot be read would let everything pass. */
static void check_limits(const struct kj_block *block)
{
	for (const struct kj_setting *s = block->settings; s && s->name; s++) {
		int64_t min, max;

		ck_assert_msg(!s->min == !s->max, "%s", s->name);
		if (!s->min)
			continue;
		ck_assert_msg(
		    !kj_number_parse(s->type, s->min, &min) && !kj_number_parse(s->type, s->max, &max), "%s",
		    s->name);
		ck_assert_msg(min < max && (s->width == 8 || max <= UINT32_MAX), "%s", s->name);
	}
	for (int i = 0; block->blocks && block->blocks[i]; i++)
		check_limits(block->blocks[i]);
}

START_TEST(every_limit_of_the_table_can_be_read)
{
	check_limits(&kj_block_conf);
	check_limits(&kj_block_weights_file);
	check_limits(&kj_block_shared_file);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conf_values");
	TCase *tc = tcase_create("conf_values");

	tcase_add_test(tc, an_empty_file_has_the_documented_defaults);
	tcase_add_test(tc, values_arrive_in_their_units);
	tcase_add_test(tc, escapes_are_resolved);
	tcase_add_test(tc, the_default_policy_has_the_weights_of_the_lists);
	tcase_add_test(tc, a_domain_inherits_what_it_does_not_say);
	tcase_add_test(tc, never_holds_for_all_domains_but_those_that_say_otherwise);
	add_rows(tc, codes_are_single_ranges_or_masks, codes);
	tcase_add_test(tc, other_codes_are_refused);
	tcase_add_test(tc, dns_lists_bring_their_symbols);
	tcase_add_test(tc, a_known_list_is_asked_if_it_is_named_or_has_a_block);
	tcase_add_test(tc, every_known_list_can_be_asked);
	tcase_add_test(tc, a_known_lists_codes_are_replaced_as_a_whole);
	tcase_add_test(tc, test_points_follow_what_a_list_is_asked);
	tcase_add_test(tc, the_sample_has_every_setting_with_its_default);
	tcase_add_test(tc, the_examples_of_the_sample_are_right);
	tcase_add_test(tc, every_limit_of_the_table_can_be_read);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
