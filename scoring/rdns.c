/*
 * rdns.c - whether a client's host name is confirmed, and whether it is one that a provider made up for the address
 */
#include "kanjiki/rdns.h"

#include <ctype.h>

#include "kanjiki/checks.h"

/* Words by which providers name the addresses they hand out, as a whole label part: "p1-dhcp.example". */
static const char *const generic_words[] = {"dsl", "adsl", "vdsl", "xdsl", "dhcp", "dynamic", "dyn", "dialup", "dial",
    "ppp", "pppoe", "pool", "cable", "dip", "ftth"};

static bool has_generic_word(const char *name)
{
	for (const char *p = name; *p;) {
		size_t len = strspn(p, "abcdefghijklmnopqrstuvwxyz");

		for (size_t i = 0; len && i < sizeof generic_words / sizeof *generic_words; i++)
			if (strlen(generic_words[i]) == len && strncmp(p, generic_words[i], len) == 0)
				return true;
		p += len ? len : 1;
	}
	return false;
}

/* All four bytes of an IPv4 address as decimal numbers anywhere in the name, or 8 of its hex digits in a row. */
static bool has_address(const char *name, const struct kj_addr *addr)
{
	unsigned seen = 0;
	char hex[9];

	if (addr->family != 4)
		return false;
	snprintf(hex, sizeof hex, "%02x%02x%02x%02x", addr->bytes[0], addr->bytes[1], addr->bytes[2], addr->bytes[3]);
	if (strstr(name, hex))
		return true;
	for (const char *p = name; *p;) {
		char *end = (char *)p + 1;

		if (isdigit((unsigned char)*p)) {
			unsigned long value = strtoul(p, &end, 10);

			for (unsigned i = 0; i < 4; i++)
				if (addr->bytes[i] == value && !(seen & 1U << i)) {
					seen |= 1U << i;
					break;
				}
		}
		p = end;
	}
	return seen == 15;
}

const char *kj_rdns_confirmed(const struct kj_facts *facts, const struct kj_evidence *evidence)
{
	const struct kj_answer *rdns = kj_evidence_find(evidence, KJ_ASK_FCRDNS, NULL);

	if (!rdns || rdns->status == KJ_ANSWER_DISABLED)
		return *facts->client_name ? facts->client_name : NULL;
	return rdns->status == KJ_ANSWER_FOUND && rdns->fcrdns == KJ_FCRDNS_PASS && rdns->name_count
	           ? rdns->names[0]
	           : NULL;
}

bool kj_rdns_is_generic(const char *name, const struct kj_addr *addr)
{
	return has_address(name, addr) || has_generic_word(name);
}
