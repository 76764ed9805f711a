/*
 * test_share_parts.c - what sharing is made of: the seal around a sighting, and the ring of what was told
 */
#include "kanjiki/err.h"
#include "store/share_ring.h"
#include "store/share_seal.h"
#include "suite.h"

/* --- The seal ---------------------------------------------------------------------------------------------- */

START_TEST(a_seal_opens_only_when_every_byte_is_as_it_was)
{
	static const uint8_t host[KJ_SEAL_HOST] = "a host ", data[] = "who writes to whom";
	uint8_t sealed[sizeof data + KJ_SEAL_EXTRA], again[sizeof sealed], opened[sizeof data];
	struct kj_seal seal;

	kj_seal_init(&seal, "secret", "kanjiki:");
	ck_assert_int_eq(kj_seal_close(&seal, host, data, sizeof data, sealed), 0);
	ck_assert_int_eq(kj_seal_close(&seal, host, data, sizeof data, again), 0);
	ck_assert_mem_ne(sealed + 9, again + 9, 12);
	ck_assert_int_eq(kj_seal_open(&seal, sealed, sizeof sealed, opened), 0);
	ck_assert_mem_eq(opened, data, sizeof data);
	ck_assert_mem_eq(kj_seal_host(sealed, sizeof sealed), host, sizeof host);
	for (size_t i = 0; i < sizeof sealed; i++) {
		sealed[i] ^= 1;
		ck_assert_int_eq(kj_seal_open(&seal, sealed, sizeof sealed, opened), -KJ_EINVAL);
		sealed[i] ^= 1;
	}
	for (size_t len = 0; len < sizeof sealed; len++)
		ck_assert_int_eq(kj_seal_open(&seal, sealed, len, opened), -KJ_EINVAL);
}
END_TEST

START_TEST(secret_and_prefix_both_make_the_key)
{
	struct kj_seal seal, other;

	kj_seal_init(&seal, "secret", "kanjiki:");
	kj_seal_init(&other, "secret", "other:");
	ck_assert_mem_ne(seal.key, other.key, sizeof seal.key);
	/* Hashes are the same, whatever the prefix. */
	ck_assert_mem_eq(&seal.hash_key, &other.hash_key, sizeof seal.hash_key);
	kj_seal_init(&other, "secret2", "kanjiki:");
	ck_assert_mem_ne(seal.key, other.key, sizeof seal.key);
	ck_assert_mem_ne(&seal.hash_key, &other.hash_key, sizeof seal.hash_key);
}
END_TEST

/* --- The ring ---------------------------------------------------------------------------------------------- */

/* Lengths by chance, and bytes that tell the number. */
static void fill_told(struct kj_told *told, uint64_t number, size_t shortest)
{
	told->domain = number;
	told->time_s = (int64_t)number * 2;
	told->since_s = (int64_t)number;
	told->len = shortest + (number * 2654435761U >> 16) % (KJ_SIGHTING_BYTES - shortest);
	memset(told->data, (int)(number % 251), told->len);
}

static const struct {
	size_t shortest;
	uint64_t least; /* must be kept */
} rings[] = {{1, 25000}, {900, 13000}, {1023, 13000}};

START_TEST(the_ring_keeps_the_newest_whole_and_in_order)
{
	struct kj_ring ring;
	struct kj_told told, wanted;

	ck_assert_int_eq(kj_ring_init(&ring), 0);
	for (uint64_t number = 0; number < 300000; number++) {
		fill_told(&told, number, rings[_i].shortest);
		kj_ring_put(&ring, &told);
	}
	ck_assert_uint_eq(ring.next, 300000);
	ck_assert_uint_ge(ring.next - ring.first, rings[_i].least);
	for (uint64_t number = ring.first; number < ring.next; number++) {
		fill_told(&wanted, number, rings[_i].shortest);
		kj_ring_get(&ring, number, &told);
		ck_assert_uint_eq(told.domain, wanted.domain);
		ck_assert_int_eq(told.time_s, wanted.time_s);
		ck_assert_int_eq(told.since_s, wanted.since_s);
		ck_assert_uint_eq(told.len, wanted.len);
		ck_assert_mem_eq(told.data, wanted.data, wanted.len);
	}
	kj_ring_free(&ring);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("share-parts");
	TCase *tc = tcase_create("parts");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_seal_opens_only_when_every_byte_is_as_it_was);
	tcase_add_test(tc, secret_and_prefix_both_make_the_key);
	add_rows(tc, the_ring_keeps_the_newest_whole_and_in_order, rings);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
