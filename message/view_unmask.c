/*
 * view_unmask.c - digits and signs in place of letters: h4ck3d, pa$$word
 *
 * Only between letters, and only if all of a word's digits and signs can be read so: a 2, 6, 8 or 9 among them, or one
 * at the end, makes it a name or a number (b2b, h264, covid19). 1 is left alone: it may be i or l. Addresses, URLs,
 * paths, identifiers, hexadecimal and anything long (wallets, base64) stay as they are, and so do the names that people
 * really write with a digit.
 */
#include "message/view_pass.h"

#define WORD_MAX    20
#define LETTERS_MIN 3

static const char alike[128] = {
    ['0'] = 'o', ['3'] = 'e', ['4'] = 'a', ['5'] = 's', ['7'] = 't', ['@'] = 'a', ['$'] = 's', ['!'] = 'i'};

/* What words with a digit begin with up to it, where it is meant. */
static const char *const names[] = {"a3", "a4", "a5", "c4", "css3", "d3", "ec3", "es5", "f5", "g4", "g5",
    "g7", "h3", "h5", "html4", "html5", "http3", "i3", "i5", "i7", "id3", "ipv4", "k3", "log4", "md4", "md5",
    "mp3", "mp4", "mpeg4", "perl5", "php3", "php4", "php5", "php7", "pop3", "ps3", "ps4", "ps5", "py3", "s3",
    "sha3", "u3", "utf7", "v3", "v4", "v5", "web3", "win7", "x3"};

enum { NOT_OF_WORDS, OF_WORDS, TECHNICAL, TECHNICAL_INSIDE };

static const unsigned char kinds[256] = {
    ['a' ... 'z'] = OF_WORDS,
    ['0' ... '9'] = OF_WORDS,
    ['@'] = OF_WORDS,
    ['$'] = OF_WORDS,
    ['!'] = OF_WORDS,
    ['/'] = TECHNICAL,
    ['\\'] = TECHNICAL,
    ['='] = TECHNICAL,
    ['&'] = TECHNICAL,
    ['_'] = TECHNICAL,
    ['%'] = TECHNICAL,
    ['+'] = TECHNICAL,
    ['#'] = TECHNICAL,
    ['<'] = TECHNICAL,
    ['>'] = TECHNICAL,
    ['.'] = TECHNICAL_INSIDE,
    [':'] = TECHNICAL_INSIDE,
    ['?'] = TECHNICAL_INSIDE,
};

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_of_word(char c)
{
	return kinds[(unsigned char)c] == OF_WORDS;
}

/* An address, a URL, a path, an identifier? */
static bool is_technical(const char *chunk, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char kind = kinds[(unsigned char)chunk[i]];

		if (kind == TECHNICAL || (kind == TECHNICAL_INSIDE && i && i + 1 < len &&
		                             is_of_word(chunk[i - 1]) && is_of_word(chunk[i + 1])))
			return true;
	}
	return false;
}

static bool is_name(const char *word, size_t len)
{
	size_t stem = 0;

	while (stem < len && !is_digit(word[stem]))
		stem++;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (stem < len && strlen(names[i]) == stem + 1 && memcmp(names[i], word, stem + 1) == 0)
			return true;
	return false;
}

/* Whether what stands at word[i] can be read as a letter where it stands: between letters, alone or twice. */
static bool is_flanked(const char *word, size_t len, size_t i)
{
	size_t first = i && word[i - 1] == word[i] ? i - 1 : i,
	       last = i + 1 < len && word[i + 1] == word[i] ? i + 1 : i;

	return alike[(unsigned char)word[i]] && first && last + 1 < len && is_letter(word[first - 1]) &&
	       is_letter(word[last + 1]);
}

static bool is_masked(const char *word, size_t len)
{
	size_t letters = 0, digits = 0, hex = 0, signs = 0;
	char sign = 0;

	if (len > WORD_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (is_letter(word[i])) {
			letters++;
			hex += word[i] <= 'f';
		} else if (!is_flanked(word, len, i)) {
			return false;
		} else if (is_digit(word[i])) {
			digits++;
		} else {
			signs++;
			sign = word[i];
		}
	}
	if (letters < LETTERS_MIN || !(digits + signs) || (digits + signs) * 3 > letters * 2)
		return false;
	/* user@host, and a blank forgotten behind "Hello!" */
	if (!digits && signs == 1 && sign != '$')
		return false;
	return !digits || (hex < letters && !(digits + signs == 1 && is_name(word, len)));
}

unsigned view_unmask(char *chunk, size_t len)
{
	unsigned words = 0;

	if (is_technical(chunk, len))
		return 0;
	for (size_t start = 0, end; start < len; start = end) {
		end = start + 1;
		if (!is_letter(chunk[start]) && !is_digit(chunk[start]))
			continue;
		while (end < len && is_of_word(chunk[end]))
			end++;
		while (!is_letter(chunk[end - 1]) && !is_digit(chunk[end - 1]))
			end--;
		if (!is_masked(chunk + start, end - start))
			continue;
		for (size_t i = start; i < end; i++)
			chunk[i] = is_letter(chunk[i]) ? chunk[i] : alike[(unsigned char)chunk[i]];
		words++;
	}
	return words;
}
