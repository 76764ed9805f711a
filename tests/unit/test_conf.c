/*
 * test_conf.c - what is said about a configuration that is wrong
 *
 * Each row is a file and all complaints about it, in the order of their finding.
 */
#include "conf/parse.h"
#include "conf_load.h"
#include "suite.h"

struct row {
	const char *label, *conf, *want;
};

static const struct row shapes[] = {
    {"nothing", "", ""},
    {"only a comment, no final newline", "# nothing", ""},
    {"no final newline", "tag = 4.0", ""},
    {"CRLF", "tag = 4.0\r\nspf = no\r\nlog {\r\n  format = json\r\n}\r\n", ""},
    {"BOM", "\xef\xbb\xbftag = 4.0\n", ""},
    {"BOM keeps columns", "\xef\xbb\xbftog = 4.0\n",
        "t:1:1: error: unknown setting \"tog\"; did you mean \"tag\"?"},
    {"semicolons", "tag = 4.0; spf = no;; log { format = json; };", ""},
    {"value on the next line", "tag =\n  4.0\n", ""},
    {"trailing comma, single value as list",
        "trusted-relays = [\"192.0.2.1\",]\ntrusted-networks = \"::1\"\n", ""},
    {"comment with quotes and braces", "tag = 4.0 # \"{\n", ""},
    {"missing value", "tag =\ntempfail = 9.0\nspf = maybe\n",
        "t:2:1: error: a word, a text in quotes, a number or \"[\" expected, not \"tempfail\"\n"
        "t:3:7: error: \"spf\" is no or yes, not \"maybe\""},
    {"missing equals sign", "tag 5.0\nspf = maybe\n",
        "t:1:1: error: \"=\" and a value, or a block in \"{\" and \"}\", must follow \"tag\"\n"
        "t:2:7: error: \"spf\" is no or yes, not \"maybe\""},
    {"missing equals sign before a text", "user \"kanjiki\"\nspf = maybe\n",
        "t:1:1: error: \"=\" and a value, or a block in \"{\" and \"}\", must follow \"user\"\n"
        "t:2:7: error: \"spf\" is no or yes, not \"maybe\""},
    {"missing brace", "domain \"a.example\"\ntag = 4.0\n}\n",
        "t:1:1: error: \"=\" and a value, or a block in \"{\" and \"}\", must follow \"domain\"\n"
        "t:3:1: error: \"}\" without a block that it could close"},
    {"comments between the tokens",
        "tag # one\n= # {\n4.0\nlog # \"x\"\n{ }\ndomain # \"\n\"a\\\"b\" # {\n{ }\n",
        "t:7:1: error: \"a\"b\" is no domain; a block is for a domain and all below it, without \"*\" or "
        "\"@\""},
    {"two equals signs", "tag = = 5.0\nspf = = no\n",
        "t:1:7: error: a word, a text in quotes, a number or \"[\" expected, not \"=\"\n"
        "t:2:7: error: a word, a text in quotes, a number or \"[\" expected, not \"=\""},
    {"missing comma", "trusted-relays = [\"192.0.2.1\" \"192.0.2.2\"]\nspf = maybe\n",
        "t:1:31: error: \"]\" or \",\" expected, not \"192.0.2.2\"\n"
        "t:2:7: error: \"spf\" is no or yes, not \"maybe\""},
    {"unclosed list", "trusted-relays = [\"192.0.2.1\"\nspf = maybe\n",
        "t:2:1: error: \"]\" or \",\" expected, not \"spf\"\n"
        "t:2:7: error: \"spf\" is no or yes, not \"maybe\""},
    {"unclosed block", "tag = 4.0\nlimits {\n  depth = 3\n\nspf = maybe\n",
        "t:2:8: error: the block \"limits\" that begins here is never closed\n"
        "t:5:1: error: \"spf\" belongs outside of all blocks"},
    {"unclosed blocks, titled", "dnsbl \"bl.example\" {\n  code \"127.0.0.2\" {\n    score = 1.0\n",
        "t:2:20: error: the block \"code\" that begins here is never closed\n"
        "t:1:20: error: the block \"dnsbl\" that begins here is never closed"},
    {"file ends in a statement", "log {\n  format =",
        "t:1:5: error: the block \"log\" that begins here is never closed\n"
        "t:2:11: error: a word, a text in quotes, a number or \"[\" expected, but the end of the file comes"},
    {"brace too many", "log { format = json } }\nspf = maybe\n",
        "t:1:23: error: \"}\" without a block that it could close\n"
        "t:2:7: error: \"spf\" is no or yes, not \"maybe\""},
    {"unclosed quote", "user = \"kanjiki\nspf = maybe\n",
        "t:1:8: error: this text lacks its closing quote\n"
        "t:2:7: error: \"spf\" is no or yes, not \"maybe\""},
    {"unclosed quote behind a backslash", "user = \"kanjiki\\",
        "t:1:8: error: this text lacks its closing quote"},
    {"unknown escape", "user = \"a\\qb\"\n",
        "t:1:10: error: unknown escape; there are \\\\, \\\", \\n and \\t"},
    {"columns are characters", "subject-prefix = \"迷惑\" tog = 1\n",
        "t:1:23: error: unknown setting \"tog\"; did you mean \"tag\"?"},
    {"text that is not UTF-8", "subject-prefix = \"\xff\"\n", "t:1:18: error: this text is not UTF-8"},
    {"characters nobody expects", "tag = @@@\nspf = maybe\n",
        "t:1:7: error: unexpected \"@\"; text with such characters belongs in quotes\n"
        "t:2:7: error: \"spf\" is no or yes, not \"maybe\""},
    {"a byte nobody expects", "\xff\n",
        "t:1:1: error: unexpected byte; text with such characters belongs in quotes"},
    {"a path without quotes", "state = /var/lib/x\n",
        "t:1:9: error: unexpected \"/\"; text with such characters belongs in quotes"},
    {"nothing to include from here", "include \"x\"\n", "t:1:9: error: nothing can be included here"},
};

static const struct row names[] = {
    {"misspelt setting", "tempfial = 9.0\n",
        "t:1:1: error: unknown setting \"tempfial\"; did you mean \"tempfail\"?"},
    {"misspelt in a block", "resolver {\n\tin_flight = 3\n}\n",
        "t:2:2: error: unknown setting \"in_flight\"; did you mean \"in-flight\"?"},
    {"misspelt block", "limit { }\n", "t:1:1: error: unknown block \"limit\"; did you mean \"limits\"?"},
    {"nothing like it", "zebra = 1\n", "t:1:1: error: unknown setting \"zebra\""},
    {"misspelt symbol", "weights { RDNS_NOEN = 0.2 }\n",
        "t:1:11: error: unknown symbol \"RDNS_NOEN\"; did you mean \"RDNS_NONE\"?"},
    {"misspelt choice", "log { format = jsno }\n",
        "t:1:16: error: \"format\" is logfmt or json, not \"jsno\"; did you mean \"json\"?"},
    {"in the wrong block", "retry = 300ms\n", "t:1:1: error: \"retry\" belongs in the block \"resolver\""},
    {"setting as block", "tag { }\n", "t:1:1: error: \"tag\" is a setting: tag = ..."},
    {"block as setting", "log = json\n", "t:1:1: error: \"log\" is a block: log { format = ... }"},
    {"titled block as setting", "domain = \"a\"\n",
        "t:1:1: error: \"domain\" is a block: domain \"...\" { ... }"},
    {"title where none is", "log \"x\" { }\n", "t:1:5: error: a block \"log\" has no title"},
    {"title missing", "domain { }\n",
        "t:1:1: error: a block \"domain\" needs a title: domain \"...\" { ... }"},
    {"setting twice", "tag = 4.0\nspf = no\ntag = 4.0\n", "t:3:1: error: \"tag\" is already given at t:1:1"},
    {"block twice", "log { }\n\nlog { }\n", "t:3:1: error: \"log\" is already given at t:1:1"},
    {"weight twice", "weights { RDNS_NONE = 0.2 RDNS_NONE = 0.2 }\n",
        "t:1:27: error: \"RDNS_NONE\" is already given at t:1:11"},
    {"domain twice", "domain \"a.example\" { }\ndomain \"b.example\" { }\ndomain \"A.Example.\" { }\n",
        "t:3:8: error: the domain \"a.example\" is already given at t:1:8"},
    {"list twice", "dnsbl \"bl.example\" { }\ndnsbl \"BL.example.\" { }\n",
        "t:2:7: error: the list \"bl.example\" is given already"},
    {"label twice", "dnsbl \"a.example\" { label = x }\ndnsbl \"b.example\" { label = x }\n",
        "t:2:1: error: the label \"x\" is that of \"a.example\" already"},
    {"code twice", "dnsbl \"bl.example\" { code \"127.0.0.2\" { } code \"127.0.0.2-127.0.0.2\" { } }\n",
        "t:1:48: error: code \"127.0.0.2-127.0.0.2\" is given already"},
};

static const struct row values[] = {
    {"too small", "deadline = 99ms\n", "t:1:12: error: \"deadline\" (99ms) must lie between 100ms and 60s"},
    {"too large", "deadline = 2m\n", "t:1:12: error: \"deadline\" (2m) must lie between 100ms and 60s"},
    {"least and greatest are allowed", "deadline = 100ms\nlimits { depth = 256 }\n", ""},
    {"far too large", "deadline = 99999999999999999999s\n",
        "t:1:12: error: \"deadline\" (99999999999999999999s) is no number that could be used here"},
    {"overflow", "warm-up = 999999999999w\n", "t:1:11: error: \"warm-up\" (999999999999w) is far too large"},
    {"no unit", "deadline = 5\n", "t:1:12: error: \"deadline\" (5) needs a unit: ms, s, m, h, d or w"},
    {"wrong unit", "deadline = 5MiB\n",
        "t:1:12: error: \"deadline\" (5MiB) needs a unit: ms, s, m, h, d or w"},
    {"unit too many", "limits { depth = 5s }\n", "t:1:18: error: \"depth\" (5s) has no unit"},
    {"kilobytes that are none", "limits { body = 1MB }\n",
        "t:1:17: error: \"body\" (1MB) needs a unit: KiB, MiB or GiB, or none for bytes"},
    {"finer than kept", "warm-up = 300ms\n", "t:1:11: error: \"warm-up\" (300ms) is finer than a second"},
    {"no percent", "deferral { ceiling = 0.5 }\n", "t:1:22: error: \"ceiling\" (0.5) needs the unit %"},
    {"half a part", "limits { parts = 2.5 }\n", "t:1:18: error: \"parts\" (2.5) must be a whole number"},
    {"negative", "limits { parts = -2 }\n",
        "t:1:18: error: \"parts\" (-2) is no number that could be used here"},
    {"not octal", "socket-mode = 660\n", "t:1:15: error: \"socket-mode\" (660) must be octal, like 0660"},
    {"too permissive", "socket-mode = 01777\n",
        "t:1:15: error: \"socket-mode\" (01777) must lie between 0 and 0777"},
    {"number where a text is wanted", "user = 1002\n",
        "t:1:8: error: \"user\" wants a text in quotes, not 1002"},
    {"text where a number is wanted", "tag = \"5.0\"\n",
        "t:1:7: error: \"tag\" wants a score like 2.5, not the text \"5.0\""},
    {"word where a number is wanted", "tag = never\n",
        "t:1:7: error: \"tag\" wants a score like 2.5, not never"},
    {"list where one is wanted", "tag = [5.0]\n", "t:1:7: error: \"tag\" wants a score like 2.5, not a list"},
    {"score with three decimals", "tag = 5.001\n",
        "t:1:7: error: \"tag\" (5.001) must lie between -1000 and 1000 and have two decimals at most"},
    {"word for a threshold", "tempfail = nevre\n",
        "t:1:12: error: \"tempfail\" (nevre) must be a score like 2.5"},
    {"tempfail below tag", "tag = 5.0\ntempfail = 4.99\n",
        "t:2:12: error: tempfail (4.99) must not be below tag (5.00)"},
    {"tag above the inherited tempfail", "domain \"a.example\" { tag = 8.01 }\n",
        "t:1:28: error: tempfail (8.00) must not be below tag (8.01)"},
    {"tempfail of a domain below its tag", "domain \"a.example\" { tempfail = 4.0 }\n",
        "t:1:33: error: tempfail (4.00) must not be below tag (5.00)"},
    {"weight too large", "weights { RDNS_NONE = 100.01 }\n",
        "t:1:23: error: \"RDNS_NONE\" (100.01) must lie between -100 and 100"},
    {"header in a prefix", "subject-prefix = \"x\\nBcc: y\"\n",
        "t:1:18: error: \"subject-prefix\" (x?Bcc: y) must not hold control characters"},
    {"no socket", "socket = \"/run/x\"\n",
        "t:1:10: error: \"socket\" (/run/x) must be \"unix:/path\", \"inet:port@address\" or "
        "\"inet6:port@[address]\""},
    {"no port", "socket = \"inet:0@127.0.0.1\"\n",
        "t:1:10: error: \"socket\" (inet:0@127.0.0.1) must be \"unix:/path\", \"inet:port@address\" or "
        "\"inet6:port@[address]\""},
    {"relative socket", "socket = \"unix:x\"\n",
        "t:1:10: error: \"socket\" (unix:x) must have an absolute path"},
    {"relative control socket", "control-socket = \"x\"\n",
        "t:1:18: error: \"control-socket\" (x) must have an absolute path"},
    {"label with a bracket", "dnsbl \"bl.example\" { label = \"(x)\" }\n",
        "t:1:30: error: \"label\" ((x)) must be a name of letters, digits, \".\", \"-\" and \"_\""},
    {"no zone", "dnsbl \"bl(x).example\" { }\n", "t:1:7: error: \"bl(x).example\" is no DNS zone"},
    {"host bits", "trusted-relays = [\"192.0.2.1/24\"]\n",
        "t:1:19: error: \"trusted-relays\" (192.0.2.1/24) is no network: bits behind the prefix are set, or "
        "the prefix "
        "is too long"},
    {"each bad element", "trusted-relays = [\"x\", \"192.0.2.0/24\", 5]\n",
        "t:1:19: error: \"trusted-relays\" (x) must be an address or a network like 192.0.2.0/24\n"
        "t:1:40: error: \"trusted-relays\" wants addresses in quotes, not 5"},
    {"server without brackets", "resolver { servers = \"2001:db8::53:5353x\" }\n",
        "t:1:22: error: \"servers\" (2001:db8::53:5353x) must be an address, perhaps with a port: "
        "\"192.0.2.53\", "
        "\"[2001:db8::53]:5353\""},
    {"address and port that nobody can tell apart", "resolver { servers = \"1:2:3:4:5:6:7:8:53\" }\n",
        "t:1:22: error: \"servers\" (1:2:3:4:5:6:7:8:53) must be an address, perhaps with a port: "
        "\"192.0.2.53\", "
        "\"[2001:db8::53]:5353\""},
    {"authserv-id with a semicolon", "authserv-id = \"mx.example; spf=pass\"\n",
        "t:1:15: error: \"authserv-id\" (mx.example; spf=pass) must be a name of letters, digits, \".\", "
        "\"-\" and \"_\""},
    {"no domain", "domain \"*.example\" { }\n",
        "t:1:8: error: \"*.example\" is no domain; a block is for a domain and all below it, without \"*\" "
        "or \"@\""},
    {"code outside of 127/8", "dnsbl \"bl.example\" { code \"10.0.0.1\" { } }\n",
        "t:1:27: error: code \"10.0.0.1\" must be an address in 127.0.0.0/8, a range of them, or a mask: "
        "\"127.0.0.2\", \"127.0.0.4-127.0.0.7\", \"mask 0x06\""},
    {"range upside down", "dnsbl \"bl.example\" { code \"127.0.0.9-127.0.0.2\" { } }\n",
        "t:1:27: error: code \"127.0.0.9-127.0.0.2\" is a range whose end comes before its beginning"},
    {"mask without bits", "dnsbl \"bl.example\" { code \"mask 0\" { } }\n",
        "t:1:27: error: code \"mask 0\" must have bits of the last three octets behind \"mask\", like \"mask "
        "0x06\""},
    {"symbol in small letters", "dnsbl \"bl.example\" { code \"127.0.0.2\" { symbol = css } }\n",
        "t:1:50: error: \"symbol\" (css) must be of capital letters, digits and \"_\""},
    {"symbol with two scores",
        "dnsbl \"bl.example\" {\n code \"127.0.0.2\" { symbol = A score = 1.0 }\n code \"127.0.0.3\" { "
        "symbol = A }\n}\n",
        "t:3:2: error: the symbol \"A\" has the score 1.00 elsewhere and cannot have 3.00 here"},
    {"symbol of a check", "dnsbl \"bl.example\" { code \"127.0.0.2\" { symbol = SPF_FAIL } }\n",
        "t:1:22: error: the symbol \"SPF_FAIL\" is in the family \"spf\" already"},
    {"list that is not known", "use-dnsbls = [\"zen.spamhous.org\"]\n",
        "t:1:15: error: unknown list \"zen.spamhous.org\"; did you mean \"zen.spamhaus.org\"?"},
    {"list named twice", "use-dnsbls = [\"bl.spamcop.net\", \"bl.spamcop.net\"]\n",
        "t:1:33: error: the list \"bl.spamcop.net\" is given already"},
    {"list without its key", "use-dnsbls = \"zen.dq.spamhaus.net\"\n",
        "t:1:14: error: the list \"zen.dq.spamhaus.net\" answers nobody without a key: dnsbl \"zen.dq.spamhaus.net\" { "
        "key = \"...\" }"},
    {"key that is none, unshown", "dnsbl \"bl.example\" { key = \"s e c r e t\" }\n",
        "t:1:28: error: \"key\" (...) must be a name of letters, digits, \".\", \"-\" and \"_\""},
    {"key that is no text, unshown", "dnsbl \"bl.example\" { key = 5ecret }\n",
        "t:1:28: error: \"key\" wants a text in quotes, not ..."},
    {"key in two words, unshown", "dnsbl \"bl.example\" { key = sec ret }\n",
        "t:1:32: error: \"=\" and a value, or a block in \"{\" and \"}\", must follow \"...\""},
    {"list that speaks for mail and does not say so", "dnsbl \"bl.example\" { score = -1.0 }\n",
        "t:1:7: error: the score of \"DNSBL_BL_EXAMPLE\" must be 0 or more; a list that speaks for mail needs \"allow = "
        "yes\""},
    {"allow-list that speaks against mail", "dnsbl \"wl.example\" { allow = yes score = 1.0 }\n",
        "t:1:7: error: the score of \"DNSBL_WL_EXAMPLE\" must be 0 or less, for this list has \"allow = yes\""},
    {"nothing that a list can be asked", "dnsbl \"bl.example\" { asks = [client, rdns] }\n",
        "t:1:38: error: \"asks\" is client or sender or helo or url or email-hash, not \"rdns\""},
    {"list of nobody", "dnsbl \"bl.example\" { ipv4 = no ipv6 = no }\n",
        "t:1:1: error: this list knows neither IPv4 nor IPv6"},
    {"memory below the body", "limits { memory = 1MiB }\n",
        "t: warning: limits: memory is less than body and text together; large mails will be read in part"},
};

static void check_row(const struct row *row)
{
	struct loaded loaded;

	load_text(&loaded, row->conf, strlen(row->conf), NULL);
	ck_assert_msg(strcmp(kj_buf_str(&loaded.text), row->want) == 0, "%s:\n%s\nwanted:\n%s", row->label,
	    kj_buf_str(&loaded.text), row->want);
	unload(&loaded);
}

START_TEST(a_broken_shape_is_explained_and_passed_over)
{
	check_row(&shapes[_i]);
}
END_TEST

START_TEST(a_wrong_name_is_explained)
{
	check_row(&names[_i]);
}
END_TEST

START_TEST(a_wrong_value_is_explained)
{
	check_row(&values[_i]);
}
END_TEST

static const struct row weight_rows[] = {
    {"no cap", "family \"a\" { }\n", "w:1:1: error: family \"a\" needs a cap"},
    {"family twice", "family \"a\" { cap = 1.0 } family \"a\" { cap = 1.0 }\n",
        "w:1:33: error: there is a family \"a\" already"},
    {"no family", "symbol \"A\" { score = 1.0 }\n", "w:1:1: error: symbol \"A\" needs a family"},
    {"no score", "symbol \"A\" { family = a } family \"a\" { cap = 1.0 }\n",
        "w:1:1: error: symbol \"A\" needs a score"},
    {"misspelt family", "family \"headers\" { cap = 1.0 } symbol \"A\" { family = header score = 1.0 }\n",
        "w:1:54: error: unknown family \"header\"; did you mean \"headers\"?"},
    {"symbol in small letters", "family \"a\" { cap = 1.0 } symbol \"b\" { family = a score = 1.0 }\n",
        "w:1:33: error: the name of a symbol is made of capital letters, digits and \"_\""},
    {"symbol twice",
        "family \"a\" { cap = 1.0 } symbol \"B\" { family = a score = 1.0 } symbol \"B\" { family = a score "
        "= 1.0 }\n",
        "w:1:71: error: there is a symbol \"B\" already"},
};

START_TEST(wrong_weights_are_explained)
{
	struct loaded loaded;

	load_text(&loaded, "", 0, weight_rows[_i].conf);
	ck_assert_msg(strcmp(kj_buf_str(&loaded.text), weight_rows[_i].want) == 0, "%s:\n%s\nwanted:\n%s",
	    weight_rows[_i].label, kj_buf_str(&loaded.text), weight_rows[_i].want);
	unload(&loaded);
}
END_TEST

START_TEST(nul_bytes_end_the_reading)
{
	static const char conf[] = "tag = 4.0\n\0\0tog = 1\n", quoted[] = "user = \"a\0b\"\ntog = 1\n";
	struct loaded loaded;

	load_text(&loaded, conf, sizeof conf - 1, NULL);
	ck_assert_str_eq(kj_buf_str(&loaded.text), "t:2:1: error: a NUL byte; this is no text file");
	unload(&loaded);
	load_text(&loaded, quoted, sizeof quoted - 1, NULL);
	ck_assert_str_eq(kj_buf_str(&loaded.text),
	    "t:1:8: error: this text holds a NUL byte\n"
	    "t:2:1: error: unknown setting \"tog\"; did you mean \"tag\"?");
	unload(&loaded);
}
END_TEST

START_TEST(deep_nesting_is_an_error_and_no_crash)
{
	struct kj_buf conf = KJ_BUF_INIT(1 << 20);
	struct loaded loaded;

	for (int i = 0; i < 100000; i++)
		kj_buf_add_str(&conf, "log { ");
	load_text(&loaded, kj_buf_str(&conf), conf.len, NULL);
	ck_assert_ptr_nonnull(
	    strstr(kj_buf_str(&loaded.text), "t:1:101: error: blocks are nested too deeply"));
	ck_assert_uint_eq(kj_complaints_errors(loaded.complaints), 1);
	unload(&loaded);
	kj_buf_free(&conf);
}
END_TEST

START_TEST(a_huge_file_is_refused)
{
	char *conf = malloc(KJ_CONF_FILE_MAX + 1);
	struct loaded loaded;

	ck_assert_ptr_nonnull(conf);
	memset(conf, '\n', KJ_CONF_FILE_MAX + 1);
	load_text(&loaded, conf, KJ_CONF_FILE_MAX, NULL);
	ck_assert_str_eq(kj_buf_str(&loaded.text), "");
	unload(&loaded);
	load_text(&loaded, conf, KJ_CONF_FILE_MAX + 1, NULL);
	ck_assert_str_eq(kj_buf_str(&loaded.text), "t: error: the file is larger than 1 MiB");
	unload(&loaded);
	free(conf);
}
END_TEST

START_TEST(long_tokens_are_refused)
{
	struct kj_buf conf = KJ_BUF_INIT(1 << 20);
	struct loaded loaded;

	kj_buf_add_str(&conf, "user = \"");
	for (size_t i = 0; i <= KJ_CONF_TOKEN_MAX; i++)
		kj_buf_add_char(&conf, 'x');
	kj_buf_add_str(&conf, "\"\nuser = ");
	for (size_t i = 0; i <= KJ_CONF_TOKEN_MAX; i++)
		kj_buf_add_char(&conf, 'x');
	load_text(&loaded, kj_buf_str(&conf), conf.len, NULL);
	ck_assert_ptr_eq(strstr(kj_buf_str(&loaded.text), "t:1:8: error: this text is too long\n"
	                                                  "t:2:8: error: this word is too long"),
	    kj_buf_str(&loaded.text));
	unload(&loaded);
	kj_buf_free(&conf);
}
END_TEST

START_TEST(garbage_is_complained_about_with_a_limit)
{
	struct kj_buf conf = KJ_BUF_INIT(1 << 20);
	struct loaded loaded;

	for (int i = 0; i < 20000; i++)
		kj_buf_add_str(&conf, "zebra = 1\n");
	load_text(&loaded, kj_buf_str(&conf), conf.len, NULL);
	ck_assert_uint_eq(kj_complaints_count(loaded.complaints), 100);
	ck_assert_uint_eq(kj_complaints_errors(loaded.complaints), 20000);
	ck_assert_uint_eq(kj_complaints_get(loaded.complaints, 99)->line, 100);
	ck_assert_ptr_null(kj_complaints_get(loaded.complaints, 100));
	unload(&loaded);
	kj_buf_free(&conf);
}
END_TEST

/* Everything that a configuration can need memory for. */
static const char rich[] =
    "trusted-relays = [\"192.0.2.1\", \"2001:db8::/32\"] special-helos = [\"a\", \"b.example\"]\n"
    "resolver { servers = \"127.0.0.1\" } weights { RDNS_NONE = 0 } wights { } deadline = 1h\n"
    "dnsbl \"a.example\" { code \"127.0.0.2\" { symbol = A about = \"x\" } blocked = \"127.0.0.1\" }\n"
    "dnsbl \"b.example\" { } domain \"c.example\" { weights { A = 1 } subject-prefix = \"y\" }\n";

/* As kj_snapshot_load() does it; true if there was memory enough. */
static bool build_within(size_t limit, struct kj_complaints *complaints)
{
	struct kj_arena *arena = kj_arena_new(limit), *scratch = kj_arena_new((size_t)1 << 20);
	struct kj_node *conf = NULL, *weights = NULL;
	char path[PATH_MAX];
	struct kj_build build;
	bool enough = false;

	ck_assert_int_eq(kj_build_init(&build, arena, scratch, complaints), 0);
	ck_assert_int_eq(kj_tree_parse(scratch, "t", rich, sizeof rich - 1, complaints, &conf), 0);
	ck_assert_int_eq(
	    kj_tree_read(scratch, source_path("lists/weights.conf", path), complaints, &weights), 0);
	kj_build_settings(&build, conf);
	if (!build.sink.full) {
		kj_build_weights(&build, weights);
		kj_build_dnsbls(&build, conf);
		kj_build_policies(&build, conf);
		enough = !build.sink.full;
	}
	kj_arena_free(scratch);
	kj_arena_free(arena);
	return enough;
}

START_TEST(memory_that_runs_out_is_noticed)
{
	struct kj_complaints *complaints = kj_complaints_new();
	bool enough = false;

	for (size_t limit = 64; limit < 65536; limit += 48) {
		bool now = build_within(limit, complaints);

		ck_assert_msg(now || !enough, "%zu bytes are too few, but fewer were not", limit);
		enough = now;
	}
	ck_assert(enough);
	kj_complaints_free(complaints);
}
END_TEST

START_TEST(a_tree_that_outgrows_its_arena_is_out_of_memory)
{
	struct kj_complaints *complaints = kj_complaints_new();
	int last = -KJ_ENOMEM;

	for (size_t limit = 64; limit < 65536; limit += 48) {
		struct kj_arena *arena = kj_arena_new(limit);
		struct kj_node *root = NULL;
		int rc = kj_tree_parse(arena, "t", rich, sizeof rich - 1, complaints, &root);

		ck_assert(rc == 0 || (rc == -KJ_ENOMEM && last == rc));
		ck_assert((rc == 0) == (root != NULL));
		last = rc;
		kj_arena_free(arena);
	}
	ck_assert_int_eq(last, 0);
	kj_complaints_free(complaints);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conf");
	TCase *tc = tcase_create("conf");

	add_rows(tc, a_broken_shape_is_explained_and_passed_over, shapes);
	add_rows(tc, a_wrong_name_is_explained, names);
	add_rows(tc, a_wrong_value_is_explained, values);
	add_rows(tc, wrong_weights_are_explained, weight_rows);
	tcase_add_test(tc, nul_bytes_end_the_reading);
	tcase_add_test(tc, deep_nesting_is_an_error_and_no_crash);
	tcase_add_test(tc, a_huge_file_is_refused);
	tcase_add_test(tc, long_tokens_are_refused);
	tcase_add_test(tc, garbage_is_complained_about_with_a_limit);
	tcase_add_test(tc, memory_that_runs_out_is_noticed);
	tcase_add_test(tc, a_tree_that_outgrows_its_arena_is_out_of_memory);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
