/*
 * template.c - names of hosts without what is counted in them
 *
 * Only the client's own address is an address here: it is found where a stranger's four numbers would have to be
 * guessed (r10-2-0-192 is a rack, a row, ...), and four folded numbers are a template as good.
 */
#include "kanjiki/template.h"

#include "crowd/template_put.h"

#define DIGITS     "0123456789"
#define HEX        DIGITS "abcdef"
#define HEX_MIN    8
#define NUMBER_MAX 0xffffffU
#define V6_FORMS   6
#define V6_FORM    64 /* bytes: 32 nibbles with a sign between them, and NUL */

struct span {
	size_t from, to;
};

struct name {
	const char *text;
	struct span addr; /* from == to: it has none */
	struct template_out out;
	bool folded, tells;
	uint64_t number; /* of the first digits */
	bool has_number;
};

static bool is_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* The value, or something too big; digits may be any number. */
static uint64_t number_of(const char *text, size_t digits)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits && value <= NUMBER_MAX; i++)
		value = value * 10 + (uint64_t)(text[i] - '0');
	return value;
}

static bool is_either_way(const uint64_t values[4], const uint8_t bytes[4])
{
	bool forth = true, back = true;

	for (int i = 0; i < 4; i++) {
		forth &= values[i] == bytes[i];
		back &= values[i] == bytes[3 - i];
	}
	return forth || back;
}

/* How long the address is that stands here as four numbers, with signs between them or of three digits each; or 0. */
static size_t quad_at(const char *text, const uint8_t bytes[4])
{
	size_t digits = strspn(text, DIGITS), at = 0;
	bool joined = digits == 12;
	uint64_t values[4];

	for (int i = 0; i < 4; i++) {
		if (joined)
			digits = 3;
		else if (i && !is_of(text[at++], "-._"))
			return 0;
		else
			digits = strspn(text + at, DIGITS);
		if (!digits || digits > 3)
			return 0;
		values[i] = number_of(text + at, digits);
		at += digits;
	}
	return is_either_way(values, bytes) ? at : 0;
}

/* The same as eight hexadecimal digits. */
static size_t hex_at(const char *text, const uint8_t bytes[4])
{
	uint64_t values[4] = {0};

	if (strspn(text, HEX) != 8)
		return 0;
	for (int i = 0; i < 8; i++)
		values[i / 2] = values[i / 2] * 16 + (uint64_t)(strchr(HEX, text[i]) - HEX);
	return is_either_way(values, bytes) ? 8 : 0;
}

static struct span find_v4(const char *text, const uint8_t bytes[4])
{
	for (size_t i = 0; text[i]; i++) {
		char before = i ? text[i - 1] : '\0';
		size_t len = 0;

		if (is_of(text[i], DIGITS) && !is_of(before, DIGITS))
			len = quad_at(text + i, bytes);
		if (!len && is_of(text[i], HEX) && !is_of(before, HEX))
			len = hex_at(text + i, bytes);
		if (len)
			return (struct span){i, i + len};
	}
	return (struct span){0, 0};
}

/* 32 nibbles, or only those of 4 that are not leading zeros, with a sign behind each `every` of them. */
static void write_v6(
    const uint8_t bytes[16], unsigned every, char sign, bool back, bool short_groups, char *out)
{
	bool leading = true;

	for (unsigned i = 0; i < 32; i++) {
		unsigned n = back ? 31 - i : i;
		unsigned nibble = bytes[n / 2] >> (n % 2 ? 0 : 4) & 15;

		if (every && i && i % every == 0) {
			*out++ = sign;
			leading = true;
		}
		if (short_groups && leading && !nibble && i % 4 != 3)
			continue;
		leading = false;
		*out++ = HEX[nibble];
	}
	*out = '\0';
}

static struct span find_v6(const char *text, const struct kj_addr *addr)
{
	char forms[V6_FORMS][V6_FORM];

	write_v6(addr->bytes, 4, '-', false, false, forms[0]);
	write_v6(addr->bytes, 4, '-', false, true, forms[1]);
	write_v6(addr->bytes, 1, '.', false, false, forms[2]);
	write_v6(addr->bytes, 1, '.', true, false, forms[3]);
	write_v6(addr->bytes, 0, 0, false, false, forms[4]);
	kj_addr_format(addr, forms[5]);
	for (char *c = forms[5]; *c; c++)
		*c = *c == ':' ? '-' : *c;
	for (int i = 0; i < V6_FORMS; i++) {
		const char *found = strstr(text, forms[i]);
		size_t len = strlen(forms[i]);

		if (found && !is_of(found[len], HEX) && (found == text || !is_of(found[-1], HEX)))
			return (struct span){(size_t)(found - text), (size_t)(found - text) + len};
	}
	return (struct span){0, 0};
}

static struct span find_address(const char *text, const struct kj_addr *addr)
{
	if (addr->family == 4)
		return find_v4(text, addr->bytes);
	return addr->family == 6 ? find_v6(text, addr) : (struct span){0, 0};
}

/* Whether the run is an identifier rather than a number (all digits) or a word (none: "facade"). */
static bool is_identifier(const char *run, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++)
		digits += is_of(run[i], DIGITS);
	return len >= HEX_MIN && digits && digits < len;
}

/* A run of hexadecimal digits that is no identifier: its digits are folded, its letters stay. */
static void put_run(struct name *name, const char *run, size_t len)
{
	for (size_t i = 0, digits; i < len; i += digits + !digits) {
		digits = 0;
		while (i + digits < len && is_of(run[i + digits], DIGITS))
			digits++;
		template_put(&name->out, digits ? "#" : run + i, 1);
		name->folded |= digits != 0;
		name->tells |= !digits;
		if (!digits || name->has_number)
			continue;
		name->number = number_of(run + i, digits);
		name->has_number = true;
	}
}

static size_t put_piece(struct name *name, size_t at)
{
	const char *text = name->text + at;
	size_t len = strspn(text, HEX);

	if (at == name->addr.from && at < name->addr.to) {
		template_put_str(&name->out, "IP");
		name->folded = true;
		return name->addr.to - at;
	}
	if (at < name->addr.from && len > name->addr.from - at)
		len = name->addr.from - at;
	if (!len) {
		template_put(&name->out, text, 1);
		name->tells |= (*text >= 'a' && *text <= 'z');
		return 1;
	}
	if (is_identifier(text, len)) {
		template_put_str(&name->out, "h");
		name->folded = true;
	} else {
		put_run(name, text, len);
	}
	return len;
}

/* 163.com and 126.com are two companies, not two machines of one. */
static bool is_number_only(const char *text)
{
	return text[0] == '#' && text[1] == '.' && !strchr(text + 2, '.');
}

static void fold_name(struct name *name, const char *text, const struct kj_addr *client, char *out)
{
	struct kj_addr literal;

	*name = (struct name){.text = text, .addr = find_address(text, client)};
	template_begin(&name->out, out);
	for (size_t at = 0; text[at] && !name->out.full;)
		at += put_piece(name, at);
	name->tells &= name->folded && !is_number_only(out) && kj_addr_parse(text, &literal) < 0;
}

size_t kj_template_helo(const char *name, const struct kj_addr *client, char out[KJ_TEMPLATE_MAX])
{
	struct name folded;

	fold_name(&folded, name, client, out);
	return template_end(&folded.out, folded.tells);
}

size_t kj_template_ptr(
    const char *name, const struct kj_addr *client, char out[KJ_TEMPLATE_MAX], uint32_t *ret_number)
{
	struct name folded;
	bool counts;

	fold_name(&folded, name, client, out);
	counts = folded.tells && folded.has_number && folded.number <= NUMBER_MAX;
	*ret_number = counts ? (uint32_t)folded.number : 0;
	return template_end(&folded.out, counts);
}
