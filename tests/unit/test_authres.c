/*
 * test_authres.c - Authentication-Results as the RFC words them, and as filters write them
 */
#include "kanjiki/arena.h"
#include "kanjiki/authres.h"
#include "kanjiki/buf.h"
#include "kanjiki/dkim.h"
#include "kanjiki/name.h"
#include "suite.h"

static struct kj_arena *arena;

static void begin(void)
{
	arena = kj_arena_new(1 << 20);
}

static void end(void)
{
	kj_arena_free(arena);
}

/* `ID: METHOD=RESULT type.name=value ... "REASON" (COMMENT); ...`, with "/N" for a version and "!" for broken. */
static const struct {
	const char *label, *value, *want;
} rows[] = {
    {"RFC 8601 B.2: nothing done", " example.org 1; none", "example.org:"},
    {"RFC 8601 B.3: one method", " example.com;\r\n          spf=pass smtp.mailfrom=example.net",
        "example.com: spf=pass smtp.mailfrom=example.net"},
    {"RFC 8601 B.4: several methods",
        " example.com;\r\n\tauth=pass (cram-md5) smtp.auth=sender@example.net;\r\n\tspf=pass "
        "smtp.mailfrom=example.net",
        "example.com: auth=pass smtp.auth=sender@example.net (cram-md5); spf=pass smtp.mailfrom=example.net"},
    {"RFC 8601 B.5: a policy", " example.com;\n\tdkim=pass (good signature) header.d=example.com",
        "example.com: dkim=pass header.d=example.com (good signature)"},
    {"RFC 8601 B.6: reason",
        " example.com;\n dkim=pass reason=\"good signature\"\n header.i=@mail-router.example.net;\n "
        "dkim=fail "
        "reason=\"bad signature\"\n header.i=@newyork.example.com",
        "example.com: dkim=pass header.i=@mail-router.example.net \"good signature\"; dkim=fail "
        "header.i=@newyork.example.com \"bad signature\""},
    {"RFC 8601 B.7: comments everywhere",
        " foo.example.net (foobar) 1 (baz);\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\n "
        "policy (A "
        "dot can go here) . (like that) expired\n (this surprised me) = (as I wanted it) 1362471462",
        "foo.example.net: dkim=fail policy.expired=1362471462 (wait for it; A dot can go here; like that; "
        "this "
        "surprised me)"},

    {"OpenDKIM",
        "mx.example.jp;\n\tdkim=pass (2048-bit key; unprotected) header.d=n.example header.i=@n.example "
        "header.a=rsa-sha256 header.s=k1 header.b=Ips/Wk6=;\n\tdkim-atps=neutral",
        "mx.example.jp: dkim=pass header.d=n.example header.i=@n.example header.a=rsa-sha256 header.s=k1 "
        "header.b=Ips/Wk6= (2048-bit key; unprotected); dkim-atps=neutral"},
    {"OpenDKIM with the queue id, and a reason in front of a comment",
        "mx.example.jp/89226A86815;\n\tdkim=fail reason=\"key not found in DNS\" (0-bit key) "
        "header.d=n.example",
        "mx.example.jp/89226A86815: dkim=fail header.d=n.example \"key not found in DNS\" (0-bit key)"},
    {"newer ones quote it", "\"mx.example.jp/89226A86815\"; dkim=none",
        "mx.example.jp/89226A86815: dkim=none"},
    {"OpenDMARC", "mx.example.jp; dmarc=fail (p=reject dis=none) header.from=n.example",
        "mx.example.jp: dmarc=fail header.from=n.example (p=reject dis=none)"},
    {"rspamd",
        "mx.example.jp;\n\tdkim=none;\n\tdmarc=fail reason=\"SPF not aligned (relaxed), No valid DKIM\" "
        "header.from=n.example (policy=quarantine);\n\tspf=pass (mx.example.jp: domain of a@n.example "
        "designates "
        "192.0.2.1 as permitted sender) smtp.mailfrom=a@n.example",
        "mx.example.jp: dkim=none; dmarc=fail header.from=n.example \"SPF not aligned (relaxed), No valid "
        "DKIM\" "
        "(policy=quarantine); spf=pass smtp.mailfrom=a@n.example (mx.example.jp: domain of a@n.example "
        "designates "
        "192.0.2.1 as permitted sender)"},
    {"Exim",
        "mx.example.jp;\n\tiprev=pass (mail.n.example) smtp.remote-ip=192.0.2.1;\n\tdmarc=pass "
        "header.from=n.example;"
        "\n\tarc=none",
        "mx.example.jp: iprev=pass smtp.remote-ip=192.0.2.1 (mail.n.example); dmarc=pass "
        "header.from=n.example; arc=none"},
    {"Google",
        "mx.google.com;\r\n       dkim=pass header.i=@n.example header.s=20230601 header.b=qvNLDfV5;\r\n     "
        "  arc=pass "
        "(i=1 spf=pass spfdomain=n.example);\r\n       spf=pass smtp.mailfrom=\"prvs=10=a@n.example\";\r\n   "
        "    "
        "dmarc=pass (p=NONE sp=QUARANTINE dis=NONE) header.from=n.example",
        "mx.google.com: dkim=pass header.i=@n.example header.s=20230601 header.b=qvNLDfV5; arc=pass (i=1 "
        "spf=pass "
        "spfdomain=n.example); spf=pass smtp.mailfrom=prvs=10=a@n.example; dmarc=pass header.from=n.example "
        "(p=NONE "
        "sp=QUARANTINE dis=NONE)"},
    {"Microsoft has no name, and puts another one in between",
        "spf=pass (sender IP is 192.0.2.1)\n smtp.mailfrom=n.example; t.onmicrosoft.com; dkim=pass "
        "(signature was\n "
        "verified) header.d=n.example;t.onmicrosoft.com; dmarc=pass\n action=none "
        "header.from=n.example;compauth=pass "
        "reason=100",
        ": spf=pass smtp.mailfrom=n.example (sender IP is 192.0.2.1); dkim=pass header.d=n.example "
        "(signature was\n "
        "verified); dmarc=pass .action=none header.from=n.example; compauth=pass \"100\"!"},

    {"a version that is another", "a.example; dkim/2=pass", "a.example: dkim/2=pass"},
    {"a semicolon within quotes and comments ends nothing",
        "a.example; spf=fail (; dkim=pass header.d=n.example) reason=\"x; dkim=pass\" smtp.mailfrom=\"b; "
        "dkim=pass\"@c",
        "a.example: spf=fail smtp.mailfrom=b; dkim=pass@c \"x; dkim=pass\" (; dkim=pass header.d=n.example)"},
    {"nor an escaped quote", "a.example; spf=fail smtp.mailfrom=\"b\\\"; dkim=pass\"",
        "a.example: spf=fail "
        "smtp.mailfrom=b\"; dkim=pass"},
    {"capitals", "A.example; DKIM=Pass Header.D=N.example", "A.example: dkim=pass header.d=N.example"},
    {"an empty one at the end", "a.example; dkim=pass; ", "a.example: dkim=pass"},
    {"garbage is passed over", "a.example; x; =; dkim; (; ; dkim=pass", "a.example:!"},
    {"and what follows is read", "a.example; x; = y; dkim=pass h.d; spf=none",
        "a.example: dkim=pass; spf=none!"},
    {"words behind the name", "a.example b; dkim=pass", "a.example: dkim=pass!"},
    {"a quote without an end", "a.example; dkim=\"pass; spf=pass", "a.example: dkim=pass; spf=pass!"},
    {"nothing", "", ":"},
    {"a semicolon", ";", ":"},
};

static const char *text_of(const struct kj_auth_field *field)
{
	struct kj_buf buf = KJ_BUF_INIT(8192);
	const char *text;

	kj_buf_printf(&buf, "%s:", field->id);
	for (unsigned i = 0; i < field->result_count; i++) {
		const struct kj_auth_result *result = &field->results[i];

		kj_buf_printf(&buf, "%s %s", i ? ";" : "", result->method);
		if (result->version != 1)
			kj_buf_printf(&buf, "/%u", result->version);
		kj_buf_printf(&buf, "=%s", result->result);
		for (unsigned p = 0; p < result->property_count; p++)
			kj_buf_printf(&buf, " %s.%s=%s", result->properties[p].type,
			    result->properties[p].name, result->properties[p].value);
		if (*result->reason)
			kj_buf_printf(&buf, " \"%s\"", result->reason);
		if (*result->comment)
			kj_buf_printf(&buf, " (%s)", result->comment);
	}
	kj_buf_add_str(&buf, field->marks & KJ_AUTH_BROKEN ? "!" : "");
	text = kj_arena_strdup(arena, kj_buf_str(&buf));
	kj_buf_free(&buf);
	return text;
}

START_TEST(a_field_says_so)
{
	struct kj_auth_field field;
	char id[KJ_AUTH_ID_MAX];

	ck_assert_int_eq(kj_auth_parse(arena, rows[_i].value, &field), 0);
	ck_assert_msg(
	    strcmp(text_of(&field), rows[_i].want) == 0, "%s:\n%s", rows[_i].label, text_of(&field));
	kj_auth_id(rows[_i].value, id);
	ck_assert_str_eq(id, field.id);
}
END_TEST

START_TEST(what_is_too_much_is_cut_and_marked)
{
	struct kj_buf buf = KJ_BUF_INIT(1 << 17);
	struct kj_auth_field field;

	kj_buf_add_str(&buf, "a.example");
	for (unsigned i = 0; i < 2 * KJ_AUTH_RESULTS_MAX; i++)
		kj_buf_add_str(&buf, "; dkim=pass");
	ck_assert_int_eq(kj_auth_parse(arena, kj_buf_str(&buf), &field), 0);
	ck_assert_uint_eq(field.result_count, KJ_AUTH_RESULTS_MAX);
	ck_assert_uint_eq(field.marks, KJ_AUTH_CUT);
	kj_buf_free(&buf);

	buf = KJ_BUF_INIT(1 << 17);
	kj_buf_add_str(&buf, "a.example; dkim=pass");
	for (unsigned i = 0; i < KJ_AUTH_VALUE_MAX; i++)
		kj_buf_add_str(&buf, " h.d=x");
	ck_assert_int_eq(kj_auth_parse(arena, kj_buf_str(&buf), &field), 0);
	ck_assert_uint_eq(field.results[0].property_count, KJ_AUTH_PROPERTIES_MAX);
	ck_assert_uint_ne(field.marks & KJ_AUTH_CUT, 0);
	kj_buf_free(&buf);
}
END_TEST

#define TAGS "v=1; a=rsa-sha256; s=k1; h=from; bh=AA==; b=A A"

static const struct {
	const char *label, *value, *domain;
} signatures[] = {
    {"a signature", " " TAGS "; d=News.Example;", "news.example"},
    {"folded", "v=1; a=rsa-sha256;\n\td=news.example ; s = k1;\n\th=from:\n\t to; bh=AA==;\n\tb=AA\n\t BB",
        "news.example"},
    {"with unknown tags", TAGS "; d=news.example; i=@news.example; x-y_z=1", NULL},
    {"d alone", "d=news.example", NULL},
    {"an empty tag in front", "; " TAGS "; d=news.example", NULL},
    {"a tag without a name", "=; " TAGS "; d=news.example", NULL},
    {"a tag without a value", TAGS "; d=", NULL},
    {"d twice", TAGS "; d=news.example; d=other.example", NULL},
    {"letters beyond ASCII", TAGS "; d=news.example; x=\xc3\xa9", NULL},
    {"no d", TAGS, NULL},
    {"nothing", "", NULL},
};

START_TEST(a_signature_names_its_domain)
{
	char domain[KJ_NAME_STRLEN] = "";
	int rc = kj_dkim_domain(signatures[_i].value, domain);

	ck_assert_msg((rc == 0) == (signatures[_i].domain != NULL), "%s: %d", signatures[_i].label, rc);
	if (signatures[_i].domain)
		ck_assert_str_eq(domain, signatures[_i].domain);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("authres");
	TCase *tc = tcase_create("authres");

	tcase_add_checked_fixture(tc, begin, end);
	add_rows(tc, a_field_says_so, rows);
	tcase_add_test(tc, what_is_too_much_is_cut_and_marked);
	add_rows(tc, a_signature_names_its_domain, signatures);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
