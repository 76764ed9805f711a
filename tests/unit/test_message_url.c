/*
 * test_message_url.c - hosts of URLs, bare URLs in text, links and what they show
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/message.h"
#include "kanjiki/name.h"
#include "message/html.h"
#include "message/url_host.h"
#include "message/urls.h"
#include "suite.h"

static struct kj_arena *arena;
static struct kj_urls urls;

static void begin(void)
{
	arena = kj_arena_new((size_t)16 << 20);
	urls = (struct kj_urls){.arena = arena};
}

static void end(void)
{
	kj_arena_free(arena);
}

static const struct {
	const char *label, *url, *host;
} hosts[] = {
    {"plain", "http://example.com/", "example.com"},
    {"capitals and a final dot", "HTTPS://WWW.Example.COM./x", "www.example.com"},
    {"a port", "http://example.com:8080/", "example.com"},
    {"an empty port", "http://example.com:/", "example.com"},
    {"no path but a query", "http://example.com?x=http://other.com/", "example.com"},
    {"no path but a fragment", "http://example.com#@other.com", "example.com"},
    {"another's name as the user", "http://paypal.com@evil.com/", "evil.com"},
    {"user and password", "ftp://paypal.com:login@evil.com/", "evil.com"},
    {"two at signs", "http://a@paypal.com@evil.com/", "evil.com"},
    {"backslashes are slashes", "http:\\\\evil.com\\@paypal.com/", "evil.com"},
    {"too few slashes", "http:/evil.com/", "evil.com"},
    {"too many slashes", "https:////evil.com/", "evil.com"},
    {"no scheme", "//evil.com/x", "evil.com"},
    {"www", "www.example.com/x", "www.example.com"},
    {"percent in the host", "http://%65vil.c%6Fm/", "evil.com"},
    {"percent slash is no host", "http://evil.com%2f.example.org/", NULL},
    {"percent NUL is no host", "http://evil.com%00/", NULL},
    {"IPv4", "http://192.0.2.1/", "192.0.2.1"},
    {"IPv4 as one number", "http://3221225985/", "192.0.2.1"},
    {"IPv4 in hex", "http://0xC0000201/", "192.0.2.1"},
    {"IPv4 in octal parts", "http://0300.0.02.01/", "192.0.2.1"},
    {"IPv4 in two parts", "http://192.513/", "192.0.2.1"},
    {"IPv4 in wide digits", "http://１９２.0.2.1/", "192.0.2.1"},
    {"not quite IPv4", "http://192.0.2.256/", NULL},
    {"five parts", "http://1.2.3.4.5/", NULL},
    {"IPv6", "http://[2001:DB8::1]:80/", "2001:db8::1"},
    {"IPv6 that is none", "http://[::g]/", NULL},
    {"international", "http://日本語.jp/", "xn--wgv71a119e.jp"},
    {"international, percent", "http://%E6%97%A5%E6%9C%AC%E8%AA%9E.jp/", "xn--wgv71a119e.jp"},
    {"ideographic full stop", "http://evil。com/", "evil.com"},
    {"ideographic full stop at the end", "http://evil.com。/", "evil.com"},
    {"ideographic full stop alone", "http://。/", NULL},
    {"wide letters", "http://ｅｖｉｌ.com/", "evil.com"},
    {"soft hyphen", "http://ev\u00adil.com/", "evil.com"},
    {"bare name", "http://localhost/", "localhost"},
    {"mailto leads to no host", "mailto:a@example.com", NULL},
    {"javascript leads to no host", "javascript:alert(1)//www.example.com", NULL},
    {"a path", "/login", NULL},
    {"scheme alone", "http://", NULL},
    {"only a user", "http://a@/", NULL},
    {"nothing", "", NULL},
};

START_TEST(hosts_are_those_a_browser_goes_to)
{
	char host[KJ_NAME_STRLEN] = "";
	int err = kj_url_host(hosts[_i].url, strlen(hosts[_i].url), host);

	ck_assert_msg((err == 0) == (hosts[_i].host != NULL), "%s: %d %s", hosts[_i].label, err, host);
	if (!err)
		ck_assert_msg(strcmp(host, hosts[_i].host) == 0, "%s: %s", hosts[_i].label, host);
}
END_TEST

/* All URLs as "text>host", links with "=>"; what a link shows behind a "!"; marks h and q. */
static const char *all_urls(const struct kj_url *list, unsigned count)
{
	const char *all = "";

	for (unsigned i = 0; i < count; i++)
		all = kj_arena_printf(arena, "%s%s%s%s%s%s%s%s%s", all, i ? " " : "", list[i].text,
		    list[i].is_link ? "=>" : ">", list[i].host, list[i].shown_host ? "!" : "",
		    list[i].shown_host ? list[i].shown_host : "", list[i].hidden ? " (hidden)" : "",
		    list[i].quoted ? " (quoted)" : "");
	return all;
}

static const struct {
	const char *label, *text, *want;
} texts[] = {
    {"in a sentence", "See http://example.com/a, or not.", "http://example.com/a>example.com"},
    {"at the end of a sentence", "See https://example.com.", "https://example.com>example.com"},
    {"in brackets", "(see http://example.com/a)", "http://example.com/a>example.com"},
    {"with brackets in it", "http://example.com/a_(b)", "http://example.com/a_(b)>example.com"},
    {"in angle brackets", "<http://example.com/a>", "http://example.com/a>example.com"},
    {"ftp", "ftp://example.com/x", "ftp://example.com/x>example.com"},
    {"capitals", "HTTP://EXAMPLE.COM", "HTTP://EXAMPLE.COM>example.com"},
    {"letters in front of the scheme", "xhttp://example.com/", "http://example.com/>example.com"},
    {"www", "go to www.example.com!", "www.example.com>www.example.com"},
    {"www inside a word", "awww.example.com no", ""},
    {"host and path", "go to evil.com/pay now", "evil.com/pay>evil.com"},
    {"host alone is no URL", "sold at example.com and elsewhere", ""},
    {"and/or", "and/or, e.g./i.e., 1.5/2.5, file.txt/x", ""},
    {"a path on a disk", "/usr/share/doc.com/x", ""},
    {"an address and a slash", "a@example.com/home", ""},
    {"a user", "http://paypal.com@evil.com/", "http://paypal.com@evil.com/>evil.com"},
    {"a URL inside a URL", "http://a.com/?u=http://b.com/", "http://a.com/?u=http://b.com/>a.com"},
    {"each host once", "http://a.com/1 http://a.com/2 http://b.com/",
        "http://a.com/1>a.com http://b.com/>b.com"},
    {"Japanese around it", "詳細はhttps://example.com/をご覧ください。",
        "https://example.com/をご覧ください>example.com"},
    {"Japanese behind the host", "https://example.comをご覧ください。", "https://example.com>example.com"},
    {"Japanese quotes", "「http://example.com/a」です", "http://example.com/a>example.com"},
    {"Japanese host", "http://日本語.jp/です", "http://日本語.jp/です>xn--wgv71a119e.jp"},
    {"Japanese host with ASCII in it", "http://abc日本語.jp/", "http://abc日本語.jp/>xn--abc-qt9d74v859h.jp"},
    {"decimal address", "http://3221225985/x", "http://3221225985/x>192.0.2.1"},
    {"scheme alone", "http:// and https://", ""},
    {"nothing", "", ""},
};

START_TEST(bare_urls_are_found)
{
	kj_urls_add_text(&urls, texts[_i].text, strlen(texts[_i].text), KJ_URL_SEEN);
	/* The ASCII form of the mixed host is the library's business. */
	if (strcmp(texts[_i].label, "Japanese host with ASCII in it") == 0) {
		ck_assert_uint_eq(urls.count, 1);
		ck_assert_str_eq(urls.list[0].org, urls.list[0].host);
		return;
	}
	ck_assert_msg(strcmp(all_urls(urls.list, urls.count), texts[_i].want) == 0, "%s: %s", texts[_i].label,
	    all_urls(urls.list, urls.count));
}
END_TEST

static const struct {
	const char *label, *html, *want;
} documents[] = {
    {"a link", "<a href='http://a.com/x'>go</a>", "http://a.com/x=>a.com"},
    {"an area", "<map><area href='http://a.com/x'></map>", "http://a.com/x=>a.com"},
    {"no link", "<a name=x>go</a><a href='#x'>y</a><a href='mailto:a@b.com'>z</a>", ""},
    {"line ends and blanks in a target", "<a href=' ht\ntp://a.\tcom/ '>x</a>", "http://a.com/=>a.com"},
    {"entities in a target", "<a href='&#104;ttp://a.com/?x&amp;y'>x</a>", "http://a.com/?x&y=>a.com"},
    {"bare", "go to http://a.com/ now", "http://a.com/>a.com"},
    {"bare, split by comments and formatting", "http://a<!-- x -->b.<b>com</b>/", "http://ab.com/>ab.com"},
    {"bare, split by hidden text", "http://a<i style='display:none'>zz</i>b.com/", "http://ab.com/>ab.com"},
    {"a link's text is no bare URL", "<a href='http://a.com/'>http://a.com/x</a>", "http://a.com/=>a.com"},
    {"shows another host", "<a href='http://evil.com/'>https://www.paypal.com/login</a>",
        "http://evil.com/=>evil.com!www.paypal.com"},
    {"shows another host in pieces", "<a href='http://evil.com/'> pay<b>pal.c</b>om </a>",
        "http://evil.com/=>evil.com!paypal.com"},
    {"shows its own host", "<a href='http://click.a.com/x'>www.a.com</a>",
        "http://click.a.com/x=>click.a.com"},
    {"shows words", "<a href='http://evil.com/'>Visit paypal.com now</a>", "http://evil.com/=>evil.com"},
    {"shows a file", "<a href='http://evil.com/'>invoice.pdf</a>", "http://evil.com/=>evil.com"},
    {"shows an address of mail", "<a href='http://evil.com/'>a@paypal.com</a>", "http://evil.com/=>evil.com"},
    {"the second of two shows it",
        "<a href='http://evil.com/'>a</a><a href='http://evil.com/'>paypal.com</a>",
        "http://evil.com/=>evil.com!paypal.com"},
    {"link and bare URL are two", "<a href='http://a.com/'>x</a> http://a.com/y",
        "http://a.com/=>a.com http://a.com/y>a.com"},
    {"hidden link", "<a style='display:none' href='http://a.com/'>paypal.com</a>",
        "http://a.com/=>a.com (hidden)"},
    {"hidden and seen", "<p hidden><a href='http://a.com/'>x</a></p><a href='http://a.com/1'>y</a>",
        "http://a.com/=>a.com"},
    {"hidden bare URL", "a <span style='font-size:0'>http://a.com/</span>", "http://a.com/>a.com (hidden)"},
    {"quoted", "<blockquote><a href='http://a.com/'>x</a> http://b.com/</blockquote>",
        "http://a.com/=>a.com (quoted) http://b.com/>b.com (quoted)"},
    {"comments have none", "x<!-- <a href='http://a.com/'>http://b.com/</a> -->", ""},
};

START_TEST(links_are_gathered)
{
	struct kj_streams streams = KJ_STREAMS_INIT(1 << 16);

	streams.urls = &urls;
	ck_assert_int_eq(kj_html_read(&streams, documents[_i].html, strlen(documents[_i].html), false), 0);
	ck_assert_msg(strcmp(all_urls(urls.list, urls.count), documents[_i].want) == 0, "%s: %s",
	    documents[_i].label, all_urls(urls.list, urls.count));
	kj_streams_free(&streams);
}
END_TEST

START_TEST(the_org_domain_is_part_of_the_host)
{
	static const char text[] = "http://www.shop.example.co.jp/ http://192.0.2.1/";

	kj_urls_add_text(&urls, text, sizeof text - 1, KJ_URL_SEEN);
	ck_assert_uint_eq(urls.count, 2);
	ck_assert_str_eq(urls.list[0].org, "example.co.jp");
	ck_assert_str_eq(urls.list[1].org, "192.0.2.1");
}
END_TEST

START_TEST(links_of_a_stripped_document_are_gathered)
{
	struct kj_buf html = KJ_BUF_INIT((size_t)1 << 20);
	struct kj_streams streams = KJ_STREAMS_INIT(1 << 20);

	streams.urls = &urls;
	for (int i = 0; i < 20000; i++)
		kj_buf_add_str(&html, "<b><p>");
	kj_buf_add_str(&html,
	    "<style>p{}</style><A class=x HREF=\"http://a.com/?x&amp;y\">x</A>&amp;&zwnj;<!--c-->"
	    "<area href=http://b.com/>");
	ck_assert_int_eq(kj_html_read(&streams, html.data, html.len, false), 0);
	ck_assert(streams.marks & KJ_MARK_DEPTH);
	ck_assert_str_eq(all_urls(urls.list, urls.count), "http://a.com/?x&y=>a.com http://b.com/=>b.com");
	ck_assert_str_eq(kj_buf_str(&streams.visible), "x&\u200c");
	ck_assert_str_eq(kj_buf_str(&streams.comments), "c\n");
	ck_assert_uint_eq(streams.links, 2);
	kj_buf_free(&html);
	kj_streams_free(&streams);
}
END_TEST

START_TEST(more_hosts_than_are_kept_are_noted)
{
	struct kj_buf text = KJ_BUF_INIT((size_t)1 << 20);

	for (int i = 0; i < KJ_URLS_MAX; i++)
		kj_buf_printf(&text, "http://h%d.com/ http://h%d.com/x\n", i, i);
	kj_urls_add_text(&urls, text.data, text.len, KJ_URL_SEEN);
	ck_assert_uint_eq(urls.count, KJ_URLS_MAX);
	ck_assert(!urls.over);
	kj_urls_add_text(&urls, "http://other.com/", 17, KJ_URL_SEEN);
	ck_assert_uint_eq(urls.count, KJ_URLS_MAX);
	ck_assert(urls.over);
	kj_buf_free(&text);
}
END_TEST

START_TEST(a_long_url_is_cut)
{
	struct kj_buf text = KJ_BUF_INIT((size_t)1 << 20);

	kj_buf_add_str(&text, "http://a.com/");
	for (int i = 0; i < 1000; i++)
		kj_buf_add_str(&text, "日");
	kj_urls_add_text(&urls, text.data, text.len, KJ_URL_SEEN);
	ck_assert_uint_eq(urls.count, 1);
	ck_assert_uint_eq(strlen(urls.list[0].text), 13 + (KJ_URL_MAX - 13) / 3 * 3);
	kj_buf_free(&text);
}
END_TEST

/* Four megabytes each; the time limit of a test case ends what is not linear. */
static const struct {
	const char *before, *repeat;
} floods[] = {{"", "http://"}, {"", "http://a"}, {"", "http://é/ "}, {"", "www.a "}, {"", "a.com/ "},
    {"", "a.com/"}, {"", "://"}, {"", "/"}, {"", "w"}, {"", "a."}, {"", "http://["}, {"", "http://a@"},
    {"", "日.com/"}, {"http://a.com/", ")"}};

START_TEST(floods_are_read_in_time)
{
	struct kj_buf text = KJ_BUF_INIT((size_t)4 << 20);

	kj_buf_add_str(&text, floods[_i].before);
	while (!text.truncated)
		kj_buf_add_str(&text, floods[_i].repeat);
	kj_urls_add_text(&urls, text.data, text.len, KJ_URL_SEEN);
	ck_assert(!urls.full);
	kj_buf_free(&text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("urls");
	TCase *tc = tcase_create("urls");

	tcase_add_checked_fixture(tc, begin, end);
	add_rows(tc, hosts_are_those_a_browser_goes_to, hosts);
	add_rows(tc, bare_urls_are_found, texts);
	add_rows(tc, links_are_gathered, documents);
	tcase_add_test(tc, the_org_domain_is_part_of_the_host);
	tcase_add_test(tc, links_of_a_stripped_document_are_gathered);
	tcase_add_test(tc, more_hosts_than_are_kept_are_noted);
	tcase_add_test(tc, a_long_url_is_cut);
	add_rows(tc, floods_are_read_in_time, floods);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
