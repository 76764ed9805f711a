/*
 * spf_macro.c - macros of SPF (RFC 7208 section 7): syntax and expansion
 *
 * libspf2's own expansion is never used: it accepts what the grammar forbids, gets "%%", "%_", hexadecimal case
 * and %{ir} of IPv6 wrong, and overruns its buffers (CVE-2023-42118). A text is first checked by read_macro(),
 * letter by letter; expansion uses the same reader, so that the two cannot disagree.
 */
#include "spf_macro.h"

#include <ctype.h>

#include "kanjiki/buf.h"
#include "kanjiki/err.h"
#include "kanjiki/name.h"

#define EXPANSION_MAX 16384 /* of one domain-spec, before it is cut to 253 */
#define PARTS_MAX     1000  /* no name has more labels, so a larger number keeps all as well */
#define LABEL_MAX     63

/* One macro-expand. A literal ("%%", "%_", "%-") has letter 0. */
struct macro {
	const char *literal;
	char letter; /* lower case */
	bool escape, reverse;
	unsigned keep; /* rightmost parts; 0: all */
	const char *delimiters;
	size_t delimiter_count;
};

static const struct {
	char c;
	const char *literal;
} literals[] = {{'%', "%"}, {'_', " "}, {'-', "%20"}};

/* The length of the literal at text ("%%", "%_", "%-"), or 0. */
static size_t read_literal(const char *text, size_t len, struct macro *macro)
{
	for (size_t i = 0; len >= 2 && i < sizeof literals / sizeof *literals; i++)
		if (text[1] == literals[i].c) {
			*macro = (struct macro){.literal = literals[i].literal};
			return 2;
		}
	return 0;
}

/* macro-expand = "%{" macro-letter *DIGIT ["r"] *delimiter "}". Its length, or 0 if there is none at text. */
static size_t read_macro(const char *text, size_t len, enum kj_spf_macro_place place, struct macro *macro)
{
	const char *letters = place == KJ_SPF_IN_DOMAIN ? "slodiphv" : "slodiphvcrt";
	size_t at = 3, digits;

	if (len < 4 || text[1] != '{')
		return read_literal(text, len, macro);
	*macro = (struct macro){.letter = (char)tolower((unsigned char)text[2])};
	if (!macro->letter || !strchr(letters, macro->letter))
		return 0;
	macro->escape = isupper((unsigned char)text[2]);
	for (digits = at; at < len && isdigit((unsigned char)text[at]); at++)
		if (macro->keep < PARTS_MAX)
			macro->keep = macro->keep * 10 + (unsigned)(text[at] - '0');
	if (at > digits && !macro->keep)
		return 0; /* section 7.2: the number must not be zero */
	if (at < len && (text[at] == 'r' || text[at] == 'R')) {
		macro->reverse = true;
		at++;
	}
	macro->delimiters = text + at;
	while (at < len && text[at] && strchr(".-+,/_=", text[at]))
		at++;
	macro->delimiter_count = (size_t)(text + at - macro->delimiters);
	return at < len && text[at] == '}' ? at + 1 : 0;
}

int kj_spf_macro_check(
    const char *text, size_t len, enum kj_spf_macro_place place, struct kj_spf_macro_facts *ret_facts)
{
	struct kj_spf_macro_facts facts = {0};
	char lowest = place == KJ_SPF_IN_EXPLANATION ? ' ' : '!';
	struct macro macro;
	size_t step;

	for (size_t at = 0; at < len; at += step) {
		facts.ends_in_macro = text[at] == '%';
		step = 1;
		if (text[at] == '%') {
			step = read_macro(text + at, len - at, place, &macro);
			if (!step)
				return -KJ_EINVAL;
			facts.has_macro = true;
			facts.uses_p |= macro.letter == 'p';
		} else if (text[at] < lowest || text[at] > '~') {
			return -KJ_EINVAL;
		}
	}
	if (ret_facts)
		*ret_facts = facts;
	return 0;
}

static bool splits(const struct macro *macro, char c)
{
	return macro->delimiter_count ? memchr(macro->delimiters, c, macro->delimiter_count) != NULL
	                              : c == '.';
}

/* Unreserved characters of RFC 3986 stay as they are. */
static void add_part(struct kj_buf *out, const struct macro *macro, const char *part, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)part[i];

		if (macro->escape && !(c < 0x80 && (isalnum(c) || strchr("-._~", c))))
			kj_buf_printf(out, "%%%02X", c);
		else
			kj_buf_add_char(out, part[i]);
	}
}

/* The rightmost parts of value, joined by dots. */
static void add_forward(struct kj_buf *out, const struct macro *macro, const char *value, size_t len)
{
	size_t parts = 1, skip, start = 0;

	for (size_t i = 0; i < len; i++)
		parts += splits(macro, value[i]);
	skip = macro->keep && macro->keep < parts ? parts - macro->keep : 0;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && !splits(macro, value[i]))
			continue;
		if (skip)
			skip--;
		else {
			add_part(out, macro, value + start, i - start);
			if (i < len)
				kj_buf_add_char(out, '.');
		}
		start = i + 1;
	}
}

/* Reversed, its rightmost parts are the first ones of value. */
static void add_reverse(struct kj_buf *out, const struct macro *macro, const char *value, size_t len)
{
	size_t end = 0, parts = 0;

	for (; end < len; end++)
		if (splits(macro, value[end]) && ++parts == macro->keep)
			break;
	for (size_t i = end + 1; i-- > 0;) {
		if (i > 0 && !splits(macro, value[i - 1]))
			continue;
		add_part(out, macro, value + i, end - i);
		if (i > 0) {
			kj_buf_add_char(out, '.');
			end = i - 1;
		}
	}
}

/* %{i}: dotted quad, or nibbles of IPv6 with dots, in upper case as section 7.4's examples. */
static void format_dotted(const struct kj_addr *client, char *out, size_t size)
{
	size_t at = 0;

	if (client->family != 6) {
		kj_addr_format(client, out);
		return;
	}
	for (int i = 0; i < 16; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%X.%X", i ? "." : "", client->bytes[i] >> 4,
		    client->bytes[i] & 15);
}

static void add_macro(struct kj_buf *out, const struct macro *macro, const struct kj_spf_macro_values *values)
{
	struct kj_buf sender = KJ_BUF_INIT(EXPANSION_MAX);
	char text[KJ_ADDR_REVERSELEN + KJ_ADDR_STRLEN] = "";
	const char *value = text;

	switch (macro->letter) {
	case 's':
		kj_buf_printf(&sender, "%s@%s", values->local, values->sender_domain);
		value = kj_buf_str(&sender);
		break;
	case 'l': value = values->local; break;
	case 'o': value = values->sender_domain; break;
	case 'd': value = values->domain; break;
	case 'h': value = values->helo; break;
	case 'r': value = values->receiver; break;
	case 'p': value = values->validated; break;
	case 'v': value = values->client.family == 6 ? "ip6" : "in-addr"; break;
	case 'i': format_dotted(&values->client, text, sizeof text); break;
	case 'c': kj_addr_format(&values->client, text); break;
	case 't': snprintf(text, sizeof text, "%lld", (long long)values->now_s); break;
	}
	if (macro->reverse)
		add_reverse(out, macro, value, strlen(value));
	else
		add_forward(out, macro, value, strlen(value));
	kj_buf_free(&sender);
}

void kj_spf_macro_expand(
    const char *text, size_t len, const struct kj_spf_macro_values *values, struct kj_buf *out)
{
	struct macro macro;
	size_t step;

	for (size_t at = 0; at < len && !out->truncated; at += step) {
		step = text[at] == '%' ? read_macro(text + at, len - at, KJ_SPF_IN_EXPLANATION, &macro) : 0;
		if (!step) {
			kj_buf_add_char(out, text[at]);
			step = 1;
		} else if (macro.literal) {
			kj_buf_add_str(out, macro.literal);
		} else {
			add_macro(out, &macro, values);
		}
	}
}

static bool is_name(const char *text, size_t len)
{
	size_t label = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c >= 0x7f || (c == '.' && !label) || label > LABEL_MAX)
			return false;
		label = c == '.' ? 0 : label + 1;
	}
	return len && label && label <= LABEL_MAX;
}

/* Cut to the length of a name; "" if it cannot be one. */
static void fit_name(const char *text, size_t len, char *out)
{
	const char *dot;

	if (len && text[len - 1] == '.')
		len--;
	while (len >= KJ_NAME_STRLEN && (dot = memchr(text, '.', len))) {
		len -= (size_t)(dot + 1 - text);
		text = dot + 1;
	}
	out[0] = '\0';
	if (len >= KJ_NAME_STRLEN || !is_name(text, len))
		return;
	memcpy(out, text, len);
	out[len] = '\0';
}

void kj_spf_macro_target(const char *text, size_t len, const struct kj_spf_macro_values *values, char *out)
{
	struct kj_buf name = KJ_BUF_INIT(EXPANSION_MAX);

	if (!memchr(text, '%', len)) {
		fit_name(text, len, out);
		return;
	}
	kj_spf_macro_expand(text, len, values, &name);
	if (name.truncated)
		out[0] = '\0';
	else
		fit_name(kj_buf_str(&name), name.len, out);
	kj_buf_free(&name);
}
