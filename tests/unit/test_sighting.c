/*
 * test_sighting.c - what is remembered of a mail, as bytes
 */
#include <string.h>

#include "kanjiki/err.h"
#include "sightings.h"
#include "suite.h"

static struct kj_sighting everything(void)
{
	struct kj_sighting sighting = sighting_of(7, NOW);

	sighting.flags = KJ_SIGHTING_FRESH | KJ_SIGHTING_RECENT;
	sighting.since_s = NOW - 5;
	sighting.sketch = sketch_of(3);
	for (unsigned i = 0; i < KJ_SIGHTING_KEYS; i++)
		kj_sighting_add_key(&sighting, KJ_SIGNAL_WALLET, UINT64_MAX - i, i << 24);
	return sighting;
}

static struct kj_sighting nothing(void)
{
	struct kj_sighting sighting = {.time_s = 0};

	return sighting;
}

static struct kj_sighting longest_texts_and_ipv6(void)
{
	static const uint8_t client[16] = {0x20, 1, 0xd, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
	struct kj_sighting sighting = everything();
	char text[200];

	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	sighting.client = kj_addr_from_bytes(6, client);
	kj_sighting_text(sighting.domain, text);
	kj_sighting_text(sighting.helo, text);
	kj_sighting_text(sighting.subject, text);
	return sighting;
}

static struct kj_sighting (*const makers[])(void) = {everything, nothing, longest_texts_and_ipv6};

static void assert_same(const struct kj_sighting *a, const struct kj_sighting *b)
{
	ck_assert(a->mail == b->mail && a->time_s == b->time_s && a->since_s == b->since_s);
	ck_assert_uint_eq(a->flags, b->flags);
	ck_assert(kj_addr_equal(&a->client, &b->client));
	ck_assert_str_eq(a->domain, b->domain);
	ck_assert_str_eq(a->helo, b->helo);
	ck_assert_str_eq(a->subject, b->subject);
	ck_assert_mem_eq(a->sketch.at, b->sketch.at, KJ_SKETCH_LEN);
	ck_assert_uint_eq(a->sketch.runs, b->sketch.runs);
	ck_assert_uint_eq(a->key_count, b->key_count);
	for (unsigned i = 0; i < a->key_count; i++) {
		ck_assert(a->keys[i].key == b->keys[i].key && a->keys[i].name == b->keys[i].name);
		ck_assert_int_eq(a->keys[i].signal, b->keys[i].signal);
	}
}

START_TEST(what_was_encoded_is_decoded)
{
	struct kj_sighting sighting = makers[_i](), back;
	uint8_t bytes[KJ_SIGHTING_BYTES], again[KJ_SIGHTING_BYTES];
	size_t len = kj_sighting_encode(&sighting, bytes);

	ck_assert_uint_le(len, KJ_SIGHTING_BYTES);
	ck_assert_int_eq(kj_sighting_decode(bytes, len, &back), 0);
	assert_same(&sighting, &back);
	ck_assert_uint_eq(kj_sighting_encode(&back, again), len);
	ck_assert_mem_eq(bytes, again, len);
}
END_TEST

START_TEST(every_part_of_it_is_refused_and_so_is_more)
{
	struct kj_sighting sighting = makers[_i](), back = {.mail = 42};
	uint8_t bytes[KJ_SIGHTING_BYTES + 1];
	size_t len = kj_sighting_encode(&sighting, bytes);

	for (size_t cut = 0; cut < len; cut++)
		ck_assert_int_eq(kj_sighting_decode(bytes, cut, &back), -KJ_EINVAL);
	bytes[len] = 0;
	ck_assert_int_eq(kj_sighting_decode(bytes, len + 1, &back), -KJ_EINVAL);
	ck_assert(back.mail == 42);
}
END_TEST

/* Where things are in the encoded form of everything(). */
enum { AT_VERSION = 0, AT_TIME = 9, AT_CLIENT = 26 };

static int decode_changed(size_t at, uint8_t value)
{
	struct kj_sighting sighting = everything(), back;
	uint8_t bytes[KJ_SIGHTING_BYTES];
	size_t len = kj_sighting_encode(&sighting, bytes);

	ck_assert_uint_ne(bytes[at], value);
	bytes[at] = value;
	return kj_sighting_decode(bytes, len, &back);
}

START_TEST(another_version_is_refused)
{
	ck_assert_int_eq(decode_changed(AT_VERSION, 2), -KJ_EINVAL);
	ck_assert_int_eq(decode_changed(AT_VERSION, 0), -KJ_EINVAL);
}
END_TEST

START_TEST(a_time_that_no_mail_can_have_is_refused)
{
	ck_assert_int_eq(decode_changed(AT_TIME, 0x80), -KJ_EINVAL);
	ck_assert_int_eq(decode_changed(AT_TIME + 3, 1), -KJ_EINVAL);
}
END_TEST

START_TEST(an_address_of_another_length_is_refused)
{
	ck_assert_int_eq(decode_changed(AT_CLIENT, 3), -KJ_EINVAL);
	ck_assert_int_eq(decode_changed(AT_CLIENT, 17), -KJ_EINVAL);
}
END_TEST

/* Two keys, written as they are. */
static int decode_keys(enum kj_signal signal, uint64_t first, uint64_t second)
{
	struct kj_sighting sighting = nothing(), back;
	uint8_t bytes[KJ_SIGHTING_BYTES];
	size_t len;

	sighting.keys[0] = (struct kj_sighting_key){signal, first, 0};
	sighting.keys[1] = (struct kj_sighting_key){signal, second, 0};
	sighting.key_count = 2;
	len = kj_sighting_encode(&sighting, bytes);
	return kj_sighting_decode(bytes, len, &back);
}

START_TEST(keys_that_no_sighting_has_are_refused)
{
	ck_assert_int_eq(decode_keys(KJ_SIGNAL_HELO, 1, 2), 0);
	ck_assert_int_eq(decode_keys(KJ_SIGNAL_HELO, 1, 1), -KJ_EINVAL);
	ck_assert_int_eq(decode_keys(KJ_SIGNAL_BODY, 1, 2), -KJ_EINVAL);
	ck_assert_int_eq(decode_keys(KJ_SIGNALS, 1, 2), -KJ_EINVAL);
}
END_TEST

START_TEST(a_key_is_in_once_and_not_more_than_there_is_room_for)
{
	struct kj_sighting sighting = nothing();

	kj_sighting_add_key(&sighting, KJ_SIGNAL_HELO, 1, 10);
	kj_sighting_add_key(&sighting, KJ_SIGNAL_HELO, 1, 20);
	kj_sighting_add_key(&sighting, KJ_SIGNAL_PTR, 1, 30);
	ck_assert_uint_eq(sighting.key_count, 2);
	ck_assert_uint_eq(sighting.keys[0].name, 10);
	for (unsigned i = 0; i < 2 * KJ_SIGHTING_KEYS; i++)
		kj_sighting_add_key(&sighting, KJ_SIGNAL_WALLET, i, 0);
	ck_assert_uint_eq(sighting.key_count, KJ_SIGHTING_KEYS);
}
END_TEST

static const struct {
	const char *label, *last;
	size_t filled; /* bytes of 'a' before it */
	size_t len;    /* wanted */
} cuts[] = {
    {"a short text is whole", "様", 0, 3},
    {"the longest text is whole", "様", 92, 95},
    {"a character that does not fit is left out whole", "様", 93, 93},
    {"so is one of two bytes", "é", 94, 94},
    {"and one of four", "😀", 92, 92},
    {"one of four that fits stays", "😀", 91, 95},
    {"one that reaches beyond the limit is left out whole", "様様", 94, 94},
    {"ASCII is cut anywhere", "bbbbbb", 93, 95},
};

START_TEST(a_text_is_cut_at_the_end_of_a_character)
{
	char text[200], out[KJ_SIGHTING_TEXT];

	memset(text, 'a', sizeof text);
	snprintf(text + cuts[_i].filled, sizeof text - cuts[_i].filled, "%s", cuts[_i].last);
	memset(out, 'x', sizeof out);
	kj_sighting_text(out, text);
	ck_assert_msg(strlen(out) == cuts[_i].len, "%s: %zu bytes", cuts[_i].label, strlen(out));
	ck_assert_msg(strncmp(out, text, cuts[_i].len) == 0, "%s", cuts[_i].label);
	/* Nothing of what was there before is told to other hosts. */
	for (size_t i = cuts[_i].len; i < sizeof out; i++)
		ck_assert_int_eq(out[i], 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sighting");
	TCase *tcase = tcase_create("bytes");

	add_rows(tcase, what_was_encoded_is_decoded, makers);
	add_rows(tcase, every_part_of_it_is_refused_and_so_is_more, makers);
	tcase_add_test(tcase, another_version_is_refused);
	tcase_add_test(tcase, a_time_that_no_mail_can_have_is_refused);
	tcase_add_test(tcase, an_address_of_another_length_is_refused);
	tcase_add_test(tcase, keys_that_no_sighting_has_are_refused);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("content");
	tcase_add_test(tcase, a_key_is_in_once_and_not_more_than_there_is_room_for);
	add_rows(tcase, a_text_is_cut_at_the_end_of_a_character, cuts);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
