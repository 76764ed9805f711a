/*
 * test_message_html.c - HTML to visible, hidden, quoted and comment text
 */
#include "kanjiki/arena.h"
#include "kanjiki/message.h"
#include "message/html.h"
#include "message/html_work.h"
#include "suite.h"

static struct kj_streams read_html(const char *html, size_t len)
{
	struct kj_streams streams = KJ_STREAMS_INIT(1 << 20);

	ck_assert_int_eq(kj_html_read(&streams, html, len, false), 0);
	return streams;
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
    /* What only looks like hiding is read: else a threat is written that way. */
    {"off the page, but not placed", "<p style='left:-9999px'>b</p>", "b\n", "", "", 0},
    {"no height, but overflowing", "<p style='height:0'>b</p>", "b\n", "", "", 0},
    {"no height", "a<div style='height:0;overflow:hidden'>x</div>", "a", "x\n", "", 0},
    {"no width", "a<div style='width:0px; overflow:hidden'>x</div>", "a", "x\n", "", 0},
    {"one pixel of height", "a<div style='max-height:1px;overflow:hidden'>x</div>", "a", "x\n", "", 0},
    {"inline elements have no height", "<span style='height:0;overflow:hidden'>b</span>", "b", "", "", 0},
    {"unless they are boxes", "a<span style='display:inline-block;height:0;overflow:hidden'>x</span>", "a",
        "x", "", 0},
    {"line-height of 0", "<p style='line-height:0'>b</p>", "b\n", "", "", 0},
    {"an invalid value", "<p style='display:none x'>b</p>", "b\n", "", "", 0},
    {"the last declaration wins", "<p style='display:none;display:block'>b</p>", "b\n", "", "", 0},
    {"but for !important", "a<p style='display:none!important;display:block'>x</p>", "a", "x\n", "", 0},
    {"a property in brackets", "<p style='x:url(;display:none;)'>b</p>", "b\n", "", "", 0},
    {"comments in a style", "a<p style='display/**/:/*;*/none'>x</p>", "a", "x\n", "", 0},
    {"hidden, but shown", "<p hidden style='display:block'>b</p>", "b\n", "", "", 0},
    {"clipped", "a<p style='position:absolute;clip:rect(0 0 0 0)'>x</p>", "a", "x\n", "", 0},
    {"clipped, but not placed", "<p style='clip:rect(0 0 0 0)'>b</p>", "b\n", "", "", 0},
    {"scaled to nothing", "a<b style='transform:scale(0)'>x</b>", "a", "x", "", 0},
    {"font shorthand", "a<b style='font:0/0 a'>x</b><i style='font:bold 1px/2 Arial'>y</i>", "a", "xy", "",
        0},
    {"font shorthand that is read", "<b style='font:normal 12px/0 Arial'>b</b>", "b", "", "", 0},
    {"font element in a font of 0", "<div style='font-size:0'>x<font size=3>b</font></div>", "b", "x\n", "",
        0},
    {"nearly white on white", "a<b style='color:#fefefe'>x</b><i style='color:rgb(250,250,250)'>y</i>", "a",
        "xy", "", 0},
    {"pale on white is read", "<b style='color:#ddd'>b</b>", "b", "", "", 0},
    {"transparent",
        "a<b style='color:transparent'>x</b><i style='color:rgba(0,0,0,0)'>y</i><u style='color:#0000'>z</u>",
        "a", "xyz", "", 0},
    {"half transparent is read", "<b style='color:rgba(255,255,255,.5)'>b</b>", "b", "", "", 0},
    {"white with a shadow is read", "<b style='color:#fff;text-shadow:0 0 2px #000'>b</b>", "b", "", "", 0},
    {"a link inside white is blue", "<div style='color:#fff'>x<a href='http://a.com/'>b</a></div>", "b",
        "x\n", "", 1},
    {"a link that inherits white",
        "a<div style='color:#fff'><a style='color:inherit' href='http://a.com/'>x</a></div>", "a\n", "x\n",
        "", 1},
    {"white over a colour with a picture", "<p style='background:#fff url(x.png);color:#fff'>b</p>", "b\n",
        "", "", 0},
    {"text of body", "<body text=white>x</body>", "", "x", "", 0},
    {"no alternative text", "a<img src=x alt=y>b", "ab", "", "", 0},

    {"class", "<style>.x{display:none}</style>a<b class='y x'>x</b>", "a", "x", "", 0},
    {"id", "<style>#x{display:none}</style>a<b id=x>x</b>", "a", "x", "", 0},
    {"element", "<style>u{display:none}</style>a<u>x</u>", "a", "x", "", 0},
    {"element and class", "<style>u.x{display:none}</style>a<u class=x>x</u><b class=x>b</b><u>c</u>", "abc",
        "x", "", 0},
    {"two classes", "<style>.x.y{display:none}</style>a<u class='x y'>x</u><b class=x>b</b>", "ab", "x", "",
        0},
    {"a list", "<style>p, .x , #y{font-size:0}</style>a<u class=x>x</u><u id=y>y</u>", "a", "xy", "", 0},
    {"a sheet in a comment of its own", "<style><!-- .x{display:none} --></style>a<b class=x>x</b>", "a", "x",
        "", 0},
    {"comments in a sheet", "<style>/* .x{ */ .x/**/{/*}*/display:none}</style>a<b class=x>x</b>", "a", "x",
        "", 0},
    {"a sheet behind the text", "a<b class=x>x</b><style>.x{display:none}</style>", "a", "x", "", 0},
    {"white by class", "<style>.x{color:#fff}</style>a<b class=x>x</b>", "a", "x", "", 0},
    {"the later rule wins", "<style>.x{display:none}.x{display:block}</style><b class=x>b</b>", "b", "", "",
        0},
    {"the nearer rule wins", "<style>#y{display:inline}.x{display:none}</style><b class=x id=y>b</b>", "b",
        "", "", 0},
    {"style beats the sheet", "<style>.x{display:none}</style><b class=x style='display:inline'>b</b>", "b",
        "", "", 0},
    {"unless it is important",
        "<style>.x{display:none!important}</style>a<b class=x style='display:inline'>x</b>", "a", "x", "", 0},
    {"media for all screens",
        "<style>@media screen{.x{display:none}} @media all { .y{display:none} }</style>"
        "a<b class=x>x</b><b class=y>y</b>",
        "a", "xy", "", 0},
    {"media that may not apply do not hide",
        "<style>@media (max-width:600px){.x{display:none}}</style><b class=x>b</b>", "b", "", "", 0},
    {"but they show",
        "<style>.x{display:none}@media (max-width:600px){.x{display:block!important}}</style><b "
        "class=x>b</b>",
        "b", "", "", 0},
    {"print does neither", "<style>.x{display:none}@media print{.x{display:block}}</style>a<b class=x>x</b>",
        "a", "x", "", 0},
    {"a sheet for print", "<style media=print>.x{display:none}</style><b class=x>b</b>", "b", "", "", 0},
    {"rules behind a media block", "<style>@media print{.y{x:y}} .x{display:none}</style>a<b class=x>x</b>",
        "a", "x", "", 0},
    {"rules behind other at-rules",
        "<style>@import url(x);@font-face{src:url(y)}.x{display:none}</style>a<b class=x>x</b>", "a", "x", "",
        0},
    {"descendants do not hide", "<style>p .x{display:none}</style><b class=x>b</b>", "b", "", "", 0},
    {"but they show", "<style>.x{display:none} body>.x{display:inline}</style><b class=x>b</b>", "b", "", "",
        0},
    {"pseudo-classes do not hide", "<style>.x:hover{display:none}</style><b class=x>b</b>", "b", "", "", 0},
    {"unclosed sheet", "<style>.x{display:none</style>a<b class=x>x</b>", "a", "x", "", 0},
    {"odd brackets spoil a rule", "<style>} .x{display:none}</style><b class=x>b</b>", "b", "", "", 0},
    {"odd semicolons, too", "<style>p{};.x{display:none}</style><b class=x>b</b>", "b", "", "", 0},
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
	kj_streams_free(&streams);
}
END_TEST

static const struct {
	const char *label, *html, *visible, *comments;
} comments[] = {
    {"one", "a<!-- x  y -->b", "ab", "x y\n"},
    {"two", "<!--x--><p>a<!--y--></p>", "a\n", "x\ny\n"},
    {"in front of the document and in its head", "<!--x--><html><head><!--y--></head>a", "a", "x\ny\n"},
    {"behind the document", "<html><body>a</body></html><!--x-->", "a", "x\n"},
    {"Outlook's", "a<!--[if mso]><p>x</p><![endif]-->b", "ab", "[if mso]><p>x</p><![endif]\n"},
    {"for all but Outlook", "a<!--[if !mso]><!-->b<!--<![endif]-->", "ab", "[if !mso]><!\n<![endif]\n"},
    {"none in a sheet", "<style><!-- p{} --></style>a", "a", ""},
    {"unclosed", "a<!-- x", "a", "x\n"},
};

START_TEST(comments_are_kept_apart)
{
	struct kj_streams streams = read_html(comments[_i].html, strlen(comments[_i].html));

	ck_assert_msg(strcmp(kj_buf_str(&streams.visible), comments[_i].visible) == 0, "%s: visible '%s'",
	    comments[_i].label, kj_buf_str(&streams.visible));
	ck_assert_msg(strcmp(kj_buf_str(&streams.comments), comments[_i].comments) == 0, "%s: comments '%s'",
	    comments[_i].label, kj_buf_str(&streams.comments));
	kj_streams_free(&streams);
}
END_TEST

/* Half a megabyte each; the time limit of a test case ends what is not linear. */
static const struct {
	const char *label, *before, *repeat, *after;
} floods[] = {
    {"signs", "", "<", " word"},
    {"comments that do not end", "word", "<!--", ""},
    {"links", "word", "<a href=http://a.com/>", ""},
    {"rules", "<style>", ".a{display:none}", "</style><b class=a>word</b>"},
    {"rules for all", "<style>", "*{color:red}", "</style><b class=a>word</b>"},
    {"selectors", "<style>a", ",.a.b.c", "{display:none}</style><b class=a>word</b>"},
    {"descendants", "<style>", "a ", "{display:none}</style><b class=a>word</b>"},
    {"blocks in blocks", "<style>", "@media screen{", "</style><b class=a>word</b>"},
    {"brackets", "<style>", "{", "</style><b class=a>word</b>"},
    {"closing brackets", "<style>", "}", "</style><b class=a>word</b>"},
    {"comments in a sheet", "<style>", "/*", "</style><b class=a>word</b>"},
    {"declarations", "<b style='", "display:block;", "'>word</b>"},
    {"functions", "<b style='background:", "url(", "'>word</b>"},
    {"classes", "<style>.x{display:none}</style><b class='", "x ", "'>word</b>"},
};

START_TEST(floods_are_read_in_time)
{
	struct kj_buf html = KJ_BUF_INIT((size_t)500 << 10);
	struct kj_streams streams;

	kj_buf_add_str(&html, floods[_i].before);
	while (html.len + 100 < html.max)
		kj_buf_add_str(&html, floods[_i].repeat);
	kj_buf_add_str(&html, floods[_i].after);
	streams = read_html(html.data, html.len);
	ck_assert_msg(
	    strstr(kj_buf_str(&streams.visible), "word") != NULL, "%s: text is lost", floods[_i].label);
	kj_streams_free(&streams);
	kj_buf_free(&html);
}
END_TEST

/* All nodes of a document against all rules. */
START_TEST(many_elements_and_rules_are_read_in_time)
{
	struct kj_buf html = KJ_BUF_INIT((size_t)500 << 10);
	struct kj_streams streams;

	kj_buf_add_str(&html, "<style>");
	for (int i = 0; i < 250; i++)
		kj_buf_printf(&html, ".a.b.c%d{display:none}", i);
	kj_buf_add_str(&html, "</style>");
	for (int i = 0; i < 4900; i++)
		kj_buf_add_str(&html, "<i class='a b d e f g h i j k l m n'>x</i>");
	streams = read_html(html.data, html.len);
	ck_assert_uint_eq(streams.marks, 0);
	ck_assert_uint_eq(streams.visible.len, 4900);
	kj_streams_free(&streams);
	kj_buf_free(&html);
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

/* Half a megabyte behind thousands of open elements, some of which only seem to be closed: that costs gumbo seconds. */
static const char *const deep[] = {"</x>", "a "};

START_TEST(open_elements_over_much_text_are_stripped)
{
	struct kj_buf html = KJ_BUF_INIT((size_t)500 << 10);
	struct kj_streams streams;

	kj_buf_add_str(&html, "word");
	for (unsigned i = 0; i < 3000; i++)
		kj_buf_add_str(&html, "<b title='</b>'><b><!--</b>-->");
	while (!html.truncated)
		kj_buf_add_str(&html, deep[_i]);
	streams = read_html(html.data, html.len);
	ck_assert_msg(strstr(kj_buf_str(&streams.visible), "word") != NULL, "%s: text is lost", deep[_i]);
	ck_assert_msg(streams.marks & KJ_MARK_DEPTH, "%s: no mark", deep[_i]);
	kj_streams_free(&streams);
	kj_buf_free(&html);
}
END_TEST

/* What honest writers leave out does not add up. */
static const char *const sloppy[] = {"<p>one", "<ul><li>one<li>two</ul>", "<table><tr><td>one<td>two<tr><td>three</table>",
    "<div><p>one</div>", "<div title='a>b' x=\"<i>\">one</div>", "<br><img src=x><input>", "<style>b > i {}</style>",
    "<!--[if mso]><table><![endif]-->", "<IMG SRC=x/>a</IMG>"};

START_TEST(what_may_be_left_out_costs_nothing)
{
	struct kj_buf html = KJ_BUF_INIT((size_t)500 << 10);

	for (unsigned i = 0; i < 2000; i++)
		kj_buf_add_str(&html, sloppy[_i]);
	ck_assert_msg(!kj_html_is_costly(html.data, html.len, _i == 7 ? 2001 : 20, html.len * (_i == 7 ? 2001 : 20)), "%s",
	    sloppy[_i]);
	kj_buf_free(&html);
}
END_TEST

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
	kj_streams_free(&streams);
	kj_buf_free(&html);
}
END_TEST

/* Whatever the parser leaves of its memory: read_html() fails where the document is given up. */
START_TEST(no_document_is_given_up_for_want_of_memory)
{
	for (unsigned times = 600; times < 1600; times += 100) {
		struct kj_buf html = KJ_BUF_INIT((size_t)1 << 20);

		for (unsigned i = 0; i < times; i++)
			kj_buf_add_str(&html, "<b>x");
		kj_buf_add_str(&html, "<!--");
		for (unsigned i = 0; i < 200; i++) {
			struct kj_streams streams;

			kj_buf_add_str(&html, "a comment, a comment");
			streams = read_html(html.data, html.len);
			ck_assert_uint_eq(streams.visible.len, times);
			kj_streams_free(&streams);
		}
		kj_buf_free(&html);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("html");
	TCase *tcase = tcase_create("html");

	add_rows(tcase, html_is_told_apart, documents);
	add_rows(tcase, comments_are_kept_apart, comments);
	add_rows(tcase, floods_are_read_in_time, floods);
	add_rows(tcase, open_elements_over_much_text_are_stripped, deep);
	add_rows(tcase, what_may_be_left_out_costs_nothing, sloppy);
	tcase_add_test(tcase, no_document_is_given_up_for_want_of_memory);
	tcase_add_test(tcase, many_elements_and_rules_are_read_in_time);
	add_rows(tcase, a_document_that_costs_too_much_is_stripped, bombs);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
