/*
 * wallet.c - finding addresses in a text
 *
 * The text is walked word by word. A word that begins as an address of some kind is gathered letter by letter: to its own
 * end first, and, if it is none by itself, on over what may split an address, until the checksum is right or no letter of
 * that kind follows. English soon has an 'l' or 'o' that Base58 and bech32 lack, so that this ends early; a text made
 * for it does not, so there is a limit to the tries.
 */
#include "kanjiki/wallet.h"

#include "kanjiki/arena.h"
#include "kanjiki/err.h"
#include "kanjiki/message.h"
#include "wallet_check.h"

#define LETTERS_MAX KJ_XMR_LONG
#define GAP_MAX     12   /* bytes between two pieces */
#define AROUND_MAX  2048 /* bytes of a run without blanks that are looked at for a URL */
#define TRIES_MAX   20000 /* checksums of joined pieces in one text: some ten milliseconds. A letter that stands
                           * alone costs ten, so that four kilobytes of them use it up */

struct candidate {
	char letters[LETTERS_MAX + 1];
	size_t len;
};

static enum kj_wallet_form verified_if(bool good)
{
	return good ? KJ_WALLET_VERIFIED : KJ_WALLET_NONE;
}

static enum kj_wallet_form check_base58(const struct candidate *c, unsigned version)
{
	return verified_if(kj_base58check(c->letters, c->len, version));
}

static enum kj_wallet_form check_bitcoin(const struct candidate *c)
{
	return check_base58(c, c->letters[0] == '1' ? 0x00 : 0x05);
}

static enum kj_wallet_form check_litecoin(const struct candidate *c)
{
	return check_base58(c, c->letters[0] == 'L' ? 0x30 : 0x32);
}

static enum kj_wallet_form check_tron(const struct candidate *c)
{
	return check_base58(c, 0x41);
}

static enum kj_wallet_form check_dogecoin(const struct candidate *c)
{
	return check_base58(c, 0x1e);
}

static enum kj_wallet_form check_dash(const struct candidate *c)
{
	return check_base58(c, 0x4c);
}

static enum kj_wallet_form check_bitcoin_segwit(const struct candidate *c)
{
	return verified_if(kj_segwit_check(c->letters, c->len, "bc"));
}

static enum kj_wallet_form check_litecoin_segwit(const struct candidate *c)
{
	return verified_if(kj_segwit_check(c->letters, c->len, "ltc"));
}

static enum kj_wallet_form check_ethereum(const struct candidate *c)
{
	return kj_ethereum_check(c->letters, c->len);
}

static enum kj_wallet_form check_monero(const struct candidate *c)
{
	return verified_if(kj_cryptonote_check(c->letters, c->len));
}

static bool is_hex_or_x(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == 'x';
}

/* Segwit addresses are of one case, and checked in the lower one. "1" ends the human-readable part, which has letters that
 * are not in the data. */
static bool is_segwit(char c)
{
	return kj_bech32_is(c) || c == '1' || c == 'b' || c == 'o';
}

static const struct kind {
	const char *currency, *start; /* one of the letters, or the word if folded */
	bool word;                    /* start is a word in any case, and the address is put into lower case */
	size_t min, max;
	bool (*letter)(char c);
	enum kj_wallet_form (*check)(const struct candidate *c);
} kinds[] = {
    {"BTC", "13", false, KJ_BASE58_MIN, KJ_BASE58_MAX, kj_base58_is, check_bitcoin},
    {"BTC", "bc1", true, 42, 62, is_segwit, check_bitcoin_segwit},
    {"LTC", "LM", false, 33, 35, kj_base58_is, check_litecoin},
    {"LTC", "ltc1", true, 43, 63, is_segwit, check_litecoin_segwit},
    {"XMR", "48", false, KJ_XMR_LEN, KJ_XMR_LONG, kj_base58_is, check_monero},
    {"ETH", "0", false, KJ_ETH_LEN, KJ_ETH_LEN, is_hex_or_x, check_ethereum},
    {"TRX", "T", false, 34, 34, kj_base58_is, check_tron},
    {"DOGE", "D", false, 34, 34, kj_base58_is, check_dogecoin},
    {"DASH", "X", false, 34, 34, kj_base58_is, check_dash},
};

/* What addresses of all kinds begin with. */
#define FIRST_LETTERS "13bBLMl480TDX"

struct finder {
	struct kj_arena *arena;
	const struct kj_text *text;
	struct kj_wallet *found;
	unsigned count, tries;
	bool full; /* out of memory */
};

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool starts(const struct kind *kind, const char *at, size_t len)
{
	size_t i = 0;

	if (!kind->word)
		return strchr(kind->start, *at) != NULL;
	while (kind->start[i] && i < len && lower(at[i]) == kind->start[i])
		i++;
	return !kind->start[i];
}

/* Signs and invisible characters that split an address: the bytes of one, or 0. */
static size_t splitter(const char *at, size_t len)
{
	static const char *const invisible[] = {
	    "\u200b", "\u200c", "\u200d", "\u200e", "\u2060", "\ufeff", "\u00ad", "\u00a0", "\u3000"};

	if (strchr(" \t\r\n*._-|~+,;:\"'()[]", *at) && *at)
		return 1;
	if ((unsigned char)*at < 0x80)
		return 0;
	for (size_t i = 0; i < sizeof invisible / sizeof *invisible; i++)
		if (len >= strlen(invisible[i]) && memcmp(at, invisible[i], strlen(invisible[i])) == 0)
			return strlen(invisible[i]);
	return 0;
}

/* The gap between two pieces that begins here; 0 if there is none, or too much. */
static size_t gap_at(const struct kj_text *text, size_t at)
{
	size_t gap = 0, step;

	while (at + gap < text->len && gap <= GAP_MAX &&
	       (step = splitter(text->data + at + gap, text->len - at - gap)))
		gap += step;
	return gap <= GAP_MAX ? gap : 0;
}

/* URLs and mail addresses have such letters for reasons of their own. "bitcoin:" and the like (BIP 21) are no URLs here. */
static bool is_elsewhere(const struct kj_text *text, size_t start, size_t end)
{
	size_t first = start > AROUND_MAX ? start - AROUND_MAX : 0, last = end + AROUND_MAX;

	while (start > first && (unsigned char)text->data[start - 1] > ' ')
		start--;
	while (end < text->len && end < last && (unsigned char)text->data[end] > ' ')
		end++;
	return memmem(text->data + start, end - start, "://", 3) || memchr(text->data + start, '@', end - start) ||
	       (end - start > 4 && memcmp(text->data + start, "www.", 4) == 0);
}

static void keep(struct finder *f, const struct kind *kind, const struct candidate *c, size_t start, size_t end,
    bool verified)
{
	char *address;

	if (is_elsewhere(f->text, start, end))
		return;
	for (unsigned i = 0; i < f->count; i++)
		if (strlen(f->found[i].address) == c->len && memcmp(f->found[i].address, c->letters, c->len) == 0)
			return;
	if (!f->found)
		f->found = kj_arena_array(f->arena, KJ_WALLETS_MAX, sizeof *f->found);
	address = kj_arena_strndup(f->arena, c->letters, c->len);
	f->full |= !address || !f->found;
	if (f->full || f->count == KJ_WALLETS_MAX)
		return;
	f->found[f->count++] = (struct kj_wallet){
	    kind->currency, address, start, end, end - start != c->len, verified};
}

/* Whether what is gathered is an address. Joined pieces must prove it, and are paid for from the budget. */
static enum kj_wallet_form judge(
    struct finder *f, const struct kind *kind, const struct candidate *c, bool in_pieces)
{
	enum kj_wallet_form form;

	if (c->len < kind->min || c->len > kind->max || (in_pieces && f->tries == TRIES_MAX))
		return KJ_WALLET_NONE;
	f->tries += in_pieces;
	form = kind->check(c);
	return in_pieces && form == KJ_WALLET_FORMAT_ONLY ? KJ_WALLET_NONE : form;
}

/* Gather from here; the end of the address, or 0 if there is none. */
static size_t gather(struct finder *f, const struct kind *kind, size_t start)
{
	struct candidate c = {.len = 0};
	const struct kj_text *text = f->text;
	bool in_pieces = false;
	size_t at = start, gap;

	while (at < text->len && c.len < kind->max) {
		char letter = kind->word ? lower(text->data[at]) : text->data[at];
		enum kj_wallet_form form;

		if (!kind->letter(letter))
			return 0;
		c.letters[c.len++] = letter;
		at++;
		if (at < text->len && is_alnum(text->data[at]))
			continue;
		form = judge(f, kind, &c, in_pieces);
		if (form != KJ_WALLET_NONE) {
			keep(f, kind, &c, start, at, form == KJ_WALLET_VERIFIED);
			return at;
		}
		gap = gap_at(text, at);
		if (!gap)
			return 0;
		at += gap;
		in_pieces = true;
	}
	return 0;
}

static size_t address_at(struct finder *f, size_t at)
{
	size_t end = 0;

	if (!strchr(FIRST_LETTERS, f->text->data[at]))
		return 0;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds && !end; k++)
		if (starts(&kinds[k], f->text->data + at, f->text->len - at))
			end = gather(f, &kinds[k], at);
	return end;
}

static void walk(struct finder *f)
{
	const struct kj_text *text = f->text;
	size_t at = 0, end;

	while (at < text->len && !f->full && f->count < KJ_WALLETS_MAX) {
		if (!is_alnum(text->data[at])) {
			at++;
			continue;
		}
		end = address_at(f, at);
		for (at = end ? end : at; at < text->len && is_alnum(text->data[at]);)
			at++;
	}
}

int kj_wallets_find(struct kj_arena *arena, const struct kj_text *text, const struct kj_wallet **ret_wallets,
    unsigned *ret_count)
{
	struct finder f = {.arena = arena, .text = text};

	walk(&f);
	if (f.full)
		return -KJ_ENOMEM;
	*ret_wallets = f.found;
	*ret_count = f.count;
	return 0;
}
