/*
 * check_received.c - the seed of a snowshoe farm in its Received lines
 *
 * Three traits seen together in the operator's samples: the client calls itself X.localhost; a line below was
 * written "by X.localhost (Postfix, from userid N)", N being an ordinary user's; and below that the mail came
 * "from localhost (unknown [private address]) by localhost (Postfix)". Each alone occurs in legitimate mail
 * ("Postfix, from userid" in every ninth), so one alone is nothing. The literal "unknown" is required: every
 * legitimate counter-example had a resolved name or a loopback address there.
 */
#include "kanjiki/checks.h"
#include "kanjiki/name.h"

#define FIRST_ORDINARY_USER 1000

static bool by_same_farm_host(const struct kj_received *line, const char *helo_name)
{
	return line->userid >= FIRST_ORDINARY_USER && kj_name_within(line->by, "localhost") &&
	       strcmp(line->by, "localhost") != 0 && (!*helo_name || strcmp(line->by, helo_name) == 0);
}

static bool from_private_unknown(const struct kj_received *line)
{
	return strcmp(line->by, "localhost") == 0 && strcmp(line->helo, "localhost") == 0 &&
	       strcmp(line->rdns, "unknown") == 0 && line->addr.family && !kj_addr_is_global(&line->addr) &&
	       line->addr.bytes[0] != 127;
}

static void judge(const struct kj_facts *facts, const struct kj_rules *rules, const struct kj_evidence *evidence,
    struct kj_hits *hits)
{
	bool peer = kj_name_within(facts->helo_name, "localhost") && strcmp(facts->helo_name, "localhost") != 0;
	bool user = false, origin = false;
	unsigned i = 0;

	(void)rules;
	(void)evidence;
	for (; i < facts->chain_count && !user; i++)
		user = by_same_farm_host(&facts->chain[i], peer ? facts->helo_name : "");
	for (unsigned j = user ? i : 0; j < facts->chain_count && !origin; j++)
		origin = from_private_unknown(&facts->chain[j]);
	if (peer + user + origin == 3)
		kj_hits_add(hits, "RCV_SEED", "HELO %s, written by its ordinary user, from a nameless private address",
		    facts->helo_name);
	else if (peer + user + origin == 2)
		kj_hits_add(hits, "RCV_SEED_PARTIAL", "two of: HELO under .localhost (%s), from an ordinary user (%s), from "
		    "a nameless private address (%s)", peer ? "yes" : "no", user ? "yes" : "no", origin ? "yes" : "no");
}

static const char *const symbols[] = {"RCV_SEED", "RCV_SEED_PARTIAL", NULL};
const struct kj_check kj_check_received = {"received", symbols, KJ_STAGE_END, NULL, judge};
