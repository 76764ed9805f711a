/*
 * check_rdns.c - what the client's address is called
 *
 * A valid FCrDNS never lowers a score: snowshoe operators set it up properly.
 */
#include <ctype.h>

#include "kanjiki/checks.h"

static void ask(const struct kj_facts *facts, const struct kj_rules *rules, struct kj_evidence *evidence)
{
	(void)rules;
	if (facts->client.family)
		kj_evidence_ask(evidence, &(struct kj_question){
		    .kind = KJ_ASK_FCRDNS,
		    .label = "rdns",
		    .addr = facts->client,
		    .name = *facts->client_name ? facts->client_name : NULL,
		});
}

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

static void judge(const struct kj_facts *facts, const struct kj_rules *rules, const struct kj_evidence *evidence,
    struct kj_hits *hits)
{
	const struct kj_answer *answer = kj_evidence_find(evidence, KJ_ASK_FCRDNS, NULL);
	char text[KJ_ADDR_STRLEN];

	(void)rules;
	if (!answer || !kj_answer_is_known(answer))
		return;
	kj_addr_format(&facts->client, text);
	if (answer->fcrdns == KJ_FCRDNS_NONE) {
		kj_hits_add(hits, "RDNS_NONE", "%s has no PTR record", text);
		return;
	}
	for (unsigned i = 0; i < answer->name_count; i++)
		if (has_address(answer->names[i], &facts->client) || has_generic_word(answer->names[i])) {
			kj_hits_add(hits, "RDNS_GENERIC", "%s is called %s", text, answer->names[i]);
			return;
		}
}

static const char *const symbols[] = {"RDNS_NONE", "RDNS_GENERIC", NULL};
const struct kj_check kj_check_rdns = {"rdns", symbols, KJ_STAGE_CONNECT, ask, judge};
