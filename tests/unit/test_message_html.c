/*
 * test_message_html.c - HTML to visible, hidden and quoted text
 */
#include "kanjiki/arena.h"
#include "kanjiki/message.h"
#include "message/html.h"
#include "suite.h"

static struct kj_streams read_html(const char *html, size_t len)
{
	struct kj_streams streams = {KJ_BUF_INIT(1 << 20), KJ_BUF_INIT(1 << 20), KJ_BUF_INIT(1 << 20), 0, 0, 0};

	ck_assert_int_eq(kj_html_read(&streams, html, len, false), 0);
	return streams;
}

static void free_streams(struct kj_streams *streams)
{
	kj_buf_free(&streams->visible);
	kj_buf_free(&streams->hidden);
	kj_buf_free(&streams->quoted);
}

static const struct {
	const char *label, *html, *visible, *hidden, *quoted;
	unsigned links;
} documents[] = {
    {"paragraphs are lines", "<p>one</p><p>two</p>", "one\ntwo\n", "", "", 0},
    {"br breaks", "one<br>two<br/>three", "one\ntwo\nthree", "", "", 0},
    {"inline elements do not break", "w<b>eb</b>c<span>am</span>", "webcam", "", "", 0},
    {"blanks are one", "<p>a \n\t b</p>", "a b\n", "", "", 0},
    {"pre keeps its blanks", "<pre>a\n  b</pre>", "a\n  b\n", "", "", 0},
    {"a comment leaves no blank", "web<!-- x -->cam", "webcam", "", "", 0},
    {"entities", "&lt;a&gt; &amp; &eacute;&#26085;&nbsp;x", "<a> & é日\xc2\xa0x", "", "", 0},
    {"zero-width entity stays for the views", "w&#8203;x", "w\xe2\x80\x8bx", "", "", 0},
    {"head, style and script are no text", "<title>t</title><style>p{}</style><script>x()</script>ok", "ok",
        "", "", 0},
    {"display none", "web<span style=\"display: none\">xyz</span>cam", "webcam", "xyz", "", 0},
    {"capitals and !important", "a<span STYLE='Display:NONE !important'>x</span>", "a", "x", "", 0},
    {"visibility", "a<span style='visibility:hidden'>x</span>", "a", "x", "", 0},
    {"font of 0", "a<span style='color:red;font-size:0'>x</span>", "a", "x", "", 0},
    {"font of 1px", "a<span style='font-size:1px'>x</span>", "a", "x", "", 0},
    {"font of 10px is read", "a<span style='font-size:10px'>x</span>", "ax", "", "", 0},
    {"font of 0.8em is read", "a<span style='font-size:0.8em'>x</span>", "ax", "", "", 0},
    {"opacity", "a<span style='opacity:0'>x</span>", "a", "x", "", 0},
    {"opacity of one half is read", "a<span style='opacity:.5'>x</span>", "ax", "", "", 0},
    {"max-height", "a<div style='max-height:0px;overflow:hidden'>x</div>", "a", "x\n", "", 0},
    {"off the page", "a<div style='position:absolute;left:-9999px'>x</div>", "a", "x\n", "", 0},
    {"hidden attribute", "a<p hidden>x</p>", "a", "x\n", "", 0},
    {"mso-hide", "a<span style='mso-hide:all'>x</span>", "a", "x", "", 0},
    {"white on white", "a<font color=\"#ffffff\">x</font>", "a", "x", "", 0},
    {"white on white by name", "a<span style='color:white'>x</span>", "a", "x", "", 0},
    {"white on black is read", "<td><table bgcolor=black><tr><td style='color:#fff'>x</table>", "x\n", "", "",
        0},
    {"colour of the cell", "<table><td bgcolor='#336699'>a<font color='336699'>x</font></table>", "a\n", "x",
        "", 0},
    {"white over a picture is read",
        "<div style='background:url(x.png)'><span style='color:#fff'>x</span></div>", "x\n", "", "", 0},
    {"rgb colours", "a<span style='color: rgb(255, 255,255)'>x</span>", "a", "x", "", 0},
    {"hidden inside hidden", "a<div style='display:none'><b>x</b><p>y</p></div>b", "ab", "x\ny\n", "", 0},
    {"a readable font inside a font of 0", "a<div style='font-size:0'>x<p style='font-size:14px'>b</p></div>",
        "a\nb\n", "x\n", "", 0},
    {"a relative font inside a font of 0", "a<span style='font-size:0'><b style='font-size:2em'>x</b></span>",
        "a", "x", "", 0},
    {"visible inside invisible",
        "a<span style='visibility:hidden'>x<b style='visibility:visible'>b</b></span>", "ab", "x", "", 0},
    {"white link in a black cell",
        "<table><tr><td style='background-color:#000'><a style='color:white'>b</a></table>", "b\n", "", "",
        0},
    {"blockquote is quoted", "own<blockquote>theirs<p>more</p></blockquote>own", "own\nown", "",
        "theirs\nmore\n", 0},
    {"links",
        "<a href='https://example.com/'>https://example.com/</a> http://example.net www.example.org <a "
        "href='#x'>y</a>",
        "https://example.com/ http://example.net www.example.org y", "", "", 3},
    {"broken markup", "<p>a<b>b<p>c</i></div>d<", "ab\ncd<\n", "", "", 0},
    {"nothing", "", "", "", "", 0},
};

START_TEST(html_is_told_apart)
{
	struct kj_streams streams = read_html(documents[_i].html, strlen(documents[_i].html));
	const char *label = documents[_i].label;

	ck_assert_msg(strcmp(kj_buf_str(&streams.visible), documents[_i].visible) == 0, "%s: visible '%s'",
	    label, kj_buf_str(&streams.visible));
	ck_assert_msg(strcmp(kj_buf_str(&streams.hidden), documents[_i].hidden) == 0, "%s: hidden '%s'",
	    label, kj_buf_str(&streams.hidden));
	ck_assert_msg(strcmp(kj_buf_str(&streams.quoted), documents[_i].quoted) == 0, "%s: quoted '%s'",
	    label, kj_buf_str(&streams.quoted));
	ck_assert_msg(streams.links == documents[_i].links, "%s: %u links", label, streams.links);
	ck_assert_uint_eq(streams.marks, 0);
	free_streams(&streams);
}
END_TEST

static const struct {
	const char *label, *before, *repeat, *after;
	unsigned times;
} bombs[] = {
    {"nested elements", "", "<div>", "word", 100000},
    {"formatting that is never closed", "", "<b id=x><p>", "word", 50000},
    {"attributes in one tag", "<a ", "a%d ", ">word", 50000},
    {"many elements", "", "<i></i>", "word", 70000},
};

START_TEST(a_document_that_costs_too_much_is_stripped)
{
	struct kj_buf html = KJ_BUF_INIT((size_t)4 << 20);
	struct kj_streams streams;

	kj_buf_add_str(&html, bombs[_i].before);
	for (unsigned i = 0; i < bombs[_i].times; i++) {
		if (strchr(bombs[_i].repeat, '%'))
			kj_buf_printf(&html, "a%u ", i);
		else
			kj_buf_add_str(&html, bombs[_i].repeat);
	}
	kj_buf_add_str(&html, bombs[_i].after);
	streams = read_html(html.data, html.len);
	ck_assert_msg(
	    strstr(kj_buf_str(&streams.visible), "word") != NULL, "%s: text is lost", bombs[_i].label);
	ck_assert_msg(streams.marks & KJ_MARK_DEPTH, "%s: no mark", bombs[_i].label);
	free_streams(&streams);
	kj_buf_free(&html);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("html");
	TCase *tcase = tcase_create("html");

	add_rows(tcase, html_is_told_apart, documents);
	add_rows(tcase, a_document_that_costs_too_much_is_stripped, bombs);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
