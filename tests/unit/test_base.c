/*
 * test_base.c - arena, buffers, addresses, names, scores, records, hashing, UTF-8
 */
#include <stdint.h>

#include "kanjiki/addr.h"
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/centi.h"
#include "kanjiki/clock.h"
#include "kanjiki/err.h"
#include "kanjiki/hash.h"
#include "kanjiki/name.h"
#include "kanjiki/question.h"
#include "kanjiki/record.h"
#include "kanjiki/utf8.h"
#include "suite.h"

static void count_up(void *object)
{
	++*(int *)object;
}

START_TEST(arena_gives_zeroed_memory_up_to_its_limit)
{
	struct kj_arena *arena = kj_arena_new(100000);
	char *small = kj_arena_alloc(arena, 10), *large = kj_arena_alloc(arena, 90000);

	ck_assert_ptr_nonnull(small);
	ck_assert_ptr_nonnull(large);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(small[i], 0);
	ck_assert_ptr_null(kj_arena_alloc(arena, 20000));
	ck_assert_ptr_null(kj_arena_alloc(arena, SIZE_MAX));
	ck_assert_ptr_null(kj_arena_array(arena, SIZE_MAX / 2, 4));
	ck_assert_str_eq(kj_arena_printf(arena, "%s-%d", "x", 7), "x-7");
	ck_assert_str_eq(kj_arena_strndup(arena, "abcdef", 3), "abc");
	kj_arena_free(arena);
	kj_arena_free(NULL);
}
END_TEST

START_TEST(arena_runs_deferred_cleanups_even_when_full)
{
	struct kj_arena *arena = kj_arena_new(64);
	int count = 0;

	ck_assert_int_eq(kj_arena_defer(arena, count_up, &count), 0);
	ck_assert_int_eq(count, 0);
	while (kj_arena_alloc(arena, 16))
		;
	ck_assert_int_eq(kj_arena_defer(arena, count_up, &count), -KJ_ENOMEM);
	ck_assert_int_eq(count, 1);
	kj_arena_free(arena);
	ck_assert_int_eq(count, 2);
}
END_TEST

START_TEST(buf_keeps_what_fits_and_says_that_it_cut)
{
	struct kj_buf buf = KJ_BUF_INIT(10);

	ck_assert_str_eq(kj_buf_str(&buf), "");
	kj_buf_add_str(&buf, "12345");
	kj_buf_printf(&buf, "%s", "67890");
	ck_assert(!buf.truncated);
	kj_buf_printf(&buf, "%d", 1234);
	ck_assert(buf.truncated);
	ck_assert_str_eq(kj_buf_str(&buf), "1234567890");
	kj_buf_clear(&buf);
	kj_buf_add_char(&buf, 'x');
	ck_assert_str_eq(kj_buf_str(&buf), "x");
	kj_buf_free(&buf);
	kj_buf_free(&buf);
}
END_TEST

static const struct {
	const char *text, *want, *reverse;
} addresses[] = {
    {"192.0.2.1", "192.0.2.1", "1.2.0.192"},
    {"[192.0.2.1]", "192.0.2.1", "1.2.0.192"},
    {"::ffff:192.0.2.1", "192.0.2.1", "1.2.0.192"},
    {"[IPv6:2001:DB8::1]", "2001:db8::1",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"},
    {"192.0.2", NULL, NULL},
    {"192.0.2.256", NULL, NULL},
    {"", NULL, NULL},
    {"[", NULL, NULL},
    {"name.example", NULL, NULL},
    {"1111111111111111111111111111111111111111111111111111111111111111", NULL, NULL},
};

START_TEST(addr_reads_and_writes)
{
	char text[KJ_ADDR_STRLEN], reverse[KJ_ADDR_REVERSELEN];
	struct kj_addr addr;
	int rc = kj_addr_parse(addresses[_i].text, &addr);

	ck_assert_msg((rc == 0) == (addresses[_i].want != NULL), "%s", addresses[_i].text);
	if (rc)
		return;
	ck_assert_str_eq(kj_addr_format(&addr, text), addresses[_i].want);
	ck_assert_str_eq(kj_addr_reverse(&addr, reverse), addresses[_i].reverse);
}
END_TEST

static const struct {
	const char *prefix, *addr;
	bool valid, contains;
} prefixes[] = {
    {"192.0.2.0/24", "192.0.2.255", true, true},
    {"192.0.2.0/24", "192.0.3.0", true, false},
    {"192.0.2.128/25", "192.0.2.127", true, false},
    {"0.0.0.0/0", "203.0.113.9", true, true},
    {"192.0.2.7", "192.0.2.7", true, true},
    {"2001:db8::/33", "2001:db8:7fff::1", true, true},
    {"2001:db8::/33", "2001:db8:8000::1", true, false},
    {"2001:db8::/32", "192.0.2.1", true, false},
    {"192.0.2.1/24", "", false, false},
    {"192.0.2.0/33", "", false, false},
    {"192.0.2.0/", "", false, false},
    {"192.0.2.0/-1", "", false, false},
    {"192.0.2.0/24x", "", false, false},
};

START_TEST(prefix_contains_what_it_should)
{
	struct kj_prefix prefix;
	struct kj_addr addr;

	ck_assert_msg((kj_prefix_parse(prefixes[_i].prefix, &prefix) == 0) == prefixes[_i].valid, "%s",
	    prefixes[_i].prefix);
	if (!prefixes[_i].valid)
		return;
	ck_assert_int_eq(kj_addr_parse(prefixes[_i].addr, &addr), 0);
	ck_assert(kj_prefix_contains(&prefix, &addr) == prefixes[_i].contains);
}
END_TEST

START_TEST(addr_knows_what_is_global)
{
	static const char *const local[] = {"127.0.0.1", "10.190.116.153", "172.31.0.1", "192.168.1.1",
	    "169.254.1.1", "100.64.0.1", "224.0.0.1", "0.0.0.0", "::", "::1", "fe80::1", "fd00::1", "ff02::1"};
	static const char *const global[] = {"103.232.13.61", "172.32.0.1", "2001:db8::1", "192.0.2.1"};
	struct kj_addr addr = {0};

	ck_assert(!kj_addr_is_global(&addr));
	for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
		ck_assert_int_eq(kj_addr_parse(local[i], &addr), 0);
		ck_assert_msg(!kj_addr_is_global(&addr), "%s", local[i]);
	}
	for (size_t i = 0; i < sizeof global / sizeof *global; i++) {
		ck_assert_int_eq(kj_addr_parse(global[i], &addr), 0);
		ck_assert_msg(kj_addr_is_global(&addr), "%s", global[i]);
	}
}
END_TEST

static const struct {
	const char *name, *want;
} names[] = {
    {"Mail.Example.JP.", "mail.example.jp"},
    {"_dmarc.example", "_dmarc.example"},
    {"日本.example", "xn--wgv71a.example"},
    {"", NULL},
    {".", NULL},
    {"a..b", NULL},
    {"a..", NULL},
    {".a", NULL},
    {"a b", NULL},
    {"a\nb", NULL},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b", NULL},
};

START_TEST(name_normalises)
{
	char out[KJ_NAME_STRLEN];
	int rc = kj_name_normalise(names[_i].name, out);

	ck_assert_msg((rc == 0) == (names[_i].want != NULL), "%s", names[_i].name);
	if (rc == 0)
		ck_assert_str_eq(out, names[_i].want);
}
END_TEST

START_TEST(name_knows_organisations_and_forms)
{
	char out[KJ_NAME_STRLEN];

	ck_assert_str_eq(kj_name_org("a.b.example.co.jp"), "example.co.jp");
	ck_assert_str_eq(kj_name_org("mail.example.com"), "example.com");
	ck_assert_str_eq(kj_name_org("localhost"), "localhost");
	ck_assert_str_eq(kj_name_org("198.51.100.1"), "198.51.100.1");
	ck_assert_str_eq(kj_name_org("2001:db8::1.2"), "2001:db8::1.2");
	ck_assert(!kj_name_same_org("198.51.100.1", "203.0.100.1"));
	ck_assert(kj_name_same_org("a.example.com", "b.example.com"));
	ck_assert(!kj_name_same_org("a.co.jp", "b.co.jp"));
	ck_assert(!kj_name_same_org("", ""));
	ck_assert(kj_name_is_public("mail.example.com") && kj_name_is_public("xn--e1afmkfd.xn--p1ai"));
	ck_assert(!kj_name_is_public("file.txt") && !kj_name_is_public("com"));
	ck_assert(kj_name_is_fqdn("mail.example.com"));
	ck_assert(!kj_name_is_fqdn("ary058"));
	ck_assert(!kj_name_is_fqdn("192.0.2.1"));
	ck_assert(!kj_name_is_fqdn("-a.example"));
	ck_assert(!kj_name_is_fqdn("a_b.example"));
	ck_assert(kj_name_within("ary058.localhost", "localhost"));
	ck_assert(kj_name_within("localhost", "localhost"));
	ck_assert(!kj_name_within("mylocalhost", "localhost"));
	ck_assert_str_eq(kj_name_zone("ary058.localhost", (const char *const[]){"lan", "localhost"}, 2), "localhost");
	ck_assert_ptr_null(kj_name_zone("ary058.localhost", (const char *const[]){"lan", "localhost"}, 1));
	ck_assert_int_eq(kj_name_of_address("<a@b@Example.COM>", out), 0);
	ck_assert_str_eq(out, "example.com");
	ck_assert_int_eq(kj_name_of_address("nobody", out), -KJ_EINVAL);
}
END_TEST

static const struct {
	const char *text;
	int rc;
	int32_t centi;
	const char *back;
} scores[] = {
    {"2.5", 0, 250, "2.50"},
    {"-0.07", 0, -7, "-0.07"},
    {"8", 0, 800, "8.00"},
    {"+1.25", 0, 125, "1.25"},
    {"1000", 0, 100000, "1000.00"},
    {"1000.01", -KJ_ERANGE, 0, NULL},
    {"99999999999", -KJ_ERANGE, 0, NULL},
    {"0.001", -KJ_ERANGE, 0, NULL},
    {"0.100", 0, 10, "0.10"},
    {"", -KJ_EINVAL, 0, NULL},
    {".5", -KJ_EINVAL, 0, NULL},
    {"5.", -KJ_EINVAL, 0, NULL},
    {"1e3", -KJ_EINVAL, 0, NULL},
    {"nan", -KJ_EINVAL, 0, NULL},
};

START_TEST(centi_reads_and_writes)
{
	char text[KJ_CENTI_STRLEN];
	int32_t centi = 0;

	ck_assert_int_eq(kj_centi_parse(scores[_i].text, &centi), scores[_i].rc);
	ck_assert_int_eq(centi, scores[_i].centi);
	if (scores[_i].back)
		ck_assert_str_eq(kj_centi_format(centi, text), scores[_i].back);
}
END_TEST

START_TEST(record_cannot_be_forged)
{
	struct kj_record record;

	kj_record_open(&record, KJ_RECORD_LOGFMT, 4096);
	kj_record_str(&record, "a", "plain");
	kj_record_str(&record, "b", "two words\nscore=0 \"\x1b\xff");
	kj_record_str(&record, "c", NULL);
	kj_record_centi(&record, "score", -250);
	ck_assert_str_eq(kj_record_close(&record),
	    "a=plain b=\"two words\\nscore=0 \\\"\\u001b\xef\xbf\xbd\" score=-2.50");
	kj_record_free(&record);
	kj_record_open(&record, KJ_RECORD_JSON, 4096);
	kj_record_str(&record, "a", NULL);
	kj_record_begin(&record, "list", '[');
	kj_record_int(&record, NULL, 1);
	kj_record_begin(&record, NULL, '{');
	kj_record_bool(&record, "x", true);
	kj_record_end(&record, '}');
	kj_record_end(&record, ']');
	ck_assert_str_eq(kj_record_close(&record), "{\"a\":null,\"list\":[1,{\"x\":true}]}");
	kj_record_free(&record);
}
END_TEST

/* Vectors of the SipHash-2-4 reference implementation: key 00..0f, message 00..len-1. */
START_TEST(hash_is_siphash)
{
	static const struct kj_hash_key key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
	uint8_t data[15];

	for (uint8_t i = 0; i < sizeof data; i++)
		data[i] = i;
	ck_assert(kj_hash(&key, data, 0) == 0x726fdb47dd0e0e31);
	ck_assert(kj_hash(&key, data, 15) == 0xa129ca6149be45e5);
}
END_TEST

START_TEST(utf8_passes_over_what_is_invalid)
{
	static const char bad[] = "\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xe3\x81";
	static const char good[] = "a\xc3\xa9\xe3\x81\x82\xf0\x9f\x98\x80";
	static const uint32_t want[] = {'a', 0xe9, 0x3042, 0x1f600};
	size_t pos = 0;
	char bytes[4];

	for (size_t i = 0; i < 4; i++) {
		size_t start = pos;

		ck_assert_uint_eq(kj_utf8_next(good, sizeof good - 1, &pos), want[i]);
		ck_assert_uint_eq(kj_utf8_put(want[i], bytes), pos - start);
		ck_assert_mem_eq(bytes, good + start, pos - start);
	}
	ck_assert_uint_eq(pos, sizeof good - 1);
	ck_assert(kj_utf8_valid(good, sizeof good - 1));
	ck_assert(!kj_utf8_valid(bad, sizeof bad - 1));
	for (pos = 0; pos < sizeof bad - 1;)
		ck_assert_uint_eq(kj_utf8_next(bad, sizeof bad - 1, &pos), KJ_UTF8_BAD);
}
END_TEST

START_TEST(clock_writes_times_in_utc)
{
	char out[KJ_CLOCK_UTC_LEN];

	ck_assert_str_eq(kj_clock_utc(1795671500, out), "2026-11-26T05:38:20Z");
	ck_assert_str_eq(kj_clock_utc_minute(1795671500, out), "2026-11-26T05:38Z");
	ck_assert_str_eq(kj_clock_utc(INT64_MAX, out), "");
}
END_TEST

START_TEST(code_range_and_mask)
{
	struct kj_code_range range = {.first = 0x7f00000a, .last = 0x7f00000b}, mask = {.mask = 0x82};
	struct kj_code_range any = {.first = 0x7f000003, .last = 0x7f000003, .ignore = 0xff00};

	ck_assert(kj_code_in_range(&range, 0x7f00000a));
	ck_assert(!kj_code_in_range(&range, 0x7f00000c));
	ck_assert(kj_code_in_range(&mask, 0x7f000006));
	ck_assert(!kj_code_in_range(&mask, 0x7f000004));
	ck_assert(!kj_code_in_range(&mask, 0x0a000002));
	ck_assert(kj_code_in_range(&any, 0x7f000503));
	ck_assert(!kj_code_in_range(&any, 0x7f000502));
	ck_assert(!kj_code_in_range(&any, 0x7f010503));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base");
	TCase *tc = tcase_create("base");

	tcase_add_test(tc, arena_gives_zeroed_memory_up_to_its_limit);
	tcase_add_test(tc, arena_runs_deferred_cleanups_even_when_full);
	tcase_add_test(tc, buf_keeps_what_fits_and_says_that_it_cut);
	add_rows(tc, addr_reads_and_writes, addresses);
	add_rows(tc, prefix_contains_what_it_should, prefixes);
	tcase_add_test(tc, addr_knows_what_is_global);
	add_rows(tc, name_normalises, names);
	tcase_add_test(tc, name_knows_organisations_and_forms);
	add_rows(tc, centi_reads_and_writes, scores);
	tcase_add_test(tc, record_cannot_be_forged);
	tcase_add_test(tc, hash_is_siphash);
	tcase_add_test(tc, utf8_passes_over_what_is_invalid);
	tcase_add_test(tc, clock_writes_times_in_utc);
	tcase_add_test(tc, code_range_and_mask);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
