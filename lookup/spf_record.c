/*
 * spf_record.c - strict parser for SPF records (RFC 7208 section 12)
 *
 * libspf2 accepts much that the grammar forbids and drops silently what it finds too long, so every record goes
 * through here first. A record is cut at its blanks; each term is a modifier if a name and '=' open it, and a
 * mechanism otherwise. Syntax errors anywhere in the record make it worthless (section 4.6), also behind `all`.
 */
#include "spf_record.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <strings.h>

#include "kanjiki/arena.h"
#include "spf_macro.h"

#define SPF_VERSION     "v=spf1"
#define SPF_VERSION_LEN (sizeof SPF_VERSION - 1)
#define SHOWN_MAX       60 /* bytes of a bad term in a reason */

/* What may follow a mechanism's name. */
enum argument {
	NOTHING,
	MAY_DOMAIN,
	DOMAIN,
	ADDRESS,
};

static const struct mechanism {
	const char *name;
	enum kj_spf_mechanism mechanism;
	enum argument argument;
	bool dual_cidr;
} mechanisms[] = {
    {"all", KJ_SPF_ALL, NOTHING, false},
    {"include", KJ_SPF_INCLUDE, DOMAIN, false},
    {"a", KJ_SPF_A, MAY_DOMAIN, true},
    {"mx", KJ_SPF_MX, MAY_DOMAIN, true},
    {"ptr", KJ_SPF_PTR, MAY_DOMAIN, false},
    {"ip4", KJ_SPF_IP4, ADDRESS, false},
    {"ip6", KJ_SPF_IP6, ADDRESS, false},
    {"exists", KJ_SPF_EXISTS, DOMAIN, false},
};

struct reader {
	struct kj_spf_record *record;
	struct kj_spf_term *terms;
	struct kj_reason *reason;
};

/* The reason for a bad term; what is not visible ASCII is shown as '?'. */
static int bad_term(struct reader *reader, struct kj_spf_text term, const char *what)
{
	char shown[SHOWN_MAX + 1];
	size_t len = term.len < SHOWN_MAX ? term.len : SHOWN_MAX;

	for (size_t i = 0; i < len; i++)
		shown[i] = (char)(term.text[i] > ' ' && term.text[i] <= '~' ? term.text[i] : '?');
	shown[len] = '\0';
	return kj_fail(reader->reason, KJ_EINVAL, "%s in \"%s%s\"", what, shown, len < term.len ? "..." : "");
}

/* toplabel: letters, digits and inner hyphens, and not digits alone. */
static bool is_toplabel(const char *text, size_t len)
{
	bool beyond_digits = false;

	if (!len || text[0] == '-' || text[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)text[i]) && text[i] != '-')
			return false;
		beyond_digits |= !isdigit((unsigned char)text[i]);
	}
	return beyond_digits;
}

/* domain-spec = macro-string ( "." toplabel [ "." ] / macro-expand ) */
static bool is_domain_spec(const char *text, size_t len)
{
	struct kj_spf_macro_facts facts;
	size_t top;

	if (!len || kj_spf_macro_check(text, len, KJ_SPF_IN_DOMAIN, &facts) < 0)
		return false;
	if (facts.ends_in_macro)
		return true;
	if (text[len - 1] == '.')
		len--;
	for (top = len; top > 0 && text[top - 1] != '.'; top--)
		;
	return top > 0 && is_toplabel(text + top, len - top);
}

/* A prefix length: decimal, no leading zero, at most max. */
static bool read_bits(const char *digits, size_t len, unsigned max, uint8_t *ret_bits)
{
	unsigned bits = 0;

	if (!len || len > 3 || (len > 1 && digits[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)digits[i]))
			return false;
		bits = bits * 10 + (unsigned)(digits[i] - '0');
	}
	*ret_bits = (uint8_t)bits;
	return bits <= max;
}

/* Take "/bits" or "//bits" (slashes says which) off the end of argument. False if it is there but wrong. */
static bool strip_bits(struct kj_spf_text *argument, size_t slashes, unsigned max, uint8_t *ret_bits)
{
	size_t start = argument->len;

	while (start > 0 && isdigit((unsigned char)argument->text[start - 1]))
		start--;
	if (start == argument->len || start < slashes ||
	    memcmp(argument->text + start - slashes, "//", slashes) != 0)
		return true;
	if (!read_bits(argument->text + start, argument->len - start, max, ret_bits))
		return false;
	argument->len = (uint16_t)(start - slashes);
	return true;
}

static bool read_address(struct kj_spf_term *term, struct kj_spf_text argument)
{
	int family = term->mechanism == KJ_SPF_IP4 ? AF_INET : AF_INET6;
	unsigned max = family == AF_INET ? 32 : 128;
	uint8_t *bits = family == AF_INET ? &term->bits4 : &term->bits6;
	char text[INET6_ADDRSTRLEN];
	const char *slash;
	size_t len;

	if (argument.len < 2 || argument.text[0] != ':')
		return false;
	argument.text++;
	argument.len--;
	slash = memchr(argument.text, '/', argument.len);
	len = slash ? (size_t)(slash - argument.text) : argument.len;
	if (slash && !read_bits(slash + 1, argument.len - len - 1, max, bits))
		return false;
	if (len >= sizeof text || memchr(argument.text, '\0', len))
		return false;
	memcpy(text, argument.text, len);
	text[len] = '\0';
	return inet_pton(family, text, term->address) == 1;
}

/* What follows the name of a mechanism. */
static int read_argument(struct reader *reader, const struct mechanism *mechanism, struct kj_spf_term *term,
    struct kj_spf_text argument)
{
	if (mechanism->argument == ADDRESS)
		return read_address(term, argument) ? 0 : bad_term(reader, term->written, "no valid address");
	if (mechanism->dual_cidr &&
	    (!strip_bits(&argument, 2, 128, &term->bits6) || !strip_bits(&argument, 1, 32, &term->bits4)))
		return bad_term(reader, term->written, "no valid prefix length");
	if (!argument.len)
		return mechanism->argument == DOMAIN ? bad_term(reader, term->written, "no domain") : 0;
	if (mechanism->argument == NOTHING)
		return bad_term(reader, term->written, "an argument");
	term->domain = (struct kj_spf_text){argument.text + 1, (uint16_t)(argument.len - 1)};
	if (argument.text[0] != ':' || !is_domain_spec(term->domain.text, term->domain.len))
		return bad_term(reader, term->written, "no valid domain");
	return 0;
}

static int read_mechanism(struct reader *reader, struct kj_spf_text written)
{
	struct kj_spf_term *term = &reader->terms[reader->record->count];
	struct kj_spf_text rest = written;
	size_t name = 0;

	*term = (struct kj_spf_term){.qualifier = '+', .bits4 = 32, .bits6 = 128, .written = written};
	if (memchr("+-~?", rest.text[0], 4)) {
		term->qualifier = rest.text[0];
		rest = (struct kj_spf_text){rest.text + 1, (uint16_t)(rest.len - 1)};
	}
	while (name < rest.len && rest.text[name] != ':' && rest.text[name] != '/')
		name++;
	for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++) {
		const struct mechanism *mechanism = &mechanisms[i];

		if (name != strlen(mechanism->name) || strncasecmp(rest.text, mechanism->name, name) != 0)
			continue;
		term->mechanism = (uint8_t)mechanism->mechanism;
		reader->record->count++;
		reader->record->has_all |= term->mechanism == KJ_SPF_ALL;
		rest = (struct kj_spf_text){rest.text + name, (uint16_t)(rest.len - name)};
		return read_argument(reader, mechanism, term, rest);
	}
	return bad_term(reader, written, "unknown mechanism");
}

/* redirect= and exp=: once each, and their domain-spec must be one. */
static int read_known(struct reader *reader, struct kj_spf_text written, struct kj_spf_text value,
    struct kj_spf_text *ret_value)
{
	if (ret_value->text)
		return bad_term(reader, written, "second modifier of its kind");
	if (!is_domain_spec(value.text, value.len))
		return bad_term(reader, written, "no valid domain");
	*ret_value = value;
	return 0;
}

static int read_modifier(struct reader *reader, struct kj_spf_text written, size_t name)
{
	struct kj_spf_text value = {written.text + name + 1, (uint16_t)(written.len - name - 1)};

	if (name == 8 && strncasecmp(written.text, "redirect", name) == 0)
		return read_known(reader, written, value, &reader->record->redirect);
	if (name == 3 && strncasecmp(written.text, "exp", name) == 0)
		return read_known(reader, written, value, &reader->record->explanation);
	if (kj_spf_macro_check(value.text, value.len, KJ_SPF_IN_MODIFIER, NULL) < 0)
		return bad_term(reader, written, "no valid value");
	return 0;
}

/* The length of a modifier's name: ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ) before '='; 0 if it is none. */
static size_t modifier_name(struct kj_spf_text term)
{
	size_t len = 0;

	if (!isalpha((unsigned char)term.text[0]))
		return 0;
	while (len < term.len && term.text[len] &&
	       (isalnum((unsigned char)term.text[len]) || strchr("-_.", term.text[len])))
		len++;
	return len < term.len && term.text[len] == '=' ? len : 0;
}

static int read_term(struct reader *reader, struct kj_spf_text written)
{
	size_t name = modifier_name(written);

	return name ? read_modifier(reader, written, name) : read_mechanism(reader, written);
}

bool kj_spf_record_is(const char *text, size_t len)
{
	return len >= SPF_VERSION_LEN && strncasecmp(text, SPF_VERSION, SPF_VERSION_LEN) == 0 &&
	       (len == SPF_VERSION_LEN || text[SPF_VERSION_LEN] == ' ');
}

/* How many terms there are at most: the blanks that something follows. */
static unsigned count_terms(const char *text, size_t len)
{
	unsigned count = 0;

	for (size_t i = SPF_VERSION_LEN; i + 1 < len; i++)
		count += text[i] == ' ' && text[i + 1] != ' ';
	return count;
}

static int read_terms(struct reader *reader, const char *text, size_t len)
{
	int rc = 0;

	for (size_t at = SPF_VERSION_LEN; at < len && rc == 0;) {
		const char *blank = memchr(text + at, ' ', len - at);
		size_t end = blank ? (size_t)(blank - text) : len;

		if (end > at)
			rc = read_term(reader, (struct kj_spf_text){text + at, (uint16_t)(end - at)});
		at = end + 1;
	}
	return rc;
}

int kj_spf_record_parse(struct kj_arena *arena, const char *text, size_t len,
    const struct kj_spf_record **ret_record, struct kj_reason *reason)
{
	struct reader reader = {.reason = reason};
	unsigned count;
	char *copy;
	int rc;

	if (!kj_spf_record_is(text, len))
		return kj_fail(reason, KJ_EINVAL, "no SPF record");
	count = count_terms(text, len);
	if (len > KJ_SPF_RECORD_MAX || count > KJ_SPF_TERMS_MAX)
		return kj_fail(reason, KJ_ELIMIT, "record too long");
	copy = kj_arena_alloc(arena, len + 1);
	reader.record = kj_arena_alloc(arena, sizeof *reader.record);
	reader.terms = kj_arena_array(arena, count ? count : 1, sizeof *reader.terms);
	if (!copy || !reader.record || !reader.terms)
		return kj_fail(reason, KJ_ENOMEM, "out of memory");
	memcpy(copy, text, len);
	copy[len] = '\0';
	rc = read_terms(&reader, copy, len);
	if (rc < 0)
		return rc;
	reader.record->terms = reader.terms;
	reader.record->text = copy;
	*ret_record = reader.record;
	return 0;
}

struct kj_spf_text kj_spf_modifier(const char *name, struct kj_spf_text spec)
{
	size_t len = strlen(name);

	return (struct kj_spf_text){spec.text - len, (uint16_t)(spec.len + len)};
}

bool kj_spf_prefix_contains(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return !rest || ((a[bits / 8] ^ b[bits / 8]) & (0xff00U >> rest) & 0xff) == 0;
}

bool kj_spf_term_has(const struct kj_spf_term *term, const struct kj_addr *client)
{
	if (term->mechanism == KJ_SPF_IP4)
		return client->family == 4 &&
		       kj_spf_prefix_contains(term->address, client->bytes, term->bits4);
	return term->mechanism == KJ_SPF_IP6 && client->family == 6 &&
	       kj_spf_prefix_contains(term->address, client->bytes, term->bits6);
}
