/*
 * schema.c - the one table of settings and blocks
 *
 * A row: name, type and field, default, least and greatest value, one line of help. FIELD checks at compile
 * time that the field has the C type that the row's type fills.
 */
#include "schema.h"

#define HAS_TYPE(base, member, type) __builtin_types_compatible_p(__typeof__(((base *)0)->member), type)
#define CHECK(condition)             (0 * sizeof(char[(condition) ? 1 : -1]))
#define PLACE(base, member)          offsetof(base, member), sizeof(((base *)0)->member)
#define FIELD(base, member, type)                                                                            \
	offsetof(base, member) + CHECK(HAS_TYPE(base, member, type)), sizeof(((base *)0)->member)

#define TEXT(base, member)        KJ_TYPE_TEXT, FIELD(base, member, const char *), 0
#define SYMBOL(base, member)      KJ_TYPE_SYMBOL, FIELD(base, member, const char *), 0
#define HOST(base, member)        KJ_TYPE_HOST, FIELD(base, member, const char *), 0
#define SOCKET_PATH(base, member) KJ_TYPE_PATH, FIELD(base, member, const char *), 0
#define SOCKET(base, member)      KJ_TYPE_SOCKET, FIELD(base, member, const char *), 0
#define CHOICE(base, member)      KJ_TYPE_CHOICE, PLACE(base, member), 0
#define SWITCH(base, member)      KJ_TYPE_CHOICE, FIELD(base, member, bool), 0
#define COUNT(base, member)       KJ_TYPE_COUNT, FIELD(base, member, uint32_t), 0
#define MODE(base, member)        KJ_TYPE_MODE, FIELD(base, member, uint32_t), 0
#define MS(base, member)          KJ_TYPE_MS, FIELD(base, member, uint32_t), 0
#define SECONDS(base, member)     KJ_TYPE_SECONDS, FIELD(base, member, uint32_t), 0
#define SIZE(base, member)        KJ_TYPE_SIZE, FIELD(base, member, size_t), 0
#define SIZE32(base, member)      KJ_TYPE_SIZE, FIELD(base, member, uint32_t), 0
#define SHARE(base, member)       KJ_TYPE_SHARE, FIELD(base, member, uint32_t), 0
#define SCORE(base, member)       KJ_TYPE_SCORE, FIELD(base, member, int32_t), 0
#define THRESHOLD(base, member)   KJ_TYPE_THRESHOLD, FIELD(base, member, int32_t), 0
#define LIST(type, base, member, element, count)                                                             \
	type, FIELD(base, member, element), offsetof(base, count) + CHECK(HAS_TYPE(base, count, unsigned))
#define SERVERS(base, member, count)  LIST(KJ_TYPE_SERVERS, base, member, const char *const *, count)
#define NAMES(base, member, count)    LIST(KJ_TYPE_NAMES, base, member, const char *const *, count)
#define DOMAINS(base, member, count)  LIST(KJ_TYPE_DOMAINS, base, member, const char *const *, count)
#define PREFIXES(base, member, count) LIST(KJ_TYPE_PREFIXES, base, member, const struct kj_prefix *, count)
#define CODES(base, member, count)    LIST(KJ_TYPE_CODES, base, member, const struct kj_code_range *, count)

#define CHOICES(base, member, count)  LIST(KJ_TYPE_CHOICES, base, member, const uint32_t *, count)
#define SECRET(base, member)          KJ_TYPE_SECRET, FIELD(base, member, const char *), 0
#define PASSWORD(base, member)        KJ_TYPE_PASSWORD, FIELD(base, member, const char *), 0
#define REDIS(base, member)           KJ_TYPE_REDIS, FIELD(base, member, const char *), 0

#define TOP          struct kj_conf_top
#define POLICY       struct kj_conf_policy
#define DNSBL        struct kj_conf_dnsbl
#define CODE         struct kj_conf_code
#define FAMILY       struct kj_conf_family
#define SYM          struct kj_conf_symbol
#define HELO         struct kj_conf_helo
#define SHARED       struct kj_conf_shared
#define ANY          NULL, NULL
#define QUOTED(text) "\"" text "\""

/* The order is that of the field's values. */
static const char *const no_yes[] = {"no", "yes", NULL};
static const char *const formats[] = {[KJ_RECORD_LOGFMT] = "logfmt", [KJ_RECORD_JSON] = "json", NULL};
static const char *const targets[] = {"stderr", "syslog", NULL};
static const char *const optional_required[] = {"optional", "required", NULL};
static const char *const pass_score[] = {"pass", "score", NULL};
static const char *const list_asks[] = {"client", "sender", "helo", "url", "email-hash", NULL};
static const char *const list_names[] = {"org", "host", NULL};
static const char *const list_hashes[] = {[KJ_LIST_SHA1] = "sha1",
    [KJ_LIST_SHA256] = "sha256",
    [KJ_LIST_SHA1_BASE32] = "sha1-base32",
    [KJ_LIST_SHA256_BASE32] = "sha256-base32",
    NULL};

/* clang-format off */
static const struct kj_setting log_settings[] = {
	{"format", CHOICE(TOP, settings.log_format), "logfmt", ANY,
	 "how a line of the log is written", formats},
	{"target", CHOICE(TOP, settings.log_syslog), "stderr", ANY, "where the log goes", targets},
	{0},
};

static const struct kj_setting limits_settings[] = {
	{"body", SIZE(TOP, settings.limits.body_bytes), "1MiB", "4KiB", "64MiB",
	 "bytes of a body that are read", NULL},
	{"text", SIZE(TOP, settings.limits.text_bytes), "256KiB", "4KiB", "16MiB",
	 "bytes of decoded text kept", NULL},
	{"memory", SIZE(TOP, settings.memory_bytes), "16MiB", "1MiB", "1GiB",
	 "memory that one mail may take", NULL},
	{"depth", COUNT(TOP, settings.limits.depth), "32", "1", "256", "MIME parts within parts", NULL},
	{"parts", COUNT(TOP, settings.limits.parts), "256", "1", "10000", "MIME parts in all", NULL},
	{"fields", COUNT(TOP, settings.limits.fields), "1000", "10", "100000", "header fields", NULL},
	{"received", COUNT(TOP, settings.limits.received), "50", "1", "1000",
	 "Received lines that are read", NULL},
	{0},
};

static const struct kj_setting resolver_settings[] = {
	{"servers", SERVERS(TOP, settings.resolver.servers, settings.resolver.server_count), "[]", ANY,
	 "recursive name servers; none stands for those of /etc/resolv.conf", NULL},
	{"retry", MS(TOP, settings.resolver.retry_ms), "300ms", "10ms", "10s",
	 "first wait for an answer; each later one is twice as long", NULL},
	{"attempts", COUNT(TOP, settings.resolver.attempts), "5", "1", "20",
	 "how often a question is sent", NULL},
	{"in-flight", COUNT(TOP, settings.resolver.in_flight_max), "256", "1", "16384",
	 "questions on the wire", NULL},
	{"queue", COUNT(TOP, settings.resolver.queue_max), "262144", "1", "1048576",
	 "questions that wait", NULL},
	{"cache", COUNT(TOP, settings.resolver.cache_max), "32768", "1", "4194304", "answers kept", NULL},
	{"cache-size", SIZE32(TOP, settings.resolver.cache_bytes_max), "16MiB", "64KiB", "2GiB",
	 "memory for the answers", NULL},
	{"ttl-max", SECONDS(TOP, settings.resolver.ttl_max_s), "1d", "1s", "7d",
	 "answers are kept no longer", NULL},
	{"negative-ttl-max", SECONDS(TOP, settings.resolver.negative_ttl_max_s), "1h", "1s", "1d",
	 "answers that there is nothing are kept no longer", NULL},
	{"failure-ttl", SECONDS(TOP, settings.resolver.failure_ttl_s), "5s", "1s", "5m",
	 "a failed question is not asked again for so long (RFC 9520)", NULL},
	{0},
};

/* Some large senders give up after half an hour: hence the limit of min-age. */
static const struct kj_setting deferral_settings[] = {
	{"min-age", SECONDS(TOP, settings.defer_min_age_s), "5m", "1s", "30m",
	 "a retry this long after the first attempt is let through", NULL},
	{"attempts", COUNT(TOP, settings.defer_attempts), "3", "2", "10",
	 "so is this attempt, whenever it comes", NULL},
	{"keep", SECONDS(TOP, settings.defer_keep_s), "5d", "1h", "30d",
	 "how long a deferral is remembered", NULL},
	{"ceiling", SHARE(TOP, settings.defer_ceiling_permyriad), "0.5%", "0%", "100%",
	 "of the mails of an hour, so many may be put off", NULL},
	{"floor", COUNT(TOP, settings.defer_floor), "50", "0", "1000000",
	 "so many an hour may always be", NULL},
	{0},
};

static const struct kj_setting list_health_settings[] = {
	{"every", MS(TOP, settings.list_every_ms), "10m", "1s", "1d", "time between two examinations of a DNS list", NULL},
	{"elsewhere", HOST(TOP, settings.list_elsewhere), QUOTED("com"), ANY,
	 "a domain in which random names do not exist, to see a resolver that invents answers", NULL},
	{0},
};

static const struct kj_setting crowd_settings[] = {
	{"memory", SIZE(TOP, settings.crowd_bytes), "64MiB", "0", "4GiB",
	 "memory for the recent traffic, 1MiB at least; 0 for none", NULL},
	{0},
};

static const struct kj_setting redis_settings[] = {
	{"server", REDIS(TOP, settings.share.server), QUOTED(""), ANY,
	 "where it listens: \"unix:/path\", \"host:port\"; \"\" for none", NULL},
	{"user", TEXT(TOP, settings.share.user), QUOTED(""), ANY, "ACL user; \"\" for the default one", NULL},
	{"password", PASSWORD(TOP, settings.share.password), QUOTED(""), ANY,
	 "of the user; \"\" for none. It is never shown", NULL},
	{"tls", SWITCH(TOP, settings.share.tls), "no", ANY, "talk to it by TLS", no_yes},
	{"ca-file", TEXT(TOP, settings.share.ca_file), QUOTED(""), ANY,
	 "whose certificates are trusted; \"\" for those the system trusts", NULL},
	{"prefix", TEXT(TOP, settings.share.prefix), QUOTED("kanjiki:"), ANY, "of all its keys", NULL},
	{"secret", PASSWORD(TOP, settings.share.secret), QUOTED(""), ANY,
	 "seals what is stored there, the same on all hosts; it is never shown", NULL},
	{0},
};

static const struct kj_setting top_settings[] = {
	{"socket", SOCKET(TOP, settings.socket), QUOTED("unix:/run/kanjiki/milter.sock"), ANY,
	 "where the MTA finds the milter", NULL},
	{"socket-mode", MODE(TOP, settings.socket_mode), "0660", "0", "0777",
	 "permissions of a unix socket", NULL},
	{"control-socket", SOCKET_PATH(TOP, settings.control_socket), QUOTED("/run/kanjiki/control.sock"), ANY,
	 "where kanjikictl finds the daemon; \"\" for none", NULL},
	{"user", TEXT(TOP, settings.user), QUOTED("kanjiki"), ANY,
	 "whom to become when started as root", NULL},
	{"state", TEXT(TOP, settings.state), QUOTED("/var/lib/kanjiki/state.db"), ANY,
	 "file that remembers across restarts; \"\" for none", NULL},
	{"authserv-id", HOST(TOP, settings.authserv_id), QUOTED(""), ANY,
	 "who speaks in Authentication-Results; \"\" for the host name", NULL},
	{"trusted-authserv-ids", NAMES(TOP, settings.trusted_authserv_ids, settings.trusted_authserv_id_count), "[]",
	 ANY, "whose Authentication-Results are believed: filters that see the mail before us", NULL},
	{"authserv-queue-id", SWITCH(TOP, settings.authserv_queue_id), "optional", ANY,
	 "whether they must name the mail's queue id (AuthservIDWithJobID)", optional_required},
	{"lists", TEXT(TOP, lists), QUOTED(""), ANY,
	 "directory of weights and phrases; \"\" for the installed one", NULL},
	{"trusted-networks", PREFIXES(TOP, settings.trusted_networks, settings.trusted_network_count),
	 "[\"127.0.0.0/8\", \"::1\"]", ANY, "clients that pass unscored", NULL},
	{"trusted-relays", PREFIXES(TOP, settings.trusted_relays, settings.trusted_relay_count), "[]", ANY,
	 "clients whose Received line names the true peer", NULL},
	{"local-mail", CHOICE(TOP, settings.score_local), "pass", ANY,
	 "mail that no client sent", pass_score},
	{"use-dnsbls", NAMES(TOP, use_dnsbls, use_dnsbl_count), "[]", ANY,
	 "lists of lists/dnsbl.conf to ask", NULL},
	{"spf", SWITCH(TOP, spf), "yes", ANY, "check SPF", no_yes},
	{"extortion", SWITCH(TOP, extortion), "yes", ANY, "look for extortion", no_yes},
	{"special-helos", NAMES(TOP, special_helos, special_helo_count), NULL, ANY,
	 "HELO names no public host can have; the default is in lists/helo.conf", NULL},
	{"shared-pools", DOMAINS(TOP, shared_pools, shared_pool_count), "[]", ANY,
	 "domains of mail pools of many senders, besides those of lists/shared.conf", NULL},
	{"shared-name-servers", DOMAINS(TOP, shared_name_servers, shared_name_server_count), "[]", ANY,
	 "domains of name servers of many senders, besides those of lists/shared.conf", NULL},
	{"deadline", MS(TOP, settings.deadline_ms), "5s", "100ms", "60s",
	 "for all lookups of a mail together, from its end on", NULL},
	{"warm-up", SECONDS(TOP, settings.warm_up_s), "14d", "0s", "365d",
	 "time of learning before a sender counts as new", NULL},
	{"split", SWITCH(TOP, split), "no", ANY,
	 "recipients of another policy get the mail separately", no_yes},
	{"tag", SCORE(TOP, policy.tag_centi), "5.0", "0", "1000", "score from which mail is tagged", NULL},
	{"tempfail", THRESHOLD(TOP, policy.tempfail_centi), "8.0", "0", "1000",
	 "score from which mail may be put off; or never", NULL},
	{"subject-prefix", TEXT(TOP, policy.subject_prefix), QUOTED(""), ANY,
	 "put before the subject of tagged mail", NULL},
	{0},
};

static const struct kj_setting domain_settings[] = {
	{"tag", SCORE(POLICY, tag_centi), NULL, "0", "1000", "score from which mail is tagged", NULL},
	{"tempfail", THRESHOLD(POLICY, tempfail_centi), NULL, "0", "1000",
	 "score from which mail may be put off; or never", NULL},
	{"subject-prefix", TEXT(POLICY, subject_prefix), NULL, ANY,
	 "put before the subject of tagged mail", NULL},
	{0},
};

static const struct kj_setting dnsbl_settings[] = {
	{"label", HOST(DNSBL, label), QUOTED(""), ANY,
	 "its name in log and headers; \"\" for the zone's", NULL},
	{"asks", CHOICES(DNSBL, asks, ask_count), "client", ANY, "what the list is asked about", list_asks},
	{"allow", SWITCH(DNSBL, allow), "no", ANY, "it speaks for mail, not against it", no_yes},
	{"key", SECRET(DNSBL, key), QUOTED(""), ANY,
	 "what the operator of the list wants in front of its zone; it is never shown", NULL},
	{"needs-key", SWITCH(DNSBL, needs_key), "no", ANY, "without a key the list answers nobody", no_yes},
	{"prefix", HOST(DNSBL, prefix), QUOTED(""), ANY, "stands between the question and key or zone", NULL},
	{"ipv4", SWITCH(DNSBL, ipv4), NULL, ANY,
	 "it knows IPv4 addresses; yes if it is asked about clients", no_yes},
	{"ipv6", SWITCH(DNSBL, ipv6), NULL, ANY,
	 "it knows IPv6 addresses; yes if it is asked about clients", no_yes},
	{"domain", CHOICE(DNSBL, by_host), "org", ANY,
	 "names it is asked about: the org domain, or the host as it is", list_names},
	{"hash", CHOICE(DNSBL, hash), "sha1", ANY, "of addresses, in hexadecimal digits or base32", list_hashes},
	{"score", SCORE(DNSBL, score_centi), NULL, "-100", "100",
	 "of codes that have none of their own; 3.0, or -1.0 with allow", NULL},
	{"timeout", MS(DNSBL, timeout_ms), "60s", "10ms", "60s",
	 "an answer that takes longer is none, before the deadline", NULL},
	{"blocked", CODES(DNSBL, blocked, blocked_count), "[]", ANY,
	 "codes by which the list refuses us", NULL},
	{"test-listed", NAMES(DNSBL, listed, listed_count), NULL, ANY,
	 "addresses or names that are always listed; [] for none. The default is that of RFC 5782", NULL},
	{"test-unlisted", NAMES(DNSBL, unlisted, unlisted_count), NULL, ANY,
	 "addresses or names that never are; [] for none", NULL},
	{0},
};

static const struct kj_setting code_settings[] = {
	{"symbol", SYMBOL(CODE, symbol), NULL, ANY,
	 "what a listing is called; the zone's own symbol if not given", NULL},
	{"score", SCORE(CODE, score_centi), NULL, "-100", "100",
	 "what it weighs; that of the list if not given", NULL},
	{"about", TEXT(CODE, about), NULL, ANY, "one line for people", NULL},
	{0},
};

static const struct kj_setting family_settings[] = {
	{"cap", SCORE(FAMILY, cap_centi), NULL, "0", "1000", "no more than this from the whole family", NULL},
	{"gate", SCORE(FAMILY, gate_centi), "0", "0", "1000",
	 "a sum from which the family may open the gate to a tempfail; 0 for never", NULL},
	{"firm", SCORE(FAMILY, firm_centi), "0", "0", "1000",
	 "a sum from which no other family takes anything away from it; 0 for never", NULL},
	{0},
};

static const struct kj_setting symbol_settings[] = {
	{"family", TEXT(SYM, family), NULL, ANY, "whose cap it falls under", NULL},
	{"score", SCORE(SYM, score_centi), NULL, "-100", "100", "what it weighs", NULL},
	{"about", TEXT(SYM, about), NULL, ANY, "one line for people", NULL},
	{0},
};

static const struct kj_setting helo_settings[] = {
	{"special-helos", NAMES(HELO, names, name_count), NULL, ANY,
	 "HELO names no public host can have", NULL},
	{"default-helos", NAMES(HELO, defaults, default_count), "[]", ANY,
	 "what the names of machines begin with that nobody gave a name", NULL},
	{0},
};

static const struct kj_setting shared_settings[] = {
	{"pools", DOMAINS(SHARED, pools, pool_count), NULL, ANY,
	 "domains of the host names of mail pools of many senders", NULL},
	{"name-servers", DOMAINS(SHARED, name_servers, name_server_count), NULL, ANY,
	 "domains of name servers that many senders use", NULL},
	{0},
};
/* clang-format on */

const struct kj_block kj_block_weights = {"weights", KJ_BLOCK_FREE, NULL, NULL, "changed scores of symbols"};
const struct kj_block kj_block_code = {"code", KJ_BLOCK_TITLED, code_settings, NULL, "what an answer means"};
const struct kj_block kj_block_dnsbl = {"dnsbl", KJ_BLOCK_TITLED, dnsbl_settings,
    (const struct kj_block *const[]){&kj_block_code, NULL}, "a DNS list (RFC 5782)"};
const struct kj_block kj_block_domain = {"domain", KJ_BLOCK_TITLED, domain_settings,
    (const struct kj_block *const[]){&kj_block_weights, NULL},
    "the policy of a recipient domain and those below"};
const struct kj_block kj_block_family = {
    "family", KJ_BLOCK_TITLED, family_settings, NULL, "symbols that share a cap"};
const struct kj_block kj_block_symbol = {
    "symbol", KJ_BLOCK_TITLED, symbol_settings, NULL, "something a check can find"};

static const struct kj_block log_block = {"log", KJ_BLOCK_GROUP, log_settings, NULL, "the log"};
static const struct kj_block limits_block = {
    "limits", KJ_BLOCK_GROUP, limits_settings, NULL, "limits of a mail"};
static const struct kj_block resolver_block = {
    "resolver", KJ_BLOCK_GROUP, resolver_settings, NULL, "the DNS resolver"};
static const struct kj_block deferral_block = {
    "deferral", KJ_BLOCK_GROUP, deferral_settings, NULL, "mail that is put off"};
static const struct kj_block list_health_block = {
    "list-health", KJ_BLOCK_GROUP, list_health_settings, NULL, "how the DNS lists are watched"};

const struct kj_block kj_block_crowd = {
    "crowd", KJ_BLOCK_GROUP, crowd_settings, NULL, "the memory of the recent traffic"};
const struct kj_block kj_block_redis = {
    "redis", KJ_BLOCK_GROUP, redis_settings, NULL, "what several hosts remember together"};

const struct kj_block kj_block_conf = {"", KJ_BLOCK_GROUP, top_settings,
    (const struct kj_block *const[]){&log_block, &limits_block, &resolver_block, &deferral_block,
        &list_health_block, &kj_block_crowd, &kj_block_redis, &kj_block_weights, &kj_block_dnsbl,
        &kj_block_domain, NULL},
    "kanjiki.conf"};
const struct kj_block kj_block_weights_file = {"", KJ_BLOCK_GROUP, NULL,
    (const struct kj_block *const[]){&kj_block_family, &kj_block_symbol, NULL}, "lists/weights.conf"};
const struct kj_block kj_block_helo_file = {"", KJ_BLOCK_GROUP, helo_settings, NULL, "lists/helo.conf"};
const struct kj_block kj_block_shared_file = {
    "", KJ_BLOCK_GROUP, shared_settings, NULL, "lists/shared.conf"};
const struct kj_block kj_block_dnsbl_file = {"", KJ_BLOCK_GROUP, NULL,
    (const struct kj_block *const[]){&kj_block_dnsbl, NULL}, "lists/dnsbl.conf"};
