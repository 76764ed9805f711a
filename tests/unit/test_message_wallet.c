/*
 * test_message_wallet.c - addresses and what only looks like them
 *
 * The addresses are the examples of BIP 173, BIP 350 and EIP-55, the first bitcoin block's, the Monero project's, and hashes that
 * nobody has a key for.
 */
#include "kanjiki/arena.h"
#include "kanjiki/buf.h"
#include "kanjiki/message.h"
#include "kanjiki/wallet.h"
#include "suite.h"

#define P2PKH  "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
#define P2SH   "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"
#define SEGWIT "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
#define TAP    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
#define ETH    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
#define XMR    "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"
#define XMRSUB "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H"
#define LTC    "LaUR8DEm7m5p77tniPxSM8eWJqdnKA4cFT"
#define LTC1   "ltc1q5arzytcfmptqt3fdfe3k0zxkllwzw35cd86tvy"
#define TRX    "TRDfs4JfBpxi1VGG8XcrbGGt1R1pMeXH6B"
#define DOGE   "DLPZQFsaLWk3PKPEGqxhcskLykzoVnxWNa"

static const struct {
	const char *label, *text;
	const char *currency, *address; /* NULL: there is none */
	bool split, unverified;
} rows[] = {
    {"P2PKH", "pay to " P2PKH ".", "BTC", P2PKH, false, false},
    {"P2SH, glued to Japanese", "ビットコイン：" P2SH "へ", "BTC", P2SH, false, false},
    {"segwit", SEGWIT, "BTC", SEGWIT, false, false},
    {"segwit in capitals", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "BTC", SEGWIT, false, false},
    {"taproot is bech32m", "(" TAP ")", "BTC", TAP, false, false},
    {"litecoin", LTC, "LTC", LTC, false, false},
    {"litecoin segwit", "LTC " LTC1, "LTC", LTC1, false, false},
    {"tron", "USDT TRC20: " TRX, "TRX", TRX, false, false},
    {"dogecoin", DOGE, "DOGE", DOGE, false, false},
    {"ethereum by EIP-55", ETH, "ETH", ETH, false, false},
    {"ethereum in one case has no checksum", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "ETH",
        "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", false, true},
    {"monero", XMR, "XMR", XMR, false, false},
    {"monero subaddress", "to:\n" XMRSUB, "XMR", XMRSUB, false, false},
    {"bitcoin: is a scheme, but no URL", "bitcoin:" P2PKH "?amount=1", "BTC", P2PKH, false, false},

    {"blanks", "1A1zP1eP5 QGefi2DMPT fTL5SLmv7DivfNa", "BTC", P2PKH, true, false},
    {"line ends", "1A1zP1eP5QGefi2\r\n  DMPTfTL5SLmv7\r\nDivfNa", "BTC", P2PKH, true, false},
    {"asterisks", "1A1zP1eP5*QGefi2DMPT***fTL5SLmv7DivfNa", "BTC", P2PKH, true, false},
    {"letter by letter",
        "1 A 1 z P 1 e P 5 Q G e f i 2 D M P T f T L 5 S L m v 7 D i v f N a and then", "BTC", P2PKH, true, false},
    {"zero-width", "bc1qw508d6\u200bqejxtdg4y5r3zarvary\u2060\u200d0c5xw7kv8f3t4", "BTC", SEGWIT, true, false},
    {"monero over two lines",
        "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otX\nft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A", "XMR",
        XMR, true, false},

    {"nothing", "", NULL, NULL, false, false},
    {"one letter wrong", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", NULL, NULL, false, false},
    {"a leading 1 too many", "1" P2PKH, NULL, NULL, false, false},
    {"one letter of bech32 wrong", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", NULL, NULL, false, false},
    {"version 1 in bech32", "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx", NULL, NULL,
        false, false},
    {"EIP-55 with one case wrong", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeaEd", NULL, NULL, false, false},
    {"a hash of 40 digits", "commit 5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", NULL, NULL, false, false},
    {"a piece of a longer word", "x" P2PKH " " P2PKH "x", NULL, NULL, false, false},
    {"in a URL", "see https://example.com/tx/" P2PKH, NULL, NULL, false, false},
    {"in a mail address", "<" P2PKH "@example.com>", NULL, NULL, false, false},
    {"ordinary text", "3 days before 12 o'clock; Tomorrow at 8, Monday 13 to 17, Dear Sir", NULL, NULL, false, false},
    {"a table of numbers", "1 2 3 4 5 6 7 8 9 11 12 13 14 15 16 17 18 19 21 22 23 24 25 26 27 28", NULL, NULL, false,
        false},
};

START_TEST(a_text_has_this_wallet)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_text text = {rows[_i].text, strlen(rows[_i].text)};
	const struct kj_wallet *wallets;
	unsigned count;

	ck_assert_int_eq(kj_wallets_find(arena, &text, &wallets, &count), 0);
	ck_assert_msg(count == (rows[_i].address != NULL), "%s: %u found", rows[_i].label, count);
	if (count) {
		ck_assert_str_eq(wallets[0].currency, rows[_i].currency);
		ck_assert_str_eq(wallets[0].address, rows[_i].address);
		ck_assert_msg(wallets[0].split == rows[_i].split, "%s", rows[_i].label);
		ck_assert_msg(wallets[0].verified == !rows[_i].unverified, "%s", rows[_i].label);
		ck_assert_uint_le(wallets[0].end, text.len);
		ck_assert_int_eq(text.data[wallets[0].start] | 0x20, *rows[_i].address | 0x20);
	}
	kj_arena_free(arena);
}
END_TEST

START_TEST(each_address_counts_once_and_not_too_many_do)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_text text = {P2PKH " or " SEGWIT " or again " P2PKH, 0};
	const struct kj_wallet *wallets;
	unsigned count;

	text.len = strlen(text.data);
	ck_assert_int_eq(kj_wallets_find(arena, &text, &wallets, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(wallets[1].address, SEGWIT);
	kj_arena_free(arena);
}
END_TEST

/* Each of the letters in front could begin an address. */
START_TEST(an_address_in_pieces_is_found_behind_a_thousand_letters)
{
	struct kj_arena *arena = kj_arena_new(1 << 20);
	struct kj_buf buf = KJ_BUF_INIT(1 << 16);
	const struct kj_wallet *wallets;
	unsigned count;

	for (int i = 0; i < 1000; i++)
		kj_buf_add_str(&buf, "1 ");
	kj_buf_add_str(&buf, "is what to pay to 1A1z P1eP5QGefi2DM PTfTL5SLmv7DivfNa");
	ck_assert_int_eq(
	    kj_wallets_find(arena, &(struct kj_text){kj_buf_str(&buf), buf.len}, &wallets, &count), 0);
	ck_assert_uint_eq(count, 1);
	kj_buf_free(&buf);
	kj_arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("wallet");
	TCase *tcase = tcase_create("wallets");

	add_rows(tcase, a_text_has_this_wallet, rows);
	tcase_add_test(tcase, each_address_counts_once_and_not_too_many_do);
	tcase_add_test(tcase, an_address_in_pieces_is_found_behind_a_thousand_letters);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
